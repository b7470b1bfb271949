//! What the walk knows of values and conditions, and how facts are drawn from them.

use super::facts::{Facts, Mark, Origin};
use super::int::Int;
use super::poly::{AtomId, Poly};
use super::search::holds;
use super::settle::Ways;
use crate::ir::{Kernel, Op, ValueId};
use rustc_hash::FxBuildHasher;
use std::collections::HashMap;
use std::rc::Rc;

/// So many bounds that facts know of a sum are tried for what it is joined with.
const MAX_KNOWN: usize = 2;

/// A condition, by the integers that it compares.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "each lies behind an Rc")]
pub(super) enum Cond {
    Known(bool),
    /// A comparison of two sums, each valid modulo the type's size.
    Compare(Op, Poly, Poly, Int),
    Not(Rc<Cond>),
    And(Rc<Cond>, Rc<Cond>),
    Or(Rc<Cond>, Rc<Cond>),
    /// `if c { a } else { b }`.
    Choice(Rc<Cond>, Rc<Cond>, Rc<Cond>),
    /// Something that is not followed.
    Opaque,
}

/// What a variable holds.
#[derive(Clone, Debug)]
pub(super) enum Held {
    Opaque,
    /// A sum, valid modulo the type's size.
    Int(Poly),
    Bool(Rc<Cond>),
}

/// Values and facts.
pub(super) struct State<'k> {
    pub(super) kernel: &'k Kernel,
    pub(super) facts: Facts,
    /// For each integer value a sum that equals it modulo its type's size.
    pub(super) ints: Vec<Option<Poly>>,
    pub(super) conds: Vec<Option<Rc<Cond>>>,
    pub(super) slots: Vec<Held>,
    /// For atoms of [`Self::join`] the two sums that each is one of.
    pub(super) ways: HashMap<AtomId, Rc<Ways>, FxBuildHasher>,
    /// Whether [`Self::settle`] is at work.
    pub(super) is_settling: bool,
    atoms: HashMap<Origin, AtomId, FxBuildHasher>,
    /// The sums that were not proved to be in range, and the atoms that stand for what they wrap to.
    wrapped: Vec<(Poly, Int, AtomId)>,
}

impl<'k> State<'k> {
    pub(super) fn new(kernel: &'k Kernel) -> Self {
        let n = kernel.values.len();
        Self {
            kernel,
            facts: Facts::default(),
            ints: vec![None; n],
            conds: vec![None; n],
            slots: vec![Held::Opaque; kernel.slots.len()],
            ways: HashMap::default(),
            is_settling: false,
            atoms: HashMap::default(),
            wrapped: vec![],
        }
    }

    /// The atom of that origin; made where there is none yet.
    pub(super) fn atom(&mut self, origin: Origin, low: i128, high: i128) -> Poly {
        if let Some(atom) = self.atoms.get(&origin) {
            return Poly::atom(*atom);
        }
        let atom = self.facts.new_atom(origin.clone(), low, high);
        self.atoms.insert(origin, atom);
        Poly::atom(atom)
    }

    /// A new atom of that type.
    pub(super) fn fresh(&mut self, origin: Origin, int: Int) -> Poly {
        Poly::atom(self.facts.new_atom(origin, int.low(), int.high()))
    }

    /// The exact number that a value of that type is, from a sum that equals it modulo the type's size: the sum
    /// itself where it is proved to be in range, else an atom.
    pub(super) fn exact(&mut self, sum: &Poly, int: Int) -> Poly {
        if let Some(value) = sum.as_constant() {
            return Poly::constant(int.wrap(value));
        }
        let centred = int.centred(sum);
        let rewritten = self.rewritten(&centred, int);
        let wrapped = self.atoms.get(&Origin::Wrapped(centred.clone(), int)).copied();
        let tried = [Some(sum), Some(&centred).filter(|c| *c != sum), Some(&rewritten).filter(|r| **r != centred)];
        for sum in tried.into_iter().flatten() {
            if wrapped.is_some_and(|atom| sum.as_atom() == Some(atom)) {
                continue;
            }
            if self.in_range(sum, int) {
                // What was learned while the proof was missing holds for the sum as well.
                if let Some(atom) = wrapped {
                    self.facts.learn_eq(&Poly::atom(atom), sum);
                }
                return sum.clone();
            }
        }
        let atom = self.atom(Origin::Wrapped(centred.clone(), int), int.low(), int.high());
        if let (None, Some(id)) = (wrapped, atom.as_atom()) {
            self.wrapped.push((centred, int, id));
        }
        // What is not negative only becomes smaller.
        if !int.signed && self.facts.range(sum).0 >= 0 {
            self.facts.learn_le(&atom, sum);
        }
        atom
    }

