//! The pure operations: each row of the IR's table as a naga expression.
//!
//! What WGSL leaves open (NaN in a minimum, shifts past the width) is written out, so that every device agrees.

use super::function::Ex;
use super::helpers::{self, Helper};
use super::interface::Writer;
use crate::emit::{EmitError, range};
use crate::ir::{Const, Op, Scalar, Type, ValueId};
use naga::{BinaryOperator as Binary, MathFunction as Math, UnaryOperator as Unary};

impl Writer<'_> {
    /// An operation on values, which gives a value of type `ty`.
    pub(super) fn operation(&mut self, op: Op, ids: &[ValueId], ty: Type) -> Result<Ex, EmitError> {
        let mut operands = self.get_all(ids)?;
        let Some(first_id) = ids.first().filter(|_| ids.len() == op.row().arity) else {
            return Err(self.internal(format!("{op:?} with {} operands", ids.len())));
        };
        // see Note [opaque]
        if ids.iter().all(|id| self.known(*id).is_some())
            && let Some(known) = self.known(*first_id)
        {
            operands[0] = self.opaque(known);
        }
        let from = self.kernel[*first_id].ty;
        match operands[..] {
            [a] => self.unary(op, a, from, ty),
            [a, b] => self.binary(op, [a, b], ids, from),
            [a, b, c] => Ok(match op {
                Op::Select => self.function.select(a, b, c),
                _ => self.function.math(Math::Fma, &[a, b, c]),
            }),
            _ => Err(self.internal(format!("{op:?} with {} operands", operands.len()))),
        }
    }

    fn unary(&mut self, op: Op, a: Ex, from: Type, ty: Type) -> Result<Ex, EmitError> {
        let math = match op {
            Op::Convert => return self.convert(a, from, ty.scalar),
            Op::Bitcast => return self.bitcast(a, from, ty),
            Op::Neg => return Ok(self.function.unary(Unary::Negate, a)),
            Op::Not if from.scalar == Scalar::Bool => return Ok(self.function.unary(Unary::LogicalNot, a)),
            Op::Not => return Ok(self.function.unary(Unary::BitwiseNot, a)),
            Op::Abs => Math::Abs,
            Op::Sqrt => Math::Sqrt,
            Op::Floor => Math::Floor,
            Op::Ceil => Math::Ceil,
            Op::Trunc => Math::Trunc,
            Op::Round => Math::Round,
            Op::CountOnes | Op::LeadingZeros | Op::TrailingZeros | Op::ReverseBits => return self.count(op, a, from),
            _ => return Err(self.internal(format!("{op:?} with one operand"))),
        };
        Ok(self.function.math(math, &[a]))
    }

    fn count(&mut self, op: Op, a: Ex, ty: Type) -> Result<Ex, EmitError> {
        if let Some(helper) = helpers::of_operation(op, ty) {
            let wide = if ty.scalar == Scalar::I64 { self.function.bitcast(a, Scalar::U64) } else { a };
            let result = self.call(helper, vec![wide])?;
            return Ok(if ty.scalar == Scalar::I64 { self.function.bitcast(result, Scalar::I64) } else { result });
        }
        let math = match op {
            Op::CountOnes => Math::CountOneBits,
            Op::LeadingZeros => Math::CountLeadingZeros,
            Op::TrailingZeros => Math::CountTrailingZeros,
            _ => Math::ReverseBits,
        };
        Ok(self.function.math(math, &[a]))
    }

    fn binary(&mut self, op: Op, [a, b]: [Ex; 2], ids: &[ValueId], ty: Type) -> Result<Ex, EmitError> {
        let float = matches!(ty.scalar, Scalar::F16 | Scalar::F32);
        let second = |w: &Self| ids.get(1).and_then(|id| w.known(*id));
        let operator = match op {
            Op::Add => Binary::Add,
            Op::Sub => Binary::Subtract,
            Op::Mul => Binary::Multiply,
            Op::Div if float => Binary::Divide,
            Op::Rem if float => return self.remainder([a, b], ty),
            Op::Div | Op::Rem => return Ok(self.divide(op, [a, b], second(self), ty)),
            Op::MulHi => return self.through_f32(op, [a, b], ty),
            Op::Min | Op::Max if float => return self.extremum(op, [a, b], ids, ty),
            Op::Min => return Ok(self.function.math(Math::Min, &[a, b])),
            Op::Max => return Ok(self.function.math(Math::Max, &[a, b])),
            Op::And => Binary::And,
            Op::Or => Binary::InclusiveOr,
            Op::Xor if ty.scalar == Scalar::Bool => Binary::NotEqual,
            Op::Xor => Binary::ExclusiveOr,
            Op::Shl | Op::Shr => return Ok(self.shift(op, [a, b], ids, ty)),
            // a compiler that assumes that there is no NaN would fold these
            Op::Eq | Op::Ne if float && ids.first() == ids.get(1) => return Ok(self.is_nan(a, ty, op == Op::Ne)),
            // naga takes the difference of a NaN and a number for false
            Op::Ne if float => {
                let equal = self.function.binary(Binary::Equal, a, b);
                return Ok(self.function.unary(Unary::LogicalNot, equal));
            }
            Op::Eq => Binary::Equal,
            Op::Ne => Binary::NotEqual,
            Op::Lt => Binary::Less,
            Op::Le => Binary::LessEqual,
            Op::Gt => Binary::Greater,
            Op::Ge => Binary::GreaterEqual,
            _ => return Err(self.internal(format!("{op:?} with two operands"))),
        };
        Ok(self.function.binary(operator, a, b))
    }

    /// WGSL defines division by zero where it cannot see the zero, and refuses it where it can.
    fn divide(&mut self, op: Op, [a, mut b]: [Ex; 2], divisor: Option<Const>, ty: Type) -> Ex {
        if let Some(divisor) = divisor {
            let zero = |lane: u8| divisor.lane(lane).bits == 0;
            if (0..ty.lanes).all(zero) {
                return if op == Op::Div { a } else { self.zero(ty) };
            }
            if (0..ty.lanes).any(zero) {
                b = self.opaque(divisor);
            }
        }
        let operator = if op == Op::Div { Binary::Divide } else { Binary::Modulo };
        self.function.binary(operator, a, b)
    }

    /// Lane by lane: each takes as many steps as its digits ask for.
    fn remainder(&mut self, operands: [Ex; 2], ty: Type) -> Result<Ex, EmitError> {
        let [a, b] = operands.map(|x| self.function.lanes(x, ty.lanes));
        let lane = Type::scalar(ty.scalar);
        let pairs = a.into_iter().zip(b);
        let lanes = pairs.map(|(a, b)| self.through_f32(Op::Rem, [a, b], lane)).collect::<Result<_, _>>()?;
        Ok(self.function.vector(ty, lanes))
    }

    fn shift(&mut self, op: Op, [a, b]: [Ex; 2], ids: &[ValueId], ty: Type) -> Ex {
        let width = 8 * ty.scalar.bytes();
        let by_id = ids.get(1).copied();
        let by = match by_id.and_then(|id| self.known(id)) {
            Some(mut by) => {
                for lane in &mut by.lanes {
                    *lane &= u64::from(width - 1);
                }
                self.constant(by)
            }
            None if by_id.is_some_and(|id| range::at_most(self.kernel, id) < width) => b,
            None => {
                let mask = self.function.splat_u32(width - 1, ty.lanes);
                self.function.binary(Binary::And, b, mask)
            }
        };
        let operator = if op == Op::Shl { Binary::ShiftLeft } else { Binary::ShiftRight };
        self.function.binary(operator, a, by)
    }

    /// Of a NaN and a number the number. With a constant on one side a comparison is enough.
    fn extremum(&mut self, op: Op, [a, b]: [Ex; 2], ids: &[ValueId], ty: Type) -> Result<Ex, EmitError> {
        let operator = if op == Op::Min { Binary::Less } else { Binary::Greater };
        let (number, other) = match number_operand(self, ids) {
            Some(0) => (a, b),
            Some(_) => (b, a),
            None => return self.through_f32(op, [a, b], ty),
        };
        let taken = self.function.binary(operator, other, number);
        Ok(self.function.select(taken, other, number))
    }

    /// Calls the operation's helper, which knows f32 only.
    fn through_f32(&mut self, op: Op, operands: [Ex; 2], ty: Type) -> Result<Ex, EmitError> {
        let Some(helper) = helpers::of_operation(op, ty) else {
            return Err(self.internal(format!("{op:?} on {ty}")));
        };
        if ty.scalar != Scalar::F16 {
            return self.call(helper, operands.to_vec());
        }
        let wide = operands.map(|x| self.function.convert(x, Scalar::F32));
        let result = self.call(helper, wide.to_vec())?;
        Ok(self.function.convert(result, Scalar::F16))
    }

    /// Whether each lane is a NaN (or is none), by its bits.
    fn is_nan(&mut self, a: Ex, ty: Type, is: bool) -> Ex {
        let single = if ty.scalar == Scalar::F16 { self.function.convert(a, Scalar::F32) } else { a };
        let bits = self.function.bitcast(single, Scalar::U32);
        let mask = self.function.splat_u32(0x7fff_ffff, ty.lanes);
        let magnitude = self.function.binary(Binary::And, bits, mask);
        let infinity = self.function.splat_u32(0x7f80_0000, ty.lanes);
        let operator = if is { Binary::Greater } else { Binary::LessEqual };
        self.function.binary(operator, magnitude, infinity)
    }

    /// Calls a helper.
    pub(super) fn call(&mut self, helper: Helper, operands: Vec<Ex>) -> Result<Ex, EmitError> {
        let name = helper.function();
        let found = self.function.module.functions.iter().find(|(_, f)| f.name.as_deref() == Some(&name));
        match found.map(|(handle, _)| handle) {
            Some(handle) => Ok(self.function.call(handle, operands)),
            None => Err(self.internal(format!("there is no helper {name}"))),
        }
    }
}

/// Which operand of a minimum or maximum is known to be no NaN: 0 or 1.
fn number_operand(writer: &Writer<'_>, ids: &[ValueId]) -> Option<usize> {
    ids.iter().position(|id| helpers::is_number(writer.kernel, *id))
}
