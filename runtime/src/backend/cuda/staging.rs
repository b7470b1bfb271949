//! Transfers between the host and the device through a ring of pinned memory, so that the host copies one piece while
//! the device moves another.
//!
//! In: bytes, and spans of memory that lives. Out: copies in a stream's order.

use super::context::Context;
use super::memory::Span;
use super::pinned::{Pinned, SLOT_BYTES};
use super::stream::{Event, Stream};
use crate::backend::Error;
use crate::backend::wait::Flag;
use std::collections::VecDeque;
use std::sync::Arc;

/// How many slots there are at most.
const MAX_SLOTS: usize = 8;

/// Pinned memory in slots, made as they are needed.
pub(super) struct Ring {
    context: Arc<Context>,
    slots: Vec<Slot>,
    current: usize,
    /// Bytes of the current slot that are taken.
    used: usize,
}

struct Slot {
    memory: Pinned,
    /// After the last copy from or to it.
    last_use: Event,
    in_flight: bool,
}

impl Ring {
    pub(super) fn new(context: &Arc<Context>) -> Self {
        Self { context: Arc::clone(context), slots: Vec::new(), current: 0, used: 0 }
    }

    /// Forgets all copies, as the stream has none under way.
    pub(super) fn all_done(&mut self) {
        self.used = 0;
        self.slots.iter_mut().for_each(|slot| slot.in_flight = false);
    }

    /// Copies bytes to the device; they may change once this returns.
    pub(super) fn upload(&mut self, stream: &Stream, flag: &Flag, to: Span<'_>, data: &[u8]) -> Result<(), Error> {
        let mut done = 0;
        while done < data.len() {
            if self.used == SLOT_BYTES {
                self.leave(stream)?;
            }
            let at = self.used;
            let slot = self.slot(flag)?;
            let rest = data.get(done..).unwrap_or_default();
            let piece = rest.get(..SLOT_BYTES - at).unwrap_or(rest);
            slot.memory.write(at, piece)?;
            stream.upload(to.part(done, piece.len())?, &slot.memory, at)?;
            self.used = (at + piece.len()).next_multiple_of(16).min(SLOT_BYTES);
            done += piece.len();
        }
        Ok(())
    }

    /// Copies bytes from the device, after all earlier work.
    pub(super) fn download(
        &mut self,
        stream: &Stream,
        flag: &Flag,
        from: Span<'_>,
        out: &mut [u8],
    ) -> Result<(), Error> {
        let mut under_way: VecDeque<(usize, &mut [u8])> = VecDeque::with_capacity(MAX_SLOTS);
        let mut at = 0;
        for piece in out.chunks_mut(SLOT_BYTES) {
            if self.used > 0 {
                self.leave(stream)?;
            }
            if under_way.front().is_some_and(|(slot, _)| *slot == self.current) {
                self.collect(flag, &mut under_way)?;
            }
            let slot = self.slot(flag)?;
            stream.download(from.part(at, piece.len())?, &mut slot.memory, 0)?;
            self.used = SLOT_BYTES;
            at += piece.len();
            under_way.push_back((self.current, piece));
        }
        if self.used > 0 {
            self.leave(stream)?;
        }
        while !under_way.is_empty() {
            self.collect(flag, &mut under_way)?;
        }
        Ok(())
    }

    /// Waits for the oldest download and hands it out.
    fn collect(&mut self, flag: &Flag, under_way: &mut VecDeque<(usize, &mut [u8])>) -> Result<(), Error> {
        if let Some((index, out)) = under_way.pop_front()
            && let Some(slot) = self.slots.get_mut(index)
        {
            flag.wait(|| slot.last_use.is_done())?;
            slot.in_flight = false;
            slot.memory.read(0, out)?;
        }
        Ok(())
    }

    /// Leaves all memory to the device, for copies may still be under way.
    pub(super) fn give_up(&mut self) {
        self.slots.iter_mut().for_each(|slot| slot.memory.give_up());
    }

    /// The current slot, free from `used` on.
    fn slot(&mut self, flag: &Flag) -> Result<&mut Slot, Error> {
        if self.current == self.slots.len() {
            let memory = Pinned::new(&self.context, SLOT_BYTES)?;
            self.slots.push(Slot { memory, last_use: Event::new(&self.context, false)?, in_flight: false });
        }
        let slot = self.slots.get_mut(self.current);
        let slot = slot.ok_or_else(|| Error::Unsupported("the staging memory has no such slot".to_owned()))?;
        if std::mem::take(&mut slot.in_flight) {
            flag.wait(|| slot.last_use.is_done())?;
        }
        Ok(slot)
    }

    /// Goes on to the next slot.
    fn leave(&mut self, stream: &Stream) -> Result<(), Error> {
        if let Some(slot) = self.slots.get_mut(self.current) {
            stream.record(&slot.last_use)?;
            slot.in_flight = true;
        }
        self.current = (self.current + 1) % MAX_SLOTS;
        self.used = 0;
        Ok(())
    }
}
