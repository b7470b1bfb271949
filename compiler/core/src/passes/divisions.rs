//! Divisions of unsigned integers by constant powers of two become shifts and masks, for every target alike: not all
//! drivers and assemblers do it themselves.
//!
//! In: a kernel after the analyses, which understand divisions better; out: one with the same meaning. Constants that
//! nothing uses any more are left to [`super::simplify`].

use crate::ir::{Block, Const, Expr, Kernel, Op, Scalar, Stmt, StmtKind, Type, Value, ValueId};

/// Replaces the divisions and remainders.
pub fn run(kernel: &mut Kernel) {
    let body = std::mem::take(&mut kernel.body);
    kernel.body = block(kernel, body);
}

fn block(kernel: &mut Kernel, from: Block) -> Block {
    let mut out = Vec::with_capacity(from.len());
    for mut stmt in from {
        for nested in stmt.kind.blocks_mut() {
            *nested = block(kernel, std::mem::take(nested));
        }
        if let StmtKind::Def(id) = stmt.kind
            && let Some((op, dividend, constant)) = cheaper(kernel, id)
        {
            let second = ValueId(kernel.values.len() as u32);
            kernel.values.push(Value { ty: constant.ty, expr: Expr::Const(constant), span: stmt.span });
            out.push(Stmt { kind: StmtKind::Def(second), span: stmt.span });
            kernel[id].expr = Expr::op(op, &[dividend, second]);
        }
        out.push(stmt);
    }
    out
}

/// The operation, its first operand and its constant second one, where a value is such a division.
fn cheaper(kernel: &Kernel, id: ValueId) -> Option<(Op, ValueId, Const)> {
    let Expr::Op(op @ (Op::Div | Op::Rem), operands) = &kernel[id].expr else { return None };
    let &[dividend, divisor] = operands.as_slice() else { return None };
    let Expr::Const(divisor) = &kernel[divisor].expr else { return None };
    let ty = divisor.ty;
    let lanes = &divisor.lanes[..usize::from(ty.lanes)];
    let by = *lanes.first()?;
    let is_unsigned = matches!(ty.scalar, Scalar::U32 | Scalar::U64);
    if !is_unsigned || !by.is_power_of_two() || lanes.iter().any(|lane| *lane != by) {
        return None;
    }
    let splat = |ty: Type, bits: u64| {
        let mut value = Const::zero(ty);
        value.lanes[..usize::from(ty.lanes)].fill(bits);
        value
    };
    Some(match op {
        Op::Div => (Op::Shr, dividend, splat(Type::vector(Scalar::U32, ty.lanes), by.trailing_zeros().into())),
        _ => (Op::And, dividend, splat(ty, by - 1)),
    })
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::interp;
    use crate::ir::build::Builder;
    use crate::ir::{Buffer, Const, Expr, Kernel, Op, ParamKind, Place, Type, print, random, verify};
    use crate::source::{FileId, Span};

    #[test]
    fn random_kernels_keep_their_meaning() {
        for seed in 0..200 {
            let kernel = random::kernel(seed);
            let mut shifted = kernel.clone();
            run(&mut shifted);
            verify(&shifted).unwrap_or_else(|m| panic!("{m}\n{}", print(&shifted)));
            interp::assert_same(&kernel, &shifted, seed);
        }
    }

    /// `out[0] = x op c`.
    fn kernel(ty: Type, op: Op, by: u64) -> Kernel {
        let mut b = Builder::new("k", [1, 1, 1], Span { file: FileId(0), start: 0, end: 1 });
        let kind = Buffer { elem: ty, elems_per_item: 1, mutable: true, may_alias: false, atomic: false, packed: None };
        let out = Place::Buffer(b.param("out", ParamKind::Buffer(kind)));
        let zero = b.u32(0);
        let x = b.load(out, zero, "out");
        let c = b.constant(Const::scalar(ty.scalar, by));
        let value = b.op(op, &[x, c]);
        b.store(out, zero, value, "out");
        b.finish()
    }

    #[test]
    fn only_powers_of_two_of_unsigned_integers_are_shifted() {
        for (ty, op, by, expected) in [
            (Type::U32, Op::Div, 8, "shr"),
            (Type::U32, Op::Rem, 8, "and"),
            (Type::U32, Op::Div, 1 << 31, "shr"),
            (Type::U32, Op::Div, 6, "div"),
            (Type::U32, Op::Rem, 0, "rem"),
            (Type::I32, Op::Div, 8, "div"),
        ] {
            let before = kernel(ty, op, by);
            let mut after = before.clone();
            run(&mut after);
            verify(&after).unwrap_or_else(|m| panic!("{m}\n{}", print(&after)));
            let ops = after.values.iter().filter_map(|v| match &v.expr {
                Expr::Op(op, _) => Some(op.row().name),
                _ => None,
            });
            assert_eq!(ops.collect::<Vec<_>>(), [expected], "{}", print(&before));
            interp::assert_same(&before, &after, by);
        }
    }
}
