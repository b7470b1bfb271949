//! Predictions of a forest of regression trees.

use crate::tree_records::*;
use wgpuc::*;

/// Parameters of [`kernel_batch_predict`].
#[derive(Clone, Copy)]
pub struct BatchPredictParams {
    /// How many samples.
    pub batch_size: u32,
    /// Features of one sample.
    pub n_features: u32,
    /// How many trees.
    pub n_trees: u32,
    /// The most tests that a sample may meet in one tree.
    pub max_depth: u32,
}

/// A node of a tree.
#[derive(Clone, Copy)]
pub struct TreeNode {
    /// The feature to test, or -1 for a leaf.
    pub feature: i32,
    /// The threshold, or the leaf's prediction.
    pub value: f32,
    /// The node taken where `x <= value`, counted from the tree's first.
    pub left: u32,
    /// The node taken otherwise, NaN included.
    pub right: u32,
}

/// Invocations of a workgroup.
const WORKGROUP: u32 = 128;
/// The same, where its memory is large.
const LARGE_WORKGROUP: u32 = 512;
/// Trees that a workgroup walks at once.
const TREES: u32 = 256;
/// Features of its sample that its memory holds.
const ROW: u32 = 256;
/// From here on an invocation takes a sample through all trees.
const LARGE: u32 = 8192;
/// From here on there are enough samples to fill a device with large workgroups.
const HUGE: u32 = 0x2_0000;
/// The most trees that are packed, so that each can look at the offsets of all.
const MAX_TREES: u32 = 4096;
/// The most nodes that are packed, into 16 bytes each.
const MAX_PACKED: u32 = 0x100_0000;

/// Predicts a batch of samples with a whole forest.
///
/// `samples` is `[batch-size, n-features]`; `tree-offsets[t]` is the index of tree `t`'s first node; `output[s]` is the
/// mean over the trees of the leaf that sample `s` reaches. A sample that meets no leaf within `max-depth` tests, a
/// feature at or past `n-features`, or a node outside `tree-nodes` is a device error.
#[op]
pub fn kernel_batch_predict(
    params: BatchPredictParams,
    samples: &[f32],
    tree_nodes: &[TreeNode],
    tree_offsets: &[u32],
    output: &mut [f32],
) {
    require!(params.batch_size > 0);
    require!(params.n_features > 0);
    require!(params.n_trees > 0);
    require!(samples.len() >= params.batch_size * params.n_features);
    require!(tree_nodes.len() >= 1);
    require!(tree_offsets.len() >= params.n_trees);
    require!(output.len() >= params.batch_size);
    let n = params.batch_size;
    let n_trees = params.n_trees;
    let can_pack = params.n_features <= MAX_FEATURES && n_trees <= MAX_TREES && tree_nodes.len() <= MAX_PACKED;
    // Records pay where more samples than nodes go through a tree. The CPU has no loads to wait for.
    let is_worth_it = supports!(subgroups) && n >= LARGE && n_trees * n >= tree_nodes.len();
    let groups = div_ceil(n, WORKGROUP);
    if can_pack && is_worth_it {
        let roots = try_scratch::<u32x2>(n_trees);
        let records = try_scratch::<u32x2>(2 * tree_nodes.len());
        if roots.is_some() && records.is_some() {
            let packers = div_ceil(tree_nodes.len(), PACKERS * n_trees);
            launch!(pack, [packers, n_trees], params, tree_nodes, tree_offsets, roots, records);
            if supports!(sm_80) && n >= HUGE {
                let groups = div_ceil(n, LARGE_WORKGROUP);
                launch!(by_record_sm_80, [groups], params, samples, tree_nodes, tree_offsets, roots, records, output);
            } else {
                launch!(by_record, [groups], params, samples, tree_nodes, tree_offsets, roots, records, output);
            }
            return;
        }
    }
    if n >= LARGE {
        launch!(by_sample, [groups], params, samples, tree_nodes, tree_offsets, output);
    } else {
        launch!(by_tree, [n], params, samples, tree_nodes, tree_offsets, output);
    }
}

/// A row of workgroups makes the records of a tree.
#[kernel(workgroup = PACKERS)]
fn pack(params: BatchPredictParams, nodes: &[TreeNode], offsets: &[u32], roots: &mut [u32x2], records: &mut [u32x2]) {
    pack_tree(params, nodes, offsets, roots, records);
}

/// As [`by_sample`], from what [`pack`] made.
#[kernel(workgroup = WORKGROUP)]
fn by_record(
    params: BatchPredictParams,
    samples: &[f32],
    nodes: &[TreeNode],
    offsets: &[u32],
    roots: &[u32x2],
    records: &[u32x2],
    output: &mut [f32],
) {
    recorded::<WORKGROUP, { WORKGROUP * MAX_FEATURES }, 8>(params, samples, nodes, offsets, roots, records, output);
}

/// The same, with more samples that share a tree's nodes: for so many that two walks at once are faster than three or
/// four (on an H200).
#[kernel(workgroup = LARGE_WORKGROUP, needs = sm_80)]
fn by_record_sm_80(
    params: BatchPredictParams,
    samples: &[f32],
    nodes: &[TreeNode],
    offsets: &[u32],
    roots: &[u32x2],
    records: &[u32x2],
    output: &mut [f32],
) {
    recorded::<LARGE_WORKGROUP, { LARGE_WORKGROUP * MAX_FEATURES }, 2>(
        params, samples, nodes, offsets, roots, records, output,
    );
}

