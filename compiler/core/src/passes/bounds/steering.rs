//! What the walk of a loop's body depends on, where it only tries what holds of the loop's variables: most of a body
//! computes numbers that no variable, condition or range depends on.

use super::int::Int;
use crate::ir::{Block, Kernel, StmtKind, Type, ValueId};

/// For each value, whether some statement that [`steers`] depends on it.
pub(super) fn values(kernel: &Kernel) -> Vec<bool> {
    let mut needed = vec![false; kernel.values.len()];
    let mut open = vec![];
    block(kernel, &kernel.body, &mut open);
    while let Some(value) = open.pop() {
        if !std::mem::replace(&mut needed[value.0 as usize], true) {
            kernel[value].expr.for_each_operand(|operand| open.push(operand));
        }
    }
    needed
}

/// Collects what the statements of a block that steer use; whether there are any.
fn block(kernel: &Kernel, stmts: &Block, used: &mut Vec<ValueId>) -> bool {
    stmts.iter().fold(false, |any, stmt| {
        let within = stmt.kind.blocks().fold(false, |any, inner| block(kernel, inner, used) | any);
        let steers = within || steers_itself(kernel, &stmt.kind);
        if steers {
            stmt.kind.for_each_operand(|value| used.push(value));
        }
        any | steers
    })
}

/// Whether a statement, or one within it, sets a variable that is followed, or jumps.
pub(super) fn steers(kernel: &Kernel, stmt: &StmtKind) -> bool {
    steers_itself(kernel, stmt) || stmt.blocks().flatten().any(|inner| steers(kernel, &inner.kind))
}

fn steers_itself(kernel: &Kernel, stmt: &StmtKind) -> bool {
    match stmt {
        StmtKind::SetSlot(slot, _) => kernel[*slot].ty == Type::BOOL || Int::of(kernel[*slot].ty).is_some(),
        stmt => stmt.jumps(),
    }
}
