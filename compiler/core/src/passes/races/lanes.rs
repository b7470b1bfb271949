//! Integers and bools of all invocations of a workgroup at once.

use crate::ir::{Op, Scalar, Type};
use smallvec::SmallVec;
use std::rc::Rc;

/// An unknown number that is the same for all invocations.
pub(super) type Unknown = u32;

/// A value of every invocation: a number of its own, plus a sum of unknowns that they share. Modulo 2^32.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lanes {
    /// Each unknown and its factor; sorted, none zero.
    pub(super) shared: Vec<(Unknown, u32)>,
    pub(super) own: Rc<[u32]>,
}

impl Lanes {
    /// The same known number for all of them.
    pub(super) fn splat(value: u32, n: usize) -> Self {
        Self { shared: vec![], own: vec![value; n].into() }
    }

    pub(super) fn unknown(unknown: Unknown, n: usize) -> Self {
        Self { shared: vec![(unknown, 1)], own: vec![0; n].into() }
    }

    pub(super) fn each(n: usize, value: impl Fn(usize) -> u32) -> Self {
        Self { shared: vec![], own: (0..n).map(value).collect() }
    }

    /// Each invocation's number, where no unknown is in it.
    pub(super) fn known(&self) -> Option<&[u32]> {
        self.shared.is_empty().then_some(&*self.own)
    }

    /// The number that all of them have.
    pub(super) fn constant(&self) -> Option<u32> {
        let first = *self.known()?.first()?;
        self.own.iter().all(|v| *v == first).then_some(first)
    }

    fn combine(&self, other: &Self, sign: u32) -> Self {
        let mut shared = self.shared.clone();
        for (unknown, factor) in &other.shared {
            let factor = factor.wrapping_mul(sign);
            match shared.binary_search_by_key(unknown, |s| s.0) {
                Ok(at) => shared[at].1 = shared[at].1.wrapping_add(factor),
                Err(at) => shared.insert(at, (*unknown, factor)),
            }
        }
        shared.retain(|(_, factor)| *factor != 0);
        let own = self.own.iter().zip(&*other.own).map(|(a, b)| a.wrapping_add(b.wrapping_mul(sign))).collect();
        Self { shared, own }
    }

    /// `self * lanes + lane`: the number of a lane of a vector in an array of scalars.
    pub(super) fn element(&self, lanes: u32, lane: u32) -> Self {
        if lanes == 1 { self.clone() } else { self.scaled_from(lane, lanes) }
    }

    fn scaled(&self, factor: u32) -> Self {
        self.scaled_from(0, factor)
    }

    /// `start + self * factor`.
    fn scaled_from(&self, start: u32, factor: u32) -> Self {
        let mut shared: Vec<_> = self.shared.iter().map(|(u, f)| (*u, f.wrapping_mul(factor))).collect();
        shared.retain(|(_, factor)| *factor != 0);
        Self { shared, own: self.own.iter().map(|v| start.wrapping_add(v.wrapping_mul(factor))).collect() }
    }
}

/// The result of an operation, where it can be told. `from` is the first operand's type.
pub(super) fn op(op: Op, args: &[&Lanes], from: Type, to: Type) -> Option<Lanes> {
    match (op, args) {
        (Op::Add, [a, b]) => return Some(a.combine(b, 1)),
        (Op::Sub, [a, b]) => return Some(a.combine(b, u32::MAX)),
        (Op::Mul, [a, b]) => match (a.constant(), b.constant()) {
            (Some(factor), _) => return Some(b.scaled(factor)),
            (_, Some(factor)) => return Some(a.scaled(factor)),
            _ => {}
        },
        (Op::Shl, [a, b]) => {
            if let Some(by) = b.constant() {
                return Some(a.scaled(1 << (by & 31)));
            }
        }
        (Op::Convert | Op::Bitcast, [a]) if is_word(from) && is_word(to) => return Some((*a).clone()),
        _ => {}
    }
    let known: Option<SmallVec<[&[u32]; 4]>> = args.iter().map(|a| a.known()).collect();
    let known = known?;
    let n = known.first()?.len();
    let one = |lane: usize| compute(op, &known.iter().map(|a| a[lane]).collect::<SmallVec<[u32; 4]>>(), from, to);
    let own: Option<Rc<[u32]>> = (0..n).map(one).collect();
    Some(Lanes { shared: vec![], own: own? })
}

fn is_word(ty: Type) -> bool {
    ty == Type::U32 || ty == Type::I32
}

/// An operation on words and bools; `None` where it is not on those.
pub(in crate::passes) fn compute(op: Op, args: &[u32], from: Type, to: Type) -> Option<u32> {
    let a = *args.first()?;
    let b = args.get(1).copied().unwrap_or(0);
    let (i, j) = (a as i32, b as i32);
    let signed = from.scalar == Scalar::I32;
    let truth = |u: bool, s: bool| u32::from(if signed { s } else { u });
    let number = |u: u32, s: i32| if signed { s as u32 } else { u };
    Some(match op {
        Op::Neg => i.wrapping_neg() as u32,
        Op::Add => a.wrapping_add(b),
        Op::Sub => a.wrapping_sub(b),
        Op::Mul => a.wrapping_mul(b),
        Op::Div => number(a.checked_div(b).unwrap_or(a), i.checked_div(j).unwrap_or(i)),
        Op::Rem => number(a.checked_rem(b).unwrap_or(0), i.checked_rem(j).unwrap_or(0)),
        Op::MulHi if !signed => ((u64::from(a) * u64::from(b)) >> 32) as u32,
        Op::Min => number(a.min(b), i.min(j)),
        Op::Max => number(a.max(b), i.max(j)),
        Op::Abs => i.wrapping_abs() as u32,
        Op::Not if from == Type::BOOL => 1 - (a & 1),
        Op::Not => !a,
        Op::And => a & b,
        Op::Or => a | b,
        Op::Xor => a ^ b,
        Op::Shl => a << (b & 31),
        Op::Shr => number(a >> (b & 31), i >> (b & 31)),
        Op::Eq => u32::from(a == b),
        Op::Ne => u32::from(a != b),
        Op::Lt => truth(a < b, i < j),
        Op::Le => truth(a <= b, i <= j),
        Op::Gt => truth(a > b, i > j),
        Op::Ge => truth(a >= b, i >= j),
        Op::Select => {
            let otherwise = *args.get(2)?;
            if a != 0 { b } else { otherwise }
        }
        Op::CountOnes => a.count_ones(),
        Op::LeadingZeros => a.leading_zeros(),
        Op::TrailingZeros => a.trailing_zeros(),
        Op::ReverseBits => a.reverse_bits(),
        Op::Convert | Op::Bitcast if is_word(to) => a,
        _ => return None,
    })
}
