//! The walk over the statements: which facts hold where, what variables hold after a join and in a loop.
//!
//! A loop's variables get new atoms at its head. What held before the loop is assumed of them, the body is walked,
//! and what does not hold again at its end is dropped, until all that is left holds (Flanagan and Leino, "Houdini",
//! FME 2001).

use super::facts::Origin;
use super::int::Int;
use super::poly::Poly;
use super::state::{Cond, Held, State};
use super::steering;
use crate::ir::{AccessId, Block, Element, Expr, SlotId, StmtKind, Type, ValueId};
use std::collections::BTreeSet;
use std::rc::Rc;

/// How often a loop's assumptions are revised before they are given up.
const MAX_ROUNDS: usize = 6;
/// How many bounds of one variable are proposed at the end of a round.
const MAX_PROPOSED: usize = 4;
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

impl Invariant {
    /// What holds of a variable before the loop.
    fn at_entry((slot, int, value): &(SlotId, Int, Poly)) -> [Self; 2] {
        [true, false].map(|lower| Self {
            slot: *slot,
            int: *int,
            bound: value.clone(),
            lower,
            at_head: true,
            at_exit: true,
        })
    }
}

/// A loop that is being walked.
#[derive(Debug, Default)]
struct Frame {
    invariants: Vec<Invariant>,
    left: bool,
    /// How often the body was walked before.
    round: usize,
    /// How many atoms there were before the loop: what is made of those means the same in every round.
    n_atoms: u32,
    /// Upper bounds that hold at the end of a round, and may be invariants.
    proposed: Vec<(SlotId, Poly)>,
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
                self.check_invariants(true);
                return false;
            }
            StmtKind::Continue => {
                self.check_invariants(false);
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

    /// Walks a loop; whether it can be left.
    fn repeat(&mut self, range: Option<&StmtKind>, body: &Block) -> bool {
        let mut set = BTreeSet::new();
        assigned(body, &mut set);
        let entry = if self.trials < MAX_TRIALS { self.entry(&set) } else { vec![] };
        let mut invariants: Vec<Invariant> = entry.iter().flat_map(Invariant::at_entry).collect();
        self.trials += 1;
        for round in 0.. {
            if !invariants.iter().any(|i| i.at_head) {
                break;
            }
            if round == MAX_ROUNDS {
                invariants.clear();
                break;
            }
            let n = invariants.iter().filter(|i| i.at_head).count();
            let frame = self.round(range, body, &set, invariants, round);
            invariants = frame.invariants;
            let dropped = invariants.iter().filter(|i| i.at_head).count() < n;
            if !self.adopt(&entry, frame.proposed, &mut invariants) && !dropped {
                break;
            }
        }
        self.trials -= 1;
        invariants.retain(|i| i.at_head);
        invariants.iter_mut().for_each(|i| i.at_exit = true);
        let frame = self.round(range, body, &set, invariants, MAX_ROUNDS);
        self.forget(&set);
        for invariant in frame.invariants.iter().filter(|i| i.at_exit) {
            self.assume_invariant(invariant);
        }
        range.is_some() || frame.left
    }

    /// What the variables hold before the loop.
    fn entry(&mut self, set: &BTreeSet<SlotId>) -> Vec<(SlotId, Int, Poly)> {
        let mut out = vec![];
        for slot in set {
            let Some(int) = Int::of(self.state.kernel[*slot].ty) else { continue };
            let Held::Int(sum) = self.state.slots[slot.0 as usize].clone() else { continue };
            out.push((*slot, int, self.state.exact(&sum, int)));
        }
        out
    }

    /// Takes up the proposed bounds that hold before the loop; whether there are any new ones.
    fn adopt(
        &self,
        entry: &[(SlotId, Int, Poly)],
        proposed: Vec<(SlotId, Poly)>,
        invariants: &mut Vec<Invariant>,
    ) -> bool {
        let n = invariants.len();
        for (slot, bound) in proposed {
            let Some((_, int, value)) = entry.iter().find(|e| e.0 == slot) else { continue };
            let known = invariants.iter().any(|i| i.slot == slot && !i.lower && i.bound == bound);
            if !known && self.state.le(value, &bound) {
                let int = *int;
                invariants.push(Invariant { slot, int, bound, lower: false, at_head: true, at_exit: true });
            }
        }
        invariants.len() > n
    }

    /// Bounds on what a variable holds at the end of a round, by what was there before the loop.
    fn propose(&mut self, frame: &mut Frame) {
        if self.trials == 0 || frame.round > 1 {
            return;
        }
        let mut slots: Vec<(SlotId, Int)> = frame.invariants.iter().map(|i| (i.slot, i.int)).collect();
        slots.dedup();
        for (slot, int) in slots {
            let Held::Int(sum) = self.state.slots[slot.0 as usize].clone() else { continue };
            let now = self.state.exact(&sum, int);
            let Some(atom) = now.plus(-now.offset()).and_then(|p| p.as_atom()) else { continue };
            let facts = &self.state.facts;
            let old = |p: &Poly| p.atoms().iter().all(|a| *a <= frame.n_atoms);
            let bounds = facts.about(atom).filter_map(|fact| fact.add(&now)).filter(old);
            let mut bounds: Vec<Poly> = bounds.take(MAX_PROPOSED).collect();
            // In the first round the value before the loop is assumed of the next one too.
            let high = facts.range(&now).1;
            if frame.round == 1 && high < int.high() {
                bounds.push(Poly::constant(high));
            }
            frame.proposed.extend(bounds.into_iter().map(|bound| (slot, bound)));
        }
    }

    /// One walk of the body, from a head where the variables are unknown but for the invariants.
    fn round(
        &mut self,
        range: Option<&StmtKind>,
        body: &Block,
        set: &BTreeSet<SlotId>,
        invariants: Vec<Invariant>,
        round: usize,
    ) -> Frame {
        let n_atoms = self.state.facts.n_atoms();
        let mark = self.state.mark();
        self.forget(set);
        for invariant in invariants.iter().filter(|i| i.at_head) {
            self.assume_invariant(invariant);
        }
        if let Some(range) = range {
            self.assume_range(range);
        }
        self.loops.push(Frame { invariants, left: false, round, n_atoms, proposed: vec![] });
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
        if !exit {
            self.propose(&mut frame);
        }
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
