//! Facts: what `require!`, conditions and definitions in an op say to the kernels that it launches.
//!
//! A fact is a polynomial that is not negative. At a launch, facts over the op's quantities are rewritten to what
//! the kernel sees: its scalars, the lengths of its buffers, and the grid. Quantities that the kernel does not see
//! are solved for where an argument gives them, and eliminated otherwise.

use super::poly::{Atom, Poly};
use crate::ir::{Fact, FactAtom, FactExpr};
use std::collections::{BTreeMap, BTreeSet};
use wgpuc_abi as abi;

/// Beyond so many, eliminating a quantity gives up and forgets it.
const MAX_FACTS: usize = 120;
/// More help nobody.
const MAX_RESULT: usize = 48;

/// Results that are no polynomials, each with an atom of its own and what is known of it.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    known: Vec<(abi::Expr, Atom)>,
    /// Remainders, and what holds where they are 0 and something else holds, too.
    whole: Vec<Whole>,
}

/// A number is no less than what divides it, unless it is 0.
#[derive(Debug)]
struct Whole {
    remainder: Poly,
    /// The number less 1: whoever asks knows whether that is not negative. `None` of a number that is known.
    positive: Option<Poly>,
    /// The number less its divisor.
    fact: Poly,
}

impl Definitions {
    /// The atom of a result, and what holds of it here, whether it is computed or not: a divisor is only known not to be 0
    /// where what is in force says so.
    pub(super) fn define(&mut self, expr: &abi::Expr, operands: &[Poly], in_force: &[Poly]) -> (Atom, Vec<Poly>) {
        let facts = |atom: &Atom| definition(expr, &Poly::atom(atom.clone()), operands, in_force);
        if let Some((_, atom)) = self.known.iter().find(|(known, _)| known == expr) {
            return (atom.clone(), facts(atom).into_iter().flatten().collect());
        }
        let id = self.known.len() as u32;
        let unsigned = is_unsigned(expr, operands);
        let atom = Atom::Defined { id, unsigned };
        if let (abi::Expr::Binary(abi::BinaryOp::Rem, ..), [a, b]) = (expr, operands)
            && let Some(fact) = a.sub(b)
        {
            let positive = match a.as_constant() {
                Some(a) if a > 0 => Some(None),
                Some(_) => None,
                None => a.sub(&Poly::constant(1)).map(Some),
            };
            let remainder = Poly::atom(atom.clone());
            self.whole.extend(positive.map(|positive| Whole { remainder, positive, fact }));
        }
        self.known.push((expr.clone(), atom.clone()));
        let facts = facts(&atom).into_iter().flatten().collect();
        (atom, facts)
    }

    /// What more holds where a remainder is 0, besides what is in force.
    pub(super) fn divides(&self, remainder: &Poly, in_force: &[Poly]) -> impl Iterator<Item = Poly> {
        let holds = |whole: &&Whole| whole.positive.as_ref().is_none_or(|positive| in_force.contains(positive));
        self.whole
            .iter()
            .filter(move |whole| whole.remainder == *remainder)
            .filter(holds)
            .map(|whole| whole.fact.clone())
    }
}

/// Whether a result is certainly not negative, where it is computed.
fn is_unsigned(expr: &abi::Expr, operands: &[Poly]) -> bool {
    use abi::BinaryOp as B;
    let (all, any) = (operands.iter().all(Poly::is_unsigned), operands.iter().any(Poly::is_unsigned));
    match expr {
        abi::Expr::Binary(B::Max | B::BitAnd, ..) => any,
        abi::Expr::Binary(B::Shl | B::Shr, ..) => operands.first().is_some_and(Poly::is_unsigned),
        abi::Expr::Binary(op, ..) => {
            let keeps = matches!(op, B::Add | B::Mul | B::Div | B::Rem | B::DivCeil | B::Min | B::BitOr | B::BitXor);
            all && keeps
        }
        abi::Expr::Unary(abi::UnaryOp::Ilog2, _) => true,
        abi::Expr::Select(..) => all,
        _ => false,
    }
}

