//! `cargo xtask demo`: kernel source to a C++ guest that trains and uses a random forest, on the CPU.

use crate::guests::{DIABETES_CPP, build, build_kernels};
use crate::process::{output, run_step};
use crate::setup::Piece;
use crate::workspace::{Profile, Workspace};
use anyhow::{Context, Result, ensure};
use std::path::PathBuf;
use std::process::Command;

pub(crate) fn run(workspace: &Workspace, guest_args: &[String]) -> Result<()> {
    run_step(Job::ready(workspace)?.command().args(guest_args))
}

/// The guest with the standard kernels, on the CPU backend.
struct Job {
    wgpuc: PathBuf,
    guest: PathBuf,
    data: PathBuf,
}

impl Job {
    /// Builds what it takes.
    fn ready(workspace: &Workspace) -> Result<Self> {
        Piece::Cpp.install(workspace)?;
        let wgpuc = build_kernels(workspace, Profile::Release)?;
        let guest = build(workspace, &DIABETES_CPP)?;
        Ok(Self { wgpuc, guest, data: workspace.root.join("examples/diabetes/data") })
    }

    /// What runs it; the guest's arguments are still to come.
    fn command(&self) -> Command {
        let mut command = Command::new(&self.wgpuc);
        command.args(["run", "--backend", "cpu", "-d"]).arg(format!("{}::/data", self.data.display())).arg(&self.guest);
        command
    }
}

/// The mean squared error of scikit-learn's forest with the same settings, over 20 seeds, and how far the mean of ours may be
/// from it: six of its standard errors (the seeds' deviation is 42).
const WANTED: (f64, f64) = (2876.0, 60.0);

/// Trains with `n` seeds, and compares the mean error with that of scikit-learn's forests.
pub(crate) fn seeds(workspace: &Workspace, n: u32) -> Result<()> {
    let job = Job::ready(workspace)?;
    let mut errors = vec![];
    for seed in 0..n.max(1) {
        let found = output(job.command().args(["--seed", &seed.to_string()]))?;
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
