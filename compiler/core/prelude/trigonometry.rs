//! Trigonometric functions and their inverses, within 4 ULP of the exact result where `+ - * /` and the root round correctly.
//!
//! The polynomials are minimax ones of the relative error, by Lawson's iteration.

const TWO_OVER_PI: f32 = 0.636_619_75;
/// `pi / 2` in four parts. All but the last have 14 bits or less, so that their products with 10 bits are exact.
const HALF_PI_1: f32 = 1.570_678_7;
const HALF_PI_2: f32 = 1.176_148_65e-4;
const HALF_PI_3: f32 = 9.920_313e-10;
const HALF_PI_4: f32 = 6.223_372e-14;
/// `pi / 2` in two parts.
const HALF_PI: f32 = 1.570_796_4;
const HALF_PI_LO: f32 = -4.371_139e-8;

/// The sine of an angle in radians, however large.
pub fn sin(self: f32) -> f32 {
    let (r, quarter) = angle_parts(self);
    sin_of_quarter(r, quarter)
}

/// The cosine of an angle in radians, however large.
pub fn cos(self: f32) -> f32 {
    let (r, quarter) = angle_parts(self);
    sin_of_quarter(r, quarter + 1)
}

/// Sine and cosine of an angle in radians, together cheaper than each by itself.
pub fn sin_cos(self: f32) -> (f32, f32) {
    let (r, quarter) = angle_parts(self);
    (sin_of_quarter(r, quarter), sin_of_quarter(r, quarter + 1))
}

/// The tangent of an angle in radians, however large.
pub fn tan(self: f32) -> f32 {
    let (r, quarter) = angle_parts(self);
    let z = r * r;
    let p = z.mul_add(4.375_857_8e-3, 9.215_487e-5);
    let p = p.mul_add(z, 1.083_193_1e-2);
    let p = p.mul_add(z, 2.128_464_5e-2);
    let p = p.mul_add(z, 5.405_916_6e-2);
    let p = p.mul_add(z, 1.333_267_4e-1);
    let p = p.mul_add(z, 3.333_333_5e-1);
    let y = (r * z).mul_add(p, r);
    if (quarter & 1) == 1 { -1.0 / y } else { y }
}

/// `x` as `r` and a number of quarters of a turn, of which the last two bits count, with `r` within an eighth of a turn of 0.
fn angle_parts(x: f32) -> (f32, u32) {
    if (x.to_bits() & 0x7fff_ffff) < 0x44c8_0000 { near_parts(x) } else { far_parts(x) }
}

/// The same of an `x` within +-1600 (Cody and Waite). Differences and all products but the last are exact, or lose less than
/// half a place of the result.
fn near_parts(x: f32) -> (f32, u32) {
    let whole = x.mul_add(TWO_OVER_PI, WHOLE);
    let n = (whole.to_bits() - WHOLE_BITS) as i32 as f32;
    let r = ((x - n * HALF_PI_1) - n * HALF_PI_2) - n * HALF_PI_3;
    (n.mul_add(-HALF_PI_4, r), whole.to_bits())
}

/// The same of an `x` past 1024 (Payne and Hanek): the 24 bits of `x` times those 96 bits of `2 / pi` that neither are of whole
/// turns only nor are too small to matter.
fn far_parts(x: f32) -> (f32, u32) {
    let bits = x.to_bits();
    // The 96 bits begin so far behind those of 2^14.
    let place = ((bits >> 23) & 0xff) - 137;
    let by_64 = (place & 64) != 0;
    let a = select(by_64, 0x2a53_f84e, 0x0001_45f3);
    let b = select(by_64, 0xafa3_ea69, 0x06dc_9c88);
    let c = select(by_64, 0xbb81_b6c5, 0x2a53_f84e);
    let d = select(by_64, 0x2b32_7887, 0xafa3_ea69);
    let e = select(by_64, 0x2083_fca2, 0xbb81_b6c5);
    let by_32 = (place & 32) != 0;
    let (a, b, c, d) = (select(by_32, b, a), select(by_32, c, b), select(by_32, d, c), select(by_32, e, d));
    let (a, b, c) = (upper_word(a, b, place & 31), upper_word(b, c, place & 31), upper_word(c, d, place & 31));
    // The product's upper 64 bits, of which the first two are quarters.
    let mantissa = (bits & 0x007f_ffff) | 0x0080_0000;
    let low = mantissa * b + mantissa.mul_hi(c);
    let carry = (low < mantissa * b) as u32;
    let high = mantissa * a + mantissa.mul_hi(b) + carry;
    let quarter = (high + 0x2000_0000) >> 30;
    // What is left, from minus to plus half a quarter, as a sign and 64 bits; less one unit, where it is negative.
    let fraction = upper_word(high, low, 2);
    let is_negative = fraction >= 0x8000_0000;
    let flip = select(is_negative, 0xffff_ffff, 0);
    let (high, low) = (fraction ^ flip, (low << 2) ^ flip);
    // Its first 32 bits from the highest one; there is one in the upper word.
    let zeros = high.leading_zeros();
    let radians = upper_word(high, low, zeros).mul_hi(0xc90f_daa2);
    let magnitude = radians as f32 * f32::from_bits((96 - zeros) << 23);
    // Of an infinite number or none, there is none.
    let r = if x.is_finite() { magnitude } else { f32::NAN };
    let is_below = bits >= 0x8000_0000;
    (if is_negative != is_below { -r } else { r }, if is_below { 0 - quarter } else { quarter })
}

