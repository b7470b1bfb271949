//! One guest's buffers and launches on a card.
//!
//! In: what [`Session`] takes. Out: work on one stream.
#![expect(unsafe_code, reason = "cuBLAS is foreign")]

use super::blas;
use super::context::Context;
use super::cublas::{Blas, Layout};
use super::graph::Graph;
use super::kernel::{Kernel, Kernels};
use super::memory::Allocation;
use super::pinned::{Pinned, RECORD_BYTES};
use super::staging::Ring;
use super::stream::{Event, Stream};
use crate::Library;
use crate::backend::wait::Flag;
use crate::backend::{BufferKey, ByCode, Cancel, Code, Error, Fault, Gemm, Launch, Mark, Routine, Session};
use std::sync::Arc;
use std::time::Duration;
use wgpuc_abi::launch::cuda_params;

/// The most workgroups along x, and along y and z.
const MAX_GRID: [u32; 3] = [i32::MAX as u32, 65_535, 65_535];
/// Marks that can be compared; older ones are written over.
const MAX_MARKS: u32 = 4096;
/// What an overlapping copy takes at a time.
const SCRATCH_BYTES: u64 = 32 << 20;

/// One guest's buffers and launches.
pub(super) struct CudaSession {
    kernels: Arc<Kernels>,
    /// Made with the first routine that it serves; or why it does not serve.
    blas: Option<Result<Blas, String>>,
    stream: Stream,
    buffers: Vec<Option<Allocation>>,
    vacant: Vec<u32>,
    /// Kernels that this session has launched, without the device's lock.
    launched: ByCode<Arc<Kernel>>,
    /// A launch's parameters while they are put together.
    params: Vec<u8>,
    staging: Ring,
    /// The fault record, in memory of the host, so that a look at it costs nothing.
    record: Pinned,
    record_address: u64,
    stopped: Arc<Flag>,
    marks: Vec<Event>,
    n_marks: u32,
    /// The last recording, as long as every buffer is there that was when it was made.
    recording: Option<Graph>,
    /// Whether launches are recorded now. What was destroyed meanwhile goes afterwards.
    is_recording: bool,
    doomed: Vec<Allocation>,
    /// Whether work was queued since the last wait.
    busy: bool,
}

impl CudaSession {
    /// A session. The context must be this thread's.
    pub(super) fn new(kernels: Arc<Kernels>) -> Result<Self, Error> {
        let context = &kernels.context;
        let mut record = Pinned::new(context, RECORD_BYTES)?;
        record.clear_record()?;
        Ok(Self {
            blas: None,
            stream: Stream::new(context)?,
            buffers: Vec::new(),
            vacant: Vec::new(),
            launched: ByCode::default(),
            params: Vec::new(),
            staging: Ring::new(context),
            record_address: record.device_address()?,
            record,
            stopped: Arc::default(),
            marks: Vec::new(),
            n_marks: 0,
            recording: None,
            is_recording: false,
            doomed: Vec::new(),
            busy: false,
            kernels,
        })
    }

    fn context(&self) -> &Arc<Context> {
        &self.kernels.context
    }

    /// Every call's beginning: the session and its context work, and this thread may use them.
    fn enter(&self) -> Result<(), Error> {
        self.stopped.check()?;
        self.context().enter()
    }

    /// [`Self::enter`], for a call that queues work.
    fn begin(&mut self) -> Result<(), Error> {
        self.enter()?;
        self.busy = true;
        Ok(())
    }

    /// [`Self::begin`], for work that is not recorded: what it needs of the host would be gone in a replay, and memory
    /// would be the recording's own.
    fn begin_now(&mut self) -> Result<(), Error> {
        if self.is_recording {
            let why = "only launches are recorded, of ops whose temporary buffers earlier calls have left";
            return Err(Error::Unsupported(why.to_owned()));
        }
        self.begin()
    }

