//! Powers, within 4 ULP of the exact result where `+ - * /` round correctly.
//!
//! The method is that of fdlibm's `e_powf.c` (Sun Microsystems): the logarithm in two parts, of which the first has 12 bits, so
//! that its product with the exponent's first 12 bits is exact. What is left is small, and need not be.

/// `2 / (3 ln 2)`, its upper 12 bits, and the rest.
const LOG2_SCALE: f32 = 0.961_796_7;
const LOG2_SCALE_HI: f32 = 0.961_669_9;
const LOG2_SCALE_LO: f32 = 1.267_720_5e-4;

/// `x^y`, as C has it: NaN of a negative number where `y` is not whole; 1 where `y` is 0 or `x` is 1, whatever the other.
pub fn powf(self: f32, y: f32) -> f32 {
    // Past 2^33, all powers but those of 1 overflow or vanish.
    let near = y.clamp(-8_589_934_592.0, 8_589_934_592.0);
    let high = upper_bits(near);
    let magnitude = power(self.abs(), high, near - high);
    // By its bits whether it is finite and above 0.
    if self.to_bits() - 1 < 0x7f7f_ffff && !y.is_nan() {
        magnitude
    } else if y == 0.0 || self == 1.0 {
        1.0
    } else if self.is_nan() || y.is_nan() {
        f32::NAN
    } else {
        let half = y * 0.5;
        let is_whole = y.trunc() == y;
        let is_odd = is_whole && half.trunc() != half;
        let of_sign = signed_power(self, magnitude, y < 0.0, is_odd);
        if self < 0.0 && self.is_finite() && !is_whole { f32::NAN } else { of_sign }
    }
}

/// `x^n`; 1 where `n` is 0.
pub fn powi(self: f32, n: i32) -> f32 {
    match n {
        0 => 1.0,
        1 => self,
        2 => self * self,
        3 => self * self * self,
        -1 => 1.0 / self,
        _ => {
            let high = upper_bits(n as f32);
            let magnitude = power(self.abs(), high, (n - high as i32) as f32);
            if self.is_nan() { self } else { signed_power(self, magnitude, n < 0, (n & 1) == 1) }
        }
    }
}

/// A power's `magnitude`, unless `x` is 0 or infinite, with the sign of `x` where the exponent is odd.
fn signed_power(x: f32, magnitude: f32, is_inverse: bool, is_odd: bool) -> f32 {
    let at_zero = if is_inverse { f32::INFINITY } else { 0.0 };
    let at_infinity = if is_inverse { 0.0 } else { f32::INFINITY };
    let y = select(x == 0.0, at_zero, select(x.is_infinite(), at_infinity, magnitude));
    if is_odd { y.copysign(x) } else { y }
}

/// `x^(high + low)` of an `x` above 0; `high` has 12 bits.
fn power(x: f32, high: f32, low: f32) -> f32 {
    let (log_high, log_low) = log2_parts(x);
    let first = high * log_high;
    let second = low.mul_add(log_high, (high + low) * log_low);
    let sum = first + second;
    let n = ((sum.clamp(-200.0, 200.0) + WHOLE).to_bits() - WHOLE_BITS) as i32;
    let r = if sum.abs() < 200.0 { (first - n as f32) + second } else { 0.0 };
    scaled(exp2_of_half(r), n)
}

/// `log2(x)` of an `x` above 0 in two parts, 12 bits and the rest, with a relative error of less than 2^-32.
fn log2_parts(x: f32) -> (f32, f32) {
    // ln(1 + f) = 2 artanh(s) = 2/3 s (3 + s^2 + 3/5 s^4 ...) of s = f / (2 + f), each in two parts.
    let (f, e) = mantissa_parts(x);
    let divisor = f + 2.0;
    let inverse = reciprocal_near_two(divisor);
    let s = f * inverse;
    let s_high = upper_bits(s);
    let divisor_high = upper_bits(divisor);
    let divisor_low = f - (divisor_high - 2.0);
    let s_low = inverse * ((f - s_high * divisor_high) - s_high * divisor_low);
    let z = s * s;
    let p = z.mul_add(0.293_391_94, 0.332_694_23).mul_add(z, 0.428_579_6).mul_add(z, 0.599_999_96);
    let rest = z * z * p + s_low * (s_high + s);
    let z = s_high * s_high;
    let t_high = upper_bits(3.0 + z + rest);
    let t_low = rest - ((t_high - 3.0) - z);
    // s * t, then that by the scale, then with the exponent.
    let product = s_high * t_high;
    let more = s_low * t_high + t_low * s;
    let high = upper_bits(product + more);
    let low = more - (high - product);
    let product = LOG2_SCALE_HI * high;
    let more = LOG2_SCALE_LO * high + low * LOG2_SCALE;
    let high = upper_bits((product + more) + e);
    (high, more - ((high - e) - product))
}

/// `1 / x` of an `x` from 1.7 to 2.42, within 2^-23: a step of third order from the best parabola.
fn reciprocal_near_two(x: f32) -> f32 {
    let r = x.mul_add(0.116_832_19, -0.722_379_27).mul_add(x, 1.477_754_6);
    let h = (-x).mul_add(r, 1.0);
    (r * h).mul_add(h + 1.0, r)
}

/// The first 12 bits of it, towards zero.
fn upper_bits(x: f32) -> f32 {
    f32::from_bits(x.to_bits() & 0xffff_f000)
}
