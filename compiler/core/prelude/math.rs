//! Elementary functions, in the language itself, within 4 ULP of the exact result where `+ - * /` round correctly.
//!
//! Arguments are reduced as Cephes does it (S. Moshier, single precision: `expf`, `logf`). The polynomials are minimax ones
//! of the relative error, by Lawson's iteration, which they leave at half an ULP or less. The constants are split so that nothing
//! needs to be fused; `mul_add` is there for speed, and WebGPU may round it twice.

const LOG2_E: f32 = 1.442_695_04;
/// `ln 2` in two parts; the first has nine bits, so `n * LN2_HI` is exact.
const LN2_HI: f32 = 0.693_359_375;
const LN2_LO: f32 = -2.121_944_4e-4;
/// `1.5 * 2^23`. Added to a number of less than 2^22, it rounds it to a whole one: the sum's bits less its own.
const WHOLE: f32 = 12_582_912.0;
const WHOLE_BITS: u32 = 0x4b40_0000;

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
    let (y, whole) = exp_parts(self.clamp(F::splat(-104.0), F::splat(89.0)));
    // In two factors, so that results below the normal numbers round once and none overflows early.
    let k = (whole.to_bits() - WHOLE_BITS).cast::<i32>();
    let half = k >> 1;
    let scaled = (y + 1.0) * power_of_two::<F, _>(half) * power_of_two::<F, _>(k - half);
    select(self.is_nan(), self, scaled)
}

/// `e^x` as `(y + 1) * 2^n`, with `y` in about `sqrt(1/2) - 1` to `sqrt(2) - 1` and precise near 0; the second is
/// `WHOLE + n`. `x` is within +-150.
fn exp_parts<F: Float>(x: F) -> (F, F) {
    // The sum's last place is 1: quicker than to round, convert and take the exponent.
    let whole = x.mul_add(F::splat(LOG2_E), F::splat(WHOLE));
    let n = (whole.to_bits() - WHOLE_BITS).cast::<i32>().cast::<f32>();
    // Not fused twice: some drivers then add the two parts of `ln 2` up first.
    let r = n.mul_add(F::splat(-LN2_LO), x - n * LN2_HI);
    let p = r.mul_add(F::splat(1.388_249_2e-3), F::splat(8.366_576e-3));
    let p = p.mul_add(r, F::splat(4.166_72e-2));
    let p = p.mul_add(r, F::splat(1.666_654_3e-1));
    let p = p.mul_add(r, F::splat(4.999_999_7e-1));
    (p.mul_add(r * r, r), whole)
}

/// The natural logarithm: `-inf` of 0, NaN below.
pub fn ln<F: Float>(self: F) -> F {
    let tiny = self < 1.175_494_4e-38;
    let x = select(tiny, self * 8_388_608.0, self);
    let bits = x.to_bits();
    // x = m * 2^e with m in [sqrt(1/2), sqrt(2))
    let shifted = bits - 0x3f35_04f3;
    let e = ((shifted.cast::<i32>() >> 23) - select(tiny, 23, 0)).cast::<f32>();
    let m = F::from_bits((shifted & 0x007f_ffff) + 0x3f35_04f3);
    let f = m - 1.0;
    let z = f * f;
    let p = f.mul_add(F::splat(8.700_409e-2), F::splat(-1.426_745_4e-1));
    let p = p.mul_add(f, F::splat(1.491_476_3e-1));
    let p = p.mul_add(f, F::splat(-1.657_758_9e-1));
    let p = p.mul_add(f, F::splat(1.996_306_5e-1));
    let p = p.mul_add(f, F::splat(-2.500_133_8e-1));
    let p = p.mul_add(f, F::splat(3.333_391e-1));
    let y = z.mul_add(F::splat(-0.5), (f * z).mul_add(p, e * LN2_LO));
    let finite = e.mul_add(F::splat(LN2_HI), f + y);
    let at_edge = select(self == 0.0, F::splat(-f32::INFINITY), select(self < 0.0, F::splat(f32::NAN), self));
    // By its bits whether it is finite and above 0.
    select(self.to_bits() - 1 < 0x7f7f_ffff, finite, at_edge)
}

