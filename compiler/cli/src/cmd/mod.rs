//! The commands, one file each.

#[cfg(feature = "run")]
pub(crate) mod bench;
pub(crate) mod build;
pub(crate) mod check;
#[cfg(feature = "run")]
pub(crate) mod devices;
pub(crate) mod explain;
pub(crate) mod fmt;
mod html;
pub(crate) mod inspect;
pub(crate) mod new;
mod plan;
#[cfg(feature = "run")]
pub(crate) mod run;
#[cfg(feature = "run")]
pub(crate) mod test;
mod usage;
#[cfg(feature = "run")]
pub(crate) mod watch;

use crate::exit::Failure;
use std::io::Write;
use std::path::Path;
use std::time::Instant;
use wgpuc_core::driver::{self, Options, Output};

/// Reads and compiles a kernel folder.
fn compile(dir: &Path, options: &Options) -> Result<Output, Failure> {
    let input = wgpuc_build::read_folder(dir)?;
    let output = timed(dir, || driver::compile(&input, options));
    Ok(output.map_err(|failure| failure.lying_in(dir))?)
}

/// Logs how long a compilation took.
fn timed<R>(dir: &Path, compile: impl FnOnce() -> R) -> R {
    let _span = tracing::debug_span!("compile", dir = %dir.display()).entered();
    let start = Instant::now();
    let result = compile();
    tracing::debug!(millis = start.elapsed().as_millis(), "done");
    result
}

/// Prints to standard output; a reader that went away ends the command quietly.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::disk(format_args!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}
