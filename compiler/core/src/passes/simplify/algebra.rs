//! What an expression is the same as: identities that hold for every value, wrap-around and infinities included.
//!
//! None looks further than the definitions of its operands. The result may differ in the bits of a NaN.

use crate::ir::eval::{eval, width};
use crate::ir::op::Class;
use crate::ir::{Const, Expr, Kernel, Op, Operands, Scalar, Type, ValueId};

/// What takes an expression's place.
pub(super) enum Simple {
    /// Nothing better is known.
    Same,
    /// Another value.
    Value(ValueId),
    /// A constant.
    Const(Const),
    /// Another operation.
    Op(Op, Operands),
    /// Another operation, whose second operand is a new constant.
    OpConst(Op, ValueId, Const),
}

/// What takes the place of a value's expression.
pub(super) fn simplify(kernel: &Kernel, id: ValueId) -> Simple {
    let value = &kernel[id];
    match &value.expr {
        Expr::Op(op, operands) => {
            let known: Option<Vec<Const>> = operands.iter().map(|id| constant(kernel, *id)).collect();
            match known {
                Some(args) => Simple::Const(eval(*op, value.ty, &args)),
                None => Rules { kernel, ty: value.ty }.op(*op, operands),
            }
        }
        Expr::Compose(lanes) => compose(kernel, lanes, value.ty),
        Expr::Extract(vector, lane) => match &kernel[*vector].expr {
            Expr::Const(vector) => {
                let lane = vector.lane(*lane);
                Simple::Const(Const::scalar(lane.scalar, lane.bits))
            }
            Expr::Compose(lanes) => lanes.get(usize::from(*lane)).map_or(Simple::Same, |id| Simple::Value(*id)),
            _ => Simple::Same,
        },
        _ => Simple::Same,
    }
}

fn constant(kernel: &Kernel, id: ValueId) -> Option<Const> {
    match &kernel[id].expr {
        Expr::Const(value) => Some(*value),
        _ => None,
    }
}

fn compose(kernel: &Kernel, lanes: &[ValueId], ty: Type) -> Simple {
    let mut value = Const::zero(ty);
    for (lane, id) in value.lanes.iter_mut().zip(lanes) {
        match constant(kernel, *id) {
            Some(known) => *lane = known.lanes[0],
            None => return decomposed(kernel, lanes, ty),
        }
    }
    Simple::Const(value)
}

/// The vector that was taken apart and is put together again, if so.
fn decomposed(kernel: &Kernel, lanes: &[ValueId], ty: Type) -> Simple {
    let mut whole = None;
    for (i, id) in (0..).zip(lanes) {
        match &kernel[*id].expr {
            Expr::Extract(vector, lane) if *lane == i && whole.is_none_or(|w| w == *vector) => whole = Some(*vector),
            _ => return Simple::Same,
        }
    }
    whole.filter(|vector| kernel[*vector].ty == ty).map_or(Simple::Same, Simple::Value)
}

struct Rules<'a> {
    kernel: &'a Kernel,
    /// The result's type.
    ty: Type,
}

