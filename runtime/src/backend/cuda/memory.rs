//! Memory of the device.
//!
//! Freed by its owner, in the order of a stream's work. In: sizes. Out: [`Allocation`], and a [`Span`] of it.

use crate::backend::Error;

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
