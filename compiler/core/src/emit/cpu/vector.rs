//! Pure operations on whole vectors of 32-bit lanes. What is missing here is done lane by lane.

use super::layout::{is_wide, lane_type};
use super::scalar::is_signed;
use super::walk::Emitter;
use crate::emit::EmitError;
use crate::ir::{Expr, Op, Scalar, Type, ValueId};
use wasm_encoder::{Instruction as I, ValType};

impl Emitter<'_> {
    /// Pushes the result of an operation that WebAssembly has for whole vectors; else pushes nothing and says so.
    pub(super) fn vector_op(&mut self, op: Op, ty: Type, a: &[ValueId]) -> Result<bool, EmitError> {
        let from = self.kernel[a[0]].ty;
        if op == Op::Select {
            return self.vector_select(ty, a);
        }
        if is_wide(from) {
            return Ok(false);
        }
        match (op, from.scalar) {
            (Op::Convert, _) => return self.vector_convert(from.scalar, ty.scalar, a[0]),
            (Op::Min | Op::Max, Scalar::F32) => self.vector_float_extreme(op, a)?,
            (Op::Shl | Op::Shr, Scalar::I32 | Scalar::U32) => return self.vector_shift(op, from.scalar, a),
            (Op::Not, _) => {
                self.push(a[0])?;
                self.code.put(I::V128Not);
            }
            _ => {
                let Some(instruction) = plain(op, from.scalar) else { return Ok(false) };
                for value in a {
                    self.push(*value)?;
                }
                self.code.put(instruction);
            }
        }
        Ok(true)
    }

    fn vector_select(&mut self, ty: Type, a: &[ValueId]) -> Result<bool, EmitError> {
        if is_wide(ty) {
            return Ok(false);
        }
        let [cond, yes, no] = a else { return Ok(false) };
        self.push(*yes)?;
        self.push(*no)?;
        self.push(*cond)?;
        self.code.put(if self.kernel[*cond].ty.lanes == 1 { I::Select } else { I::V128Bitselect });
        Ok(true)
    }

    /// As for scalars: `a is NaN ? b : (b < a ? b : a)`.
    fn vector_float_extreme(&mut self, op: Op, a: &[ValueId]) -> Result<(), EmitError> {
        for value in a {
            self.pin(*value)?;
        }
        self.push(a[1])?;
        self.push(a[0])?;
        self.push(a[1])?;
        self.code.put(if op == Op::Min { I::F32x4PMin } else { I::F32x4PMax });
        self.push(a[0])?;
        self.push(a[0])?;
        self.code.put_all(&[I::F32x4Ne, I::V128Bitselect]);
        Ok(())
    }

    /// WebAssembly shifts all lanes by one count.
    fn vector_shift(&mut self, op: Op, scalar: Scalar, a: &[ValueId]) -> Result<bool, EmitError> {
        let count = match &self.kernel[a[1]].expr {
            Expr::Const(c) if (1..c.ty.lanes).all(|lane| c.lane(lane) == c.lane(0)) => c.as_u32(),
            _ => return Ok(false),
        };
        self.push(a[0])?;
        self.code.i32(count);
        self.code.put(match (op, is_signed(scalar)) {
            (Op::Shl, _) => I::I32x4Shl,
            (_, true) => I::I32x4ShrS,
            (_, false) => I::I32x4ShrU,
        });
        Ok(true)
    }

    fn vector_convert(&mut self, from: Scalar, to: Scalar, value: ValueId) -> Result<bool, EmitError> {
        use Scalar::{Bool, F32, I32, U32};
        let instructions: &[I<'_>] = match (from, to) {
            _ if from == to => &[],
            (I32, U32) | (U32, I32) => &[],
            (I32, F32) => &[I::F32x4ConvertI32x4S],
            (U32, F32) => &[I::F32x4ConvertI32x4U],
            (F32, I32) => &[I::I32x4TruncSatF32x4S],
            (F32, U32) => &[I::I32x4TruncSatF32x4U],
            (Bool, I32 | U32) => &[I::I32Const(1), I::I32x4Splat, I::V128And],
            (Bool, F32) => &[I::I32Const(0x3f80_0000), I::I32x4Splat, I::V128And],
            (I32 | U32, Bool) => &[I::I32Const(0), I::I32x4Splat, I::I32x4Ne],
            (F32, Bool) => &[I::I32Const(0), I::I32x4Splat, I::F32x4Ne],
            (Scalar::F16 | Scalar::Bf16, F32) => &[],
            _ => return Ok(false),
        };
        self.push(value)?;
        self.code.put_all(instructions);
        Ok(true)
    }
}

/// The one instruction of an operation that is just that, on vectors of lanes of this type.
fn plain(op: Op, scalar: Scalar) -> Option<I<'static>> {
    match lane_type(scalar) {
        ValType::F32 => plain_f32(op, scalar),
        _ => plain_i32(op, scalar),
    }
}

fn plain_f32(op: Op, scalar: Scalar) -> Option<I<'static>> {
    // These may need rounding to fewer bits.
    let full = scalar == Scalar::F32;
    Some(match op {
        Op::Add if full => I::F32x4Add,
        Op::Sub if full => I::F32x4Sub,
        Op::Mul if full => I::F32x4Mul,
        Op::Div if full => I::F32x4Div,
        Op::Sqrt if full => I::F32x4Sqrt,
        Op::MulAdd if full => I::F32x4RelaxedMadd,
        Op::Neg => I::F32x4Neg,
        Op::Abs => I::F32x4Abs,
        Op::Eq => I::F32x4Eq,
        Op::Ne => I::F32x4Ne,
        Op::Lt => I::F32x4Lt,
        Op::Le => I::F32x4Le,
        Op::Gt => I::F32x4Gt,
        Op::Ge => I::F32x4Ge,
        Op::Floor => I::F32x4Floor,
        Op::Ceil => I::F32x4Ceil,
        Op::Trunc => I::F32x4Trunc,
        Op::Round => I::F32x4Nearest,
        _ => return None,
    })
}

fn plain_i32(op: Op, scalar: Scalar) -> Option<I<'static>> {
    Some(match (op, is_signed(scalar)) {
        (Op::Neg, _) => I::I32x4Neg,
        (Op::Add, _) => I::I32x4Add,
        (Op::Sub, _) => I::I32x4Sub,
        (Op::Mul, _) => I::I32x4Mul,
        (Op::Min, true) => I::I32x4MinS,
        (Op::Min, false) => I::I32x4MinU,
        (Op::Max, true) => I::I32x4MaxS,
        (Op::Max, false) => I::I32x4MaxU,
        (Op::Abs, _) => I::I32x4Abs,
        (Op::And, _) => I::V128And,
        (Op::Or, _) => I::V128Or,
        (Op::Xor, _) => I::V128Xor,
        (Op::Eq, _) => I::I32x4Eq,
        (Op::Ne, _) => I::I32x4Ne,
        (Op::Lt, true) => I::I32x4LtS,
        (Op::Lt, false) => I::I32x4LtU,
        (Op::Le, true) => I::I32x4LeS,
        (Op::Le, false) => I::I32x4LeU,
        (Op::Gt, true) => I::I32x4GtS,
        (Op::Gt, false) => I::I32x4GtU,
        (Op::Ge, true) => I::I32x4GeS,
        (Op::Ge, false) => I::I32x4GeU,
        _ => return None,
    })
}
