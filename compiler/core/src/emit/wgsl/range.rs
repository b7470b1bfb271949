//! How large a u32 can be, from what computes it: saves masks and guards that would change nothing.

use super::interface::Writer;
use crate::ir::{Builtin, Expr, Op, Scalar, ValueId};

/// How many operations it looks through.
const DEPTH: u32 = 6;

impl Writer<'_> {
    /// An upper bound of every lane of a u32, or of a u32 seen as i32 that is not negative.
    pub(super) fn at_most(&self, id: ValueId) -> u32 {
        self.bound(id, DEPTH)
    }

    fn bound(&self, id: ValueId, depth: u32) -> u32 {
        let Some(value) = self.kernel.values.get(id.0 as usize) else { return u32::MAX };
        if value.ty.scalar != Scalar::U32 || depth == 0 {
            return u32::MAX;
        }
        if let Some(known) = self.known(id) {
            return (0..known.ty.lanes).map(|lane| known.lane(lane).bits as u32).max().unwrap_or(u32::MAX);
        }
        match &value.expr {
            Expr::Builtin(builtin) => self.builtin_bound(*builtin),
            Expr::Op(op, operands) => {
                let bound = |i: usize| operands.get(i).map_or(u32::MAX, |v| self.bound(*v, depth - 1));
                self.operation_bound(*op, operands, bound)
            }
            _ => u32::MAX,
        }
    }

    fn builtin_bound(&self, builtin: Builtin) -> u32 {
        let [x, y, z] = self.kernel.workgroup;
        match builtin {
            Builtin::LocalId(axis) => self.kernel.workgroup.get(usize::from(axis)).map_or(u32::MAX, |n| n - 1),
            Builtin::LocalIndex => x.saturating_mul(y).saturating_mul(z) - 1,
            Builtin::SubgroupSize => 128,
            Builtin::SubgroupLane => 127,
            Builtin::WorkgroupId(_) | Builtin::NumWorkgroups(_) => u32::MAX,
        }
    }

    fn operation_bound(&self, op: Op, operands: &[ValueId], bound: impl Fn(usize) -> u32) -> u32 {
        let known = |i: usize| operands.get(i).and_then(|v| self.known_u32(*v));
        match op {
            Op::And | Op::Min => bound(0).min(bound(1)),
            Op::Max => bound(0).max(bound(1)),
            Op::Select => bound(1).max(bound(2)),
            Op::Add => bound(0).saturating_add(bound(1)),
            Op::Mul => bound(0).saturating_mul(bound(1)),
            Op::Shr => known(1).map_or(bound(0), |by| bound(0) >> (by & 31)),
            Op::Div => known(1).map_or(bound(0), |by| bound(0) / by.max(1)),
            // by zero it is zero
            Op::Rem => bound(0).min(bound(1).saturating_sub(1)),
            Op::CountOnes | Op::LeadingZeros | Op::TrailingZeros => 32,
            Op::Convert if operands.first().is_some_and(|v| self.kernel[*v].ty.scalar == Scalar::Bool) => 1,
            _ => u32::MAX,
        }
    }
}