/// Whether facts say that a sum is at least 1.
fn is_positive(sum: &Poly, in_force: &[Poly]) -> bool {
    let less_one = sum.sub(&Poly::constant(1));
    less_one.is_some_and(|rest| {
        rest.is_unsigned() || in_force.iter().any(|fact| rest.sub(fact).is_some_and(|rest| rest.is_unsigned()))
    })
}

/// What a quotient, a remainder, a minimum or a maximum satisfies, and what results of operations on bits do.
fn definition(expr: &abi::Expr, result: &Poly, operands: &[Poly], in_force: &[Poly]) -> Vec<Option<Poly>> {
    use abi::BinaryOp as B;
    let (abi::Expr::Binary(op, ..), [a, b]) = (expr, operands) else { return vec![] };
    let one = Poly::constant(1);
    let multiple = || result.mul(b);
    // Nobody need compute the quotient, so that it is does not say that its divisor is none of 0.
    let divides = is_positive(b, in_force);
    match op {
        B::Div if divides && a.is_unsigned() => {
            vec![multiple().and_then(|m| a.sub(&m)), multiple().and_then(|m| m.add(b)?.sub(&one)?.sub(a))]
        }
        B::DivCeil if divides => {
            vec![multiple().and_then(|m| m.sub(a)), multiple().and_then(|m| a.add(b)?.sub(&one)?.sub(&m))]
        }
        B::Rem if divides && a.is_unsigned() => vec![b.sub(&one).and_then(|m| m.sub(result)), a.sub(result)],
        // A divisor that is not known is the sum of nothing.
        B::Shr if b.as_constant() != Some(0) => {
            vec![multiple().and_then(|m| a.sub(&m)), multiple().and_then(|m| m.add(b)?.sub(&one)?.sub(a))]
        }
        B::Shr if a.is_unsigned() => vec![a.sub(result)],
        B::Shl if a.is_unsigned() => vec![result.sub(a)],
        B::BitAnd => [a, b].map(|side| side.is_unsigned().then(|| side.sub(result)).flatten()).to_vec(),
        B::BitOr | B::BitXor if a.is_unsigned() && b.is_unsigned() => {
            let least = |side: &Poly| (*op == B::BitOr).then(|| result.sub(side)).flatten();
            vec![a.add(b).and_then(|sum| sum.sub(result)), least(a), least(b)]
        }
        B::Min => vec![a.sub(result), b.sub(result)],
        B::Max => vec![result.sub(a), result.sub(b)],
        _ => vec![],
    }
}

/// What a condition between two integers says, and what its opposite says.
pub(super) fn comparison(op: abi::BinaryOp, left: &Poly, right: &Poly) -> (Vec<Poly>, Vec<Poly>) {
    use abi::BinaryOp as B;
    let one = Poly::constant(1);
    let le = |a: &Poly, b: &Poly| b.sub(a).into_iter().collect::<Vec<_>>();
    let lt = |a: &Poly, b: &Poly| b.sub(a).and_then(|d| d.sub(&one)).into_iter().collect::<Vec<_>>();
    let both = || [le(left, right), le(right, left)].concat();
    // Quantities that differ, and of which one cannot be the smaller, differ by at least one.
    let differ = || {
        let above = |a: &Poly, b: &Poly| a.sub(b).filter(Poly::is_unsigned)?.sub(&one);
        above(left, right).into_iter().chain(above(right, left)).collect::<Vec<_>>()
    };
    match op {
        B::Le => (le(left, right), lt(right, left)),
        B::Lt => (lt(left, right), le(right, left)),
        B::Ge => (le(right, left), lt(left, right)),
        B::Gt => (lt(right, left), le(left, right)),
        B::Eq => (both(), differ()),
        B::Ne => (differ(), both()),
        _ => (vec![], vec![]),
    }
}

