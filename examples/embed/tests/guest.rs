//! The host runs a guest that C made: `cargo xtask guests` builds it into the folder that `WGPUC_GUESTS` names.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::path::PathBuf;
use std::process::Command;

#[test]
fn it_runs_a_guest() {
    let folder = std::env::var_os("WGPUC_GUESTS").map(PathBuf::from);
    let Some(guest) = folder.map(|f| f.join("hello-c.wasm")).filter(|path| path.is_file()) else {
        assert!(std::env::var_os("CI").is_none(), "hello-c.wasm is not built; `cargo xtask test` builds it");
        return eprintln!("skipped: hello-c.wasm is not built");
    };
    let output = Command::new(env!("CARGO_BIN_EXE_embed")).arg(guest).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains(" serves\n") && text.contains("2 4 6 8"), "{text}");
}
