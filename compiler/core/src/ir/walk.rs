//! Operands and nested blocks of the IR's nodes, for passes that treat all nodes alike.

use super::{AccessId, Block, Expr, Op, SlotId, StmtKind, SubgroupOp, ValueId};
use std::collections::BTreeSet;

impl Expr {
    /// A pure operation.
    #[must_use]
    pub fn op(op: Op, operands: &[ValueId]) -> Self {
        Self::Op(op, operands.into())
    }

    /// A vector of its lanes.
    #[must_use]
    pub fn compose(lanes: &[ValueId]) -> Self {
        Self::Compose(lanes.into())
    }

    /// An operation across the subgroup.
    #[must_use]
    pub fn subgroup(op: SubgroupOp, operands: &[ValueId]) -> Self {
        Self::Subgroup(op, operands.into())
    }

    /// Calls `visit` on each operand, in order.
    pub fn for_each_operand(&self, mut visit: impl FnMut(ValueId)) {
        match self {
            Self::Const(_) | Self::Param(_) | Self::Len(_) | Self::Builtin(_) | Self::Slot(_) | Self::LoopVar => {}
            Self::Op(_, operands) | Self::Compose(operands) | Self::Subgroup(_, operands) => {
                operands.iter().copied().for_each(visit);
            }
            Self::Extract(operand, _) => visit(*operand),
            Self::Load { index, .. } | Self::UniformLoad { index, .. } => visit(*index),
            Self::Atomic { index, value, expected, .. } => {
                [Some(*index), *value, *expected].into_iter().flatten().for_each(visit);
            }
        }
    }

    /// Replaces each operand.
    pub fn map_operands(&mut self, map: impl Fn(ValueId) -> ValueId) {
        match self {
            Self::Const(_) | Self::Param(_) | Self::Len(_) | Self::Builtin(_) | Self::Slot(_) | Self::LoopVar => {}
            Self::Op(_, operands) | Self::Compose(operands) | Self::Subgroup(_, operands) => {
                operands.iter_mut().for_each(|operand| *operand = map(*operand));
            }
            Self::Extract(operand, _) => *operand = map(*operand),
            Self::Load { index, .. } | Self::UniformLoad { index, .. } => *index = map(*index),
            Self::Atomic { index, value, expected, .. } => {
                [Some(index), value.as_mut(), expected.as_mut()].into_iter().flatten().for_each(|v| *v = map(*v));
            }
        }
    }

    /// The access, where it has one.
    pub fn access_mut(&mut self) -> Option<&mut AccessId> {
        match self {
            Self::Load { access, .. } | Self::UniformLoad { access, .. } | Self::Atomic { access, .. } => Some(access),
            _ => None,
        }
    }

    /// Whether it has the same value wherever its operands are in scope, and computing it has no effect.
    #[must_use]
    pub const fn is_pure(&self) -> bool {
        match self {
            Self::Const(_) | Self::Param(_) | Self::Len(_) | Self::Builtin(_) => true,
            Self::Op(..) | Self::Compose(_) | Self::Extract(..) => true,
            Self::Slot(_) | Self::Load { .. } | Self::Atomic { .. } | Self::Subgroup(..) => false,
            Self::UniformLoad { .. } | Self::LoopVar => false,
        }
    }
}

impl StmtKind {
    /// Calls `visit` on each value that the statement itself uses: not those of a `Def`'s expression, nor those of
    /// nested blocks.
    pub fn for_each_operand(&self, visit: impl FnMut(ValueId)) {
        match self {
            Self::SetSlot(_, value) => [*value].into_iter().for_each(visit),
            Self::Store { index, value, .. } => [*index, *value].into_iter().for_each(visit),
            Self::If { cond, .. } => [*cond].into_iter().for_each(visit),
            Self::For { start, end, step, .. } => [*start, *end, *step].into_iter().for_each(visit),
            Self::Fault { value, bound, .. } => [*value, *bound].into_iter().for_each(visit),
            Self::CopyAsync { to, from, cond } => [to.index, from.index].into_iter().chain(*cond).for_each(visit),
            Self::Def(_) | Self::Loop { .. } | Self::Break | Self::Continue | Self::Return => {}
            Self::Barrier(_) | Self::CopyCommit | Self::CopyWait(_) => {}
        }
    }

