//! What is known of a value from what computes it: saves masks and guards that would change nothing.

use crate::ir::{Builtin, Const, Expr, Kernel, Op, Scalar, Type, ValueId};

/// How many operations it looks through.
const DEPTH: u32 = 6;

/// The value, where it is made of constants only.
pub(super) fn known(kernel: &Kernel, id: ValueId) -> Option<Const> {
    let value = kernel.values.get(id.0 as usize)?;
    match &value.expr {
        Expr::Const(constant) => Some(*constant),
        // A folded grid has one axis.
        Expr::Builtin(Builtin::WorkgroupId(1 | 2)) if kernel.grid_1d => Some(Const::u32(0)),
        Expr::Compose(lanes) => {
            let mut out = Const::zero(value.ty);
            for (to, lane) in out.lanes.iter_mut().zip(lanes) {
                *to = known(kernel, *lane)?.lanes[0];
            }
            Some(out)
        }
        Expr::Extract(vector, lane) => {
            let lane = known(kernel, *vector)?.lane(*lane);
            Some(Const::scalar(lane.scalar, lane.bits))
        }
        _ => None,
    }
}

/// The known u32 in every lane, where there is one.
pub(super) fn known_u32(kernel: &Kernel, id: ValueId) -> Option<u32> {
    let known = known(kernel, id)?;
    let mut lanes = (0..known.ty.lanes).map(|lane| known.lane(lane).bits as u32);
    let first = lanes.next()?;
    (known.ty.scalar == Scalar::U32 && lanes.all(|lane| lane == first)).then_some(first)
}

/// An upper bound of every lane of a u32, or of a u32 seen as i32 that is not negative.
pub(super) fn at_most(kernel: &Kernel, id: ValueId) -> u32 {
    bound(kernel, id, DEPTH)
}

/// How many low bits of a u32 are surely zero.
pub(super) fn zero_bits(kernel: &Kernel, id: ValueId) -> u32 {
    low_zeros(kernel, id, DEPTH)
}

/// Whether a range's variable may be increased once more than the range allows, and not wrap.
pub(super) fn never_wraps(kernel: &Kernel, end: ValueId, step: ValueId, ty: Type) -> bool {
    let Some(step) = known(kernel, step).map(|c| c.as_u32().max(1)) else { return false };
    let last = match ty.scalar {
        Scalar::I32 => match known(kernel, end) {
            Some(end) => i64::from(end.as_u32() as i32),
            None => i64::from(as_unsigned(kernel, end)),
        },
        _ => i64::from(at_most(kernel, end)),
    };
    let most = if ty.scalar == Scalar::I32 { i64::from(i32::MAX) } else { i64::from(u32::MAX) };
    last.min(most) - 1 + i64::from(step) <= most
}

/// An upper bound of an i32 that is a small u32, else its largest value.
fn as_unsigned(kernel: &Kernel, id: ValueId) -> u32 {
    let most = i32::MAX as u32;
    match &kernel[id].expr {
        Expr::Op(Op::Convert | Op::Bitcast, from) => from.first().map_or(most, |v| {
            let bound = at_most(kernel, *v);
            if bound > most { most } else { bound }
        }),
        _ => most,
    }
}

fn bound(kernel: &Kernel, id: ValueId, depth: u32) -> u32 {
    let Some(value) = kernel.values.get(id.0 as usize) else { return u32::MAX };
    if value.ty.scalar != Scalar::U32 || depth == 0 {
        return u32::MAX;
    }
    if let Some(known) = known(kernel, id) {
        return (0..known.ty.lanes).map(|lane| known.lane(lane).bits as u32).max().unwrap_or(u32::MAX);
    }
    match &value.expr {
        Expr::Builtin(builtin) => builtin_bound(kernel, *builtin),
        Expr::Op(op, operands) => {
            let bound = |i: usize| operands.get(i).map_or(u32::MAX, |v| bound(kernel, *v, depth - 1));
            operation_bound(kernel, *op, operands, bound)
        }
        _ => u32::MAX,
    }
}

fn builtin_bound(kernel: &Kernel, builtin: Builtin) -> u32 {
    let [x, y, z] = kernel.workgroup;
    match builtin {
        Builtin::LocalId(axis) => kernel.workgroup.get(usize::from(axis)).map_or(u32::MAX, |n| n - 1),
        Builtin::LocalIndex => x.saturating_mul(y).saturating_mul(z) - 1,
        Builtin::SubgroupSize => 128,
        Builtin::SubgroupLane => 127,
        Builtin::WorkgroupId(_) | Builtin::NumWorkgroups(_) => u32::MAX,
    }
}

fn operation_bound(kernel: &Kernel, op: Op, operands: &[ValueId], bound: impl Fn(usize) -> u32) -> u32 {
    let known = |i: usize| operands.get(i).and_then(|v| known_u32(kernel, *v));
    match op {
        Op::And | Op::Min => bound(0).min(bound(1)),
        Op::Max => bound(0).max(bound(1)),
        Op::Select => bound(1).max(bound(2)),
        Op::Add => bound(0).saturating_add(bound(1)),
        Op::Mul => bound(0).saturating_mul(bound(1)),
        Op::Shl => known(1).map_or(u32::MAX, |by| {
            let shifted = u64::from(bound(0)) << (by & 31);
            u32::try_from(shifted).unwrap_or(u32::MAX)
        }),
        Op::Shr => known(1).map_or(bound(0), |by| bound(0) >> (by & 31)),
        Op::Div => known(1).map_or(bound(0), |by| bound(0) / by.max(1)),
        // by zero it is zero
        Op::Rem => bound(0).min(bound(1).saturating_sub(1)),
        Op::CountOnes | Op::LeadingZeros | Op::TrailingZeros => 32,
        Op::Convert if operands.first().is_some_and(|v| kernel[*v].ty.scalar == Scalar::Bool) => 1,
        _ => u32::MAX,
    }
}

fn low_zeros(kernel: &Kernel, id: ValueId, depth: u32) -> u32 {
    if let Some(known) = known_u32(kernel, id) {
        return known.trailing_zeros();
    }
    let Some(Expr::Op(op, operands)) = kernel.values.get(id.0 as usize).map(|v| &v.expr) else { return 0 };
    if depth == 0 || kernel[id].ty != Type::U32 {
        return 0;
    }
    let zeros = |i: usize| operands.get(i).map_or(0, |v| low_zeros(kernel, *v, depth - 1));
    match op {
        Op::Add | Op::Sub | Op::Or | Op::Xor => zeros(0).min(zeros(1)),
        Op::And => zeros(0).max(zeros(1)),
        Op::Mul => (zeros(0) + zeros(1)).min(32),
        Op::Shl => {
            let by = operands.get(1).and_then(|v| known_u32(kernel, *v)).unwrap_or(0);
            (zeros(0) + (by & 31)).min(32)
        }
        _ => 0,
    }
}
