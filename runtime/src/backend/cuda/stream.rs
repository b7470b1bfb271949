//! A queue of work on the device, and points in its order.
//!
//! Nothing here waits. In: spans of memory that lives, kernels. Out: work, and whether it is done.
#![expect(unsafe_code, reason = "the driver's functions are foreign")]

use super::context::Context;
use super::driver::{Failure, call};
use super::kernel::Kernel;
use super::memory::{Allocation, Span};
use super::pinned::Pinned;
use crate::backend::Error;
use cudarc::driver::sys::{self, CUresult};
use std::ffi::c_void;
use std::ptr::without_provenance_mut;
use std::sync::Arc;
use std::time::Duration;

/// A queue of work. Its context must be this thread's in every call.
pub(super) struct Stream {
    context: Arc<Context>,
    raw: sys::CUstream,
    /// Its place among the streams that its context made.
    number: u32,
    /// Whether another session may have it.
    is_retired: bool,
}

/// A point in a stream's order.
pub(super) struct Event {
    context: Arc<Context>,
    raw: sys::CUevent,
}

// SAFETY: the driver lets any thread use its handles.
unsafe impl Send for Stream {}
// SAFETY: as above.
unsafe impl Send for Event {}

impl Stream {
    /// An earlier one that is idle, or a new one.
    pub(super) fn new(context: &Arc<Context>) -> Result<Self, Error> {
        let number = match context.idle_streams.take() {
            Ok((number, raw)) => return Ok(Self { context: Arc::clone(context), raw, number, is_retired: false }),
            Err(number) => number,
        };
        let mut raw = std::ptr::null_mut();
        let flags = sys::CUstream_flags::CU_STREAM_NON_BLOCKING as u32;
        // SAFETY: the driver writes the stream's handle.
        context.ok(unsafe { call!(cuStreamCreate(&raw mut raw, flags)) })?;
        Ok(Self { context: Arc::clone(context), raw, number, is_retired: false })
    }

    /// Its work is done, and from here on it only frees memory: then another session may have it.
    pub(super) fn retire(&mut self) {
        self.is_retired = true;
    }

    pub(super) fn context(&self) -> &Arc<Context> {
        &self.context
    }

    pub(super) fn raw(&self) -> sys::CUstream {
        self.raw
    }

    /// Its handle, for libraries.
    pub(super) fn handle(&self) -> *mut c_void {
        self.raw.cast()
    }

    /// Memory whose content is whatever it was.
    pub(super) fn alloc(&self, bytes: u64) -> Result<Allocation, Error> {
        let size = usize::try_from(bytes).map_err(|_| Error::OutOfMemory)?;
        let mut address = 0;
        // SAFETY: the driver writes the address.
        let result = unsafe {
            match self.context.pool() {
                Some(pool) => call!(cuMemAllocFromPoolAsync(&raw mut address, size, pool, self.raw)),
                None => call!(cuMemAlloc_v2(&raw mut address, size)),
            }
        };
        self.context.ok(result)?;
        Ok(Allocation { address, bytes })
    }

    /// Frees memory once earlier work is done. Without a pool, the driver waits for that here.
    pub(super) fn free(&self, allocation: Allocation) {
        // SAFETY: the allocation came from `alloc`, and is given up. A context that is lost has lost it already.
        let _ = unsafe {
            match self.context.pool() {
                Some(_) => call!(cuMemFreeAsync(allocation.address, self.raw)),
                None => call!(cuMemFree_v2(allocation.address)),
            }
        };
    }

    /// Zeroes memory.
    pub(super) fn zero(&self, span: Span<'_>) -> Result<(), Error> {
        // SAFETY: the span lies within memory that lives.
        self.context.ok(unsafe { call!(cuMemsetD8Async(span.address(), 0, span.bytes, self.raw)) })
    }

    /// Copies from the host, which must leave the bytes as they are until then.
    pub(super) fn upload(&self, to: Span<'_>, from: &Pinned, offset: usize) -> Result<(), Error> {
        let from = from.host_address(offset, to.bytes)?;
        // SAFETY: both ranges lie within memory that lives; the host's does until the copy is done, as its owner waits.
        self.context.ok(unsafe { call!(cuMemcpyHtoDAsync_v2(to.address(), from, to.bytes, self.raw)) })
    }

    /// Copies to the host, which must not look before it is done.
    pub(super) fn download(&self, from: Span<'_>, to: &mut Pinned, offset: usize) -> Result<(), Error> {
        let to = to.host_address(offset, from.bytes)?;
        // SAFETY: as in `upload`.
        self.context.ok(unsafe { call!(cuMemcpyDtoHAsync_v2(to, from.address(), from.bytes, self.raw)) })
    }

