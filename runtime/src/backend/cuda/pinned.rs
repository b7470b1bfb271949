//! Memory of the host that stays where it is, so that the device reads and writes it by itself.
//!
//! What a session no longer needs is kept for the next: to pin memory and to free it, the driver may wait for all work
//! of the card, another guest's too. In: sizes. Out: [`Pinned`].
#![expect(
    unsafe_code,
    reason = "the driver's functions are foreign, and memory that the device fills is behind pointers"
)]

use super::context::Context;
use super::driver::{Failure, call};
use crate::backend::Error;
use std::collections::BTreeMap;
use std::ffi::c_void;
use std::sync::{Arc, Mutex, PoisonError};
use wgpuc_abi::fault;

/// What a transfer takes at a time: large enough that a copy's fixed cost does not count, small enough that copies
/// overlap soon.
pub(super) const SLOT_BYTES: usize = 1 << 20;
/// What a fault record takes.
pub(super) const RECORD_BYTES: usize = fault::WORDS as usize * 4;
/// Pieces of each size that are pinned with the context, for sessions that come while a kernel runs.
const N_AT_FIRST: usize = 8;
/// Pieces of a size that are kept at most.
const MAX_KEPT: usize = 64;

/// Pinned memory, whose content is whatever it was.
pub(super) struct Pinned {
    context: Arc<Context>,
    piece: Piece,
    is_given_up: bool,
}

#[derive(Clone, Copy)]
struct Piece {
    first: *mut u8,
    bytes: usize,
}

// SAFETY: it owns its memory, and every access goes through `&mut self` or is volatile.
unsafe impl Send for Pinned {}

/// Pieces that nobody uses, by size.
pub(super) struct Reserve(Mutex<BTreeMap<usize, Vec<Piece>>>);

// SAFETY: it owns what the pieces point to, and hands each out once.
unsafe impl Send for Reserve {}
// SAFETY: as above, under its lock.
unsafe impl Sync for Reserve {}

impl Reserve {
    /// The first pieces of a context, which must be this thread's.
    pub(super) fn new() -> Result<Self, Failure> {
        let pieces = |bytes| Ok((bytes, (0..N_AT_FIRST).map(|_| Piece::new(bytes)).collect::<Result<_, _>>()?));
        Ok(Self(Mutex::new([RECORD_BYTES, SLOT_BYTES].into_iter().map(pieces).collect::<Result<_, _>>()?)))
    }

    fn take(&self, bytes: usize) -> Option<Piece> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&bytes)?.pop()
    }

    /// Keeps a piece, or says that there are enough.
    fn keep(&self, piece: Piece) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let pieces = all.entry(piece.bytes).or_default();
        let has_room = pieces.len() < MAX_KEPT;
        if has_room {
            pieces.push(piece);
        }
        has_room
    }
}

impl Piece {
    /// A new piece, zeroed.
    fn new(bytes: usize) -> Result<Self, Failure> {
        // CU_MEMHOSTALLOC_PORTABLE and _DEVICEMAP: reached by all contexts, and by kernels.
        const FLAGS: u32 = 1 | 2;
        let mut first: *mut c_void = std::ptr::null_mut();
        // SAFETY: the driver writes a pointer to memory of that size, which is then zeroed before anything reads it.
        unsafe {
            call!(cuMemHostAlloc(&raw mut first, bytes, FLAGS))?;
            std::ptr::write_bytes(first.cast::<u8>(), 0, bytes);
        }
        Ok(Self { first: first.cast(), bytes })
    }
}

impl Pinned {
    /// That many bytes. The context must be this thread's.
    pub(super) fn new(context: &Arc<Context>, bytes: usize) -> Result<Self, Error> {
        let piece = match context.reserve.take(bytes) {
            Some(kept) => kept,
            None => context.ok(Piece::new(bytes))?,
        };
        Ok(Self { context: Arc::clone(context), piece, is_given_up: false })
    }

    /// The first of `bytes` bytes from an offset on, for the device to use.
    pub(super) fn host_address(&self, offset: usize, bytes: usize) -> Result<*mut c_void, Error> {
        match offset.checked_add(bytes) {
            // SAFETY: the range was just checked to lie within the memory.
            Some(end) if end <= self.piece.bytes => Ok(unsafe { self.piece.first.add(offset) }.cast()),
            _ => Err(Error::Unsupported("a transfer is larger than its staging memory".to_owned())),
        }
    }

    /// Where kernels find it.
    pub(super) fn device_address(&self) -> Result<u64, Error> {
        let mut address = 0;
        // SAFETY: the memory is mapped for the device, and its address is written to a place that lives.
        self.context
            .ok(unsafe { call!(cuMemHostGetDevicePointer_v2(&raw mut address, self.piece.first.cast(), 0)) })?;
        Ok(address)
    }

    /// Copies bytes in. The device must not be using them.
    pub(super) fn write(&mut self, offset: usize, data: &[u8]) -> Result<(), Error> {
        let to = self.host_address(offset, data.len())?;
        // SAFETY: `to` is valid for as many bytes as `data` has, which lies elsewhere.
        unsafe { std::ptr::copy_nonoverlapping(data.as_ptr(), to.cast(), data.len()) };
        Ok(())
    }

    /// Copies bytes out. The device must not be writing them.
    pub(super) fn read(&self, offset: usize, out: &mut [u8]) -> Result<(), Error> {
        let from = self.host_address(offset, out.len())?;
        // SAFETY: `from` is valid for as many bytes as `out` has, which lies elsewhere.
        unsafe { std::ptr::copy_nonoverlapping(from.cast(), out.as_mut_ptr(), out.len()) };
        Ok(())
    }

    /// The words of a fault record at its start, which kernels may be writing.
    pub(super) fn record(&self) -> Result<[u32; fault::WORDS as usize], Error> {
        let mut words = [0; fault::WORDS as usize];
        let from = self.host_address(0, size_of_val(&words))?.cast::<u32>();
        for (i, word) in words.iter_mut().enumerate() {
            // SAFETY: the words lie within the memory, which is aligned to pages; a volatile read sees what the device
            // wrote.
            *word = unsafe { from.add(i).read_volatile() };
        }
        Ok(words)
    }

    /// Clears a fault record. The device must not be writing it.
    pub(super) fn clear_record(&mut self) -> Result<(), Error> {
        self.write(0, &[0; RECORD_BYTES])
    }

    /// Leaves it to the device, which may write it at any time: it is never used again.
    pub(super) fn give_up(&mut self) {
        self.is_given_up = true;
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        let is_kept = self.is_given_up || self.context.reserve.keep(self.piece);
        if !is_kept && self.context.make_current().is_ok() {
            // SAFETY: the memory came from the driver, and its owner waited until the device had no more use for it.
            let _ = unsafe { call!(cuMemFreeHost(self.piece.first.cast())) };
        }
    }
}
