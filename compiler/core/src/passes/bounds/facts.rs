//! What is known at a point of the kernel: a range for each atom, and polynomials that are not negative. Facts are
//! taken back when their scope ends; atoms stay.

use super::int::Int;
use super::memo::Memo;
use super::poly::{AtomId, Mono, Poly};
use crate::ir::{Builtin, FactAtom, Op, ParamId, SlotId, ValueId};
use std::cell::RefCell;

/// What an atom stands for, to name it and to find it again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Origin {
    /// Fixed by the launch.
    Launch(FactAtom),
    /// What the hardware knows.
    Builtin(Builtin),
    /// A variable after a join.
    Slot(SlotId),
    /// The result of something that is not followed.
    Value(ValueId),
    /// That sum, wrapped to its type.
    Wrapped(Poly, Int),
    /// The integer at that index of a buffer that nobody writes to.
    Read(ParamId, Poly, Int),
    /// An operation on exact operands.
    Pure(Op, Vec<Poly>, Int),
}

/// An unknown integer in a closed range.
#[derive(Clone, Debug)]
pub(super) struct Atom {
    pub(super) origin: Origin,
    pub(super) low: i128,
    pub(super) high: i128,
}

/// More facts than this are not kept: a proof of them would take too long.
const MAX_FACTS: usize = 600;
/// A bound beyond this is taken as none.
const HUGE: i128 = 1 << 100;
/// No bound. So far from [`HUGE`] that no sum of bounded terms makes up for it.
const INFINITE: i128 = 1 << 118;

/// All that is known here.
#[derive(Debug, Default)]
pub(super) struct Facts {
    atoms: Vec<Atom>,
    list: Vec<Poly>,
    /// For each atom the facts that it is in, oldest first.
    uses: Vec<Vec<usize>>,
    trail: Vec<(AtomId, i128, i128)>,
    n_learned: u64,
    /// The numbers of what was learned and still holds, oldest first.
    learned: Vec<u64>,
    memo: RefCell<Memo>,
}

/// A point that [`Facts::reset`] goes back to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    facts: usize,
    trail: usize,
    learned: usize,
    n_proved: usize,
}

impl Facts {
    pub(super) fn new_atom(&mut self, origin: Origin, low: i128, high: i128) -> AtomId {
        self.atoms.push(Atom { origin, low, high });
        self.uses.push(vec![]);
        self.atoms.len() as AtomId
    }

    pub(super) fn atom(&self, atom: AtomId) -> &Atom {
        &self.atoms[atom as usize - 1]
    }

    /// Whether some may have been left out.
    pub(super) fn is_full(&self) -> bool {
        self.list.len() >= MAX_FACTS
    }

    pub(super) fn list(&self) -> &[Poly] {
        &self.list
    }

    /// Whether some fact bounds the atom from above.
    pub(super) fn is_bounded(&self, atom: AtomId) -> bool {
        self.about(atom).any(|fact| fact.coefficient(&Mono::atom(atom)) < 0)
    }

    pub(super) fn mark(&self) -> Mark {
        let n_proved = self.memo.borrow().n_proved();
        Mark { facts: self.list.len(), trail: self.trail.len(), learned: self.learned.len(), n_proved }
    }

    pub(super) fn reset(&mut self, mark: Mark) {
        self.learned.truncate(mark.learned);
        self.memo.get_mut().take_back(mark.n_proved);
        while self.list.len() > mark.facts {
            let fact = self.list.pop().unwrap_or_default();
            for atom in fact.atoms() {
                self.uses[atom as usize - 1].pop();
            }
        }
        while self.trail.len() > mark.trail {
            if let Some((atom, low, high)) = self.trail.pop() {
                let atom = &mut self.atoms[atom as usize - 1];
                (atom.low, atom.high) = (low, high);
            }
        }
    }

    /// How many atoms there are.
    pub(super) fn n_atoms(&self) -> u32 {
        self.atoms.len() as u32
    }

    /// The facts that an atom is in, newest first.
    pub(super) fn about(&self, atom: AtomId) -> impl Iterator<Item = &Poly> {
        self.uses[atom as usize - 1].iter().rev().map(|at| &self.list[*at])
    }

    /// Whether `goal >= 0`: as it was found before, if that is still so, else as `prove` says, by the slack of its proof.
    pub(super) fn once(&self, goal: &Poly, prove: impl FnOnce() -> Option<i128>) -> bool {
        let known = self.memo.borrow().get(goal, self.learned.last().copied().unwrap_or(0));
        known.unwrap_or_else(|| {
            let slack = prove();
            self.memo.borrow_mut().insert(goal, slack, self.n_learned);
            slack.is_some()
        })
    }

