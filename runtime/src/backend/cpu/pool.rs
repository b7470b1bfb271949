//! The process's threads for kernels: one per core, less the one that launches.
//!
//! They start with the first job that asks for help, and sleep while there is none.

use super::job::Job;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};

/// How many cores there are.
pub(super) fn n_cores() -> usize {
    static CORES: OnceLock<usize> = OnceLock::new();
    *CORES.get_or_init(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get))
}

/// Asks up to `n` threads to help with a job. Those that come too late find it closed.
pub(super) fn ask(job: &Arc<Job>, n: usize) {
    static POOL: OnceLock<&'static Queue> = OnceLock::new();
    let queue = *POOL.get_or_init(start);
    let mut jobs = queue.jobs.lock().unwrap_or_else(PoisonError::into_inner);
    for _ in 0..n {
        jobs.push_back(job.clone());
    }
    drop(jobs);
    for _ in 0..n {
        queue.more.notify_one();
    }
}

#[derive(Default)]
struct Queue {
    jobs: Mutex<VecDeque<Arc<Job>>>,
    more: Condvar,
}

/// Starts the threads. One that cannot be started is missed by nobody: who launches a job also works on it.
fn start() -> &'static Queue {
    let queue: &'static Queue = Box::leak(Box::default());
    for helper in 1..n_cores() {
        let thread = std::thread::Builder::new().name(format!("wgpuc-cpu-{helper}"));
        if let Err(why) = thread.spawn(move || help(queue, helper)) {
            tracing::warn!(%why, helper, "a thread for kernels could not be started");
        }
    }
    queue
}

/// Helps with one job after another, as worker number `helper` of its session.
fn help(queue: &Queue, helper: usize) {
    loop {
        let mut jobs = queue.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        let job = loop {
            match jobs.pop_front() {
                Some(job) => break job,
                None => jobs = queue.more.wait(jobs).unwrap_or_else(PoisonError::into_inner),
            }
        };
        drop(jobs);
        job.help(helper);
    }
}
