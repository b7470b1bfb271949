//! Features of the language on every executor: each folder of `run/`, and the gallery of examples, has kernels and case
//! files, and every op is called with generated arguments too, as `wgpuc test DIR` does.

use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use wgpuc_conformance::{Executor, Folder, FolderError, report, run};
use wgpuc_core::diag::{Style, render};

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
    let (done, _) = run(&folder.package, executors, &folder.cases, &|_| {})?;
    match report::failures(executors, &folder.cases, &done) {
        failures if failures.is_empty() => Ok(()),
        failures => Err(failures.into()),
    }
}
