//! Values and statements as they are written, one after the other.

use super::Lower;
use crate::ir::{Const, Expr, Op, Scalar, ScalarConst, Stmt, StmtKind, Type, Value, ValueId, op};

impl Lower<'_> {
    pub(super) fn push(&mut self, kind: StmtKind) {
        self.out.push(Stmt { kind, span: self.span });
    }

    pub(super) fn def(&mut self, ty: Type, expr: Expr) -> ValueId {
        self.kernel.values.push(Value { ty, expr, span: self.span });
        let id = ValueId(self.kernel.values.len() as u32 - 1);
        self.push(StmtKind::Def(id));
        id
    }

    pub(super) fn ty(&self, id: ValueId) -> Type {
        self.kernel[id].ty
    }

    /// An operation whose operands fix the result's type.
    pub(super) fn op(&mut self, op: Op, operands: &[ValueId]) -> ValueId {
        let types: Vec<Type> = operands.iter().map(|id| self.ty(*id)).collect();
        let first = types.first().copied().unwrap_or(Type::U32);
        let ty = op::result_type(op, &types, first).unwrap_or(first);
        self.def(ty, Expr::op(op, operands))
    }

    /// An operation whose second operand is a u32 in each lane; the first is of u32, or `op` is a shift.
    pub(super) fn op_u32(&mut self, op: Op, a: ValueId, b: u32) -> ValueId {
        let b = self.number(Scalar::U32, b.into(), self.ty(a).lanes);
        self.op(op, &[a, b])
    }

    /// `value as scalar`, lane by lane, or the same bits.
    pub(super) fn cast(&mut self, op: Op, value: ValueId, scalar: Scalar) -> ValueId {
        let from = self.ty(value);
        let ty = Type { scalar, ..from };
        if from == ty { value } else { self.def(ty, Expr::op(op, &[value])) }
    }

    /// The same bits in each lane.
    pub(super) fn number(&mut self, scalar: Scalar, bits: u64, lanes: u8) -> ValueId {
        let value = Const::splat(ScalarConst { scalar, bits }, lanes);
        self.def(value.ty, Expr::Const(value))
    }

    pub(super) fn lanes(&mut self, value: ValueId) -> Vec<ValueId> {
        let Type { scalar, lanes } = self.ty(value);
        match lanes {
            1 => vec![value],
            _ => (0..lanes).map(|lane| self.def(Type::scalar(scalar), Expr::Extract(value, lane))).collect(),
        }
    }

    pub(super) fn vector(&mut self, lanes: Vec<ValueId>) -> ValueId {
        match lanes[..] {
            [only] => only,
            _ => {
                let scalar = lanes.first().map_or(Scalar::U32, |lane| self.ty(*lane).scalar);
                self.def(Type::vector(scalar, lanes.len() as u8), Expr::compose(&lanes))
            }
        }
    }
}
