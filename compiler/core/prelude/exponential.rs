//! Exponentials, logarithms, and what is made of them, within 4 ULP of the exact result where `+ - * /` round correctly.
//!
//! Arguments are reduced as Cephes does it (S. Moshier, single precision: `expf`, `logf`). The polynomials are minimax ones
//! of the relative error, by Lawson's iteration, which they leave at half an ULP or less. The constants are split so that nothing
//! needs to be fused; `mul_add` is there for speed, and WebGPU may round it twice.

const LOG2_E: f32 = 1.442_695_04;
/// `ln 2` in two parts; the first has nine bits, so `n * LN2_HI` is exact.
const LN2_HI: f32 = 0.693_359_375;
const LN2_LO: f32 = -2.121_944_4e-4;
/// `log10(2)` in two parts; the first has 15 bits.
const LOG10_2_HI: f32 = 0.301_025_39;
const LOG10_2_LO: f32 = 4.605_039e-6;
/// `1.5 * 2^23`. Added to a number of less than 2^22, it rounds it to a whole one: the sum's bits less its own.
const WHOLE: f32 = 12_582_912.0;
const WHOLE_BITS: u32 = 0x4b40_0000;

/// `e^x`.
pub fn exp<F: Float>(self: F) -> F {
    let (y, whole) = exp_parts(self.clamp(F::splat(-104.0), F::splat(89.0)));
    let scaled = scaled(y + 1.0, (whole.to_bits() - WHOLE_BITS).cast::<i32>());
    select(self.is_nan(), self, scaled)
}

/// `2^x`; exact of whole numbers.
pub fn exp2<F: Float>(self: F) -> F {
    let x = self.clamp(F::splat(-151.0), F::splat(129.0));
    let n = ((x + WHOLE).to_bits() - WHOLE_BITS).cast::<i32>();
    select(self.is_nan(), self, scaled(exp2_of_half(x - n.cast::<f32>()), n))
}

/// `e^x - 1`, precise near 0.
pub fn exp_m1<F: Float>(self: F) -> F {
    let (y, whole) = exp_parts(self.clamp(F::splat(-20.0), F::splat(89.0)));
    // Half of the power of two, which overflows no earlier than the result.
    let half = power_of_two::<F, _>((whole.to_bits() - (WHOLE_BITS + 1)).cast::<i32>());
    let t = y.mul_add(half, half - 0.5) * 2.0;
    // Of less than 2^-24, the number itself is the nearest; by the bits, as this finds NaN.
    select((self.to_bits() & 0x7fff_ffff) - 0x3380_0000 <= 0x4c00_0000, t, self)
}

/// `e^x` as `(y + 1) * 2^n`, with `y` in about `sqrt(1/2) - 1` to `sqrt(2) - 1` and precise near 0; the second is
/// `WHOLE + n`. `x` is within +-150.
fn exp_parts<F: Float>(x: F) -> (F, F) {
    let (r, whole) = ln2_parts(x);
    let p = r.mul_add(F::splat(1.388_249_2e-3), F::splat(8.366_576e-3));
    let p = p.mul_add(r, F::splat(4.166_72e-2));
    let p = p.mul_add(r, F::splat(1.666_654_3e-1));
    let p = p.mul_add(r, F::splat(4.999_999_7e-1));
    (p.mul_add(r * r, r), whole)
}

/// `x` as `r + n ln 2`, with `r` within half of `ln 2`; the second is `WHOLE + n`.
fn ln2_parts<F: Float>(x: F) -> (F, F) {
    // The sum's last place is 1: quicker than to round, convert and take the exponent.
    let whole = x.mul_add(F::splat(LOG2_E), F::splat(WHOLE));
    let n = (whole.to_bits() - WHOLE_BITS).cast::<i32>().cast::<f32>();
    // Not fused twice: some drivers then add the two parts of `ln 2` up first.
    (n.mul_add(F::splat(-LN2_LO), x - n * LN2_HI), whole)
}

/// `2^r`, where `r` is within a half of 0.
fn exp2_of_half<F: Float>(r: F) -> F {
    let p = r.mul_add(F::splat(1.532_890_7e-4), F::splat(1.339_097_6e-3));
    let p = p.mul_add(r, F::splat(9.618_5e-3));
    let p = p.mul_add(r, F::splat(5.550_359_6e-2));
    let p = p.mul_add(r, F::splat(2.402_264_8e-1));
    let p = p.mul_add(r, F::splat(6.931_472e-1));
    p.mul_add(r, F::splat(1.0))
}

