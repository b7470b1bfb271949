//! The walk over the statements: which facts hold where, and what variables hold after a join; [`super::repeat`] walks loops.

use super::facts::Origin;
use super::int::Int;
use super::repeat::Frame;
use super::state::{Cond, Held, State};
use super::steering;
use crate::ir::{AccessId, Block, Element, Expr, SlotId, StmtKind, Type, ValueId};
use std::rc::Rc;

/// Called for each access with its index, once its facts are known.
pub(super) type Visit<'a, 'k> = dyn FnMut(&mut State<'k>, AccessId, ValueId) + 'a;

/// The walk.
pub(super) struct Walk<'a, 'k> {
    pub(super) state: State<'k>,
    visit: &'a mut Visit<'a, 'k>,
    pub(super) loops: Vec<Frame>,
    /// How many walks around this one only try out invariants.
    pub(super) trials: usize,
    /// For each value, whether what steers depends on it: no other matters to a trial.
    steers: Vec<bool>,
}

impl<'a, 'k> Walk<'a, 'k> {
    pub(super) fn new(state: State<'k>, visit: &'a mut Visit<'a, 'k>) -> Self {
        let steers = steering::values(state.kernel);
        Self { state, visit, loops: vec![], trials: 0, steers }
    }

    /// Walks the statements; whether their end can be reached.
    pub(super) fn block(&mut self, block: &Block) -> bool {
        block.iter().all(|stmt| self.stmt(&stmt.kind))
    }

    fn stmt(&mut self, stmt: &StmtKind) -> bool {
        if self.trials > 0 && stmt.blocks().next().is_some() && !steering::steers(self.state.kernel, stmt) {
            return true;
        }
        match stmt {
            StmtKind::Def(value) => self.def(*value),
            StmtKind::SetSlot(slot, value) => self.set(*slot, *value),
            StmtKind::Store { index, access, .. } => self.access(*access, *index),
            StmtKind::If { cond, then, otherwise } => return self.branch(*cond, then, otherwise),
            StmtKind::For { body, .. } => {
                self.repeat(Some(stmt), body);
            }
            StmtKind::Loop { body } => return self.repeat(None, body),
            StmtKind::Break => {
                self.end_of_round(true);
                return false;
            }
            StmtKind::Continue => {
                self.end_of_round(false);
                return false;
            }
            StmtKind::Return => return false,
            StmtKind::CopyAsync { to, from, cond } => {
                self.access(to.access, to.index);
                self.copied(*from, *cond);
            }
            StmtKind::Barrier(_) | StmtKind::Fault { .. } | StmtKind::CopyCommit | StmtKind::CopyWait(_) => {}
        }
        true
    }

    /// The source of a copy, which is only read where the condition holds.
    fn copied(&mut self, from: Element, cond: Option<ValueId>) {
        let mark = self.state.mark();
        if let Some(cond) = cond {
            let cond = self.state.cond(cond);
            self.state.assume(&cond, true);
        }
        self.access(from.access, from.index);
        self.state.reset(mark);
    }

    fn def(&mut self, value: ValueId) {
        if self.trials > 0 && !self.steers[value.0 as usize] {
            return;
        }
        match &self.state.kernel[value].expr {
            Expr::Load { index, access } | Expr::UniformLoad { index, access } | Expr::Atomic { index, access, .. } => {
                self.access(*access, *index)
            }
            _ => {}
        }
        self.state.define(value);
    }

    fn access(&mut self, access: AccessId, index: ValueId) {
        if self.trials == 0 {
            (self.visit)(&mut self.state, access, index);
        }
    }

    fn set(&mut self, slot: SlotId, value: ValueId) {
        let at = value.0 as usize;
        let held = match self.state.kernel[value].ty {
            Type::BOOL => Held::Bool(self.state.cond(value)),
            _ => self.state.ints[at].clone().map_or(Held::Opaque, Held::Int),
        };
        self.state.slots[slot.0 as usize] = held;
    }

    fn branch(&mut self, cond: ValueId, then: &Block, otherwise: &Block) -> bool {
        let cond = self.state.cond(cond);
        let before = self.state.slots.clone();
        let mark = self.state.mark();
        self.state.assume(&cond, true);
        let then_ends = self.block(then);
        self.state.reset(mark);
        let after_then = std::mem::replace(&mut self.state.slots, before);
        self.state.assume(&cond, false);
        let otherwise_ends = self.block(otherwise);
        match (then_ends, otherwise_ends) {
            (true, true) => {
                self.state.reset(mark);
                self.merge(&cond, after_then);
            }
            (true, false) => {
                self.state.reset(mark);
                self.state.assume(&cond, true);
                self.state.slots = after_then;
            }
            // The rest of the block is only reached the other way, so what was learned there stays.
            (false, _) => {}
        }
        then_ends || otherwise_ends
    }

    /// The variables where two ways meet: `self.state.slots` holds one, `after_then` the other.
    fn merge(&mut self, cond: &Rc<Cond>, after_then: Vec<Held>) {
        for (at, then) in after_then.into_iter().enumerate() {
            let slot = SlotId(at as u32);
            let otherwise = self.state.slots[at].clone();
            let merged = match (then, otherwise) {
                (Held::Int(a), Held::Int(b)) if a == b => Held::Int(a),
                (Held::Int(a), Held::Int(b)) => match Int::of(self.state.kernel[slot].ty) {
                    Some(int) => Held::Int(self.state.join(cond, &a, &b, int, Origin::Slot(slot))),
                    None => Held::Opaque,
                },
                (Held::Bool(a), Held::Bool(b)) if Rc::ptr_eq(&a, &b) => Held::Bool(a),
                (Held::Bool(a), Held::Bool(b)) => Held::Bool(Rc::new(Cond::Choice(cond.clone(), a, b))),
                _ => Held::Opaque,
            };
            self.state.slots[at] = merged;
        }
    }
}
