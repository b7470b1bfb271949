//! `wgpuc test`.

use super::print;
use crate::args;
use crate::exit::Failure;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use wgpuc_conformance::{Case, Done, Executor, Folder, FolderError, Package, report, standard};
use wgpuc_runtime::Library;

/// Runs the cases and prints the table of largest errors.
pub(crate) fn run(args: &args::Test) -> Result<ExitCode, Failure> {
    let library: Library = args.library.parse().map_err(Failure::usage)?;
    let executors = executors(&args.backend, library)?;
    let Folder { package, cases, notes } = match &args.dir {
        Some(dir) => read(dir)?,
        None => Folder { package: Package::standard()?, cases: standard::cases(), notes: own_kernels() },
    };
    let cases = filtered(cases, args.filter.as_deref())?;
    if args.list {
        return list(&executors, &cases);
    }
    let progress = Progress { n_done: AtomicUsize::new(0), shows: std::io::stderr().is_terminal() };
    let done = wgpuc_conformance::run(&package, &executors, &cases, &|done| {
        progress.step(&executors, &cases, done);
    });
    progress.clear();
    let (done, without_code) = done.map_err(Failure::no_device)?;
    if args.json {
        print(&format!("{:#}\n", report::json(&executors, &cases, &done)))?;
    } else {
        print(&format!("{}{}", report::table(&executors, &cases, &done), report::failures(&executors, &cases, &done)))?;
    }
    say(&notes);
    say(&without_code);
    say(&package.never_ran());
    match done.iter().filter(|d| d.ran.failure.is_some()).count() {
        0 => Ok(ExitCode::SUCCESS),
        failed => Err(Failure::failed(format_args!("{failed} of {} runs failed", done.len()))),
    }
}

/// Compiles a folder and reads its case files.
pub(super) fn read(dir: &Path) -> Result<Folder, Failure> {
    Folder::read(dir).map_err(|error| match error {
        FolderError::Disk(error) => error.into(),
        FolderError::Source(failure) => Failure::from(failure.lying_in(dir)),
    })
}

/// Says what is no failure, and yet to be known.
pub(super) fn say(notes: &[String]) {
    for note in notes {
        // Nobody is left to be told that standard error is closed.
        let _ = writeln!(std::io::stderr(), "note: {note}");
    }
}

/// That there are other kernels here than those that are tested where no folder is named.
fn own_kernels() -> Vec<String> {
    let is_there = Path::new("kernels").is_dir();
    is_there
        .then(|| "these were the standard kernels; `wgpuc test kernels` tests yours".to_owned())
        .into_iter()
        .collect()
}

/// What this machine has, of what was asked for.
pub(super) fn executors(asked: &[String], library: Library) -> Result<Vec<Executor>, Failure> {
    let all = Executor::all();
    let names: Vec<String> = all.iter().map(|e| e.name.clone()).collect();
    if let Some(unknown) = asked.iter().find(|part| !all.iter().any(|e| e.is_named(part))) {
        let names = names.join("\n  ");
        return Err(Failure::no_device(format_args!("nothing here is called `{unknown}`; there are\n  {names}")));
    }
    let wanted = all.into_iter().filter(|e| asked.is_empty() || asked.iter().any(|part| e.is_named(part)));
    Ok(wanted.map(|e| e.with(library)).collect())
}

pub(super) fn filtered(mut cases: Vec<Case>, filter: Option<&str>) -> Result<Vec<Case>, Failure> {
    let Some(filter) = filter else { return Ok(cases) };
    cases.retain(|case| case.title().contains(filter));
    if cases.is_empty() {
        return Err(Failure::usage(format_args!("no case has `{filter}` in its name; `--list` shows them all")));
    }
    Ok(cases)
}

fn list(executors: &[Executor], cases: &[Case]) -> Result<ExitCode, Failure> {
    let executors = executors.iter().map(|e| format!("  {}\n", e.name)).collect::<String>();
    let titles = cases.iter().map(|c| format!("  {}\n", c.title())).collect::<String>();
    print(&format!("on each of\n{executors}{} cases\n{titles}", cases.len()))?;
    Ok(ExitCode::SUCCESS)
}

/// A line on a terminal that says how far it is.
struct Progress {
    n_done: AtomicUsize,
    shows: bool,
}

impl Progress {
    fn step(&self, executors: &[Executor], cases: &[Case], done: &Done) {
        let n = self.n_done.fetch_add(1, Ordering::Relaxed) + 1;
        let (Some(executor), Some(case)) = (executors.get(done.executor), cases.get(done.case)) else { return };
        if self.shows {
            let line = format!("{n} done: {} on {}", case.title(), executor.name);
            let line: String = line.chars().take(79).collect();
            // Nobody minds a progress line that cannot be written.
            let _ = write!(std::io::stderr(), "\r\x1b[K{line}");
        }
    }

    fn clear(&self) {
        if self.shows {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}
