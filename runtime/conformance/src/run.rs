//! Runs cases on executors, as many at a time as the machine has cores.

use crate::case::Case;
use crate::errors::{Errors, Worst};
use crate::executor::{Executor, Opened};
use crate::machine::Machine;
use crate::package::Package;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// A case that has run on an executor.
#[derive(Clone, Debug)]
pub struct Done {
    /// The executor, by its place among those that ran.
    pub executor: usize,
    /// The case, by its place.
    pub case: usize,
    /// What came of it.
    pub ran: Ran,
}

/// What came of a case.
#[derive(Clone, Debug, Default)]
pub struct Ran {
    /// Why it failed.
    pub failure: Option<String>,
    /// The largest error that it measured.
    pub worst: Option<Worst>,
    /// Who served its last call: see [`wgpuc_runtime::Guest::served_by`].
    pub served_by: Option<&'static str>,
}

/// Runs every case on every executor; `progress` hears of each that is done. The results are in order of executors,
/// then of cases; beside them, which ops an executor has no code for.
///
/// # Errors
/// Where an executor cannot be opened: its name and why.
pub fn run(
    package: &Arc<Package>,
    executors: &[Executor],
    cases: &[Case],
    progress: &(dyn Fn(&Done) + Sync),
) -> Result<(Vec<Done>, Vec<String>), String> {
    let runner = Runner::open(package, executors)?;
    Ok((runner.run(cases, progress), runner.without_code(cases)))
}

/// Executors that are open with a package's kernels, to run some of its cases after others.
pub struct Runner<'a> {
    package: &'a Package,
    executors: &'a [Executor],
    opened: Vec<Opened>,
}

impl<'a> Runner<'a> {
    /// Opens every executor.
    ///
    /// # Errors
    /// Where one cannot be opened: its name and why.
    pub fn open(package: &'a Arc<Package>, executors: &'a [Executor]) -> Result<Self, String> {
        let open = |e: &Executor| e.open(package).map_err(|why| format!("{}: {why}", e.name));
        Ok(Self { package, executors, opened: executors.iter().map(open).collect::<Result<_, _>>()? })
    }

    /// As [`run`], of these cases.
    pub fn run(&self, cases: &[Case], progress: &(dyn Fn(&Done) + Sync)) -> Vec<Done> {
        let jobs = jobs(self.package, self.executors, &self.opened, cases);
        let (next, done) = (AtomicUsize::new(0), Mutex::new(vec![]));
        let work = || {
            while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                for (executor, case) in job {
                    let (Some(on), Some(of)) = (self.opened.get(*executor), cases.get(*case)) else { continue };
                    let result = Done { executor: *executor, case: *case, ran: run_one(on, of) };
                    progress(&result);
                    if let Ok(mut done) = done.lock() {
                        done.push(result);
                    }
                }
            }
        };
        let n_threads = std::thread::available_parallelism().map_or(1, NonZero::get);
        std::thread::scope(|scope| (0..n_threads).for_each(|_| drop(scope.spawn(work))));
        let mut done = done.into_inner().unwrap_or_default();
        done.sort_by_key(|d| (d.executor, d.case));
        done
    }

    /// Which ops cannot run where, in sentences.
    #[must_use]
    pub fn without_code(&self, cases: &[Case]) -> Vec<String> {
        let mut notes = vec![];
        for (executor, on) in self.executors.iter().zip(&self.opened) {
            let mut ops: Vec<&str> = cases.iter().map(|c| c.op.as_str()).filter(|op| !on.runs(op)).collect();
            ops.dedup();
            if !ops.is_empty() {
                notes.push(format!("{} has no code that {} can run", ops.join(", "), executor.name));
            }
        }
        notes
    }
}

/// Runs a case in memory of its own.
#[must_use]
pub fn run_one(on: &Opened, case: &Case) -> Ran {
    let mut machine = match Machine::new(&on.gpu, on.traits.clone()) {
        Ok(machine) => machine,
        Err(error) => return Ran { failure: Some(error.to_string()), ..Ran::default() },
    };
    let mut errors = Errors::default();
    let failure = case.run(&mut machine, &mut errors).err().map(|e| e.to_string());
    Ran { failure, worst: errors.worst, served_by: machine.guest.served_by() }
}

/// What threads take at a time: a device runs its cases one after the other, the interpreter each by itself.
fn jobs(package: &Package, executors: &[Executor], opened: &[Opened], cases: &[Case]) -> Vec<Vec<(usize, usize)>> {
    let (mut devices, mut interpreted) = (vec![], vec![]);
    for (index, (executor, on)) in executors.iter().zip(opened).enumerate() {
        let fits =
            |case: &Case| case.is_for(&on.traits) && on.runs(&case.op) && executor.has_use_for(package, &case.op);
        let all = cases.iter().enumerate().filter(|(_, case)| fits(case)).map(|(case, _)| (index, case));
        match executor.is_interpreter() {
            true => interpreted.extend(all.map(|one| vec![one])),
            false => devices.push(all.collect()),
        }
    }
    devices.extend(interpreted);
    devices
}
