//! Folds constants, applies exact identities, and removes control flow whose way is known.

use super::algebra::{Simple, simplify};
use crate::ir::eval::as_f64;
use crate::ir::{Block, Const, Expr, Kernel, Op, Stmt, StmtKind, Value, ValueId, walk};
use crate::source::Span;

pub(super) fn run(kernel: &mut Kernel) {
    let body = std::mem::take(&mut kernel.body);
    let same = (0..kernel.values.len() as u32).map(ValueId).collect();
    let mut folder = Folder { kernel, same };
    let mut out = vec![];
    folder.block(body, &mut out);
    if matches!(out.last(), Some(Stmt { kind: StmtKind::Return, .. })) {
        out.pop();
    }
    kernel.body = out;
}

struct Folder<'a> {
    kernel: &'a mut Kernel,
    /// What to use in place of each value.
    same: Vec<ValueId>,
}

impl Folder<'_> {
    /// Writes a simplified block to the end of `out`; tells whether it never comes to its end.
    fn block(&mut self, block: Block, out: &mut Block) -> bool {
        block.into_iter().any(|stmt| self.stmt(stmt, out))
    }

    fn nested(&mut self, block: Block) -> (Block, bool) {
        let mut out = vec![];
        let jumps = self.block(block, &mut out);
        (out, jumps)
    }

    fn stmt(&mut self, mut stmt: Stmt, out: &mut Block) -> bool {
        stmt.kind.map_operands(|id| self.same[id.0 as usize]);
        let span = stmt.span;
        match stmt.kind {
            StmtKind::Def(id) => {
                self.define(id, span, out);
                false
            }
            StmtKind::If { cond, then, otherwise } => self.branch(cond, then, otherwise, span, out),
            StmtKind::For { var, start, end, step, unroll, body } => {
                let bounds = [start, end, step].map(|id| self.known(id));
                match trips(bounds) {
                    Some(0) => return false,
                    Some(1) if walk::count_jumps(&body) == 0 => {
                        // The variable becomes a value like any other.
                        self.same[var.0 as usize] = start;
                        return self.block(body, out);
                    }
                    _ => {}
                }
                let body = self.loop_body(body);
                out.push(Stmt { kind: StmtKind::For { var, start, end, step, unroll, body }, span });
                false
            }
            StmtKind::Loop { body } => {
                let mut body = self.loop_body(body);
                let ends = matches!(body.last(), Some(Stmt { kind: StmtKind::Break, .. }));
                if ends && walk::count_jumps(&body) == 1 {
                    body.pop();
                    out.append(&mut body);
                    return false;
                }
                out.push(Stmt { kind: StmtKind::Loop { body }, span });
                false
            }
            kind => {
                let jumps = kind.jumps();
                out.push(Stmt { kind, span });
                jumps
            }
        }
    }

    fn loop_body(&mut self, body: Block) -> Block {
        let (mut body, _) = self.nested(body);
        if matches!(body.last(), Some(Stmt { kind: StmtKind::Continue, .. })) {
            body.pop();
        }
        body
    }

    fn branch(&mut self, cond: ValueId, then: Block, otherwise: Block, span: Span, out: &mut Block) -> bool {
        if let Some(known) = self.known(cond) {
            return self.block(if known.as_bool() { then } else { otherwise }, out);
        }
        let ((then, then_jumps), (otherwise, otherwise_jumps)) = (self.nested(then), self.nested(otherwise));
        if then.is_empty() && otherwise.is_empty() {
            return false;
        }
        let kind = match &self.kernel[cond].expr {
            Expr::Op(Op::Not, inner) => StmtKind::If { cond: inner[0], then: otherwise, otherwise: then },
            _ => StmtKind::If { cond, then, otherwise },
        };
        out.push(Stmt { kind, span });
        then_jumps && otherwise_jumps
    }

    fn known(&self, id: ValueId) -> Option<Const> {
        match self.kernel[id].expr {
            Expr::Const(value) => Some(value),
            _ => None,
        }
    }

    fn define(&mut self, id: ValueId, span: Span, out: &mut Block) {
        let same = &self.same;
        self.kernel[id].expr.map_operands(|operand| same[operand.0 as usize]);
        match simplify(self.kernel, id) {
            Simple::Same => {}
            Simple::Value(value) => {
                self.same[id.0 as usize] = value;
                return;
            }
            Simple::Const(value) => self.kernel[id].expr = Expr::Const(value),
            Simple::Op(op, operands) => self.kernel[id].expr = Expr::Op(op, operands),
            Simple::OpConst(op, operand, value) => {
                let constant = self.constant(value, span, out);
                self.kernel[id].expr = Expr::op(op, &[operand, constant]);
            }
        }
        out.push(Stmt { kind: StmtKind::Def(id), span });
    }

    /// A new constant, defined here.
    fn constant(&mut self, value: Const, span: Span, out: &mut Block) -> ValueId {
        let id = ValueId(self.kernel.values.len() as u32);
        self.kernel.values.push(Value { ty: value.ty, expr: Expr::Const(value), span });
        self.same.push(id);
        out.push(Stmt { kind: StmtKind::Def(id), span });
        id
    }
}

/// How often a `For` with known bounds runs.
pub(super) fn trips([start, end, step]: [Option<Const>; 3]) -> Option<u64> {
    let number = |value: Const| as_f64(value.ty.scalar, value.lanes[0]) as i64;
    let (start, end) = (number(start?), number(end?));
    if start >= end {
        return Some(0);
    }
    // A step of a signed type is taken by its bits, and zero as one.
    let step = step?.as_u32().max(1);
    Some((end - start).unsigned_abs().div_ceil(step.into()))
}
