//! batch-predict: random forests against a plain walk, and hostile ones.

use super::refused;
use crate::{Case, Machine, Random};

const OP: &str = "kernel-batch-predict";
const FEATURES: u32 = 7;

#[derive(Clone, Copy)]
struct Node {
    feature: i32,
    value: f32,
    left: u32,
    right: u32,
}

const fn leaf(value: f32) -> Node {
    Node { feature: -1, value, left: 0, right: 0 }
}

#[derive(Clone, Default)]
struct Forest {
    nodes: Vec<Node>,
    offsets: Vec<u32>,
}

impl Forest {
    fn random(n_trees: usize, depth: u32) -> Self {
        let mut random = Random::new(11);
        let mut forest = Self::default();
        for _ in 0..n_trees {
            forest.offsets.push(forest.nodes.len() as u32);
            let mut tree = vec![];
            grow(&mut tree, depth, &mut random);
            forest.nodes.extend(tree);
        }
        forest
    }

    fn predict(&self, m: &mut Machine, samples: &[f32], max_depth: u32) -> Result<Vec<f32>, wgpuc_runtime::GpuError> {
        let words: Vec<u32> =
            self.nodes.iter().flat_map(|n| [n.feature as u32, n.value.to_bits(), n.left, n.right]).collect();
        let n = samples.len() as u32 / FEATURES;
        let buffers = [m.upload_f32(samples)?, m.upload(&words)?, m.upload(&self.offsets)?, m.poisoned(n as usize)?];
        m.call(OP, &[&[n, FEATURES, self.offsets.len() as u32, max_depth][..], &buffers].concat())?;
        m.download_f32(buffers[3], n as usize)
    }

    fn reference(&self, x: &[f32]) -> f64 {
        let walk = |root: &u32| {
            let mut at = 0;
            loop {
                let node = self.nodes[(*root + at) as usize];
                if node.feature < 0 {
                    return f64::from(node.value);
                }
                at = if x[node.feature as usize] <= node.value { node.left } else { node.right };
            }
        };
        self.offsets.iter().map(walk).sum::<f64>() / self.offsets.len() as f64
    }
}

fn grow(tree: &mut Vec<Node>, depth: u32, random: &mut Random) -> u32 {
    let at = tree.len();
    tree.push(leaf(random.signed() * 100.0 + 150.0));
    if depth > 0 && random.below(8) > 0 {
        let (feature, value) = (random.below(FEATURES) as i32, random.signed());
        let left = grow(tree, depth - 1, random);
        let right = grow(tree, depth - 1, random);
        tree[at] = Node { feature, value, left, right };
    }
    at as u32
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![];
    for (n, n_trees, depth) in [(1, 1, 0), (1, 3, 4), (89, 200, 8), (300, 33, 5), (8200, 5, 6)] {
        cases.push(Case::new(OP, format!("{n} samples, {n_trees} trees of {depth}"), move |m, errors| {
            let forest = Forest::random(n_trees, depth);
            let mut samples = Random::new(12).numbers(n * FEATURES as usize, 1.0);
            samples[0] = f32::NAN;
            for (i, got) in forest.predict(m, &samples, depth)?.into_iter().enumerate() {
                let row = &samples[i * FEATURES as usize..(i + 1) * FEATURES as usize];
                // All leaves are positive: blocks of 32, or 128 partial sums of a few each.
                errors.relative(format_args!("sample {i}"), got, forest.reference(row), 100.0 / (1u64 << 24) as f64)?;
            }
            Ok(())
        }));
    }
    for (name, nodes, offsets, depth) in hostile() {
        for n in [3usize, 8192] {
            let forest = Forest { nodes: nodes.clone(), offsets: offsets.clone() };
            cases.push(Case::new(OP, format!("of {name}, {n} samples"), move |m, errors| {
                let samples = vec![0.5; n * FEATURES as usize];
                refused(forest.predict(m, &samples, depth).map(|_| ()), &["kernel-batch-predict", "batch_predict.rs"])?;
                // The device goes on.
                let fine = Forest { nodes: vec![leaf(2.0)], offsets: vec![0] };
                errors.same("afterwards", &fine.predict(m, &samples[..FEATURES as usize], 0)?, &[2.0])
            }));
        }
    }
    cases.push(Case::new(OP, "refuses", |m, _| {
        let x = m.upload_f32(&[1.0; 14])?;
        let others: Vec<u32> = (0..3).map(|_| m.upload(&[0; 4])).collect::<Result<_, _>>()?;
        let mut call = |n, features, trees| m.call(OP, &[&[n, features, trees, 3, x][..], &others].concat());
        refused(call(0, 7, 1), &["batch-size"])?;
        refused(call(1, 0, 1), &["n-features"])?;
        refused(call(1, 7, 0), &["n-trees"])?;
        refused(call(3, 7, 1), &["samples", "14", "21"])?;
        refused(call(2, 7, 5), &["tree-offsets", "4", "5"])
    }));
    cases
}

/// Forests that no trainer makes.
fn hostile() -> Vec<(&'static str, Vec<Node>, Vec<u32>, u32)> {
    let test = |left, right| Node { feature: 0, value: 1.0, left, right };
    vec![
        ("a self-loop", vec![test(0, 0)], vec![0], u32::MAX),
        ("a cycle", vec![test(1, 1), test(0, 0)], vec![0], 1000),
        ("a child out of range", vec![test(7, 7), leaf(1.0)], vec![0], 10),
        ("a child that wraps", vec![leaf(1.0), test(u32::MAX, u32::MAX)], vec![1], 10),
        ("a feature out of range", vec![Node { feature: 7, ..test(1, 1) }, leaf(1.0)], vec![0], 10),
        ("a negative feature", vec![Node { feature: -2, ..test(1, 1) }, leaf(1.0)], vec![0], 10),
        ("an offset out of range", vec![leaf(1.0)], vec![0, 1], 10),
        ("a huge offset", vec![leaf(1.0)], vec![u32::MAX], 10),
        ("too few tests", vec![test(1, 1), leaf(1.0)], vec![0], 0),
    ]
}
