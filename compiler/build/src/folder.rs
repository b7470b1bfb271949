//! Kernel folders and output folders on disk.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use wgpuc_abi::Manifest;
use wgpuc_core::bindings::{self, Files, Language};
use wgpuc_core::driver::Input;

/// A folder or file that cannot be read or written.
#[derive(Debug)]
pub struct DiskError {
    /// What was tried: `read`, `write`, `remove`.
    pub action: &'static str,
    /// Where.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

impl std::fmt::Display for DiskError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cannot {} {}: {}", self.action, self.path.display(), self.source)
    }
}

impl std::error::Error for DiskError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// Reads a kernel folder: `wgpuc.toml` and every `.rs` file, not those in folders below it.
///
/// # Errors
/// Where the folder, or a file in it, cannot be read.
pub fn read_folder(dir: &Path) -> Result<Input, DiskError> {
    let mut files = vec![];
    for entry in fs::read_dir(dir).map_err(failed("read", dir))? {
        let path = entry.map_err(failed("read", dir))?.path();
        let Some(name) = path.file_name().and_then(|n| n.to_str()).map(str::to_owned) else { continue };
        if name == "wgpuc.toml" || (path.extension().is_some_and(|e| e == "rs") && path.is_file()) {
            files.push((name, fs::read(&path).map_err(failed("read", &path))?));
        }
    }
    // The system lists files in any order; the compiler's output must not depend on it.
    files.sort();
    let full = fs::canonicalize(dir).map_err(failed("read", dir))?;
    let folder_name = full.file_name().and_then(|n| n.to_str()).unwrap_or("kernels").to_owned();
    Ok(Input { folder_name, files })
}

/// Reads the WIT of a package: every `.wit` file of a folder and of those below it; or one file, and those beside it that may
/// be of the same package, of which a single file need bear the name.
///
/// # Errors
/// Where the file, or the folder or a file in it, cannot be read.
pub fn read_wit(path: &Path) -> Result<Vec<String>, DiskError> {
    if path.is_dir() {
        return wit_below(path, true);
    }
    let is_named = |text: &str| text.lines().any(|line| line.starts_with("package "));
    let text = fs::read_to_string(path).map_err(failed("read", path))?;
    let beside = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut others = wit_below(beside, false)?;
    others.retain(|other| *other != text && !(is_named(&text) && is_named(other)));
    others.push(text);
    Ok(others)
}

fn wit_below(path: &Path, folders: bool) -> Result<Vec<String>, DiskError> {
    let mut texts = vec![];
    let mut entries = vec![];
    for entry in fs::read_dir(path).map_err(failed("read", path))? {
        entries.push(entry.map_err(failed("read", path))?.path());
    }
    entries.sort();
    for entry in entries {
        if entry.is_dir() && folders {
            texts.extend(wit_below(&entry, true)?);
        } else if entry.is_file() && entry.extension().is_some_and(|e| e == "wit") {
            texts.push(fs::read_to_string(&entry).map_err(failed("read", &entry))?);
        }
    }
    Ok(texts)
}

/// Writes files into a folder, leaving those alone whose content is right. Returns how many were written.
///
/// # Errors
/// Where a folder cannot be made or a file not be written.
pub fn write_changed(out: &Path, files: &Files) -> Result<usize, DiskError> {
    let mut written = 0;
    for (name, bytes) in files {
        let path = out.join(name);
        if fs::read(&path).is_ok_and(|old| old == *bytes) {
            continue;
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(failed("make the folder", parent))?;
        }
        fs::write(&path, bytes).map_err(failed("write", &path))?;
        written += 1;
    }
    Ok(written)
}

/// The files that are absent from a folder, or differ there.
#[must_use]
pub fn drifted<'a>(out: &Path, files: &'a Files) -> Vec<&'a str> {
    let differs = |name: &str, bytes: &Vec<u8>| fs::read(out.join(name)).map_or(true, |old| old != *bytes);
    files.iter().filter(|(name, bytes)| differs(name, bytes)).map(|(name, _)| name.as_str()).collect()
}

/// Files among the artifacts of an output folder that a build does not have.
#[must_use]
pub fn strange(out: &Path, files: &Files) -> Vec<String> {
    let mut found = vec![];
    for (folder, ending) in [("cpu", "wasm"), ("wgsl", "wgsl"), ("ptx", "ptx"), ("cubin", "cubin")] {
        collect(out, folder, ending, &mut found);
    }
    found.retain(|name| !files.contains_key(name));
    found.sort();
    found
}

/// The files of that ending in a folder and those below it, by their names from `out`.
fn collect(out: &Path, folder: &str, ending: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(out.join(folder)).into_iter().flatten().flatten() {
        let Some(name) = entry.file_name().to_str().map(|name| format!("{folder}/{name}")) else { continue };
        let path = entry.path();
        if path.is_dir() && !path.is_symlink() {
            collect(out, &name, ending, found);
        } else if path.extension().is_some_and(|e| e == ending) {
            found.push(name);
        }
    }
}

/// Removes what an earlier build wrote and this one does not: artifacts that the Manifest in the output folder names, and bindings
/// that are still as they come from it; nobody else's files. To be called before the new Manifest is written.
///
/// # Errors
/// Where a file cannot be removed.
pub fn remove_stale(out: &Path, files: &Files) -> Result<(), DiskError> {
    let old = fs::read_to_string(out.join("manifest.json")).unwrap_or_default();
    let is_named = |name: &String| old.contains(&format!("\"path\": \"{name}\""));
    let mut stale = strange(out, files);
    stale.retain(is_named);
    stale.extend(stale_bindings(out, &old, files));
    stale.iter().map(|name| out.join(name)).try_for_each(|path| fs::remove_file(&path).map_err(failed("remove", &path)))
}

/// Bindings in an output folder that come from its old Manifest, byte for byte, and are none of a build's.
fn stale_bindings(out: &Path, old_manifest: &str, files: &Files) -> Vec<String> {
    let Ok(manifest) = serde_json::from_str::<Manifest>(old_manifest) else { return vec![] };
    let is_as_it_was = |name: &String, bytes: &[u8]| {
        !files.contains_key(name) && fs::read(out.join(name)).is_ok_and(|found| found == bytes)
    };
    // A language whose folder is not there costs nothing.
    let there = Language::ALL.into_iter().filter(|language| out.join(language.name()).is_dir());
    let generated = there.filter_map(|language| bindings::generate(&manifest, language).ok()).flatten();
    generated.filter(|(name, bytes)| is_as_it_was(name, bytes)).map(|(name, _)| name).collect()
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> DiskError {
    let path = path.to_owned();
    move |source| DiskError { action, path, source }
}