    /// The stream queues work again, also of a session that was stopped meanwhile.
    fn leave_recording(&mut self) -> Result<Graph, Error> {
        self.context().ok(self.context().make_current())?;
        self.is_recording = false;
        let graph = Graph::end(&self.stream);
        self.doomed.drain(..).for_each(|memory| self.stream.free(memory));
        graph
    }

    /// Waits for all work.
    fn wait(&mut self) -> Result<(), Error> {
        self.stopped.wait(|| self.stream.is_done())?;
        self.busy = false;
        self.staging.all_done();
        Ok(())
    }

    fn kernel(&mut self, code: &Code<'_>) -> Result<Arc<Kernel>, Error> {
        if let Some(known) = self.launched.get(&code.key) {
            return Ok(Arc::clone(known));
        }
        let kernel = self.kernels.get(code)?;
        self.launched.insert(code.key, Arc::clone(&kernel));
        Ok(kernel)
    }

    fn mark_at(&self, mark: Mark) -> Result<&Event, Error> {
        let Mark::Device(number) = mark else {
            return Err(Error::Unsupported("this mark was made by another backend".to_owned()));
        };
        let is_kept = number < self.n_marks && self.n_marks - number <= MAX_MARKS;
        let event = self.marks.get((number % MAX_MARKS) as usize).filter(|_| is_kept);
        event.ok_or_else(|| Error::Unsupported(format!("only the last {MAX_MARKS} marks of a session are kept")))
    }

    /// cuBLAS on this stream, started when first asked for.
    fn blas(&mut self) -> &Result<Blas, String> {
        let stream = self.stream.handle();
        self.blas.get_or_insert_with(|| {
            // SAFETY: the stream is of this thread's context, and outlives what is kept beside it.
            let blas = unsafe { Blas::new(stream) };
            blas.inspect_err(|why| tracing::info!(%why, "cuBLAS does not serve"))
        })
    }

    /// Queues a product by cuBLAS; the inner error is cuBLAS's own.
    fn sgemm(&mut self, layout: &Layout, gemm: &Gemm) -> Result<Result<(), String>, Error> {
        let address = |key, rows: u32, columns: u32| {
            let bytes = 4 * u64::from(rows) * u64::from(columns);
            find(&self.buffers, key)?.span(0, bytes).map(|span| span.address())
        };
        let Gemm { m, n, k, .. } = *gemm;
        let addresses = [address(gemm.a, m, k)?, address(gemm.b, k, n)?, address(gemm.c, m, n)?];
        Ok(match self.blas() {
            // SAFETY: the matrices lie within buffers that live until earlier work is done, and `c` is a buffer of its own.
            Ok(blas) => unsafe { blas.sgemm(layout, [gemm.alpha, gemm.beta], addresses) },
            Err(why) => Err(why.clone()),
        })
    }

    /// Copies within one buffer by way of another, from the end that is not written over.
    fn move_within(&mut self, buffer: BufferKey, from: u64, to: u64, bytes: u64) -> Result<(), Error> {
        let step = bytes.min(SCRATCH_BYTES);
        let scratch = self.stream.alloc(step)?;
        let mut moved = 0;
        let mut result = Ok(());
        while moved < bytes && result.is_ok() {
            let n = (bytes - moved).min(step);
            let at = if to > from { bytes - moved - n } else { moved };
            result = find(&self.buffers, buffer).and_then(|memory| {
                self.stream.copy(memory.span(from + at, n)?, scratch.span(0, n)?)?;
                self.stream.copy(scratch.span(0, n)?, memory.span(to + at, n)?)
            });
            moved += n;
        }
        self.stream.free(scratch);
        result
    }
}

/// A buffer's memory.
fn find(buffers: &[Option<Allocation>], key: BufferKey) -> Result<&Allocation, Error> {
    let slot = buffers.get(key.0 as usize).and_then(Option::as_ref);
    slot.ok_or_else(|| Error::Unsupported(format!("the session has no buffer {}", key.0)))
}

