//! The search for a proof that a polynomial is not negative: replaces products by bounds of theirs, latest atom
//! first, until the ranges of the atoms suffice. Sound whatever it finds; a proof it misses costs a check.
//!
//! A step takes a term `c * M` that may be negative and a fact `F >= 0` with a term `f * P` of the same sign where
//! `M = P * Q` and `Q >= 0`: from `|f| * goal - |c| * Q * F >= 0` follows `goal >= 0`. As the goal is an integer,
//! `|f| * goal >= -(|f| - 1)` is enough. This is what bounding by hand does, and half of Fourier-Motzkin.
//!
//! A proof has a slack: the goal is proved not to be less than that.

use super::best;
use super::facts::Facts;
use super::poly::{AtomId, Mono, Poly};
use rustc_hash::FxBuildHasher;
use std::borrow::Cow;
use std::hash::BuildHasher;

/// How many replacements a proof may take, and how many polynomials the search for it may look at: short proofs first.
const EFFORTS: [(usize, usize); 2] = [(5, 40), (12, 120)];
/// The same for what is asked on the way to a proof. Most of it is not so, which takes all of the effort to find.
const SMALL_EFFORT: (usize, usize) = (4, 20);

/// The largest values of an atom whose terms [`coarsened`] leaves out.
const MOST_LITTLE: i128 = 1 << 12;

/// What a search found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Whether the goal holds.
    pub(super) proved: bool,
    /// The facts it was proved with, in order of use.
    pub(super) used: Vec<Poly>,
    /// What else was reached, for people: each would have to be `>= 0`.
    pub(super) residuals: Vec<Poly>,
}

/// Whether `goal >= 0` follows from the facts in a few steps.
pub(super) fn holds(facts: &Facts, goal: &Poly) -> bool {
    let (low, high) = facts.range(goal);
    low >= 0 || (high >= 0 && facts.once(goal, || slack(facts, goal)))
}

/// What is left over of `goal >= 0` by a proof of a few steps.
pub(super) fn slack(facts: &Facts, goal: &Poly) -> Option<i128> {
    Search::new(facts, SMALL_EFFORT.1).prove(goal, SMALL_EFFORT.0)
}

/// Tries to prove `goal >= 0`.
pub(super) fn search(facts: &Facts, goal: &Poly) -> Found {
    let (found, cut) = search_within(facts, goal, EFFORTS[0]);
    if found.proved || !cut {
        return found;
    }
    if let Some((coarse, mut used)) = coarsened(facts, goal) {
        let (mut found, _) = search_within(facts, &coarse, EFFORTS[0]);
        if found.proved {
            used.append(&mut found.used);
            return Found { used, ..found };
        }
    }
    if let Some(used) = best::search(facts, goal) {
        return Found { proved: true, used, ..found };
    }
    search_within(facts, goal, EFFORTS[1]).0
}

/// A goal that is stronger and shorter: terms that take away little count as the most they can be. With the ranges
/// that say so; `None` where there are no such terms.
fn coarsened(facts: &Facts, goal: &Poly) -> Option<(Poly, Vec<Poly>)> {
    let mut coarse = goal.clone();
    let mut used = vec![];
    for (mono, c) in goal.terms() {
        let mut atoms = mono.atoms();
        let (Some(id), None) = (atoms.next(), atoms.next()) else { continue };
        let high = facts.atom(id).high;
        if *c < 0 && high <= MOST_LITTLE {
            let fact = Poly::constant(high).sub(&Poly::atom(id))?;
            coarse = coarse.add_scaled(&fact, *c)?;
            used.push(fact);
        }
    }
    (!used.is_empty()).then_some((coarse, used))
}

/// One try; also whether it gave up somewhere for the effort's sake.
fn search_within(facts: &Facts, goal: &Poly, (depth, budget): (usize, usize)) -> (Found, bool) {
    let mut state = Search { residuals: Some(vec![]), ..Search::new(facts, budget) };
    let proved = state.prove(goal, depth).is_some();
    let used = state.used.into_iter().map(Cow::into_owned).collect();
    (Found { proved, used, residuals: state.residuals.unwrap_or_default() }, state.cut)
}

struct Search<'a> {
    facts: &'a Facts,
    budget: usize,
    /// Whether it gave up somewhere for the effort's sake.
    cut: bool,
    /// The hashes of the goals looked at. Two goals of one hash cost a proof, and nothing else.
    seen: Vec<u64>,
    used: Vec<Cow<'a, Poly>>,
    /// Where they are wanted.
    residuals: Option<Vec<Poly>>,
}

