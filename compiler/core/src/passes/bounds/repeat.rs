//! Loops: what their variables hold in every round.
//!
//! A loop's variables get new atoms at its head. What held before the loop is assumed of them, the body is walked,
//! and what does not hold again at its end is dropped, until all that is left holds (Flanagan and Leino, "Houdini",
//! FME 2001). In a loop over a range, a variable that every round changes by the same amount is a sum over the range's
//! variable instead; and one that grows by some number at the most is bounded by such a sum.

use super::facts::Origin;
use super::int::Int;
use super::poly::Poly;
use super::state::Held;
use super::walk::Walk;
use crate::ir::walk::assigned;
use crate::ir::{Block, SlotId, StmtKind};
use std::collections::BTreeSet;

/// How often a loop's assumptions are revised before they are given up.
const MAX_ROUNDS: usize = 6;
/// How many bounds of one variable are proposed at the end of a round.
const MAX_PROPOSED: usize = 4;
/// Loops nested deeper than this assume nothing: each level multiplies the walks. So only what is certain of the loops around
/// one is it looked at closely: for sums and rates.
const MAX_TRIALS: usize = 4;
/// By how much a variable may grow in a round that does not always change it.
const RATES: [i128; 3] = [1, 2, 4];

/// Something that may hold of a variable in every round of a loop.
#[derive(Clone, Debug)]
struct Invariant {
    slot: SlotId,
    int: Int,
    /// The bound before the first round.
    bound: Poly,
    /// By how much the bound grows with each round.
    rate: i128,
    /// Whether it is a lower bound.
    lower: bool,
    /// Not refuted at the head.
    at_head: bool,
    /// Not refuted where the loop is left.
    at_exit: bool,
}

impl Invariant {
    fn above(slot: SlotId, int: Int, bound: Poly, rate: i128) -> Self {
        Self { slot, int, bound, rate, lower: false, at_head: true, at_exit: true }
    }

    /// What holds of a variable before the loop.
    fn at_entry((slot, int, value): &(SlotId, Int, Poly)) -> [Self; 2] {
        let above = Self::above(*slot, *int, value.clone(), 0);
        [Self { lower: true, ..above.clone() }, above]
    }

    /// The bound after so many rounds; `None` where it grows and those are not followed.
    fn bound_after(&self, rounds: Option<&Poly>) -> Option<Poly> {
        if self.rate == 0 { Some(self.bound.clone()) } else { self.bound.add_scaled(rounds?, self.rate) }
    }
}

/// A variable that is `first + step * rounds`, modulo its type's size, so that it may wrap.
#[derive(Clone, Debug)]
struct Progression {
    slot: SlotId,
    int: Int,
    first: Poly,
    step: Poly,
    /// Not refuted.
    holds: bool,
}

impl Progression {
    fn after(&self, rounds: &Poly) -> Option<Poly> {
        self.step.mul(rounds)?.add(&self.first)
    }
}

/// What is assumed of a loop's variables.
#[derive(Clone, Debug, Default)]
struct Assumed {
    invariants: Vec<Invariant>,
    progressions: Vec<Progression>,
}

impl Assumed {
    /// How much of it has not been refuted.
    fn n_left(&self) -> usize {
        let invariants = self.invariants.iter().filter(|i| i.at_head).count();
        invariants + self.progressions.iter().filter(|p| p.holds).count()
    }

    fn retain(&mut self) {
        self.invariants.retain(|i| i.at_head);
        self.progressions.retain(|p| p.holds);
    }
}

/// By how much the ends of a round have changed a variable so far.
#[derive(Clone, Debug)]
enum Change {
    NotSeen,
    By(Poly),
    Varies,
}

/// A loop that is being walked.
#[derive(Debug, Default)]
pub(super) struct Frame {
    assumed: Assumed,
    left: bool,
    /// How often the body was walked before.
    round: usize,
    /// How many atoms there were before this walk of the body: what is made of those means the same in every round.
    n_atoms: u32,
    /// How many rounds were before this one, and how many there are where none leaves the loop: of a range of all numbers.
    rounds: Option<(Poly, Poly)>,
    /// What the variables are at the head, and what becomes of them.
    heads: Vec<(SlotId, Int, Poly, Change)>,
    /// Upper bounds that hold at the end of a round, and may be invariants: before the first round, and their rate.
    proposed: Vec<(SlotId, Poly, i128)>,
}

impl Walk<'_, '_> {
    /// Walks a loop; whether it can be left.
    pub(super) fn repeat(&mut self, range: Option<&StmtKind>, body: &Block) -> bool {
        let mut set = BTreeSet::new();
        assigned(body, &mut set);
        let entry = if self.trials < MAX_TRIALS { self.entry(&set) } else { vec![] };
        let invariants = entry.iter().flat_map(Invariant::at_entry).collect();
        let mut assumed = Assumed { invariants, progressions: vec![] };
        self.trials += 1;
        for round in 0.. {
            let n = assumed.n_left();
            if n == 0 {
                break;
            }
            if round == MAX_ROUNDS {
                assumed = Assumed::default();
                break;
            }
            let mut frame = self.round(range, body, &set, assumed, round);
            assumed = std::mem::take(&mut frame.assumed);
            let dropped = assumed.n_left() < n;
            if !self.adopt(&entry, frame, &mut assumed) && !dropped {
                break;
            }
        }
        self.trials -= 1;
        assumed.retain();
        assumed.invariants.iter_mut().for_each(|i| i.at_exit = true);
        let frame = self.round(range, body, &set, assumed, MAX_ROUNDS);
        self.forget(&set);
        self.after(&frame);
        range.is_some() || frame.left
    }

