//! `cargo xtask test`: installs what the tests need, then runs all checks and tests.

use crate::guests;
use crate::process::run_step;
use crate::setup::{Piece, SWIFTSHADER_ICD};
use crate::workspace::{Profile, Workspace};
use anyhow::Result;
use clap::ValueEnum;
use std::env;
use std::process::Command;

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let skipped = install_or_skip(workspace)?;
    check_format(workspace)?;
    // kernel folders are members too: so it also says whether kernels are valid Rust, as editors need it
    run_step(cargo(workspace).args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    if ![Piece::Cpp, Piece::Rust, Piece::Cmake].iter().any(|piece| skipped.contains(piece)) {
        guests::build_all(workspace, Profile::Dev)?;
    }
    run_step(cargo(workspace).args(["test", "--workspace"]))?;
    // the schema is a feature that nothing else in the workspace asks for
    run_step(cargo(workspace).args(["test", "--package", "wgpuc-abi", "--features", "schema"]))?;
    for piece in skipped {
        eprintln!("skipped: what needs {piece:?}, for the reason above");
    }
    Ok(())
}

/// Installs all pieces; returns those that could not be, which is an error in CI.
fn install_or_skip(workspace: &Workspace) -> Result<Vec<Piece>> {
    let mut skipped = Vec::new();
    for piece in Piece::value_variants() {
        match piece.install(workspace) {
            Ok(()) => {}
            Err(error) if env::var_os("CI").is_some() => return Err(error),
            Err(error) => {
                eprintln!("warning: {error:#}");
                skipped.push(*piece);
            }
        }
    }
    Ok(skipped)
}

/// Guests and what is put into generated code are Rust too, but no members of the workspace.
fn check_format(workspace: &Workspace) -> Result<()> {
    run_step(cargo(workspace).args(["fmt", "--check"]))?;
    let guest = "examples/diabetes/rust/Cargo.toml";
    run_step(cargo(workspace).args(["fmt", "--check", "--manifest-path", guest]))?;
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(["--check", "--edition", "2024", "templates/rust/wasi_gpu.rs", "templates/rust/host.rs"]);
    run_step(rustfmt.current_dir(&workspace.root))
}

/// Cargo, with what the tests ask the environment for.
fn cargo(workspace: &Workspace) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(&workspace.root);
    command.env("WGPUC_TOOLS", &workspace.tools).env("WGPUC_GUESTS", workspace.guests());
    // the Vulkan loader looks for drivers in the system's folders; SwiftShader's lies elsewhere
    command.env("VK_ADD_DRIVER_FILES", SWIFTSHADER_ICD);
    if env::var_os("XDG_RUNTIME_DIR").is_none() {
        // without it, drivers complain once a device
        command.env("XDG_RUNTIME_DIR", env::temp_dir());
    }
    command
}