/// `y * 2^k`, for `k` within +-252: in two factors, so that results below the normal numbers round once and none overflows
/// early.
fn scaled<F: Float, I: Int>(y: F, k: I) -> F {
    let half = k >> 1;
    y * power_of_two::<F, _>(half) * power_of_two::<F, _>(k - half)
}

/// `2^k` for `k` in -126 ..= 127.
fn power_of_two<F: Float, I: Int>(k: I) -> F {
    F::from_bits(((k + 127) << 23).cast::<u32>())
}

/// `2^(n + more)` of `WHOLE + n`, where `n + more` is in -126 ..= 127.
fn power_of_whole<F: Float>(whole: F, more: u32) -> F {
    // The bits of `WHOLE` fall out.
    F::from_bits((whole.to_bits() << 23) + ((more + 127) << 23))
}

/// The natural logarithm: `-inf` of 0, NaN below.
pub fn ln<F: Float>(self: F) -> F {
    let (f, e) = mantissa_parts(self);
    logarithm(self, e.mul_add(F::splat(LN2_HI), f + ln_rest(f, e * LN2_LO)))
}

/// `ln(1 + x)`, precise near 0: `-inf` of -1, NaN below.
pub fn ln_1p<F: Float>(self: F) -> F {
    // 1 + x = (1 + f) * 2^k, where f is x * 2^-k and 2^-k - 1, added up: what `1 + x` loses is not missed.
    let k = ((self + 1.0).to_bits() - 0x3f35_04f3).cast::<i32>() >> 23;
    let shrunk = F::from_bits(self.to_bits() - (k << 23).cast::<u32>());
    let f = shrunk + (power_of_two::<F, _>((-k).max(-126)) - 1.0);
    let e = k.cast::<f32>();
    let finite = e.mul_add(F::splat(LN2_HI), f + ln_rest(f, e * LN2_LO));
    let at_edge = select(self == -1.0, F::splat(-f32::INFINITY), select(self < -1.0, F::splat(f32::NAN), self));
    // By its bits whether it is above -1 and finite. Of less than 2^-24, the number itself is the nearest.
    let limit = select(self.to_bits() >= 0x8000_0000, 0x3f80_0000, 0x7f80_0000);
    select((self.to_bits() & 0x7fff_ffff) - 0x3380_0000 < limit - 0x3380_0000, finite, at_edge)
}

/// The logarithm by base 2: `-inf` of 0, NaN below; exact of powers of two.
pub fn log2<F: Float>(self: F) -> F {
    let (f, e) = mantissa_parts(self);
    let rest = ln_rest(f, F::splat(0.0));
    // log2(e) less 1: most of the product needs no rounding.
    let more = f.mul_add(F::splat(LOG2_E - 1.0), rest.mul_add(F::splat(LOG2_E - 1.0), rest));
    logarithm(self, e + (f + more))
}

/// The logarithm by base 10: `-inf` of 0, NaN below.
pub fn log10<F: Float>(self: F) -> F {
    let (f, e) = mantissa_parts(self);
    let natural = f + ln_rest(f, F::splat(0.0));
    logarithm(self, e.mul_add(F::splat(LOG10_2_HI), natural.mul_add(F::splat(0.434_294_5), e * LOG10_2_LO)))
}

/// `x`, which is above 0, as `(1 + f) * 2^e`, with `1 + f` from `sqrt(1/2)` to `sqrt(2)`.
fn mantissa_parts<F: Float>(x: F) -> (F, F) {
    let tiny = x < 1.175_494_4e-38;
    let bits = select(tiny, x * 8_388_608.0, x).to_bits();
    let shifted = bits - 0x3f35_04f3;
    let e = ((shifted.cast::<i32>() >> 23) - select(tiny, 23, 0)).cast::<f32>();
    (F::from_bits((shifted & 0x007f_ffff) + 0x3f35_04f3) - 1.0, e)
}

/// `ln(1 + f) - f + more`, where `1 + f` is from `sqrt(1/2)` to `sqrt(2)`.
fn ln_rest<F: Float>(f: F, more: F) -> F {
    let z = f * f;
    let p = f.mul_add(F::splat(8.700_409e-2), F::splat(-1.426_745_4e-1));
    let p = p.mul_add(f, F::splat(1.491_476_3e-1));
    let p = p.mul_add(f, F::splat(-1.657_758_9e-1));
    let p = p.mul_add(f, F::splat(1.996_306_5e-1));
    let p = p.mul_add(f, F::splat(-2.500_133_8e-1));
    let p = p.mul_add(f, F::splat(3.333_391e-1));
    z.mul_add(F::splat(-0.5), (f * z).mul_add(p, more))
}

