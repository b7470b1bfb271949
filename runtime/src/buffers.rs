//! The buffers of one guest, by handle.
//!
//! A handle is a slot and a generation, hidden behind a mask of the guest's own, so that a freed handle and
//! another guest's handle name nothing. It does not touch the device. In: handles from guests. Out: [`Buffer`]s.

use crate::GpuError;
use crate::backend::BufferKey;
use std::collections::VecDeque;
use std::hash::{BuildHasher, Hasher, RandomState};

/// The most buffers that a guest can have at a time, whatever its quota.
pub(crate) const MAX_BUFFERS: u32 = 0xffff;

/// A live buffer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Buffer {
    /// Its name in the session.
    pub key: BufferKey,
    /// Its size, as the guest asked for.
    pub bytes: u64,
    /// Whether kernels may bind it.
    pub storage: bool,
}

/// The buffers of one guest.
pub(crate) struct Table {
    mask: u32,
    slots: Vec<Slot>,
    /// Oldest first, so that a slot is used again as late as can be.
    free: VecDeque<u16>,
    n_live: u32,
}

struct Slot {
    generation: u16,
    buffer: Option<Buffer>,
}

impl Table {
    pub(crate) fn new() -> Self {
        // A fresh `RandomState` is keyed at random: the one source of chance that std has.
        let mask = RandomState::new().build_hasher().finish();
        Self { mask: (mask ^ (mask >> 32)) as u32, slots: Vec::new(), free: VecDeque::new(), n_live: 0 }
    }

    /// How many buffers are live.
    pub(crate) fn len(&self) -> u32 {
        self.n_live
    }

    /// A handle for a buffer, or `None` where there are too many.
    pub(crate) fn insert(&mut self, buffer: Buffer) -> Option<u32> {
        loop {
            let slot = match self.free.pop_front() {
                Some(slot) => slot,
                None => {
                    let slot = u16::try_from(self.slots.len()).ok().filter(|&s| u32::from(s) < MAX_BUFFERS)?;
                    self.slots.push(Slot { generation: 0, buffer: None });
                    slot
                }
            };
            let handle = self.handle(slot);
            let entry = self.slots.get_mut(usize::from(slot))?;
            if handle == 0 {
                // 0 never names a buffer: this generation is passed over.
                entry.generation += 1;
                self.free.push_front(slot);
                continue;
            }
            entry.buffer = Some(buffer);
            self.n_live += 1;
            return Some(handle);
        }
    }

    /// The live buffer of that handle.
    pub(crate) fn get(&self, handle: u32) -> Result<&Buffer, GpuError> {
        let (slot, generation) = self.split(handle);
        match self.slots.get(slot) {
            Some(Slot { generation: g, buffer: Some(buffer) }) if *g == generation && handle != 0 => Ok(buffer),
            _ => Err(GpuError::InvalidBuffer),
        }
    }

    /// Takes a buffer out; its handle names nothing from now on.
    pub(crate) fn remove(&mut self, handle: u32) -> Result<Buffer, GpuError> {
        self.get(handle)?;
        let (slot, _) = self.split(handle);
        let entry = self.slots.get_mut(slot).ok_or(GpuError::InvalidBuffer)?;
        let buffer = entry.buffer.take().ok_or(GpuError::InvalidBuffer)?;
        self.n_live -= 1;
        // A slot that has had all its generations is never used again.
        if let Some(next) = entry.generation.checked_add(1).filter(|&g| g < u16::MAX) {
            entry.generation = next;
            self.free.extend(u16::try_from(slot));
        }
        Ok(buffer)
    }

    fn handle(&self, slot: u16) -> u32 {
        let generation = self.slots.get(usize::from(slot)).map_or(0, |s| s.generation);
        (u32::from(generation) << 16 | u32::from(slot)) ^ self.mask
    }

    fn split(&self, handle: u32) -> (usize, u16) {
        let raw = handle ^ self.mask;
        ((raw & 0xffff) as usize, (raw >> 16) as u16)
    }
}

/// The bytes `offset .. offset + len` of a buffer, or why they are not all in it. `names` are the arguments' names.
pub(crate) fn check_range(bytes: u64, offset: u64, len: u64, names: (&str, &str)) -> Result<(), GpuError> {
    if offset.checked_add(len).is_some_and(|end| end <= bytes) {
        return Ok(());
    }
    let (offset_name, len_name) = names;
    Err(GpuError::InvalidParams(if offset > bytes {
        format!("{offset_name} is {offset}, but must be at most {bytes}, the buffer's size")
    } else {
        format!(
            "{len_name} is {len}, but must be at most {}: the buffer has {bytes} bytes and {offset_name} is {offset}",
            bytes - offset
        )
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUFFER: Buffer = Buffer { key: BufferKey(1), bytes: 4, storage: true };

    #[test]
    fn a_freed_handle_stays_dead() {
        let mut table = Table::new();
        let mut dead = Vec::new();
        for _ in 0..100_000 {
            let handle = table.insert(BUFFER).unwrap();
            assert_ne!(handle, 0);
            table.remove(handle).unwrap();
            dead.push(handle);
        }
        let live = table.insert(BUFFER).unwrap();
        assert!(dead.iter().all(|&h| h != live && table.get(h).is_err() && table.remove(h).is_err()));
        dead.sort_unstable();
        dead.dedup();
        assert_eq!(dead.len(), 100_000);
    }

    #[test]
    fn zero_and_foreign_handles_name_nothing() {
        let (mut a, mut b) = (Table { mask: 0, ..Table::new() }, Table { mask: 0x5000_0001, ..Table::new() });
        let ours = a.insert(BUFFER).unwrap();
        b.insert(BUFFER).unwrap();
        assert!(ours != 0 && a.get(0).is_err() && b.get(ours).is_err());
    }

    #[test]
    fn a_full_table_says_so() {
        let mut table = Table::new();
        for _ in 0..MAX_BUFFERS {
            table.insert(BUFFER).unwrap();
        }
        assert!(table.insert(BUFFER).is_none());
    }

    #[test]
    fn ranges_do_not_wrap() {
        let names = ("offset", "size");
        assert!(check_range(16, 16, 0, names).is_ok());
        for (offset, len) in [(17, 0), (0, 17), (u64::MAX, 2), (8, u64::MAX), (1, 16)] {
            let error = check_range(16, offset, len, names).unwrap_err();
            assert!(matches!(error, GpuError::InvalidParams(text) if text.contains("16")), "{offset} {len}");
        }
    }
}
