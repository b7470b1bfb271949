//! Pure operations on scalars, and on single lanes of vectors.

use super::helper::Helper;
use super::layout::lane_type;
use super::value::Src;
use super::walk::Emitter;
use crate::emit::EmitError;
use crate::ir::{Op, Scalar};
use wasm_encoder::{Instruction as I, ValType};

impl Emitter<'_> {
    /// Pushes the result of an operation on scalars of type `from`, which is of type `to`.
    pub(super) fn scalar_op(&mut self, op: Op, from: Scalar, to: Scalar, a: &[Src]) -> Result<(), EmitError> {
        let floats = lane_type(from) == ValType::F32;
        match op {
            Op::Select => self.select(a),
            Op::Convert => {
                self.push_src(a[0])?;
                self.convert(from, to);
                Ok(())
            }
            Op::Min | Op::Max if floats => self.float_extreme(op, a),
            Op::Min | Op::Max => self.int_extreme(op, from, a),
            Op::MulAdd => self.mul_add(from, a),
            Op::Rem if floats => self.call(Helper::Remainder, a),
            Op::Div | Op::Rem if !floats => self.int_division(op, from, a),
            Op::MulHi => self.mul_hi(from, a),
            Op::Abs if !floats => self.int_abs(from, a[0]),
            Op::Not => self.not(from, a[0]),
            Op::Neg if !floats => self.int_neg(from, a[0]),
            Op::ReverseBits => self.reverse_bits(from, a[0]),
            _ => {
                for src in a {
                    self.push_src(*src)?;
                }
                // A shift counts in u32, whatever it shifts.
                if matches!(op, Op::Shl | Op::Shr) && lane_type(from) == ValType::I64 {
                    self.code.put(I::I64ExtendI32U);
                }
                self.code.put(plain(op, from));
                if from == Scalar::F16 && matches!(op, Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Sqrt) {
                    let round = self.helpers.index(Helper::RoundF16);
                    self.code.put(I::Call(round));
                }
                Ok(())
            }
        }
    }

    /// Calls a helper on operands.
    fn call(&mut self, helper: Helper, a: &[Src]) -> Result<(), EmitError> {
        for src in a {
            self.push_src(*src)?;
        }
        let index = self.helpers.index(helper);
        self.code.put(I::Call(index));
        Ok(())
    }

    fn pin_src(&mut self, src: Src) -> Result<(), EmitError> {
        match src {
            Src::Value(value) | Src::Lane(value, _) => self.pin(value),
        }
    }

    fn pin_all(&mut self, a: &[Src]) -> Result<(), EmitError> {
        a.iter().try_for_each(|src| self.pin_src(*src))
    }

    fn push_all(&mut self, a: &[Src]) -> Result<(), EmitError> {
        a.iter().try_for_each(|src| self.push_src(*src))
    }

    fn select(&mut self, a: &[Src]) -> Result<(), EmitError> {
        self.push_all(&[a[1], a[2], a[0]])?;
        self.code.put(I::Select);
        Ok(())
    }

    /// `a is NaN ? b : (b < a ? b : a)`: of a NaN and a number the number, of equals the first.
    fn float_extreme(&mut self, op: Op, a: &[Src]) -> Result<(), EmitError> {
        self.pin_all(a)?;
        self.push_all(&[a[1], a[1], a[0], a[1], a[0]])?;
        self.code.put_all(&[if op == Op::Min { I::F32Lt } else { I::F32Gt }, I::Select]);
        self.push_all(&[a[0], a[0]])?;
        self.code.put_all(&[I::F32Ne, I::Select]);
        Ok(())
    }

    fn int_extreme(&mut self, op: Op, from: Scalar, a: &[Src]) -> Result<(), EmitError> {
        self.pin_all(a)?;
        self.push_all(&[a[0], a[1], a[0], a[1]])?;
        self.code.put_all(&[plain(if op == Op::Min { Op::Lt } else { Op::Gt }, from), I::Select]);
        Ok(())
    }

    /// See Note \[fused\] in the module above.
    fn mul_add(&mut self, from: Scalar, a: &[Src]) -> Result<(), EmitError> {
        if from == Scalar::F16 {
            return self.call(Helper::MulAddF16, a);
        }
        for src in a {
            self.push_src(*src)?;
            self.code.put(I::F32x4Splat);
        }
        self.code.put_all(&[I::F32x4RelaxedMadd, I::F32x4ExtractLane(0)]);
        Ok(())
    }

    /// Divides by one where the divisor is zero or the quotient would not fit.
    fn int_division(&mut self, op: Op, from: Scalar, a: &[Src]) -> Result<(), EmitError> {
        self.pin_all(a)?;
        let wide = lane_type(from) == ValType::I64;
        self.push_src(a[0])?;
        match self.known(a[1]) {
            Some(divisor) if divisor != 0 && (divisor as u32 != u32::MAX || !is_signed(from)) => self.push_src(a[1])?,
            _ => {
                self.code.put(if wide { I::I64Const(1) } else { I::I32Const(1) });
                self.push_all(&[a[1], a[1]])?;
                self.code.put(if wide { I::I64Eqz } else { I::I32Eqz });
                if is_signed(from) && op == Op::Div {
                    self.push_src(a[0])?;
                    self.code.put_all(&if wide {
                        [I::I64Const(i64::MIN), I::I64Eq]
                    } else {
                        [I::I32Const(i32::MIN), I::I32Eq]
                    });
                    self.push_src(a[1])?;
                    self.code.put_all(&if wide { [I::I64Const(-1), I::I64Eq] } else { [I::I32Const(-1), I::I32Eq] });
                    self.code.put_all(&[I::I32And, I::I32Or]);
                }
                self.code.put(I::Select);
            }
        }
        self.code.put(plain(op, from));
        Ok(())
    }

    fn mul_hi(&mut self, from: Scalar, a: &[Src]) -> Result<(), EmitError> {
        let extend = if is_signed(from) { I::I64ExtendI32S } else { I::I64ExtendI32U };
        for src in a {
            self.push_src(*src)?;
            self.code.put(extend.clone());
        }
        self.code.put_all(&[I::I64Mul, I::I64Const(32), I::I64ShrU, I::I32WrapI64]);
        Ok(())
    }

    fn int_neg(&mut self, from: Scalar, a: Src) -> Result<(), EmitError> {
        let wide = lane_type(from) == ValType::I64;
        self.code.put(if wide { I::I64Const(0) } else { I::I32Const(0) });
        self.push_src(a)?;
        self.code.put(if wide { I::I64Sub } else { I::I32Sub });
        Ok(())
    }

    fn int_abs(&mut self, from: Scalar, a: Src) -> Result<(), EmitError> {
        self.pin_src(a)?;
        self.int_neg(from, a)?;
        self.push_all(&[a, a])?;
        self.code.put_all(&if lane_type(from) == ValType::I64 {
            [I::I64Const(0), I::I64LtS, I::Select]
        } else {
            [I::I32Const(0), I::I32LtS, I::Select]
        });
        Ok(())
    }

    fn not(&mut self, from: Scalar, a: Src) -> Result<(), EmitError> {
        self.push_src(a)?;
        match (from, lane_type(from)) {
            (Scalar::Bool, _) => self.code.put(I::I32Eqz),
            (_, ValType::I64) => self.code.put_all(&[I::I64Const(-1), I::I64Xor]),
            _ => self.code.put_all(&[I::I32Const(-1), I::I32Xor]),
        }
        Ok(())
    }

    fn reverse_bits(&mut self, from: Scalar, a: Src) -> Result<(), EmitError> {
        let reverse = self.helpers.index(Helper::ReverseBits);
        if lane_type(from) == ValType::I32 {
            self.push_src(a)?;
            self.code.put(I::Call(reverse));
            return Ok(());
        }
        self.pin_src(a)?;
        self.push_src(a)?;
        self.code.put_all(&[I::I32WrapI64, I::Call(reverse), I::I64ExtendI32U, I::I64Const(32), I::I64Shl]);
        self.push_src(a)?;
        self.code.put_all(&[I::I64Const(32), I::I64ShrU, I::I32WrapI64, I::Call(reverse), I::I64ExtendI32U, I::I64Or]);
        Ok(())
    }

    /// The bits of an operand that is constant.
    fn known(&self, src: Src) -> Option<u64> {
        let (value, lane) = match src {
            Src::Value(value) => (value, 0),
            Src::Lane(value, lane) => (value, lane),
        };
        match &self.kernel[value].expr {
            crate::ir::Expr::Const(constant) => Some(constant.lane(lane).bits),
            _ => None,
        }
    }
}