/// The facts of a launch in the kernel's own quantities. `equal` says what the launch passes.
pub(super) fn at_launch(in_force: &[Poly], equal: &[(FactAtom, Poly)]) -> Vec<Poly> {
    // Of several that are equal, facts speak of scalars rather than lengths, and of lengths rather than the grid.
    let mut equal: Vec<&(FactAtom, Poly)> = equal.iter().collect();
    equal.sort_by_key(|(atom, _)| *atom);
    let mut equations: Vec<Poly> =
        equal.iter().filter_map(|(atom, value)| value.sub(&Poly::atom(Atom::Kernel(*atom)))).collect();
    let mut facts: Vec<Poly> = in_force.to_vec();
    while let Some((atom, value)) = equations.iter().find_map(solve) {
        let replace = |poly: &Poly| poly.replace(std::slice::from_ref(&atom), &value);
        equations = equations.iter().filter_map(replace).collect();
        facts = facts.iter().filter_map(replace).collect();
    }
    // Shorter products first: they may be parts of longer ones.
    equations.sort_by_key(|equation| solve_product(equation).map_or(0, |(product, _)| product.len()));
    for at in 0..equations.len() {
        let Some((product, value)) = solve_product(&equations[at]) else { continue };
        let others = equations.iter_mut().enumerate().filter(|(other, _)| *other != at).map(|(_, equation)| equation);
        for sum in facts.iter_mut().chain(others) {
            if let Some(replaced) = sum.replace(&product, &value) {
                *sum = replaced;
            }
        }
    }
    for equation in &equations {
        facts.push(equation.clone());
        facts.extend(equation.scale(-1));
    }
    tidy(eliminate(without_equals(facts)))
}

/// With one hidden quantity in place of all that equal it: that takes fewer facts than eliminating them.
fn without_equals(mut facts: Vec<Poly>) -> Vec<Poly> {
    while let Some((atom, value)) = facts.iter().find_map(|fact| {
        let is_equation = fact.scale(-1).is_some_and(|opposite| facts.contains(&opposite));
        let hidden = || fact.atoms().filter(|atom| !atom.in_kernel());
        let solved = || hidden().find_map(|atom| Some((atom.clone(), solved_for(fact, atom)?)));
        if is_equation { solved() } else { None }
    }) {
        facts = facts.iter().filter_map(|fact| fact.replace(std::slice::from_ref(&atom), &value)).collect();
        facts.retain(|fact| *fact != Poly::default());
        if atom.unsigned() && !value.is_unsigned() {
            facts.push(value);
        }
    }
    facts
}

/// A hidden quantity that an equation fixes in terms of what the kernel sees.
fn solve(equation: &Poly) -> Option<(Atom, Poly)> {
    let hidden: BTreeSet<&Atom> = equation.atoms().filter(|atom| !atom.in_kernel()).collect();
    let atom = match hidden.into_iter().collect::<Vec<_>>().as_slice() {
        [atom] => (*atom).clone(),
        _ => return None,
    };
    let value = solved_for(equation, &atom)?;
    Some((atom, value))
}

/// What an atom equals where `equation` is 0.
fn solved_for(equation: &Poly, atom: &Atom) -> Option<Poly> {
    let (factor, rest) = equation.split(atom)?;
    match factor.as_constant()? {
        1 => rest.scale(-1),
        -1 => Some(rest),
        _ => None,
    }
}

/// A product of hidden quantities that an argument gives as one.
fn solve_product(equation: &Poly) -> Option<(Vec<Atom>, Poly)> {
    let hidden = |product: &[Atom]| product.iter().any(|atom| !atom.in_kernel());
    let terms: Vec<(Vec<Atom>, i128)> =
        equation.terms().filter(|(product, _)| hidden(product)).map(|(p, c)| (p.to_vec(), c)).collect();
    let [(product, 1)] = terms.as_slice() else { return None };
    let rest = equation.replace(product, &Poly::default())?;
    (product.len() > 1).then_some((product.clone(), rest.scale(-1)?))
}