    /// What holds once a loop is done.
    fn after(&mut self, frame: &Frame) {
        let total = frame.rounds.as_ref().map(|(_, total)| total);
        let total = total.filter(|total| self.state.le(&Poly::constant(0), total));
        let mut sums = vec![];
        for progression in frame.assumed.progressions.iter().filter(|_| !frame.left) {
            if let Some(last) = total.and_then(|total| progression.after(total)) {
                self.state.slots[progression.slot.0 as usize] = Held::Int(last);
                sums.push(progression.slot);
            }
        }
        // A sum may wrap around, and what is known of the variable holds of the number.
        for invariant in frame.assumed.invariants.iter().filter(|i| i.at_exit && !sums.contains(&i.slot)) {
            self.assume_invariant(invariant, total);
        }
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

    /// Takes up the proposed bounds that hold before the loop, and after the first round what it changed by the same amount
    /// on every way; whether there is anything new.
    fn adopt(&self, entry: &[(SlotId, Int, Poly)], frame: Frame, assumed: &mut Assumed) -> bool {
        let n = assumed.n_left();
        let first = |slot: SlotId| entry.iter().find(|e| e.0 == slot).map(|(_, int, value)| (*int, value.clone()));
        for (slot, _, _, change) in frame.heads {
            if let (0, Change::By(step), Some((int, first))) = (frame.round, change, first(slot))
                && step.as_constant() != Some(0)
            {
                assumed.progressions.push(Progression { slot, int, first, step, holds: true });
            }
        }
        for (slot, bound, rate) in frame.proposed {
            let Some((int, value)) = first(slot) else { continue };
            let is_progression = assumed.progressions.iter().any(|p| p.slot == slot && p.holds);
            let is_same = |i: &Invariant| i.slot == slot && !i.lower && i.bound == bound && i.rate == rate;
            if !is_progression && !assumed.invariants.iter().any(is_same) && self.state.le(&value, &bound) {
                assumed.invariants.push(Invariant::above(slot, int, bound, rate));
            }
        }
        assumed.n_left() > n
    }

    /// Bounds on what a variable holds at the end of a round, by what was there before the loop.
    fn propose(&mut self, frame: &mut Frame) {
        if self.trials == 0 || frame.round > 1 {
            return;
        }
        let old = |p: &Poly| p.atoms().iter().all(|a| *a <= frame.n_atoms);
        let looks_closely = frame.round == 0 && self.trials == 1;
        for (slot, int, head, change) in &mut frame.heads {
            let Held::Int(sum) = self.state.slots[slot.0 as usize].clone() else {
                *change = Change::Varies;
                continue;
            };
            if looks_closely && frame.rounds.is_some() {
                change.see(sum.sub(head).map(|step| int.centred(&step)).filter(old));
                if matches!(change, Change::By(_)) {
                    continue;
                }
            }
            let now = self.state.exact(&sum, *int);
            let atom = now.plus(-now.offset()).and_then(|p| p.as_atom());
            let facts = &self.state.facts;
            let bounds =
                atom.into_iter().flat_map(|atom| facts.about(atom).filter_map(|fact| fact.add(&now)).filter(old));
            let mut bounds: Vec<Poly> = bounds.take(MAX_PROPOSED).collect();
            // In the first round the value before the loop is assumed of the next one too.
            let high = facts.range(&now).1;
            if high < int.high() && (frame.round == 1 || looks_closely) {
                bounds.push(Poly::constant(high));
            }
            frame.proposed.extend(bounds.into_iter().map(|bound| (*slot, bound, 0)));
            let grows_by = |rate: &&i128| head.plus(**rate).is_some_and(|most| self.state.le(&now, &most));
            if looks_closely
                && frame.rounds.is_some()
                && let Some(rate) = RATES.iter().find(grows_by)
            {
                let before = frame.assumed.invariants.iter().find(|i| i.slot == *slot && i.rate == 0);
                frame.proposed.extend(before.map(|before| (*slot, before.bound.clone(), *rate)));
            }
        }
    }

    /// One walk of the body, from a head where the variables are unknown but for what is assumed.
    fn round(
        &mut self,
        range: Option<&StmtKind>,
        body: &Block,
        set: &BTreeSet<SlotId>,
        assumed: Assumed,
        round: usize,
    ) -> Frame {
        let n_atoms = self.state.facts.n_atoms();
        let mark = self.state.mark();
        self.forget(set);
        let progressions = || assumed.progressions.iter().filter(|p| p.holds);
        let is_bound = |i: &&Invariant| i.at_head && !progressions().any(|p| p.slot == i.slot);
        for invariant in assumed.invariants.iter().filter(is_bound).filter(|i| i.rate == 0) {
            self.assume_invariant(invariant, None);
        }
        let rounds = range.and_then(|range| self.assume_range(range));
        let before = rounds.as_ref().map(|(before, _)| before);
        for progression in progressions() {
            if let Some(now) = before.and_then(|before| progression.after(before)) {
                self.state.slots[progression.slot.0 as usize] = Held::Int(now);
            }
        }
        for invariant in assumed.invariants.iter().filter(is_bound).filter(|i| i.rate != 0) {
            self.assume_invariant(invariant, before);
        }
        let head = |slot: &SlotId| match (&self.state.slots[slot.0 as usize], Int::of(self.state.kernel[*slot].ty)) {
            (Held::Int(sum), Some(int)) => Some((*slot, int, sum.clone(), Change::NotSeen)),
            _ => None,
        };
        let heads = set.iter().filter_map(head).collect();
        self.loops.push(Frame { assumed, left: false, round, n_atoms, rounds, heads, proposed: vec![] });
        if self.block(body) {
            self.end_of_round(false);
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

    fn assume_invariant(&mut self, invariant: &Invariant, rounds: Option<&Poly>) {
        let Some(bound) = invariant.bound_after(rounds) else { return };
        if let Held::Int(head) = &self.state.slots[invariant.slot.0 as usize] {
            let (left, right) = if invariant.lower { (&bound, head) } else { (head, &bound) };
            let (left, right) = (left.clone(), right.clone());
            self.state.facts.learn_le(&left, &right);
        }
    }

    /// The loop's variable and what its range says of it: how many rounds were before, and how many there are in all, if
    /// it is a range of all numbers.
    fn assume_range(&mut self, range: &StmtKind) -> Option<(Poly, Poly)> {
        let StmtKind::For { var, start, end, step, .. } = range else { return None };
        let int = Int::of(self.state.kernel[*var].ty)?;
        let i = self.state.fresh(Origin::Value(*var), int);
        self.state.ints[var.0 as usize] = Some(i.clone());
        let (start, end) = (self.state.number(*start)?, self.state.number(*end)?);
        self.state.learn_lt(&i, &end);
        let step = self.state.number(*step)?;
        if self.state.le(&Poly::constant(0), &step) {
            self.state.facts.learn_le(&start, &i);
        }
        let step = step.as_constant()?;
        if let (Some(first), Some(end)) = (start.as_constant(), end.as_constant())
            && step > 1
            && end > first
        {
            let last = first + (end - 1 - first) / step * step;
            self.state.facts.learn_le(&i, &Poly::constant(last));
        }
        if step == 1 { i.sub(&start).zip(end.sub(&start)) } else { None }
    }

    /// Drops what is assumed in the innermost loop and not known to hold here: where a round ends, or where the loop is left.
    pub(super) fn end_of_round(&mut self, exit: bool) {
        let Some(mut frame) = self.loops.pop() else { return };
        frame.left |= exit;
        if !exit {
            self.propose(&mut frame);
            for progression in frame.assumed.progressions.iter_mut().filter(|p| p.holds) {
                let head = frame.heads.iter().find(|(slot, ..)| *slot == progression.slot);
                let now = &self.state.slots[progression.slot.0 as usize];
                progression.holds = match (head, now) {
                    (Some((_, _, head, _)), Held::Int(now)) => {
                        let same =
                            |step: Poly| progression.int.centred(&step) == progression.int.centred(&progression.step);
                        now.sub(head).is_some_and(same)
                    }
                    _ => false,
                };
            }
        }
        let rounds = match &frame.rounds {
            Some((_, total)) if exit => Some(total.clone()),
            Some((before, _)) => before.plus(1),
            None => None,
        };
        for invariant in &mut frame.assumed.invariants {
            let wanted = if exit { invariant.at_exit } else { invariant.at_head };
            let holds = wanted && self.holds(invariant, rounds.as_ref());
            *(if exit { &mut invariant.at_exit } else { &mut invariant.at_head }) = holds;
        }
        self.loops.push(frame);
    }

    fn holds(&mut self, invariant: &Invariant, rounds: Option<&Poly>) -> bool {
        let Held::Int(sum) = self.state.slots[invariant.slot.0 as usize].clone() else { return false };
        let Some(bound) = invariant.bound_after(rounds) else { return false };
        let now = self.state.exact(&sum, invariant.int);
        if invariant.lower { self.state.le(&bound, &now) } else { self.state.le(&now, &bound) }
    }
}

impl Change {
    /// One more end of a round, which changes the variable by that.
    fn see(&mut self, step: Option<Poly>) {
        *self = match (&*self, step) {
            (Self::NotSeen, Some(step)) => Self::By(step),
            (Self::By(known), Some(step)) if *known == step => Self::By(step),
            _ => Self::Varies,
        };
    }
}
