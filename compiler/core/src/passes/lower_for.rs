//! Writes each `For` as a `Loop` with its variable in a slot, for targets that have no loop of that kind.
//!
//! In: a verified kernel; out: one with the same meaning and no `For`. A round's next value is fixed at the round's
//! start, so that `Continue` needs no way around.
//!
//! ```text
//! next = start
//! loop {
//!     var = next
//!     if var < end {} else { break }
//!     next = if end - var > step { var + step } else { end }
//!     body
//! }
//! ```

use crate::ir::{Block, Const, Expr, Kernel, Op, Slot, SlotId, Stmt, StmtKind, Type, Value, ValueId};
use crate::source::Span;

/// Lowers every `For` of a kernel.
pub fn run(kernel: &mut Kernel) {
    let mut body = std::mem::take(&mut kernel.body);
    block(kernel, &mut body);
    kernel.body = body;
}

fn block(kernel: &mut Kernel, block_: &mut Block) {
    let mut out = Vec::with_capacity(block_.len());
    for mut stmt in std::mem::take(block_) {
        stmt.kind.blocks_mut().for_each(|nested| block(kernel, nested));
        if matches!(stmt.kind, StmtKind::For { .. }) {
            lower(kernel, stmt, &mut out);
        } else {
            out.push(stmt);
        }
    }
    *block_ = out;
}

fn lower(kernel: &mut Kernel, stmt: Stmt, out: &mut Block) {
    let span = stmt.span;
    let StmtKind::For { var, start, end, step, body, .. } = stmt.kind else { return };
    let ty = kernel[var].ty;
    kernel.slots.push(Slot { name: "next".to_owned(), span, ty, len: None });
    let next = SlotId(kernel.slots.len() as u32 - 1);
    let mut writer = Writer { kernel, span, out };
    // Once, before the loop: the step as u32, at least one.
    let step = Step::new(&mut writer, step, ty);
    writer.push(StmtKind::SetSlot(next, start));

    let mut round = vec![];
    let mut writer = Writer { kernel, span, out: &mut round };
    writer.kernel[var].expr = Expr::Slot(next);
    writer.push(StmtKind::Def(var));
    let goes_on = writer.op(Op::Lt, Type::BOOL, &[var, end]);
    let leave = Stmt { kind: StmtKind::Break, span };
    writer.push(StmtKind::If { cond: goes_on, then: vec![], otherwise: vec![leave] });
    let value = step.next(&mut writer, var, end, ty);
    writer.push(StmtKind::SetSlot(next, value));
    round.extend(body);
    out.push(Stmt { kind: StmtKind::Loop { body: round }, span });
}

/// A loop's step.
enum Step {
    /// Known to be one.
    One(ValueId),
    /// As u32 and as the variable's type.
    Other(ValueId, ValueId),
}

impl Step {
    fn new(writer: &mut Writer, step: ValueId, ty: Type) -> Self {
        if let Expr::Const(value) = writer.kernel[step].expr
            && value.as_u32() <= 1
        {
            return Self::One(writer.constant(Const::scalar(ty.scalar, 1)));
        }
        let one = writer.constant(Const::u32(1));
        let unsigned = writer.cast(step, Type::U32);
        let unsigned = writer.op(Op::Max, Type::U32, &[unsigned, one]);
        Self::Other(unsigned, writer.cast(unsigned, ty))
    }

    /// The variable's next value, or `end`; `var` is less than `end`.
    fn next(&self, writer: &mut Writer, var: ValueId, end: ValueId, ty: Type) -> ValueId {
        match *self {
            Self::One(one) => writer.op(Op::Add, ty, &[var, one]),
            Self::Other(unsigned, step) => {
                // Wraps for signed numbers, and is then right as u32.
                let left = writer.op(Op::Sub, ty, &[end, var]);
                let left = writer.cast(left, Type::U32);
                let more = writer.op(Op::Gt, Type::BOOL, &[left, unsigned]);
                let sum = writer.op(Op::Add, ty, &[var, step]);
                writer.op(Op::Select, ty, &[more, sum, end])
            }
        }
    }
}

struct Writer<'a> {
    kernel: &'a mut Kernel,
    span: Span,
    out: &'a mut Block,
}

impl Writer<'_> {
    fn push(&mut self, kind: StmtKind) {
        self.out.push(Stmt { kind, span: self.span });
    }

    fn def(&mut self, ty: Type, expr: Expr) -> ValueId {
        self.kernel.values.push(Value { ty, expr, span: self.span });
        let id = ValueId(self.kernel.values.len() as u32 - 1);
        self.push(StmtKind::Def(id));
        id
    }

    fn constant(&mut self, value: Const) -> ValueId {
        self.def(value.ty, Expr::Const(value))
    }

    fn op(&mut self, op: Op, ty: Type, operands: &[ValueId]) -> ValueId {
        self.def(ty, Expr::op(op, operands))
    }

    /// The same bits as i32 or u32.
    fn cast(&mut self, value: ValueId, ty: Type) -> ValueId {
        let from = self.kernel[value].ty;
        if from == ty { value } else { self.op(Op::Bitcast, ty, &[value]) }
    }
}

#[cfg(test)]
mod tests {
    use crate::ir::{StmtKind, print, random, verify, walk};
    use crate::{interp, passes};

    #[test]
    fn a_lowered_kernel_means_the_same() {
        for seed in 0..300 {
            let kernel = random::kernel(seed);
            let mut lowered = kernel.clone();
            passes::lower_for::run(&mut lowered);
            verify(&lowered).unwrap_or_else(|message| panic!("{message}\n{}", print(&lowered)));
            walk::for_each_stmt(&lowered.body, &mut |kind| assert!(!matches!(kind, StmtKind::For { .. })));
            interp::assert_same(&kernel, &lowered, seed);
        }
    }
}
