//! What computes a value: constants, builtins, composition, and the way to the operations.

use super::layout::{is_wide, lane_type, locals_of};
use super::live::{is_free, is_per_invocation, is_pure};
use super::walk::{ARENA, Emitter};
use crate::emit::{EmitError, EmitErrorKind};
use crate::ir::{Builtin, Const, Expr, Op, Scalar, ScalarConst, Type, ValueId};
use wasm_encoder::{Instruction as I, ValType};

/// An operand that can be pushed any number of times: see [`Emitter::pin`].
#[derive(Clone, Copy, Debug)]
pub(super) enum Src {
    /// A scalar value.
    Value(ValueId),
    /// One lane of a vector value.
    Lane(ValueId, u8),
}

impl Emitter<'_> {
    /// Computes a value into its local, where it is not computed at its use.
    pub(super) fn define(&mut self, value: ValueId) -> Result<(), EmitError> {
        let v = &self.kernel[value];
        let unused = self.uses[value.0 as usize] == 0 && (is_pure(&v.expr) || matches!(v.expr, Expr::Load { .. }));
        if is_free(&v.expr) || unused || self.inlined[value.0 as usize] {
            return Ok(());
        }
        let local = self.value_local(value);
        if is_wide(v.ty) {
            return self.define_wide(value, local);
        }
        self.compute(value)?;
        self.code.set(local);
        Ok(())
    }

    /// Pushes a value that is not wide.
    pub(super) fn push(&mut self, value: ValueId) -> Result<(), EmitError> {
        let v = &self.kernel[value];
        match &v.expr {
            Expr::Const(constant) => self.push_const(*constant),
            Expr::Param(param) | Expr::Len(param) => match self.param_locals[param.0 as usize] {
                Some(local) => self.code.get(local),
                None => {
                    return Err(EmitError::internal_at(
                        self.kernel,
                        v.span,
                        "this parameter was not prepared for the CPU target",
                    ));
                }
            },
            Expr::Builtin(builtin) => self.push_builtin(value, *builtin)?,
            _ if !self.in_leaf && !self.split.uniform_values[value.0 as usize] => self.push_of_first(value),
            _ if self.inlined[value.0 as usize] => self.compute(value)?,
            _ => {
                let local = self.value_local(value);
                self.code.get(local);
            }
        }
        Ok(())
    }

    /// Pushes one lane of a vector, or a scalar.
    pub(super) fn push_lane(&mut self, value: ValueId, lane: u8) -> Result<(), EmitError> {
        let v = &self.kernel[value];
        if let Expr::Const(constant) = v.expr {
            self.push_scalar_const(constant.lane(lane));
            return Ok(());
        }
        if v.ty.lanes == 1 {
            return self.push(value);
        }
        if is_wide(v.ty) {
            let local = self.value_local(value);
            self.code.get(local + u32::from(lane));
            return Ok(());
        }
        self.push(value)?;
        self.extract(v.ty.scalar, lane);
        Ok(())
    }

    pub(super) fn push_src(&mut self, src: Src) -> Result<(), EmitError> {
        match src {
            Src::Value(value) => self.push(value),
            Src::Lane(value, lane) => self.push_lane(value, lane),
        }
    }

    /// Makes sure that pushing a value again costs nothing.
    pub(super) fn pin(&mut self, value: ValueId) -> Result<(), EmitError> {
        if self.inlined[value.0 as usize] {
            self.compute(value)?;
            self.inlined[value.0 as usize] = false;
            let local = self.value_local(value);
            self.code.set(local);
        }
        Ok(())
    }

    /// Takes a lane from the vector on the stack.
    pub(super) fn extract(&mut self, scalar: Scalar, lane: u8) {
        match lane_type(scalar) {
            ValType::F32 => self.code.put(I::F32x4ExtractLane(lane)),
            _ => self.code.put(I::I32x4ExtractLane(lane)),
        }
        if scalar == Scalar::Bool {
            self.code.put_all(&[I::I32Const(1), I::I32And]);
        }
    }

    /// Builds a vector, which is not wide, from what pushes its lanes.
    pub(super) fn build_vector(
        &mut self,
        ty: Type,
        mut push: impl FnMut(&mut Self, u8) -> Result<(), EmitError>,
    ) -> Result<(), EmitError> {
        let float = lane_type(ty.scalar) == ValType::F32;
        for lane in 0..ty.lanes {
            // A lane of a vector of bools is all ones or all zeros.
            if ty.scalar == Scalar::Bool {
                self.code.i32(0);
            }
            push(self, lane)?;
            if ty.scalar == Scalar::Bool {
                self.code.put(I::I32Sub);
            }
            self.code.put(match (lane, float) {
                (0, true) => I::F32x4Splat,
                (0, false) => I::I32x4Splat,
                (_, true) => I::F32x4ReplaceLane(lane),
                (_, false) => I::I32x4ReplaceLane(lane),
            });
        }
        Ok(())
    }

    /// Pushes what a value's expression gives. Not for wide values.
    fn compute(&mut self, value: ValueId) -> Result<(), EmitError> {
        let v = &self.kernel[value];
        match &v.expr {
            Expr::Const(_) | Expr::Param(_) | Expr::Len(_) | Expr::Builtin(_) => self.push(value),
            Expr::Op(op, operands) => self.operation(*op, value, operands),
            Expr::Compose(lanes) => self.compose(v.ty, lanes),
            Expr::Extract(vector, lane) => self.push_lane(*vector, *lane),
            Expr::Slot(slot) => {
                let local = self.slot_local(*slot, 0);
                self.code.get(local);
                Ok(())
            }
            Expr::Load { index, access } | Expr::UniformLoad { index, access } => self.load(v.ty, *index, *access),
            Expr::Atomic { .. } => self.atomic(value),
            Expr::Subgroup(..) => {
                Err(EmitError::new(EmitErrorKind::Unsupported, self.kernel, v.span, "the CPU target has no subgroups"))
            }
            Expr::LoopVar => Ok(()),
        }
    }

    /// Computes a vector of 64-bit lanes into the locals from `local` on.
    fn define_wide(&mut self, value: ValueId, local: u32) -> Result<(), EmitError> {
        let v = &self.kernel[value];
        match &v.expr {
            Expr::Load { index, access } | Expr::UniformLoad { index, access } => {
                return self.load_wide(v.ty, *index, *access, local);
            }
            Expr::Op(Op::Bitcast, operands) => return self.bitcast_to_wide(v.ty, operands[0], local),
            _ => {}
        }
        if let Expr::Op(_, operands) = &v.expr {
            for operand in operands {
                self.pin(*operand)?;
            }
        }
        for lane in 0..v.ty.lanes {
            match &v.expr {
                Expr::Op(op, operands) => self.lane_of(*op, v.ty, operands, lane)?,
                Expr::Compose(lanes) => self.push(lanes[usize::from(lane)])?,
                Expr::Slot(slot) => {
                    let from = self.slot_local(*slot, 0);
                    self.code.get(from + u32::from(lane));
                }
                _ => {
                    return Err(EmitError::internal_at(
                        self.kernel,
                        v.span,
                        "this cannot give a vector of 64-bit numbers",
                    ));
                }
            }
            self.code.set(local + u32::from(lane));
        }
        Ok(())
    }

    /// Pushes the result of a pure operation.
    fn operation(&mut self, op: Op, value: ValueId, operands: &[ValueId]) -> Result<(), EmitError> {
        let ty = self.kernel[value].ty;
        let first = self.kernel[operands[0]].ty;
        if op == Op::Bitcast {
            return self.bitcast(ty, operands[0]);
        }
        if ty.lanes == 1 {
            let sources: Vec<Src> = operands.iter().map(|v| Src::Value(*v)).collect();
            return self.scalar_op(op, first.scalar, ty.scalar, &sources);
        }
        if self.vector_op(op, ty, operands)? {
            return Ok(());
        }
        for operand in operands {
            self.pin(*operand)?;
        }
        self.build_vector(ty, |e, lane| e.lane_of(op, ty, operands, lane))
    }

    /// Pushes one lane of the result of an operation, whose operands are pinned.
    fn lane_of(&mut self, op: Op, ty: Type, operands: &[ValueId], lane: u8) -> Result<(), EmitError> {
        let source = |v: &ValueId| if self.kernel[*v].ty.lanes == 1 { Src::Value(*v) } else { Src::Lane(*v, lane) };
        let sources: Vec<Src> = operands.iter().map(source).collect();
        self.scalar_op(op, self.kernel[operands[0]].ty.scalar, ty.scalar, &sources)
    }

    fn compose(&mut self, ty: Type, lanes: &[ValueId]) -> Result<(), EmitError> {
        let [first, rest @ ..] = lanes else { return Ok(()) };
        if ty.scalar != Scalar::Bool && rest.iter().all(|v| v == first) {
            self.push(*first)?;
            let float = lane_type(ty.scalar) == ValType::F32;
            self.code.put(if float { I::F32x4Splat } else { I::I32x4Splat });
            return Ok(());
        }
        self.build_vector(ty, |e, lane| e.push(lanes[usize::from(lane)]))
    }

    /// Outside of leaves, what is not known to be uniform is asked of the first invocation.
    fn push_of_first(&mut self, value: ValueId) {
        let (ty, _) = locals_of(self.kernel[value].ty);
        self.code.get(ARENA);
        self.load_first(ty, value);
    }

    fn push_builtin(&mut self, value: ValueId, builtin: Builtin) -> Result<(), EmitError> {
        if !self.in_leaf && is_per_invocation(builtin) {
            self.code.i32(0);
            return Ok(());
        }
        let axis = |a: u8| usize::from(a.min(2));
        let local = match builtin {
            Builtin::LocalId(a) => self.places.local[axis(a)],
            Builtin::LocalIndex => self.places.index,
            Builtin::WorkgroupId(a) if self.kernel.grid_1d && a > 0 => {
                self.code.i32(0);
                return Ok(());
            }
            Builtin::WorkgroupId(a) => self.places.groups[axis(a)],
            Builtin::NumWorkgroups(a) => self.places.grid[axis(a)],
            Builtin::SubgroupSize | Builtin::SubgroupLane => {
                return Err(EmitError::new(
                    EmitErrorKind::Unsupported,
                    self.kernel,
                    self.kernel[value].span,
                    "the CPU target has no subgroups",
                ));
            }
        };
        self.code.get(local);
        Ok(())
    }

    fn push_const(&mut self, constant: Const) {
        if constant.ty.lanes == 1 {
            return self.push_scalar_const(constant.lane(0));
        }
        let mut bits: u128 = 0;
        for lane in 0..4 {
            let scalar = constant.lane(lane);
            let lane_bits = match scalar.scalar {
                Scalar::Bool => (scalar.bits as u32).wrapping_neg(),
                Scalar::F16 | Scalar::Bf16 => held_float(scalar).to_bits(),
                Scalar::I8 => i32::from(scalar.bits as u8 as i8).cast_unsigned(),
                _ => scalar.bits as u32,
            };
            bits |= u128::from(lane_bits) << (32 * u32::from(lane));
        }
        self.code.put(I::V128Const(bits.cast_signed()));
    }

    fn push_scalar_const(&mut self, constant: ScalarConst) {
        let bits = constant.bits;
        self.code.put(match constant.scalar {
            Scalar::I64 | Scalar::U64 => I::I64Const(bits.cast_signed()),
            Scalar::F32 | Scalar::F16 | Scalar::Bf16 => I::F32Const(held_float(constant).into()),
            Scalar::I8 => I::I32Const(i32::from(bits as u8 as i8)),
            Scalar::Bool | Scalar::U8 | Scalar::I32 | Scalar::U32 => I::I32Const((bits as u32).cast_signed()),
        });
    }
}

/// The f32 in which a float of 32 bits or fewer is held.
fn held_float(constant: ScalarConst) -> f32 {
    let bits = constant.bits as u32;
    match constant.scalar {
        Scalar::Bf16 => f32::from_bits(bits << 16),
        Scalar::F16 => {
            let magnitude = f32::from_bits((bits & 0x7fff) << 13) * f32::from_bits((127 + 112) << 23);
            let special = if bits & 0x7c00 == 0x7c00 { 0x7f80_0000 } else { 0 };
            f32::from_bits(magnitude.to_bits() | special | (bits & 0x8000) << 16)
        }
        _ => f32::from_bits(bits),
    }
}
