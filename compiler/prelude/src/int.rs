//! Integers and vectors of them, and bits.

use crate::declared;
use crate::number::{Number, Value};
use core::ops::{BitAnd, BitOr, BitXor, Not, Shl, Shr};

/// Integers, and vectors of them.
pub trait Int:
    Number
    + Not<Output = Self>
    + BitAnd<Output = Self>
    + BitOr<Output = Self>
    + BitXor<Output = Self>
    + Shl<usize, Output = Self>
    + Shr<usize, Output = Self>
{
    /// The high 32 bits of the 64-bit product. Of `i32` and `u32`.
    #[must_use]
    fn mul_hi(self, _other: Self) -> Self {
        declared()
    }

    /// `a + b`; integers wrap. Also in constants.
    #[must_use]
    fn wrapping_add(self, _b: Self) -> Self {
        declared()
    }

    /// `a - b`; integers wrap. Also in constants.
    #[must_use]
    fn wrapping_sub(self, _b: Self) -> Self {
        declared()
    }

    /// `a * b`; integers wrap. Also in constants.
    #[must_use]
    fn wrapping_mul(self, _b: Self) -> Self {
        declared()
    }

    /// The bits in reverse order.
    #[must_use]
    fn reverse_bits(self) -> Self {
        declared()
    }

    /// The bytes in reverse order. Of `u32`.
    #[must_use]
    fn swap_bytes(self) -> Self {
        declared()
    }

    /// The difference's magnitude, which never wraps. Of `u32`.
    #[must_use]
    fn abs_diff(self, _other: Self) -> Self {
        declared()
    }

    /// The sum; where the type cannot hold it, the nearest number that it can.
    #[must_use]
    fn saturating_add(self, _other: Self) -> Self {
        declared()
    }

    /// The difference; where the type cannot hold it, the nearest number that it can.
    #[must_use]
    fn saturating_sub(self, _other: Self) -> Self {
        declared()
    }

    /// The quotient that goes with `rem_euclid`: rounded so that what is left is not negative.
    #[must_use]
    fn div_euclid(self, _n: Self) -> Self {
        declared()
    }

    /// Whether exactly one bit is one.
    #[must_use]
    fn is_power_of_two(self) -> Self::Mask {
        declared()
    }

    /// The smallest power of two that is not below: 1 of 0; 0 past `2^31`, where the type has none. Of `u32`.
    #[must_use]
    fn next_power_of_two(self) -> Self {
        declared()
    }
}

macro_rules! ints {
    ($($ty:ty),*) => { $(impl Int for $ty {} impl Bits for $ty {})* };
}
ints!(i32, usize, i64, u64);

/// The methods with `u32` in their signature, as the attributes of functions put them in place of Rust's own.
#[doc(hidden)]
pub trait Bits: Value {
    /// The bits of a float.
    #[must_use]
    fn to_bits_u32(self) -> Self::Bits {
        declared()
    }

    /// How many bits are one.
    #[must_use]
    fn count_ones_u32(self) -> Self::Bits {
        declared()
    }

    /// Zero bits above the highest one; the width for 0.
    #[must_use]
    fn leading_zeros_u32(self) -> Self::Bits {
        declared()
    }

    /// Zero bits below the lowest one; the width for 0.
    #[must_use]
    fn trailing_zeros_u32(self) -> Self::Bits {
        declared()
    }

    /// The bits moved left by `n` places, those that fall out coming in again.
    #[must_use]
    fn rotate_left_u32(self, _n: usize) -> Self {
        declared()
    }

    /// The bits moved right by `n` places, those that fall out coming in again.
    #[must_use]
    fn rotate_right_u32(self, _n: usize) -> Self {
        declared()
    }

    /// The number to the power of `n`, which wraps; 1 where `n` is 0.
    #[must_use]
    fn pow_u32(self, _n: usize) -> Self {
        declared()
    }

    /// The logarithm by base 2, rounded down. `u32::MAX` of 0, which has none. Of `u32`.
    #[must_use]
    fn ilog2_u32(self) -> Self::Bits {
        declared()
    }
}

impl Bits for f32 {}

/// The quotient of unsigned integers, rounded up.
#[must_use]
pub fn div_ceil<T: Int>(_a: T, _b: T) -> T {
    declared()
}
