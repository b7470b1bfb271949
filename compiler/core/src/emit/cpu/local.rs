//! The locals of values and slots.

use super::layout::locals_of;
use super::live::Var;
use super::walk::Emitter;
use crate::emit::EmitError;
use crate::ir::{SlotId, ValueId};

impl Emitter<'_> {
    /// The local of a plain slot, or of an element of an array slot in locals.
    pub(super) fn slot_local(&mut self, slot: SlotId, element: u32) -> u32 {
        if let Some(local) = self.slot_locals.get(&(slot, element)) {
            return *local;
        }
        let (ty, n) = locals_of(self.kernel[slot].ty);
        let name = match self.kernel[slot].len {
            Some(_) => format!("{}[{element}]", self.kernel[slot].name),
            None => self.kernel[slot].name.clone(),
        };
        let local = self.code.named_local(ty, &name);
        for _ in 1..n {
            self.code.local(ty);
        }
        self.slot_locals.insert((slot, element), local);
        local
    }

    /// The first local of a value that needs one.
    pub(super) fn value_local(&mut self, value: ValueId) -> u32 {
        if let Some(local) = self.value_locals[value.0 as usize] {
            return local;
        }
        let (ty, n) = locals_of(self.kernel[value].ty);
        let local = self.code.named_local(ty, &format!("v{}", value.0));
        for _ in 1..n {
            self.code.local(ty);
        }
        self.value_locals[value.0 as usize] = Some(local);
        local
    }

    /// The first local of a variable; for `Alive` there is none.
    pub(super) fn var_local(&mut self, var: Var) -> u32 {
        match var {
            Var::Alive => self.places.frame,
            Var::Value(value) => self.value_local(value),
            Var::Slot(slot, element) => self.slot_local(slot, element),
        }
    }

    pub(super) fn set_slot(&mut self, slot: SlotId, value: ValueId) -> Result<(), EmitError> {
        let local = self.slot_local(slot, 0);
        self.assign(local, value)
    }

    /// Copies a value to the locals from `local` on.
    pub(super) fn assign(&mut self, local: u32, value: ValueId) -> Result<(), EmitError> {
        let (_, n) = locals_of(self.kernel[value].ty);
        if n == 1 {
            self.push(value)?;
            self.code.set(local);
        } else {
            for lane in 0..n as u8 {
                self.push_lane(value, lane)?;
                self.code.set(local + u32::from(lane));
            }
        }
        Ok(())
    }
}
