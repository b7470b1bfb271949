//! Floats and vectors of them. Rust's `f32` has most of these methods itself.

use crate::declared;
use crate::number::{Lanes, Signed, Value};
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

    /// Whether it is infinite, of either sign, by the bits.
    #[must_use]
    fn is_infinite(self) -> Self::Mask {
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

    /// Its magnitude with the sign of `sign`, also of a zero or a NaN.
    #[must_use]
    fn copysign(self, _sign: Self) -> Self {
        declared()
    }

    /// `sqrt(x^2 + y^2)`, where no square overflows or vanishes; infinite where either is, also with a NaN.
    #[must_use]
    fn hypot(self, _y: Self) -> Self {
        declared()
    }

    /// The angle of the point `(x, y)`, `y.atan2(x)`, in radians: from `-pi` to `pi`. Of zeros and infinite numbers, as C
    /// has it.
    #[must_use]
    fn atan2(self, _x: Self) -> Self {
        declared()
    }

    /// Sine and cosine of an angle in radians, together cheaper than each by itself. Of single numbers.
    #[must_use]
    fn sin_cos(self) -> (Self, Self) {
        declared()
    }

    /// `x^y`, as C has it: NaN of a negative number where `y` is not whole; 1 where `y` is 0 or `x` is 1, whatever the other.
    #[must_use]
    fn powf<Y: Lanes<Self>>(self, _y: Y) -> Self {
        declared()
    }

    /// `x^n`; 1 where `n` is 0.
    #[must_use]
    fn powi<N: Lanes<Self::As<i32>>>(self, _n: N) -> Self {
        declared()
    }

    functions! {
        sqrt "The square root; of a negative number NaN.";
        floor "The largest whole number not above.";
        ceil "The smallest whole number not below.";
        trunc "The whole number towards zero.";
        round "The nearest whole number, halves to even.";
        fract "What is left without the whole number towards zero: it has the sign of `self`.";
        signum "1 with its sign, also of a zero; of a NaN, NaN.";
        to_radians "Degrees as radians.";
        to_degrees "Radians as degrees.";
        cbrt "The cube root, also of negative numbers.";
        exp "`e^x`.";
        exp2 "`2^x`; exact of whole numbers.";
        exp_m1 "`e^x - 1`, precise near 0.";
        ln "The natural logarithm: `-inf` of 0, NaN below.";
        ln_1p "`ln(1 + x)`, precise near 0: `-inf` of -1, NaN below.";
        log2 "The logarithm by base 2: `-inf` of 0, NaN below; exact of powers of two.";
        log10 "The logarithm by base 10: `-inf` of 0, NaN below.";
        sinh "The hyperbolic sine.";
        cosh "The hyperbolic cosine.";
        tanh "The hyperbolic tangent.";
        erf "The error function: the part of the normal distribution within `x sqrt(2)` standard deviations.";
        sigmoid "`1 / (1 + e^-x)`, also where `e^-x` overflows.";
        rsqrt "`1 / sqrt(x)`, within 2 ULP.";
        sin "The sine of an angle in radians, however large.";
        cos "The cosine of an angle in radians, however large.";
        tan "The tangent of an angle in radians, however large.";
        asin "The arcsine, in radians: from `-pi/2` to `pi/2`; NaN past +-1.";
        acos "The arccosine, in radians: from 0 to `pi`; NaN past +-1.";
        atan "The arctangent, in radians: from `-pi/2` to `pi/2`.";
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
