//! cuBLAS and cuRAND on a card: their memory, their calls, the time that these take.
#![expect(unsafe_code, reason = "the libraries are C: a call's pointers and sizes are ours to get right")]

mod curand;

use crate::measure::{self, Timing};
use crate::numbers::{Numbers, Range};
use crate::report::Row;
use crate::suite::{Case, Library};
use anyhow::{Context as _, Error, Result, ensure};
use cudarc::driver::sys::{CUevent_flags, CUgraphInstantiate_flags, CUstreamCaptureMode};
use cudarc::driver::{CudaContext, CudaEvent, CudaSlice, CudaStream, DevicePtr, DevicePtrMut};
use curand::Philox;
use std::sync::Arc;
use std::time::Duration;
use wgpuc_runtime::backend::cuda::IdleStream;
use wgpuc_runtime::backend::cuda::cublas::{Blas, Layout};

/// Bytes that the card's caches may hold.
const CACHE: u64 = 60_000_000;
/// Numbers that are made on the host; larger matrices repeat them.
const N_NUMBERS: u32 = 1 << 20;

/// The libraries of one card, on the stream that our ops have: on one of their own, they and our ops would be slower.
pub(super) struct Libraries {
    /// The card's name.
    card: String,
    blas: Option<Blas>,
    philox: Option<Philox>,
    /// After those that work on its stream.
    clock: Clock,
    numbers: Vec<f32>,
}

/// Events around calls on one stream.
struct Clock {
    stream: Arc<CudaStream>,
    from: CudaEvent,
    to: CudaEvent,
}

impl Libraries {
    /// What there is for the card of that name.
    pub(super) fn find(name: &str) -> Option<Self> {
        // SAFETY: loading the driver's library runs no code but its own.
        if !unsafe { cudarc::driver::sys::is_culib_present() } {
            return None;
        }
        let ordinals = 0..usize::try_from(CudaContext::device_count().ok()?).ok()?;
        let mut contexts = ordinals.filter_map(|ordinal| CudaContext::new(ordinal).ok());
        let context = contexts.find(|context| context.name().is_ok_and(|found| found == name))?;
        // SAFETY: all work is on one stream, so nothing has to wait for another's events.
        unsafe { context.disable_event_tracking() };
        let event = || context.new_event(Some(CUevent_flags::CU_EVENT_DEFAULT)).ok();
        let taken = IdleStream::of(name).ok()?;
        let stream = taken.handle();
        // SAFETY: it is a stream of that context, as a process has one of a card. It is used here, where it is ours, and by
        // `measure`, which takes it again.
        let clock =
            Clock { stream: unsafe { context.wrap_borrowed_stream(stream.cast()) }, from: event()?, to: event()? };
        // SAFETY: as above, and the context is this thread's.
        let blas = unsafe { Blas::new(stream) }.inspect_err(|why| tracing::info!(%why, "cuBLAS is not measured")).ok();
        let philox = Philox::find(stream);
        let numbers = Numbers::new(1, Range::Signed);
        let numbers = (0..N_NUMBERS / 4).flat_map(|i| numbers.quad(i)).collect();
        Some(Self { card: name.to_owned(), blas, philox, clock, numbers })
    }

    /// What a library needs for a case; says why where it fails.
    pub(super) fn measure(&self, case: &Case, what: Library) -> Option<Row> {
        // Nobody else may use it, or destroy it.
        let taken = IdleStream::of(&self.card).ok()?;
        if taken.handle() != self.clock.stream.cu_stream().cast() {
            tracing::warn!(case = case.name, "the libraries' stream is in use: they are not measured");
            return None;
        }
        let bytes = case.work.footprint();
        let (by, timing) = match what {
            Library::Sgemm { m, n, k } => ("cublas", self.sgemm(self.blas.as_ref()?, (m, n, k), bytes)),
            Library::Philox { n } => ("curand", self.clock.words(self.philox.as_ref()?, n, bytes)),
        };
        match timing {
            Ok(timing) => Some(Row::new(by, case, &timing)),
            Err(why) => {
                tracing::warn!(%why, case = case.name, size = case.size, "{by} cannot be measured");
                None
            }
        }
    }

