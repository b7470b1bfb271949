//! One launch, shared out among workers: each takes the next few workgroups until none is left.
//!
//! The launching thread works too, and returns when every helper has left.

use super::super::Error;
use super::pool;
use super::worker::{Program, Stop, Worker};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use wasmtime::{Engine, SharedMemory};

/// What a session's workers share.
pub(super) struct Team {
    engine: Engine,
    memory: SharedMemory,
    stop: Arc<Stop>,
    /// By worker; the first is the launching thread's.
    workers: Vec<Mutex<Option<Worker>>>,
}

/// A launch as the workers see it.
#[derive(Clone)]
pub(super) struct Work {
    pub(super) program: Program,
    /// The address of the launch's block.
    pub(super) block: u32,
    /// How many workgroups there are.
    pub(super) n_groups: u32,
}

/// A launch that helpers may join.
pub(super) struct Job {
    team: Arc<Team>,
    work: Work,
    /// By worker.
    arenas: Vec<u32>,
    next: AtomicU64,
    /// How many workgroups a worker takes at once.
    chunk: u32,
    state: Mutex<State>,
    left: Condvar,
}

#[derive(Default)]
struct State {
    n_helpers: usize,
    closed: bool,
    error: Option<Error>,
}

/// Work that is estimated to take less is not worth waking anyone for.
const WORTH_SHARING: Duration = Duration::from_micros(40);
/// How long a worker should be busy with what it takes at once, at least.
const CHUNK_TIME: Duration = Duration::from_micros(10);

impl Team {
    pub(super) fn new(engine: Engine, memory: SharedMemory, stop: Arc<Stop>) -> Self {
        Self { engine, memory, stop, workers: (0..pool::n_cores()).map(|_| Mutex::default()).collect() }
    }

    pub(super) fn n_workers(&self) -> usize {
        self.workers.len()
    }

    /// Makes sure that the launching thread's worker can run a program.
    pub(super) fn prepare(&self, program: &Program) -> Result<(), Error> {
        self.with_worker(0, |worker| worker.prepare(program, &self.memory))
    }

    /// Runs workgroups alone until the work is done or has shown to be worth sharing: gives the next workgroup, and
    /// how long one takes.
    pub(super) fn run_alone(&self, work: &Work, arena: u32) -> Result<(u32, Duration), Error> {
        self.with_worker(0, |worker| {
            worker.prepare(&work.program, &self.memory)?;
            let (mut next, mut chunk) = (0u32, 1u32);
            let start = Instant::now();
            loop {
                let n = chunk.min(work.n_groups - next);
                worker.run(&work.program, (work.block, next, n, arena))?;
                if self.stop.is_set() {
                    return Err(Stop::error());
                }
                next += n;
                if next == work.n_groups {
                    return Ok((next, Duration::ZERO));
                }
                let each = start.elapsed() / next;
                if self.workers.len() > 1 && each * (work.n_groups - next) > WORTH_SHARING {
                    return Ok((next, each));
                }
                chunk = chunk.saturating_mul(2);
            }
        })
    }

    fn with_worker<R>(&self, index: usize, act: impl FnOnce(&mut Worker) -> Result<R, Error>) -> Result<R, Error> {
        let slot = self.workers.get(index).ok_or_else(|| Error::Unsupported(format!("there is no core {index}")))?;
        let mut worker = slot.lock().unwrap_or_else(PoisonError::into_inner);
        act(worker.get_or_insert_with(|| Worker::new(&self.engine)))
    }
}

impl Job {
    /// Runs the workgroups from `next` on, with help. `arenas` holds one for each worker; a workgroup takes about
    /// `each`.
    pub(super) fn run(team: &Arc<Team>, work: Work, arenas: Vec<u32>, next: u32, each: Duration) -> Result<(), Error> {
        let remaining = work.n_groups - next;
        let n_workers = arenas.len().min(team.n_workers());
        let fair = remaining / (n_workers as u32 * 8).max(1);
        let worthwhile = (CHUNK_TIME.as_nanos() / each.as_nanos().max(1)).min(u128::from(remaining / 2)) as u32;
        let job = Arc::new(Self {
            team: team.clone(),
            work,
            arenas,
            next: AtomicU64::new(u64::from(next)),
            chunk: fair.max(worthwhile).max(1),
            state: Mutex::default(),
            left: Condvar::new(),
        });
        pool::ask(&job, n_workers.saturating_sub(1));
        job.take_part(0);
        let mut state = job.lock();
        state.closed = true;
        while state.n_helpers > 0 {
            state = job.left.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        match state.error.take() {
            // A stopped kernel returns as if it had finished.
            _ if team.stop.is_set() => Err(Stop::error()),
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// Works on the job as worker number `worker`, unless it is over.
    pub(super) fn help(&self, worker: usize) {
        let mut state = self.lock();
        if state.closed {
            return;
        }
        state.n_helpers += 1;
        drop(state);
        let _leave = Leave(self);
        self.take_part(worker);
    }

    fn take_part(&self, worker: usize) {
        let Some(arena) = self.arenas.get(worker) else { return };
        let result = self.team.with_worker(worker, |w| {
            let mut next = self.take();
            if next.is_some() {
                w.prepare(&self.work.program, &self.team.memory)?;
            }
            while let Some((first, n)) = next {
                if self.team.stop.is_set() {
                    break;
                }
                w.run(&self.work.program, (self.work.block, first, n, *arena))?;
                next = self.take();
            }
            Ok(())
        });
        if let Err(error) = result {
            // Nobody starts on what is left.
            self.next.store(u64::from(self.work.n_groups), Ordering::Relaxed);
            self.lock().error.get_or_insert(error);
        }
    }

    /// The next workgroups: the first, and how many.
    fn take(&self) -> Option<(u32, u32)> {
        let total = u64::from(self.work.n_groups);
        let first = self.next.fetch_add(u64::from(self.chunk), Ordering::Relaxed);
        (first < total).then(|| (first as u32, (total - first).min(u64::from(self.chunk)) as u32))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Signs a helper off, whatever happens to it.
struct Leave<'a>(&'a Job);

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        self.0.lock().n_helpers -= 1;
        self.0.left.notify_one();
    }
}
