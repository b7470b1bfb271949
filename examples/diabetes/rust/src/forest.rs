//! A random forest of regression trees (Breiman 2001), grown as scikit-learn's RandomForestRegressor grows it.

use crate::gpu::{self, BatchPredictParams, Buffer, Error, TreeNode};
use crate::random::{Random, bootstrap_seed};
use crate::scorer::{Candidate, Scorer, Split, TRIED_FEATURES};
use crate::table::Table;
use std::collections::VecDeque;

const MAX_DEPTH: u32 = 16;
const LEAF: i32 = -1;

/// All trees' nodes in one array, and where each tree begins in it.
pub struct Forest {
    pub nodes: Vec<TreeNode>,
    pub offsets: Vec<u32>,
}

/// A node that is not grown yet, with the rows that reach it.
struct Pending {
    tree: u32,
    node: u32,
    depth: u32,
    samples: Vec<u32>,
}

/// Every number halfway between two neighbouring distinct values of a feature.
fn midpoints(table: &Table, samples: &[u32], feature: usize) -> Vec<f32> {
    let mut values: Vec<f32> = samples.iter().map(|row| table.feature(*row, feature)).collect();
    values.sort_unstable_by(f32::total_cmp);
    values.dedup();
    let middle = |low: f32, high: f32| {
        let middle = low + (high - low) * 0.5;
        // rounding may reach the upper value, which must stay on the right
        if middle < high { middle } else { low }
    };
    values.windows(2).map(|pair| middle(pair[0], pair[1])).collect()
}

/// Draws features without replacement until enough are tried and one of them, if any, can split the node.
fn draw_candidates(table: &Table, pending: &Pending, seed: u32) -> Vec<Candidate> {
    let mut random = Random::new(seed, pending.tree, pending.node);
    let mut features: Vec<usize> = (0..table.n_features).collect();
    let mut candidates = Vec::new();
    for drawn in 0..features.len() {
        if drawn >= TRIED_FEATURES && !candidates.is_empty() {
            break;
        }
        let left = (features.len() - drawn) as u32;
        features.swap(drawn, drawn + random.below(left) as usize);
        let feature = features[drawn];
        let thresholds = midpoints(table, &pending.samples, feature);
        if !thresholds.is_empty() {
            candidates.push(Candidate { feature, thresholds });
        }
    }
    candidates
}

fn is_pure(table: &Table, samples: &[u32]) -> bool {
    let label = |row: u32| table.labels[row as usize];
    samples.iter().all(|row| label(*row) == label(samples[0]))
}

fn make_leaf(table: &Table, samples: &[u32]) -> TreeNode {
    let sum = samples.iter().fold(0.0, |sum, row| sum + f64::from(table.labels[*row as usize]));
    TreeNode { feature: LEAF, value: (sum / samples.len() as f64) as f32, left: 0, right: 0 }
}

/// The feature and threshold of the lowest score, the first of them where several are equal.
fn best_split(candidates: &[Candidate], scores: &[f32]) -> (usize, f32) {
    let first = &candidates[0];
    let mut best = (scores[0], first.feature, first.thresholds[0]);
    let tried = candidates.iter().flat_map(|candidate| candidate.thresholds.iter().map(|t| (candidate.feature, *t)));
    for ((feature, threshold), score) in tried.zip(scores) {
        if *score < best.0 {
            best = (*score, feature, threshold);
        }
    }
    (best.1, best.2)
}

/// Grows all trees together, so that the device has the work of many nodes at a time.
pub struct Grower<'a> {
    table: &'a Table,
    scorer: &'a Scorer,
    seed: u32,
    trees: Vec<Vec<TreeNode>>,
    queue: VecDeque<Pending>,
}

impl<'a> Grower<'a> {
    pub fn new(table: &'a Table, scorer: &'a Scorer, n_trees: u32, seed: u32) -> Self {
        Self { table, scorer, seed, trees: vec![Vec::new(); n_trees as usize], queue: VecDeque::new() }
    }

    pub fn grow(mut self) -> Result<Forest, Error> {
        for tree in 0..self.trees.len() as u32 {
            let samples = self.scorer.bootstrap(bootstrap_seed(self.seed, tree))?;
            self.add_node(tree, 0, samples);
        }
        while !self.queue.is_empty() {
            self.grow_wave()?;
        }
        Ok(self.pack())
    }

    /// Adds a node to its tree, to be grown later, and returns its index there.
    fn add_node(&mut self, tree: u32, depth: u32, samples: Vec<u32>) -> u32 {
        let nodes = &mut self.trees[tree as usize];
        let node = nodes.len() as u32;
        nodes.push(TreeNode::default());
        self.queue.push_back(Pending { tree, node, depth, samples });
        node
    }

    /// Turns nodes into leaves until there are enough others to be scored at once, and splits those.
    fn grow_wave(&mut self) -> Result<(), Error> {
        let mut wave = Vec::new();
        let mut splits = Vec::new();
        while wave.len() < Scorer::MAX_WAVE {
            let Some(mut pending) = self.queue.pop_front() else { break };
            let mut candidates = Vec::new();
            if pending.depth < MAX_DEPTH && !is_pure(self.table, &pending.samples) {
                candidates = draw_candidates(self.table, &pending, self.seed);
            }
            if candidates.is_empty() {
                self.trees[pending.tree as usize][pending.node as usize] = make_leaf(self.table, &pending.samples);
                continue;
            }
            splits.push(Split { samples: std::mem::take(&mut pending.samples), candidates });
            wave.push(pending);
        }
        let scores = self.scorer.score(&splits)?;
        let mut rest = scores.as_slice();
        for (pending, split) in wave.iter().zip(&splits) {
            let n_scores = split.candidates.iter().map(|candidate| candidate.thresholds.len()).sum();
            let (own, after) = rest.split_at(n_scores);
            self.split_node(pending, split, own);
            rest = after;
        }
        Ok(())
    }

    fn split_node(&mut self, pending: &Pending, split: &Split, scores: &[f32]) {
        let (feature, threshold) = best_split(&split.candidates, scores);
        let goes_left = |row: &u32| self.table.feature(*row, feature) <= threshold;
        let (left, right) = split.samples.iter().copied().partition(goes_left);
        let left = self.add_node(pending.tree, pending.depth + 1, left);
        let right = self.add_node(pending.tree, pending.depth + 1, right);
        self.trees[pending.tree as usize][pending.node as usize] =
            TreeNode { feature: feature as i32, value: threshold, left, right };
    }

    fn pack(self) -> Forest {
        let mut forest = Forest { nodes: Vec::new(), offsets: Vec::new() };
        for tree in &self.trees {
            forest.offsets.push(forest.nodes.len() as u32);
            forest.nodes.extend(tree);
        }
        forest
    }
}

/// Predicts every row of a table with the whole forest.
pub fn predict(forest: &Forest, table: &Table) -> Result<Vec<f32>, Error> {
    let samples = Buffer::from_slice(&table.features)?;
    let nodes = Buffer::from_slice(&forest.nodes)?;
    let offsets = Buffer::from_slice(&forest.offsets)?;
    let output = Buffer::create(table.n_rows())?;
    let params = BatchPredictParams {
        batch_size: table.n_rows() as u32,
        n_features: table.n_features as u32,
        n_trees: forest.offsets.len() as u32,
        max_depth: MAX_DEPTH,
    };
    gpu::kernel_batch_predict(params, &samples, &nodes, &offsets, &output)?;
    output.download()
}
