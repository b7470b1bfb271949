//! How far a float may be from what it should be.
//!
//! Integers are the same bits everywhere, and so are floats where all operations are IEEE's. WebGPU lets division, square
//! root and fused products be a few ULP off (the op table says how many), and take numbers below the normal ones as
//! zero. What an op makes of such errors depends on the op: the bound that is used unless a case states its own
//! counts the ULP of all operations of its kernels together, in units of the largest number of the result.

use crate::errors::Errors;
use crate::machine::Traits;
use crate::package::Package;
use crate::value::{Layout, Number};
use crate::{Measure, Outcome};
use wgpuc_abi::Scalar;
use wgpuc_core::ir::{Expr, eval};

/// How far a float may be from what it should be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Tolerance {
    /// The same bits; any NaN is any other.
    Exact,
    /// Units in the last place of the right number.
    Ulp(f64),
    /// A share of the right number.
    Relative(f64),
    /// A share of the largest number of the buffer.
    OfLargest(f64),
    /// Units in the last place of the largest number of the buffer.
    UlpOfLargest(f64),
}

impl Tolerance {
    /// The one that the op's kernels need on such an executor.
    #[must_use]
    pub(crate) fn of(package: &Package, op: &str, traits: &Traits) -> Self {
        let mut ulp = 0.0;
        for form in package.forms(op) {
            for value in &form.kernel.values {
                ulp += match &value.expr {
                    Expr::Op(op, _) if !traits.is_exact && is_float(value.ty.scalar) => f64::from(op.row().ulp[1]),
                    // A subgroup may add in any order.
                    Expr::Subgroup(..)
                        if traits.subgroup_size > 0 && !traits.is_interpreter && is_float(value.ty.scalar) =>
                    {
                        4.0
                    }
                    _ => 0.0,
                };
            }
        }
        if ulp == 0.0 { Self::Exact } else { Self::UlpOfLargest(16.0 + 4.0 * ulp) }
    }

    /// As a case file says it, where it can.
    #[must_use]
    pub(crate) fn to_toml(self) -> Option<String> {
        let (measure, bound) = match self {
            Self::Ulp(ulp) => ("ulp", ulp),
            Self::Relative(share) => ("relative", share),
            Self::OfLargest(share) => ("of-largest", share),
            Self::Exact | Self::UlpOfLargest(_) => return None,
        };
        Some(format!("within = {{ {measure} = {bound:?} }}\n"))
    }

    /// Fails unless a buffer holds what it should.
    ///
    /// # Errors
    /// Says where it first does not.
    pub(crate) fn check(
        self,
        errors: &mut Errors,
        (name, layout): (&str, &Layout),
        (got, want): (&[u8], &[u8]),
        may_flush: bool,
    ) -> Outcome {
        let as_f64 = |(scalar, bits): (Scalar, u64)| eval::as_f64(scalar, bits).abs();
        let finite = layout.numbers(want).filter(|(s, _)| is_float(*s)).map(as_f64).filter(|x| x.is_finite());
        let largest = finite.fold(0.0, f64::max);
        for (index, ((scalar, got), (_, want))) in layout.numbers(got).zip(layout.numbers(want)).enumerate() {
            let at = index / layout.lanes.len().max(1);
            let [x, y] = [got, want].map(|bits| eval::as_f64(scalar, bits));
            let same = got == want || (is_float(scalar) && x.is_nan() && y.is_nan());
            let flushed = may_flush && is_float(scalar) && x == 0.0 && y.abs() < least_normal(scalar);
            let off = if same || flushed { 0.0 } else { (x - y).abs() };
            let (measure, error, bound) = match self {
                Self::Ulp(ulp) if is_float(scalar) => (Measure::Ulp, off / spacing(scalar, y), ulp),
                Self::UlpOfLargest(ulp) if is_float(scalar) => (Measure::Ulp, off / spacing(scalar, largest), ulp),
                Self::OfLargest(share) if is_float(scalar) => {
                    (Measure::Relative, if off == 0.0 { 0.0 } else { off / largest }, share)
                }
                Self::Relative(share) if is_float(scalar) => {
                    (Measure::Relative, if off == 0.0 { 0.0 } else { off / y.abs() }, share)
                }
                _ => (Measure::Differing, f64::from(u8::from(!same && !flushed)), 0.0),
            };
            if !errors.record(measure, error, bound, &format_args!("{name}[{at}]")) {
                let [is, should] = [got, want].map(|bits| shown(scalar, bits));
                let text = format!("{name}[{at}] is {is} ({got:#x}), not {should} ({want:#x})");
                return Err(text.into());
            }
        }
        Ok(())
    }
}

/// A number in as few digits as tell it from others of its type.
fn shown(scalar: Scalar, bits: u64) -> String {
    match scalar {
        Scalar::F32 => format!("{:?}", f32::from_bits(bits as u32)),
        _ => Number::of_bits(scalar, bits).to_string(),
    }
}

const fn is_float(scalar: Scalar) -> bool {
    matches!(scalar, Scalar::F16 | Scalar::Bf16 | Scalar::F32)
}

/// Bits of the significand after the point, and the least normal exponent.
const fn precision(scalar: Scalar) -> (f64, f64) {
    match scalar {
        Scalar::F16 => (10.0, -14.0),
        Scalar::Bf16 => (7.0, -126.0),
        _ => (23.0, -126.0),
    }
}

fn least_normal(scalar: Scalar) -> f64 {
    precision(scalar).1.exp2()
}

/// The spacing of numbers of that type around a number; below the normal ones it no longer shrinks.
pub(crate) fn spacing(scalar: Scalar, around: f64) -> f64 {
    let (bits, least) = precision(scalar);
    let exponent = if around == 0.0 { least } else { around.abs().log2().floor().max(least) };
    (exponent - bits).exp2()
}

#[cfg(test)]
mod tests {
    use super::Tolerance;
    use crate::errors::Errors;
    use crate::value::Layout;
    use wgpuc_abi::Scalar;

    #[test]
    fn what_differs_is_said_shortly_and_exactly() {
        let said = |scalar, got: &[u8], want: &[u8]| {
            let layout = Layout { bytes: got.len(), lanes: vec![(0, scalar)] };
            let checked = Tolerance::Exact.check(&mut Errors::default(), ("y", &layout), (got, want), false);
            checked.unwrap_err().to_string()
        };
        let [small, one] = [3.75e-38_f32, 1.0].map(f32::to_le_bytes);
        let text = said(Scalar::F32, &small, &one);
        assert_eq!(text, "y[0] is 3.75e-38 (0x14c2b5f), not 1.0 (0x3f800000)");
        let text = said(Scalar::U64, &u64::MAX.to_le_bytes(), &(u64::MAX - 1).to_le_bytes());
        assert!(text.contains("18446744073709551615 (") && text.contains("18446744073709551614 ("), "{text}");
    }
}
