//! `wgpuc bench`.

use super::print;
use super::run::bundle_in;
use crate::args;
use crate::exit::Failure;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use wgpuc_bench::{Ceilings, Error, Event, Report, plot, table};
use wgpuc_runtime::{Backend, GpuSetupError, Library};

/// Measures the standard ops, shows each as it is known, and writes what was asked for.
pub(crate) fn run(args: &args::Bench) -> Result<ExitCode, Failure> {
    let backend: Backend = args.backend.parse().map_err(Failure::usage)?;
    let library: Library = args.library.parse().map_err(Failure::usage)?;
    let peers = args.peer.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?;
    let mut progress = Progress { ceilings: Ceilings::default(), peers, printed: Ok(()) };
    let kernels = args.kernels.as_deref().map_or_else(|| Ok(wgpuc_kernels::bundle()), bundle_in)?;
    let measured = wgpuc_bench::run((backend, library), kernels, &args.ops, |event| progress.show(event));
    progress.clear();
    progress.printed?;
    let report = measured.map_err(|error| match error {
        Error::Setup(GpuSetupError::Device(error)) => {
            Failure::no_device(format_args!("{error}; `wgpuc devices` lists what there is"))
        }
        Error::Setup(GpuSetupError::Library(error)) => Failure::no_device(error),
        error @ Error::Unknown { .. } => Failure::usage(error),
        error => Failure::failed(error),
    })?;
    if let Some(path) = &args.json {
        let json = serde_json::to_string_pretty(&report).map_err(Failure::failed)?;
        write(path, &(json + "\n"))?;
    }
    if let Some(path) = &args.plot {
        match plot::svg(&report) {
            Some(svg) => write(path, &svg)?,
            None => return Err(Failure::usage("nothing to plot: no op was measured at more than one size")),
        }
    }
    match report.unmeasured.iter().filter(|case| case.is_failure).count() {
        0 => Ok(ExitCode::SUCCESS),
        n => Err(Failure::failed(format_args!("{n} of the measured ops failed"))),
    }
}

/// What is said while it measures: rows on standard output, and on a terminal what is under way.
struct Progress {
    ceilings: Ceilings,
    peers: Vec<Report>,
    printed: Result<(), Failure>,
}

impl Progress {
    fn show(&mut self, event: &Event<'_>) {
        self.clear();
        let text = match event {
            Event::Begins { done, total, what } => {
                if std::io::stderr().is_terminal() {
                    // Nobody is left to be told that standard error is closed.
                    let _ = write!(std::io::stderr(), "[{}/{total}] {what} ...", done + 1);
                }
                return;
            }
            Event::Ceilings(device, ceilings) => {
                self.ceilings = (*ceilings).clone();
                let others = self.peers.iter().filter(|peer| peer.device.name != device.name);
                let warn = |peer: &Report| format!("warning: {} was measured on {}\n", peer.by, peer.device.name);
                others.map(warn).collect::<String>() + &table::head(device, ceilings)
            }
            Event::Row(row, beside) => table::row(row, beside, &self.ceilings, &self.peers),
            Event::Unmeasured(case) => table::unmeasured(case),
        };
        if self.printed.is_ok() {
            self.printed = print(&text);
        }
    }

    fn clear(&self) {
        if std::io::stderr().is_terminal() {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

fn read(path: &Path) -> Result<Report, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::disk(format_args!("cannot read {}: {error}", path.display())))?;
    serde_json::from_str(&text)
        .map_err(|error| Failure::usage(format_args!("{} is no report of a benchmark: {error}", path.display())))
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|error| Failure::disk(format_args!("cannot write {}: {error}", path.display())))
}
