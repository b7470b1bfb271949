//! Uses the value that a slot is known to hold in place of the slot.
//!
//! Goes through the code once, in order, with what each plain slot holds at that point. A loop forgets the slots
//! that it sets.

use crate::ir::{Block, Expr, Kernel, Stmt, StmtKind, ValueId, walk};

pub(super) fn run(kernel: &mut Kernel) {
    let body = std::mem::take(&mut kernel.body);
    let mut forward = Forward {
        same: (0..kernel.values.len() as u32).map(ValueId).collect(),
        in_scope: vec![false; kernel.values.len()],
        holds: vec![None; kernel.slots.len()],
        kernel,
    };
    let (body, _) = forward.block(body);
    kernel.body = body;
}

struct Forward<'a> {
    kernel: &'a mut Kernel,
    /// What to use in place of each value.
    same: Vec<ValueId>,
    in_scope: Vec<bool>,
    /// What each slot holds, by id; `None` where that is not known.
    holds: Vec<Option<ValueId>>,
}

impl Forward<'_> {
    /// The block with slots replaced, and whether it never comes to its end.
    fn block(&mut self, block: Block) -> (Block, bool) {
        let mut out = Vec::with_capacity(block.len());
        let mut jumps = false;
        for stmt in block {
            jumps |= self.stmt(stmt, &mut out);
            if jumps {
                break;
            }
        }
        for stmt in &out {
            if let StmtKind::Def(id) = stmt.kind {
                self.in_scope[id.0 as usize] = false;
            }
        }
        (out, jumps)
    }

    fn stmt(&mut self, mut stmt: Stmt, out: &mut Block) -> bool {
        let same = &self.same;
        stmt.kind.map_operands(|id| same[id.0 as usize]);
        let mut jumps = stmt.kind.jumps();
        match &mut stmt.kind {
            StmtKind::Def(id) => {
                let id = *id;
                self.kernel[id].expr.map_operands(|operand| same[operand.0 as usize]);
                if let Expr::Slot(slot) = self.kernel[id].expr {
                    let holds = &mut self.holds[slot.0 as usize];
                    if let Some(known) = *holds {
                        self.same[id.0 as usize] = known;
                        return false;
                    }
                    *holds = Some(id);
                }
                self.in_scope[id.0 as usize] = true;
            }
            StmtKind::SetSlot(slot, value) => {
                let holds = &mut self.holds[slot.0 as usize];
                if *holds == Some(*value) {
                    return false;
                }
                *holds = Some(*value);
            }
            StmtKind::If { then, otherwise, .. } => jumps = self.branch(then, otherwise),
            StmtKind::For { var, body, .. } => {
                let var = var.0 as usize;
                self.in_scope[var] = true;
                self.loop_body(body);
                self.in_scope[var] = false;
            }
            StmtKind::Loop { body } => self.loop_body(body),
            _ => {}
        }
        out.push(stmt);
        jumps
    }

    fn branch(&mut self, then: &mut Block, otherwise: &mut Block) -> bool {
        let before = self.holds.clone();
        let (block, then_jumps) = self.block(std::mem::take(then));
        *then = block;
        let after_then = std::mem::replace(&mut self.holds, before);
        let (block, otherwise_jumps) = self.block(std::mem::take(otherwise));
        *otherwise = block;
        for (holds, after_then) in self.holds.iter_mut().zip(after_then) {
            let joined = match (then_jumps, otherwise_jumps) {
                (false, true) => after_then,
                (true, _) => *holds,
                (false, false) => holds.filter(|_| *holds == after_then),
            };
            // What a branch has defined is not in scope after it.
            *holds = joined.filter(|id| self.in_scope[id.0 as usize]);
        }
        then_jumps && otherwise_jumps
    }

    fn loop_body(&mut self, body: &mut Block) {
        walk::for_each_stmt(body, &mut |kind| {
            if let StmtKind::SetSlot(slot, _) = kind {
                self.holds[slot.0 as usize] = None;
            }
        });
        let before = self.holds.clone();
        (*body, _) = self.block(std::mem::take(body));
        self.holds = before;
    }
}
