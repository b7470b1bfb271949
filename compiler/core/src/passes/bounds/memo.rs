//! What searches for proofs found: most goals come up again, and a failure takes longest to find.
//!
//! Facts come and go as on a stack. So a proof holds until a fact that was known then is taken back, and a failure until
//! something is learned that was not: what was learned before and still holds was known.

use super::poly::Poly;
use rustc_hash::FxBuildHasher;
use std::collections::HashMap;

/// Goals and whether they were proved.
#[derive(Debug, Default)]
pub(super) struct Memo {
    /// With the number of things that had been learned by then.
    found: HashMap<Poly, (bool, u64), FxBuildHasher>,
    /// The proved ones, oldest first.
    proved: Vec<Poly>,
}

impl Memo {
    /// What is known of a goal, where `newest` is the number of the last thing learned that still holds.
    pub(super) fn get(&self, goal: &Poly, newest: u64) -> Option<bool> {
        let (proved, by) = self.found.get(goal)?;
        (*proved || newest <= *by).then_some(*proved)
    }

    pub(super) fn insert(&mut self, goal: &Poly, proved: bool, n_learned: u64) {
        self.found.insert(goal.clone(), (proved, n_learned));
        if proved {
            self.proved.push(goal.clone());
        }
    }

    /// How many goals are proved: a mark for [`Self::take_back`].
    pub(super) fn n_proved(&self) -> usize {
        self.proved.len()
    }

    /// Forgets the proofs that came after a mark.
    pub(super) fn take_back(&mut self, n_proved: usize) {
        for goal in self.proved.drain(n_proved..) {
            self.found.remove(&goal);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::facts::{Facts, Origin};
    use super::super::poly::Poly;
    use super::super::search::holds;
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
}
