//! Removes what nobody reads, and numbers the rest anew in the order of the code.
//!
//! A load that may be out of range stays although nobody reads it: its fault shows.

mod compact;
mod stores;

use crate::ir::{AccessId, Block, Check, Expr, Kernel, Place, StmtKind, ValueId, walk};

pub(super) fn run(kernel: &mut Kernel) {
    loop {
        let removed = stores::run(kernel) | values(kernel);
        if !removed {
            break;
        }
    }
    compact::run(kernel);
}

/// Removes values and empty statements; tells whether there were any.
fn values(kernel: &mut Kernel) -> bool {
    let mut live = Live { kernel, values: vec![false; kernel.values.len()], arrays: vec![false; kernel.slots.len()] };
    // Marking an array live makes the values that are stored in it live.
    loop {
        let before = live.arrays.clone();
        live.block(&kernel.body);
        if before == live.arrays {
            break;
        }
    }
    let Live { values, arrays, .. } = live;
    let mut body = std::mem::take(&mut kernel.body);
    let removed = sweep(kernel, &mut body, &values, &arrays);
    kernel.body = body;
    removed
}

struct Live<'a> {
    kernel: &'a Kernel,
    values: Vec<bool>,
    /// Whether a slot is an array that is read.
    arrays: Vec<bool>,
}

impl Live<'_> {
    /// Marks what a block needs. Backwards, so that uses come before definitions.
    fn block(&mut self, block: &Block) {
        for stmt in block.iter().rev() {
            let needed = match &stmt.kind {
                StmtKind::Def(id) => {
                    let expr = &self.kernel[*id].expr;
                    if self.values[id.0 as usize] || has_effect(self.kernel, expr) {
                        self.expr(*id);
                    }
                    false
                }
                StmtKind::Store { index, access, .. } => !is_dead_store(self.kernel, *index, *access, &self.arrays),
                _ => true,
            };
            if needed {
                stmt.kind.for_each_operand(|id| self.values[id.0 as usize] = true);
            }
            stmt.kind.blocks().for_each(|nested| self.block(nested));
        }
    }

    fn expr(&mut self, id: ValueId) {
        let expr = &self.kernel[id].expr;
        self.values[id.0 as usize] = true;
        expr.for_each_operand(|operand| self.values[operand.0 as usize] = true);
        if let Expr::Load { access, .. } = expr
            && let Place::Slot(slot) = self.kernel[*access].place
        {
            self.arrays[slot.0 as usize] = true;
        }
    }
}

/// Whether computing it shows, although nobody reads the value.
fn has_effect(kernel: &Kernel, expr: &Expr) -> bool {
    match expr {
        Expr::Load { index, access } => !in_range(kernel, *index, *access),
        Expr::Atomic { .. } | Expr::UniformLoad { .. } => true,
        _ => false,
    }
}

/// Whether an access is known never to fault.
fn in_range(kernel: &Kernel, index: ValueId, access: AccessId) -> bool {
    let len = match kernel[access].place {
        Place::Buffer(_) => None,
        Place::Shared(id) => Some(kernel[id].len),
        Place::Slot(id) => kernel[id].len,
    };
    match (&kernel[access].check, &kernel[index].expr, len) {
        (Check::Proved(_) | Check::Explicit, ..) => true,
        (_, Expr::Const(index), Some(len)) => index.as_u32() < len,
        _ => false,
    }
}

/// Whether it stores to an array slot that nobody reads, and cannot fault.
fn is_dead_store(kernel: &Kernel, index: ValueId, access: AccessId, arrays: &[bool]) -> bool {
    match kernel[access].place {
        Place::Slot(slot) => !arrays[slot.0 as usize] && in_range(kernel, index, access),
        _ => false,
    }
}

fn sweep(kernel: &Kernel, block: &mut Block, values: &[bool], arrays: &[bool]) -> bool {
    let n = block.len();
    let mut removed = false;
    block.retain_mut(|stmt| {
        for nested in stmt.kind.blocks_mut() {
            removed |= sweep(kernel, nested, values, arrays);
        }
        match &stmt.kind {
            StmtKind::Def(id) => values[id.0 as usize],
            StmtKind::Store { index, access, .. } => !is_dead_store(kernel, *index, *access, arrays),
            StmtKind::If { then, otherwise, .. } => !(then.is_empty() && otherwise.is_empty()),
            StmtKind::For { body, .. } => !body.is_empty(),
            _ => true,
        }
    });
    removed || block.len() != n
}

/// The slots that a block reads as plain variables.
fn slots_read(kernel: &Kernel, block: &Block, read: &mut [bool]) {
    walk::for_each_stmt(block, &mut |kind| {
        if let StmtKind::Def(id) = kind
            && let Expr::Slot(slot) = kernel[*id].expr
        {
            read[slot.0 as usize] = true;
        }
    });
}
