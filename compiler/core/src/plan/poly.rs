//! Polynomials with integer coefficients over the quantities of a call: what facts are made of.

use std::collections::BTreeMap;
use wgpuc_abi as abi;

use crate::ir::FactAtom;

/// A quantity that is fixed while an op runs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Atom {
    /// What a launch passes.
    Kernel(FactAtom),
    /// A parameter of the op, a field of one, or the length of a buffer.
    Host {
        /// Its place in the plan's language, as text: only for its identity.
        key: HostKey,
        /// Whether it is never negative.
        unsigned: bool,
    },
    /// A result that is no polynomial, such as a quotient: see [`super::facts::Definitions`].
    Defined {
        /// Which.
        id: u32,
        /// Whether it is never negative.
        unsigned: bool,
    },
}

/// Which quantity of the host.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum HostKey {
    /// A parameter, or a field of it.
    Param(u32, Option<u32>),
    /// The length of a buffer parameter.
    Len(u32),
}

impl Atom {
    /// Whether it is never negative.
    pub(super) fn unsigned(&self) -> bool {
        match self {
            Self::Kernel(_) => true,
            Self::Host { unsigned, .. } | Self::Defined { unsigned, .. } => *unsigned,
        }
    }

    /// Whether a kernel sees it.
    pub(super) fn in_kernel(&self) -> bool {
        matches!(self, Self::Kernel(_))
    }
}

/// A sum of coefficients times products of atoms. No coefficient is 0; products are sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Poly(BTreeMap<Vec<Atom>, i128>);

/// Larger ones are given up: their facts would help nobody.
const MAX_TERMS: usize = 16;
const MAX_DEGREE: usize = 4;

impl Poly {
    /// A number.
    pub(super) fn constant(value: i128) -> Self {
        let mut poly = Self::default();
        if value != 0 {
            poly.0.insert(vec![], value);
        }
        poly
    }

    /// One quantity.
    pub(super) fn atom(atom: Atom) -> Self {
        Self(BTreeMap::from([(vec![atom], 1)]))
    }

    /// The terms: product and coefficient.
    pub(super) fn terms(&self) -> impl Iterator<Item = (&[Atom], i128)> {
        self.0.iter().map(|(product, coefficient)| (product.as_slice(), *coefficient))
    }

    /// The sum, where it fits.
    pub(super) fn add(&self, other: &Self) -> Option<Self> {
        let mut out = self.clone();
        for (product, coefficient) in &other.0 {
            out.add_term(product.clone(), *coefficient)?;
        }
        (out.0.len() <= MAX_TERMS).then_some(out)
    }

    /// The difference, where it fits.
    pub(super) fn sub(&self, other: &Self) -> Option<Self> {
        self.add(&other.scale(-1)?)
    }

    /// A multiple, where it fits.
    pub(super) fn scale(&self, by: i128) -> Option<Self> {
        self.mul(&Self::constant(by))
    }

    /// The product, where it fits.
    pub(super) fn mul(&self, other: &Self) -> Option<Self> {
        let mut out = Self::default();
        for (a, x) in &self.0 {
            for (b, y) in &other.0 {
                let mut product: Vec<Atom> = a.iter().chain(b).cloned().collect();
                product.sort();
                out.add_term(product, x.checked_mul(*y)?)?;
            }
        }
        let small = out.0.len() <= MAX_TERMS && out.0.keys().all(|product| product.len() <= MAX_DEGREE);
        small.then_some(out)
    }

    fn add_term(&mut self, product: Vec<Atom>, coefficient: i128) -> Option<()> {
        let sum = self.0.get(&product).copied().unwrap_or(0).checked_add(coefficient)?;
        match sum {
            0 => drop(self.0.remove(&product)),
            sum => drop(self.0.insert(product, sum)),
        }
        Some(())
    }

    /// The number that it is, if it has no atoms.
    pub(super) fn as_constant(&self) -> Option<i128> {
        self.0.keys().all(Vec::is_empty).then(|| self.constant_part())
    }

    /// The coefficient without atoms.
    pub(super) fn constant_part(&self) -> i128 {
        self.0.get([].as_slice()).copied().unwrap_or(0)
    }

    /// Without its number.
    pub(super) fn varying_part(&self) -> Self {
        let mut out = self.clone();
        out.0.remove([].as_slice());
        out
    }

    /// Whether it is certainly not negative: nothing in it is.
    pub(super) fn is_unsigned(&self) -> bool {
        self.0.iter().all(|(product, coefficient)| *coefficient >= 0 && product.iter().all(Atom::unsigned))
    }

    /// Whether it is certainly below 0.
    pub(super) fn is_negative(&self) -> bool {
        Self::constant(-1).sub(self).is_some_and(|rest| rest.is_unsigned())
    }

    /// Its atoms.
    pub(super) fn atoms(&self) -> impl Iterator<Item = &Atom> {
        self.0.keys().flatten()
    }

    /// `(c, rest)` where this is `c * atom + rest` and neither holds the atom.
    pub(super) fn split(&self, atom: &Atom) -> Option<(Self, Self)> {
        let (mut with, mut rest) = (Self::default(), Self::default());
        for (product, coefficient) in &self.0 {
            match product.iter().filter(|a| *a == atom).count() {
                0 => drop(rest.0.insert(product.clone(), *coefficient)),
                1 => {
                    let others = product.iter().filter(|a| *a != atom).cloned().collect();
                    with.0.insert(others, *coefficient);
                }
                _ => return None,
            }
        }
        Some((with, rest))
    }

    /// With `product` replaced wherever it occurs, where the result fits.
    pub(super) fn replace(&self, product: &[Atom], by: &Self) -> Option<Self> {
        let mut out = Self::default();
        for (term, coefficient) in &self.0 {
            let mut left = term.clone();
            let mut value = Self::constant(*coefficient);
            while let Some(rest) = without(&left, product) {
                value = value.mul(by)?;
                left = rest;
            }
            out = out.add(&value.mul(&Self(BTreeMap::from([(left, 1)])))?)?;
        }
        Some(out)
    }

    /// Divided by what all its varying coefficients share, as `self >= 0` over the integers.
    pub(super) fn reduced(&self) -> Self {
        let varying = self.0.iter().filter(|(product, _)| !product.is_empty());
        let divisor = varying.fold(0, |g, (_, c)| gcd(g, c.unsigned_abs()));
        let Some(divisor) = i128::try_from(divisor).ok().filter(|d| *d > 1) else { return self.clone() };
        let divided = self.0.iter().map(|(product, c)| (product.clone(), c.div_euclid(divisor)));
        Self(divided.filter(|(_, c)| *c != 0).collect())
    }
}

/// What is left of a product after taking another out of it.
fn without(term: &[Atom], product: &[Atom]) -> Option<Vec<Atom>> {
    let mut left = term.to_vec();
    for atom in product {
        let at = left.iter().position(|a| a == atom)?;
        left.remove(at);
    }
    Some(left)
}

fn gcd(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// The quantity of the host that a plan's expression names, if it is one.
pub(super) fn host_atom(expr: &abi::Expr, unsigned: bool) -> Option<Atom> {
    let key = match expr {
        abi::Expr::Param { param, field } => HostKey::Param(*param, *field),
        abi::Expr::Len { param } => HostKey::Len(*param),
        _ => return None,
    };
    Some(Atom::Host { key, unsigned })
}
