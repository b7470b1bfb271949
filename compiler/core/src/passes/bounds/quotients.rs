//! Quotients and remainders: what they are, and what their operands' bounds say of them.

use super::int::Int;
use super::poly::{Mono, Poly};
use super::state::State;
use crate::ir::Op;

impl State<'_> {
    pub(super) fn quotient(&mut self, a: &Poly, b: &Poly, int: Int) -> Option<Poly> {
        if let (Some(a), Some(b)) = (a.as_constant(), b.as_constant()) {
            let overflows = b == 0 || (b == -1 && a == int.low());
            return Some(Poly::constant(if overflows { a } else { a / b }));
        }
        let natural = self.le(&Poly::constant(0), a);
        match b.as_constant() {
            Some(b) if b >= 1 && natural => return self.quotient_floor(a, b, int),
            _ => {}
        }
        // `(b + c) / b` is `1 + c / b`, of which more is known.
        if natural && self.positive(b) {
            let rest = a.sub(b)?;
            if rest.terms().len() < a.terms().len() && self.le(&Poly::constant(0), &rest) {
                return self.quotient(&rest, b, int)?.plus(1);
            }
        }
        let atom = self.pure_atom(Op::Div, &[a.clone(), b.clone()], int);
        if natural && !int.signed {
            self.facts.learn_le(&atom, a);
        }
        if natural && self.le(&Poly::constant(0), b) {
            self.facts.learn_le(&Poly::constant(0), &atom);
            let product = atom.mul(b)?;
            self.facts.learn_le(&product, a);
            if self.positive(b) {
                self.learn_lt(a, &product.add(b)?);
                self.learn_quotient_bounds(a, b, &atom);
            }
        }
        Some(atom)
    }

    /// From `a < n * b` follows `a / b < n`: what bounds `a` bounds the multiple below it, and what is then left of that bound
    /// but for multiples of `b` says how much less the quotient is.
    fn learn_quotient_bounds(&mut self, a: &Poly, b: &Poly, quotient: &Poly) {
        let [(divisor, 1)] = b.terms() else { return };
        let Some(below) = quotient.times(divisor, 1).and_then(|multiple| a.sub(&multiple)) else { return };
        for bound in self.with_upper_bounds(&below) {
            let (multiples, rest): (Vec<_>, Vec<_>) =
                bound.terms().iter().partition(|(mono, _)| mono.without(divisor).is_some());
            let sum = |terms: Vec<&(Mono, i128)>, by: &Mono| {
                terms.into_iter().try_fold(Poly::default(), |sum, (mono, c)| {
                    sum.add(&Poly::term(mono.without(by).unwrap_or(*mono), *c))
                })
            };
            let (Some(n), Some(rest)) = (sum(multiples, divisor), sum(rest, &Mono::ONE)) else { continue };
            // `n * b + rest >= 0`, so `n * b > 0` where the rest is negative, and `n * b > -b` where it is less than `b`.
            if self.facts.range(&rest).1 < 0 {
                self.facts.learn_le(&Poly::constant(1), &n);
            } else if self.learned_lt(&rest, b) {
                self.facts.learn_le(&Poly::constant(0), &n);
            }
        }
    }

    /// `a / b` rounded down, for a known `b >= 1`.
    pub(super) fn quotient_floor(&mut self, a: &Poly, b: i128, int: Int) -> Option<Poly> {
        if a.content() % b == 0 && a.offset() % b == 0 {
            return Some(a.map(|c| c / b));
        }
        // Only of what may be negative does a shift differ from a division.
        let op = if self.le(&Poly::constant(0), a) { Op::Div } else { Op::Shr };
        let atom = self.pure_atom(op, &[a.clone(), Poly::constant(b)], int);
        let product = atom.scale(b)?;
        self.facts.learn_le(&product, a);
        self.facts.learn_le(a, &product.plus(b - 1)?);
        self.learn_whole_bounds(a, &product);
        Some(atom)
    }

    /// From `a < 4 * n` follows `a / 4 < n`: what bounds `a` bounds the multiple below it, and over the integers that says
    /// more where all coefficients share a factor.
    fn learn_whole_bounds(&mut self, a: &Poly, multiple: &Poly) {
        let Some(below) = a.sub(multiple) else { return };
        let whole = |bounds: &[Poly]| bounds.iter().any(|bound| bound.content() > 1);
        let mut bounds = self.with_upper_bounds(&below);
        if !whole(&bounds) {
            // One step further: the end of a loop may be a number that stands for another one.
            bounds = bounds.iter().flat_map(|bound| self.with_upper_bounds(bound)).collect();
        }
        for mut bound in bounds.into_iter().filter(|bound| bound.content() > 1 && bound.terms().len() <= 4) {
            bound.tighten();
            self.facts.learn(&bound);
        }
    }

    /// What is not negative if `sum` is: its newest positive term replaced by what is no less.
    fn with_upper_bounds(&self, sum: &Poly) -> Vec<Poly> {
        let newest = sum.terms().iter().rev().find(|(mono, c)| *c > 0 && mono.atoms().count() == 1);
        let Some(((mono, c), atom)) = newest.and_then(|term| Some((*term, term.0.atoms().next()?))) else {
            return vec![];
        };
        let bounded = self.facts.about(atom).filter_map(|fact| {
            let k = Some(-fact.coefficient(&mono)).filter(|k| *k > 0)?;
            sum.scale(k)?.add_scaled(fact, c)
        });
        bounded.collect()
    }

    pub(super) fn remainder(&mut self, a: &Poly, b: &Poly, int: Int) -> Option<Poly> {
        let natural = self.le(&Poly::constant(0), a);
        if natural && self.learned_lt(a, b) {
            return Some(a.clone());
        }
        if natural && self.positive(b) {
            let quotient = self.quotient(a, b, int)?;
            return self.rest(a, b, &quotient, int);
        }
        let atom = self.pure_atom(Op::Rem, &[a.clone(), b.clone()], int);
        if natural {
            self.facts.learn_le(&Poly::constant(0), &atom);
            self.facts.learn_le(&atom, a);
        } else if let Some(b) = b.as_constant().filter(|b| *b != 0) {
            self.facts.learn_le(&atom, &Poly::constant(b.abs() - 1));
            self.facts.learn_le(&Poly::constant(1 - b.abs()), &atom);
        }
        Some(atom)
    }

    fn learned_lt(&self, a: &Poly, b: &Poly) -> bool {
        a.plus(1).is_some_and(|a| self.le(&a, b))
    }

    /// `a - b * quotient`, which is at least 0 and below `b`.
    pub(super) fn rest(&mut self, a: &Poly, b: &Poly, quotient: &Poly, int: Int) -> Option<Poly> {
        let difference = a.sub(&quotient.mul(b)?)?;
        if difference.as_constant().is_some() {
            return Some(difference);
        }
        let atom = self.pure_atom(Op::Rem, &[a.clone(), b.clone()], int);
        self.facts.learn_le(&Poly::constant(0), &atom);
        self.learn_lt(&atom, b);
        self.facts.learn_le(&atom, a);
        self.facts.learn_eq(&atom, &difference);
        Some(atom)
    }

    /// As [`Self::rest`], where `a` may be negative and the quotient is rounded down.
    pub(super) fn rest_of_any_sign(&mut self, a: &Poly, b: &Poly, quotient: &Poly, int: Int) -> Option<Poly> {
        if self.le(&Poly::constant(0), a) {
            return self.rest(a, b, quotient, int);
        }
        let atom = self.pure_atom(Op::And, &[a.clone(), b.plus(-1)?], int);
        self.facts.learn_le(&Poly::constant(0), &atom);
        self.learn_lt(&atom, b);
        self.facts.learn_eq(&atom, &a.sub(&quotient.mul(b)?)?);
        Some(atom)
    }
}
