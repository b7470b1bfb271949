//! Writes buffers of `u8`, `i8` and `bf16` as buffers of u32 words, for targets that have no such elements; those of
//! `f16` too, where a kernel has no feature for it and does not compute with it.
//!
//! In: a kernel whose checks are explicit or proved, without asynchronous copies and views; out: one with the same
//! meaning and none of those types, but in a scalar parameter. Lengths still count the source's items
//! ([`crate::ir::Buffer::packed`]).
//!
//! Values are held as their bits in the low part of a u32, or sign-extended in an i32. A buffer whose elements are
//! smaller than a word and that may be written is atomic, so that stores to neighbours in one word do not disturb each
//! other:
//!
//! ```text
//! store x[i] = v      atomic_and(x[i / 4], !(0xff << shift)); atomic_or(x[i / 4], v << shift)
//! v = load x[i]       v = (x[i / 4] >> shift) & 0xff            where shift = (i % 4) * 8
//! ```

mod convert;
mod half;
mod memory;
#[cfg(test)]
mod tests;
mod write;

use crate::ir::{
    Block, Expr, Feature, Kernel, Op, ParamKind, Place, Scalar, Stmt, StmtKind, SubgroupOp, Type, ValueId,
};
use crate::source::Span;

/// Lowers every narrow element of a kernel; tells whether there was any.
pub fn run(kernel: &mut Kernel) -> bool {
    let narrow = Narrow::of(kernel);
    // What a launch passes as a scalar is the source's, and no source passes these.
    let is_passed = |kind: &ParamKind| matches!(kind, ParamKind::Scalar(scalar) if narrow.holds(*scalar));
    if !narrow.is_in(kernel) || kernel.params.iter().any(|param| is_passed(&param.kind)) {
        return false;
    }
    let old = kernel.clone();
    memory::declare(kernel, narrow);
    let mut body = std::mem::take(&mut kernel.body);
    let renamed = (0..old.values.len() as u32).map(ValueId).collect();
    Lower { kernel, old: &old, narrow, renamed, span: old.span, out: vec![] }.block(&mut body);
    kernel.body = body;
    true
}

/// Which types are taken apart.
#[derive(Clone, Copy)]
struct Narrow {
    f16: bool,
}

impl Narrow {
    fn of(kernel: &Kernel) -> Self {
        let has = kernel.features.contains(&Feature::F16);
        Self { f16: !has && !computes_with_f16(kernel) }
    }

    fn holds(self, scalar: Scalar) -> bool {
        matches!(scalar, Scalar::U8 | Scalar::I8 | Scalar::Bf16) || self.f16 && scalar == Scalar::F16
    }

    /// What a value is held as.
    fn held(self, ty: Type) -> Type {
        match ty.scalar {
            Scalar::I8 => Type { scalar: Scalar::I32, ..ty },
            scalar if self.holds(scalar) => Type { scalar: Scalar::U32, ..ty },
            _ => ty,
        }
    }

    fn is_in(self, kernel: &Kernel) -> bool {
        let buffers = kernel.params.iter().filter_map(|param| match &param.kind {
            ParamKind::Buffer(buffer) => Some(buffer.elem),
            ParamKind::Scalar(_) => None,
        });
        let shared = kernel.shared.iter().map(|s| s.elem);
        let mut types = buffers.chain(shared).chain(kernel.slots.iter().map(|s| s.ty));
        types.any(|ty| self.holds(ty.scalar)) || kernel.values.iter().any(|v| self.holds(v.ty.scalar))
    }
}

/// Whether `f16` is more than loaded, stored, converted and moved.
fn computes_with_f16(kernel: &Kernel) -> bool {
    let is_f16 = |id: &ValueId| kernel[*id].ty.scalar == Scalar::F16;
    kernel.values.iter().any(|value| match &value.expr {
        Expr::Op(Op::Convert | Op::Bitcast | Op::Select | Op::Eq | Op::Ne, _) => false,
        Expr::Subgroup(op, operands) => is_arithmetic(*op) && operands.iter().any(is_f16),
        Expr::Op(_, operands) => operands.iter().any(is_f16),
        _ => false,
    })
}

