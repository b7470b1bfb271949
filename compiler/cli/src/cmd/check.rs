//! `wgpuc check`.

use super::{print, timed};
use crate::args;
use crate::exit::Failure;
use serde_json::{Value, json};
use std::process::ExitCode;
use wgpuc_core::driver::{self, Options};

/// Compiles a folder for every target and keeps nothing.
pub(crate) fn run(args: &args::Check) -> Result<ExitCode, Failure> {
    let input = wgpuc_build::read_folder(&args.dir)?;
    let output = timed(&args.dir, || driver::compile(&input, &Options::default()));
    match output.map_err(|failure| failure.lying_in(args.dir.display().to_string())) {
        Ok(_) => Ok(ExitCode::SUCCESS),
        Err(failure) if args.json => {
            let lines: String = as_json(&failure).iter().map(|d| format!("{d}\n")).collect();
            print(&lines)?;
            Ok(ExitCode::FAILURE)
        }
        Err(failure) => Err(failure.into()),
    }
}

fn as_json(failure: &driver::Failure) -> Vec<Value> {
    let sources = &failure.sources;
    let label = |l: &wgpuc_core::diag::Label| {
        let (line, column) = sources.line_column(l.span);
        json!({
            "file": sources.file(l.span.file).name, "line": line, "column": column,
            "start": l.span.start, "end": l.span.end, "text": l.text,
        })
    };
    let diagnostic = |d: &&wgpuc_core::diag::Diagnostic| {
        json!({
            "code": d.code.id, "message": d.message, "labels": d.labels.iter().map(label).collect::<Vec<_>>(),
            "notes": d.notes, "help": d.help,
        })
    };
    failure.diagnostics.sorted().iter().map(diagnostic).collect()
}
