//! Predictions of a forest.

use super::{Call, Cost, Work};
use crate::bench::Bench;
use crate::numbers::{Numbers, Range};
use crate::{Error, check};
use std::cell::OnceCell;
use wgpuc_runtime::GpuError;

/// How large a forest's trees are.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) trees: u32,
    /// Levels of tests.
    pub(super) depth: u32,
    /// Inner nodes above this level never end early.
    full: u32,
    /// Of the others, one in so many does.
    leaf_one_in: u32,
}

/// Trees of some 3900 leaves.
pub(super) const LARGE: Shape = Shape { trees: 100, depth: 12, full: 9, leaf_one_in: 50 };
/// Trees of some 440 nodes, as the diabetes job makes them.
pub(super) const DIABETES: Shape = Shape { trees: 200, depth: 16, full: 5, leaf_one_in: 2 };

/// `rows` samples through one forest.
pub(super) struct BatchPredict {
    rows: u32,
    features: u32,
    shape: Shape,
    in_cache: bool,
    forest: OnceCell<Forest>,
}

impl BatchPredict {
    pub(super) fn new(rows: u32, features: u32, shape: Shape) -> Self {
        Self { rows, features, shape, in_cache: false, forest: OnceCell::new() }
    }

    /// The same with one forest and one batch for all calls, as a guest has it that predicts batch after batch.
    pub(super) fn in_cache(self) -> Self {
        Self { in_cache: true, ..self }
    }

    fn forest(&self) -> &Forest {
        self.forest.get_or_init(|| Forest::new(self.shape, self.features))
    }

    fn samples(seed: u32) -> Numbers {
        Numbers::new(seed, Range::Signed)
    }
}

impl Work for BatchPredict {
    fn op(&self) -> &'static str {
        "kernel-batch-predict"
    }

    fn cost(&self) -> Cost {
        let words = u64::from(self.rows) * u64::from(self.features + 1) + 4 * self.forest().nodes.len() as u64;
        Cost { bytes: 4 * words, flops: 0 }
    }

    fn in_cache(&self) -> bool {
        self.in_cache
    }

    fn prepare(&self, bench: &mut Bench, seed: u32) -> Result<Call, GpuError> {
        let forest = self.forest();
        let samples = bench.random(self.rows * self.features, Self::samples(seed))?;
        let (nodes, offsets) = (bench.upload(&forest.words())?, bench.upload(&forest.offsets)?);
        let output = bench.buffer(self.rows)?;
        let Shape { trees, depth, .. } = self.shape;
        let words = [self.rows, self.features, trees, depth, samples, nodes, offsets, output];
        Ok(Call::new(&words, output, self.rows))
    }

    fn check(&self, bench: &mut Bench, call: &Call, seed: u32) -> Result<(), Error> {
        let (forest, samples) = (self.forest(), Self::samples(seed));
        let expected = |row: u32| {
            let leaves = forest.offsets.iter().map(|root| forest.leaf(*root, |f| samples.at(row * self.features + f)));
            let (sum, scale) = leaves.fold((0.0, 0.0), |(sum, scale), leaf| (sum + leaf, scale + leaf.abs()));
            (sum / f64::from(self.shape.trees), scale / f64::from(self.shape.trees))
        };
        check::floats(bench, call, expected, 1e-6)
    }
}

/// Trees in the order of their levels, both children of a node side by side.
struct Forest {
    nodes: Vec<Node>,
    offsets: Vec<u32>,
}

struct Node {
    /// The feature, or `u32::MAX` for a leaf.
    feature: u32,
    value: f32,
    /// The first of two children, counted from the tree's root.
    left: u32,
}

impl Forest {
    fn new(shape: Shape, features: u32) -> Self {
        let mut forest = Self { nodes: vec![], offsets: vec![] };
        for tree in 0..shape.trees {
            forest.offsets.push(forest.nodes.len() as u32);
            forest.grow(shape, features, Numbers::new(tree, Range::Signed));
        }
        forest
    }

    /// Adds a tree, level by level.
    fn grow(&mut self, shape: Shape, features: u32, random: Numbers) {
        let root = self.nodes.len();
        let mut in_level = 1;
        for level in 0..=shape.depth {
            let n_here = std::mem::take(&mut in_level);
            for place in 0..n_here {
                let at = (self.nodes.len() - root) as u32;
                let value = random.at(at);
                let ends_early = level >= shape.full && random.below(2 * at, shape.leaf_one_in) == 0;
                if level == shape.depth || ends_early {
                    self.nodes.push(Node { feature: u32::MAX, value, left: 0 });
                } else {
                    let feature = random.below(2 * at + 1, features);
                    // Behind this level's other nodes, and the children of those before it.
                    let left = at + (n_here - place) + in_level;
                    self.nodes.push(Node { feature, value: value / 2.0, left });
                    in_level += 2;
                }
            }
        }
    }

    fn words(&self) -> Vec<u32> {
        let words = self.nodes.iter().map(|node| match node.feature {
            u32::MAX => [u32::MAX, node.value.to_bits(), 0, 0],
            feature => [feature, node.value.to_bits(), node.left, node.left + 1],
        });
        words.flatten().collect()
    }

    /// The leaf that a sample reaches in the tree at `root`.
    fn leaf(&self, root: u32, sample: impl Fn(u32) -> f32) -> f64 {
        let mut at = 0;
        loop {
            let node = &self.nodes[(root + at) as usize];
            if node.feature == u32::MAX {
                return node.value.into();
            }
            at = node.left + u32::from(sample(node.feature) > node.value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{DIABETES, Forest, LARGE};

    #[test]
    fn trees_are_as_large_as_those_of_the_jobs() {
        let per_tree = |forest: &Forest| forest.nodes.len() / forest.offsets.len();
        let large = per_tree(&Forest::new(LARGE, 32));
        assert!((2 * 3800 - 1..2 * 4000).contains(&large), "{large}");
        let diabetes = per_tree(&Forest::new(DIABETES, 10));
        assert!((380..500).contains(&diabetes), "{diabetes}");
    }
}
