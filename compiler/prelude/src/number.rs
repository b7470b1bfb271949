//! What numbers have in common.

use crate::declared;
use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign};

/// What a vector has as lanes.
pub trait Scalar: Copy {}

/// A scalar, or a vector of them.
pub trait Value: Copy {
    /// One lane.
    type Scalar: Scalar;
    /// A bool for each lane.
    type Mask: Mask<Self>;
    /// As many lanes of `u32`.
    type Bits: Value;
    /// As many lanes of another scalar.
    type As<T: Scalar>;
    /// How many lanes: 1 for a scalar.
    const LANES: usize;

    /// A vector with that value in each lane; of a scalar type, the value.
    #[must_use]
    fn splat(_value: Self::Scalar) -> Self {
        declared()
    }

    /// `x as T`, lane by lane: floats to integers truncate and saturate, and NaN gives 0; to floats rounds to nearest
    /// even; to narrower integers wraps; from bool gives 0 and 1.
    #[must_use]
    fn cast<T: Scalar>(self) -> Self::As<T> {
        declared()
    }
}

/// Integers and floats, and vectors of them: `+ - * / %`, which wrap, and comparisons.
pub trait Number:
    Value
    + NumberCore
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Rem<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + RemAssign
{
}

/// The methods of numbers that Rust's own have already.
pub trait NumberCore: Sized {
    /// The smaller; of a NaN and a number the number.
    #[must_use]
    fn min(self, _other: Self) -> Self {
        declared()
    }

    /// The larger; of a NaN and a number the number.
    #[must_use]
    fn max(self, _other: Self) -> Self {
        declared()
    }

    /// `low` below `low`, `high` above `high`; of a NaN, `low`.
    #[must_use]
    fn clamp(self, _low: Self, _high: Self) -> Self {
        declared()
    }

    /// The remainder that is not negative. Of floats, one just below zero rounds up to `n`'s magnitude.
    #[must_use]
    fn rem_euclid(self, _n: Self) -> Self {
        declared()
    }
}

/// Numbers with a sign.
pub trait Signed: Number + Neg<Output = Self> {
    /// The magnitude; the least integer stays.
    #[must_use]
    fn abs(self) -> Self {
        declared()
    }
}

/// What may stand for a vector of type `V` as an argument: one, or a scalar for every lane.
pub trait Lanes<V> {}

impl<V: Value> Lanes<V> for V {}

/// What picks between two values: a bool, or for vectors one for each lane.
pub trait Mask<T> {}

impl<T> Mask<T> for bool {}

/// `a` where `condition` holds, else `b`; both are computed. Lane by lane with a vector of bools.
#[must_use]
pub fn select<C: Mask<T>, T>(_condition: C, _a: T, _b: T) -> T {
    declared()
}

/// The smaller; of a NaN and a number the number.
#[must_use]
pub fn min<T: PartialOrd>(_a: T, _b: T) -> T {
    declared()
}

/// The larger; of a NaN and a number the number.
#[must_use]
pub fn max<T: PartialOrd>(_a: T, _b: T) -> T {
    declared()
}

macro_rules! scalars {
    ($($ty:ty),*) => { $(
        impl Scalar for $ty {}
        impl Value for $ty {
            type Scalar = Self;
            type Mask = bool;
            type Bits = usize;
            type As<T: Scalar> = T;
            const LANES: usize = 1;
        }
    )* };
}
scalars!(bool, i8, u8, i32, usize, i64, u64, f32);

macro_rules! numbers {
    ($($ty:ty),*) => { $(impl NumberCore for $ty {} impl Number for $ty {})* };
}
numbers!(i32, usize, i64, u64, f32);

impl Signed for i32 {}
impl Signed for i64 {}
impl Signed for f32 {}
