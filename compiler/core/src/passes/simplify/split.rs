//! Makes an array slot that is only indexed with constants in range one plain slot per element: registers.

use crate::ir::{Block, Expr, Kernel, Place, Slot, SlotId, StmtKind, ValueId, walk};

/// Tells whether any array was split.
pub(super) fn run(kernel: &mut Kernel) -> bool {
    let mut can = vec![false; kernel.slots.len()];
    for (can, slot) in can.iter_mut().zip(&kernel.slots) {
        *can = slot.len.is_some();
    }
    walk::for_each_stmt(&kernel.body, &mut |kind| {
        if let Some((slot, index)) = element(kernel, kind)
            && constant(kernel, index).is_none_or(|index| index >= kernel[slot].len.unwrap_or(0))
        {
            can[slot.0 as usize] = false;
        }
    });
    // Arrays that nothing touches are not worth a round.
    let mut used = vec![false; kernel.slots.len()];
    walk::for_each_stmt(&kernel.body, &mut |kind| {
        if let Some((slot, _)) = element(kernel, kind) {
            used[slot.0 as usize] = true;
        }
    });
    let mut first = vec![None; can.len()];
    for id in (0..can.len()).filter(|id| can[*id] && used[*id]) {
        first[id] = Some(kernel.slots.len() as u32);
        let array = kernel.slots[id].clone();
        for i in 0..array.len.unwrap_or(0) {
            kernel.slots.push(Slot { name: format!("{}_{i}", array.name), len: None, ..array.clone() });
        }
    }
    let mut body = std::mem::take(&mut kernel.body);
    replace(kernel, &mut body, &first);
    kernel.body = body;
    first.iter().any(Option::is_some)
}

/// The array slot and the index that a statement itself touches.
fn element(kernel: &Kernel, kind: &StmtKind) -> Option<(SlotId, ValueId)> {
    let (index, access) = match kind {
        StmtKind::Store { index, access, .. } => (*index, *access),
        StmtKind::Def(id) => match kernel[*id].expr {
            Expr::Load { index, access } => (index, access),
            _ => return None,
        },
        _ => return None,
    };
    match kernel[access].place {
        Place::Slot(slot) => Some((slot, index)),
        _ => None,
    }
}

fn constant(kernel: &Kernel, id: ValueId) -> Option<u32> {
    match &kernel[id].expr {
        Expr::Const(value) => Some(value.as_u32()),
        _ => None,
    }
}

fn replace(kernel: &mut Kernel, block: &mut Block, first: &[Option<u32>]) {
    for stmt in block {
        let found = element(kernel, &stmt.kind).and_then(|(slot, index)| {
            let first = first.get(slot.0 as usize).copied().flatten()?;
            Some(SlotId(first + constant(kernel, index)?))
        });
        if let Some(slot) = found {
            match &mut stmt.kind {
                StmtKind::Store { value, .. } => stmt.kind = StmtKind::SetSlot(slot, *value),
                StmtKind::Def(id) => kernel[*id].expr = Expr::Slot(slot),
                _ => {}
            }
        }
        stmt.kind.blocks_mut().for_each(|nested| replace(kernel, nested, first));
    }
}