    /// The same sum modulo the type's size, with atoms in place of the wrapped sums that something bounds.
    pub(super) fn rewritten(&self, sum: &Poly, int: Int) -> Poly {
        let mut out = sum.clone();
        for (part, of, atom) in self.wrapped.iter().rev().filter(|(_, of, _)| of.bits >= int.bits) {
            if self.facts.atom(*atom).high >= of.high() && !self.facts.is_bounded(*atom) {
                continue;
            }
            while let Some(next) = replace(&out, part, *atom) {
                out = next;
            }
        }
        out
    }

    fn in_range(&self, sum: &Poly, int: Int) -> bool {
        let (low, high) = self.facts.range(sum);
        let above = |s: &Self| low >= int.low() || sum.plus(-int.low()).is_some_and(|p| holds(&s.facts, &p));
        let below =
            |s: &Self| high <= int.high() || Poly::constant(int.high()).sub(sum).is_some_and(|p| holds(&s.facts, &p));
        above(self) && below(self)
    }

    /// The exact number that a value is; an atom of its own where it is not followed.
    pub(super) fn number(&mut self, value: ValueId) -> Option<Poly> {
        let int = Int::of(self.kernel[value].ty)?;
        let sum = self.ints[value.0 as usize].clone()?;
        Some(self.exact(&sum, int))
    }

    pub(super) fn cond(&self, value: ValueId) -> Rc<Cond> {
        self.conds[value.0 as usize].clone().unwrap_or_else(|| Rc::new(Cond::Opaque))
    }

    /// Whether `left <= right` is known.
    pub(super) fn le(&self, left: &Poly, right: &Poly) -> bool {
        right.sub(left).is_some_and(|p| holds(&self.facts, &p))
    }

    /// Learns what follows from a condition.
    pub(super) fn assume(&mut self, cond: &Rc<Cond>, truth: bool) {
        match (&**cond, truth) {
            (Cond::Known(_) | Cond::Opaque, _) => {}
            (Cond::Not(_) | Cond::And(..) | Cond::Or(..) | Cond::Choice(..), _) => {
                let mut parts = vec![];
                conjuncts(cond, truth, &mut parts);
                // What a later one says may prove the sums of an earlier one to be in range.
                for _ in 0..parts.len().min(2) {
                    parts.iter().for_each(|(part, truth)| self.assume(part, *truth));
                }
            }
            (Cond::Compare(op, a, b, int), _) => {
                let (a, b) = (self.exact(a, *int), self.exact(b, *int));
                self.assume_compare(*op, truth, &a, &b);
                [a, b].iter().flat_map(Poly::atoms).for_each(|atom| self.unwrap_natural(atom));
            }
        }
    }

    /// What wraps to a number that is not negative, and never was, is that number: `len as i32`, where it is not below 0.
    fn unwrap_natural(&mut self, atom: AtomId) {
        let Origin::Wrapped(sum, int) = &self.facts.atom(atom).origin else { return };
        let (low, high) = self.facts.range(sum);
        if int.signed && self.facts.atom(atom).low >= 0 && low >= 0 && high < 1 << int.bits {
            let sum = sum.clone();
            self.facts.learn_eq(&Poly::atom(atom), &sum);
        }
    }

