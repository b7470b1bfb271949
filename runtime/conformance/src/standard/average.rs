//! average: means of rows.

use super::refused;
use crate::{Case, Random};

const OP: &str = "kernel-average";

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![];
    for (n_trees, n_samples) in
        [(1usize, 1usize), (7, 5), (8, 32), (100, 67), (513, 3), (1000, 40), (2052, 3), (20_000, 2), (20_001, 2)]
    {
        cases.push(Case::new(OP, format!("{n_samples} x {n_trees}"), move |m, errors| {
            let x: Vec<f32> = Random::new(4).numbers(n_trees * n_samples, 100.0).iter().map(|v| v + 150.0).collect();
            let (input, out) = (m.upload_f32(&x)?, m.poisoned(n_samples)?);
            m.call(OP, &[n_trees as u32, n_samples as u32, input, out])?;
            for (s, got) in m.download_f32(out, n_samples)?.into_iter().enumerate() {
                let row = &x[s * n_trees..(s + 1) * n_trees];
                let want = row.iter().map(|v| f64::from(*v)).sum::<f64>() / n_trees as f64;
                // All terms are positive: blocks of 32, as many blocks, then 8 or 256 partial sums in sequence.
                errors.relative(format_args!("row {s}"), got, want, 400.0 / (1u64 << 24) as f64)?;
            }
            Ok(())
        }));
    }
    cases.push(Case::new(OP, "NaN and infinities", |m, errors| {
        const INF: f32 = f32::INFINITY;
        let rows = [&[][..], &[f32::NAN], &[INF], &[-INF], &[INF, -INF], &[-INF, f32::NAN]];
        for n_trees in [2usize, 7, 100, 2052, 20_001] {
            let mut x = vec![1.5f32; rows.len() * n_trees];
            for (row, special) in x.chunks_mut(n_trees).zip(rows) {
                row[n_trees - special.len()..].copy_from_slice(special);
                // The two of a pair far from each other.
                row[..n_trees - 1].reverse();
            }
            let (input, out) = (m.upload_f32(&x)?, m.poisoned(rows.len())?);
            m.call(OP, &[n_trees as u32, rows.len() as u32, input, out])?;
            let want = [1.5, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, f64::NAN];
            for (s, (got, want)) in m.download_f32(out, rows.len())?.into_iter().zip(want).enumerate() {
                errors.relative(format_args!("row {s} of {n_trees}"), got, want, 400.0 / (1u64 << 24) as f64)?;
            }
        }
        Ok(())
    }));
    cases.push(Case::new(OP, "refuses", |m, _| {
        let (x, out) = (m.upload_f32(&[1.0; 8])?, m.poisoned(2)?);
        refused(m.call(OP, &[0, 2, x, out]), &["n-trees"])?;
        refused(m.call(OP, &[4, 0, x, out]), &["n-samples"])?;
        refused(m.call(OP, &[5, 2, x, out]), &["tree-predictions", "8", "10"])?;
        refused(m.call(OP, &[2, 3, x, out]), &["output", "2", "3"])?;
        refused(m.call(OP, &[1 << 31, 1 << 31, x, out]), &["tree-predictions", "4611686018427387904"])?;
        // 2^32 + 4 elements, 4 of 32 bits.
        refused(m.call(OP, &[0x4000_0001, 4, x, out]), &["tree-predictions", "4294967300"])?;
        refused(m.call(OP, &[4, 2, x, x]), &["tree-predictions", "output", "different buffers"])
    }));
    cases
}
