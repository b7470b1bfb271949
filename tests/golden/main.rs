//! Source to every output, as text: `golden/CASE/kernels` compiles to what lies in `golden/CASE/expected`.
//!
//! `BLESS=1 cargo test --test golden` rewrites the expectations; look at the difference before you keep it. The WGSL of
//! the standard kernels and of all cases is then put before Tint, which browsers use, beside naga.

use libtest_mimic::{Arguments, Failed, Trial};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use wgpuc_core::bindings::Language;
use wgpuc_core::diag::{Style, render};
use wgpuc_core::driver::{self, Options, Output};
use wgpuc_core::ir;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let mut trials = vec![];
    for case in folders(&root) {
        let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let for_tint = case.join("kernels");
        trials.push(Trial::test(name.clone(), move || compare(&case)));
        trials.push(Trial::test(format!("{name} before Tint"), move || tint(&for_tint)));
    }
    let standard = root.join("../../kernels-src");
    let again = standard.clone();
    trials.push(Trial::test("the standard kernels before Tint", move || tint(&standard)));
    trials.push(Trial::test("two runs give the same bytes", move || repeat(&again)));
    trials.push(Trial::test("wit/ is what the standard kernels give", wit_is_current));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn folders(root: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    let mut folders: Vec<_> = entries.map(|e| e.path()).filter(|p| p.is_dir()).collect();
    folders.sort();
    folders
}

fn compile(dir: &Path) -> Result<Output, Failed> {
    let input = wgpuc_build::read_folder(dir)?;
    let options = Options { bindings: Language::ALL.to_vec(), proofs: true, ..Options::default() };
    driver::compile(&input, &options)
        .map_err(|failure| render(&failure.diagnostics, &failure.sources, Style::Plain).into())
}

/// The outputs as text: the IR and the modules printed, what is neither text nor printable left out.
fn texts(output: &Output) -> Result<BTreeMap<String, String>, Failed> {
    let mut texts = BTreeMap::new();
    for (path, bytes) in &output.files {
        if let Some(module) = path.strip_suffix(".wasm") {
            texts.insert(format!("{module}.wat"), wasmprinter::print_bytes(bytes).map_err(|e| e.to_string())?);
        } else if let Ok(text) = std::str::from_utf8(bytes) {
            texts.insert(path.clone(), text.to_owned());
        }
    }
    for form in output.kernels.iter().flat_map(|k| &k.forms) {
        let features: String = form.kernel.features.iter().map(|f| format!(".{}", f.name())).collect();
        texts.insert(format!("ir/{}{features}.ir", form.kernel.name), ir::print(&form.kernel));
    }
    Ok(texts)
}

fn compare(case: &Path) -> Result<(), Failed> {
    let expected = case.join("expected");
    let texts = texts(&compile(&case.join("kernels"))?)?;
    if std::env::var_os("BLESS").is_some() {
        let _ = std::fs::remove_dir_all(&expected);
        let files = texts.into_iter().map(|(path, text)| (path, text.into_bytes())).collect();
        wgpuc_build::write_changed(&expected, &files)?;
        return Ok(());
    }
    let mut wrong = vec![];
    for (path, text) in &texts {
        if std::fs::read_to_string(expected.join(path)).ok().as_ref() != Some(text) {
            wrong.push(path.clone());
        }
    }
    wrong.extend(files_below(&expected, &expected).into_iter().filter(|path| !texts.contains_key(path)));
    if wrong.is_empty() {
        return Ok(());
    }
    Err(format!("not as expected: {}\nBLESS=1 rewrites the expectations", wrong.join(", ")).into())
}

fn files_below(root: &Path, folder: &Path) -> Vec<String> {
    let mut files = vec![];
    for path in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()) {
        if path.is_dir() {
            files.extend(files_below(root, &path));
        } else if let Ok(inner) = path.strip_prefix(root) {
            files.push(inner.to_string_lossy().into_owned());
        }
    }
    files
}

/// The published interface is checked in, so that a change of it is seen.
fn wit_is_current() -> Result<(), Failed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let files = compile(&root.join("kernels-src"))?.files.into_iter();
    let wit = files.filter_map(|(path, bytes)| Some((path.strip_prefix("wit/")?.to_owned(), bytes))).collect();
    if std::env::var_os("BLESS").is_some() {
        wgpuc_build::write_changed(&root.join("wit"), &wit)?;
    }
    match &wgpuc_build::drifted(&root.join("wit"), &wit)[..] {
        [] => Ok(()),
        drifted => Err(format!("wit/ differs in {}; BLESS=1 rewrites it", drifted.join(", ")).into()),
    }
}

fn repeat(dir: &Path) -> Result<(), Failed> {
    let (a, b) = (compile(dir)?, compile(dir)?);
    let differing = a.files.iter().find(|(path, bytes)| b.files.get(*path) != Some(bytes));
    match differing {
        Some((path, _)) => Err(format!("{path} differs between two runs").into()),
        None => Ok(()),
    }
}

/// Validates all WGSL of a folder with Tint, through the script beside, where `cargo xtask setup` installed it.
fn tint(dir: &Path) -> Result<(), Failed> {
    let tools = std::env::var_os("WGPUC_TOOLS").map(PathBuf::from);
    let Some(tools) = tools.filter(|t| t.join("node/node_modules/webgpu").is_dir()) else {
        if std::env::var_os("CI").is_some() {
            return Err("Tint is not here; `cargo xtask setup` installs it".into());
        }
        eprintln!("skipped: Tint is not here");
        return Ok(());
    };
    let output = compile(dir)?;
    let folder = tempfile::tempdir()?;
    let wgsl = output.files.into_iter().filter(|(path, _)| path.ends_with(".wgsl")).collect();
    wgpuc_build::write_changed(folder.path(), &wgsl)?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tint/tint-check.mjs");
    let mut command = Command::new("node");
    command.arg(script).args(wgsl.keys().map(|path| folder.path().join(path)));
    let checked = command.env("WGPUC_TOOLS", tools).output()?;
    if checked.status.success() && !wgsl.is_empty() {
        return Ok(());
    }
    Err(format!("{}{}", String::from_utf8_lossy(&checked.stdout), String::from_utf8_lossy(&checked.stderr)).into())
}
