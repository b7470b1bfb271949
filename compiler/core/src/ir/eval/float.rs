//! Floats: f32 by the processor, the 16-bit ones through f64 and one correct rounding.

use crate::ir::Op;

/// A float narrower than f32.
#[derive(Clone, Copy)]
pub(super) struct Format {
    mantissa_bits: u32,
    exponent_bits: u32,
}

/// IEEE binary16.
pub(super) const F16: Format = Format { mantissa_bits: 10, exponent_bits: 5 };
/// The upper half of an f32.
pub(super) const BF16: Format = Format { mantissa_bits: 7, exponent_bits: 8 };

impl Format {
    const fn bias(self) -> i32 {
        (1 << (self.exponent_bits - 1)) - 1
    }

    const fn infinity(self) -> u64 {
        ((1 << self.exponent_bits) - 1) << self.mantissa_bits
    }

    const fn sign(self) -> u64 {
        1 << (self.exponent_bits + self.mantissa_bits)
    }
}

/// The bits of an f32, with one NaN.
pub(super) fn f32_bits(value: f32) -> u64 {
    if value.is_nan() { 0x7fc0_0000 } else { value.to_bits().into() }
}

/// The value of a narrow float; exact.
pub(super) fn widen(bits: u64, format: Format) -> f64 {
    let magnitude = bits & (format.sign() - 1);
    let exponent = (magnitude >> format.mantissa_bits) as i32;
    let fraction = magnitude & ((1 << format.mantissa_bits) - 1);
    let value = if magnitude > format.infinity() {
        f64::NAN
    } else if magnitude == format.infinity() {
        f64::INFINITY
    } else {
        let implicit = if exponent == 0 { 0 } else { 1 << format.mantissa_bits };
        let scale = exponent.max(1) - format.bias() - format.mantissa_bits as i32;
        (implicit | fraction) as f64 * power_of_two(scale)
    };
    if bits & format.sign() == 0 { value } else { -value }
}

/// The nearest narrow float, halves to even; a NaN is the one without payload.
pub(super) fn narrow(value: f64, format: Format) -> u64 {
    if value.is_nan() {
        return format.infinity() | 1 << (format.mantissa_bits - 1);
    }
    let sign = if value.is_sign_negative() { format.sign() } else { 0 };
    let magnitude = value.abs();
    let least = 1 - format.bias();
    let exponent = (((magnitude.to_bits() >> 52) as i32) - 1023).max(least);
    if exponent > format.bias() {
        return sign | format.infinity();
    }
    // In units of the last place; scaling by a power of two is exact, so this rounds once.
    let units = (magnitude * power_of_two(format.mantissa_bits as i32 - exponent)).round_ties_even() as u64;
    // A carry out of the fraction moves into the exponent, and at the end to infinity, as it should.
    sign | ((((exponent - least) as u64) << format.mantissa_bits) + units)
}

/// `2^exponent`, for what is a normal f64.
fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(((exponent + 1023).clamp(1, 2046) as u64) << 52)
}

/// An integer as f64, rounded to odd, so that rounding it once more is exact.
pub(super) fn int_to_odd(value: i128) -> f64 {
    let magnitude = value.unsigned_abs();
    let shift = 128 - magnitude.leading_zeros().min(128);
    let shift = shift.saturating_sub(53);
    let kept = magnitude >> shift;
    let sticky = u128::from(kept << shift != magnitude);
    let rounded = (kept | sticky) as f64 * power_of_two(shift as i32);
    if value < 0 { -rounded } else { rounded }
}

/// `a * b + c` of narrow floats, rounded to odd in f64 (Boldo and Melquiond, "Emulation of FMA", 2008).
pub(super) fn mul_add_to_odd(a: f64, b: f64, c: f64) -> f64 {
    let product = a * b; // exact: at most 22 bits
    let sum = product + c;
    if !sum.is_finite() {
        return sum;
    }
    let virtual_c = sum - product;
    let error = (product - (sum - virtual_c)) + (c - virtual_c);
    if error == 0.0 || sum.to_bits() & 1 == 1 {
        return sum;
    }
    if error > 0.0 { sum.next_up() } else { sum.next_down() }
}

macro_rules! eval {
    ($name:ident, $float:ty) => {
        /// An operation on floats that is not a comparison. Those that have no meaning on floats give `a`.
        pub(super) fn $name(op: Op, a: $float, b: $float, c: $float) -> $float {
            match op {
                Op::Add => a + b,
                Op::Sub => a - b,
                Op::Mul => a * b,
                Op::Div => a / b,
                Op::Rem => a % b,
                Op::MulAdd => a.mul_add(b, c),
                Op::Min | Op::Max if a.is_nan() => b,
                Op::Min | Op::Max if b.is_nan() => a,
                // Only zeros are equal and differ.
                Op::Min if a == b => {
                    if a.is_sign_negative() {
                        a
                    } else {
                        b
                    }
                }
                Op::Max if a == b => {
                    if a.is_sign_negative() {
                        b
                    } else {
                        a
                    }
                }
                Op::Min => {
                    if a < b {
                        a
                    } else {
                        b
                    }
                }
                Op::Max => {
                    if a > b {
                        a
                    } else {
                        b
                    }
                }
                Op::Sqrt => a.sqrt(),
                Op::Floor => a.floor(),
                Op::Ceil => a.ceil(),
                Op::Trunc => a.trunc(),
                Op::Round => a.round_ties_even(),
                _ => a,
            }
        }
    };
}

eval!(eval_f32, f32);
eval!(eval_f64, f64);
