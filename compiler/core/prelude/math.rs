//! Functions of numbers that are a few operations. Elementary functions: `exponential.rs`, `power.rs`, `trigonometry.rs`.

/// Whether it is not a number. By its bits: a GPU's compiler may assume that comparisons never meet one.
pub fn is_nan<F: Float>(self: F) -> bool {
    (self.to_bits() & 0x7fff_ffff) > 0x7f80_0000
}

/// Whether it is neither infinite nor NaN.
pub fn is_finite<F: Float>(self: F) -> bool {
    (self.to_bits() & 0x7fff_ffff) < 0x7f80_0000
}

/// Whether it is infinite, of either sign.
pub fn is_infinite<F: Float>(self: F) -> bool {
    (self.to_bits() & 0x7fff_ffff) == 0x7f80_0000
}

/// `low` below `low`, `high` above `high`; of a NaN, `low`.
pub fn clamp<T: Number>(self: T, low: T, high: T) -> T {
    self.max(low).min(high)
}

/// The larger; NaN where either is.
pub fn max_or_nan<F: Float>(self: F, other: F) -> F {
    select((self > other) | self.is_nan(), self, other)
}

/// The smaller; NaN where either is.
pub fn min_or_nan<F: Float>(self: F, other: F) -> F {
    select((self < other) | self.is_nan(), self, other)
}

/// Its magnitude with the sign of `sign`, also of a zero or a NaN.
pub fn copysign<F: Float>(self: F, sign: F) -> F {
    F::from_bits((self.to_bits() & 0x7fff_ffff) | (sign.to_bits() & 0x8000_0000))
}

/// 1 with its sign, also of a zero; of a NaN, NaN.
pub fn signum<F: Float>(self: F) -> F {
    select(self.is_nan(), self, F::splat(1.0).copysign(self))
}

/// What is left without the whole number towards zero: it has the sign of `self`.
pub fn fract<F: Float>(self: F) -> F {
    self - self.trunc()
}

/// The remainder that is not negative, also of integers. Of floats, one just below zero rounds up to `n`'s magnitude.
pub fn rem_euclid<T: Number>(self: T, n: T) -> T {
    let r = self % n;
    let zero = r - r;
    select(r < zero, select(n < zero, r - n, r + n), r)
}

/// Degrees as radians.
pub fn to_radians<F: Float>(self: F) -> F {
    self * 0.017_453_292
}

/// Radians as degrees.
pub fn to_degrees<F: Float>(self: F) -> F {
    self * 57.295_78
}

/// `1 / sqrt(x)`, within 2 ULP.
pub fn rsqrt<F: Float>(self: F) -> F {
    F::splat(1.0) / self.sqrt()
}

/// `sqrt(x^2 + y^2)`, where no square overflows or vanishes; infinite where either is, also with a NaN.
pub fn hypot<F: Float>(self: F, y: F) -> F {
    // Scaled by the larger one's power of two. Its inverse must be one, too.
    let larger = self.abs().max(y.abs());
    let power = (larger.to_bits() & 0x7f80_0000).clamp(0x0080_0000, 0x7e80_0000);
    let inverse = F::from_bits(0x7f00_0000 - power);
    let (a, b) = (self * inverse, y * inverse);
    let finite = a.mul_add(a, b * b).sqrt() * F::from_bits(power);
    let sum = select(self.is_nan() | y.is_nan(), self + y, finite);
    select(self.is_infinite() | y.is_infinite(), F::splat(f32::INFINITY), sum)
}

/// The cube root, also of negative numbers.
pub fn cbrt<F: Float>(self: F) -> F {
    let magnitude = self.abs();
    let tiny = magnitude < 1.175_494_4e-38;
    let x = select(tiny, magnitude * 16_777_216.0, magnitude);
    // 1 / cbrt(x) within 4 %, by a third of the exponent; then without a division, since h = 1 - x y^3 is small.
    let y = F::from_bits(0x54a2_1d2a - x.to_bits() / 3);
    let h = (-(x * y)).mul_add(y * y, F::splat(1.0));
    let y = (y * h).mul_add(h.mul_add(F::splat(0.222_222_22), F::splat(0.333_333_34)), y);
    // x y^2, and what it lacks by its own h.
    let root = x * y * y;
    let h = (-root).mul_add(y, F::splat(1.0));
    let root = (root * h).mul_add(h.mul_add(F::splat(0.555_555_6), F::splat(0.666_666_7)), root);
    let scaled = select(tiny, root * 0.003_906_25, root);
    // By its bits whether it is finite and not 0.
    select(magnitude.to_bits() - 1 < 0x7f7f_ffff, scaled.copysign(self), self)
}