    fn sgemm(&self, blas: &Blas, (m, n, k): (u32, u32, u32), bytes: u64) -> Result<Timing> {
        let matrix = |rows: u32, columns: u32| self.clock.repeated(&self.numbers, rows as usize * columns as usize);
        let prepare =
            || Ok((matrix(m, k)?, matrix(k, n)?, self.clock.stream.alloc_zeros::<f32>(m as usize * n as usize)?));
        let mut sets = self.clock.sets(bytes, prepare)?;
        let layout = Layout::row_major([m, n, k], [false; 2]).context("cuBLAS does not count so far")?;
        let stream = &self.clock.stream;
        let timing = self.clock.time(&mut sets, |(a, b, c)| {
            let ((a, _a), (b, _b), (c, _c)) = (a.device_ptr(stream), b.device_ptr(stream), c.device_ptr_mut(stream));
            // SAFETY: the matrices have as many elements as the sizes say.
            unsafe { blas.sgemm(&layout, [1.0, 0.0], [a, b, c]) }.map_err(Error::msg)
        })?;
        let number = |at: usize| f64::from(self.numbers[at % self.numbers.len()]);
        let expected: f64 = (0..k as usize).map(|i| number(i) * number(i * n as usize)).sum();
        if let Some((_, _, c)) = sets.first() {
            let first = stream.clone_dtoh(&c.slice(..1))?;
            ensure!((f64::from(first[0]) - expected).abs() < 1e-2, "the product begins with {first:?}, not {expected}");
        }
        Ok(timing)
    }
}

impl Clock {
    /// A random array.
    fn repeated(&self, numbers: &[f32], n: usize) -> Result<CudaSlice<f32>> {
        let mut all = self.stream.alloc_zeros(n)?;
        let mut at = 0;
        while at < n {
            let len = numbers.len().min(n - at);
            self.stream.memcpy_htod(&numbers[..len], &mut all.slice_mut(at..at + len))?;
            at += len;
        }
        Ok(all)
    }

    /// As many sets of buffers as our own op has.
    fn sets<T>(&self, bytes: u64, prepare: impl FnMut() -> Result<T>) -> Result<Vec<T>> {
        let (free, _) = self.stream.context().mem_get_info()?;
        std::iter::repeat_with(prepare).take(measure::sets(bytes, CACHE, free as u64 / 2)).collect()
    }

    /// The time of a call, going round the sets.
    fn time<T>(&self, sets: &mut [T], mut call: impl FnMut(&mut T) -> Result<()>) -> Result<Timing> {
        let n_sets = sets.len();
        let mut next = 0;
        let mut call = || {
            next = (next + 1) % n_sets;
            call(&mut sets[next])
        };
        measure::warm_up(|n| self.sample(n, &mut call))?;
        let timing = measure::time(|n| self.sample(n, &mut call))?;
        let recorded = match timing.seconds < measure::SHORT {
            true => self.recorded(measure::recorded_calls(n_sets), call).unwrap_or_else(|why| {
                tracing::info!(%why, "its calls cannot be recorded");
                None
            }),
            false => None,
        };
        Ok(Timing { sets: n_sets, recorded, ..timing })
    }

    /// The device's time for so many calls.
    fn sample(&self, n_calls: u32, mut call: impl FnMut() -> Result<()>) -> Result<Duration> {
        self.from.record(&self.stream)?;
        (0..n_calls).try_for_each(|_| call())?;
        self.to.record(&self.stream)?;
        Ok(Duration::from_secs_f64(f64::from(self.from.elapsed_ms(&self.to)?) * 1e-3))
    }

    /// The time of a call in a graph of so many.
    fn recorded(&self, n_calls: usize, mut call: impl FnMut() -> Result<()>) -> Result<Option<f64>> {
        self.stream.begin_capture(CUstreamCaptureMode::CU_STREAM_CAPTURE_MODE_RELAXED)?;
        let called = (0..n_calls).try_for_each(|_| call());
        let graph = self.stream.end_capture(CUgraphInstantiate_flags::CUDA_GRAPH_INSTANTIATE_FLAG_AUTO_FREE_ON_LAUNCH);
        called?;
        let Some(graph) = graph? else { return Ok(None) };
        let mut replay = || Ok(graph.launch()?);
        measure::warm_up(|n| self.sample(n, &mut replay))?;
        Ok(Some(measure::time(|n| self.sample(n, &mut replay))?.seconds / n_calls as f64))
    }

    /// The time of so many words.
    fn words(&self, philox: &Philox, n: u32, bytes: u64) -> Result<Timing> {
        let mut sets = self.sets(bytes, || Ok(self.stream.alloc_zeros::<u32>(n as usize)?))?;
        self.time(&mut sets, |words| {
            let (to, _recorded) = words.device_ptr_mut(&self.stream);
            // SAFETY: there are so many words.
            unsafe { philox.fill(to, n as usize) }
        })
    }
}