    /// Replaces each value that [`Self::for_each_operand`] visits.
    pub fn map_operands(&mut self, map: impl Fn(ValueId) -> ValueId) {
        let operands = match self {
            Self::SetSlot(_, value) => [Some(value), None, None],
            Self::Store { index, value, .. } => [Some(index), Some(value), None],
            Self::If { cond, .. } => [Some(cond), None, None],
            Self::For { start, end, step, .. } => [Some(start), Some(end), Some(step)],
            Self::Fault { value, bound, .. } => [Some(value), Some(bound), None],
            Self::CopyAsync { to, from, cond } => [Some(&mut to.index), Some(&mut from.index), cond.as_mut()],
            Self::Def(_) | Self::Loop { .. } | Self::Break | Self::Continue | Self::Return => [None, None, None],
            Self::Barrier(_) | Self::CopyCommit | Self::CopyWait(_) => [None, None, None],
        };
        operands.into_iter().flatten().for_each(|operand| *operand = map(*operand));
    }

    /// The accesses that the statement itself holds: not that of a `Def`'s expression.
    pub fn accesses_mut(&mut self) -> impl Iterator<Item = &mut AccessId> {
        let (first, second) = match self {
            Self::Store { access, .. } => (Some(access), None),
            Self::CopyAsync { to, from, .. } => (Some(&mut to.access), Some(&mut from.access)),
            _ => (None, None),
        };
        first.into_iter().chain(second)
    }

    /// The nested blocks.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        let (first, second) = match self {
            Self::If { then, otherwise, .. } => (Some(then), Some(otherwise)),
            Self::For { body, .. } | Self::Loop { body } => (Some(body), None),
            _ => (None, None),
        };
        first.into_iter().chain(second)
    }

    /// The nested blocks, to change.
    pub fn blocks_mut(&mut self) -> impl Iterator<Item = &mut Block> {
        let (first, second) = match self {
            Self::If { then, otherwise, .. } => (Some(then), Some(otherwise)),
            Self::For { body, .. } | Self::Loop { body } => (Some(body), None),
            _ => (None, None),
        };
        first.into_iter().chain(second)
    }

    /// Whether it never goes on with the next statement.
    #[must_use]
    pub const fn jumps(&self) -> bool {
        matches!(self, Self::Break | Self::Continue | Self::Return)
    }
}

/// Calls `visit` on each statement of a block and of the blocks nested in it, outer ones first.
pub fn for_each_stmt(block: &Block, visit: &mut impl FnMut(&StmtKind)) {
    for stmt in block {
        visit(&stmt.kind);
        for nested in stmt.kind.blocks() {
            for_each_stmt(nested, visit);
        }
    }
}

/// How many `Break`s and `Continue`s in a loop's body mean that loop, and not one inside it.
#[must_use]
pub fn count_jumps(body: &Block) -> usize {
    let count = |kind: &StmtKind| match kind {
        StmtKind::Break | StmtKind::Continue => 1,
        StmtKind::If { then, otherwise, .. } => count_jumps(then) + count_jumps(otherwise),
        _ => 0,
    };
    body.iter().map(|stmt| count(&stmt.kind)).sum()
}

/// The plain variables that a block sets.
pub fn assigned(block: &Block, set: &mut BTreeSet<SlotId>) {
    for stmt in block {
        match &stmt.kind {
            StmtKind::SetSlot(slot, _) => {
                set.insert(*slot);
            }
            StmtKind::If { then, otherwise, .. } => {
                assigned(then, set);
                assigned(otherwise, set);
            }
            StmtKind::For { body, .. } | StmtKind::Loop { body } => assigned(body, set),
            _ => {}
        }
    }
}