/// The logarithm of `x`, which is `finite` where `x` is above 0 and finite.
fn logarithm<F: Float>(x: F, finite: F) -> F {
    let at_edge = select(x == 0.0, F::splat(-f32::INFINITY), select(x < 0.0, F::splat(f32::NAN), x));
    // By its bits whether it is finite and above 0.
    select(x.to_bits() - 1 < 0x7f7f_ffff, finite, at_edge)
}

/// The hyperbolic sine.
pub fn sinh<F: Float>(self: F) -> F {
    let (sinh_n, cosh_n, sinh_r, cosh_r_m1) = hyperbolic_parts(self);
    let y = (sinh_n + sinh_n.mul_add(cosh_r_m1, cosh_n * sinh_r)) * 2.0;
    // Of less than 2^-12, the number itself is the nearest; by the bits, as this finds NaN.
    select((self.to_bits() & 0x7fff_ffff) - 0x3980_0000 <= 0x4600_0000, y, self)
}

/// The hyperbolic cosine.
pub fn cosh<F: Float>(self: F) -> F {
    let (sinh_n, cosh_n, sinh_r, cosh_r_m1) = hyperbolic_parts(self);
    let y = (cosh_n + cosh_n.mul_add(cosh_r_m1, sinh_n * sinh_r)) * 2.0;
    select(self.is_nan(), self, y)
}

/// With `x = r + n ln 2`: half of `sinh(n ln 2)` and of `cosh(n ln 2)`, then `sinh(r)` and `cosh(r) - 1`. The addition
/// theorem needs no division, and where `n` is 0 it is precise near 0.
fn hyperbolic_parts<F: Float>(x: F) -> (F, F, F, F) {
    // The bounds are just past where the result overflows.
    let (r, whole) = ln2_parts(x.clamp(F::splat(-89.42), F::splat(89.42)));
    let n = (whole.to_bits() - WHOLE_BITS).cast::<i32>();
    let grown = power_of_two::<F, _>((n - 2).max(-126));
    let shrunk = power_of_two::<F, _>((-2 - n).max(-126));
    let z = r * r;
    let p = z.mul_add(F::splat(1.997_408_1e-4), F::splat(8.333_175e-3)).mul_add(z, F::splat(1.666_666_7e-1));
    let q = z.mul_add(F::splat(1.393_543_8e-3), F::splat(4.166_646e-2)).mul_add(z, F::splat(0.5));
    (grown - shrunk, grown + shrunk, (r * z).mul_add(p, r), z * q)
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

/// The error function: the part of the normal distribution within `x sqrt(2)` standard deviations.
pub fn erf<F: Float>(self: F) -> F {
    let a = self.abs().min(F::splat(4.0));
    let z = a * a;
    let p = z.mul_add(F::splat(-6.003_807e-4), F::splat(4.995_854e-3));
    let p = p.mul_add(z, F::splat(-2.676_858e-2));
    let p = p.mul_add(z, F::splat(1.128_187_7e-1));
    let p = p.mul_add(z, F::splat(-3.761_25e-1));
    let p = p.mul_add(z, F::splat(1.283_791_5e-1));
    // Past 0.92, 1 less a power of two; past 4, the rest vanishes.
    let q = a.mul_add(F::splat(2.843_267_6e-4), F::splat(-4.406_581_6e-3));
    let q = q.mul_add(a, F::splat(3.213_090_4e-2));
    let q = q.mul_add(a, F::splat(-1.500_745_6e-1));
    let q = q.mul_add(a, F::splat(-9.191_085_7e-1));
    let q = q.mul_add(a, F::splat(-1.626_981_5));
    let q = q.mul_add(a, F::splat(-2.607_203_5e-4));
    let n = ((q + WHOLE).to_bits() - WHOLE_BITS).cast::<i32>();
    let rest = exp2_of_half(q - n.cast::<f32>()) * power_of_two::<F, _>(n);
    let y = select(a < 0.92, a.mul_add(p, a), F::splat(1.0) - rest);
    select(self.is_nan(), self, y.copysign(self))
}
