//! find-split: scores against float64, also where the labels' mean dwarfs their spread.

use super::refused;
use crate::{Case, Errors, Machine, Outcome, Random};

const OP: &str = "kernel-find-split";
const FEATURES: usize = 10;
const FEATURE: usize = 3;

/// What the contract allows.
const BOUND: f64 = 1.0e-5;

struct Node {
    data: Vec<f32>,
    labels: Vec<f32>,
    indices: Vec<u32>,
    thresholds: Vec<f32>,
}

impl Node {
    fn random(rows: usize, n: usize, n_thresholds: usize, mean: f32) -> Self {
        let mut random = Random::new(n as u64);
        let data = random.numbers(rows * FEATURES, 1.0);
        let labels = random.numbers(rows, 1.0).iter().map(|y| y + mean).collect();
        let indices = (0..n).map(|_| random.below(rows as u32)).collect();
        Self { data, labels, indices, thresholds: random.numbers(n_thresholds, 1.1) }
    }

    fn scores(&self, m: &mut Machine) -> Result<Vec<f32>, wgpuc_runtime::GpuError> {
        let (data, labels) = (m.upload_f32(&self.data)?, m.upload_f32(&self.labels)?);
        let (indices, thresholds) = (m.upload(&self.indices)?, m.upload_f32(&self.thresholds)?);
        let out = m.poisoned(self.thresholds.len())?;
        let (n, n_thresholds) = (self.indices.len() as u32, self.thresholds.len() as u32);
        let params = [n, FEATURES as u32, FEATURE as u32, n_thresholds];
        m.call(OP, &[&params[..], &[data, labels, indices, thresholds, out]].concat())?;
        m.download_f32(out, self.thresholds.len())
    }

    fn reference(&self, threshold: f32) -> f64 {
        let side = |left: bool| {
            let of_side = |i: &&u32| (self.data[**i as usize * FEATURES + FEATURE] <= threshold) == left;
            let y: Vec<f64> =
                self.indices.iter().filter(of_side).map(|i| f64::from(self.labels[*i as usize])).collect();
            let mean = y.iter().sum::<f64>() / y.len() as f64;
            if y.is_empty() { f64::INFINITY } else { y.iter().map(|y| (y - mean) * (y - mean)).sum() }
        };
        side(true) + side(false)
    }

    fn check(&self, m: &mut Machine, errors: &mut Errors) -> Outcome {
        for (threshold, got) in self.thresholds.iter().zip(self.scores(m)?) {
            errors.relative(format_args!("the score of {threshold}"), got, self.reference(*threshold), BOUND)?;
        }
        Ok(())
    }
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![];
    for (n, n_thresholds) in [(1, 1), (2, 3), (5, 64), (353, 65), (1024, 10), (1025, 10), (5000, 70)] {
        for mean in [0.0, 150.0, 1.0e4] {
            cases.push(Case::new(OP, format!("{n} x {n_thresholds}, mean {mean}"), move |m, errors| {
                Node::random(500, n, n_thresholds, mean).check(m, errors)
            }));
        }
    }
    cases.push(Case::new(OP, "of NaN", |m, errors| {
        let mut node = Node::random(50, 40, 10, 1.0);
        for row in 0..20 {
            node.data[row * FEATURES + FEATURE] = f32::NAN;
        }
        node.thresholds.extend([f32::NAN, f32::INFINITY, f32::NEG_INFINITY]);
        node.check(m, errors)
    }));
    cases.push(Case::new(OP, "of infinities, and of a NaN among the labels", |m, errors| {
        for n in [40, 3000] {
            let mut node = Node::random(50, n, 10, 1.0);
            for row in 0..10 {
                node.data[row * FEATURES + FEATURE] = if row % 2 == 0 { f32::INFINITY } else { f32::NEG_INFINITY };
            }
            let finite = node.thresholds.clone();
            node.thresholds.extend([f32::INFINITY, f32::NEG_INFINITY]);
            node.check(m, errors)?;
            // Among the right ones, whatever the threshold; and both sides have samples.
            node.thresholds = finite;
            (node.indices[0], node.indices[1]) = (0, 1);
            node.labels[0] = f32::NAN;
            node.check(m, errors)?;
        }
        Ok(())
    }));
    cases.push(Case::new(OP, "of two clean halves", |m, errors| {
        let mut node = Node::random(100, 100, 1, 0.0);
        node.indices = (0..100).collect();
        node.thresholds = vec![0.5];
        for row in 0..100 {
            let right = row % 2 == 1;
            node.data[row * FEATURES + FEATURE] = if right { 1.0 } else { 0.0 };
            node.labels[row] = if right { 3.0e4 } else { -1.0e4 };
        }
        errors.same("the score", &node.scores(m)?, &[0.0])
    }));
    cases.push(Case::new(OP, "of an index out of range", |m, errors| {
        for n in [40, 3000] {
            let mut node = Node::random(50, n, 5, 0.0);
            node.indices[17] = 50;
            refused(node.scores(m).map(|_| ()), &["kernel-find-split", "50", "find_split.rs"])?;
            node.indices[17] = u32::MAX;
            refused(node.scores(m).map(|_| ()), &["4294967295"])?;
            node.indices[17] = 49;
            node.check(m, errors)?;
        }
        Ok(())
    }));
    cases.push(Case::new(OP, "refuses", |m, _| {
        let x = m.upload_f32(&[1.0; 20])?;
        let others: Vec<u32> = (0..4).map(|_| m.upload(&[0; 20])).collect::<Result<_, _>>()?;
        let mut call = |n, features, feature, thresholds| {
            m.call(OP, &[&[n, features, feature, thresholds, x][..], &others].concat())
        };
        refused(call(0, 2, 1, 5), &["n-samples"])?;
        refused(call(5, 0, 1, 5), &["n-features"])?;
        refused(call(5, 2, 2, 5), &["feature-idx", "2"])?;
        refused(call(5, 2, 1, 0), &["n-thresholds"])?;
        refused(call(21, 2, 1, 5), &["indices", "20", "21"])?;
        refused(call(5, 2, 1, 21), &["thresholds", "20", "21"])?;
        let [labels, indices, thresholds, out] = others[..] else { return Err("four buffers".into()) };
        let short = m.upload(&[0; 4])?;
        let mut call = |buffers: [u32; 5]| m.call(OP, &[&[5, 2, 1, 5][..], &buffers].concat());
        refused(call([x, labels, short, thresholds, out]), &["indices", "4", "5"])?;
        refused(call([x, labels, indices, short, out]), &["thresholds", "4", "5"])?;
        refused(call([x, labels, indices, thresholds, short]), &["output-scores", "4", "5"])?;
        for used in [x, labels, indices, thresholds] {
            refused(call([x, labels, indices, thresholds, used]), &["output-scores", "different buffers"])?;
        }
        refused(call([x, x, indices, thresholds, out]), &["data", "labels", "different buffers"])
    }));
    cases
}
