//! Elementary functions, in the language itself, within 4 ULP of the exact result where `+ - * /` round correctly.
//!
//! The polynomials are those of Cephes (S. Moshier, single precision: `expf`, `logf`, `tanhf`). The constants are split
//! so that nothing needs to be fused; `mul_add` is there for speed, and WebGPU may round it twice.

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
    let (y, n) = exp_parts(self.clamp(F::splat(-104.0), F::splat(89.0)));
    // In two factors, so that results below the normal numbers round once and none overflows early.
    let k = n.cast::<i32>();
    let half = k >> 1;
    let scaled = y * power_of_two::<F, _>(half) * power_of_two::<F, _>(k - half);
    select(self.is_nan(), self, scaled)
}

/// `e^x` as `y * 2^n`, with `y` in about `sqrt(1/2)` to `sqrt(2)` and a whole `n`.
fn exp_parts<F: Float>(x: F) -> (F, F) {
    let n = (x * LOG2_E).round();
    // Not fused twice: some drivers then add the two parts of `ln 2` up first.
    let r = n.mul_add(F::splat(-LN2_LO), x - n * LN2_HI);
    let p = r.mul_add(F::splat(1.987_569_15e-4), F::splat(1.398_199_95e-3));
    let p = p.mul_add(r, F::splat(8.333_452e-3));
    let p = p.mul_add(r, F::splat(4.166_579_6e-2));
    let p = p.mul_add(r, F::splat(1.666_666_55e-1));
    let p = p.mul_add(r, F::splat(5.000_000_1e-1));
    (p.mul_add(r * r, r) + 1.0, n)
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
    let p = f.mul_add(F::splat(7.037_683_6e-2), F::splat(-1.151_461_03e-1));
    let p = p.mul_add(f, F::splat(1.167_699_87e-1));
    let p = p.mul_add(f, F::splat(-1.242_014_08e-1));
    let p = p.mul_add(f, F::splat(1.424_932_3e-1));
    let p = p.mul_add(f, F::splat(-1.666_805_8e-1));
    let p = p.mul_add(f, F::splat(2.000_071_5e-1));
    let p = p.mul_add(f, F::splat(-2.499_999_4e-1));
    let p = p.mul_add(f, F::splat(3.333_333_1e-1));
    let y = z.mul_add(F::splat(-0.5), (f * z).mul_add(p, e * LN2_LO));
    let finite = e.mul_add(F::splat(LN2_HI), f + y);
    let inf = F::splat(f32::INFINITY);
    let at_edge = select(self == 0.0, -inf, select(self < 0.0, F::splat(f32::NAN), self));
    select((self > 0.0) & (self < inf), finite, at_edge)
}

/// The hyperbolic tangent.
pub fn tanh<F: Float>(self: F) -> F {
    let a = self.abs();
    let z = a * a;
    let p = z.mul_add(F::splat(-5.704_988_7e-3), F::splat(2.063_908_9e-2));
    let p = p.mul_add(z, F::splat(-5.373_971_6e-2));
    let p = p.mul_add(z, F::splat(1.333_144_2e-1));
    let p = p.mul_add(z, F::splat(-3.333_328_2e-1));
    let near = (p * z).mul_add(a, a);
    // (1 - t) / (1 + t) of t = e^-2a, which no longer matters past 20.
    let (y, n) = exp_parts((a * -2.0).max(F::splat(-40.0)));
    let t = y * power_of_two::<F, _>(n.cast::<i32>());
    let far = (1.0 - t) * reciprocal_to_two(t + 1.0);
    let sign = self.to_bits() & 0x8000_0000;
    let signed = F::from_bits(select(a < 0.625, near, far).to_bits() | sign);
    select(self.is_nan(), self, signed)
}

/// `1 / (1 + e^-x)`, also where `e^-x` overflows.
pub fn sigmoid<F: Float>(self: F) -> F {
    let e = (-self.abs()).exp();
    let numerator = select(self < 0.0, e, F::splat(1.0));
    select(self.is_nan(), self, numerator * reciprocal_to_two(e + 1.0))
}

/// `1 / x` of an `x` in 1 ..= 2, within 1 ULP: two steps of Newton's from the best parabola, without the special cases
/// of a division, which would cost a GPU more than all the rest.
fn reciprocal_to_two<F: Float>(x: F) -> F {
    let r = x.mul_add(F::splat(0.323_232_32), F::splat(-1.454_545_5)).mul_add(x, F::splat(2.121_212_1));
    let r = r.mul_add((-x).mul_add(r, F::splat(1.0)), r);
    r.mul_add((-x).mul_add(r, F::splat(1.0)), r)
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