    /// Learns that `poly >= 0`.
    pub(super) fn learn(&mut self, poly: &Poly) {
        let mut poly = poly.clone();
        poly.tighten();
        let atoms = poly.atoms();
        let Some(first) = atoms.first() else { return };
        if self.about(*first).any(|fact| *fact == poly) || self.list.len() >= MAX_FACTS {
            return;
        }
        let changed = self.narrow(&poly);
        // The range of a single atom says all that its fact would.
        let is_range = poly.is_about_one_atom();
        if !is_range || !changed.is_empty() {
            self.n_learned += 1;
            self.learned.push(self.n_learned);
        }
        if !is_range {
            let at = self.list.len();
            self.list.push(poly);
            atoms.iter().for_each(|atom| self.uses[*atom as usize - 1].push(at));
        }
        let mut around: Vec<usize> = changed.iter().flat_map(|atom| &self.uses[*atom as usize - 1]).copied().collect();
        around.sort_unstable();
        around.dedup();
        for at in around.into_iter().rev() {
            let fact = self.list[at].clone();
            self.narrow(&fact);
        }
    }

    /// Learns that `left <= right`.
    pub(super) fn learn_le(&mut self, left: &Poly, right: &Poly) {
        if let Some(poly) = right.sub(left) {
            self.learn(&poly);
        }
    }

    /// Learns that both are equal.
    pub(super) fn learn_eq(&mut self, left: &Poly, right: &Poly) {
        self.learn_le(left, right);
        self.learn_le(right, left);
    }

    /// Narrows the ranges of the atoms that stand alone in a term of `poly >= 0`; which ones changed.
    fn narrow(&mut self, poly: &Poly) -> Vec<AtomId> {
        let mut changed = vec![];
        for (mono, c) in poly.terms() {
            let mut atoms = mono.atoms();
            let (Some(id), None) = (atoms.next(), atoms.next()) else { continue };
            // `c * atom >= -rest`, whatever the rest is.
            let rest: i128 = poly.terms().iter().filter(|(m, _)| m != mono).map(|t| self.term_range(t).1).sum();
            if rest > HUGE {
                continue;
            }
            let atom = self.atom(id);
            let (low, high) = match *c > 0 {
                true => (atom.low.max(div_up(-rest, *c)), atom.high),
                false => (atom.low, atom.high.min(rest.div_euclid(-c))),
            };
            if (low, high) != (atom.low, atom.high) {
                self.trail.push((id, atom.low, atom.high));
                let atom = &mut self.atoms[id as usize - 1];
                (atom.low, atom.high) = (low, high);
                changed.push(id);
            }
        }
        changed
    }

    /// The range of a product.
    pub(super) fn mono_range(&self, mono: &Mono) -> (i128, i128) {
        let ranges = mono.atoms().map(|id| (self.atom(id).low, self.atom(id).high));
        ranges.reduce(product).unwrap_or((1, 1))
    }

    pub(super) fn term_range(&self, (mono, c): &(Mono, i128)) -> (i128, i128) {
        match (*mono, self.mono_range(mono)) {
            (Mono::ONE, _) => (*c, *c),
            (_, range) if *c == 1 => range,
            (_, range) => product(range, (*c, *c)),
        }
    }

    /// A range that holds the sum, by the ranges of its atoms alone.
    pub(super) fn range(&self, poly: &Poly) -> (i128, i128) {
        poly.terms().iter().map(|t| self.term_range(t)).fold((0, 0), |(l, h), (low, high)| (l + low, h + high))
    }
}

/// The range of a product of numbers in these ranges; what lies beyond [`HUGE`] is [`INFINITE`].
fn product(a: (i128, i128), b: (i128, i128)) -> (i128, i128) {
    let (low, high) = if a.0 >= 0 && b.0 >= 0 {
        (a.0.saturating_mul(b.0), a.1.saturating_mul(b.1))
    } else {
        let all = [(a.0, b.0), (a.0, b.1), (a.1, b.0), (a.1, b.1)].map(|(a, b)| a.saturating_mul(b));
        let low = all[0].min(all[1]).min(all[2]).min(all[3]);
        (low, all[0].max(all[1]).max(all[2]).max(all[3]))
    };
    let low = if low < -HUGE { -INFINITE } else { low.min(HUGE) };
    let high = if high > HUGE { INFINITE } else { high.max(-HUGE) };
    (low, high)
}

fn div_up(a: i128, b: i128) -> i128 {
    -(-a).div_euclid(b)
}