/// Whether integers of this type have a sign.
pub(super) fn is_signed(scalar: Scalar) -> bool {
    matches!(scalar, Scalar::I8 | Scalar::I32 | Scalar::I64)
}

/// The one instruction of an operation that is just that.
fn plain(op: Op, scalar: Scalar) -> I<'static> {
    match (lane_type(scalar), is_signed(scalar)) {
        (ValType::F32, _) => plain_f32(op),
        (ValType::I64, signed) => plain_i64(op, signed),
        (_, signed) => plain_i32(op, signed),
    }
}

fn plain_f32(op: Op) -> I<'static> {
    match op {
        Op::Neg => I::F32Neg,
        Op::Add => I::F32Add,
        Op::Sub => I::F32Sub,
        Op::Mul => I::F32Mul,
        Op::Div => I::F32Div,
        Op::Abs => I::F32Abs,
        Op::Eq => I::F32Eq,
        Op::Ne => I::F32Ne,
        Op::Lt => I::F32Lt,
        Op::Le => I::F32Le,
        Op::Gt => I::F32Gt,
        Op::Ge => I::F32Ge,
        Op::Sqrt => I::F32Sqrt,
        Op::Floor => I::F32Floor,
        Op::Ceil => I::F32Ceil,
        Op::Trunc => I::F32Trunc,
        Op::Round => I::F32Nearest,
        _ => I::Unreachable,
    }
}