impl Session for CudaSession {
    fn create(&mut self, bytes: u64) -> Result<BufferKey, Error> {
        self.begin_now()?;
        let memory = self.stream.alloc(bytes.checked_next_multiple_of(16).ok_or(Error::OutOfMemory)?)?;
        if let Err(error) = memory.span(0, memory.bytes).and_then(|all| self.stream.zero(all)) {
            self.stream.free(memory);
            return Err(error);
        }
        let key = match self.vacant.pop() {
            Some(key) => key,
            None => {
                self.buffers.push(None);
                u32::try_from(self.buffers.len() - 1).map_err(|_| Error::OutOfMemory)?
            }
        };
        if let Some(slot) = self.buffers.get_mut(key as usize) {
            *slot = Some(memory);
        }
        Ok(BufferKey(key))
    }

    fn destroy(&mut self, buffer: BufferKey) {
        let memory = self.buffers.get_mut(buffer.0 as usize).and_then(Option::take);
        if let Some(memory) = memory
            && self.context().make_current().is_ok()
        {
            self.recording = None;
            self.vacant.push(buffer.0);
            match self.is_recording {
                true => self.doomed.push(memory),
                false => self.stream.free(memory),
            }
        }
    }

    fn write(&mut self, buffer: BufferKey, offset: u64, data: &[u8]) -> Result<(), Error> {
        self.begin_now()?;
        let to = find(&self.buffers, buffer)?.span(offset, data.len() as u64)?;
        self.staging.upload(&self.stream, &self.stopped, to, data)
    }

    fn read(&mut self, buffer: BufferKey, offset: u64, out: &mut [u8]) -> Result<(), Error> {
        self.begin_now()?;
        let from = find(&self.buffers, buffer)?.span(offset, out.len() as u64)?;
        self.staging.download(&self.stream, &self.stopped, from, out)?;
        self.wait()
    }

    fn copy(&mut self, src: BufferKey, from: u64, dst: BufferKey, to: u64, bytes: u64) -> Result<(), Error> {
        self.begin_now()?;
        let source = find(&self.buffers, src)?.span(from, bytes)?;
        let target = find(&self.buffers, dst)?.span(to, bytes)?;
        match source.overlaps(target) {
            false => self.stream.copy(source, target),
            true => self.move_within(src, from, to, bytes),
        }
    }

    fn zero(&mut self, buffer: BufferKey, bytes: u64) -> Result<(), Error> {
        self.begin()?;
        let span = find(&self.buffers, buffer)?.span(0, bytes)?;
        self.stream.zero(span)
    }

    fn prepare(&mut self, code: &Code<'_>) -> Result<(), Error> {
        self.enter()?;
        self.kernel(code).map(|_| ())
    }

    fn launch(&mut self, launch: &Launch<'_>) -> Result<(), Error> {
        self.begin()?;
        let name = &launch.code.instance.name;
        if launch.grid.iter().zip(MAX_GRID).any(|(n, most)| *n > most) {
            return Err(Error::Kernel(format!(
                "{name} would run {:?} workgroups; a CUDA device takes at most {MAX_GRID:?}",
                launch.grid
            )));
        }
        let kernel = self.kernel(launch.code)?;
        for key in launch.buffers {
            find(&self.buffers, *key)?;
        }
        let addresses = launch.buffers.iter().filter_map(|key| find(&self.buffers, *key).ok());
        let record = kernel.faults.then_some(self.record_address);
        cuda_params(addresses.map(|memory| memory.address), record, launch.words, &mut self.params);
        let launched = self.stream.launch(&kernel, launch.grid, &mut self.params);
        self.context().ok(launched).map_err(|error| match error {
            Error::Kernel(why) => Error::Kernel(format!("{name} cannot be launched: {why}")),
            other => other,
        })
    }

