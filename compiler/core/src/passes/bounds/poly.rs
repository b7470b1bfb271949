//! Polynomials with exact integer coefficients over numbered atoms: the language of the bounds proofs. No atom's
//! meaning or range is known here.

use smallvec::{SmallVec, smallvec};
use std::fmt;

/// An unknown integer: an index into [`super::facts::Facts`], from 1.
pub(super) type AtomId = u32;

/// The most atoms that a product may have; a longer one is not followed.
const DEGREE: usize = 4;
/// The most terms that a sum may have; a longer one is not followed.
const TERMS: usize = 20;
/// Coefficients stay below this, so that a product of two of them fits.
const LIMIT: i128 = 1 << 62;

/// A product of atoms, latest atom first, padded with 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Mono([AtomId; DEGREE]);

impl Mono {
    /// The empty product.
    pub(super) const ONE: Self = Self([0; DEGREE]);

    pub(super) fn atom(atom: AtomId) -> Self {
        let mut atoms = [0; DEGREE];
        atoms[0] = atom;
        Self(atoms)
    }

    /// Its atoms, repeated ones repeatedly.
    pub(super) fn atoms(&self) -> impl Iterator<Item = AtomId> + '_ {
        self.0.iter().copied().take_while(|a| *a != 0)
    }

    /// The product of both; `None` where it is too long.
    pub(super) fn mul(&self, other: &Self) -> Option<Self> {
        let (mut out, mut a, mut b) = ([0; DEGREE], 0, 0);
        for atom in &mut out {
            let (x, y) = (self.at(a), other.at(b));
            *atom = x.max(y);
            if x >= y { a += 1 } else { b += 1 }
        }
        (self.at(a) == 0 && other.at(b) == 0).then_some(Self(out))
    }

    /// What is left of it when `part` is divided out; `None` where `part` is no part of it.
    pub(super) fn without(&self, part: &Self) -> Option<Self> {
        let (mut out, mut n, mut b) = ([0; DEGREE], 0, 0);
        for atom in self.atoms() {
            if atom == part.at(b) {
                b += 1;
            } else {
                out[n] = atom;
                n += 1;
            }
        }
        (part.at(b) == 0).then_some(Self(out))
    }

    fn at(&self, place: usize) -> AtomId {
        self.0.get(place).copied().unwrap_or(0)
    }
}

/// A sum of products with coefficients: sorted, none twice, none zero.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Poly(Terms);

/// Most sums have no more than these.
pub(super) type Terms = SmallVec<[(Mono, i128); 4]>;

impl fmt::Debug for Poly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (mono, c) in &self.0 {
            write!(f, "{c:+}")?;
            mono.atoms().try_for_each(|a| write!(f, "*a{a}"))?;
        }
        Ok(())
    }
}

impl Poly {
    pub(super) fn constant(value: i128) -> Self {
        Self(if value == 0 { Terms::new() } else { smallvec![(Mono::ONE, value)] })
    }

    pub(super) fn atom(atom: AtomId) -> Self {
        Self(smallvec![(Mono::atom(atom), 1)])
    }

    pub(super) fn term(mono: Mono, coefficient: i128) -> Self {
        Self(if coefficient == 0 { Terms::new() } else { smallvec![(mono, coefficient)] })
    }

    pub(super) fn terms(&self) -> &[(Mono, i128)] {
        &self.0
    }

    /// Its value, where it has no atoms.
    pub(super) fn as_constant(&self) -> Option<i128> {
        match self.0.as_slice() {
            [] => Some(0),
            [(Mono::ONE, value)] => Some(*value),
            _ => None,
        }
    }

    /// Its only atom, where it is one and nothing else.
    pub(super) fn as_atom(&self) -> Option<AtomId> {
        match self.0.as_slice() {
            [(mono, 1)] if mono.atoms().count() == 1 => mono.atoms().next(),
            _ => None,
        }
    }

    /// Its atoms, each once.
    pub(super) fn atoms(&self) -> Vec<AtomId> {
        let mut atoms: Vec<AtomId> = self.0.iter().flat_map(|(m, _)| m.0).filter(|a| *a != 0).collect();
        atoms.sort_unstable();
        atoms.dedup();
        atoms
    }