/// The upper word of two that are moved left by `n` places, at most 31.
fn upper_word(high: u32, low: u32, n: u32) -> u32 {
    (high << n) | ((low >> 1) >> (31 - n))
}

/// The sine of `r` and so many quarters of a turn.
fn sin_of_quarter(r: f32, quarter: u32) -> f32 {
    let z = r * r;
    let p = z.mul_add(-1.951_81e-4, 8.332_188e-3).mul_add(z, -1.666_665_5e-1);
    let sin = (r * z).mul_add(p, r);
    let p = z.mul_add(2.443_255_3e-5, -1.388_731_1e-3).mul_add(z, 4.166_664_6e-2);
    let cos = p.mul_add(z, -0.5).mul_add(z, 1.0);
    let y = select((quarter & 1) == 1, cos, sin);
    select((quarter & 2) == 2, -y, y)
}

/// The arcsine, in radians: from `-pi/2` to `pi/2`; NaN past +-1.
pub fn asin<F: Float>(self: F) -> F {
    let magnitude = self.abs();
    let part = asin_part(magnitude);
    let large = part.mul_add(F::splat(-2.0), F::splat(HALF_PI_LO)) + HALF_PI;
    let y = select(magnitude > 0.5, large, part);
    select(magnitude.to_bits() > 0x3f80_0000, F::splat(f32::NAN), y.copysign(self))
}

/// The arccosine, in radians: from 0 to `pi`; NaN past +-1.
pub fn acos<F: Float>(self: F) -> F {
    let magnitude = self.abs();
    let part = asin_part(magnitude).copysign(self);
    // pi/2 less the arcsine; of a large one twice its part, from 0 or from pi.
    let small = (HALF_PI_LO - part) + HALF_PI;
    let turned = select(self < 0.0, F::splat(1.0), F::splat(0.0));
    let large = turned.mul_add(F::splat(2.0 * HALF_PI), part.mul_add(F::splat(2.0), turned * (2.0 * HALF_PI_LO)));
    let y = select(magnitude > 0.5, large, small);
    select(magnitude.to_bits() > 0x3f80_0000, F::splat(f32::NAN), y)
}

/// The arcsine of `a`, which is not negative; where it is above a half, that of `sqrt((1 - a) / 2)`, which twice is what
/// `pi / 2` exceeds it by.
fn asin_part<F: Float>(a: F) -> F {
    let is_large = a > 0.5;
    let z = select(is_large, a.mul_add(F::splat(-0.5), F::splat(0.5)), a * a);
    let s = select(is_large, z.sqrt(), a);
    let p = z.mul_add(F::splat(4.215_830_6e-2), F::splat(2.418_477_8e-2));
    let p = p.mul_add(z, F::splat(4.546_915e-2));
    let p = p.mul_add(z, F::splat(7.495_309_4e-2));
    let p = p.mul_add(z, F::splat(1.666_675_2e-1));
    (s * z).mul_add(p, s)
}

/// The arctangent, in radians: from `-pi/2` to `pi/2`.
pub fn atan<F: Float>(self: F) -> F {
    self.atan2(F::splat(1.0))
}

/// The angle of the point `(x, y)`, `y.atan2(x)`, in radians: from `-pi` to `pi`. Of zeros and infinite numbers, as C has it.
pub fn atan2<F: Float>(self: F, x: F) -> F {
    let (a, b) = (self.abs(), x.abs());
    let (low, high) = (a.min(b), a.max(b));
    // Of two zeros 0, of two infinite ones 1.
    let t = select(low == high, select(high == 0.0, F::splat(0.0), F::splat(1.0)), low / high);
    let z = t * t;
    let p = z.mul_add(F::splat(-1.787_696_6e-3), F::splat(1.088_814_2e-2));
    let p = p.mul_add(z, F::splat(-3.112_856_9e-2));
    let p = p.mul_add(z, F::splat(5.790_809e-2));
    let p = p.mul_add(z, F::splat(-8.400_553_5e-2));
    let p = p.mul_add(z, F::splat(1.095_119_34e-1));
    let p = p.mul_add(z, F::splat(-1.426_405_3e-1));
    let p = p.mul_add(z, F::splat(1.999_853_1e-1));
    let p = p.mul_add(z, F::splat(-3.333_33e-1));
    let angle = (t * z).mul_add(p, t);
    // From the nearest axis: 0, 1 or 2 quarters, and the angle to either side.
    let is_steep = a > b;
    let is_left = x.to_bits() >= 0x8000_0000;
    let quarters = select(is_steep, F::splat(1.0), select(is_left, F::splat(2.0), F::splat(0.0)));
    let side = select(is_steep ^ is_left, -angle, angle);
    let y = quarters.mul_add(F::splat(HALF_PI), quarters.mul_add(F::splat(HALF_PI_LO), side));
    select(self.is_nan() | x.is_nan(), self + x, y.copysign(self))
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
