//! Places in a guest's memory: a free list with coalescing.
//!
//! Pure bookkeeping: touches no memory. Addresses are bytes from the memory's start.

use super::MAX_GUEST_BYTES;
use std::collections::BTreeMap;
use wgpuc_abi::launch::CPU_LOWEST_ADDRESS;

/// Every allocation starts at a multiple of this, and takes whole multiples.
const UNIT: u64 = 64;
/// No allocation ends past this: the last page stays free, so that an address past an end does not wrap.
const END: u64 = MAX_GUEST_BYTES - 65_536;

/// A piece of a guest's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    /// The first byte.
    pub(super) start: u64,
    /// How many bytes were asked for.
    pub(super) bytes: u64,
}

impl Range {
    /// The first byte, as kernels see it.
    pub(super) fn address(self) -> u32 {
        // No range ends past END, which is below 2^32.
        self.start as u32
    }

    fn taken(self) -> u64 {
        self.bytes.max(1).next_multiple_of(UNIT)
    }
}

/// What is free.
#[derive(Debug)]
pub(super) struct Allocator {
    /// Free ranges below `end`: start to length. No two touch.
    free: BTreeMap<u64, u64>,
    /// Nothing at or past it is taken.
    end: u64,
    /// Nothing at or past it was ever taken, so it still reads as zero.
    clean: u64,
}

impl Allocator {
    pub(super) fn new() -> Self {
        let lowest = u64::from(CPU_LOWEST_ADDRESS);
        Self { free: BTreeMap::new(), end: lowest, clean: lowest }
    }

    /// A range of that many bytes, at the lowest address with room, and how many of its first bytes may not be zero.
    /// None where there is no room.
    pub(super) fn take(&mut self, bytes: u64) -> Option<(Range, u64)> {
        if bytes > END {
            return None;
        }
        let wanted = Range { start: 0, bytes }.taken();
        let hole = self.free.iter().find(|(_, length)| **length >= wanted).map(|(start, length)| (*start, *length));
        let start = match hole {
            Some((start, length)) => {
                self.free.remove(&start);
                if length > wanted {
                    self.free.insert(start + wanted, length - wanted);
                }
                start
            }
            None => {
                let start = self.end;
                self.end = start.checked_add(wanted).filter(|end| *end <= END)?;
                start
            }
        };
        let dirty = self.clean.saturating_sub(start).min(wanted);
        self.clean = self.clean.max(start + wanted);
        Some((Range { start, bytes }, dirty))
    }

    /// Gives a range back that [`Self::take`] gave.
    pub(super) fn give(&mut self, range: Range) {
        let (mut start, mut length) = (range.start, range.taken());
        if let Some((before, its)) = self.free.range(..start).next_back().map(|(s, l)| (*s, *l))
            && before + its == start
        {
            self.free.remove(&before);
            (start, length) = (before, length + its);
        }
        if let Some(its) = self.free.remove(&(start + length)) {
            length += its;
        }
        if start + length == self.end {
            self.end = start;
        } else {
            self.free.insert(start, length);
        }
    }

    /// Where memory must reach.
    pub(super) fn end(&self) -> u64 {
        self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_apart_and_coalesce() {
        let mut a = Allocator::new();
        let ranges: Vec<Range> = [1, 64, 65, 1000].iter().map(|bytes| a.take(*bytes).unwrap().0).collect();
        assert!(ranges.windows(2).all(|w| w[0].start + w[0].bytes <= w[1].start && w[1].start % UNIT == 0));
        let end = a.end();
        a.give(ranges[1]);
        a.give(ranges[0]);
        a.give(ranges[2]);
        assert_eq!(a.free.len(), 1);
        let (again, dirty) = a.take(256).unwrap();
        assert_eq!((again.start, dirty), (ranges[0].start, 256));
        assert_eq!(a.end(), end);
        a.give(again);
        a.give(ranges[3]);
        assert!(a.free.is_empty());
        assert_eq!(a.end(), u64::from(CPU_LOWEST_ADDRESS));
    }

    #[test]
    fn only_what_was_used_is_dirty() {
        let mut a = Allocator::new();
        let (first, dirty) = a.take(100).unwrap();
        assert_eq!(dirty, 0);
        a.give(first);
        assert_eq!(a.take(1000).unwrap().1, 128);
    }

    #[test]
    fn no_room_is_no_range() {
        let mut a = Allocator::new();
        for bytes in [END, END + 1, u64::MAX, u64::MAX - 63] {
            assert!(a.take(bytes).is_none(), "{bytes}");
        }
        assert!(a.take(END - u64::from(CPU_LOWEST_ADDRESS)).is_some());
        assert!(a.take(1).is_none());
    }
}