impl Rules<'_> {
    fn op(&self, op: Op, operands: &[ValueId]) -> Simple {
        let found = match *operands {
            [a] => self.unary(op, a),
            [a, b] if self.bits(a).is_some() && commutes(op) => self.binary(op, b, a),
            [a, b] => self.binary(op, a, b),
            [c, a, b] if op == Op::Select => self.select(c, a, b),
            _ => None,
        };
        found.unwrap_or(Simple::Same)
    }

    /// The bits of a constant whose lanes are all the same.
    fn bits(&self, id: ValueId) -> Option<u64> {
        let value = constant(self.kernel, id)?;
        let lanes = &value.lanes[..value.ty.lanes.into()];
        lanes.iter().all(|lane| *lane == lanes[0]).then_some(lanes[0])
    }

    fn inner(&self, op: Op, id: ValueId) -> Option<&[ValueId]> {
        match &self.kernel[id].expr {
            Expr::Op(found, operands) if *found == op => Some(operands),
            _ => None,
        }
    }

    /// The same bits in each lane of the result.
    fn splat(&self, bits: u64) -> Option<Simple> {
        let mut value = Const::zero(self.ty);
        value.lanes[..self.ty.lanes.into()].fill(bits);
        Some(Simple::Const(value))
    }

    fn unary(&self, op: Op, a: ValueId) -> Option<Simple> {
        let from = self.kernel[a].ty;
        match op {
            Op::Neg | Op::Not | Op::ReverseBits => {
                if let Some([inner]) = self.inner(op, a) {
                    return Some(Simple::Value(*inner));
                }
                match &self.kernel[a].expr {
                    Expr::Op(compare, operands) if op == Op::Not => {
                        let float = is_float(self.kernel[*operands.first()?].ty.scalar);
                        opposite(*compare, float).map(|opposite| Simple::Op(opposite, operands.clone()))
                    }
                    _ => None,
                }
            }
            Op::Convert | Op::Bitcast if from == self.ty => Some(Simple::Value(a)),
            Op::Bitcast => self.inner(Op::Bitcast, a).map(|inner| Simple::Op(Op::Bitcast, inner.into())),
            _ => None,
        }
    }

    fn binary(&self, op: Op, a: ValueId, b: ValueId) -> Option<Simple> {
        let scalar = self.kernel[a].ty.scalar;
        if a == b
            && let Some(found) = self.twice(op, a, scalar)
        {
            return Some(found);
        }
        let bits = self.bits(b)?;
        if is_float(scalar) { self.float_with(op, a, bits, scalar) } else { self.int_with(op, a, bits, scalar) }
    }

    /// An operation on a value and itself.
    fn twice(&self, op: Op, a: ValueId, scalar: Scalar) -> Option<Simple> {
        match op {
            Op::And | Op::Or | Op::Min | Op::Max => Some(Simple::Value(a)),
            Op::Xor => self.splat(0),
            Op::Sub if !is_float(scalar) => self.splat(0),
            Op::Lt | Op::Gt => self.splat(0),
            Op::Ne if !is_float(scalar) => self.splat(0),
            Op::Eq | Op::Le | Op::Ge if !is_float(scalar) => self.splat(1),
            _ => None,
        }
    }

    /// An operation on an integer or bool and a known one.
    fn int_with(&self, op: Op, a: ValueId, b: u64, scalar: Scalar) -> Option<Simple> {
        let ones = u64::MAX >> (64 - width(scalar));
        let unsigned = matches!(scalar, Scalar::U32 | Scalar::U64);
        match (op, b) {
            (Op::Add | Op::Sub | Op::Or | Op::Xor, 0) | (Op::Mul | Op::Div, 1) => Some(Simple::Value(a)),
            (Op::Mul | Op::And | Op::Rem, 0) | (Op::Rem, 1) => self.splat(0),
            (Op::Div, 0) => Some(Simple::Value(a)),
            (Op::And, _) if b == ones => Some(Simple::Value(a)),
            (Op::Or, _) if b == ones => self.splat(ones),
            (Op::Shl | Op::Shr, _) if b.is_multiple_of(u64::from(width(scalar))) => Some(Simple::Value(a)),
            (Op::Max, 0) if unsigned => Some(Simple::Value(a)),
            (Op::Min, 0) if unsigned => self.splat(0),
            (Op::Lt, 0) if unsigned => self.splat(0),
            (Op::Ge, 0) if unsigned => self.splat(1),
            (Op::Eq, 1) | (Op::Ne, 0) if scalar == Scalar::Bool => Some(Simple::Value(a)),
            (Op::Eq, 0) | (Op::Ne, 1) if scalar == Scalar::Bool => Some(Simple::Op(Op::Not, [a].as_slice().into())),
            (Op::Add | Op::Mul, _) => self.again(op, a, b, scalar),
            _ => None,
        }
    }

    /// `(x + c) + d` is `x + (c + d)`, and so for products; where the constants do not wrap, so that whoever
    /// reasons about ranges is not worse off.
    fn again(&self, op: Op, a: ValueId, b: u64, scalar: Scalar) -> Option<Simple> {
        let &[x, c] = self.inner(op, a)? else { return None };
        let c = self.bits(c)?;
        if !matches!(scalar, Scalar::U32 | Scalar::U64) {
            return None;
        }
        let both = if op == Op::Add { c.checked_add(b)? } else { c.checked_mul(b)? };
        let mut value = Const::zero(self.ty);
        value.lanes[..self.ty.lanes.into()].fill(both);
        let fits = width(scalar) == 64 || both >> width(scalar) == 0;
        fits.then_some(Simple::OpConst(op, x, value))
    }

    /// An operation on a float and a known one.
    fn float_with(&self, op: Op, a: ValueId, b: u64, scalar: Scalar) -> Option<Simple> {
        let one = crate::ir::eval::from_f64(scalar, 1.0);
        let minus_zero = 1 << (width(scalar) - 1);
        let same = match op {
            Op::Mul | Op::Div => b == one,
            Op::Sub => b == 0,
            Op::Add => b == minus_zero,
            _ => false,
        };
        same.then_some(Simple::Value(a))
    }

    fn select(&self, c: ValueId, a: ValueId, b: ValueId) -> Option<Simple> {
        if a == b {
            return Some(Simple::Value(a));
        }
        if let Some(cond) = self.bits(c) {
            return Some(Simple::Value(if cond == 0 { b } else { a }));
        }
        if let Some([inner]) = self.inner(Op::Not, c) {
            return Some(Simple::Op(Op::Select, [*inner, b, a].as_slice().into()));
        }
        if self.ty == self.kernel[c].ty && self.ty.scalar == Scalar::Bool {
            return match (self.bits(a), self.bits(b)) {
                (Some(1), Some(0)) => Some(Simple::Value(c)),
                (Some(0), Some(1)) => Some(Simple::Op(Op::Not, [c].as_slice().into())),
                _ => None,
            };
        }
        None
    }
}

fn is_float(scalar: Scalar) -> bool {
    Class::Float.holds(scalar) || scalar == Scalar::Bf16
}

/// Whether the operands' order does not matter.
pub(super) const fn commutes(op: Op) -> bool {
    matches!(op, Op::Add | Op::Mul | Op::MulHi | Op::Min | Op::Max | Op::And | Op::Or | Op::Xor | Op::Eq | Op::Ne)
}

/// The comparison that holds where this one does not. With a NaN both `<` and `>=` are false.
const fn opposite(op: Op, float: bool) -> Option<Op> {
    match op {
        Op::Eq => Some(Op::Ne),
        Op::Ne => Some(Op::Eq),
        Op::Lt if !float => Some(Op::Ge),
        Op::Le if !float => Some(Op::Gt),
        Op::Gt if !float => Some(Op::Le),
        Op::Ge if !float => Some(Op::Lt),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