    fn assume_compare(&mut self, op: Op, truth: bool, a: &Poly, b: &Poly) {
        match (op, truth) {
            (Op::Lt, true) | (Op::Ge, false) => self.learn_lt(a, b),
            (Op::Le, true) | (Op::Gt, false) => self.learn_le(a, b),
            (Op::Gt, true) | (Op::Le, false) => self.learn_lt(b, a),
            (Op::Ge, true) | (Op::Lt, false) => self.learn_le(b, a),
            (Op::Eq, true) | (Op::Ne, false) => self.facts.learn_eq(a, b),
            (Op::Ne, true) | (Op::Eq, false) => {
                if self.le(a, b) {
                    self.learn_lt(a, b);
                } else if self.le(b, a) {
                    self.learn_lt(b, a);
                }
            }
            _ => {}
        }
    }

    pub(super) fn learn_lt(&mut self, left: &Poly, right: &Poly) {
        if let Some(left) = left.plus(1) {
            self.learn_le(&left, right);
        }
    }

    /// Learns that `left <= right`, and what that says of choices in them.
    fn learn_le(&mut self, left: &Poly, right: &Poly) {
        self.facts.learn_le(left, right);
        self.settle(left, right);
    }

    /// A variable that holds `a` where the condition holds, else `b`: the sum they share, or an atom with the
    /// bounds that hold either way.
    pub(super) fn join(&mut self, cond: &Rc<Cond>, a: &Poly, b: &Poly, int: Int, origin: Origin) -> Poly {
        if int.centred(a) == int.centred(b) {
            return a.clone();
        }
        let candidates = self.candidates(cond, a, b, int);
        let (exact_a, (low_a, high_a), fits_a) = self.bounds_under(cond, true, a, int, &candidates);
        let (exact_b, (low_b, high_b), fits_b) = self.bounds_under(cond, false, b, int, &candidates);
        let joined = self.fresh(origin, int);
        if let Some(atom) = joined.as_atom() {
            self.ways.insert(atom, Rc::new(Ways { cond: cond.clone(), a: exact_a, b: exact_b }));
        }
        self.facts.learn_le(&Poly::constant(low_a.min(low_b)), &joined);
        self.facts.learn_le(&joined, &Poly::constant(high_a.max(high_b)));
        let mut has_upper = false;
        for (at, candidate) in candidates.iter().enumerate() {
            if fits_a[at].0 && fits_b[at].0 {
                has_upper = true;
                self.facts.learn_le(&joined, candidate);
            }
            if fits_a[at].1 && fits_b[at].1 {
                self.facts.learn_le(candidate, &joined);
            }
        }
        if !has_upper {
            self.join_known(cond, a, b, int, &joined);
        }
        joined
    }

    /// What is known to bound one of two sums from above may bound the other as well: `if c { n - 1 - i } else { i }`.
    fn join_known(&mut self, cond: &Rc<Cond>, a: &Poly, b: &Poly, int: Int, joined: &Poly) {
        let mut known = vec![];
        for sum in [self.exact(a, int), self.exact(b, int)] {
            known.extend(self.known_bounds(&sum));
        }
        if known.is_empty() {
            return;
        }
        let (_, _, fits_a) = self.bounds_under(cond, true, a, int, &known);
        let (_, _, fits_b) = self.bounds_under(cond, false, b, int, &known);
        for (candidate, (a, b)) in known.iter().zip(fits_a.iter().zip(&fits_b)) {
            if a.0 && b.0 {
                self.facts.learn_le(joined, candidate);
            }
        }
    }

    /// Sums of other atoms that a fact says are no less than this one.
    fn known_bounds(&self, sum: &Poly) -> Vec<Poly> {
        let atoms = sum.atoms();
        let Some(last) = atoms.last() else { return vec![] };
        let bounds = self.facts.about(*last).filter_map(|fact| fact.add_scaled(sum, 1));
        let is_other =
            |bound: &Poly| bound.as_constant().is_none() && bound.atoms().iter().all(|atom| !atoms.contains(atom));
        bounds.filter(is_other).take(MAX_KNOWN).collect()
    }

