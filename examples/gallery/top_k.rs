//! The largest numbers of an array.

use wgpuc::*;

const WORKGROUP: u32 = 256;
/// The most that can be asked for: as many of a tile are the best so far.
const MAX_K: u32 = 256;
/// Numbers that are sorted together.
const TILE: u32 = 1024;
const STAGES: u32 = TILE.trailing_zeros() as u32;
/// Numbers of a tile that are new.
const FRESH: u32 = TILE - MAX_K;
/// The most workgroups: each leaves its best ones to one more.
const MAX_GROUPS: u32 = 64;

/// The `k` largest of `values`, largest first, and where they are; of equal ones the first. NaN are beyond the
/// infinities.
#[op]
pub fn top_k(k: u32, values: &[f32], best: &mut [f32], places: &mut [u32]) {
    require!(k <= MAX_K);
    require!(k <= values.len());
    require!(best.len() >= k);
    require!(places.len() >= k);
    let groups = min(div_ceil(values.len(), FRESH), MAX_GROUPS);
    let keys = scratch::<u32>(groups * MAX_K);
    let indices = scratch::<u32>(groups * MAX_K);
    launch!(sift, [groups], groups, values, keys, indices);
    launch!(finish, [1], k, groups * MAX_K, keys, indices, best, places);
}

/// The best of the tiles that a workgroup sees.
#[kernel(workgroup = WORKGROUP)]
fn sift(groups: u32, values: &[f32], best_keys: &mut [u32], best_indices: &mut [u32]) {
    let keys = shared_zeroed::<[u32; TILE]>();
    let indices = shared::<[u32; TILE]>();
    let own = local_index();
    indices[own] = u32::MAX;
    for first in (workgroup_id().x * FRESH..values.len()).step_by(groups * FRESH) {
        for j in (own..FRESH).step_by(WORKGROUP) {
            let i = first + j;
            keys[MAX_K + j] = if i < values.len() { ordered(values[i]) } else { 0 };
            indices[MAX_K + j] = if i < values.len() { i } else { u32::MAX };
        }
        sort(keys, indices);
    }
    best_keys[workgroup_id().x * MAX_K + own] = keys[own];
    best_indices[workgroup_id().x * MAX_K + own] = indices[own];
}

/// The best of those that are left.
#[kernel(workgroup = WORKGROUP)]
fn finish(k: u32, n: u32, all_keys: &[u32], all_indices: &[u32], best: &mut [f32], places: &mut [u32]) {
    let keys = shared_zeroed::<[u32; TILE]>();
    let indices = shared::<[u32; TILE]>();
    let own = local_index();
    indices[own] = u32::MAX;
    for first in (0..n).step_by(FRESH) {
        for j in (own..FRESH).step_by(WORKGROUP) {
            let i = first + j;
            keys[MAX_K + j] = if i < n { all_keys[i] } else { 0 };
            indices[MAX_K + j] = if i < n { all_indices[i] } else { u32::MAX };
        }
        sort(keys, indices);
    }
    if own < k {
        let key = keys[own];
        best[own] = f32::from_bits(if key >= 0x8000_0000 { key ^ 0x8000_0000 } else { !key });
        places[own] = indices[own];
    }
}

/// Numbers in the order of the floats.
#[device]
fn ordered(value: f32) -> u32 {
    let bits = value.to_bits();
    if bits >= 0x8000_0000 { !bits } else { bits ^ 0x8000_0000 }
}

/// Sorts a tile in a bitonic network: largest key first, of equal ones the least index. Barriers stand around each
/// step.
fn sort(keys: &mut [u32; TILE], indices: &mut [u32; TILE]) {
    workgroup_barrier();
    for size in 1..STAGES + 1 {
        for step in (0..size).rev() {
            for pair in (local_index()..TILE / 2).step_by(WORKGROUP) {
                let a = 2 * pair - (pair & ((1 << step) - 1));
                // `% TILE` is for the compiler: no index is larger.
                let b = (a + (1 << step)) % TILE;
                let (key_a, key_b) = (keys[a], keys[b]);
                let (index_a, index_b) = (indices[a], indices[b]);
                let is_behind = key_a < key_b || key_a == key_b && index_a > index_b;
                if is_behind == ((a >> size) % 2 == 0) {
                    keys[a] = key_b;
                    keys[b] = key_a;
                    indices[a] = index_b;
                    indices[b] = index_a;
                }
            }
            workgroup_barrier();
        }
    }
}
