//! `cargo xtask demo`: kernel source to a C++ guest that trains and uses a random forest, on the CPU.

use crate::guests::{DIABETES_CPP, build, build_kernels};
use crate::process::run_step;
use crate::setup::Piece;
use crate::workspace::{Profile, Workspace};
use anyhow::Result;
use std::process::Command;

pub(crate) fn run(workspace: &Workspace, guest_args: &[String]) -> Result<()> {
    Piece::Cpp.install(workspace)?;
    let wgpuc = build_kernels(workspace, Profile::Release)?;
    let guest = build(workspace, &DIABETES_CPP)?;
    let data = workspace.root.join("examples/diabetes/data");
    let mut demo = Command::new(wgpuc);
    demo.args(["run", "--backend", "cpu", "-d"]).arg(format!("{}::/data", data.display()));
    run_step(demo.arg(guest).args(guest_args))
}
