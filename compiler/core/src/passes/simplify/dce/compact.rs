//! Numbers values, slots and accesses anew, in the order in which the code comes to them, without gaps.

use crate::ir::{AccessId, Block, Expr, Kernel, Place, SlotId, StmtKind, ValueId};

pub(super) fn run(kernel: &mut Kernel) {
    let mut body = std::mem::take(&mut kernel.body);
    let mut compact = Compact {
        values: Numbers::new(kernel.values.len()),
        accesses: Numbers::new(kernel.accesses.len()),
        slots: Numbers::new(kernel.slots.len()),
        kernel,
    };
    compact.block(&mut body);
    let Compact { values, accesses, slots, .. } = compact;
    kernel.body = body;
    kernel.values = values.order.iter().map(|old| kernel.values[*old as usize].clone()).collect();
    kernel.accesses = accesses.order.iter().map(|old| kernel.accesses[*old as usize].clone()).collect();
    kernel.slots = slots.order.iter().map(|old| kernel.slots[*old as usize].clone()).collect();
}

/// New numbers for old ones, given as they are met.
struct Numbers {
    new: Vec<Option<u32>>,
    /// The old numbers, in the order of the new ones.
    order: Vec<u32>,
}

impl Numbers {
    fn new(n: usize) -> Self {
        Self { new: vec![None; n], order: vec![] }
    }

    fn get(&mut self, old: u32) -> u32 {
        let order = &mut self.order;
        *self.new[old as usize].get_or_insert_with(|| {
            order.push(old);
            order.len() as u32 - 1
        })
    }

    /// The number of one that has been met.
    fn met(&self, old: u32) -> u32 {
        self.new[old as usize].unwrap_or(old)
    }
}

struct Compact<'a> {
    kernel: &'a mut Kernel,
    values: Numbers,
    accesses: Numbers,
    slots: Numbers,
}

impl Compact<'_> {
    fn block(&mut self, block: &mut Block) {
        for stmt in block {
            let values = &self.values;
            stmt.kind.map_operands(|id| ValueId(values.met(id.0)));
            match &mut stmt.kind {
                StmtKind::Def(id) => *id = self.define(*id),
                StmtKind::SetSlot(slot, _) => *slot = SlotId(self.slots.get(slot.0)),
                StmtKind::For { var, .. } => *var = ValueId(self.values.get(var.0)),
                _ => {}
            }
            stmt.kind.accesses_mut().for_each(|access| *access = self.access(*access));
            stmt.kind.blocks_mut().for_each(|nested| self.block(nested));
        }
    }

    fn define(&mut self, id: ValueId) -> ValueId {
        let values = &self.values;
        self.kernel[id].expr.map_operands(|operand| ValueId(values.met(operand.0)));
        let mut expr = std::mem::replace(&mut self.kernel[id].expr, Expr::LoopVar);
        if let Expr::Slot(slot) = &mut expr {
            *slot = SlotId(self.slots.get(slot.0));
        }
        if let Some(access) = expr.access_mut() {
            *access = self.access(*access);
        }
        self.kernel[id].expr = expr;
        ValueId(self.values.get(id.0))
    }

    fn access(&mut self, id: AccessId) -> AccessId {
        // Two statements may share an access: its place must be renumbered once.
        let is_new = self.accesses.new[id.0 as usize].is_none();
        if is_new && let Place::Slot(slot) = self.kernel[id].place {
            self.kernel[id].place = Place::Slot(SlotId(self.slots.get(slot.0)));
        }
        AccessId(self.accesses.get(id.0))
    }
}
