//! matmul: every transposition, odd shapes, and the corners of alpha and beta.

use super::refused;
use crate::{Case, Errors, Machine, Outcome, Random};

const OP: &str = "kernel-matmul";

#[derive(Clone, Copy)]
struct Shape {
    m: usize,
    k: usize,
    n: usize,
    trans_a: bool,
    trans_b: bool,
    alpha: f32,
    beta: f32,
}

impl Shape {
    fn words(self, buffers: [u32; 3]) -> Vec<u32> {
        let Shape { m, k, n, trans_a, trans_b, alpha, beta } = self;
        let mut words = vec![m as u32, k as u32, n as u32, trans_a.into(), trans_b.into()];
        words.extend([alpha.to_bits(), beta.to_bits()]);
        words.extend(buffers);
        words
    }

    fn name(self) -> String {
        let t = |t| if t { "t" } else { "n" };
        let Shape { m, k, n, alpha, beta, .. } = self;
        format!("{m}x{k}x{n} {}{} {alpha} {beta}", t(self.trans_a), t(self.trans_b))
    }
}

/// The relative Frobenius error is at most that of plain float32 sums in sequence, whose bound is `k` roundings.
fn check(m: &mut Machine, errors: &mut Errors, shape: Shape) -> Outcome {
    let Shape { m: rows, k, n, trans_a, trans_b, alpha, beta } = shape;
    let mut random = Random::new(5);
    let a = random.numbers(rows * k, 1.0);
    let b = random.numbers(k * n, 1.0);
    let c = random.numbers(rows * n, 1.0);
    let (da, db, dc) = (m.upload_f32(&a)?, m.upload_f32(&b)?, m.upload_f32(&c)?);
    m.call(OP, &shape.words([da, db, dc]))?;
    let got = m.download_f32(dc, rows * n)?;
    let (mut error, mut plain_error, mut norm) = (0.0, 0.0, 0.0);
    for i in 0..rows {
        for j in 0..n {
            let at = |d: usize| if trans_a { a[d * rows + i] } else { a[i * k + d] };
            let bt = |d: usize| if trans_b { b[j * k + d] } else { b[d * n + j] };
            let exact: f64 = (0..k).map(|d| f64::from(at(d)) * f64::from(bt(d))).sum();
            let plain = (0..k).fold(0.0f32, |s, d| s + at(d) * bt(d));
            let old = c[i * n + j];
            let want = f64::from(alpha) * exact + if beta == 0.0 { 0.0 } else { f64::from(beta * old) };
            let plain = alpha * plain + if beta == 0.0 { 0.0 } else { beta * old };
            error += (f64::from(got[i * n + j]) - want).powi(2);
            plain_error += (f64::from(plain) - want).powi(2);
            norm += want * want;
        }
    }
    // Half again as much, and a rounding of the result, for another order of the same sums.
    let bound = 1.5 * plain_error.sqrt() + norm.sqrt() / (1u64 << 23) as f64;
    errors.within("the Frobenius norm", error.sqrt() / norm.sqrt(), bound / norm.sqrt())
}

/// Some elements of a large product. Each is off by at most `k` roundings of the sum of the terms' magnitudes (Higham,
/// "Accuracy and Stability of Numerical Algorithms", 3.1, to first order).
fn check_some(m: &mut Machine, errors: &mut Errors, shape: Shape) -> Outcome {
    const SOME: usize = 499;
    let Shape { m: rows, k, n, trans_a, trans_b, alpha, .. } = shape;
    let mut random = Random::new(5);
    let a = random.numbers(rows * k, 1.0);
    let b = random.numbers(k * n, 1.0);
    let (da, db, dc) = (m.upload_f32(&a)?, m.upload_f32(&b)?, m.poisoned(rows * n)?);
    m.call(OP, &shape.words([da, db, dc]))?;
    let got = m.download_f32(dc, rows * n)?;
    for element in (0..SOME).map(|i| i * (rows * n - 1) / (SOME - 1)) {
        let (i, j) = (element / n, element % n);
        let at = |d: usize| f64::from(if trans_a { a[d * rows + i] } else { a[i * k + d] });
        let bt = |d: usize| f64::from(if trans_b { b[j * k + d] } else { b[d * n + j] });
        let want: f64 = (0..k).map(|d| at(d) * bt(d)).sum();
        let magnitude: f64 = (0..k).map(|d| (at(d) * bt(d)).abs()).sum();
        let alpha = f64::from(alpha);
        let error = (f64::from(got[element]) - alpha * want).abs();
        let bound = (k + 1) as f64 / (1u64 << 24) as f64 * (alpha * magnitude).abs();
        errors.within(format_args!("element {i}, {j}"), error, bound)?;
    }
    Ok(())
}

