//! A forest as records that answer two tests at a time, for large batches on GPUs.
//!
//! Walking a tree is a chain of loads. A record holds what a node tests and what its two children test, so that one
//! load of 16 bytes goes down two levels. Record `4 * j + s` of a tree is the grandchild `s` of its node `j` (left's
//! left, left's right, right's left, right's right): it lies where `j` says, so all records are made at once, in
//! whatever order the nodes come and however many parents share one. What a record cannot say (a node out of range,
//! a child in another tree, trees that overlap, a tree too large) it leaves to the walk over the nodes.

/// Invocations of a workgroup that makes records.
pub const PACKERS: u32 = 256;
/// Features that a record can name.
pub const MAX_FEATURES: u32 = 32;
/// A record's last word: three features of 5 bits, and above them the node whose grandchildren come next, or a code.
const LINK: u32 = 15;
/// The nodes of a tree that a record can name; from here on, codes.
const MAX_NODES: u32 = 0x1_fffd;
/// Code: walk over the nodes instead.
const UNPACKED: u32 = 0x1_fffd;
/// Code: a leaf that is one test above this record, and its value.
const LEAF_ABOVE: u32 = 0x1_fffe;
/// Code: a leaf, and its value.
const LEAF: u32 = 0x1_ffff;

/// The nodes of one tree.
struct Tree {
    start: u32,
    size: u32,
    n_features: u32,
}

/// Makes the records of a tree: `workgroup_id().y`, by as many workgroups as there are along x.
pub fn pack_tree(
    n_features: u32,
    n_trees: u32,
    nodes: &[TreeNode],
    offsets: &[u32],
    roots: &mut [u32x4],
    records: &mut [u32x4],
) {
    let t = workgroup_id().y;
    let start = offsets[t];
    let end = if t + 1 < n_trees { offsets[t + 1] } else { nodes.len() };
    let fits = start < end && end <= nodes.len() && end - start <= MAX_NODES;
    let tree = Tree { start, size: end - start, n_features };
    let first = workgroup_id().x * PACKERS + local_index();
    if fits {
        for i in (first..4 * tree.size).step_by(PACKERS * num_workgroups().x) {
            let node = nodes[start + i / 4];
            if has_tests(node, tree) {
                records[4 * start + i] = grandchild(node, i % 4, tree, nodes);
            }
        }
    }
    let are_apart = offsets_ascend(n_trees, offsets);
    if workgroup_id().x == 0 && local_index() == 0 {
        roots[t] = if fits && are_apart { record(0, tree, nodes) } else { coded(UNPACKED, 0.0) };
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
fn has_tests(node: TreeNode, tree: Tree) -> bool {
    (node.feature as u32) < tree.n_features && node.left < tree.size && node.right < tree.size
}

/// The record of a grandchild of `node`.
fn grandchild(node: TreeNode, s: u32, tree: Tree, nodes: &[TreeNode]) -> u32x4 {
    let child = nodes[tree.start + if s < 2 { node.left } else { node.right }];
    if child.feature == -1 {
        return coded(LEAF_ABOVE, child.value);
    }
    if has_tests(child, tree) {
        return record(if s % 2 == 0 { child.left } else { child.right }, tree, nodes);
    }
    coded(UNPACKED, 0.0)
}

fn record(j: u32, tree: Tree, nodes: &[TreeNode]) -> u32x4 {
    let node = nodes[tree.start + j];
    if node.feature == -1 {
        return coded(LEAF, node.value);
    }
    if !has_tests(node, tree) {
        return coded(UNPACKED, 0.0);
    }
    let left = nodes[tree.start + node.left];
    let right = nodes[tree.start + node.right];
    // Of a child without tests, the grandchildren say what it is.
    let left_feature = left.feature as u32 % MAX_FEATURES;
    let right_feature = right.feature as u32 % MAX_FEATURES;
    let features = node.feature as u32 | (left_feature << 5) | (right_feature << 10);
    u32x4::new(node.value.to_bits(), left.value.to_bits(), right.value.to_bits(), features | (j << LINK))
}

fn coded(code: u32, value: f32) -> u32x4 {
    u32x4::new(value.to_bits(), 0, 0, code << LINK)
}

/// Whether the walk from `root` meets a leaf within `max_depth` tests, and the leaf's value. `column` is where the
/// sample's features begin in `rows`, `stride` how far apart they are.
pub fn recorded_leaf<const STRIDE: u32, const N: u32>(
    root: u32x4,
    start: u32,
    max_depth: u32,
    rows: &[f32; N],
    records: &[u32x4],
) -> (bool, f32) {
    let mut record = root;
    let mut n_tests = 0;
    for round in 0..div_ceil(max_depth, 2) {
        if record.w >= UNPACKED << LINK {
            break;
        }
        let x = rows[record.w % MAX_FEATURES * STRIDE + local_index()];
        let is_left = x <= f32::from_bits(record.x);
        let threshold = f32::from_bits(select(is_left, record.y, record.z));
        let feature = (record.w >> select(is_left, 5, 10)) % MAX_FEATURES;
        let y = rows[feature * STRIDE + local_index()];
        let s = select(is_left, 0, 2) + select(y <= threshold, 0, 1);
        let at = 4 * (start + (record.w >> LINK)) + s;
        record = records[min(at, records.len() - 1)];
        n_tests = 2 * round + 2;
    }
    let code = record.w >> LINK;
    // Two tests at a time may be one too many.
    let found = code == LEAF_ABOVE || (code == LEAF && n_tests <= max_depth);
    (found, f32::from_bits(record.x))
}
