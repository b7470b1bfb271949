//! Asynchronous copies: what is under way, and when it lands.
//!
//! A copy reads when it starts and writes when its invocation waits for it, the latest that a target may; between the
//! two, nobody may touch what it writes.

use super::Error;
use super::code::{Inst, Reg, place_name};
use super::step::Machine;
use crate::ir::{AccessId, Lanes, Place};
use std::collections::VecDeque;

/// The copies of one invocation that have not landed.
#[derive(Debug, Default)]
pub(super) struct Copies {
    /// Started since the last commit.
    open: Vec<Landing>,
    /// The oldest first.
    groups: VecDeque<Vec<Landing>>,
}

/// What a copy will write.
#[derive(Clone, Copy, Debug)]
struct Landing {
    index: u32,
    access: AccessId,
    lanes: Lanes,
}

impl Copies {
    pub(super) fn clear(&mut self) {
        self.open.clear();
        self.groups.clear();
    }

    pub(super) fn commit(&mut self) {
        self.groups.push_back(std::mem::take(&mut self.open));
    }
}

impl Machine<'_> {
    /// Starts a copy. A source out of range is a fault, and zero; a target out of range is a fault, and nothing.
    pub(super) fn start_copy(&mut self, who: usize, pc: u32, inst: &Inst) -> Result<(), Error> {
        let Inst::CopyAsync { to, into, from, out_of, cond } = *inst else { return Ok(()) };
        let holds = cond.is_none_or(|cond| self.word(who, cond.at) != 0);
        let [to, from] = [to, from].map(|index: Reg| self.word(who, index.at) as u32);
        let lanes = if holds && self.in_range(who, from, out_of)? { self.load(who, pc, from, out_of)? } else { [0; 4] };
        if !self.in_range(who, to, into)? {
            return Ok(());
        }
        // It may write from now on: whoever races with that is found here.
        let kept = self.load_uniform(to, into);
        self.store(who, pc, to, &lanes, into)?;
        if let Place::Shared(shared) = self.kernel[into].place {
            self.shared.store(shared, to, kept);
            self.shared.set_in_flight(shared, to, Some(pc));
        }
        self.copies[who].open.push(Landing { index: to, access: into, lanes });
        Ok(())
    }

    /// Lets the copies land that are not in the `n` newest groups.
    pub(super) fn wait_for_copies(&mut self, who: usize, pc: u32, n: u32) -> Result<(), Error> {
        while self.copies[who].groups.len() > n as usize {
            for Landing { index, access, lanes } in self.copies[who].groups.pop_front().unwrap_or_default() {
                if let Place::Shared(shared) = self.kernel[access].place {
                    self.shared.set_in_flight(shared, index, None);
                }
                self.store(who, pc, index, &lanes, access)?;
            }
        }
        Ok(())
    }

    /// Refuses to touch what a copy writes that is under way.
    pub(super) fn has_landed(&self, pc: u32, index: u32, place: Place) -> Result<(), Error> {
        let Place::Shared(shared) = place else { return Ok(()) };
        let Some(copy) = self.shared.in_flight(shared, index) else { return Ok(()) };
        let [span, copy] = [pc, copy].map(|pc| self.code.spans[pc as usize]);
        Err(Error::InFlight { place: format!("{}[{index}]", place_name(self.kernel, place)), span, copy })
    }
}
