//! `cargo xtask demo`: kernel source to a C++ guest that trains and uses a random forest, on the CPU.

use crate::guests::{DIABETES_CPP, build, build_kernels};
use crate::process::{output, run_step};
use crate::setup::Piece;
use crate::workspace::{Profile, Workspace};
use anyhow::{Context, Result, ensure};
use std::process::Command;

pub(crate) fn run(workspace: &Workspace, guest_args: &[String]) -> Result<()> {
    run_step(job(workspace)?.args(guest_args))
}

/// The guest with the standard kernels, on the CPU backend; its arguments are still to come.
fn job(workspace: &Workspace) -> Result<Command> {
    Piece::Cpp.install(workspace)?;
    let wgpuc = build_kernels(workspace, Profile::Release)?;
    let guest = build(workspace, &DIABETES_CPP)?;
    let data = workspace.root.join("examples/diabetes/data");
    let mut job = Command::new(wgpuc);
    job.args(["run", "--backend", "cpu", "-d"]).arg(format!("{}::/data", data.display())).arg(guest);
    Ok(job)
}

/// The mean squared error of scikit-learn's forest with the same settings, over 20 seeds, and how far the mean of ours may be
/// from it: six of its standard errors (the seeds' deviation is 42).
const WANTED: (f64, f64) = (2876.0, 60.0);

/// Trains with `n` seeds, and compares the mean error with that of scikit-learn's forests.
pub(crate) fn seeds(workspace: &Workspace, n: u32) -> Result<()> {
    let mut errors = vec![];
    for seed in 0..n.max(1) {
        let found = output(job(workspace)?.args(["--seed", &seed.to_string()]))?;
        let error =
            found.lines().find_map(|line| line.strip_prefix("mean squared error: ")?.trim().parse::<f64>().ok());
        errors.push(error.context("the guest printed no mean squared error")?);
        println!("seed {seed}: {:.1}", errors.last().copied().unwrap_or_default());
    }
    let mean = errors.iter().sum::<f64>() / errors.len() as f64;
    let deviation = (errors.iter().map(|error| (error - mean).powi(2)).sum::<f64>() / errors.len() as f64).sqrt();
    let (wanted, apart) = WANTED;
    println!("mean {mean:.1}, standard deviation {deviation:.1}; scikit-learn's mean is {wanted}");
    ensure!((mean - wanted).abs() <= apart, "the mean is more than {apart} from scikit-learn's");
    Ok(())
}