    /// Whether its terms are one atom, at most an offset, and nothing else.
    pub(super) fn is_about_one_atom(&self) -> bool {
        let mut monos = self.0.iter().map(|(m, _)| m).filter(|m| **m != Mono::ONE);
        monos.next().is_some_and(|m| m.atoms().count() == 1) && monos.next().is_none()
    }

    /// The term without atoms.
    pub(super) fn offset(&self) -> i128 {
        self.coefficient(&Mono::ONE)
    }

    pub(super) fn coefficient(&self, mono: &Mono) -> i128 {
        self.0.binary_search_by(|(m, _)| m.cmp(mono)).map_or(0, |at| self.0[at].1)
    }

    pub(super) fn add(&self, other: &Self) -> Option<Self> {
        self.add_scaled(other, 1)
    }

    pub(super) fn sub(&self, other: &Self) -> Option<Self> {
        self.add_scaled(other, -1)
    }

    pub(super) fn plus(&self, value: i128) -> Option<Self> {
        self.add(&Self::constant(value))
    }

    /// `self + other * factor`.
    pub(super) fn add_scaled(&self, other: &Self, factor: i128) -> Option<Self> {
        let mut out = Terms::with_capacity(self.0.len() + other.0.len());
        let mut rest = self.0.as_slice();
        for (mono, c) in &other.0 {
            let before = rest.iter().take_while(|(m, _)| m < mono).count();
            out.extend_from_slice(&rest[..before]);
            rest = &rest[before..];
            let mut sum = c.checked_mul(factor)?;
            if let Some(((_, own), after)) = rest.split_first().filter(|((m, _), _)| m == mono) {
                sum = sum.checked_add(*own)?;
                rest = after;
            }
            if sum != 0 {
                out.push((*mono, sum));
            }
        }
        out.extend_from_slice(rest);
        Self(out).checked()
    }

    pub(super) fn scale(&self, factor: i128) -> Option<Self> {
        Self::default().add_scaled(self, factor)
    }

    /// `self * mono * factor`.
    pub(super) fn times(&self, mono: &Mono, factor: i128) -> Option<Self> {
        let mut out = Terms::with_capacity(self.0.len());
        for (m, c) in &self.0 {
            out.push((m.mul(mono)?, c.checked_mul(factor)?));
        }
        out.sort_unstable_by_key(|t| t.0);
        Self(out).checked()
    }

    pub(super) fn mul(&self, other: &Self) -> Option<Self> {
        other.0.iter().try_fold(Self::default(), |sum, (mono, c)| sum.add(&self.times(mono, *c)?))
    }

    /// The greatest common divisor of all coefficients but the offset's; 0 where there are none.
    pub(super) fn content(&self) -> i128 {
        let mut content = 0;
        for (_, c) in self.0.iter().filter(|(m, _)| *m != Mono::ONE) {
            content = gcd(content, c.abs());
            if content == 1 {
                break;
            }
        }
        content
    }

    /// Divides `self >= 0` by what its coefficients share, and says by what; the offset is rounded down, which loses no
    /// integer.
    pub(super) fn tighten(&mut self) -> i128 {
        let by = self.content();
        if by > 1 {
            self.0.iter_mut().for_each(|(_, c)| *c = c.div_euclid(by));
            self.0.retain(|(_, c)| *c != 0);
        }
        by.max(1)
    }

    /// The same products with other coefficients, none larger than `self`'s or than the machine's words.
    pub(super) fn map(&self, coefficient: impl Fn(i128) -> i128) -> Self {
        Self(self.0.iter().map(|(m, c)| (*m, coefficient(*c))).filter(|(_, c)| *c != 0).collect())
    }

    fn checked(self) -> Option<Self> {
        let fits = self.0.len() <= TERMS && self.0.iter().all(|(_, c)| c.abs() < LIMIT << 8);
        fits.then_some(self)
    }
}

fn gcd(a: i128, b: i128) -> i128 {
    match (u64::try_from(a), u64::try_from(b)) {
        (_, Ok(0)) => a,
        // Nearly always; a division of longer numbers takes ten times as long.
        (Ok(a), Ok(b)) => gcd(i128::from(b), i128::from(a % b)),
        _ => gcd(b, a % b),
    }
}