/// The hyperbolic tangent.
pub fn tanh<F: Float>(self: F) -> F {
    // -t / (2 + t) of t = e^-2a - 1, which is -1 past 20.
    let (y, whole) = exp_parts((self.abs() * -2.0).max(F::splat(-40.0)));
    let scale = power_of_whole(whole, 0);
    let t = y.mul_add(scale, scale - 1.0);
    let magnitude = -t * reciprocal_to_two(t + 2.0);
    let sign = self.to_bits() & 0x8000_0000;
    select(self.is_nan(), self, F::from_bits(magnitude.to_bits() | sign))
}

/// `1 / (1 + e^-x)`, also where `e^-x` overflows.
pub fn sigmoid<F: Float>(self: F) -> F {
    let (y, whole) = exp_parts((-self.abs()).max(F::splat(-104.0)));
    // The power of two in two factors, as `exp` has it, but the second is always the same: it is of no positive number.
    let e = (y + 1.0) * power_of_whole(whole, 24) * 5.960_464_5e-8;
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

/// `2^(n + more)` of `WHOLE + n`, where `n + more` is in -126 ..= 127.
fn power_of_whole<F: Float>(whole: F, more: u32) -> F {
    // The bits of `WHOLE` fall out.
    F::from_bits((whole.to_bits() << 23) + ((more + 127) << 23))
}

/// `2^k` for `k` in -126 ..= 127.
fn power_of_two<F: Float, I: Int>(k: I) -> F {
    F::from_bits(((k + 127) << 23).cast::<u32>())
}

/// `1 / sqrt(x)`, within 2 ULP.
pub fn rsqrt<F: Float>(self: F) -> F {
    F::splat(1.0) / self.sqrt()
}

/// The sine of an angle in turns: of `2 pi x`. So the angle is reduced exactly, however large it is.
pub fn sin_turns<F: Float>(self: F) -> F {
    let (r, quarters) = turns_parts(self);
    let quarter = quarters.cast::<u32>();
    let y = select((quarter & 1) == 1, cos_of_eighth(r), sin_of_eighth(r));
    select((quarter & 2) == 2, -y, y)
}

/// The cosine of an angle in turns: of `2 pi x`.
pub fn cos_turns<F: Float>(self: F) -> F {
    let (r, quarters) = turns_parts(self);
    let quarter = quarters.cast::<u32>();
    let y = select((quarter & 1) == 1, sin_of_eighth(r), cos_of_eighth(r));
    select(((quarter + 1) & 2) == 2, -y, y)
}

/// `x` as `r` and quarters of a turn, with `r` within an eighth of 0, and a turn more, so that the quarters are not negative.
/// Both are exact.
fn turns_parts<F: Float>(x: F) -> (F, F) {
    let part = x - x.trunc();
    let quarters = (part * 4.0).round();
    (part - quarters * 0.25, quarters + 4.0)
}

/// `sin(2 pi r)`, where `r` is within an eighth of 0. `2 pi` is in two parts.
fn sin_of_eighth<F: Float>(r: F) -> F {
    let z = r * r;
    let p = z.mul_add(F::splat(-75.445_694), F::splat(81.593_77));
    let p = p.mul_add(z, F::splat(-41.341_67)).mul_add(z, F::splat(-1.748_455_5e-7));
    r.mul_add(F::splat(6.283_185_5), r * p)
}

/// `cos(2 pi r)`, where `r` is within an eighth of 0.
fn cos_of_eighth<F: Float>(r: F) -> F {
    let z = r * r;
    let p = z.mul_add(F::splat(59.229_27), F::splat(-85.443_24));
    let p = p.mul_add(z, F::splat(64.939_32)).mul_add(z, F::splat(-19.739_208));
    z.mul_add(p, F::splat(1.0))
}