impl<'a> Search<'a> {
    fn new(facts: &'a Facts, budget: usize) -> Self {
        Self { facts, budget, cut: false, seen: vec![], used: vec![], residuals: None }
    }

    /// Proves `goal >= 0`; the slack.
    fn prove(&mut self, goal: &Poly, depth: usize) -> Option<i128> {
        let (low, high) = self.facts.range(goal);
        if low >= 0 || high < 0 {
            return Some(low).filter(|low| *low >= 0);
        }
        if depth == 0 || self.seen.len() >= self.budget {
            self.cut = true;
            return None;
        }
        let hash = FxBuildHasher.hash_one(goal);
        if self.seen.contains(&hash) {
            return None;
        }
        self.seen.push(hash);
        if let Some(residuals) = &mut self.residuals {
            residuals.push(goal.clone());
        }
        let facts = self.facts;
        let mut slack = None;
        steps(facts, goal, &mut |next, fact| {
            let n_used = self.used.len();
            self.used.extend(fact);
            slack = self.prove(&next.goal, depth - 1).map(|slack| next.slack_before(slack));
            if slack.is_none() {
                self.used.truncate(n_used);
            }
            slack.is_some()
        });
        slack
    }
}

/// A goal that another follows from: `(times * before + times - 1 - what is not negative) / divided`, rounded down.
pub(super) struct Next {
    pub(super) goal: Poly,
    times: i128,
    divided: i128,
}

impl Next {
    /// From the goal's slack that of the one before: at least `slack * divided / times`, as that is a whole number.
    fn slack_before(&self, slack: i128) -> i128 {
        slack.saturating_mul(self.divided) / self.times
    }
}

/// What takes a step: the next goal, and the fact that leads there. Whether it is enough.
type Take<'t, 'a> = dyn FnMut(Next, Option<Cow<'a, Poly>>) -> bool + 't;

/// Goals that `goal` follows from, until one is enough: its worst term replaced by what each fact says of it.
pub(super) fn steps<'a>(facts: &'a Facts, goal: &Poly, take: &mut Take<'_, 'a>) -> bool {
    let step = Step { facts, goal };
    let Some((mono, c)) = step.worst() else { return false };
    if mono == Mono::ONE {
        return facts.list().iter().rev().any(|fact| step.by_fact((mono, c), fact, take));
    }
    let mut last = 0;
    for atom in mono.atoms() {
        let new = std::mem::replace(&mut last, atom) != atom;
        if new && facts.about(atom).any(|fact| step.by_fact((mono, c), fact, take)) {
            return true;
        }
    }
    // The atoms' own ranges, as facts.
    mono.atoms().any(|id| {
        let Some(fact) = step.range_fact(id, c) else { return false };
        step.by((mono, c), Cow::Owned(fact), (Mono::atom(id), c.signum()), take)
    }) || step.by_lower_product(mono, take)
        || step.by_lowered_facts((mono, c), take)
        || step.by_multiplied_facts((mono, c), take)
}

/// A goal that is not proved yet.
struct Step<'a, 'g> {
    facts: &'a Facts,
    goal: &'g Poly,
}