    fn prepare_routines(&mut self) -> Result<(), Error> {
        self.enter()?;
        self.blas();
        Ok(())
    }

    fn routine(&mut self, routine: &Routine, only_if_faster: bool) -> Result<Option<&'static str>, Error> {
        let Routine::GemmF32(gemm) = routine;
        let layout = Layout::row_major([gemm.m, gemm.n, gemm.k], [gemm.trans_a, gemm.trans_b]);
        let Some(layout) = layout.filter(|_| !only_if_faster || blas::is_faster(gemm)) else { return Ok(None) };
        self.begin()?;
        match self.sgemm(&layout, gemm)? {
            Ok(()) => Ok(Some(Library::Cublas.name())),
            Err(why) if only_if_faster => {
                if matches!(self.blas, Some(Ok(_))) {
                    tracing::warn!(%why, "cuBLAS serves this session no more");
                    self.blas = Some(Err(why));
                }
                Ok(None)
            }
            Err(why) => Err(Error::Kernel(why)),
        }
    }

    fn sync(&mut self) -> Result<(), Error> {
        if self.is_recording {
            return self.begin_now();
        }
        self.enter()?;
        if self.busy { self.wait() } else { Ok(()) }
    }

    fn take_fault(&mut self) -> Result<Option<Fault>, Error> {
        self.sync()?;
        let fault = Fault::from_record(&self.record.record()?);
        if fault.is_some() {
            self.record.clear_record()?;
        }
        Ok(fault)
    }

    fn mark(&mut self) -> Result<Mark, Error> {
        self.begin_now()?;
        let index = (self.n_marks % MAX_MARKS) as usize;
        if index == self.marks.len() {
            self.marks.push(Event::new(&self.kernels.context, true)?);
        }
        if let Some(event) = self.marks.get(index) {
            self.stream.record(event)?;
        }
        let mark = Mark::Device(self.n_marks);
        self.n_marks = self.n_marks.checked_add(1).ok_or_else(|| Error::Unsupported("too many marks".to_owned()))?;
        Ok(mark)
    }

    fn elapsed(&mut self, from: Mark, to: Mark) -> Result<Duration, Error> {
        self.enter()?;
        let (from, to) = (self.mark_at(from)?, self.mark_at(to)?);
        self.stopped.wait(|| to.is_done())?;
        from.elapsed(to)
    }

    fn begin_recording(&mut self) -> Result<bool, Error> {
        self.begin_now()?;
        self.recording = None;
        Graph::begin(&self.stream)?;
        self.is_recording = true;
        Ok(true)
    }

    fn end_recording(&mut self) -> Result<(), Error> {
        let is_whole = self.doomed.is_empty();
        let graph = self.leave_recording();
        self.enter()?;
        match graph? {
            graph if is_whole => self.recording = Some(graph),
            _ => return Err(Error::Unsupported("a buffer was destroyed while launches were recorded".to_owned())),
        }
        Ok(())
    }

    fn replay(&mut self) -> Result<(), Error> {
        self.begin_now()?;
        let nothing = || Error::Unsupported("there is no recording, or a buffer was destroyed since".to_owned());
        self.recording.as_ref().ok_or_else(nothing)?.launch(&self.stream)
    }

    fn cancel_handle(&self) -> Option<Arc<dyn Cancel>> {
        Some(self.stopped.clone())
    }
}

impl Drop for CudaSession {
    fn drop(&mut self) {
        let is_current = self.context().make_current().is_ok();
        // The device may still read and write what a stopped session has pinned.
        if self.is_recording {
            let _ = self.leave_recording();
        }
        if !is_current || self.wait().is_err() {
            self.staging.give_up();
            self.record.give_up();
            std::mem::forget(self.blas.take());
        } else if !self.is_recording {
            self.stream.retire();
        }
        for memory in self.buffers.drain(..).flatten() {
            self.stream.free(memory);
        }
    }
}
