//! Elementary functions, in the language itself, within 4 ULP of the exact result where `+ - * /` round correctly.
//!
//! The polynomials are those of Cephes (S. Moshier, single precision: `expf`, `logf`, `tanhf`). Products and sums are
//! rounded one by one on purpose: the constants are split so that nothing needs to be fused.

const LOG2_E: f32 = 1.442_695_04;
/// `ln 2` in two parts; the first has nine bits, so `n * LN2_HI` is exact.
const LN2_HI: f32 = 0.693_359_375;
const LN2_LO: f32 = -2.121_944_4e-4;

/// Whether it is not a number. By its bits: a GPU's compiler may assume that comparisons never meet one.
pub fn is_nan<F: Float>(self: F) -> bool {
    (self.to_bits() & 0x7fff_ffff) > 0x7f80_0000
}

/// Whether it is neither infinite nor NaN.
pub fn is_finite<F: Float>(self: F) -> bool {
    (self.to_bits() & 0x7fff_ffff) < 0x7f80_0000
}

/// `low` below `low`, `high` above `high`; of a NaN, `low`.
pub fn clamp<T: Number>(self: T, low: T, high: T) -> T {
    self.max(low).min(high)
}

/// `e^x`.
pub fn exp<F: Float>(self: F) -> F {
    let x = self.clamp(F::splat(-104.0), F::splat(89.0));
    let n = (x * LOG2_E).round();
    let r = x - n * LN2_HI - n * LN2_LO;
    let p = r * 1.987_569_15e-4 + 1.398_199_95e-3;
    let p = p * r + 8.333_452e-3;
    let p = p * r + 4.166_579_6e-2;
    let p = p * r + 1.666_666_55e-1;
    let p = p * r + 5.000_000_1e-1;
    let y = p * (r * r) + r + 1.0;
    // In two factors, so that results below the normal numbers round once and none overflows early.
    let k = n.cast::<i32>();
    let half = k >> 1;
    let scaled = y * power_of_two::<F, _>(half) * power_of_two::<F, _>(k - half);
    select(self.is_nan(), self, scaled)
}

/// The natural logarithm: `-inf` of 0, NaN below.
pub fn ln<F: Float>(self: F) -> F {
    let tiny = self < 1.175_494_4e-38;
    let x = select(tiny, self * 8_388_608.0, self);
    let bits = x.to_bits();
    // x = m * 2^e with m in [sqrt(1/2), sqrt(2))
    let shifted = bits - 0x3f35_04f3;
    let e = ((shifted.cast::<i32>() >> 23) - tiny.cast::<i32>() * 23).cast::<f32>();
    let m = F::from_bits((shifted & 0x007f_ffff) + 0x3f35_04f3);
    let f = m - 1.0;
    let z = f * f;
    let p = f * 7.037_683_6e-2 - 1.151_461_03e-1;
    let p = p * f + 1.167_699_87e-1;
    let p = p * f - 1.242_014_08e-1;
    let p = p * f + 1.424_932_3e-1;
    let p = p * f - 1.666_805_8e-1;
    let p = p * f + 2.000_071_5e-1;
    let p = p * f - 2.499_999_4e-1;
    let p = p * f + 3.333_333_1e-1;
    let y = f * z * p + e * LN2_LO - z * 0.5;
    let finite = f + y + e * LN2_HI;
    let inf = F::splat(f32::INFINITY);
    let at_edge = select(self == 0.0, -inf, select(self < 0.0, F::splat(f32::NAN), self));
    select((self > 0.0) & (self < inf), finite, at_edge)
}

/// The hyperbolic tangent.
pub fn tanh<F: Float>(self: F) -> F {
    let a = self.abs();
    let z = self * self;
    let p = z * -5.704_988_7e-3 + 2.063_908_9e-2;
    let p = p * z - 5.373_971_6e-2;
    let p = p * z + 1.333_144_2e-1;
    let p = p * z - 3.333_328_2e-1;
    let near = p * z * self + self;
    let far = 1.0 - 2.0 / ((a + a).exp() + 1.0);
    let signed = select(self < 0.0, -far, far);
    select(self.is_nan(), self, select(a < 0.625, near, signed))
}

/// `1 / (1 + e^-x)`, also where `e^-x` overflows.
pub fn sigmoid<F: Float>(self: F) -> F {
    let e = (-self.abs()).exp();
    let numerator = select(self < 0.0, e, F::splat(1.0));
    select(self.is_nan(), self, numerator / (e + 1.0))
}

/// The larger; NaN where either is.
pub fn max_or_nan<F: Float>(self: F, other: F) -> F {
    select((self > other) | self.is_nan(), self, other)
}

/// The smaller; NaN where either is.
pub fn min_or_nan<F: Float>(self: F, other: F) -> F {
    select((self < other) | self.is_nan(), self, other)
}

/// The bits moved left by `n` places, those that fall out coming in again.
pub fn rotate_left(self: u32, n: u32) -> u32 {
    (self << n) | (self >> (32 - n))
}

/// The bits moved right by `n` places, those that fall out coming in again.
pub fn rotate_right(self: u32, n: u32) -> u32 {
    (self >> n) | (self << (32 - n))
}

/// `2^k` for `k` in -126 ..= 127.
fn power_of_two<F: Float, I: Int>(k: I) -> F {
    F::from_bits(((k + 127) << 23).cast::<u32>())
}
