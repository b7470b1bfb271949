//! Integers of any width up to 64 bits, as the low bits of a word.

use crate::ir::Op;

/// The low `width` bits.
pub(super) fn mask(bits: u64, width: u32) -> u64 {
    bits & (u64::MAX >> (64 - width.clamp(1, 64)))
}

/// The signed value of the low `width` bits.
pub(super) fn extend(bits: u64, width: u32) -> i64 {
    let shift = 64 - width.clamp(1, 64);
    ((bits << shift) as i64) >> shift
}

/// The nearest integer towards zero; past the ends the end, for NaN 0.
pub(super) fn saturate(value: f64, width: u32, signed: bool) -> u64 {
    let width = width.clamp(1, 64);
    if signed {
        let max = i64::MAX >> (64 - width);
        mask((value as i64).clamp(-max - 1, max) as u64, width)
    } else {
        (value as u64).min(u64::MAX >> (64 - width))
    }
}

/// An operation on integers; bools are integers of one bit. Operations that have no meaning on integers give `a`.
pub(super) fn eval(op: Op, width: u32, signed: bool, a: u64, b: u64) -> u64 {
    let (a, b) = (mask(a, width), mask(b, width));
    let (sa, sb) = (extend(a, width), extend(b, width));
    let a_is_less = if signed { sa < sb } else { a < b };
    let shift = (b % u64::from(width)) as u32;
    let bits = match op {
        Op::Neg => a.wrapping_neg(),
        Op::Add => a.wrapping_add(b),
        Op::Sub => a.wrapping_sub(b),
        Op::Mul => a.wrapping_mul(b),
        Op::Div if b == 0 => a,
        Op::Div if signed => sa.wrapping_div(sb) as u64,
        Op::Div => a / b,
        Op::Rem if b == 0 => 0,
        Op::Rem if signed => sa.wrapping_rem(sb) as u64,
        Op::Rem => a % b,
        Op::MulHi if signed => ((i128::from(sa) * i128::from(sb)) >> width) as u64,
        Op::MulHi => ((u128::from(a) * u128::from(b)) >> width) as u64,
        Op::Min => {
            if a_is_less {
                a
            } else {
                b
            }
        }
        Op::Max => {
            if a_is_less {
                b
            } else {
                a
            }
        }
        Op::Abs if signed => sa.wrapping_abs() as u64,
        Op::Not => !a,
        Op::And => a & b,
        Op::Or => a | b,
        Op::Xor => a ^ b,
        Op::Shl => a << shift,
        Op::Shr if signed => (sa >> shift) as u64,
        Op::Shr => a >> shift,
        Op::CountOnes => a.count_ones().into(),
        Op::LeadingZeros => (a.leading_zeros() + width - 64).into(),
        Op::TrailingZeros => a.trailing_zeros().min(width).into(),
        Op::ReverseBits => a.reverse_bits() >> (64 - width),
        _ => a,
    };
    mask(bits, width)
}
