//! The host runs the guest of a new project: `cargo xtask guests` builds that into the folder that `WGPUC_GUESTS` names.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn it_runs_the_guest_of_a_new_project() {
    let folder = std::env::var_os("WGPUC_GUESTS").map(PathBuf::from);
    let Some(guest) = folder.map(|f| f.join("project-rust.wasm")).filter(|path| path.is_file()) else {
        assert!(std::env::var_os("CI").is_none(), "project-rust.wasm is not built; `cargo xtask test` builds it");
        return eprintln!("skipped: project-rust.wasm is not built");
    };
    let run = |arg: &Path| Command::new(env!("CARGO_BIN_EXE_template-host")).arg(arg).output().unwrap();
    let output = run(&guest);
    let (text, wrong) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && !text.is_empty(), "{text}{wrong}");
    let missing = run(Path::new("no-such.wasm"));
    assert!(!missing.status.success() && String::from_utf8_lossy(&missing.stderr).contains("cannot read no-such.wasm"));
}

#[test]
fn it_depends_on_what_the_template_depends_on() {
    let names = |path: &str| {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
        let of_ours = text.lines().filter_map(|line| line.strip_prefix("wgpuc-")?.split([' ', '.']).next());
        of_ours.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(names("Cargo.toml"), names("../host/Cargo.toml"));
    assert_eq!(names("Cargo.toml"), ["runtime", "build"]);
}
