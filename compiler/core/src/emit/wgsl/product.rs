//! Products, kept apart from sums.
//!
//! Note \[fused\]: WGSL lets a device round `a * b + c` once ("Reassociation and Fusion"), and NVIDIA's compiler for Vulkan does so,
//! where ours means two roundings. So the bits of a product that may meet a sum go through an `^` with
//! zero. No compiler can tell that it is zero: it is whether the launch has the number 0, which none has. (A
//! `select(product, 0, never)` did not keep all of them apart on an H200.)

use super::function::Ex;
use super::interface::Writer;
use crate::emit::EmitError;
use crate::ir::{Expr, Op, Scalar, ValueId};
use naga::BinaryOperator;
use wgpuc_abi::launch::Word;

impl Writer<'_> {
    /// Prepares the zero, where there is such a product. Only for the start.
    pub(super) fn prepare_zero(&mut self) -> Result<(), EmitError> {
        if (0..self.kernel.values.len()).any(|index| self.may_be_fused(ValueId(index as u32))) {
            let launch = self.word(Word::LaunchId)?;
            let [zero, one] = [0, 1].map(|n| self.function.u32(n));
            let never = self.function.binary(BinaryOperator::Equal, launch, zero);
            let hidden = self.function.select(never, one, zero);
            self.function.name(hidden, "zero");
            self.hidden_zero = Some(hidden);
        }
        Ok(())
    }

    /// The product as it is rounded, if it is one that could be fused.
    pub(super) fn rounded(&mut self, id: ValueId, expression: Ex) -> Ex {
        match self.hidden_zero {
            Some(zero) if self.may_be_fused(id) => {
                let zero = self.function.splat(zero, self.kernel[id].ty.lanes);
                let bits = self.function.bitcast(expression, Scalar::U32);
                let bits = self.function.binary(BinaryOperator::ExclusiveOr, bits, zero);
                self.function.bitcast(bits, Scalar::F32)
            }
            _ => expression,
        }
    }

    fn may_be_fused(&self, id: ValueId) -> bool {
        let value = &self.kernel[id];
        // WGSL has no integer of an f16's size.
        let is_float = value.ty.scalar == Scalar::F32;
        is_float && matches!(value.expr, Expr::Op(Op::Mul, _)) && self.uses.used(id) && self.uses.may_be_added(id)
    }
}