impl<'a> Step<'a, '_> {
    /// Takes a factor's least value in a fact: from `n >= x * y` follows `n >= 3 * y` where `x >= 3`.
    fn by_lowered_facts(&self, (mono, c): (Mono, i128), take: &mut Take<'_, 'a>) -> bool {
        let facts = self.facts;
        let Some(atom) = mono.atoms().next() else { return false };
        if c > 0 || facts.mono_range(&mono).0 < 0 {
            return false;
        }
        facts.about(atom).any(|fact| {
            fact.terms().iter().filter(|(_, f)| *f < 0).any(|(product, f)| {
                let factor = product.without(&mono).filter(|factor| *factor != Mono::ONE);
                let Some(low) = factor.map(|factor| facts.mono_range(&factor).0).filter(|low| *low >= 1) else {
                    return false;
                };
                let lowered = fact.add_scaled(&Poly::term(*product, 1), -f);
                let lowered = f.checked_mul(low).and_then(|f| lowered?.add_scaled(&Poly::term(mono, 1), f));
                lowered.is_some_and(|fact| {
                    let by = (mono, fact.coefficient(&mono));
                    by.1 < 0 && self.by((mono, c), Cow::Owned(fact), by, take)
                })
            })
        })
    }

    /// Takes a factor's least value in a product of `mono` and that factor: `x * y >= 3 * y` where `x >= 3`.
    fn by_lower_product(&self, mono: Mono, take: &mut Take<'_, 'a>) -> bool {
        self.goal.terms().iter().filter(|(_, c)| *c > 0).any(|(product, c)| {
            let factor = product.without(&mono).filter(|f| *f != Mono::ONE);
            let Some(factor) = factor else { return false };
            let low = self.facts.mono_range(&factor).0;
            if low < 1 || self.facts.mono_range(&mono).0 < 0 {
                return false;
            }
            let lowered = self.goal.add_scaled(&Poly::term(*product, 1), -c);
            let lowered = low.checked_mul(*c).and_then(|by| lowered?.add_scaled(&Poly::term(mono, 1), by));
            lowered.is_some_and(|goal| take(Next { goal, times: 1, divided: 1 }, None))
        })
    }

    /// Takes a fact times the whole term: `x * y - x >= 0` from `y - 1 >= 0` and `x >= 0`. Of facts about what the term has
    /// a product with in the goal.
    fn by_multiplied_facts(&self, (mono, c): (Mono, i128), take: &mut Take<'_, 'a>) -> bool {
        let products = self.goal.terms().iter().filter(|(_, c)| *c > 0);
        products.filter_map(|(product, _)| product.without(&mono).filter(|factor| *factor != Mono::ONE)).any(|factor| {
            let Some(atom) = factor.atoms().next() else { return false };
            self.facts.about(atom).any(|fact| {
                let f = fact.offset();
                c < 0
                    && f < 0
                    && fact.coefficient(&factor) > 0
                    && self.by((mono, c), Cow::Borrowed(fact), (Mono::ONE, f), take)
            })
        })
    }

    fn by_fact(&self, (mono, c): (Mono, i128), fact: &'a Poly, take: &mut Take<'_, 'a>) -> bool {
        let fits = |(part, f): &&(Mono, i128)| {
            f.signum() == c.signum() && (*part == Mono::ONE) == (mono == Mono::ONE) && mono.without(part).is_some()
        };
        fact.terms().iter().filter(fits).any(|by| self.by((mono, c), Cow::Borrowed(fact), *by, take))
    }

    /// Replaces the term by what a term of the fact says of it.
    fn by(&self, (mono, c): (Mono, i128), fact: Cow<'a, Poly>, by: (Mono, i128), take: &mut Take<'_, 'a>) -> bool {
        self.replaced((mono, c), &fact, by).is_some_and(|next| take(next, Some(fact)))
    }

    fn replaced(&self, (mono, c): (Mono, i128), fact: &Poly, (part, f): (Mono, i128)) -> Option<Next> {
        let quotient = mono.without(&part)?;
        if quotient.atoms().any(|id| self.facts.atom(id).low < 0) {
            return None;
        }
        let (c, f) = (c.abs(), f.abs());
        let fact = if quotient == Mono::ONE { Cow::Borrowed(fact) } else { Cow::Owned(fact.times(&quotient, 1)?) };
        // No scaling where the fact's coefficient divides the term's.
        let (mut goal, times) = match divided(c, f) {
            Some(factor) => (self.goal.add_scaled(&fact, -factor)?, 1),
            None => (self.goal.scale(f)?.plus(f - 1)?.add_scaled(&fact, -c)?, f),
        };
        let divided = goal.tighten();
        Some(Next { goal, times, divided })
    }

    /// The term to replace next: of those that may be negative the one with the latest atom.
    fn worst(&self) -> Option<(Mono, i128)> {
        self.goal.terms().iter().rev().find(|t| self.facts.term_range(t).0 < 0).copied()
    }

    fn range_fact(&self, id: AtomId, sign: i128) -> Option<Poly> {
        let atom = self.facts.atom(id);
        let useless = if sign < 0 { atom.high >= i128::from(u32::MAX) } else { atom.low < -(1 << 31) };
        if useless {
            return None;
        }
        match sign < 0 {
            true => Poly::constant(atom.high).sub(&Poly::atom(id)),
            false => Poly::atom(id).plus(-atom.low),
        }
    }
}

/// The quotient, where it is an integer; most are by 1, and a division takes long.
fn divided(c: i128, by: i128) -> Option<i128> {
    if by == 1 { Some(c) } else { (c % by == 0).then(|| c / by) }
}
