//! Guests are compiled by the sdk that `WASI_SDK_PATH` names, whatever else is installed.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test")]

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

/// A compiler that only tells how it was called.
const COMPILER: &str = "#!/bin/sh\necho \"$0 $*\"\n";

#[test]
fn the_sdk_s_compilers_are_called_for_its_target() {
    let sdk = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wasi-sdk");
    std::fs::create_dir_all(sdk.join("bin")).unwrap();
    for tool in ["clang", "clang++"] {
        let path = sdk.join("bin").join(tool);
        std::fs::write(&path, COMPILER).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("bin").join(format!("wasi-{tool}"));
        let output = Command::new(script).args(["-O2", "a.c"]).env("WASI_SDK_PATH", &sdk).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(said, format!("{} --target=wasm32-wasip1 -O2 a.c\n", path.display()));
    }
}