/// An invocation takes a sample through all trees, `K` at a time. The samples of a workgroup lie in its memory, feature by
/// feature, so that neighbouring invocations never meet in a bank, whatever they test; each touches only its own.
#[device]
fn recorded<const SAMPLES: u32, const N: u32, const K: u32>(
    params: BatchPredictParams,
    samples: &[f32],
    nodes: &[TreeNode],
    offsets: &[u32],
    roots: &[u32x2],
    records: &[u32x2],
    output: &mut [f32],
) {
    let rows = shared::<[f32; N]>();
    let s = global_id().x;
    if s >= params.batch_size {
        return;
    }
    for f in (0..params.n_features).step_by(8) {
        let mut x = [0.0; 8];
        #[unroll]
        for d in 0..8 {
            x[d] = samples[s * params.n_features + min(f + d, params.n_features - 1)];
        }
        #[unroll]
        for d in 0..8 {
            rows[(f + d) % MAX_FEATURES * SAMPLES + local_index()] = x[d];
        }
    }
    // No path without a cycle is longer than the forest.
    let room = min(params.max_depth, nodes.len());
    let mut sum = 0.0;
    for block in (0..params.n_trees).step_by(32) {
        let mut part = 0.0;
        let end = min(block + 32, params.n_trees);
        for t in (block..end).step_by(K) {
            let mut walks = [roots[t]; K];
            #[unroll]
            for i in 1..K {
                walks[i] = roots[min(t + i, end - 1)];
            }
            walk_records::<K, SAMPLES, N>(room, rows, records, &mut walks);
            #[unroll]
            for i in 0..K {
                let (found, value) = leaf_of(walks[i]);
                if t + i < end {
                    if found {
                        part += value;
                    } else {
                        part += leaf(s, params, offsets[t + i], samples, nodes);
                    }
                }
            }
        }
        sum += part;
    }
    output[s] = sum / params.n_trees as f32;
}

/// An invocation takes a sample through all trees.
#[kernel(workgroup = WORKGROUP)]
fn by_sample(params: BatchPredictParams, samples: &[f32], nodes: &[TreeNode], offsets: &[u32], output: &mut [f32]) {
    let s = global_id().x;
    if s >= params.batch_size {
        return;
    }
    let mut sum = 0.0;
    for block in (0..params.n_trees).step_by(32) {
        let mut part = 0.0;
        for t in block..min(block + 32, params.n_trees) {
            part += leaf(s, params, offsets[t], samples, nodes);
        }
        sum += part;
    }
    output[s] = sum / params.n_trees as f32;
}

/// A workgroup takes a sample, its invocations a tree each: for batches too small to fill a device.
#[kernel(workgroup = TREES)]
fn by_tree(params: BatchPredictParams, samples: &[f32], nodes: &[TreeNode], offsets: &[u32], output: &mut [f32]) {
    let row = shared::<[f32; ROW]>();
    let s = workgroup_id().x;
    if s < params.batch_size && local_index() < params.n_features {
        row[local_index()] = samples[s * params.n_features + local_index()];
    }
    workgroup_barrier();
    let mut sum = 0.0;
    if s < params.batch_size {
        for t in (local_index()..params.n_trees).step_by(TREES) {
            let (found, value) = near_leaf(offsets[t], params, row, nodes);
            if found {
                sum += value;
            } else {
                sum += leaf(s, params, offsets[t], samples, nodes);
            }
        }
    }
    let total = block_sum::<TREES>(sum);
    if local_index() == 0 && s < params.batch_size {
        output[s] = total / params.n_trees as f32;
    }
}

/// Whether a walk meets a leaf, and nothing that [`leaf`] must look at, and the leaf's value: between a node and the next
/// stand only a comparison and two loads.
fn near_leaf(root: u32, params: BatchPredictParams, row: &[f32; ROW], nodes: &[TreeNode]) -> (bool, f32) {
    let last = nodes.len() - 1;
    let room = nodes.len() - min(root, last);
    let mut is_inside = root <= last;
    let mut node = nodes[min(root, last)];
    for _ in 0..min(params.max_depth, room) {
        if node.feature as u32 >= min(params.n_features, ROW) {
            break;
        }
        let is_left = row[node.feature as u32 % ROW] <= node.value;
        let at = select(is_left, node.left, node.right);
        is_inside &= at < room;
        node = nodes[min(root + at, last)];
    }
    (is_inside && node.feature == -1, node.value)
}

/// The prediction of the leaf that sample `s` reaches in the tree whose first node is `root`.
fn leaf(s: u32, params: BatchPredictParams, root: u32, samples: &[f32], nodes: &[TreeNode]) -> f32 {
    if root >= nodes.len() {
        fault!("an offset in tree-offsets", root, nodes.len());
        return 0.0;
    }
    // No path without a cycle is longer than the forest.
    let room = nodes.len() - root;
    let mut at = 0;
    let tests = min(params.max_depth, room);
    for _ in 0..tests {
        let node = nodes[root + at];
        if node.feature == -1 {
            return node.value;
        }
        if node.feature as u32 >= params.n_features {
            fault!("feature of a node (as u32)", node.feature as u32, params.n_features);
            return 0.0;
        }
        let x = samples[s * params.n_features + node.feature as u32];
        at = if x <= node.value { node.left } else { node.right };
        if at >= room {
            fault!("child of a node", at, room);
            return 0.0;
        }
    }
    let last = nodes[root + at];
    if last.feature != -1 {
        // It lies deeper: how deep, nobody has looked.
        fault!("depth of a leaf", tests + 1, tests + 1);
    }
    last.value
}
