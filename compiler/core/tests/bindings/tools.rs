//! The compilers of guests and hosts, where they are installed, and folders with generated files.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use wgpuc_abi::Manifest;
use wgpuc_core::bindings::{Language, generate};

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The command, if it can be started; where it is missing, a skip that is named, or an error in CI.
pub(crate) fn tool(program: impl AsRef<Path>, how_to_get: &str) -> Option<PathBuf> {
    let program = program.as_ref();
    let probe = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if probe.is_ok_and(|status| status.success()) {
        return Some(program.to_owned());
    }
    assert!(env::var_os("CI").is_none(), "{} is missing: {how_to_get}", program.display());
    eprintln!("skipped, because {} is missing: {how_to_get}", program.display());
    None
}

/// A compiler of guests: `wasi-clang` or `wasi-clang++`.
pub(crate) fn guest_compiler(name: &str) -> Option<PathBuf> {
    tool(root().join("xtask/bin").join(name), "run `cargo xtask setup cpp`")
}

/// A folder of this test's own with a package's bindings for some languages.
pub(crate) fn generated(test: &str, manifest: &Manifest, languages: &[Language]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bindings").join(test);
    let _ = fs::remove_dir_all(&folder);
    for (path, bytes) in languages.iter().flat_map(|l| generate(manifest, *l).expect("bindings")) {
        let file = folder.join(path);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder for bindings");
        fs::write(file, bytes).expect("a file of bindings");
    }
    folder
}

/// Runs a command that must succeed and say nothing; returns what it writes to standard output.
pub(crate) fn run_quietly(command: &mut Command) -> String {
    let output = command.output().expect("the tool starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{command:?}: {}\n{errors}", output.status);
    String::from_utf8_lossy(&output.stdout).into_owned()
}
