//! elementwise: every function, on plain numbers and on the edges of f32.

use super::refused;
use crate::{Case, Machine, POISON, Random};

const OP: &str = "kernel-elementwise";
const ADD: u32 = 3;
const MUL: u32 = 4;

type Unary = (&'static str, u32, fn(f64) -> f64, f64);

/// Name, number, reference, and how many ULP it may be away: the contract's on the CPU. WGSL allows more for sqrt
/// (2.5 ULP, as the division and square root of its section "Floating point accuracy").
const UNARY: &[Unary] = &[
    ("relu", 0, |x| if x < 0.0 { 0.0 } else { x }, 0.0),
    ("sigmoid", 1, |x| 1.0 / (1.0 + (-x).exp()), 4.0),
    ("tanh", 2, f64::tanh, 4.0),
    ("sqrt", 5, f64::sqrt, 2.5),
    ("exp", 6, f64::exp, 4.0),
    ("log", 7, f64::ln, 4.0),
];

/// Edges of f32 that are not below its normal numbers: those WebGPU may flush.
const EDGES: &[f32] = &[
    0.0,
    -0.0,
    1.0,
    -1.0,
    f32::MIN_POSITIVE,
    -f32::MIN_POSITIVE,
    f32::MAX,
    f32::MIN,
    f32::INFINITY,
    f32::NEG_INFINITY,
    f32::NAN,
    88.7,
    88.8,
    -87.3,
    0.624_999,
    0.625_001,
    -9.5,
    9.5,
    1.0e-10,
    -1.0e-10,
    0.5,
    2.0,
    0.999_999_94,
    1.000_000_1,
];

fn inputs() -> Vec<f32> {
    let mut random = Random::new(1);
    let mut x = EDGES.to_vec();
    x.extend(random.numbers(1000, 1.0));
    x.extend(random.numbers(1000, 20.0));
    x.extend(random.numbers(500, 80.0));
    x.extend(random.numbers(2001, 5.0));
    x.extend(random.numbers(500, 1.0e30).iter().map(|v| v.abs()));
    x
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![];
    for &(name, op, reference, ulps) in UNARY {
        cases.push(Case::new(OP, name, move |m, errors| {
            let x = inputs();
            let got = unary(m, op, &x)?;
            for (x, got) in x.iter().zip(&got) {
                let want = reference(f64::from(*x));
                // Results below the normal numbers may be flushed by WebGPU.
                if want.abs() < f64::from(f32::MIN_POSITIVE) && *got == 0.0 {
                    continue;
                }
                errors.ulp(format_args!("{name}({x:e})"), *got, want, ulps)?;
            }
            Ok(())
        }));
    }
    for (name, op, f) in [("add", ADD, (|a, b| a + b) as fn(f32, f32) -> f32), ("mul", MUL, |a, b| a * b)] {
        cases.push(Case::new(OP, name, move |m, errors| {
            let a = Random::new(2).numbers(5003, 3.0);
            let b = Random::new(3).numbers(5003, 3.0);
            let (da, db, out) = (m.upload_f32(&a)?, m.upload_f32(&b)?, m.poisoned(5003)?);
            m.call(OP, &[5003, op, da, 1, db, out])?;
            let want: Vec<f32> = a.iter().zip(&b).map(|(a, b)| f(*a, *b)).collect();
            errors.same(name, &m.download_f32(out, 5003)?, &want)
        }));
    }
    for (name, op, f) in [("add", ADD, (|a, b| a + b) as fn(f32, f32) -> f32), ("mul", MUL, |a, b| a * b)] {
        cases.push(Case::new(OP, format!("{name} of NaN, infinities and zeros"), move |m, errors| {
            let values = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0, -0.0, 1.0, -2.5, f32::MAX, f32::MIN];
            let (a, b): (Vec<f32>, Vec<f32>) = values.iter().flat_map(|a| values.map(|b| (*a, b))).unzip();
            let (da, db, out) = (m.upload_f32(&a)?, m.upload_f32(&b)?, m.poisoned(a.len())?);
            m.call(OP, &[a.len() as u32, op, da, 1, db, out])?;
            // One NaN is as good as another; zeros have their signs.
            let bits = |x: f32| if x.is_nan() { f32::NAN.to_bits() } else { x.to_bits() };
            let want: Vec<u32> = a.iter().zip(&b).map(|(a, b)| bits(f(*a, *b))).collect();
            let got: Vec<u32> = m.download_f32(out, a.len())?.into_iter().map(bits).collect();
            errors.same(name, &got, &want)
        }));
    }
    cases.push(Case::new(OP, "leaves the rest", |m, errors| {
        for n in [1u32, 2, 3, 4, 5, 7, 1022, 4095, 4096, 4098] {
            let input = m.upload_f32(&vec![1.5; n as usize + 9])?;
            let out = m.poisoned(n as usize + 9)?;
            m.call(OP, &[n, 0, input, 0, 0, out])?;
            let got = m.download(out, n as usize + 9)?;
            let want = [vec![1.5f32.to_bits(); n as usize], vec![POISON; 9]].concat();
            errors.same(format_args!("n = {n}"), &got, &want)?;
        }
        Ok(())
    }));
    cases.push(Case::new(OP, "in place", |m, errors| {
        let x = m.upload_f32(&[1.0, -2.0, 3.0, -4.0, 5.0])?;
        m.call(OP, &[5, ADD, x, 1, x, x])?;
        m.call(OP, &[5, 0, x, 0, 0, x])?;
        errors.same("x", &m.download_f32(x, 5)?, &[2.0, 0.0, 6.0, 0.0, 10.0])
    }));
    cases.push(Case::new(OP, "refuses", |m, _| {
        let (x, out) = (m.upload_f32(&[1.0; 8])?, m.poisoned(8)?);
        refused(m.call(OP, &[0, 0, x, 0, 0, out]), &["n-elements"])?;
        refused(m.call(OP, &[8, ADD, x, 0, 0, out]), &["input-b"])?;
        refused(m.call(OP, &[9, 0, x, 0, 0, out]), &["input-a", "8", "9"])?;
        let short = m.upload_f32(&[1.0; 7])?;
        refused(m.call(OP, &[8, ADD, x, 1, short, out]), &["input-b", "7", "8"])?;
        refused(m.call(OP, &[8, 0, x, 0, 0, short]), &["output", "7", "8"])?;
        // A unary function ignores input-b, whatever it names.
        m.call(OP, &[8, 0, x, 1, 0xffff, out])?;
        Ok(())
    }));
    cases
}

fn unary(m: &mut Machine, op: u32, x: &[f32]) -> Result<Vec<f32>, wgpuc_runtime::GpuError> {
    let (input, out) = (m.upload_f32(x)?, m.poisoned(x.len())?);
    m.call(OP, &[x.len() as u32, op, input, 0, 0, out])?;
    m.download_f32(out, x.len())
}
