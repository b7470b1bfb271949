//! Values: each `ir::Expr` as a naga expression, with a `let` where it is used more than once.

use super::access::place_name;
use super::function::Ex;
use super::interface::Writer;
use crate::emit::EmitError;
use crate::ir::{Builtin, Expr, Feature, Place, Scalar, SubgroupOp, Type, ValueId};
use naga::{BuiltIn, CollectiveOperation, Expression, GatherMode, Statement, SubgroupOperation};

/// How deep one expression's text may nest: deeper ones get a `let`, to be readable and to stay within parsers' limits.
const DEEP: u8 = 6;

impl Writer<'_> {
    /// Computes a value where it is defined.
    pub(super) fn define(&mut self, id: ValueId) -> Result<(), EmitError> {
        let kernel = self.kernel;
        let Some(value) = kernel.values.get(id.0 as usize) else {
            return Err(self.internal(format!("value {} does not exist", id.0)));
        };
        let acts = matches!(value.expr, Expr::Atomic { .. } | Expr::Subgroup(..) | Expr::UniformLoad { .. });
        let done = self.values[id.0 as usize].is_some();
        if done || !(acts || self.uses.used(id)) {
            return Ok(());
        }
        if let Some(known) = self.known(id) {
            // literals are written where they are used
            let expression = self.constant(known);
            let expression = self.rounded(id, expression);
            if known.ty.lanes > 1 && self.uses.shared(id) {
                self.function.name(expression, "v");
            }
            self.values[id.0 as usize] = Some(expression);
            return Ok(());
        }
        let expression = self.expression(&value.expr, value.ty)?;
        let expression = self.rounded(id, expression);
        self.values[id.0 as usize] = Some(expression);
        self.maybe_name(id, expression);
        Ok(())
    }

    /// What a value was computed as.
    pub(super) fn get(&self, id: ValueId) -> Result<Ex, EmitError> {
        let known = self.values.get(id.0 as usize).copied().flatten();
        known.ok_or_else(|| self.internal(format!("value {} is used before it is defined", id.0)))
    }

    pub(super) fn get_all(&self, ids: &[ValueId]) -> Result<Vec<Ex>, EmitError> {
        ids.iter().map(|id| self.get(*id)).collect()
    }

    fn expression(&mut self, expr: &Expr, ty: Type) -> Result<Ex, EmitError> {
        match expr {
            Expr::Const(constant) => Ok(self.constant(*constant)),
            Expr::Param(_) | Expr::Len(_) | Expr::LoopVar => {
                Err(self.internal("a value that is defined elsewhere is defined again"))
            }
            Expr::Builtin(builtin) => self.builtin(*builtin),
            Expr::Op(op, operands) => self.operation(*op, operands, ty),
            Expr::Compose(lanes) => {
                let lanes = self.get_all(lanes)?;
                Ok(self.function.vector(ty, lanes))
            }
            Expr::Extract(vector, lane) => {
                let vector = self.get(*vector)?;
                Ok(self.function.lane(vector, u32::from(*lane)))
            }
            Expr::Slot(slot) => {
                let place = self.place(Place::Slot(*slot))?;
                Ok(self.function.load(place))
            }
            Expr::Load { index, access } => self.load(*index, *access),
            Expr::Atomic { op, index, value, expected, access } => self.atomic(*op, *index, *value, *expected, *access),
            Expr::Subgroup(op, operands) => self.subgroup(*op, operands, ty),
            Expr::UniformLoad { index, access } => self.uniform_load(*index, *access, ty),
        }
    }

    fn builtin(&mut self, builtin: Builtin) -> Result<Ex, EmitError> {
        let vec3 = Type::vector(Scalar::U32, 3);
        let (of, name, ty) = match builtin {
            Builtin::LocalId(_) => (BuiltIn::LocalInvocationId, "local_id", vec3),
            Builtin::LocalIndex => (BuiltIn::LocalInvocationIndex, "local_index", Type::U32),
            Builtin::WorkgroupId(_) => (BuiltIn::WorkGroupId, "workgroup_id", vec3),
            Builtin::SubgroupSize => (BuiltIn::SubgroupSize, "subgroup_size", Type::U32),
            Builtin::SubgroupLane => (BuiltIn::SubgroupInvocationId, "subgroup_lane", Type::U32),
            Builtin::NumWorkgroups(_) => return Err(self.internal("the grid's size is read at the start")),
        };
        match builtin {
            Builtin::SubgroupSize | Builtin::SubgroupLane => self.needs(Feature::Subgroups, "a subgroup's size")?,
            // only axis 0 is left: `known` has the others
            Builtin::WorkgroupId(_) if self.group.is_some() => {
                return self.group.ok_or_else(|| self.internal("no workgroup"));
            }
            _ => {}
        }
        let argument = self.function.builtin(of, name, ty);
        match builtin {
            Builtin::LocalId(axis) | Builtin::WorkgroupId(axis) => {
                Ok(self.function.lane(argument, u32::from(axis.min(2))))
            }
            _ => Ok(argument),
        }
    }

    fn subgroup(&mut self, op: SubgroupOp, operands: &[ValueId], ty: Type) -> Result<Ex, EmitError> {
        self.needs(Feature::Subgroups, "a subgroup operation")?;
        let Some((argument, rest)) = operands.split_first() else {
            return Err(self.internal("a subgroup operation without an operand"));
        };
        let argument = self.get(*argument)?;
        if op == SubgroupOp::Ballot {
            let result = self.function.result(Expression::SubgroupBallotResult);
            self.function.push(Statement::SubgroupBallot { result, predicate: Some(argument) });
            return Ok(result);
        }
        let naga_ty = self.function.ty(ty);
        let result = self.function.result(Expression::SubgroupOperationResult { ty: naga_ty });
        let statement = match collective(op) {
            Some((op, collective_op)) => Statement::SubgroupCollectiveOperation { op, collective_op, argument, result },
            None => {
                let lane = match rest.first() {
                    Some(lane) => self.get(*lane)?,
                    None => self.function.u32(0),
                };
                Statement::SubgroupGather { mode: gather(op, lane), argument, result }
            }
        };
        self.function.push(statement);
        Ok(result)
    }

    fn maybe_name(&mut self, id: ValueId, expression: Ex) {
        let kernel = self.kernel;
        let value = &kernel[id];
        let depth = match &value.expr {
            Expr::Op(_, operands) | Expr::Compose(operands) => {
                1 + operands.iter().map(|v| self.depth[v.0 as usize]).max().unwrap_or(0)
            }
            _ => 0,
        };
        let name = match &value.expr {
            // these have a name, or are as short as one
            Expr::Builtin(_) | Expr::Extract(..) => None,
            Expr::Slot(slot) => Some(kernel[*slot].name.as_str()),
            Expr::Load { access, .. } => Some(place_name(kernel, kernel[*access].place)),
            _ if self.uses.shared(id) || depth > DEEP => Some(if value.ty == Type::BOOL { "cond" } else { "v" }),
            _ => None,
        };
        if let Some(name) = name {
            self.function.name(expression, name);
        } else {
            self.depth[id.0 as usize] = depth;
        }
    }
}

fn collective(op: SubgroupOp) -> Option<(SubgroupOperation, CollectiveOperation)> {
    use CollectiveOperation as C;
    use SubgroupOperation as S;
    match op {
        SubgroupOp::Add => Some((S::Add, C::Reduce)),
        SubgroupOp::Min => Some((S::Min, C::Reduce)),
        SubgroupOp::Max => Some((S::Max, C::Reduce)),
        SubgroupOp::ExclusiveAdd => Some((S::Add, C::ExclusiveScan)),
        SubgroupOp::InclusiveAdd => Some((S::Add, C::InclusiveScan)),
        SubgroupOp::All => Some((S::All, C::Reduce)),
        SubgroupOp::Any => Some((S::Any, C::Reduce)),
        _ => None,
    }
}

fn gather(op: SubgroupOp, lane: Ex) -> GatherMode {
    match op {
        SubgroupOp::Shuffle => GatherMode::Shuffle(lane),
        SubgroupOp::ShuffleXor => GatherMode::ShuffleXor(lane),
        SubgroupOp::ShuffleDown => GatherMode::ShuffleDown(lane),
        SubgroupOp::ShuffleUp => GatherMode::ShuffleUp(lane),
        _ => GatherMode::BroadcastFirst,
    }
}