const fn is_arithmetic(op: SubgroupOp) -> bool {
    use SubgroupOp::{Add, ExclusiveAdd, InclusiveAdd, Max, Min};
    matches!(op, Add | Min | Max | ExclusiveAdd | InclusiveAdd)
}

/// A kernel being rewritten.
struct Lower<'a> {
    /// With all declarations and types as they will be.
    kernel: &'a mut Kernel,
    /// As it was.
    old: &'a Kernel,
    narrow: Narrow,
    /// By value of `old`: what has taken its place.
    renamed: Vec<ValueId>,
    span: Span,
    out: Block,
}

impl Lower<'_> {
    fn block(&mut self, statements: &mut Block) {
        let outer = std::mem::take(&mut self.out);
        for mut stmt in std::mem::take(statements) {
            stmt.kind.map_operands(|id| self.now(id));
            stmt.kind.blocks_mut().for_each(|nested| self.block(nested));
            self.span = stmt.span;
            self.statement(stmt);
        }
        *statements = std::mem::replace(&mut self.out, outer);
    }

    fn statement(&mut self, stmt: Stmt) {
        match stmt.kind {
            StmtKind::Def(id) => self.definition(id),
            StmtKind::Store { index, value, access } => match self.narrow_buffer(access) {
                Some(elem) => self.store(index, value, access, elem),
                None => self.out.push(stmt),
            },
            _ => self.out.push(stmt),
        }
    }

    fn definition(&mut self, id: ValueId) {
        let mut expr = self.old[id].expr.clone();
        let types: Vec<Type> = operand_types(self.old, &expr);
        expr.map_operands(|operand| self.now(operand));
        let ty = self.old[id].ty;
        let now = match (&expr, types.first()) {
            (Expr::Const(constant), _) if self.narrow.holds(ty.scalar) => self.constant(*constant),
            (Expr::Load { index, access }, _) => match self.narrow_buffer(*access) {
                Some(elem) => self.load(*index, *access, elem),
                None => return self.kept(id, expr),
            },
            (Expr::Op(op, operands), Some(from)) if self.narrow.holds(from.scalar) || self.narrow.holds(ty.scalar) => {
                match op {
                    Op::Convert => self.convert(operands[0], *from, ty.scalar),
                    Op::Bitcast => self.bitcast(operands[0], *from, ty),
                    Op::Eq | Op::Ne => {
                        let sides = operands.iter().map(|side| self.widen(*side, from.scalar)).collect::<Vec<_>>();
                        self.op(*op, &sides)
                    }
                    _ => return self.kept(id, expr),
                }
            }
            _ => return self.kept(id, expr),
        };
        self.renamed[id.0 as usize] = now;
    }

    /// Only the type of the value, and so its operands, changes.
    fn kept(&mut self, id: ValueId, expr: Expr) {
        let unspecified = match &expr {
            Expr::Load { access, .. } | Expr::UniformLoad { access, .. } => match self.kernel[*access].place {
                Place::Shared(shared) => !self.kernel[shared].zeroed,
                Place::Buffer(_) | Place::Slot(_) => false,
            },
            _ => false,
        };
        self.kernel[id].expr = expr;
        self.push(StmtKind::Def(id));
        let scalar = self.old[id].ty.scalar;
        if unspecified && self.narrow.holds(scalar) {
            // Whatever the word holds, the value is one of its type: proofs lean on that.
            self.renamed[id.0 as usize] = match scalar {
                Scalar::I8 => self.sign_extended(id),
                _ => self.masked(id, scalar.bytes()),
            };
        }
    }

    /// What a value of `old` is now.
    fn now(&self, id: ValueId) -> ValueId {
        self.renamed.get(id.0 as usize).copied().unwrap_or(id)
    }
}

fn operand_types(kernel: &Kernel, expr: &Expr) -> Vec<Type> {
    let mut types = vec![];
    expr.for_each_operand(|id| types.push(kernel[id].ty));
    types
}
