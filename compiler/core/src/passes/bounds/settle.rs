//! Numbers that are one of two sums, and facts that only one of them allows: of `i < max(n, 4) - 4` follows `n > 4`, and
//! of `i < if c { n } else { 0 }` that `c` holds.

use super::facts::Origin;
use super::poly::{AtomId, Mono, Poly};
use super::search::holds;
use super::state::{Cond, State};
use crate::ir::Op;
use std::rc::Rc;

/// What an atom is where the condition holds, and where it does not: exact numbers there.
pub(super) struct Ways {
    pub(super) cond: Rc<Cond>,
    pub(super) a: Poly,
    pub(super) b: Poly,
}

/// How many facts are looked at for one, as each minimum in it makes two of it.
const BUDGET: u32 = 24;

impl State<'_> {
    /// Learns which way the choices in `left <= right` went, where the other way would contradict what is known.
    pub(super) fn settle(&mut self, left: &Poly, right: &Poly) {
        if self.is_settling {
            return;
        }
        if let Some(fact) = right.sub(left) {
            self.is_settling = true;
            let mut budget = BUDGET;
            self.settle_fact(&fact, &mut budget);
            self.is_settling = false;
        }
    }

    /// [`Self::settle`], of `fact >= 0`.
    fn settle_fact(&mut self, fact: &Poly, budget: &mut u32) {
        let Some(left) = budget.checked_sub(1) else { return };
        *budget = left;
        for atom in fact.atoms() {
            let choice = Choice { atom, fact, c: fact.coefficient(&Mono::atom(atom)) };
            if choice.c == 0 || !choice.is_linear() {
                continue;
            }
            if let Origin::Pure(op @ (Op::Min | Op::Max), numbers, _) = &self.facts.atom(atom).origin {
                let is_both = (*op == Op::Min) == (choice.c > 0);
                if let [a, b] = &numbers.clone()[..] {
                    self.settle_extreme(&choice, [a, b], is_both, budget);
                }
            } else if let Some(ways) = self.ways.get(&atom).cloned() {
                self.settle_ways(&choice, &ways);
            }
        }
    }

    /// A minimum or a maximum. A minimum that is large enough says that both are.
    fn settle_extreme(&mut self, choice: &Choice<'_>, [a, b]: [&Poly; 2], is_both: bool, budget: &mut u32) {
        let ways = [choice.with(a), choice.with(b)];
        if is_both {
            ways.into_iter().flatten().for_each(|fact| self.settle_fact(&fact, budget));
        } else if self.is_refuted(&ways[1]) {
            self.facts.learn_eq(&Poly::atom(choice.atom), a);
        } else if self.is_refuted(&ways[0]) {
            self.facts.learn_eq(&Poly::atom(choice.atom), b);
        }
    }

    fn settle_ways(&mut self, choice: &Choice<'_>, ways: &Ways) {
        let is_a = self.is_refuted(&choice.with(&ways.b));
        if is_a || self.is_refuted(&choice.with(&ways.a)) {
            self.assume(&ways.cond, is_a);
            self.facts.learn_eq(&Poly::atom(choice.atom), if is_a { &ways.a } else { &ways.b });
        }
    }

    /// Whether `fact >= 0` is known not to hold.
    fn is_refuted(&self, fact: &Option<Poly>) -> bool {
        let negated = fact.as_ref().and_then(|fact| fact.scale(-1)?.plus(-1));
        negated.is_some_and(|goal| holds(&self.facts, &goal))
    }
}

/// An atom that is one of two sums, in a fact.
struct Choice<'f> {
    atom: AtomId,
    fact: &'f Poly,
    /// Its coefficient.
    c: i128,
}

impl Choice<'_> {
    /// Whether the atom is in no product.
    fn is_linear(&self) -> bool {
        self.fact.terms().iter().filter(|(mono, _)| mono.atoms().any(|atom| atom == self.atom)).count() == 1
    }

    /// The fact, where the atom is that sum.
    fn with(&self, sum: &Poly) -> Option<Poly> {
        self.fact.add_scaled(&sum.sub(&Poly::atom(self.atom))?, self.c)
    }
}