    /// Copies as many bytes as `from` has, which must not overlap `to`.
    pub(super) fn copy(&self, from: Span<'_>, to: Span<'_>) -> Result<(), Error> {
        let bytes = from.bytes.min(to.bytes);
        // SAFETY: both spans lie within memory that lives.
        self.context.ok(unsafe { call!(cuMemcpyDtoDAsync_v2(to.address(), from.address(), bytes, self.raw)) })
    }

    /// Launches a kernel with its packed parameters.
    pub(super) fn launch(&self, kernel: &Kernel, grid: [u32; 3], params: &mut [u8]) -> Result<(), Failure> {
        // CU_LAUNCH_PARAM_BUFFER_POINTER, _BUFFER_SIZE and _END.
        let [pointer, size, end] = [1, 2, 0].map(without_provenance_mut::<c_void>);
        let mut bytes = params.len();
        let mut extra = [pointer, params.as_mut_ptr().cast(), size, (&raw mut bytes).cast(), end];
        let ([x, y, z], [bx, by, bz]) = (grid, kernel.block);
        let (shared, none) = (kernel.dynamic_shared_bytes, std::ptr::null_mut());
        // SAFETY: the driver copies the parameters before it returns. What the kernel does with them is what our compiler
        // wrote (its SHA-256 was compared with the Manifest's), which proves every access in bounds or guards it.
        unsafe {
            call!(cuLaunchKernel(kernel.function, x, y, z, bx, by, bz, shared, self.raw, none, extra.as_mut_ptr()))
        }
    }

    /// Whether all work is done.
    pub(super) fn is_done(&self) -> Result<bool, Error> {
        // SAFETY: the stream lives.
        self.context.ok(done(unsafe { call!(cuStreamQuery(self.raw)) }))
    }

    /// Puts an event at this point of the order.
    pub(super) fn record(&self, event: &Event) -> Result<(), Error> {
        // SAFETY: both live.
        self.context.ok(unsafe { call!(cuEventRecord(event.raw, self.raw)) })
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if self.context.make_current().is_err() {
            return;
        }
        if !self.is_retired || !self.context.idle_streams.keep(self.number, self.raw) {
            // SAFETY: the handle is given up; the driver lets work on it end first, without waiting here.
            let _ = unsafe { call!(cuStreamDestroy_v2(self.raw)) };
        }
    }
}

impl Event {
    /// An event; `timed` where the time between two is asked for.
    pub(super) fn new(context: &Arc<Context>, timed: bool) -> Result<Self, Error> {
        use sys::CUevent_flags::{CU_EVENT_DEFAULT, CU_EVENT_DISABLE_TIMING};
        let flags = if timed { CU_EVENT_DEFAULT } else { CU_EVENT_DISABLE_TIMING };
        let mut raw = std::ptr::null_mut();
        // SAFETY: the driver writes the event's handle.
        context.ok(unsafe { call!(cuEventCreate(&raw mut raw, flags as u32)) })?;
        Ok(Self { context: Arc::clone(context), raw })
    }

    /// Whether all work before it is done.
    pub(super) fn is_done(&self) -> Result<bool, Error> {
        // SAFETY: the event lives.
        self.context.ok(done(unsafe { call!(cuEventQuery(self.raw)) }))
    }

    /// The time from one event to another that is done; both are timed.
    pub(super) fn elapsed(&self, to: &Self) -> Result<Duration, Error> {
        let mut milliseconds = 0.0;
        // SAFETY: both live, and the time is written to a place that lives.
        self.context.ok(unsafe { call!(cuEventElapsedTime(&raw mut milliseconds, self.raw, to.raw)) })?;
        Ok(Duration::try_from_secs_f64(f64::from(milliseconds) / 1e3).unwrap_or_default())
    }
}

impl Drop for Event {
    fn drop(&mut self) {
        if self.context.make_current().is_ok() {
            // SAFETY: the handle is given up; the driver keeps what it still needs of it.
            let _ = unsafe { call!(cuEventDestroy_v2(self.raw)) };
        }
    }
}

/// What a query says.
fn done(result: Result<(), Failure>) -> Result<bool, Failure> {
    match result {
        Ok(()) => Ok(true),
        Err(failure) if failure.code == CUresult::CUDA_ERROR_NOT_READY => Ok(false),
        Err(failure) => Err(failure),
    }
}