pub(super) fn cases() -> Vec<Case> {
    [products(), numbers(), vec![refusals()]].into_iter().flatten().collect()
}

/// A product of which little is to be seen.
const PLAIN: Shape = Shape { m: 2, k: 2, n: 2, trans_a: false, trans_b: false, alpha: 1.0, beta: 0.0 };

/// Shapes, and what is done with them.
fn products() -> Vec<Case> {
    let mut cases = vec![];
    let plain_shapes =
        [(1, 1, 1), (3, 5, 7), (64, 16, 64), (65, 17, 66), (1, 130, 100), (100, 40, 1), (70, 70, 130), (33, 70, 257)];
    for (m, k, n) in plain_shapes {
        for (trans_a, trans_b) in [(false, false), (true, false), (false, true), (true, true)] {
            let shape = Shape { m, k, n, trans_a, trans_b, alpha: 1.0, beta: 0.0 };
            cases.push(Case::new(OP, shape.name(), move |machine, errors| check(machine, errors, shape)));
        }
    }
    // The kernels of few rows, of few columns, and of parts of the terms, at their edges.
    for (m, k, n) in [
        (1, 300, 132),
        (16, 258, 129),
        (5, 0, 128),
        (17, 300, 68),
        (130, 270, 65),
        (64, 140, 260),
        (20, 0, 257),
        (3, 200, 68),
        (150, 200, 60),
        (20, 520, 30),
    ] {
        for (trans_a, trans_b) in [(false, false), (true, false), (false, true)] {
            let shape = Shape { m, k, n, trans_a, trans_b, alpha: -1.5, beta: 0.5 };
            cases.push(Case::new(OP, shape.name(), move |machine, errors| check(machine, errors, shape)));
        }
    }
    // Those of the largest tiles, whole and in parts.
    for (m, k, n) in [(1000, 520, 1000), (65, 40, 24580), (66, 33, 24577)] {
        for (trans_a, trans_b) in [(false, false), (true, false), (false, true)] {
            let shape = Shape { m, k, n, trans_a, trans_b, alpha: 1.5, beta: 0.0 };
            let body = move |machine: &mut Machine, errors: &mut Errors| check_some(machine, errors, shape);
            cases.push(Case::new(OP, shape.name(), body).on_devices());
        }
    }
    for (alpha, beta) in [(2.5, 0.0), (1.0, 1.0), (-0.5, 0.25), (0.0, 2.0)] {
        let shape = Shape { m: 20, k: 30, n: 40, trans_a: false, trans_b: false, alpha, beta };
        cases.push(Case::new(OP, shape.name(), move |machine, errors| check(machine, errors, shape)));
    }
    cases
}

