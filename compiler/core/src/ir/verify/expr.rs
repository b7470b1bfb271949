//! What each expression asks of its operands.

use super::{Check, Checker, ensure, is_atomic};
use crate::ir::{
    AccessId, AtomicOp, Builtin, Const, Expr, Op, ParamId, ParamKind, Place, Scalar, SubgroupOp, Type, Value, ValueId,
    eval, op,
};

impl Checker<'_> {
    /// Checks a value's expression, and that it has the value's type.
    pub(super) fn expr(&self, value: &Value) -> Check {
        let ty = self.expr_type(value)?;
        ensure(ty == value.ty, || format!("the expression is {ty}, but the value is declared {}", value.ty))
    }

    fn expr_type(&self, value: &Value) -> Check<Type> {
        match &value.expr {
            Expr::Const(constant) => const_is_sound(constant).map(|()| constant.ty),
            Expr::Param(id) => match self.param(*id)? {
                ParamKind::Scalar(scalar) => Ok(Type::scalar(*scalar)),
                ParamKind::Buffer(_) => Err(format!("parameter {} is a buffer, and was read as a scalar", id.0)),
            },
            Expr::Len(id) => match self.param(*id)? {
                ParamKind::Buffer(_) => Ok(Type::U32),
                ParamKind::Scalar(_) => Err(format!("parameter {} is a scalar, and has no length", id.0)),
            },
            Expr::Builtin(Builtin::LocalId(axis) | Builtin::WorkgroupId(axis) | Builtin::NumWorkgroups(axis)) => {
                ensure(*axis < 3, || format!("there is no axis {axis}")).map(|()| Type::U32)
            }
            Expr::Builtin(_) => Ok(Type::U32),
            Expr::Op(op, operands) => self.op(*op, operands, value.ty),
            Expr::Compose(lanes) => self.compose(lanes),
            Expr::Extract(vector, lane) => {
                let ty = self.operand(*vector)?;
                ensure(ty.lanes > 1 && *lane < ty.lanes, || format!("lane {lane} of {ty}"))?;
                Ok(Type::scalar(ty.scalar))
            }
            Expr::Slot(slot) => self.plain_slot(*slot),
            Expr::Load { index, access } => {
                let place = self.plain_access(*access)?.place;
                self.typed(*index, Type::U32, "an index")?;
                Ok(self.kernel.elem(place))
            }
            Expr::Atomic { op, index, value, expected, access } => {
                self.atomic(*op, *index, [*value, *expected], *access)
            }
            Expr::Subgroup(op, operands) => self.subgroup(*op, operands),
            Expr::UniformLoad { index, access } => {
                let place = self.plain_access(*access)?.place;
                ensure(matches!(place, Place::Shared(_)), || "a uniform load reads shared memory".into())?;
                self.typed(*index, Type::U32, "an index")?;
                Ok(self.kernel.elem(place))
            }
            Expr::LoopVar => Err("a loop's variable is defined by its For alone".into()),
        }
    }

    fn param(&self, id: ParamId) -> Check<&ParamKind> {
        let param = self.kernel.params.get(id.0 as usize);
        param.map(|p| &p.kind).ok_or_else(|| format!("parameter {} does not exist", id.0))
    }

    fn op(&self, op: Op, operands: &[ValueId], wanted: Type) -> Check<Type> {
        let types = operands.iter().map(|id| self.operand(*id)).collect::<Check<Vec<Type>>>()?;
        ensure(op != Op::Bitcast || wanted.scalar != Scalar::Bool, || "a bitcast to bool".into())?;
        op::result_type(op, &types, wanted)
    }

    fn compose(&self, lanes: &[ValueId]) -> Check<Type> {
        ensure((2..=4).contains(&lanes.len()), || format!("a vector of {} lanes", lanes.len()))?;
        let first = self.operand(lanes[0])?;
        ensure(first.lanes == 1, || format!("a lane is a scalar, not {first}"))?;
        for lane in lanes {
            self.typed(*lane, first, "each lane of a vector")?;
        }
        Ok(Type::vector(first.scalar, lanes.len() as u8))
    }

    fn atomic(&self, op: AtomicOp, index: ValueId, operands: [Option<ValueId>; 2], access: AccessId) -> Check<Type> {
        let place = self.access(access)?.place;
        ensure(self.place_is_atomic(place), || "an atomic operation on a place that is not atomic".into())?;
        let ty = self.kernel.elem(place);
        ensure(is_atomic(ty), || format!("an atomic operation on {ty}"))?;
        if let Place::Buffer(id) = place {
            let mutable = matches!(&self.kernel[id].kind, ParamKind::Buffer(buffer) if buffer.mutable);
            ensure(mutable || op == AtomicOp::Load, || "an atomic write to a buffer that is not mutable".into())?;
        }
        self.typed(index, Type::U32, "an index")?;
        let wanted = [op != AtomicOp::Load, op == AtomicOp::CompareExchange];
        for ((operand, wanted), what) in operands.into_iter().zip(wanted).zip(["value", "expected value"]) {
            ensure(operand.is_some() == wanted, || format!("{op:?} with the wrong operands: its {what}"))?;
            if let Some(id) = operand {
                self.typed(id, ty, "an atomic operand")?;
            }
        }
        Ok(ty)
    }

    fn subgroup(&self, op: SubgroupOp, operands: &[ValueId]) -> Check<Type> {
        use SubgroupOp::{
            Add, All, Any, Ballot, BroadcastFirst, ExclusiveAdd, InclusiveAdd, Max, Min, Shuffle, ShuffleDown,
            ShuffleUp, ShuffleXor,
        };
        let shuffles = matches!(op, Shuffle | ShuffleXor | ShuffleDown | ShuffleUp);
        let arity = if shuffles { 2 } else { 1 };
        ensure(operands.len() == arity, || format!("{op:?} takes {arity} operands, not {}", operands.len()))?;
        let ty = self.operand(operands[0])?;
        match op {
            Add | Min | Max | ExclusiveAdd | InclusiveAdd => {
                ensure(op::Class::Number.holds(ty.scalar), || format!("{op:?} of {ty}"))?;
                Ok(ty)
            }
            All | Any => self.typed(operands[0], Type::BOOL, "a vote").map(|()| Type::BOOL),
            Ballot => {
                self.typed(operands[0], Type::BOOL, "a vote")?;
                Ok(Type::vector(Scalar::U32, 4))
            }
            BroadcastFirst => Ok(ty),
            Shuffle | ShuffleXor | ShuffleDown | ShuffleUp => {
                self.typed(operands[1], Type::U32, "a lane's number")?;
                Ok(ty)
            }
        }
    }
}

fn const_is_sound(constant: &Const) -> Check {
    let width = eval::width(constant.ty.scalar);
    for (i, bits) in constant.lanes.iter().enumerate() {
        let width = if i < usize::from(constant.ty.lanes) { width } else { 0 };
        let fits = width >= 64 || bits >> width == 0;
        ensure(fits, || format!("lane {i} of a {} constant has bits past its end: {bits:#x}", constant.ty))?;
    }
    Ok(())
}
