//! A guest's memory on the CPU: a shared WebAssembly memory, and the host's transfers in and out of it.
//!
//! `unsafe` because wasmtime gives a shared memory's content as `UnsafeCell`s: kernels may write it from other
//! threads. They do not while a method here runs, for a session transfers bytes with `&mut self`, and its launches
//! return only when every worker has left the kernel. Every range is checked against the memory's size here.
//! The exception is [`Flag`], one word that any thread may write at any time, by an atomic store.
#![allow(unsafe_code)]

use super::super::Error;
use std::sync::atomic::{AtomicU32, Ordering};
use wasmtime::{Engine, MemoryType, SharedMemory};

/// The size of a page.
const PAGE: u64 = 65_536;
/// The most pages that 32-bit addresses reach.
const MAX_PAGES: u32 = 65_536;
/// Memory grows by multiples of this many pages, so that it grows seldom.
const GROWTH_PAGES: u64 = 64;

/// A guest's memory.
pub(super) struct GuestMemory {
    memory: SharedMemory,
}

impl GuestMemory {
    /// A memory without pages.
    pub(super) fn new(engine: &Engine) -> Result<Self, Error> {
        let memory = SharedMemory::new(engine, MemoryType::shared(0, MAX_PAGES)).map_err(|_| Error::OutOfMemory)?;
        Ok(Self { memory })
    }

    /// What kernels import.
    pub(super) fn shared(&self) -> &SharedMemory {
        &self.memory
    }

    /// Makes sure that addresses below `end` exist. New memory is zero.
    pub(super) fn reach(&mut self, end: u64) -> Result<(), Error> {
        let (have, need) = (self.memory.size(), end.div_ceil(PAGE));
        if need <= have {
            return Ok(());
        }
        let wanted = need.next_multiple_of(GROWTH_PAGES).min(u64::from(MAX_PAGES)).max(need);
        self.memory.grow(wanted - have).map(drop).map_err(|_| Error::OutOfMemory)
    }

    /// Tells the system that a range will be used as a whole: with large pages its first use is twice as fast.
    pub(super) fn will_use(&mut self, address: u64, bytes: u64) {
        // Small ranges would only waste the rest of a large page.
        const LARGE_PAGE: u64 = 2 << 20;
        let start = address.next_multiple_of(PAGE);
        let bytes = (address + bytes).saturating_sub(start) / PAGE * PAGE;
        if bytes >= LARGE_PAGE
            && let Ok(bytes) = usize::try_from(bytes)
            && let Ok(first) = self.range(start, bytes)
        {
            prefer_large_pages(first, bytes);
        }
    }

    /// Writes `data` from an address on.
    pub(super) fn write(&mut self, address: u64, data: &[u8]) -> Result<(), Error> {
        let to = self.range(address, data.len())?;
        // SAFETY: `to` is valid for `data.len()` bytes, no kernel runs (see above), and `data` lies outside of the
        // memory, to which no other Rust reference exists.
        unsafe { std::ptr::copy_nonoverlapping(data.as_ptr(), to, data.len()) };
        Ok(())
    }

    /// Fills `out` from an address on.
    pub(super) fn read(&mut self, address: u64, out: &mut [u8]) -> Result<(), Error> {
        let from = self.range(address, out.len())?;
        // SAFETY: as in `write`, with the direction turned.
        unsafe { std::ptr::copy_nonoverlapping(from, out.as_mut_ptr(), out.len()) };
        Ok(())
    }

    /// Copies within the memory; the ranges may overlap.
    pub(super) fn copy(&mut self, from: u64, to: u64, bytes: u64) -> Result<(), Error> {
        let bytes = usize::try_from(bytes).map_err(|_| outside())?;
        let (from, to) = (self.range(from, bytes)?, self.range(to, bytes)?);
        // SAFETY: both are valid for `bytes` bytes, `copy` allows overlap, and no kernel runs (see above).
        unsafe { std::ptr::copy(from, to, bytes) };
        Ok(())
    }

    /// Zeroes some bytes from an address on.
    pub(super) fn zero(&mut self, address: u64, bytes: u64) -> Result<(), Error> {
        let bytes = usize::try_from(bytes).map_err(|_| outside())?;
        let to = self.range(address, bytes)?;
        // SAFETY: `to` is valid for `bytes` bytes, and no kernel runs (see above).
        unsafe { std::ptr::write_bytes(to, 0, bytes) };
        Ok(())
    }

    /// The word at an address that is a multiple of 4. Nothing else may write it from now on.
    pub(super) fn flag(&self, address: u64) -> Result<Flag, Error> {
        if !address.is_multiple_of(4) {
            return Err(outside());
        }
        range(&self.memory, address, 4)?;
        Ok(Flag { memory: self.memory.clone(), address })
    }

    fn range(&self, address: u64, bytes: usize) -> Result<*mut u8, Error> {
        range(&self.memory, address, bytes)
    }
}

/// A word of a guest's memory that kernels only read.
pub(super) struct Flag {
    memory: SharedMemory,
    address: u64,
}

impl Flag {
    /// Sets it to one, for kernels that run to see.
    pub(super) fn set(&self) {
        if let Ok(word) = range(&self.memory, self.address, 4) {
            // SAFETY: the word is valid as long as the memory, to which `self` holds a reference, and aligned, as
            // `flag` checked; kernels read it atomically, and no Rust reference to it exists.
            unsafe { AtomicU32::from_ptr(word.cast()) }.store(1, Ordering::SeqCst);
        }
    }
}

/// The first byte of a range, if the memory has all of it.
fn range(memory: &SharedMemory, address: u64, bytes: usize) -> Result<*mut u8, Error> {
    let start = usize::try_from(address).map_err(|_| outside())?;
    let end = start.checked_add(bytes).ok_or_else(outside)?;
    let cells = memory.data().get(start..end).ok_or_else(outside)?;
    Ok(cells.as_ptr().cast::<u8>().cast_mut())
}

#[cfg(target_os = "linux")]
fn prefer_large_pages(first: *mut u8, bytes: usize) {
    const MADV_HUGEPAGE: std::ffi::c_int = 14;
    // SAFETY: this is the C library's function, which std links, with its signature.
    unsafe extern "C" {
        fn madvise(address: *mut std::ffi::c_void, length: usize, advice: std::ffi::c_int) -> std::ffi::c_int;
    }
    // SAFETY: the range is part of a memory that is mapped as long as it lives, and this advice does not change its
    // content. Where the system refuses, nothing is lost but speed.
    unsafe { madvise(first.cast(), bytes, MADV_HUGEPAGE) };
}

#[cfg(not(target_os = "linux"))]
fn prefer_large_pages(_first: *mut u8, _bytes: usize) {}

fn outside() -> Error {
    Error::DeviceLost("a transfer reached outside of the guest's memory".into())
}
