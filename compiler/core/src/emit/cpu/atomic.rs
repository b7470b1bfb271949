//! Atomic operations. Shared memory and arrays belong to one worker, so only buffers need atomic instructions.

use super::code::{Code, Label, at};
use super::layout::lane_type;
use super::walk::Emitter;
use crate::emit::{EmitError, EmitErrorKind};
use crate::ir::{AtomicOp, Expr, Place, Scalar, ValueId};
use wasm_encoder::{Instruction as I, MemArg, ValType};

impl Emitter<'_> {
    /// Pushes the old value of an element, and changes it.
    pub(super) fn atomic(&mut self, value: ValueId) -> Result<(), EmitError> {
        let v = &self.kernel[value];
        let Expr::Atomic { op, index, value: operand, expected, access } = &v.expr else { return Ok(()) };
        let place = self.kernel[*access].place;
        if lane_type(v.ty.scalar) != ValType::I32 || v.ty.lanes != 1 {
            return Err(EmitError::new(
                EmitErrorKind::Unsupported,
                self.kernel,
                v.span,
                "the CPU target has atomic operations on u32 and i32 only",
            ));
        }
        let offset = self.push_address(*index, *access)?;
        let address = self.code.local(ValType::I32);
        self.code.set(address);
        let operand = self.operand_of_atomic(*operand)?;
        let expected = self.operand_of_atomic(*expected)?;
        let signed = v.ty.scalar == Scalar::I32;
        let cell = Cell { address, at: at(offset, 4), signed };
        match place {
            Place::Buffer(_) => shared_atomic(&mut self.code, *op, &cell, operand, expected),
            Place::Shared(_) | Place::Slot(_) => own_atomic(&mut self.code, *op, &cell, operand, expected),
        }
        Ok(())
    }

    fn operand_of_atomic(&mut self, value: Option<ValueId>) -> Result<u32, EmitError> {
        let local = self.code.local(ValType::I32);
        if let Some(value) = value {
            self.push(value)?;
            self.code.set(local);
        }
        Ok(local)
    }
}

/// What an atomic operation works on.
struct Cell {
    /// The local that holds the address.
    address: u32,
    at: MemArg,
    signed: bool,
}

/// On memory that other workers see. Pushes the old value.
fn shared_atomic(code: &mut Code, op: AtomicOp, cell: &Cell, operand: u32, expected: u32) {
    code.get(cell.address);
    let at = cell.at;
    let modify = match op {
        AtomicOp::Load => return code.put(I::I32AtomicLoad(at)),
        AtomicOp::Min | AtomicOp::Max => return shared_extreme(code, op, cell, operand),
        AtomicOp::CompareExchange => {
            return code.put_all(&[I::LocalGet(expected), I::LocalGet(operand), I::I32AtomicRmwCmpxchg(at)]);
        }
        AtomicOp::Store | AtomicOp::Exchange => I::I32AtomicRmwXchg(at),
        AtomicOp::Add => I::I32AtomicRmwAdd(at),
        AtomicOp::Sub => I::I32AtomicRmwSub(at),
        AtomicOp::And => I::I32AtomicRmwAnd(at),
        AtomicOp::Or => I::I32AtomicRmwOr(at),
        AtomicOp::Xor => I::I32AtomicRmwXor(at),
    };
    code.put_all(&[I::LocalGet(operand), modify]);
}

/// WebAssembly has no atomic minimum: tries until no other worker came between. The address is on the stack.
fn shared_extreme(code: &mut Code, op: AtomicOp, cell: &Cell, operand: u32) {
    let (old, seen) = (code.local(ValType::I32), code.local(ValType::I32));
    code.put_all(&[I::I32AtomicLoad(cell.at), I::LocalSet(seen)]);
    code.repeat(Label::Plain);
    code.put_all(&[I::LocalGet(cell.address), I::LocalGet(seen), I::LocalTee(old)]);
    extreme(code, op, cell.signed, old, operand);
    code.put_all(&[I::I32AtomicRmwCmpxchg(cell.at), I::LocalTee(seen), I::LocalGet(old), I::I32Ne, I::BrIf(0)]);
    code.end();
    code.get(old);
}

fn extreme(code: &mut Code, op: AtomicOp, signed: bool, a: u32, b: u32) {
    code.put_all(&[I::LocalGet(a), I::LocalGet(b), I::LocalGet(a), I::LocalGet(b)]);
    code.put_all(&[
        match (op, signed) {
            (AtomicOp::Min, true) => I::I32LtS,
            (AtomicOp::Min, false) => I::I32LtU,
            (_, true) => I::I32GtS,
            (_, false) => I::I32GtU,
        },
        I::Select,
    ]);
}

/// On memory that only this worker sees. Pushes the old value.
fn own_atomic(code: &mut Code, op: AtomicOp, cell: &Cell, operand: u32, expected: u32) {
    let old = code.local(ValType::I32);
    code.put_all(&[I::LocalGet(cell.address), I::I32Load(cell.at), I::LocalSet(old)]);
    if op != AtomicOp::Load {
        code.get(cell.address);
        match op {
            AtomicOp::Min | AtomicOp::Max => extreme(code, op, cell.signed, old, operand),
            AtomicOp::CompareExchange => {
                code.put_all(&[I::LocalGet(operand), I::LocalGet(old), I::LocalGet(old), I::LocalGet(expected)]);
                code.put_all(&[I::I32Eq, I::Select]);
            }
            AtomicOp::Store | AtomicOp::Exchange | AtomicOp::Load => code.get(operand),
            AtomicOp::Add => code.put_all(&[I::LocalGet(old), I::LocalGet(operand), I::I32Add]),
            AtomicOp::Sub => code.put_all(&[I::LocalGet(old), I::LocalGet(operand), I::I32Sub]),
            AtomicOp::And => code.put_all(&[I::LocalGet(old), I::LocalGet(operand), I::I32And]),
            AtomicOp::Or => code.put_all(&[I::LocalGet(old), I::LocalGet(operand), I::I32Or]),
            AtomicOp::Xor => code.put_all(&[I::LocalGet(old), I::LocalGet(operand), I::I32Xor]),
        }
        code.put(I::I32Store(cell.at));
    }
    code.get(old);
}
