//! The search for a proof again, with the shortest goal first: where many facts are about an atom, going deep ([`super::search`])
//! spends its effort on the first of them, though most only make the goal longer.

use super::facts::Facts;
use super::poly::Poly;
use super::search::steps;
use rustc_hash::{FxBuildHasher, FxHashSet};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hash::BuildHasher;

/// How many goals are replaced by what they follow from.
const EFFORT: usize = 48;

/// A goal, and the one it came from by a fact.
struct Goal {
    sum: Poly,
    from: Option<usize>,
    by: Option<Poly>,
}

/// The facts, in order of use, that `goal >= 0` follows from; `None` where none were found.
pub(super) fn search(facts: &Facts, goal: &Poly) -> Option<Vec<Poly>> {
    let mut goals = vec![Goal { sum: goal.clone(), from: None, by: None }];
    let mut next = BinaryHeap::from([Reverse((length(goal), 0))]);
    let mut seen = FxHashSet::default();
    for _ in 0..EFFORT {
        let Reverse((_, at)) = next.pop()?;
        let sum = goals[at].sum.clone();
        let found = steps(facts, &sum, &mut |next_goal, by| {
            let sum = next_goal.goal;
            let (low, high) = facts.range(&sum);
            if high < 0 || !seen.insert(FxBuildHasher.hash_one(&sum)) {
                return false;
            }
            next.push(Reverse((length(&sum), goals.len())));
            goals.push(Goal { sum, from: Some(at), by: by.map(std::borrow::Cow::into_owned) });
            low >= 0
        });
        if found {
            return Some(way(&goals));
        }
    }
    None
}

/// How far a goal is from being plain, roughly.
fn length(goal: &Poly) -> usize {
    goal.terms().iter().map(|(mono, _)| 1 + mono.atoms().count()).sum()
}

/// The facts on the way from the first goal to the last.
fn way(goals: &[Goal]) -> Vec<Poly> {
    let mut used = vec![];
    let mut at = goals.len().checked_sub(1);
    while let Some(goal) = at.and_then(|at| goals.get(at)) {
        used.extend(goal.by.clone());
        at = goal.from;
    }
    used.reverse();
    used
}
