//! Runs cases on executors, as many at a time as the machine has cores.

use crate::case::Case;
use crate::errors::{Errors, Worst};
use crate::executor::Executor;
use crate::machine::Machine;
use crate::package::Package;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use wgpuc_runtime::Gpu;

/// A case that has run on an executor.
#[derive(Clone, Debug)]
pub struct Done {
    /// The executor, by its place among those that ran.
    pub executor: usize,
    /// The case, by its place.
    pub case: usize,
    /// Why it failed.
    pub failure: Option<String>,
    /// The largest error that it measured.
    pub worst: Option<Worst>,
}

/// Runs every case on every executor; `progress` hears of each that is done. The results are in order of executors,
/// then of cases.
///
/// # Errors
/// Where an executor cannot be opened: its name and why.
pub fn run(
    package: &Arc<Package>,
    executors: &[Executor],
    cases: &[Case],
    progress: &(dyn Fn(&Done) + Sync),
) -> Result<Vec<Done>, String> {
    let open = |e: &Executor| e.open(package).map_err(|why| format!("{}: {why}", e.name));
    let gpus: Vec<Gpu> = executors.iter().map(open).collect::<Result<_, _>>()?;
    let jobs = jobs(executors, cases.len());
    let (next, done) = (AtomicUsize::new(0), Mutex::new(vec![]));
    let work = || {
        while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
            for (executor, case) in job {
                let (Some(gpu), Some(on), Some(of)) = (gpus.get(*executor), executors.get(*executor), cases.get(*case))
                else {
                    continue;
                };
                let (failure, worst) = run_one(gpu, on, of);
                let result = Done { executor: *executor, case: *case, failure, worst };
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
    Ok(done)
}

/// Runs a case in memory of its own.
pub fn run_one(gpu: &Gpu, executor: &Executor, case: &Case) -> (Option<String>, Option<Worst>) {
    let mut errors = Errors::default();
    let outcome = Machine::new(gpu, executor.is_exact()).map_err(Into::into);
    let outcome = outcome.and_then(|mut machine| case.run(&mut machine, &mut errors));
    (outcome.err().map(|e| e.to_string()), errors.worst)
}

/// What threads take at a time: a device runs its cases one after the other, the interpreter each by itself.
fn jobs(executors: &[Executor], n_cases: usize) -> Vec<Vec<(usize, usize)>> {
    let (mut devices, mut interpreted) = (vec![], vec![]);
    for (index, executor) in executors.iter().enumerate() {
        let all = (0..n_cases).map(|case| (index, case));
        match executor.is_interpreter() {
            true => interpreted.extend(all.map(|one| vec![one])),
            false => devices.push(all.collect()),
        }
    }
    devices.extend(interpreted);
    devices
}
