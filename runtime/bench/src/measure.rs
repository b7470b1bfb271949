//! Time on the device: marks around so many calls that a clock's step does not matter, and the median of several such
//! samples.
//!
//! Calls go round several sets of buffers, together larger than any cache.

use crate::Error;
use crate::bench::Bench;
use crate::suite::{Call, Case};
use std::time::{Duration, Instant};
use wgpuc_runtime::{GpuError, Guest};

/// A sample is at least so long.
const SAMPLE: Duration = Duration::from_millis(1);
/// The device runs that long before anything counts, so that its clocks are up.
const WARM_UP: Duration = Duration::from_millis(30);
/// What one case may take, once the least number of samples is there.
const ENOUGH: Duration = Duration::from_millis(250);
const SAMPLES: std::ops::RangeInclusive<usize> = 3..=31;
/// Calls of one sample at most.
const MAX_CALLS: u32 = 2048;
/// The sets of buffers are so many times larger than the caches.
const CACHES: u64 = 3;
const MAX_SETS: u64 = 96;
/// Calls shorter than this may wait for the host, and are measured once more without it.
pub(crate) const SHORT: f64 = 25e-6;
/// The least calls of a recording.
const RECORDED: usize = 96;
/// Outputs are checked for that long at most, and one in any case.
const CHECKS: Duration = Duration::from_millis(300);

/// What a call takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    /// The median.
    pub(crate) seconds: f64,
    /// The first and the last decile.
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// Calls of a sample.
    pub(crate) calls: u32,
    pub(crate) samples: usize,
    pub(crate) sets: usize,
    /// The median of a short call among recorded ones, none of which waits for the host; where the device can record.
    pub(crate) recorded: Option<f64>,
}

/// Measures a case and checks what it computed.
pub(crate) fn case(bench: &mut Bench, case: &Case) -> Result<Timing, Error> {
    let name = case.work.op();
    let seed = |set: usize| set as u32 + 1;
    let n_sets = if case.work.in_cache() { 1 } else { sets(case.work.footprint(), bench.cache, bench.room) };
    let calls = (0..n_sets).map(|set| case.work.prepare(bench, seed(set))).collect::<Result<Vec<Call>, GpuError>>()?;
    let mut last = 0;
    let mut call = |guest: &mut Guest| {
        last = (last + 1) % calls.len();
        guest.call(name, &calls[last].words)
    };
    warm_up(|n| sample(&mut bench.guest, n, &mut call))?;
    bench.poison(&calls)?;
    let timing = time(|n| sample(&mut bench.guest, n, &mut call))?;
    let mut n_called = calls.len().min(timing.calls as usize * timing.samples);
    let mut recorded = None;
    if timing.seconds < SHORT && record(&mut bench.guest, n_sets, &mut call)? {
        bench.poison(&calls)?;
        recorded = Some(replayed(&mut bench.guest, n_sets)?);
        n_called = calls.len();
    }
    let began = Instant::now();
    // Backwards: a set that the samples did not reach is still poisoned.
    for back in 0..n_called {
        let set = (last + calls.len() - back) % calls.len();
        case.work.check(bench, &calls[set], seed(set))?;
        if began.elapsed() > CHECKS {
            break;
        }
    }
    Ok(Timing { sets: n_sets, recorded, ..timing })
}

/// Records calls, going round `n_sets` sets; `false` where the backend records nothing.
pub(crate) fn record(
    guest: &mut Guest,
    n_sets: usize,
    mut call: impl FnMut(&mut Guest) -> Result<(), GpuError>,
) -> Result<bool, GpuError> {
    guest.record(|guest| (0..recorded_calls(n_sets)).try_for_each(|_| call(guest)))
}

/// The time of a call of those recorded, none of which waits for the host.
pub(crate) fn replayed(guest: &mut Guest, n_sets: usize) -> Result<f64, GpuError> {
    warm_up(|n| sample(guest, n, Guest::replay))?;
    Ok(time(|n| sample(guest, n, Guest::replay))?.seconds / recorded_calls(n_sets) as f64)
}

/// How many calls are recorded: whole rounds of the sets.
pub(crate) fn recorded_calls(n_sets: usize) -> usize {
    RECORDED.next_multiple_of(n_sets.max(1))
}

/// How many sets of `bytes` are larger than the caches, and fit.
pub(crate) fn sets(bytes: u64, cache: u64, room: u64) -> usize {
    let bytes = bytes.max(1);
    let wanted = (CACHES * cache).div_ceil(bytes).clamp(2, MAX_SETS);
    wanted.min(room / bytes).max(1) as usize
}

/// Calls that do not count; the first compiles.
pub(crate) fn warm_up<E>(mut sample: impl FnMut(u32) -> Result<Duration, E>) -> Result<(), E> {
    let began = Instant::now();
    for round in 0.. {
        sample(1 << round.min(6))?;
        if began.elapsed() > WARM_UP {
            break;
        }
    }
    Ok(())
}

/// The time of a call, from several samples; `sample` tells the device's time for so many calls.
pub(crate) fn time<E>(mut sample: impl FnMut(u32) -> Result<Duration, E>) -> Result<Timing, E> {
    let mut calls = 1;
    while calls < MAX_CALLS {
        let took = sample(calls)?;
        if took >= SAMPLE {
            break;
        }
        // Half again as many as this sample says are needed.
        let factor = 1.5 * SAMPLE.as_secs_f64() / took.as_secs_f64().max(1e-9);
        calls = ((f64::from(calls) * factor.clamp(2.0, 64.0)).ceil() as u32).min(MAX_CALLS);
    }
    let began = Instant::now();
    let mut seconds = vec![];
    while seconds.len() < *SAMPLES.start() || (seconds.len() < *SAMPLES.end() && began.elapsed() < ENOUGH) {
        seconds.push(sample(calls)?.as_secs_f64() / f64::from(calls));
    }
    seconds.sort_by(f64::total_cmp);
    let at = |share: usize| seconds.get((seconds.len() - 1) * share / 10).copied().unwrap_or_default();
    Ok(Timing { seconds: at(5), low: at(1), high: at(9), calls, samples: seconds.len(), sets: 1, recorded: None })
}

/// The device's time for so many calls of a guest's.
pub(crate) fn sample(
    guest: &mut Guest,
    n_calls: u32,
    mut call: impl FnMut(&mut Guest) -> Result<(), GpuError>,
) -> Result<Duration, GpuError> {
    let from = guest.mark()?;
    for _ in 0..n_calls {
        call(guest)?;
    }
    let to = guest.mark()?;
    guest.elapsed(from, to)
}