    /// Sums that may bound both `a` and `b`.
    fn candidates(&mut self, cond: &Rc<Cond>, a: &Poly, b: &Poly, int: Int) -> Vec<Poly> {
        let mut out = vec![self.exact(a, int), self.exact(b, int)];
        out.extend([a, b].into_iter().map(|p| self.rewritten(p, int)).filter_map(|p| p.plus(-p.offset())));
        let mut cond = cond.clone();
        while let Cond::Not(inner) = &*cond.clone() {
            cond = inner.clone();
        }
        if let Cond::Compare(_, left, right, int) = &*cond {
            for side in [left, right] {
                let side = self.exact(side, *int);
                out.extend([side.plus(-1), Some(side)].into_iter().flatten());
            }
        }
        let mut unique = vec![];
        for poly in out {
            if poly.as_constant().is_none() && !unique.contains(&poly) {
                unique.push(poly);
            }
        }
        unique
    }

    /// Under a condition: a sum's exact number, its range, and for each candidate whether it is an upper and a lower bound.
    fn bounds_under(
        &mut self,
        cond: &Rc<Cond>,
        truth: bool,
        sum: &Poly,
        int: Int,
        candidates: &[Poly],
    ) -> (Poly, (i128, i128), Vec<(bool, bool)>) {
        let mark = self.mark();
        self.assume(cond, truth);
        let exact = self.exact(sum, int);
        let (low, high) = self.facts.range(&exact);
        let fits = candidates.iter().map(|c| (self.le(&exact, c), self.le(c, &exact))).collect();
        self.reset(mark);
        (exact, (low.max(int.low()), high.min(int.high())), fits)
    }

    pub(super) fn mark(&self) -> Mark {
        self.facts.mark()
    }

    pub(super) fn reset(&mut self, mark: Mark) {
        self.facts.reset(mark);
    }
}

/// The comparisons that follow from a condition, with whether they hold.
fn conjuncts(cond: &Rc<Cond>, truth: bool, parts: &mut Vec<(Rc<Cond>, bool)>) {
    match (&**cond, truth) {
        (Cond::Known(_) | Cond::Opaque, _) => {}
        (Cond::Compare(..), _) => parts.push((cond.clone(), truth)),
        (Cond::Not(c), _) => conjuncts(c, !truth, parts),
        (Cond::And(a, b), true) | (Cond::Or(a, b), false) => {
            conjuncts(a, truth, parts);
            conjuncts(b, truth, parts);
        }
        (Cond::And(a, b), false) | (Cond::Or(a, b), true) => {
            for (one, other) in [(a, b), (b, a)] {
                if matches!(**one, Cond::Known(known) if known != truth) {
                    conjuncts(other, truth, parts);
                }
            }
        }
        (Cond::Choice(c, a, b), _) => {
            // `c && b` is `if c { b } else { false }`: where it holds, so does c.
            if under(b, c, false).is_some_and(|known| known != truth) {
                conjuncts(c, true, parts);
                conjuncts(a, truth, parts);
            } else if under(a, c, true).is_some_and(|known| known != truth) {
                conjuncts(c, false, parts);
                conjuncts(b, truth, parts);
            }
        }
    }
}

/// The condition's value where `given` has that value, if that tells.
fn under(cond: &Rc<Cond>, given: &Rc<Cond>, value: bool) -> Option<bool> {
    match (&**cond, &**given) {
        (Cond::Known(known), _) => Some(*known),
        _ if Rc::ptr_eq(cond, given) => Some(value),
        (Cond::Not(inner), _) => under(inner, given, value).map(|known| !known),
        (_, Cond::Not(inner)) => under(cond, inner, !value),
        _ => None,
    }
}

/// `sum` with one multiple of `part` in it replaced by that multiple of the atom; `None` where there is none in full.
fn replace(sum: &Poly, part: &Poly, atom: AtomId) -> Option<Poly> {
    let (first, c) = part.terms().last()?;
    let difference = part.sub(&Poly::atom(atom))?;
    sum.terms().iter().find_map(|(mono, k)| {
        let quotient = mono.without(first)?;
        let factor = if k % c == 0 { k / c } else { return None };
        let next = sum.add_scaled(&difference.times(&quotient, 1)?, -factor)?;
        let saved = part.terms().len().saturating_sub(1);
        (next.terms().len() + saved <= sum.terms().len()).then_some(next)
    })
}
