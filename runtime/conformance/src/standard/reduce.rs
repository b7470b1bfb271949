//! reduce: sums and extrema against float64, at sizes around the workgroup and the chunk.

use super::refused;
use crate::{Case, Machine, Random};

const OP: &str = "kernel-reduce";
const NAMES: [&str; 5] = ["sum", "max", "min", "mean", "variance"];

/// Below are 4 terms in a tree, 32 and as many in sequence, 4 lanes in a tree, 16 and 16 in sequence over a workgroup,
/// and as many again over workgroups: fewer than 100 roundings of at most 2^-24 each, relative to the sum of the magnitudes.
const BOUND: f64 = 100.0 / (1u64 << 24) as f64;

fn reference(op: usize, x: &[f32]) -> f64 {
    let n = x.len() as f64;
    let sum = |f: &dyn Fn(f64) -> f64| x.iter().map(|v| f(f64::from(*v))).sum::<f64>();
    match NAMES[op] {
        "sum" => sum(&|v| v),
        "max" => x.iter().fold(f64::NEG_INFINITY, |a, b| a.max(f64::from(*b))),
        "min" => x.iter().fold(f64::INFINITY, |a, b| a.min(f64::from(*b))),
        "mean" => sum(&|v| v) / n,
        _ => {
            let mean = sum(&|v| v) / n;
            sum(&|v| (v - mean) * (v - mean)) / n
        }
    }
}

fn reduce(m: &mut Machine, op: usize, x: &[f32]) -> Result<f32, wgpuc_runtime::GpuError> {
    let (input, out) = (m.upload_f32(x)?, m.poisoned(1)?);
    m.call(OP, &[x.len() as u32, op as u32, input, out])?;
    Ok(m.download_f32(out, 1)?[0])
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![];
    for (op, name) in NAMES.iter().enumerate() {
        for n in [1usize, 3, 4, 5, 255, 1024, 1027, 16_384, 16_385, 70_001] {
            cases.push(Case::new(OP, format!("{name} of {n}"), move |m, errors| {
                let x: Vec<f32> = Random::new(n as u64).numbers(n, 10.0).iter().map(|v| v + 1.0).collect();
                let want = reference(op, &x);
                let magnitude = x.iter().map(|v| f64::from(v.abs())).sum::<f64>();
                let (scale, bound) = match *name {
                    "sum" => (magnitude, BOUND),
                    "mean" => (magnitude / n as f64, BOUND),
                    "variance" => (want.abs().max(f64::MIN_POSITIVE), 2.0 * BOUND),
                    _ => (1.0, 0.0),
                };
                let got = f64::from(reduce(m, op, &x)?);
                errors.within(format_args!("{got}, not {want}"), (got - want).abs() / scale, bound)
            }));
        }
        cases.push(Case::new(OP, format!("{name} of NaN and infinities"), move |m, errors| {
            for n in [5, 3000, 20_000] {
                let mut x = vec![1.0f32; n];
                x[n / 2] = f32::NAN;
                errors.relative("with a NaN", reduce(m, op, &x)?, f64::NAN, 0.0)?;
                x[n / 2] = f32::INFINITY;
                let want = match *name {
                    "min" => 1.0,
                    "variance" => f64::NAN,
                    _ => f64::INFINITY,
                };
                errors.relative("with an infinity", reduce(m, op, &x)?, want, 0.0)?;
                x[n - 1] = f32::NEG_INFINITY;
                let want = match *name {
                    "max" => f64::INFINITY,
                    "min" => f64::NEG_INFINITY,
                    _ => f64::NAN,
                };
                errors.relative("with both infinities", reduce(m, op, &x)?, want, 0.0)?;
            }
            Ok(())
        }));
    }
    cases.push(Case::new(OP, "variance of numbers far apart", |m, errors| {
        // Squares of these differences are no floats, and their variances are.
        for x in [vec![0.0, 2e19], vec![2e19, 0.0], vec![0.0, 0.0, 2e19]] {
            errors.relative("the variance", reduce(m, 4, &x)?, reference(4, &x), 2.0 * BOUND)?;
        }
        Ok(())
    }));
    cases.push(Case::new(OP, "variance of a small spread", |m, errors| {
        for n in [1000, 40_001] {
            // Beside a mean of 10^4 the spread is still exact: labels of a regression look like this.
            let x: Vec<f32> = Random::new(5).numbers(n, 1.0).iter().map(|v| 1.0e4 + v).collect();
            errors.relative("the variance", reduce(m, 4, &x)?, reference(4, &x), 2.0 * BOUND)?;
        }
        Ok(())
    }));
    cases.push(Case::new(OP, "several chunks a workgroup", |m, errors| {
        if m.traits.is_interpreter {
            return Ok(());
        }
        let mut x = vec![1.0f32; (1 << 24) + 4097];
        (x[0], x[1 << 24], x[(1 << 24) + 4096]) = (3.0, 5.0, 9.0);
        errors.relative("the sum", reduce(m, 0, &x)?, reference(0, &x), BOUND)?;
        errors.relative("the largest", reduce(m, 1, &x)?, 9.0, 0.0)?;
        errors.relative("the variance", reduce(m, 4, &x)?, reference(4, &x), 2.0 * BOUND)
    }));
    cases.push(Case::new(OP, "repeats its bits", |m, errors| {
        let x = Random::new(9).numbers(50_000, 1.0);
        let first = reduce(m, 0, &x)?.to_bits();
        for _ in 0..3 {
            errors.same("another run", &[reduce(m, 0, &x)?.to_bits()], &[first])?;
        }
        Ok(())
    }));
    cases.push(Case::new(OP, "refuses", |m, _| {
        let (x, out) = (m.upload_f32(&[1.0; 8])?, m.poisoned(1)?);
        refused(m.call(OP, &[0, 0, x, out]), &["n-elements"])?;
        refused(m.call(OP, &[9, 0, x, out]), &["input", "8", "9"])?;
        let empty = m.less_than_a_word()?;
        refused(m.call(OP, &[8, 0, x, empty]), &["output", "0", "1"])?;
        refused(m.call(OP, &[8, 0, x, x]), &["input", "output", "different buffers"])
    }));
    cases
}
