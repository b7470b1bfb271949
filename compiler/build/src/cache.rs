//! What earlier builds made, by what they made it from: compiler, files and options. A build that has been done before,
//! here or in another project, takes no longer than reading it.
//!
//! It lies in the folder that `WGPUC_CACHE` names, else in the user's own for such things; `WGPUC_CACHE=off` does without.
//! Nothing in it is needed: what is absent, damaged or cannot be written is compiled.

use sha2::{Digest, Sha256};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use wgpuc_abi::Target;
use wgpuc_core::bindings::Files;
use wgpuc_core::driver::{Input, Options};

/// Where it lies, or `off`.
pub const CACHE_VARIABLE: &str = "WGPUC_CACHE";

/// Results that are kept; the oldest go first.
const MAX_ENTRIES: usize = 64;
/// Of each entry the first bytes: the digest of the rest.
const DIGEST: usize = 32;

/// What a build with these files and options made; `None` where it has not been done, or is not kept.
pub(crate) fn read(folder: &Path, input: &Input, options: &Options) -> Option<Files> {
    let path = folder.join(key(input, options)?);
    let bytes = fs::read(&path).ok()?;
    let (digest, mut rest) = bytes.split_at_checked(DIGEST)?;
    if Sha256::digest(rest).as_slice() != digest {
        return None;
    }
    let mut files = Files::new();
    while !rest.is_empty() {
        let name = String::from_utf8(take(&mut rest)?.to_vec()).ok()?;
        files.insert(name, take(&mut rest)?.to_vec());
    }
    // Used now, so among the last to go.
    let _ = fs::File::options().append(true).open(&path).and_then(|file| file.set_modified(SystemTime::now()));
    Some(files)
}

/// Keeps what a build made. Where that fails, the next one compiles.
pub(crate) fn write(folder: &Path, input: &Input, options: &Options, files: &Files) {
    let Some(key) = key(input, options) else { return };
    let mut rest = vec![];
    for part in files.iter().flat_map(|(name, bytes)| [name.as_bytes(), bytes.as_slice()]) {
        rest.extend((part.len() as u64).to_le_bytes());
        rest.extend(part);
    }
    let entry = [Sha256::digest(&rest).as_slice(), &rest].concat();
    // Under its name only when it is whole: others may read at the same time.
    let partial = folder.join(format!("{key}.{}", std::process::id()));
    let done = fs::create_dir_all(folder)
        .and_then(|()| fs::write(&partial, entry))
        .and_then(|()| fs::rename(&partial, folder.join(key)));
    if done.is_err() {
        let _ = fs::remove_file(&partial);
    }
    prune(folder);
}

fn take<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let (len, after) = rest.split_first_chunk::<8>()?;
    let (part, after) = after.split_at_checked(usize::try_from(u64::from_le_bytes(*len)).ok()?)?;
    *rest = after;
    Some(part)
}

fn prune(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut entries: Vec<(SystemTime, PathBuf)> =
        entries.filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path()))).collect();
    entries.sort();
    let n_old = entries.len().saturating_sub(MAX_ENTRIES);
    for (_, path) in &entries[..n_old] {
        let _ = fs::remove_file(path);
    }
}

/// Where the cache lies; `None` where there is none.
pub(crate) fn folder() -> Option<PathBuf> {
    let at = |variable: &str| env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
    match env::var_os(CACHE_VARIABLE) {
        Some(off) if off == "off" => None,
        Some(folder) if !folder.is_empty() => Some(PathBuf::from(folder)),
        _ => at("XDG_CACHE_HOME")
            .or_else(|| at("LOCALAPPDATA"))
            .or_else(|| at("HOME").map(|home| home.join(".cache")))
            .map(|folder| folder.join("wgpuc")),
    }
}

/// The name of an entry: a digest of the compiler, the files and the options. `None` where another program has a part in
/// the result.
fn key(input: &Input, options: &Options) -> Option<String> {
    if options.targets.contains(&Target::Cubin) || input.files.iter().any(|(_, bytes)| names_cubin(bytes)) {
        return None;
    }
    let mut digest = Sha256::new();
    let mut add = |part: &[u8]| {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    };
    add(env!("WGPUC_COMPILER").as_bytes());
    add(input.folder_name.as_bytes());
    for (name, bytes) in &input.files {
        add(name.as_bytes());
        add(bytes);
    }
    add(format!("{:?} {:?} {:?}", options.targets, options.architectures, options.bindings).as_bytes());
    Some(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Whether `wgpuc.toml` may ask for machine code.
fn names_cubin(bytes: &[u8]) -> bool {
    bytes.windows(7).any(|window| window == b"\"cubin\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_is_found_and_what_is_damaged_is_not() {
        let folder = tempfile::tempdir().unwrap_or_else(|why| panic!("{why}"));
        let folder = folder.path();
        let input = Input { folder_name: "k".to_owned(), files: vec![("a.rs".to_owned(), b"x".to_vec())] };
        let options = Options::default();
        let files = Files::from([("m.json".to_owned(), b"{}".to_vec()), ("empty".to_owned(), vec![])]);
        assert_eq!(read(folder, &input, &options), None);
        write(folder, &input, &options, &files);
        assert_eq!(read(folder, &input, &options), Some(files));
        let other = Input { files: vec![("a.rs".to_owned(), b"y".to_vec())], ..input.clone() };
        assert_eq!(read(folder, &other, &options), None);
        let targets = vec![Target::Wgsl];
        assert_eq!(read(folder, &input, &Options { targets, ..Options::default() }), None);
        let path = folder.join(key(&input, &options).unwrap_or_default());
        let mut bytes = fs::read(&path).unwrap_or_default();
        if let Some(last) = bytes.last_mut() {
            *last ^= 1;
        }
        fs::write(&path, bytes).unwrap_or_else(|why| panic!("{why}"));
        assert_eq!(read(folder, &input, &options), None);
        for n in 0..MAX_ENTRIES + 3 {
            write(folder, &Input { folder_name: n.to_string(), ..input.clone() }, &options, &Files::new());
        }
        assert_eq!(fs::read_dir(folder).into_iter().flatten().count(), MAX_ENTRIES);
    }
}
