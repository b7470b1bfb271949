//! The standard kernels on every executor of this machine, against plain references in float64.

mod average;
mod batch_predict;
mod bootstrap_sample;
mod elementwise;
mod find_split;
mod matmul;
mod reduce;

use libtest_mimic::{Arguments, Failed, Trial};
use wgpuc_tests::machine::{Executor, Machine};

/// A case: its name, and what it does with a device. Failures are said in full sentences.
type Case = (String, Box<dyn Fn(&mut Machine) -> Outcome + Send + Sync>);
type Outcome = Result<(), Box<dyn std::error::Error>>;

const EXECUTORS: &[Executor] = &[
    Executor::Interpreter(0),
    Executor::Interpreter(8),
    Executor::Cpu,
    Executor::Wgpu("llvmpipe"),
    Executor::Wgpu("SwiftShader"),
];

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = vec![];
    // Another adapter of this machine, by a part of its name: `WGPUC_ADAPTER=NVIDIA`.
    let named: Option<&'static str> = std::env::var("WGPUC_ADAPTER").ok().map(|name| &*name.leak());
    for executor in EXECUTORS.iter().copied().chain(named.map(Executor::Wgpu)) {
        for (name, case) in cases() {
            let name = format!("{}::{name}", executor.name());
            trials.push(Trial::test(name, move || run(executor, &case)));
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn cases() -> Vec<Case> {
    let all = [
        bootstrap_sample::cases(),
        find_split::cases(),
        average::cases(),
        matmul::cases(),
        elementwise::cases(),
        reduce::cases(),
        batch_predict::cases(),
    ];
    all.into_iter().flatten().collect()
}

fn run(executor: Executor, case: &(dyn Fn(&mut Machine) -> Outcome + Send + Sync)) -> Result<(), Failed> {
    match executor.open()? {
        Some(mut machine) => case(&mut machine).map_err(|error| format!("{error}\n  on {}", machine.info).into()),
        None if std::env::var_os("CI").is_some() => {
            Err("this adapter is not here; `cargo xtask setup` installs it".into())
        }
        None => {
            eprintln!("skipped: no {} here", executor.name());
            Ok(())
        }
    }
}

/// A case of that name.
fn case(name: impl Into<String>, f: impl Fn(&mut Machine) -> Outcome + Send + Sync + 'static) -> Case {
    (name.into(), Box::new(f))
}

/// Fails unless two numbers are within a relative distance, or both NaN, or the same infinity.
fn close(what: &str, got: f32, want: f64, relative: f64) -> Outcome {
    let same = got.is_nan() && want.is_nan() || f64::from(got) == want;
    if same || (f64::from(got) - want).abs() <= relative * want.abs() {
        return Ok(());
    }
    Err(format!("{what} is {got:e}, not {want:e} within {relative:e}").into())
}

/// Fails unless two numbers are within some units in the last place of an f32, or both NaN.
fn within_ulp(what: &str, got: f32, want: f64, ulps: f64) -> Outcome {
    if got.is_nan() && want.is_nan() || f64::from(got) == want {
        return Ok(());
    }
    // The spacing of f32 around `want`; below the normal numbers it no longer shrinks.
    let exponent = want.abs().max(f64::from(f32::MIN_POSITIVE)).log2().floor();
    let spacing = (exponent - 23.0).exp2();
    let nearest = want as f32;
    if (f64::from(got) - want).abs() <= ulps * spacing || (nearest.is_infinite() && got == nearest) {
        return Ok(());
    }
    Err(format!("{what} is {got:e}, not {want:e}: {} ULP", (f64::from(got) - want).abs() / spacing).into())
}

/// Fails unless a call fails with a message that has all these words.
fn refused(result: Result<(), wgpuc_runtime::GpuError>, words: &[&str]) -> Outcome {
    let Err(error) = result else { return Err("the call should have been refused".into()) };
    let text = format!("{error:?}");
    match words.iter().find(|word| !text.contains(**word)) {
        Some(word) => Err(format!("the message lacks `{word}`: {text}").into()),
        None => Ok(()),
    }
}
