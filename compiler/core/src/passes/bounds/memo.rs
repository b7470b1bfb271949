//! What searches for proofs found: most goals come up again, and a failure takes longest to find.
//!
//! Facts come and go as on a stack. So a proof holds until a fact that was known then is taken back, and a failure until
//! something is learned that was not: what was learned before and still holds was known.
//!
//! Goals that differ in their offset alone are one: what proves `x - 3 >= 0` proves `x + 5 >= 0`. With what a proof
//! leaves over, one proof often serves all accesses of an unrolled loop.

use super::poly::{Mono, Poly, Terms};
use rustc_hash::FxBuildHasher;
use std::collections::HashMap;

/// Goals and whether they were proved.
#[derive(Debug, Default)]
pub(super) struct Memo {
    /// By the goals' terms but the offset.
    found: HashMap<Terms, Found, FxBuildHasher>,
    /// What each proof changed, oldest first: the least offset that was proved before.
    proved: Vec<(Terms, Option<i128>)>,
}

/// What is known of goals that differ in their offset.
#[derive(Clone, Copy, Debug, Default)]
struct Found {
    /// The least offset that was proved.
    proved: Option<i128>,
    /// An offset that was not, with the number of things that had been learned by then.
    failed: Option<(i128, u64)>,
}

impl Memo {
    /// What is known of a goal, where `newest` is the number of the last thing learned that still holds.
    pub(super) fn get(&self, goal: &Poly, newest: u64) -> Option<bool> {
        let (terms, offset) = split(goal);
        let found = self.found.get(terms)?;
        if found.proved.is_some_and(|least| least <= offset) {
            return Some(true);
        }
        found.failed.is_some_and(|(failed, by)| offset <= failed && newest <= by).then_some(false)
    }

    /// Notes a search's end: the slack of the proof that it found, or `None`.
    pub(super) fn insert(&mut self, goal: &Poly, slack: Option<i128>, n_learned: u64) {
        let (terms, offset) = split(goal);
        let found = self.found.entry(Terms::from_slice(terms)).or_default();
        match slack {
            Some(slack) => {
                let before = found.proved.replace(offset.saturating_sub(slack));
                self.proved.push((Terms::from_slice(terms), before));
            }
            None => found.failed = Some((offset, n_learned)),
        }
    }

    /// How many proofs there are: a mark for [`Self::take_back`].
    pub(super) fn n_proved(&self) -> usize {
        self.proved.len()
    }

    /// Forgets the proofs that came after a mark.
    pub(super) fn take_back(&mut self, n_proved: usize) {
        for (terms, before) in self.proved.drain(n_proved..).rev() {
            if let Some(found) = self.found.get_mut(&terms) {
                found.proved = before;
            }
        }
    }
}

/// A goal's terms but the offset, which comes first, and the offset.
fn split(goal: &Poly) -> (&[(Mono, i128)], i128) {
    match goal.terms() {
        [(Mono::ONE, offset), rest @ ..] => (rest, *offset),
        terms => (terms, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::super::facts::{Facts, Origin};
    use super::super::poly::Poly;
    use super::super::search::{holds, slack};
    use crate::ir::ValueId;

    #[test]
    fn a_failure_holds_until_something_is_learned_and_a_proof_until_it_is_taken_back() {
        let mut facts = Facts::default();
        let [x, y, z] = [0, 1, 2].map(|v| Poly::atom(facts.new_atom(Origin::Value(ValueId(v)), 0, 100)));
        let goal = y.sub(&x).unwrap();
        let before = facts.mark();
        assert!(!holds(&facts, &goal) && !holds(&facts, &goal));
        facts.learn_le(&x, &z);
        assert!(!holds(&facts, &goal));
        let within = facts.mark();
        facts.learn_le(&z, &y);
        assert!(holds(&facts, &goal) && holds(&facts, &goal));
        facts.reset(within);
        assert!(!holds(&facts, &goal));
        // A range alone is news, too.
        facts.learn_le(&Poly::constant(100), &y);
        assert!(holds(&facts, &goal));
        facts.reset(before);
        assert!(!holds(&facts, &goal));
    }

    #[test]
    fn a_proof_says_what_it_leaves_over() {
        let mut facts = Facts::default();
        let [x, y, n] = [0, 1, 2].map(|v| Poly::atom(facts.new_atom(Origin::Value(ValueId(v)), 0, 1000)));
        // 8 * x + 7 <= n, and y <= x.
        facts.learn_le(&x.scale(8).unwrap().plus(7).unwrap(), &n);
        facts.learn_le(&y, &x);
        let goal = |offset: i128| n.sub(&y.scale(8).unwrap()).unwrap().plus(-offset).unwrap();
        let mut searches = 0;
        let mut holds_by_search = |offset: i128| {
            let goal = goal(offset);
            facts.once(&goal, || {
                searches += 1;
                slack(&facts, &goal)
            })
        };
        assert!((0..=7).all(&mut holds_by_search));
        assert!(!holds_by_search(8) && !holds_by_search(9));
        assert_eq!(searches, 2);
    }
}
