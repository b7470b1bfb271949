//! Values that a device's compiler must compute as they are written.
//!
//! Note \[apart\]: WGSL lets a device round `a * b + c` once, and reorder sums and products ("Reassociation and Fusion").
//! NVIDIA's compiler for Vulkan does the one; Mesa's and SwiftShader's make `x + 1.3` of `x + 0.7 + 0.6`, and `x` of
//! `(x + c) - c`. Ours rounds every operation. So the bits of a value that one of them may take apart go through
//! an `^` with zero. No compiler can tell that it is zero: it is whether the launch has the number 0, which none has.
//! (A `select(product, 0, never)` did not keep all of them apart on an H200.)
//!
//! That costs an instruction, so it is done where there is something to gain for them: a product that may meet a sum, and
//! an operand that has a constant, or a value, in common with its neighbour.

use super::function::Ex;
use super::interface::Writer;
use super::uses::Uses;
use crate::emit::EmitError;
use crate::ir::{Expr, Kernel, Op, Scalar, ValueId};
use naga::BinaryOperator;
use wgpuc_abi::launch::Word;

/// How many values of an expression are looked at: compilers look no further.
const FAR: usize = 16;

/// Which values are kept apart from what is computed of them.
pub(super) fn apart(kernel: &Kernel, uses: &Uses) -> Vec<bool> {
    let mut apart = vec![false; kernel.values.len()];
    for (index, value) in kernel.values.iter().enumerate() {
        let Expr::Op(op, operands) = &value.expr else { continue };
        let id = ValueId(index as u32);
        // WGSL has no integer of an f16's size.
        if value.ty.scalar != Scalar::F32 || !uses.used(id) {
            continue;
        }
        apart[index] |= *op == Op::Mul && uses.may_be_added(id);
        if let (Op::Sub, [a, _]) = (op, &operands[..])
            && is_zero(kernel, *a)
        {
            // Not a negation: that makes -0 of 0.
            apart[a.0 as usize] = true;
        }
        if let (Some(kind), [a, b]) = (Kind::of(*op), &operands[..]) {
            for (inner, other) in [(*a, *b), (*b, *a)] {
                if let Some(place) = apart.get_mut(inner.0 as usize) {
                    *place |= inner != other && may_be_regrouped(kernel, kind, inner, other);
                }
            }
        }
    }
    apart
}

fn is_zero(kernel: &Kernel, id: ValueId) -> bool {
    matches!(&kernel[id].expr, Expr::Const(known) if known.lanes == [0; 4])
}

/// What may be reordered among itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sum,
    Product,
}

impl Kind {
    fn of(op: Op) -> Option<Self> {
        match op {
            Op::Add | Op::Sub => Some(Self::Sum),
            Op::Mul | Op::Div => Some(Self::Product),
            _ => None,
        }
    }
}

/// Whether a compiler could gain by taking `inner` apart, where it meets `other` in a sum or a product: `(x + 1) + 2`,
/// `(x + y) - x`, `(x + 1) * 2`.
fn may_be_regrouped(kernel: &Kernel, outer: Kind, inner: ValueId, other: ValueId) -> bool {
    let Expr::Op(op, _) = kernel[inner].expr else { return false };
    let Some(kind) = Kind::of(op) else { return false };
    let (parts, others) = (Parts::of(kernel, kind, inner), Parts::of(kernel, outer, other));
    let cancels = kind == outer && parts.values.iter().any(|value| others.values.contains(value));
    cancels || (parts.constant && others.constant && (kind == outer || kind == Kind::Sum))
}

/// The terms of a sum, or the factors of a product.
#[derive(Default)]
struct Parts {
    constant: bool,
    values: Vec<ValueId>,
}

impl Parts {
    fn of(kernel: &Kernel, kind: Kind, root: ValueId) -> Self {
        let mut parts = Self::default();
        let mut left = vec![root];
        for _ in 0..FAR {
            let Some(id) = left.pop() else { break };
            match &kernel[id].expr {
                Expr::Const(_) => parts.constant = true,
                Expr::Op(op, operands) if Kind::of(*op) == Some(kind) || *op == Op::Neg => {
                    parts.values.push(id);
                    left.extend(operands.iter().copied());
                }
                _ => parts.values.push(id),
            }
        }
        parts
    }
}

impl Writer<'_> {
    /// Prepares the zero, where something is kept apart. Only for the start.
    pub(super) fn prepare_zero(&mut self) -> Result<(), EmitError> {
        if self.apart.contains(&true) {
            let launch = self.word(Word::LaunchId)?;
            let [zero, one] = [0, 1].map(|n| self.function.u32(n));
            let never = self.function.binary(BinaryOperator::Equal, launch, zero);
            let hidden = self.function.select(never, one, zero);
            self.function.name(hidden, "zero");
            self.hidden_zero = Some(hidden);
        }
        Ok(())
    }

    /// The value as it is rounded, if it is one that could be computed otherwise. See Note \[apart\].
    pub(super) fn rounded(&mut self, id: ValueId, expression: Ex) -> Ex {
        match self.hidden_zero {
            Some(zero) if self.apart.get(id.0 as usize) == Some(&true) => {
                let zero = self.function.splat(zero, self.kernel[id].ty.lanes);
                let bits = self.function.bitcast(expression, Scalar::U32);
                let bits = self.function.binary(BinaryOperator::ExclusiveOr, bits, zero);
                self.function.bitcast(bits, Scalar::F32)
            }
            _ => expression,
        }
    }
}
