//! `wgpuc watch`: builds and tests again what has changed whenever a file of the folder does.

use super::{build, print, test};
use crate::args;
use crate::exit::Failure;
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use wgpuc_conformance::{Case, Done, Executor, Folder, Package, Runner, report};
use wgpuc_runtime::Library;

/// How long between looks: reading a folder takes less than a millisecond.
const PAUSE: Duration = Duration::from_millis(20);

/// How long a folder must stay as it is: most editors empty a file and write it then.
const SETTLED: Duration = Duration::from_millis(5);

/// Goes on until it is interrupted; ends by itself only where the folder cannot be read at first, or nothing is there to
/// test on.
pub(crate) fn run(args: &args::Watch) -> Result<ExitCode, Failure> {
    let backend = if args.backend.is_empty() { vec!["interpreter".to_owned()] } else { args.backend.clone() };
    let mut watch = Watch { args, executors: test::executors(&backend, Library::Own)?, known: BTreeMap::new() };
    let mut seen = files(args)?;
    loop {
        let start = Instant::now();
        let outcome = match watch.round(&seen) {
            Ok(Some(n_tested)) => format!("fine, {n_tested} of {} ops tested,", watch.known.len()),
            Ok(None) => {
                seen = settled(args, seen);
                continue;
            }
            // It may have been half of a file that was wrong.
            Err(_) if has_changed(args, &seen) => {
                seen = settled(args, seen);
                continue;
            }
            Err(failure) => {
                failure.report();
                "wrong".to_owned()
            }
        };
        print(&format!("{outcome} after {} ms; waiting for changes\n", start.elapsed().as_millis()))?;
        while !has_changed(args, &seen) {
            std::thread::sleep(PAUSE);
        }
        seen = settled(args, seen);
    }
}

/// The files of a folder by name, with what is in them.
type Files = Vec<(String, Vec<u8>)>;

/// Every file that a build or a test reads, and what is in it.
fn files(args: &args::Watch) -> Result<Files, Failure> {
    let mut files = wgpuc_build::read_folder(&args.dir)?.files;
    let entries = std::fs::read_dir(&args.dir).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().ends_with(".cases.toml")) {
        let name = entry.file_name().to_string_lossy().into_owned();
        files.extend(std::fs::read(entry.path()).ok().map(|bytes| (name, bytes)));
    }
    files.sort();
    Ok(files)
}

/// While an editor writes, a file may be away for a moment: that is no change.
fn has_changed(args: &args::Watch, seen: &Files) -> bool {
    files(args).is_ok_and(|now| now != *seen)
}

/// The files once nobody writes any more.
fn settled(args: &args::Watch, mut seen: Files) -> Files {
    loop {
        let now = files(args).unwrap_or_else(|_| seen.clone());
        std::thread::sleep(SETTLED);
        if !has_changed(args, &now) {
            return now;
        }
        seen = now;
    }
}

struct Watch<'a> {
    args: &'a args::Watch,
    executors: Vec<Executor>,
    /// What is known of each op.
    known: BTreeMap<String, Tested>,
}

/// An op's cases after they have run.
struct Tested {
    /// What they did and with which code.
    digests: Vec<u64>,
    done: Vec<Done>,
}

impl Watch<'_> {
    /// Builds, and tests the ops that have changed, which it counts; `None` where a file has changed meanwhile.
    fn round(&mut self, seen: &Files) -> Result<Option<usize>, Failure> {
        if let Some(out) = &self.args.out {
            build::run(&args::Build { dir: self.args.dir.clone(), out: out.clone(), ..args::Build::default() })?;
        }
        let Folder { package, cases, mut notes } = test::read(&self.args.dir)?;
        let mut cases = test::filtered(cases, self.args.filter.as_deref())?;
        // Those of files come before those that are generated; here, all of an op stand together.
        let order: Vec<String> = cases.iter().map(|case| case.op.clone()).collect();
        cases.sort_by_key(|case| order.iter().position(|op| *op == case.op));
        self.known.retain(|op, _| cases.iter().any(|case| case.op == *op));
        let ops = || cases.chunk_by(|a, b| a.op == b.op);
        let changed: Vec<(&[Case], Vec<u64>)> =
            ops().map(|cases| (cases, digests(&package, cases))).filter(|op| self.is_new(op)).collect();
        if !changed.is_empty() {
            let runner = Runner::open(&package, &self.executors).map_err(Failure::no_device)?;
            notes.extend(runner.without_code(&cases));
            let columns = report::Columns::of(&self.executors, &cases);
            print(&columns.header())?;
            for (cases, digests) in &changed {
                if has_changed(self.args, seen) {
                    return Ok(None);
                }
                let done = runner.run(cases, &|_| {});
                print(&columns.lines(&self.executors, cases, &done))?;
                self.known.insert(cases[0].op.clone(), Tested { digests: digests.clone(), done });
            }
        }
        notes.extend(package.never_ran());
        self.say_failures(ops(), &notes)?;
        Ok(Some(changed.len()))
    }

    fn is_new(&self, (cases, digests): &(&[Case], Vec<u64>)) -> bool {
        let known = cases.first().and_then(|case| self.known.get(&case.op));
        known.is_none_or(|known| known.digests != *digests)
    }

    /// What fails, of all ops: also of those that have not changed.
    fn say_failures<'c>(&self, ops: impl Iterator<Item = &'c [Case]>, notes: &[String]) -> Result<(), Failure> {
        let (mut n_failed, mut n_runs) = (0, 0);
        for cases in ops {
            let Some(Tested { done, .. }) = cases.first().and_then(|case| self.known.get(&case.op)) else { continue };
            n_failed += done.iter().filter(|d| d.ran.failure.is_some()).count();
            n_runs += done.len();
            print(&report::failures(&self.executors, cases, done))?;
        }
        test::say(notes);
        match n_failed {
            0 => Ok(()),
            failed => Err(Failure::failed(format_args!("{failed} of {n_runs} runs failed"))),
        }
    }
}

/// What an op's code and its cases do, in order.
fn digests(package: &Package, cases: &[Case]) -> Vec<u64> {
    let code = cases.first().map(|case| package.digest(&case.op));
    code.into_iter().chain(cases.iter().map(Case::digest)).collect()
}
