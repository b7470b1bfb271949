//! Guests in C, C++ and Rust, as users build them: component, wasmtime, kernels, bytes.
//!
//! `cargo xtask guests` builds them into the folder that `WGPUC_GUESTS` names.

use libtest_mimic::{Arguments, Failed, Trial};
use std::path::PathBuf;
use std::process::{Command, Output};

type Outcome = Result<(), Failed>;

fn main() {
    let trials = vec![
        Trial::test("hello-c prints its sum", || prints("hello-c", &[], "2 4 6 8")),
        Trial::test("add-cpp prints its sums", || prints("add-cpp", &[], "11\n22\n33\n")),
        Trial::test("diabetes in C++ predicts", || predicts("diabetes-cpp")),
        Trial::test("diabetes in Rust predicts", || predicts("diabetes-rust")),
        Trial::test("diabetes in C++ and Rust are the same bits", same_bits),
        Trial::test("a new project in C++ runs", || begins("project-cpp")),
        Trial::test("a new project in C runs", || begins("project-c")),
        Trial::test("a new project in Rust runs", || begins("project-rust")),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// Runs a guest with `wgpuc run`; `None` where it was not built, which is an error in CI.
fn run(guest: &str, args: &[&str]) -> Result<Option<Output>, Failed> {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/diabetes/data::/data");
    run_with(guest, &["-d", data], args)
}

fn run_with(guest: &str, options: &[&str], args: &[&str]) -> Result<Option<Output>, Failed> {
    let folder = std::env::var_os("WGPUC_GUESTS").map(PathBuf::from);
    let Some(path) = folder.map(|f| f.join(guest).with_extension("wasm")).filter(|p| p.is_file()) else {
        if std::env::var_os("CI").is_some() {
            return Err(format!("{guest}.wasm is not built; `cargo xtask guests` builds it").into());
        }
        eprintln!("skipped: {guest}.wasm is not built");
        return Ok(None);
    };
    let mut command = Command::new(wgpuc()?);
    command.args(["run", "--backend", "cpu"]).args(options).arg(path).args(args);
    Ok(Some(command.output()?))
}

/// The command, which `cargo xtask guests` has built to build the guests.
fn wgpuc() -> Result<PathBuf, Failed> {
    // This test lies in TARGET/PROFILE/deps, the command in TARGET/PROFILE.
    let test = std::env::current_exe()?;
    let folder = test.ancestors().nth(2).ok_or("the test's own path has no folder")?;
    Ok(folder.join("wgpuc"))
}

fn stdout(output: &Output) -> Result<String, Failed> {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(text);
    }
    Err(format!("{}\n{text}{}", output.status, String::from_utf8_lossy(&output.stderr)).into())
}

fn prints(guest: &str, args: &[&str], want: &str) -> Outcome {
    let Some(output) = run(guest, args)? else { return Ok(()) };
    let text = stdout(&output)?;
    if text.contains(want) { Ok(()) } else { Err(format!("printed {text}").into()) }
}

/// What `wgpuc new` begins, with its own kernels: twice 1, 2, 3, and 10, 20, 30.
fn begins(project: &str) -> Outcome {
    let folder = std::env::var_os("WGPUC_GUESTS").map(PathBuf::from).unwrap_or_default();
    let kernels = folder.join(project).display().to_string();
    let Some(output) = run_with(project, &["--kernels", &kernels], &[])? else { return Ok(()) };
    let text = stdout(&output)?;
    if text.ends_with("12\n24\n36\n") { Ok(()) } else { Err(format!("printed {text}").into()) }
}

/// The mean squared error of a forest of 40 trees lies where those of 200 lie, within more of their spread: see
/// `docs/performance.md` for the whole distribution.
fn predicts(guest: &str) -> Outcome {
    let Some(output) = run(guest, &["--seed", "1", "--trees", "40"])? else { return Ok(()) };
    let text = stdout(&output)?;
    let line = text.lines().find_map(|l| l.strip_prefix("mean squared error: ")).ok_or(format!("printed {text}"))?;
    let error: f64 = line.trim().parse()?;
    if (2600.0..3200.0).contains(&error) { Ok(()) } else { Err(format!("the error is {error}").into()) }
}

fn same_bits() -> Outcome {
    let args = ["--seed", "3", "--trees", "25", "--digest"];
    let (Some(cpp), Some(rust)) = (run("diabetes-cpp", &args)?, run("diabetes-rust", &args)?) else { return Ok(()) };
    let digest = |text: String| text.lines().find(|l| l.contains("digest")).map(str::to_owned);
    let (cpp, rust) = (digest(stdout(&cpp)?), digest(stdout(&rust)?));
    if cpp.is_some() && cpp == rust { Ok(()) } else { Err(format!("C++ gives {cpp:?}, Rust {rust:?}").into()) }
}
