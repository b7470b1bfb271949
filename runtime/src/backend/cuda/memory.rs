//! Memory of the device, and memory of the host that the device reaches.
//!
//! Freed by its owner: device memory in the order of a stream's work. In: sizes. Out: [`Allocation`] and [`Pinned`].
#![expect(unsafe_code, reason = "the driver's functions are foreign, and memory that it fills is behind raw pointers")]

use super::context::Context;
use super::driver::call;
use crate::backend::Error;
use std::ffi::c_void;
use std::sync::Arc;
use wgpuc_abi::fault;

/// Memory of the device, with its padding. It does not free itself: see `Stream::free`.
pub(super) struct Allocation {
    /// Where kernels find it.
    pub address: u64,
    pub bytes: u64,
}

/// Bytes of an [`Allocation`] that lives.
#[derive(Clone, Copy)]
pub(super) struct Span<'a> {
    allocation: &'a Allocation,
    offset: u64,
    pub bytes: usize,
}

impl Allocation {
    /// `bytes` bytes from an offset on.
    pub(super) fn span(&self, offset: u64, bytes: u64) -> Result<Span<'_>, Error> {
        let outside =
            || Error::Unsupported(format!("bytes {offset} to {offset} + {bytes} of {} bytes do not exist", self.bytes));
        offset.checked_add(bytes).filter(|end| *end <= self.bytes).ok_or_else(outside)?;
        Ok(Span { allocation: self, offset, bytes: usize::try_from(bytes).map_err(|_| outside())? })
    }
}

impl<'a> Span<'a> {
    /// Its address on the device.
    pub(super) fn address(self) -> u64 {
        self.allocation.address + self.offset
    }

    /// `bytes` bytes of it from an offset on.
    pub(super) fn part(self, offset: usize, bytes: usize) -> Result<Self, Error> {
        match offset.checked_add(bytes) {
            Some(end) if end <= self.bytes => Ok(Self { offset: self.offset + offset as u64, bytes, ..self }),
            _ => {
                Err(Error::Unsupported(format!("bytes {offset} to {offset} + {bytes} of {} do not exist", self.bytes)))
            }
        }
    }

    /// Whether two spans have a byte in common.
    pub(super) fn overlaps(self, other: Span<'_>) -> bool {
        let (a, b) = (self.address(), other.address());
        a < b + other.bytes as u64 && b < a + self.bytes as u64
    }
}

/// Memory of the host that stays where it is, so that the device reads and writes it by itself.
pub(super) struct Pinned {
    context: Arc<Context>,
    first: *mut u8,
    bytes: usize,
}

// SAFETY: it owns its memory, and every access goes through `&mut self` or is volatile.
unsafe impl Send for Pinned {}

impl Pinned {
    /// Zeroed memory of that size. The context must be this thread's.
    pub(super) fn new(context: &Arc<Context>, bytes: usize) -> Result<Self, Error> {
        // CU_MEMHOSTALLOC_PORTABLE and _DEVICEMAP: reached by all contexts, and by kernels.
        const FLAGS: u32 = 1 | 2;
        let mut first: *mut c_void = std::ptr::null_mut();
        // SAFETY: the driver writes a pointer to memory of that size, which is then zeroed before anything reads it.
        unsafe {
            context.ok(call!(cuMemHostAlloc(&raw mut first, bytes, FLAGS)))?;
            std::ptr::write_bytes(first.cast::<u8>(), 0, bytes);
        }
        Ok(Self { context: Arc::clone(context), first: first.cast(), bytes })
    }

    /// The first of `bytes` bytes from an offset on, for the device to use.
    pub(super) fn host_address(&self, offset: usize, bytes: usize) -> Result<*mut c_void, Error> {
        match offset.checked_add(bytes) {
            // SAFETY: the range was just checked to lie within the memory.
            Some(end) if end <= self.bytes => Ok(unsafe { self.first.add(offset) }.cast()),
            _ => Err(Error::Unsupported("a transfer is larger than its staging memory".to_owned())),
        }
    }

    /// Where kernels find it.
    pub(super) fn device_address(&self) -> Result<u64, Error> {
        let mut address = 0;
        // SAFETY: the memory is mapped for the device, and its address is written to a place that lives.
        self.context.ok(unsafe { call!(cuMemHostGetDevicePointer_v2(&raw mut address, self.first.cast(), 0)) })?;
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

    /// Gives it up without freeing it, for the device may write it at any time.
    pub(super) fn leak(&mut self) {
        self.first = std::ptr::null_mut();
        self.bytes = 0;
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        if !self.first.is_null() && self.context.make_current().is_ok() {
            // SAFETY: the memory came from the driver, and its owner waited until the device had no more use for it.
            let _ = unsafe { call!(cuMemFreeHost(self.first.cast())) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Allocation;

    #[test]
    fn spans_stay_inside() {
        let a = Allocation { address: 4096, bytes: 64 };
        assert!(a.span(60, 4).is_ok() && a.span(61, 4).is_err() && a.span(u64::MAX, 2).is_err());
        let (x, y) = (a.span(0, 10).unwrap(), a.span(9, 10).unwrap());
        assert!(x.overlaps(y) && y.overlaps(x) && !x.overlaps(a.span(10, 1).unwrap()));
        let part = y.part(4, 6).unwrap();
        assert_eq!((part.address(), part.bytes), (4109, 6));
        assert!(y.part(4, 7).is_err());
    }
}