/// Fourier and Motzkin's elimination of every quantity that the kernel does not see.
fn eliminate(mut facts: Vec<Poly>) -> Vec<Poly> {
    loop {
        let hidden = facts.iter().flat_map(Poly::atoms).find(|atom| !atom.in_kernel()).cloned();
        let Some(atom) = hidden else { return facts };
        let (mut lower, mut upper, mut rest) = (vec![], vec![], vec![]);
        if atom.unsigned() {
            lower.push((Poly::constant(1), Poly::default()));
        }
        for fact in facts {
            if !fact.atoms().any(|a| *a == atom) {
                rest.push(fact);
                continue;
            }
            let Some((factor, other)) = fact.split(&atom) else { continue };
            match factor.scale(-1) {
                _ if factor.is_unsigned() => lower.push((factor, other)),
                Some(factor) if factor.is_unsigned() => upper.push((factor, other)),
                _ => {}
            }
        }
        if lower.len() * upper.len() + rest.len() <= MAX_FACTS {
            for (a, p) in &lower {
                for (b, q) in &upper {
                    rest.extend(p.mul(b).zip(q.mul(a)).and_then(|(p, q)| p.add(&q)));
                }
            }
        }
        facts = rest;
    }
}

/// Without what is always so; of facts that differ in their number only the strongest; in a fixed order.
fn tidy(facts: Vec<Poly>) -> Vec<Poly> {
    let mut strongest: BTreeMap<Poly, i128> = BTreeMap::new();
    for fact in facts.iter().map(Poly::reduced).filter(|fact| !fact.is_unsigned()) {
        let number = fact.constant_part();
        let entry = strongest.entry(fact.varying_part()).or_insert(number);
        *entry = number.min(*entry);
    }
    let mut list: Vec<Poly> =
        strongest.into_iter().filter_map(|(varying, number)| varying.add(&Poly::constant(number))).collect();
    list.sort_by_key(|fact| fact.terms().map(|(product, _)| product.len().max(1)).sum::<usize>());
    let mut kept: Vec<Poly> = vec![];
    for fact in list {
        if !kept.iter().any(|known| follows(&fact, known)) {
            kept.push(fact);
        }
    }
    kept.truncate(MAX_RESULT);
    kept
}

/// Whether a fact is a multiple of another one, and more that is not negative.
fn follows(fact: &Poly, known: &Poly) -> bool {
    let Some((product, by)) = known.terms().find(|(_, c)| *c < 0) else { return false };
    let Some((_, of)) = fact.terms().find(|(p, _)| *p == product) else { return false };
    let (Some(times), Some(0)) = (of.checked_div(by), of.checked_rem(by)) else { return false };
    let rest = || fact.sub(&known.scale(times)?);
    times > 0 && rest().is_some_and(|rest| rest.is_unsigned())
}

/// What holds at both of two launches: what one says and the other implies.
pub(super) fn common(a: &[Poly], b: &[Poly]) -> Vec<Poly> {
    let implied = a.iter().filter(|fact| implies(b, fact)).chain(b.iter().filter(|fact| implies(a, fact)));
    tidy(implied.cloned().collect())
}

/// Whether a fact follows from one of others, or from the sum of two.
fn implies(facts: &[Poly], fact: &Poly) -> bool {
    let lowers = |poly: &Poly| poly.terms().filter(|(_, c)| *c < 0).map(|(p, _)| p.to_vec()).collect::<BTreeSet<_>>();
    let needed = lowers(fact);
    let mut rests = facts.iter().filter(|p| !lowers(p).is_disjoint(&needed)).filter_map(|p| fact.sub(p));
    rests.any(|rest| rest.is_unsigned() || facts.iter().any(|q| rest.sub(q).is_some_and(|rest| rest.is_unsigned())))
}

/// A fact as the IR has it: `left <= right` with no negative coefficient.
pub(super) fn to_ir(fact: &Poly) -> Fact {
    let (mut left, mut right) = (FactExpr::default(), FactExpr::default());
    for (product, coefficient) in fact.terms() {
        let mut atoms: Vec<FactAtom> = product
            .iter()
            .filter_map(|atom| match atom {
                Atom::Kernel(atom) => Some(*atom),
                _ => None,
            })
            .collect();
        atoms.sort();
        let side = if coefficient < 0 { &mut left } else { &mut right };
        side.terms.push((coefficient.saturating_abs(), atoms));
    }
    left.terms.sort_by(|a, b| a.1.cmp(&b.1));
    right.terms.sort_by(|a, b| a.1.cmp(&b.1));
    Fact { left, right }
}
