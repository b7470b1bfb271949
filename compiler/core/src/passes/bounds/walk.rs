//! The walk over the statements: which facts hold where, what variables hold after a join and in a loop.
//!
//! A loop's variables get new atoms at its head. What held before the loop is assumed of them, the body is walked,
//! and what does not hold again at its end is dropped, until all that is left holds (Flanagan and Leino, "Houdini",
//! FME 2001).

use super::facts::Origin;
use super::int::Int;
use super::poly::Poly;
use super::state::{Cond, Held, State};
use crate::ir::{AccessId, Block, Expr, SlotId, StmtKind, Type, ValueId};
use std::collections::BTreeSet;
use std::rc::Rc;

/// How often a loop's assumptions are revised before they are given up.
const MAX_ROUNDS: usize = 4;
/// Loops nested deeper than this assume nothing: each level multiplies the walks.
const MAX_TRIALS: usize = 4;

/// Something that may hold of a variable in every round of a loop.
#[derive(Clone, Debug)]
struct Invariant {
    slot: SlotId,
    int: Int,
    bound: Poly,
    /// Whether it is a lower bound.
    lower: bool,
    /// Not refuted at the head.
    at_head: bool,
    /// Not refuted where the loop is left.
    at_exit: bool,
}

/// A loop that is being walked.
#[derive(Debug, Default)]
struct Frame {
    invariants: Vec<Invariant>,
    left: bool,
}

