//! Moves pure values out of the loops that they do not depend on. No pure operation traps, so one may run that
//! would not have; what costs much is only moved where the loop's every round computes it.

use crate::ir::{Block, Expr, Kernel, Op, StmtKind, ValueId, walk};

pub(super) fn run(kernel: &mut Kernel) {
    let mut body = std::mem::take(&mut kernel.body);
    let mut mover = Mover { inside: vec![false; kernel.values.len()], kernel };
    mover.block(&mut body);
    kernel.body = body;
}

struct Mover<'a> {
    kernel: &'a Kernel,
    /// Whether a value is computed in the loop at hand.
    inside: Vec<bool>,
}

impl Mover<'_> {
    fn block(&mut self, block: &mut Block) {
        let mut out = Vec::with_capacity(block.len());
        for mut stmt in std::mem::take(block) {
            // Inner loops first, so that what leaves one can go on out of this one.
            stmt.kind.blocks_mut().for_each(|nested| self.block(nested));
            if let StmtKind::For { body, .. } | StmtKind::Loop { body } = &mut stmt.kind {
                let mut body = std::mem::take(body);
                self.mark(&stmt.kind, &body, true);
                self.leave(&mut body, &mut out, true);
                self.mark(&stmt.kind, &body, false);
                if let StmtKind::For { body: place, .. } | StmtKind::Loop { body: place } = &mut stmt.kind {
                    *place = body;
                }
            }
            out.push(stmt);
        }
        *block = out;
    }

    fn mark(&mut self, stmt: &StmtKind, body: &Block, inside: bool) {
        let mut set = |id: ValueId| self.inside[id.0 as usize] = inside;
        if let StmtKind::For { var, .. } = stmt {
            set(*var);
        }
        walk::for_each_stmt(body, &mut |kind| match kind {
            StmtKind::Def(id) | StmtKind::For { var: id, .. } => set(*id),
            _ => {}
        });
    }

    /// Moves what can leave to the end of `out`. Inner loops have given theirs already.
    fn leave(&mut self, block: &mut Block, out: &mut Block, always: bool) {
        for mut stmt in std::mem::take(block) {
            if let StmtKind::Def(id) = stmt.kind
                && self.can_leave(id, always)
            {
                self.inside[id.0 as usize] = false;
                out.push(stmt);
                continue;
            }
            if let StmtKind::If { then, otherwise, .. } = &mut stmt.kind {
                self.leave(then, out, false);
                self.leave(otherwise, out, false);
            }
            block.push(stmt);
        }
    }

    fn can_leave(&self, id: ValueId, always: bool) -> bool {
        let expr = &self.kernel[id].expr;
        let costs = matches!(expr, Expr::Op(Op::Div | Op::Rem | Op::Sqrt, _));
        let mut depends = false;
        expr.for_each_operand(|operand| depends |= self.inside[operand.0 as usize]);
        expr.is_pure() && !depends && (always || !costs)
    }
}
