//! `wgpuc fmt`: kernel files are Rust, so rustfmt lays them out.

use crate::args;
use crate::exit::Failure;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

/// Formats a folder's files, or says which are not.
pub(crate) fn run(args: &args::Fmt) -> Result<ExitCode, Failure> {
    let input = wgpuc_build::read_folder(&args.dir)?;
    let files: Vec<PathBuf> =
        input.files.iter().filter(|(name, _)| name.ends_with(".rs")).map(|(name, _)| args.dir.join(name)).collect();
    if files.is_empty() {
        return Err(Failure::usage(format_args!("{} has no kernel files", args.dir.display())));
    }
    let mut rustfmt = Command::new("rustfmt");
    // A `lib.rs` names the other files: those are listed anyway.
    rustfmt.args(["--edition", "2024", "--config", "skip_children=true"]).args(args.check.then_some("--check"));
    rustfmt.args(&files);
    let status = match rustfmt.status() {
        Ok(status) => status,
        Err(why) => {
            let message =
                format_args!("rustfmt does not start ({why}): install it with `rustup component add rustfmt`");
            return Err(Failure::disk(message));
        }
    };
    if status.success() {
        return Ok(ExitCode::SUCCESS);
    }
    Err(Failure::failed(match args.check {
        true => "files are not formatted; run the same command without `--check`",
        false => "rustfmt cannot read a file; `wgpuc check` says what is wrong with it",
    }))
}