fn plain_i32(op: Op, signed: bool) -> I<'static> {
    match (op, signed) {
        (Op::Add, _) => I::I32Add,
        (Op::Sub, _) => I::I32Sub,
        (Op::Mul, _) => I::I32Mul,
        (Op::Div, true) => I::I32DivS,
        (Op::Div, false) => I::I32DivU,
        (Op::Rem, true) => I::I32RemS,
        (Op::Rem, false) => I::I32RemU,
        (Op::And, _) => I::I32And,
        (Op::Or, _) => I::I32Or,
        (Op::Xor, _) => I::I32Xor,
        (Op::Shl, _) => I::I32Shl,
        (Op::Shr, true) => I::I32ShrS,
        (Op::Shr, false) => I::I32ShrU,
        (Op::Eq, _) => I::I32Eq,
        (Op::Ne, _) => I::I32Ne,
        (Op::Lt, true) => I::I32LtS,
        (Op::Lt, false) => I::I32LtU,
        (Op::Le, true) => I::I32LeS,
        (Op::Le, false) => I::I32LeU,
        (Op::Gt, true) => I::I32GtS,
        (Op::Gt, false) => I::I32GtU,
        (Op::Ge, true) => I::I32GeS,
        (Op::Ge, false) => I::I32GeU,
        (Op::CountOnes, _) => I::I32Popcnt,
        (Op::LeadingZeros, _) => I::I32Clz,
        (Op::TrailingZeros, _) => I::I32Ctz,
        _ => I::Unreachable,
    }
}

fn plain_i64(op: Op, signed: bool) -> I<'static> {
    match (op, signed) {
        (Op::Add, _) => I::I64Add,
        (Op::Sub, _) => I::I64Sub,
        (Op::Mul, _) => I::I64Mul,
        (Op::Div, true) => I::I64DivS,
        (Op::Div, false) => I::I64DivU,
        (Op::Rem, true) => I::I64RemS,
        (Op::Rem, false) => I::I64RemU,
        (Op::And, _) => I::I64And,
        (Op::Or, _) => I::I64Or,
        (Op::Xor, _) => I::I64Xor,
        (Op::Shl, _) => I::I64Shl,
        (Op::Shr, true) => I::I64ShrS,
        (Op::Shr, false) => I::I64ShrU,
        (Op::Eq, _) => I::I64Eq,
        (Op::Ne, _) => I::I64Ne,
        (Op::Lt, true) => I::I64LtS,
        (Op::Lt, false) => I::I64LtU,
        (Op::Le, true) => I::I64LeS,
        (Op::Le, false) => I::I64LeU,
        (Op::Gt, true) => I::I64GtS,
        (Op::Gt, false) => I::I64GtU,
        (Op::Ge, true) => I::I64GeS,
        (Op::Ge, false) => I::I64GeU,
        (Op::CountOnes, _) => I::I64Popcnt,
        (Op::LeadingZeros, _) => I::I64Clz,
        (Op::TrailingZeros, _) => I::I64Ctz,
        _ => I::Unreachable,
    }
}
