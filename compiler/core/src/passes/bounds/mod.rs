//! Proves that accesses stay in range, so that they need no check at run time. It changes nothing but
//! [`ir::Access::check`](crate::ir::Access::check), and a proof it does not find only costs a check.
//!
//! `ir::Kernel` in, the same with every check `Proved` or `Stays` out. Integers are followed as sums of products of
//! unknowns ([`poly`]); conditions, ranges and the launch's facts bound them ([`state`], [`walk`]); [`search`]
//! combines the bounds.
//!
//! Note [Wrapping]: machine integers wrap and sums do not. `+ - *`, shifts to the left and conversions to fewer bits
//! keep a sum equal to the machine's value modulo the type's size, so they are followed freely. Everything else
//! (comparisons, divisions, shifts to the right, indices) asks for the exact number: the sum, where it is proved to lie in the
//! type's range, else an unknown of its own.

mod best;
mod define;
mod facts;
#[cfg(test)]
pub(super) mod fuzz;
mod int;
mod limits;
mod memo;
mod poly;
mod quotients;
mod repeat;
mod search;
mod settle;
mod state;
mod steering;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod trial;
mod walk;
mod words;

pub use words::Namer;

use crate::ir::{AccessId, Check, FactAtom, FactExpr, Kernel, ParamId, ParamKind, Place, ValueId};
use int::Int;
use poly::Poly;
use state::State;
use words::Words;

/// Sets the check of every access to `Proved` or `Stays`, with the reason.
pub fn run(kernel: &mut Kernel) {
    run_with(kernel, &Reasons { name: &|_| None, of_proofs: true });
}

/// What reasons are made of.
pub struct Reasons<'a> {
    /// The source of a span where it is short enough to stand in a reason: `i`, `labels[j]`.
    pub name: &'a Namer<'a>,
    /// Whether proofs have reasons too, and checks that stay the best ones: both take longer than most proofs.
    pub of_proofs: bool,
}

/// As [`run`].
pub fn run_with(kernel: &mut Kernel, reasons: &Reasons<'_>) {
    let mut checks = checks(kernel, reasons, &[]);
    if reasons.of_proofs {
        limits::explain(kernel, reasons, &mut checks);
    }
    for (access, check) in kernel.accesses.iter_mut().zip(checks) {
        access.check = check;
    }
}

/// The check of every access, where these numbers are known to be at most the largest `i32`.
fn checks(kernel: &Kernel, reasons: &Reasons<'_>, limited: &[FactAtom]) -> Vec<Check> {
    let mut checks: Vec<Option<Check>> = vec![None; kernel.accesses.len()];
    let mut visit = |state: &mut State<'_>, access: AccessId, index: ValueId| {
        let check = prove(state, access, index, reasons);
        let old = &mut checks[access.0 as usize];
        // Copies of one access, from unrolling, are proved only together.
        if !matches!(old, Some(Check::Stays(_))) {
            *old = Some(check);
        }
    };
    let mut state = State::new(kernel);
    learn_launch(&mut state);
    for atom in limited {
        if let Some(atom) = state.fact_atom(*atom) {
            state.facts.learn_le(&atom, &Poly::constant(i32::MAX.into()));
        }
    }
    walk::Walk::new(state, &mut visit).block(&kernel.body);
    let unreached = || Check::Stays("it is never reached".to_owned());
    checks.into_iter().map(|check| check.unwrap_or_else(unreached)).collect()
}

const U32: Int = Int { bits: 32, signed: false };

/// What the ops that launch the kernel say.
fn learn_launch(state: &mut State<'_>) {
    // In the order of the parameters, which is how products are written.
    for id in (0..state.kernel.params.len() as u32).map(ParamId) {
        state.fact_atom(FactAtom::Param(id));
    }
    for fact in &state.kernel.facts {
        let sides = (fact_sum(state, &fact.left), fact_sum(state, &fact.right));
        if let (Some(left), Some(right)) = sides {
            state.facts.learn_le(&left, &right);
        }
    }
}

fn fact_sum(state: &mut State<'_>, sum: &FactExpr) -> Option<Poly> {
    sum.terms.iter().try_fold(Poly::default(), |out, (c, atoms)| {
        // A coefficient that no sum here can hold is no fact we can use.
        let c = Some(*c).filter(|c| c.unsigned_abs() < 1 << 64)?;
        let product = atoms.iter().try_fold(Poly::constant(1), |p, a| p.mul(&state.fact_atom(*a)?))?;
        out.add_scaled(&product, c)
    })
}

fn prove(state: &mut State<'_>, access: AccessId, index: ValueId, reasons: &Reasons<'_>) -> Check {
    let kernel = state.kernel;
    let Some((limit, index_sum)) = limit(state, kernel[access].place).zip(state.ints[index.0 as usize].clone()) else {
        return Check::Stays("its index is not followed".to_owned());
    };
    let below = |sum: &Poly| limit.plus(-1).and_then(|limit| limit.sub(sum));
    // A limit above what an index can hold says nothing about wrapping.
    let limit_fits = state.facts.range(&limit).1 <= U32.high() + 1;
    let rewritten = state.rewritten(&index_sum, U32);
    // Most follow from the facts at hand in a few steps, and many differ by a number from one that was proved.
    for sum in [Some(&rewritten), Some(&index_sum).filter(|sum| **sum != rewritten)].into_iter().flatten() {
        let holds = |sum: &Poly| search::holds(&state.facts, sum);
        let Some(goal) = below(sum).filter(|goal| limit_fits && holds(sum) && holds(goal)) else { continue };
        let words = Words { kernel, facts: &state.facts, name: reasons.name };
        let reason = reasons.of_proofs.then(|| words.proof(sum, &search::search(&state.facts, &goal)));
        return Check::Proved(reason.unwrap_or_default());
    }
    let Some(index) = state.number(index) else { return Check::Stays("its index is not followed".to_owned()) };
    let words = Words { kernel, facts: &state.facts, name: reasons.name };
    let mut residuals = vec![];
    let mut wraps = None;
    for sum in [&index, &rewritten, &index_sum] {
        let Some(found) = below(sum).map(|goal| search::search(&state.facts, &goal)) else { continue };
        // Between zero and a limit that fits, a sum is what the machine computes.
        let exact = *sum == index || (limit_fits && search::holds(&state.facts, sum));
        if found.proved && exact {
            return Check::Proved(if reasons.of_proofs { words.proof(sum, &found) } else { String::new() });
        }
        wraps = wraps.or(found.proved.then_some(sum));
        residuals.extend(found.residuals);
    }
    let why = match wraps {
        Some(sum) => format!("`{}` may wrap around", words.sum(sum)),
        None => words.missing(&rewritten, &residuals),
    };
    let most = if state.facts.is_full() { "; so much holds here that not all of it was looked at" } else { "" };
    Check::Stays(why + most)
}

/// How many elements a place has.
fn limit(state: &mut State<'_>, place: Place) -> Option<Poly> {
    let kernel = state.kernel;
    match place {
        Place::Buffer(param) => match &kernel[param].kind {
            ParamKind::Buffer(buffer) => state.len(param).scale(i128::from(buffer.elems_per_item)),
            ParamKind::Scalar(_) => None,
        },
        Place::Shared(shared) => Some(Poly::constant(i128::from(kernel[shared].len))),
        Place::Slot(slot) => Some(Poly::constant(i128::from(kernel[slot].len?))),
    }
}
