//! batch-predict: random forests against a plain walk, and hostile ones.

use super::refused;
use crate::{Case, Errors, Machine, Outcome, Random};

const OP: &str = "kernel-batch-predict";
const FEATURES: u32 = 7;
/// A batch for which a forest of a few nodes is packed, where the device has subgroups.
const LARGE: usize = 8192;
/// A batch for which trees are walked one at a time.
const HUGE: usize = 1 << 17;

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

const fn test(left: u32, right: u32) -> Node {
    Node { feature: 0, value: 0.0, left, right }
}

#[derive(Clone)]
struct Forest {
    n_features: u32,
    nodes: Vec<Node>,
    offsets: Vec<u32>,
}

impl Forest {
    fn new(nodes: Vec<Node>, offsets: Vec<u32>) -> Self {
        Self { n_features: FEATURES, nodes, offsets }
    }

    fn random(n_features: u32, n_trees: usize, depth: u32) -> Self {
        let mut random = Random::new(11);
        let mut forest = Self { n_features, ..Self::new(vec![], vec![]) };
        for _ in 0..n_trees {
            forest.offsets.push(forest.nodes.len() as u32);
            let mut tree = vec![];
            grow(&mut tree, n_features, depth, &mut random);
            forest.nodes.extend(tree);
        }
        forest
    }

