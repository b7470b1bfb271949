//! Streams that no session has now, for those to come and for libraries that are measured beside them.
//!
//! Once work went through one stream of a process that runs our sessions, each launch on another costs the device 0.2 to 0.4 us
//! more, and then on the first one too: measured on an H200 (driver 580) with launches in graphs. So sessions that follow one
//! another share a stream.
#![expect(unsafe_code, reason = "the driver's handles are pointers")]

use super::context::Context;
use super::driver;
use super::stream::Stream;
use cudarc::driver::sys;
use std::collections::BTreeMap;
use std::ffi::c_void;
use std::sync::{Mutex, PoisonError};

/// Streams that are kept at most.
const MAX_KEPT: usize = 16;

/// Streams by number, the oldest first.
#[derive(Default)]
pub(super) struct IdleStreams(Mutex<Idle>);

#[derive(Default)]
struct Idle {
    by_number: BTreeMap<u32, sys::CUstream>,
    n_made: u32,
}

// SAFETY: the driver lets any thread use its handles, and each is handed out once.
unsafe impl Send for IdleStreams {}
// SAFETY: as above, under its lock.
unsafe impl Sync for IdleStreams {}

impl IdleStreams {
    /// The oldest with its number, or the number of one to be made.
    pub(super) fn take(&self) -> Result<(u32, sys::CUstream), u32> {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        idle.by_number.pop_first().ok_or_else(|| {
            idle.n_made = idle.n_made.saturating_add(1);
            idle.n_made
        })
    }

    /// Keeps a stream whose work is done, or says that there are enough.
    pub(super) fn keep(&self, number: u32, stream: sys::CUstream) -> bool {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let has_room = idle.by_number.len() < MAX_KEPT && !idle.by_number.contains_key(&number);
        if has_room {
            idle.by_number.insert(number, stream);
        }
        has_room
    }
}

/// A stream that no session has meanwhile.
pub struct IdleStream(Stream);

impl IdleStream {
    /// The oldest of the card of that name, whose context is this thread's from here on.
    ///
    /// # Errors
    /// Where there is no driver, or no such card, or it is lost.
    pub fn of(name: &str) -> Result<Self, String> {
        let card = driver::cards()?.into_iter().find(|card| card.name == name).ok_or("there is no such card")?;
        let context = Context::of(&card).map_err(|why| why.to_string())?;
        context.enter().and_then(|()| Stream::new(&context)).map(Self).map_err(|why| why.to_string())
    }

    /// Its handle.
    #[must_use]
    pub fn handle(&self) -> *mut c_void {
        self.0.handle()
    }
}

impl Drop for IdleStream {
    fn drop(&mut self) {
        while let Ok(is_done) = self.0.is_done() {
            if is_done {
                self.0.retire();
                break;
            }
            std::thread::yield_now();
        }
    }
}
