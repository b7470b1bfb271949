//! A forest as records of 8 bytes a node, for large batches on GPUs.
//!
//! A record holds a node's value, and a link: the feature it tests and where the records of its two children lie. Those
//! are a pair, in the place of the node itself, so that all are made at once, in whatever order the nodes come and
//! however many parents share one. What a record cannot say (a node out of range, a child in another tree, trees that
//! overlap) it leaves to the walk over the nodes.

use crate::batch_predict::{BatchPredictParams, TreeNode};
use wgpuc::*;

/// Invocations of a workgroup that makes records.
pub const PACKERS: u32 = 256;
/// Features that a link can name, in its low bits.
pub const MAX_FEATURES: u32 = 32;
/// Where in a link the index of the next pair begins.
const PAIR: u32 = 5;
/// A link of no test: walk over the nodes instead.
const UNPACKED: u32 = 0xffff_fffe;
/// A link of no test: a leaf.
const LEAF: u32 = 0xffff_ffff;

/// The nodes of one tree.
#[derive(Clone, Copy)]
struct Tree {
    start: u32,
    size: u32,
    n_features: u32,
}

/// Makes the records of a tree: `workgroup_id().y`, by as many workgroups as there are along x.
pub fn pack_tree(
    params: BatchPredictParams,
    nodes: &[TreeNode],
    offsets: &[u32],
    roots: &mut [u32x2],
    records: &mut [u32x2],
) {
    let t = workgroup_id().y;
    let start = offsets[t];
    let end = if t + 1 < params.n_trees { offsets[t + 1] } else { nodes.len() };
    let fits = start < end && end <= nodes.len();
    let tree = Tree { start, size: end - start, n_features: params.n_features };
    let first = workgroup_id().x * PACKERS + local_index();
    if fits {
        for j in (first..tree.size).step_by(PACKERS * num_workgroups().x) {
            let node = nodes[start + j];
            if has_test(node, tree) {
                records[2 * (start + j)] = record(node.left, tree, nodes);
                records[2 * (start + j) + 1] = record(node.right, tree, nodes);
            }
        }
    }
    let are_apart = offsets_ascend(params.n_trees, offsets);
    if workgroup_id().x == 0 && local_index() == 0 {
        roots[t] = if fits && are_apart { record(0, tree, nodes) } else { u32x2::new(0, UNPACKED) };
    }
}

/// Whether no two trees overlap, which would share their records; for invocation 0.
fn offsets_ascend(n_trees: u32, offsets: &[u32]) -> bool {
    let n_descents = shared_zeroed::<[Atomic<u32>; 1]>();
    for t in (local_index() + 1..n_trees).step_by(PACKERS) {
        if offsets[t - 1] >= offsets[t] {
            n_descents[0].add(1);
        }
    }
    workgroup_barrier();
    n_descents[0].load() == 0
}

/// Whether a node is no leaf, and right in all that a record says of it.
fn has_test(node: TreeNode, tree: Tree) -> bool {
    (node.feature as u32) < tree.n_features && node.left < tree.size && node.right < tree.size
}

#[device]
fn record(j: u32, tree: Tree, nodes: &[TreeNode]) -> u32x2 {
    let node = nodes[tree.start + j];
    let pair = (2 * (tree.start + j)) << PAIR;
    let link = if node.feature == -1 { LEAF } else { UNPACKED };
    u32x2::new(node.value.to_bits(), select(has_test(node, tree), pair | node.feature as u32, link))
}

/// Walks `K` trees at once, so that one goes on while another waits for its record: each of `walks` from its tree's root
/// to the last record that it meets within `max_depth` tests. `rows` holds each feature of `STRIDE` samples, the
/// invocation's at its own index.
#[device]
pub fn walk_records<const K: u32, const STRIDE: u32, const N: u32>(
    max_depth: u32,
    rows: &[f32; N],
    records: &[u32x2],
    walks: &mut [u32x2; K],
) {
    for _ in 0..max_depth {
        // Links of no test are the largest.
        let mut least = walks[0].y;
        #[unroll]
        for i in 1..K {
            least = min(least, walks[i].y);
        }
        if least >= UNPACKED {
            break;
        }
        let mut next = [0; K];
        #[unroll]
        for i in 0..K {
            let x = rows[walks[i].y % MAX_FEATURES * STRIDE + local_index()];
            next[i] = (walks[i].y >> PAIR) + select(x <= f32::from_bits(walks[i].x), 0, 1);
        }
        #[unroll]
        for i in 0..K {
            if K == 1 || walks[i].y < UNPACKED {
                walks[i] = records[min(next[i], records.len() - 1)];
            }
        }
    }
}

/// Whether a record is a leaf's, and its value.
pub fn leaf_of(record: u32x2) -> (bool, f32) {
    (record.y == LEAF, f32::from_bits(record.x))
}