/// What becomes of numbers that are none, and of no terms.
fn numbers() -> Vec<Case> {
    let mut cases = vec![];
    cases.push(Case::new(OP, "does not read c where beta is 0", move |m, errors| {
        let (a, b) = (m.upload_f32(&[1.0, 2.0, 3.0, 4.0])?, m.upload_f32(&[1.0, 0.0, 0.0, 1.0])?);
        let c = m.upload_f32(&[f32::NAN; 4])?;
        m.call(OP, &PLAIN.words([a, b, c]))?;
        errors.same("c", &m.download_f32(c, 4)?, &[1.0, 2.0, 3.0, 4.0])
    }));
    cases.push(Case::new(OP, "of k = 0 scales c", move |m, errors| {
        let (a, b) = (m.upload_f32(&[1.0])?, m.upload_f32(&[1.0])?);
        let c = m.upload_f32(&[1.0, 2.0, 3.0, 4.0])?;
        m.call(OP, &Shape { k: 0, beta: 3.0, ..PLAIN }.words([a, b, c]))?;
        errors.same("c", &m.download_f32(c, 4)?, &[3.0, 6.0, 9.0, 12.0])
    }));
    cases.push(Case::new(OP, "carries infinities and NaN", move |m, errors| {
        let a = m.upload_f32(&[f32::INFINITY, 1.0, f32::NAN, 1.0])?;
        let (b, c) = (m.upload_f32(&[1.0, -1.0, 1.0, 1.0])?, m.poisoned(4)?);
        m.call(OP, &PLAIN.words([a, b, c]))?;
        let want = [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, f64::NAN];
        for (got, want) in m.download_f32(c, 4)?.into_iter().zip(want) {
            errors.relative("an element", got, want, 0.0)?;
        }
        Ok(())
    }));
    for (rows, k, n) in [(70, 70, 130), (16, 258, 129), (130, 270, 65), (100, 40, 1), (40, 150, 258)] {
        cases.push(Case::new(OP, format!("carries infinities and NaN, {rows}x{k}x{n}"), move |m, errors| {
            let (mut a, b) = (Random::new(5).numbers(rows * k, 1.0), Random::new(6).numbers(k * n, 1.0));
            a[2 * k + 5] = f32::NAN;
            a[(rows - 1) * k + k - 1] = f32::INFINITY;
            let (da, db, c) = (m.upload_f32(&a)?, m.upload_f32(&b)?, m.poisoned(rows * n)?);
            m.call(OP, &Shape { m: rows, k, n, ..PLAIN }.words([da, db, c]))?;
            let kind = |x: f32| if x.is_finite() { 0.0 } else { x };
            for (at, got) in m.download_f32(c, rows * n)?.into_iter().enumerate() {
                let want = match at / n {
                    2 => f64::NAN,
                    row if row == rows - 1 => f64::INFINITY * f64::from(b[(k - 1) * n + at % n]),
                    _ => 0.0,
                };
                errors.relative(format_args!("element {at}"), kind(got), want, 0.0)?;
            }
            Ok(())
        }));
    }
    cases
}

fn refusals() -> Case {
    Case::new(OP, "refuses", move |m, _| {
        let (a, b, c) = (m.upload_f32(&[1.0; 4])?, m.upload_f32(&[1.0; 4])?, m.poisoned(4)?);
        refused(m.call(OP, &Shape { m: 0, ..PLAIN }.words([a, b, c])), &["params.m"])?;
        refused(m.call(OP, &Shape { k: 3, ..PLAIN }.words([a, b, c])), &["a", "4", "6"])?;
        let huge = Shape { m: 1 << 31, k: 1 << 31, ..PLAIN };
        refused(m.call(OP, &huge.words([a, b, c])), &["4611686018427387904"])?;
        // 2^32 + 4 elements, which are 4 elements, or 16 bytes, of 32 bits.
        let wraps = 0x4000_0001;
        refused(m.call(OP, &Shape { m: wraps, k: 4, n: 1, ..PLAIN }.words([a, b, c])), &["a.len()", "4294967300"])?;
        refused(m.call(OP, &Shape { m: 1, k: 4, n: wraps, ..PLAIN }.words([a, b, c])), &["b.len()", "4294967300"])?;
        refused(m.call(OP, &Shape { m: 4, k: 0, n: wraps, ..PLAIN }.words([a, b, c])), &["c.len()", "4294967300"])?;
        let short = m.upload_f32(&[1.0; 3])?;
        refused(m.call(OP, &PLAIN.words([short, b, c])), &["a.len()", "3", "4"])?;
        refused(m.call(OP, &PLAIN.words([a, short, c])), &["b.len()", "3", "4"])?;
        refused(m.call(OP, &PLAIN.words([a, b, short])), &["c.len()", "3", "4"])?;
        refused(m.call(OP, &PLAIN.words([a, a, c])), &["different buffers"])?;
        refused(m.call(OP, &PLAIN.words([a, b, b])), &["different buffers"])
    })
}
