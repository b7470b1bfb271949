//! Conversions of scalars, and bit casts.

use super::code::at;
use super::helper::Helper;
use super::layout::{is_wide, lane_type, locals_of};
use super::scalar::is_signed;
use super::walk::{ARENA, Emitter};
use crate::emit::EmitError;
use crate::ir::{Scalar, Type, ValueId};
use wasm_encoder::{Instruction as I, ValType};

impl Emitter<'_> {
    /// Converts the scalar on the stack.
    pub(super) fn convert(&mut self, from: Scalar, to: Scalar) {
        match (lane_type(from), lane_type(to)) {
            _ if from == to => {}
            _ if to == Scalar::Bool => self.is_not_zero(lane_type(from)),
            (ValType::F32, ValType::F32) => self.float_to_float(to),
            (ValType::F32, _) => self.float_to_int(to),
            (_, ValType::F32) => self.int_to_float(from, to),
            _ => self.int_to_int(from, to),
        }
    }

    fn is_not_zero(&mut self, from: ValType) {
        self.code.put_all(&match from {
            ValType::F32 => [I::F32Const(0.0.into()), I::F32Ne],
            ValType::I64 => [I::I64Const(0), I::I64Ne],
            _ => [I::I32Const(0), I::I32Ne],
        });
    }

    fn helper(&mut self, helper: Helper) {
        let index = self.helpers.index(helper);
        self.code.put(I::Call(index));
    }

    fn float_to_float(&mut self, to: Scalar) {
        match to {
            Scalar::F16 => self.helper(Helper::RoundF16),
            Scalar::Bf16 => self.helper(Helper::RoundBf16),
            _ => {}
        }
    }

    fn float_to_int(&mut self, to: Scalar) {
        match to {
            Scalar::I64 => self.code.put(I::I64TruncSatF32S),
            Scalar::U64 => self.code.put(I::I64TruncSatF32U),
            Scalar::I32 => self.code.put(I::I32TruncSatF32S),
            Scalar::I8 => {
                self.code.put(I::I32TruncSatF32S);
                self.clamp(I::I32Const(127), I::I32LtS);
                self.clamp(I::I32Const(-128), I::I32GtS);
            }
            Scalar::U8 => {
                self.code.put(I::I32TruncSatF32U);
                self.clamp(I::I32Const(255), I::I32LtU);
            }
            _ => self.code.put(I::I32TruncSatF32U),
        }
    }

    /// Replaces the i32 on the stack by a limit, unless `keeps` holds between the two.
    fn clamp(&mut self, limit: I<'static>, keeps: I<'static>) {
        let x = self.code.local(ValType::I32);
        self.code.put_all(&[I::LocalTee(x), limit.clone(), I::LocalGet(x), limit, keeps, I::Select]);
    }

    fn int_to_float(&mut self, from: Scalar, to: Scalar) {
        let signed = is_signed(from);
        let wide = lane_type(from) == ValType::I64;
        if to == Scalar::F32 {
            self.code.put(match (wide, signed) {
                (true, true) => I::F32ConvertI64S,
                (true, false) => I::F32ConvertI64U,
                (false, true) => I::F32ConvertI32S,
                (false, false) => I::F32ConvertI32U,
            });
            return;
        }
        // Exactly to f64, then rounded to odd so that the last rounding is the only one.
        if wide {
            self.fit_f64(signed);
        }
        self.code.put(match (wide, signed) {
            (true, true) => I::F64ConvertI64S,
            (true, false) => I::F64ConvertI64U,
            (false, true) => I::F64ConvertI32S,
            (false, false) => I::F64ConvertI32U,
        });
        self.helper(Helper::OddF32);
        self.float_to_float(to);
    }

    /// Rounds the 64-bit integer on the stack to odd, to 53 bits, where it has more.
    fn fit_f64(&mut self, signed: bool) {
        const LOW: i64 = (1 << 11) - 1;
        let x = self.code.local(ValType::I64);
        self.code.put_all(&[I::LocalTee(x), I::I64Const(!LOW), I::I64And, I::LocalGet(x), I::I64Const(LOW)]);
        self.code.put_all(&[I::I64And, I::I64Const(0), I::I64Ne, I::I64ExtendI32U, I::I64Const(11), I::I64Shl]);
        self.code.put_all(&[I::I64Or, I::LocalGet(x), I::LocalGet(x)]);
        if signed {
            self.code.put_all(&[I::LocalGet(x), I::I64Const(63), I::I64ShrS, I::I64Xor]);
        }
        self.code.put_all(&[I::I64Const(53), I::I64ShrU, I::I64Const(0), I::I64Ne, I::Select]);
    }

    fn int_to_int(&mut self, from: Scalar, to: Scalar) {
        match (lane_type(from), lane_type(to)) {
            (ValType::I32, ValType::I64) => {
                self.code.put(if is_signed(from) { I::I64ExtendI32S } else { I::I64ExtendI32U });
            }
            (ValType::I64, ValType::I32) => self.code.put(I::I32WrapI64),
            _ => {}
        }
        match to {
            Scalar::I8 => self.code.put(I::I32Extend8S),
            Scalar::U8 => self.code.put_all(&[I::I32Const(255), I::I32And]),
            _ => {}
        }
    }

    /// Pushes the same bits as another type that is not wide.
    pub(super) fn bitcast(&mut self, ty: Type, value: ValueId) -> Result<(), EmitError> {
        let from = self.kernel[value].ty;
        let full = |t: Type| t.scalar.bytes() == 4;
        if full(from) && full(ty) && from.lanes == ty.lanes {
            self.push(value)?;
            match (locals_of(from).0, locals_of(ty).0) {
                (ValType::I32, ValType::F32) => self.code.put(I::F32ReinterpretI32),
                (ValType::F32, ValType::I32) => self.code.put(I::I32ReinterpretF32),
                _ => {}
            }
            return Ok(());
        }
        if locals_of(from) == (ValType::I64, 1) && locals_of(ty) == (ValType::I64, 1) {
            return self.push(value);
        }
        self.store_in_scratch(value)?;
        self.code.get(ARENA);
        self.load_narrow(ty, self.layout.scratch);
        Ok(())
    }

    /// Puts the same bits as a wide type into the locals from `local` on.
    pub(super) fn bitcast_to_wide(&mut self, ty: Type, value: ValueId, local: u32) -> Result<(), EmitError> {
        if is_wide(self.kernel[value].ty) {
            return self.assign(local, value);
        }
        self.store_in_scratch(value)?;
        for lane in 0..u32::from(ty.lanes) {
            self.code.put_all(&[I::LocalGet(ARENA), I::I64Load(at(self.layout.scratch + lane * 8, 8))]);
            self.code.set(local + lane);
        }
        Ok(())
    }

    fn store_in_scratch(&mut self, value: ValueId) -> Result<(), EmitError> {
        self.store_at(ARENA, self.layout.scratch, value)
    }
}
