//! A kernel folder with its case files: what `wgpuc test DIR` runs.

use crate::case::Case;
use crate::cases::{self, CaseFile};
use crate::generate;
use crate::package::Package;
use crate::reference::Reference;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use wgpuc_build::DiskError;
use wgpuc_core::diag::Diagnostics;
use wgpuc_core::driver::{Failure, Input, Output};
use wgpuc_core::source::Sources;

/// A compiled folder, and what to run of it.
pub struct Folder {
    /// Its kernels.
    pub package: Arc<Package>,
    /// The cases of its files, and generated ones.
    pub cases: Vec<Case>,
    /// Ops that nothing could be generated for, and why.
    pub notes: Vec<String>,
}

/// Why a folder cannot be tested.
#[derive(Debug)]
pub enum FolderError {
    /// A file cannot be read.
    Disk(DiskError),
    /// The kernels, or the case files, have mistakes.
    Source(Failure),
}

impl From<DiskError> for FolderError {
    fn from(error: DiskError) -> Self {
        Self::Disk(error)
    }
}

impl From<Failure> for FolderError {
    fn from(failure: Failure) -> Self {
        Self::Source(failure)
    }
}

/// What case files' names end in.
const ENDING: &str = ".cases.toml";

impl Folder {
    /// Compiles a folder and reads its case files.
    ///
    /// # Errors
    /// Where a file cannot be read, or has mistakes.
    pub fn read(dir: &Path) -> Result<Self, FolderError> {
        let package = Package::compile(&wgpuc_build::read_folder(dir)?)?;
        let reference = Arc::new(Reference::new(Arc::clone(&package)));
        let CaseFile { cases: mut all, without_generated: without } = read_cases(dir, &reference)?;
        let (generated, mut notes) = generate::cases(&reference, &without);
        notes.extend(unread(dir)?);
        all.extend(generated);
        Ok(Self { package, cases: all, notes })
    }

    /// Reads the case files of a compiled folder, and keeps nothing.
    ///
    /// # Errors
    /// Where one cannot be read, or has mistakes.
    pub fn check_cases(dir: &Path, output: Output) -> Result<(), FolderError> {
        read_cases(dir, &Arc::new(Reference::new(Package::of(output)))).map(drop)
    }

    /// Kernels without a folder, and without case files.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn generated(input: &Input) -> Result<Self, Failure> {
        let package = Package::compile(input)?;
        let (cases, notes) = generate::cases(&Arc::new(Reference::new(Arc::clone(&package))), &[]);
        Ok(Self { package, cases, notes })
    }
}

/// What all case files of a folder hold.
fn read_cases(dir: &Path, reference: &Arc<Reference>) -> Result<CaseFile, FolderError> {
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    sources.lie_in(dir.display().to_string());
    let mut all = CaseFile::default();
    for path in case_files(dir)? {
        let text = std::fs::read_to_string(&path).map_err(failed(&path))?;
        let id = sources.add(path.file_name().unwrap_or_default().to_string_lossy(), text);
        let mut file = cases::read(id, &sources, dir, reference, &mut diagnostics);
        all.cases.append(&mut file.cases);
        all.without_generated.append(&mut file.without_generated);
    }
    match diagnostics.is_empty() {
        true => Ok(all),
        false => Err(Failure { diagnostics, sources }.into()),
    }
}

fn case_files(dir: &Path) -> Result<Vec<PathBuf>, DiskError> {
    let mut files = vec![];
    for entry in std::fs::read_dir(dir).map_err(failed(dir))? {
        let path = entry.map_err(failed(dir))?.path();
        if path.to_string_lossy().ends_with(ENDING) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Notes on files that look as if they were to be read, and are not.
fn unread(dir: &Path) -> Result<Vec<String>, DiskError> {
    const OTHERS: [&str; 6] =
        ["wgpuc.toml", "Cargo.toml", "rustfmt.toml", ".rustfmt.toml", "clippy.toml", "rust-toolchain.toml"];
    let mut notes = vec![];
    for entry in std::fs::read_dir(dir).map_err(failed(dir))? {
        let name = entry.map_err(failed(dir))?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".toml") && !name.ends_with(ENDING) && !OTHERS.contains(&&*name) {
            notes
                .push(format!("{name} is not read: cases are in files that end in `{ENDING}`, settings in wgpuc.toml"));
        }
    }
    notes.sort();
    Ok(notes)
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> DiskError {
    let path = path.to_owned();
    move |source| DiskError { action: "read", path, source }
}