/// Called for each access with its index, once its facts are known.
pub(super) type Visit<'a, 'k> = dyn FnMut(&mut State<'k>, AccessId, ValueId) + 'a;

/// The walk.
pub(super) struct Walk<'a, 'k> {
    pub(super) state: State<'k>,
    visit: &'a mut Visit<'a, 'k>,
    loops: Vec<Frame>,
    /// How many walks around this one only try out invariants.
    trials: usize,
}

impl<'a, 'k> Walk<'a, 'k> {
    pub(super) fn new(state: State<'k>, visit: &'a mut Visit<'a, 'k>) -> Self {
        Self { state, visit, loops: vec![], trials: 0 }
    }

    /// Walks the statements; whether their end can be reached.
    pub(super) fn block(&mut self, block: &Block) -> bool {
        block.iter().all(|stmt| self.stmt(&stmt.kind))
    }

    fn stmt(&mut self, stmt: &StmtKind) -> bool {
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
                self.check_invariants(true);
                return false;
            }
            StmtKind::Continue => {
                self.check_invariants(false);
                return false;
            }
            StmtKind::Return => return false,
            StmtKind::Barrier(_) | StmtKind::Fault { .. } => {}
        }
        true
    }

    fn def(&mut self, value: ValueId) {
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

    /// Walks a loop; whether it can be left.
    fn repeat(&mut self, range: Option<&StmtKind>, body: &Block) -> bool {
        let mut set = BTreeSet::new();
        assigned(body, &mut set);
        let mut invariants = if self.trials < MAX_TRIALS { self.invariants(&set) } else { vec![] };
        let mut rounds = 0;
        self.trials += 1;
        while invariants.iter().any(|i| i.at_head) {
            let n = invariants.iter().filter(|i| i.at_head).count();
            invariants = self.round(range, body, &set, invariants).invariants;
            if invariants.iter().filter(|i| i.at_head).count() == n {
                break;
            }
            rounds += 1;
            if rounds == MAX_ROUNDS {
                invariants.clear();
            }
        }
        self.trials -= 1;
        invariants.retain(|i| i.at_head);
        invariants.iter_mut().for_each(|i| i.at_exit = true);
        let frame = self.round(range, body, &set, invariants);
        self.forget(&set);
        for invariant in frame.invariants.iter().filter(|i| i.at_exit) {
            self.assume_invariant(invariant);
        }
        range.is_some() || frame.left
    }

    /// What held of the variables before the loop.
    fn invariants(&mut self, set: &BTreeSet<SlotId>) -> Vec<Invariant> {
        let mut out = vec![];
        for slot in set {
            let Some(int) = Int::of(self.state.kernel[*slot].ty) else { continue };
            let Held::Int(sum) = self.state.slots[slot.0 as usize].clone() else { continue };
            let bound = self.state.exact(&sum, int);
            for lower in [true, false] {
                let bound = bound.clone();
                out.push(Invariant { slot: *slot, int, bound, lower, at_head: true, at_exit: true });
            }
        }
        out
    }

    /// One walk of the body, from a head where the variables are unknown but for the invariants.
    fn round(
        &mut self,
        range: Option<&StmtKind>,
        body: &Block,
        set: &BTreeSet<SlotId>,
        invariants: Vec<Invariant>,
    ) -> Frame {
        let mark = self.state.mark();
        self.forget(set);
        for invariant in invariants.iter().filter(|i| i.at_head) {
            self.assume_invariant(invariant);
        }
        if let Some(range) = range {
            self.assume_range(range);
        }
        self.loops.push(Frame { invariants, left: false });
        if self.block(body) {
            self.check_invariants(false);
        }
        self.state.reset(mark);
        self.loops.pop().unwrap_or_default()
    }

    fn forget(&mut self, set: &BTreeSet<SlotId>) {
        for slot in set {
            let held = match Int::of(self.state.kernel[*slot].ty) {
                Some(int) => Held::Int(self.state.fresh(Origin::Slot(*slot), int)),
                None => Held::Opaque,
            };
            self.state.slots[slot.0 as usize] = held;
        }
    }

    fn assume_invariant(&mut self, invariant: &Invariant) {
        if let Held::Int(head) = &self.state.slots[invariant.slot.0 as usize] {
            let (left, right) = if invariant.lower { (&invariant.bound, head) } else { (head, &invariant.bound) };
            let (left, right) = (left.clone(), right.clone());
            self.state.facts.learn_le(&left, &right);
        }
    }

    /// The loop's variable and what its range says of it.
    fn assume_range(&mut self, range: &StmtKind) {
        let StmtKind::For { var, start, end, step, .. } = range else { return };
        let kernel = self.state.kernel;
        let Some(int) = Int::of(kernel[*var].ty) else { return };
        let i = self.state.fresh(Origin::Value(*var), int);
        self.state.ints[var.0 as usize] = Some(i.clone());
        let (Some(start), Some(end)) = (self.state.number(*start), self.state.number(*end)) else { return };
        self.state.learn_lt(&i, &end);
        let step = self.state.number(*step);
        if step.as_ref().is_some_and(|s| self.state.le(&Poly::constant(0), s)) {
            self.state.facts.learn_le(&start, &i);
        }
        let known = |p: &Poly| p.as_constant();
        if let (Some(first), Some(end), Some(step)) = (known(&start), known(&end), step.as_ref().and_then(known))
            && step > 1
            && end > first
        {
            let last = first + (end - 1 - first) / step * step;
            self.state.facts.learn_le(&i, &Poly::constant(last));
        }
    }

    /// Drops the invariants of the innermost loop that are not known to hold here.
    fn check_invariants(&mut self, exit: bool) {
        let Some(mut frame) = self.loops.pop() else { return };
        frame.left |= exit;
        for invariant in &mut frame.invariants {
            let wanted = if exit { &mut invariant.at_exit } else { &mut invariant.at_head };
            if !*wanted {
                continue;
            }
            *wanted = match self.state.slots[invariant.slot.0 as usize].clone() {
                Held::Int(sum) => {
                    let now = self.state.exact(&sum, invariant.int);
                    let bound = &invariant.bound;
                    if invariant.lower { self.state.le(bound, &now) } else { self.state.le(&now, bound) }
                }
                _ => false,
            };
        }
        self.loops.push(frame);
    }
}

/// The plain variables that a block sets.
fn assigned(block: &Block, set: &mut BTreeSet<SlotId>) {
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
