//! Features of the language on every executor: each folder of `run/`, and the gallery of examples, has kernels and case
//! files, and every op is called with generated arguments too, as `wgpuc test DIR` does.

use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use wgpuc_conformance::{Executor, Folder, FolderError, report, run};
use wgpuc_core::diag::{Style, render};

/// Ops of the gallery whose unrolled rounds SwiftShader's compiler takes minutes and gigabytes for. Lavapipe runs them too.
const SLOW_ON_SWIFTSHADER: [&str; 2] = ["sha256", "fft"];

fn main() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let executors = Arc::new(wgpuc_tests::executors().0);
    let gallery = tests.with_file_name("examples").join("gallery");
    let trials = folders(&tests.join("run")).into_iter().chain([gallery]).map(|folder| {
        let executors = Arc::clone(&executors);
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Trial::test(name, move || test(&folder, &executors))
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}

fn folders(root: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    let mut folders: Vec<_> = entries.map(|e| e.path()).filter(|p| p.is_dir()).collect();
    folders.sort();
    folders
}

fn test(dir: &Path, executors: &[Executor]) -> Result<(), Failed> {
    let folder = Folder::read(dir).map_err(|error| match error {
        FolderError::Disk(error) => error.to_string(),
        FolderError::Source(failure) => render(&failure.diagnostics, &failure.sources, Style::Plain),
    })?;
    if !folder.notes.is_empty() {
        return Err(folder.notes.join("\n").into());
    }
    let (slow, cases): (Vec<_>, Vec<_>) =
        folder.cases.into_iter().partition(|case| SLOW_ON_SWIFTSHADER.contains(&case.op.as_str()));
    let others: Vec<Executor> = executors.iter().filter(|e| !e.is_named("swiftshader")).cloned().collect();
    for (executors, cases) in [(executors, cases), (&others, slow)] {
        let (done, _) = run(&folder.package, executors, &cases, &|_| {})?;
        let failures = report::failures(executors, &cases, &done);
        if !failures.is_empty() {
            return Err(failures.into());
        }
    }
    Ok(())
}
