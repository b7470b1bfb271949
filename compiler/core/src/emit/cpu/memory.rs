//! Loads and stores of elements, and addresses.

use super::code::at;
use super::helper::Helper;
use super::layout::{LOWEST_ADDRESS, lane_type};
use super::walk::{ARENA, Emitter};
use crate::emit::EmitError;
use crate::ir::{AccessId, Check, Expr, Op, Place, Scalar, SlotId, Type, ValueId};
use wasm_encoder::{Instruction as I, ValType};

impl Emitter<'_> {
    /// Pushes an element that is not wide.
    pub(super) fn load(&mut self, ty: Type, index: ValueId, access: AccessId) -> Result<(), EmitError> {
        if let Some(local) = self.element_local(index, access) {
            self.code.get(local);
            return Ok(());
        }
        let offset = self.push_address(index, access)?;
        self.load_narrow(ty, offset);
        Ok(())
    }

    /// Loads a wide element into the locals from `local` on.
    pub(super) fn load_wide(
        &mut self,
        ty: Type,
        index: ValueId,
        access: AccessId,
        local: u32,
    ) -> Result<(), EmitError> {
        let lanes = u32::from(ty.lanes);
        if let Some(from) = self.element_local(index, access) {
            for lane in 0..lanes {
                self.code.put_all(&[I::LocalGet(from + lane), I::LocalSet(local + lane)]);
            }
            return Ok(());
        }
        let offset = self.push_address(index, access)?;
        let address = self.code.local(ValType::I32);
        self.code.set(address);
        for lane in 0..lanes {
            self.code.put_all(&[I::LocalGet(address), I::I64Load(at(offset + lane * 8, 8)), I::LocalSet(local + lane)]);
        }
        Ok(())
    }

    /// Stores an element.
    pub(super) fn store(&mut self, index: ValueId, value: ValueId, access: AccessId) -> Result<(), EmitError> {
        if let Some(local) = self.element_local(index, access) {
            return self.assign(local, value);
        }
        let ty = self.kernel.elem(self.kernel[access].place);
        let offset = self.push_address(index, access)?;
        if let Some(instruction) = one_store(ty, offset) {
            self.push(value)?;
            self.prepare_store(ty.scalar);
            self.code.put(instruction);
            return Ok(());
        }
        let address = self.code.local(ValType::I32);
        self.code.set(address);
        self.store_at(address, offset, value)
    }

    /// Takes an address from the stack and pushes what lies there, in its storage format. Not for wide types.
    pub(super) fn load_narrow(&mut self, ty: Type, offset: u32) {
        if ty.lanes == 1 {
            return self.load_scalar(ty.scalar, offset);
        }
        let lane_bytes = ty.scalar.bytes();
        if (lane_bytes, ty.lanes) == (4, 4) {
            return self.code.put(I::V128Load(at(offset, 16)));
        }
        if (lane_bytes, ty.lanes) == (4, 2) {
            return self.code.put(I::V128Load64Zero(at(offset, 8)));
        }
        let address = self.code.local(ValType::I32);
        self.code.set(address);
        if lane_bytes == 4 {
            let third = I::V128Load32Lane { memarg: at(offset + 8, 4), lane: 2 };
            self.code.put_all(&[I::LocalGet(address), I::LocalGet(address), I::V128Load64Zero(at(offset, 4)), third]);
            return;
        }
        let float = lane_type(ty.scalar) == ValType::F32;
        for lane in 0..ty.lanes {
            self.code.get(address);
            self.load_scalar(ty.scalar, offset + u32::from(lane) * lane_bytes);
            self.code.put(match (lane, float) {
                (0, true) => I::F32x4Splat,
                (0, false) => I::I32x4Splat,
                (_, true) => I::F32x4ReplaceLane(lane),
                (_, false) => I::I32x4ReplaceLane(lane),
            });
        }
    }

    /// Takes an address from the stack and pushes the scalar that lies there.
    pub(super) fn load_scalar(&mut self, scalar: Scalar, offset: u32) {
        match scalar {
            Scalar::Bool | Scalar::I32 | Scalar::U32 => self.code.put(I::I32Load(at(offset, 4))),
            Scalar::I8 => self.code.put(I::I32Load8S(at(offset, 1))),
            Scalar::U8 => self.code.put(I::I32Load8U(at(offset, 1))),
            Scalar::I64 | Scalar::U64 => self.code.put(I::I64Load(at(offset, 4))),
            Scalar::F32 => self.code.put(I::F32Load(at(offset, 4))),
            Scalar::Bf16 => {
                self.code.put_all(&[I::I32Load16U(at(offset, 2)), I::I32Const(16), I::I32Shl, I::F32ReinterpretI32]);
            }
            Scalar::F16 => {
                let unpack = self.helpers.index(Helper::UnpackF16);
                self.code.put_all(&[I::I32Load16U(at(offset, 2)), I::Call(unpack)]);
            }
        }
    }

    /// Stores a value at an offset from the address in a local, in its storage format.
    pub(super) fn store_at(&mut self, address: u32, offset: u32, value: ValueId) -> Result<(), EmitError> {
        let ty = self.kernel[value].ty;
        if let Some(instruction) = one_store(ty, offset) {
            self.code.get(address);
            self.push(value)?;
            self.prepare_store(ty.scalar);
            self.code.put(instruction);
            return Ok(());
        }
        self.pin(value)?;
        if ty.scalar.bytes() == 4 {
            self.code.get(address);
            self.push(value)?;
            self.code.put(I::V128Store64Lane { memarg: at(offset, 4), lane: 0 });
            if ty.lanes == 3 {
                self.code.get(address);
                self.push(value)?;
                self.code.put(I::V128Store32Lane { memarg: at(offset + 8, 4), lane: 2 });
            }
            return Ok(());
        }
        for lane in 0..ty.lanes {
            self.code.get(address);
            self.push_lane(value, lane)?;
            self.prepare_store(ty.scalar);
            self.code.put(store_scalar(ty.scalar, offset + u32::from(lane) * ty.scalar.bytes()));
        }
        Ok(())
    }

    /// Turns the scalar on the stack into what its store instruction takes.
    fn prepare_store(&mut self, scalar: Scalar) {
        match scalar {
            Scalar::Bf16 => self.code.put_all(&[I::I32ReinterpretF32, I::I32Const(16), I::I32ShrU]),
            Scalar::F16 => {
                let pack = self.helpers.index(Helper::PackF16);
                self.code.put(I::Call(pack));
            }
            _ => {}
        }
    }

    /// The local that holds an element of an array slot, where the array lives in locals.
    fn element_local(&mut self, index: ValueId, access: AccessId) -> Option<u32> {
        match (self.kernel[access].place, &self.kernel[index].expr) {
            (Place::Slot(slot), Expr::Const(at)) if self.live.promoted.contains(&slot) => {
                Some(self.slot_local(slot, at.as_u32()))
            }
            _ => None,
        }
    }

    /// Pushes an element's address, less the offset that it returns.
    ///
    /// A constant that is added to the index moves into the offset. If the rest wraps below zero, `base + rest`
    /// still does not, as long as the constant is within [`LOWEST_ADDRESS`], for the whole is a valid address.
    pub(super) fn push_address(&mut self, index: ValueId, access: AccessId) -> Result<u32, EmitError> {
        let a = &self.kernel[access];
        if !matches!(a.check, Check::Proved(_) | Check::Explicit) {
            let message = "this access is neither proved nor checked: the CPU target must run after the bounds pass";
            return Err(EmitError::internal_at(self.kernel, a.span, message));
        }
        let (base, offset) = self.base(a.place, access)?;
        let bytes = self.kernel.elem(a.place).bytes();
        let (rest, constant) = self.split_index(index, bytes);
        self.code.get(base);
        if let Some(rest) = rest {
            self.push(rest)?;
            if bytes.is_power_of_two() {
                self.code.put_all(&[I::I32Const(bytes.trailing_zeros().cast_signed()), I::I32Shl, I::I32Add]);
            } else {
                self.code.put_all(&[I::I32Const(bytes.cast_signed()), I::I32Mul, I::I32Add]);
            }
        }
        Ok(offset + constant * bytes)
    }

    /// A place's address: a local, and an offset from it.
    fn base(&self, place: Place, access: AccessId) -> Result<(u32, u32), EmitError> {
        let missing =
            || EmitError::internal_at(self.kernel, self.kernel[access].span, "this has no place on the CPU target");
        Ok(match place {
            Place::Buffer(param) => (self.buffer_locals[param.0 as usize].ok_or_else(missing)?, 0),
            Place::Shared(shared) => (ARENA, self.layout.shared[shared.0 as usize]),
            Place::Slot(slot) => match self.array(slot) {
                Some(place) => place,
                None => return Err(missing()),
            },
        })
    }

    fn array(&self, slot: SlotId) -> Option<(u32, u32)> {
        let in_frame = self.layout.frame_arrays.get(&slot).map(|offset| (self.places.frame, *offset));
        in_frame.or_else(|| self.layout.arrays.get(&slot).map(|offset| (ARENA, *offset)))
    }

    /// An index as a value and a constant that fits an offset.
    fn split_index(&self, index: ValueId, bytes: u32) -> (Option<ValueId>, u32) {
        let fits = |value: ValueId| match &self.kernel[value].expr {
            Expr::Const(c) if u64::from(c.as_u32()) * u64::from(bytes) <= u64::from(LOWEST_ADDRESS) => Some(c.as_u32()),
            _ => None,
        };
        if let Some(constant) = fits(index) {
            return (None, constant);
        }
        match &self.kernel[index].expr {
            Expr::Op(Op::Add, operands) if self.inlined[index.0 as usize] => {
                match (fits(operands[0]), fits(operands[1])) {
                    (_, Some(constant)) => (Some(operands[0]), constant),
                    (Some(constant), _) => (Some(operands[1]), constant),
                    _ => (Some(index), 0),
                }
            }
            _ => (Some(index), 0),
        }
    }
}

/// The store of a type that takes one instruction.
fn one_store(ty: Type, offset: u32) -> Option<I<'static>> {
    match (ty.scalar.bytes(), ty.lanes) {
        (_, 1) => Some(store_scalar(ty.scalar, offset)),
        (4, 4) => Some(I::V128Store(at(offset, 16))),
        _ => None,
    }
}

fn store_scalar(scalar: Scalar, offset: u32) -> I<'static> {
    match scalar {
        Scalar::Bool | Scalar::I32 | Scalar::U32 => I::I32Store(at(offset, 4)),
        Scalar::I8 | Scalar::U8 => I::I32Store8(at(offset, 1)),
        Scalar::F16 | Scalar::Bf16 => I::I32Store16(at(offset, 2)),
        Scalar::I64 | Scalar::U64 => I::I64Store(at(offset, 8)),
        Scalar::F32 => I::F32Store(at(offset, 4)),
    }
}