    fn predict(&self, m: &mut Machine, samples: &[f32], max_depth: u32) -> Result<Vec<f32>, wgpuc_runtime::GpuError> {
        let words: Vec<u32> =
            self.nodes.iter().flat_map(|n| [n.feature as u32, n.value.to_bits(), n.left, n.right]).collect();
        let n = samples.len() as u32 / self.n_features;
        let buffers = [m.upload_f32(samples)?, m.upload(&words)?, m.upload(&self.offsets)?, m.poisoned(n as usize)?];
        m.call(OP, &[&[n, self.n_features, self.offsets.len() as u32, max_depth][..], &buffers].concat())?;
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

    /// Predicts random samples, one of them with a NaN, and compares.
    fn check(&self, m: &mut Machine, errors: &mut Errors, n: usize, max_depth: u32) -> Outcome {
        let mut samples = Random::new(12).numbers(n * self.n_features as usize, 1.0);
        samples[0] = f32::NAN;
        self.compare(m, errors, &samples, max_depth)
    }

    /// The same forest and random samples, with numbers that are not finite among thresholds and features.
    fn check_not_finite(mut self, m: &mut Machine, errors: &mut Errors, n: usize, max_depth: u32) -> Outcome {
        let mut samples = Random::new(12).numbers(n * self.n_features as usize, 1.0);
        let mut random = Random::new(13);
        self.nodes.iter_mut().filter(|node| node.feature >= 0).for_each(|node| replace(&mut node.value, &mut random));
        samples.iter_mut().for_each(|x| replace(x, &mut random));
        self.compare(m, errors, &samples, max_depth)
    }

    fn compare(&self, m: &mut Machine, errors: &mut Errors, samples: &[f32], max_depth: u32) -> Outcome {
        let width = self.n_features as usize;
        let got = self.predict(m, samples, max_depth)?;
        for (i, (got, row)) in got.into_iter().zip(samples.chunks(width)).enumerate() {
            // All leaves are positive: blocks of 32, or partial sums of a few each.
            errors.relative(format_args!("sample {i}"), got, self.reference(row), 100.0 / (1u64 << 24) as f64)?;
        }
        Ok(())
    }
}

/// Puts a NaN, of either sign, or an infinity in the place of a third of all numbers.
fn replace(x: &mut f32, random: &mut Random) {
    const NOT_FINITE: [f32; 4] = [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY];
    if let Some(value) = NOT_FINITE.get(random.below(12) as usize) {
        *x = *value;
    }
}

fn grow(tree: &mut Vec<Node>, n_features: u32, depth: u32, random: &mut Random) -> u32 {
    let at = tree.len();
    tree.push(leaf(random.signed() * 100.0 + 150.0));
    if depth > 0 && random.below(8) > 0 {
        let (feature, value) = (random.below(n_features) as i32, random.signed());
        let left = grow(tree, n_features, depth - 1, random);
        let right = grow(tree, n_features, depth - 1, random);
        tree[at] = Node { feature, value, left, right };
    }
    at as u32
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![];
    for (n, n_trees, depth) in
        [(1, 1, 0), (1, 3, 4), (89, 300, 8), (300, 33, 5), (LARGE - 1, 2, 3), (LARGE + 8, 5, 6), (HUGE, 1, 2)]
    {
        cases.push(Case::new(OP, format!("{n} samples, {n_trees} trees of {depth}"), move |m, errors| {
            Forest::random(FEATURES, n_trees, depth).check(m, errors, n, depth)
        }));
    }
    for (n_features, n, n_trees, depth) in
        [(FEATURES, 89, 300, 8), (FEATURES, LARGE + 8, 5, 6), (33, LARGE, 2, 4), (FEATURES, HUGE, 1, 2)]
    {
        let name = format!("NaN and infinities, {n} samples of {n_features} features, {n_trees} trees of {depth}");
        cases.push(Case::new(OP, name, move |m, errors| {
            Forest::random(n_features, n_trees, depth).check_not_finite(m, errors, n, depth)
        }));
    }
    cases.push(Case::new(OP, "NaN and infinities in leaves", |m, errors| {
        for n in [3, LARGE] {
            for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
                // Where x <= 0 the mean is of 1 and 3, elsewhere of 1 and the value.
                let stump = [leaf(1.0), test(1, 2), leaf(3.0), leaf(value)];
                Forest::new(stump.to_vec(), vec![0, 1]).check(m, errors, n, 1)?;
            }
        }
        Ok(())
    }));
    for (n_features, n_trees, depth) in [(1, 2, 3), (31, 2, 4), (32, 2, 4), (33, 1, 4), (256, 1, 3), (3, 2, 0)] {
        cases.push(Case::new(OP, format!("many of {n_features} features, trees of {depth}"), move |m, errors| {
            Forest::random(n_features, n_trees, depth).check(m, errors, LARGE, depth)
        }));
    }
    for depth in [5, 6] {
        cases.push(Case::new(OP, format!("many, leaves after {depth} tests"), move |m, errors| {
            // A path that goes on where x <= 0, each test with a leaf beside it.
            let path = (0..depth).flat_map(|d| [test(2 * d + 2, 2 * d + 1), leaf(f64::from(d + 1) as f32)]);
            let forest = Forest::new(path.chain([leaf(100.0)]).collect(), vec![0]);
            forest.check(m, errors, LARGE, depth)?;
            forest.check(m, errors, LARGE, u32::MAX)?;
            let samples = vec![-1.0; LARGE * FEATURES as usize];
            refused(forest.predict(m, &samples, depth - 1).map(|_| ()), &["depth of a leaf"])
        }));
    }
    for (name, forest) in unusual() {
        cases.push(Case::new(OP, format!("many with {name}"), move |m, errors| forest.check(m, errors, LARGE, 40)));
    }
    for (name, nodes, offsets, depth) in hostile() {
        for n in [3, LARGE] {
            let forest = Forest::new(nodes.clone(), offsets.clone());
            cases.push(Case::new(OP, format!("of {name}, {n} samples"), move |m, errors| {
                let samples = vec![0.5; n * FEATURES as usize];
                refused(forest.predict(m, &samples, depth).map(|_| ()), &["kernel-batch-predict", "batch_predict.rs"])?;
                // The device goes on.
                let fine = Forest::new(vec![leaf(2.0)], vec![0]);
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
        refused(call(2, 7, 5), &["tree-offsets", "4", "5"])?;
        let [nodes, offsets, out] = others[..] else { return Err("three buffers".into()) };
        let (empty, short) = (m.less_than_a_word()?, m.upload(&[0; 1])?);
        let mut call = |buffers: [u32; 4]| m.call(OP, &[&[2, 7, 2, 3][..], &buffers].concat());
        refused(call([x, empty, offsets, out]), &["tree-nodes", "0", "1"])?;
        refused(call([x, nodes, short, out]), &["tree-offsets", "1", "2"])?;
        refused(call([x, nodes, offsets, short]), &["output", "1", "2"])?;
        for used in [x, nodes, offsets] {
            refused(call([x, nodes, offsets, used]), &["output", "different buffers"])?;
        }
        // 2^32 + 4 elements, 4 of 32 bits.
        refused(m.call(OP, &[0x4000_0001, 4, 1, 3, x, nodes, offsets, out]), &["samples", "4294967300"])
    }));
    cases
}

/// Forests that are right, and that not every trainer makes.
fn unusual() -> Vec<(&'static str, Forest)> {
    let stump = [test(1, 2), leaf(1.0), leaf(2.0)];
    let bad = Node { feature: FEATURES as i32, ..test(1, 2) };
    // Ten tests whose children are one node each.
    let ladder = (0..10).map(|d| test(d + 1, d + 1)).chain([leaf(3.0)]);
    // One tree of 16 tests among stumps.
    let n = 1 << 17;
    let heap = (1..n).map(|i| if i < n / 2 { test(2 * i - 1, 2 * i) } else { leaf(1.0 + (i % 7) as f32) });
    let stumps = (0..20).flat_map(|_| stump);
    let huge_offsets = std::iter::once(0).chain((0..20).map(|t| n - 1 + 3 * t));
    vec![
        ("shared nodes", Forest::new(ladder.collect(), vec![0])),
        ("a tree twice", Forest::new(stump.to_vec(), vec![0, 0])),
        ("trees in reverse", Forest::new([stump, stump].concat(), vec![3, 0])),
        (
            "a tree inside another",
            Forest::new(vec![test(1, 4), test(2, 3), leaf(1.0), leaf(2.0), leaf(3.0)], vec![0, 4]),
        ),
        ("trees that overlap", Forest::new([&[test(3, 1)], &stump[..]].concat(), vec![0, 1])),
        ("a bad node out of reach", Forest::new([&stump[..], &[bad, test(9, 9)]].concat(), vec![0])),
        ("a huge tree", Forest::new(heap.chain(stumps).collect(), huge_offsets.collect())),
    ]
}

/// Forests that no trainer makes.
fn hostile() -> Vec<(&'static str, Vec<Node>, Vec<u32>, u32)> {
    let test = |left, right| Node { value: 1.0, ..test(left, right) };
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
