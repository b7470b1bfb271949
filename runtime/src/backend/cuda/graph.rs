//! Work that was recorded once and is queued as a whole, as often as wanted: a CUDA graph.
//!
//! In: a stream that records in place of queueing. Out: a [`Graph`].
#![expect(unsafe_code, reason = "the driver's functions are foreign")]

use super::context::Context;
use super::driver::call;
use super::stream::Stream;
use crate::backend::Error;
use cudarc::driver::sys;
use std::sync::Arc;

/// A graph that can be queued.
pub(super) struct Graph {
    context: Arc<Context>,
    raw: sys::CUgraphExec,
}

// SAFETY: the driver lets any thread use its handles.
unsafe impl Send for Graph {}

impl Graph {
    /// From here on, what is queued on the stream is recorded.
    pub(super) fn begin(stream: &Stream) -> Result<(), Error> {
        // Of this stream alone: other threads and sessions go on as they did.
        let mode = sys::CUstreamCaptureMode::CU_STREAM_CAPTURE_MODE_RELAXED;
        // SAFETY: the stream lives.
        stream.context().ok(unsafe { call!(cuStreamBeginCapture_v2(stream.raw(), mode)) })
    }

    /// Ends recording, and makes what was recorded ready.
    pub(super) fn end(stream: &Stream) -> Result<Self, Error> {
        let context = Arc::clone(stream.context());
        let mut graph = std::ptr::null_mut();
        // SAFETY: the stream lives, and the driver writes the graph's handle.
        context.ok(unsafe { call!(cuStreamEndCapture(stream.raw(), &raw mut graph)) })?;
        let mut raw = std::ptr::null_mut();
        // SAFETY: the graph is the driver's own, given up after its executable form was made of it.
        let made = unsafe {
            let made = call!(cuGraphInstantiateWithFlags(&raw mut raw, graph, 0));
            let _ = call!(cuGraphDestroy(graph));
            made
        };
        context.ok(made)?;
        Ok(Self { context, raw })
    }

    /// Queues all of it. Buffers that it reads and writes must still be there.
    pub(super) fn launch(&self, stream: &Stream) -> Result<(), Error> {
        // SAFETY: both live; the caller vouches for the buffers.
        self.context.ok(unsafe { call!(cuGraphLaunch(self.raw, stream.raw())) })
    }
}

impl Drop for Graph {
    fn drop(&mut self) {
        if self.context.make_current().is_ok() {
            // SAFETY: the handle is given up; the driver lets a run of it end first.
            let _ = unsafe { call!(cuGraphExecDestroy(self.raw)) };
        }
    }
}
