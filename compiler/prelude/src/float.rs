//! Floats and vectors of them. Rust's `f32` has most of these methods itself.

use crate::declared;
use crate::number::{Signed, Value};
use core::ops::{Add, AddAssign, Div, Mul, MulAssign, Sub, SubAssign};

/// Floats, and vectors of them.
pub trait Float:
    Signed
    + Value<Scalar = core::primitive::f32>
    + Add<core::primitive::f32, Output = Self>
    + Sub<core::primitive::f32, Output = Self>
    + Mul<core::primitive::f32, Output = Self>
    + Div<core::primitive::f32, Output = Self>
    + AddAssign<core::primitive::f32>
    + SubAssign<core::primitive::f32>
    + MulAssign<core::primitive::f32>
{
    /// The float with these bits.
    #[must_use]
    fn from_bits(_bits: Self::Bits) -> Self {
        declared()
    }

    /// `a * b + c` rounded once; WebGPU may round twice. `a` is `self`.
    #[must_use]
    fn mul_add(self, _b: Self, _c: Self) -> Self {
        declared()
    }

    /// Whether it is not a number, by the bits.
    #[must_use]
    fn is_nan(self) -> Self::Mask {
        declared()
    }

    /// Whether it is neither infinite nor NaN, by the bits.
    #[must_use]
    fn is_finite(self) -> Self::Mask {
        declared()
    }

    /// The larger; NaN where either is.
    #[must_use]
    fn max_or_nan(self, _other: Self) -> Self {
        declared()
    }

    /// The smaller; NaN where either is.
    #[must_use]
    fn min_or_nan(self, _other: Self) -> Self {
        declared()
    }

    functions! {
        sqrt "The square root; of a negative number NaN.";
        floor "The largest whole number not above.";
        ceil "The smallest whole number not below.";
        trunc "The whole number towards zero.";
        round "The nearest whole number, halves to even.";
        exp "`e^x`.";
        ln "The natural logarithm: `-inf` of 0, NaN below.";
        tanh "The hyperbolic tangent.";
        sigmoid "`1 / (1 + e^-x)`, also where `e^-x` overflows.";
        rsqrt "`1 / sqrt(x)`, within 2 ULP.";
        sin_turns "The sine of an angle in turns: of `2 pi x`. So the angle is reduced exactly, however large it is.";
        cos_turns "The cosine of an angle in turns: of `2 pi x`.";
    }
}

macro_rules! functions {
    ($($name:ident $doc:literal;)*) => { $(
        #[doc = $doc]
        #[must_use]
        fn $name(self) -> Self {
            declared()
        }
    )* };
}
use functions;

impl Float for core::primitive::f32 {}

/// Names behind `f32::` where Rust's own have another `u32`; as a type, `f32` is Rust's.
pub mod f32 {
    /// The float with these bits.
    #[must_use]
    pub const fn from_bits(_bits: usize) -> core::primitive::f32 {
        0.0
    }
}
