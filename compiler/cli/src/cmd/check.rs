//! `wgpuc check`.

use super::inspect::verdicts;
use super::{print, timed};
use crate::args;
use crate::exit::Failure;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use wgpuc_core::driver::{self, Options, Output};

/// Compiles a folder for every target, reads its case files, and keeps nothing.
pub(crate) fn run(args: &args::Check) -> Result<ExitCode, Failure> {
    let input = wgpuc_build::read_folder(&args.dir)?;
    let output = timed(&args.dir, || driver::compile(&input, &Options { proofs: true, ..Options::default() }));
    let checked = match output.map_err(|failure| failure.lying_in(&args.dir)) {
        Ok(mut output) => {
            output.sources.lie_in(args.dir.display().to_string());
            let notes = checks_that_stay(&output);
            case_mistakes(&args.dir, output)?.map_or(Ok(notes), Err)
        }
        Err(failure) => Err(failure),
    };
    match checked {
        Ok(_) if args.json => Ok(ExitCode::SUCCESS),
        Ok(notes) => {
            // Nobody is left to be told that standard error is closed.
            let _ = std::io::stderr().write_all(notes.as_bytes());
            Ok(ExitCode::SUCCESS)
        }
        Err(failure) if args.json => {
            let lines: String = as_json(&failure).iter().map(|d| format!("{d}\n")).collect();
            print(&lines)?;
            Ok(ExitCode::FAILURE)
        }
        Err(failure) => Err(failure.into()),
    }
}

/// What is wrong with the case files: their keys, ops and arguments. No case runs.
#[cfg(feature = "run")]
fn case_mistakes(dir: &Path, output: Output) -> Result<Option<driver::Failure>, Failure> {
    use wgpuc_conformance::{Folder, FolderError};
    match Folder::check_cases(dir, output) {
        Ok(()) => Ok(None),
        Err(FolderError::Disk(error)) => Err(error.into()),
        Err(FolderError::Source(failure)) => Ok(Some(failure.lying_in(dir))),
    }
}

/// Without what tests kernels, case files are not read.
#[cfg(not(feature = "run"))]
fn case_mistakes(_: &Path, _: Output) -> Result<Option<driver::Failure>, Failure> {
    Ok(None)
}

/// The accesses of the package that are checked at run time, and what is missing for a proof: often a `require!`.
fn checks_that_stay(output: &Output) -> String {
    let forms = output.kernels.iter().flat_map(|instance| &instance.forms);
    let stays = forms.flat_map(|form| verdicts(output, form)).filter(|verdict| verdict.stays);
    // Several instances and forms have the same access.
    let places: BTreeMap<_, _> = stays.map(|v| ((v.file, v.line, v.column), (v.text, v.why))).collect();
    let mut text = String::new();
    for ((file, line, column), (access, why)) in places {
        let _ = writeln!(text, "note: {file}:{line}:{column}: `{access}` is checked at run time: {why}");
    }
    text
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
