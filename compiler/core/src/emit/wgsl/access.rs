//! Loads, stores and atomic operations on elements of buffers, shared memory and array variables.

use super::function::Ex;
use super::interface::Writer;
use crate::emit::{EmitError, range};
use crate::ir::{AccessId, AtomicOp, Buffer, Check, Const, Kernel, ParamKind, Place, Scalar, Type, ValueId};
use naga::{AtomicFunction, BinaryOperator, Block, Expression, PredeclaredType, Statement};

impl Writer<'_> {
    /// The variable of a place.
    pub(super) fn place(&self, place: Place) -> Result<Ex, EmitError> {
        let known = match place {
            Place::Buffer(id) => self.buffers.get(&id),
            Place::Shared(id) => self.shared.get(&id),
            Place::Slot(id) => self.slots.get(&id),
        };
        known.copied().ok_or_else(|| self.internal(format!("{place:?} does not exist")))
    }

    pub(super) fn load(&mut self, index: ValueId, access: AccessId) -> Result<Ex, EmitError> {
        let place = self.checked(access)?;
        if let Some(elem) = self.split(place) {
            let pointers = self.split_pointers(place, index)?;
            let lanes = pointers.into_iter().map(|p| self.function.load(p)).collect();
            return Ok(self.function.vector(elem, lanes));
        }
        let pointer = self.pointer(place, index)?;
        Ok(self.function.load(pointer))
    }

    pub(super) fn store_element(&mut self, index: ValueId, value: ValueId, access: AccessId) -> Result<(), EmitError> {
        let place = self.checked(access)?;
        let value = self.get(value)?;
        if let Some(elem) = self.split(place) {
            let pointers = self.split_pointers(place, index)?;
            let lanes = self.function.lanes(value, elem.lanes);
            for (pointer, lane) in pointers.into_iter().zip(lanes) {
                self.function.store(pointer, lane);
            }
            return Ok(());
        }
        let pointer = self.pointer(place, index)?;
        self.function.store(pointer, value);
        Ok(())
    }

    pub(super) fn uniform_load(&mut self, index: ValueId, access: AccessId, ty: Type) -> Result<Ex, EmitError> {
        let place = self.checked(access)?;
        if !matches!(place, Place::Shared(_)) {
            return Err(self.internal("a uniform load that is not of shared memory"));
        }
        let pointer = self.pointer(place, index)?;
        let ty = self.function.ty(ty);
        let result = self.function.result(Expression::WorkGroupUniformLoadResult { ty });
        self.function.push(Statement::WorkGroupUniformLoad { pointer, result });
        Ok(result)
    }

    /// The result is the old value, as far as anyone looks at it.
    pub(super) fn atomic(
        &mut self,
        op: AtomicOp,
        index: ValueId,
        value: Option<ValueId>,
        expected: Option<ValueId>,
        access: AccessId,
    ) -> Result<Ex, EmitError> {
        let place = self.checked(access)?;
        let pointer = self.pointer(place, index)?;
        if op == AtomicOp::Load {
            return Ok(self.function.load(pointer));
        }
        let Some(value) = value else { return Err(self.internal(format!("atomic {op:?} without a value"))) };
        let value = self.get(value)?;
        let ty = self.kernel.elem(place);
        let fun = match op {
            AtomicOp::Load | AtomicOp::Store | AtomicOp::Exchange => AtomicFunction::Exchange { compare: None },
            AtomicOp::Add => AtomicFunction::Add,
            AtomicOp::Sub => AtomicFunction::Subtract,
            AtomicOp::Min => AtomicFunction::Min,
            AtomicOp::Max => AtomicFunction::Max,
            AtomicOp::And => AtomicFunction::And,
            AtomicOp::Or => AtomicFunction::InclusiveOr,
            AtomicOp::Xor => AtomicFunction::ExclusiveOr,
            AtomicOp::CompareExchange => {
                let Some(expected) = expected else {
                    return Err(self.internal("atomic compare-exchange without an expected value"));
                };
                let expected = self.get(expected)?;
                return Ok(self.compare_exchange(pointer, expected, value, ty));
            }
        };
        let naga_ty = self.function.ty(ty);
        let result = self.function.result(Expression::AtomicResult { ty: naga_ty, comparison: false });
        self.function.push(Statement::Atomic { pointer, fun, value, result: Some(result) });
        Ok(result)
    }

    /// An atomic store of which nobody wants the old value.
    pub(super) fn atomic_store(&mut self, index: ValueId, value: ValueId, access: AccessId) -> Result<(), EmitError> {
        let place = self.checked(access)?;
        let pointer = self.pointer(place, index)?;
        let value = self.get(value)?;
        self.function.store(pointer, value);
        Ok(())
    }

    /// WGSL's exchange is weak: it may fail for no reason, so it is tried until it has one.
    fn compare_exchange(&mut self, pointer: Ex, expected: Ex, value: Ex, ty: Type) -> Ex {
        let kind = PredeclaredType::AtomicCompareExchangeWeakResult(super::function::scalar(ty.scalar));
        let result_ty = self.function.module.generate_predeclared_type(kind);
        let old_ty = self.function.ty(ty);
        let old = self.function.local("old", old_ty);
        self.function.begin();
        let result = self.function.result(Expression::AtomicResult { ty: result_ty, comparison: true });
        let fun = AtomicFunction::Exchange { compare: Some(expected) };
        self.function.push(Statement::Atomic { pointer, fun, value, result: Some(result) });
        let found = self.function.lane(result, 0);
        let exchanged = self.function.lane(result, 1);
        self.function.store(old, found);
        let differs = self.function.binary(BinaryOperator::NotEqual, found, expected);
        let done = self.function.binary(BinaryOperator::InclusiveOr, exchanged, differs);
        self.function.leave_if(done, Statement::Break);
        let body = self.function.end();
        self.function.push(Statement::Loop { body, continuing: Block::new(), break_if: None });
        let value = self.function.load(old);
        self.function.name(value, "old");
        value
    }

    /// The place of an access, which nobody checks any more.
    fn checked(&self, access: AccessId) -> Result<Place, EmitError> {
        match self.kernel.accesses.get(access.0 as usize) {
            Some(a) if matches!(a.check, Check::Proved(_) | Check::Explicit) => Ok(a.place),
            Some(a) => {
                Err(self.internal(format!("the access to {} is still unchecked", place_name(self.kernel, a.place))))
            }
            None => Err(self.internal(format!("access {} does not exist", access.0))),
        }
    }

    fn pointer(&mut self, place: Place, index: ValueId) -> Result<Ex, EmitError> {
        let base = self.place(place)?;
        let len = match place {
            Place::Buffer(_) => u32::MAX,
            Place::Shared(id) => self.kernel[id].len,
            Place::Slot(id) => self.kernel[id].len.unwrap_or(0),
        };
        match range::known_u32(self.kernel, index) {
            Some(known) if known < len => Ok(self.function.compute(Expression::AccessIndex { base, index: known })),
            // WGSL refuses it even where it is never reached; see Note [opaque]
            Some(known) => {
                let index = self.opaque(Const::u32(known));
                Ok(self.function.compute(Expression::Access { base, index }))
            }
            None => {
                let index = self.get(index)?;
                Ok(self.function.compute(Expression::Access { base, index }))
            }
        }
    }

    /// The element of a buffer that is an array of scalars here, because WGSL pads it.
    fn split(&self, place: Place) -> Option<Type> {
        let Place::Buffer(id) = place else { return None };
        match &self.kernel.params.get(id.0 as usize)?.kind {
            ParamKind::Buffer(Buffer { elem, .. }) if elem.lanes == 3 => Some(*elem),
            _ => None,
        }
    }

    fn split_pointers(&mut self, place: Place, index: ValueId) -> Result<Vec<Ex>, EmitError> {
        let base = self.place(place)?;
        let index = match self.known(index) {
            // the product could pass 32 bits; see Note [opaque]
            Some(known) => self.opaque(known),
            None => self.get(index)?,
        };
        let three = self.function.literal(Scalar::U32, 3);
        let first = self.function.binary(BinaryOperator::Multiply, index, three);
        self.function.name(first, "at");
        let mut pointers = vec![];
        for lane in 0..3 {
            let offset = self.function.u32(lane);
            let index = if lane == 0 { first } else { self.function.binary(BinaryOperator::Add, first, offset) };
            pointers.push(self.function.compute(Expression::Access { base, index }));
        }
        Ok(pointers)
    }
}

/// The source's name of a place.
pub(super) fn place_name(kernel: &Kernel, place: Place) -> &str {
    let name = match place {
        Place::Buffer(id) => kernel.params.get(id.0 as usize).map(|p| &p.name),
        Place::Shared(id) => kernel.shared.get(id.0 as usize).map(|s| &s.name),
        Place::Slot(id) => kernel.slots.get(id.0 as usize).map(|s| &s.name),
    };
    name.map_or("v", String::as_str)
}
