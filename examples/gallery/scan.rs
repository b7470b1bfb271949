//! Exclusive prefix sums.

use wgpuc::*;

const WORKGROUP: u32 = 256;
/// Elements of a tile: four to an invocation.
const TILE: u32 = 4 * WORKGROUP;
/// The most workgroups: their sums are one tile.
const MAX_GROUPS: u32 = TILE;

/// `output[i]` is the sum of `input[0]` to `input[i - 1]`; sums wrap. Both may be the same buffer.
///
/// Each workgroup takes a run of tiles: its sum first, then, once the sums before it are known, its elements.
#[op(may_alias(input, output))]
pub fn exclusive_scan(input: &[u32], output: &mut [u32]) {
    require!(output.len() >= input.len());
    let n = input.len();
    let tiles = div_ceil(div_ceil(n, TILE), MAX_GROUPS);
    let span = max(tiles, 1) * TILE;
    let groups = div_ceil(n, span);
    let sums = scratch::<u32>(groups);
    let zero = scratch_zeroed::<u32>(1);
    let offsets = scratch::<u32>(groups);
    launch!(add_run, [groups], n, span, input.as_x4(), sums);
    launch!(scan_run, [1], groups, TILE, zero, sums.as_x4(), offsets.as_x4());
    launch!(scan_run, [groups], n, span, offsets, input.as_x4(), output.as_x4());
}

/// The sum of each run of `span` elements.
#[kernel(workgroup = WORKGROUP)]
fn add_run(n: u32, span: u32, input: &[u32x4], sums: &mut [u32]) {
    let all = shared_zeroed::<[Atomic<u32>; 1]>();
    let first = workgroup_id().x * (span / 4) + local_index();
    let mut sum = u32x4::splat(0);
    for i in (first..min(first + span / 4, input.len())).step_by(WORKGROUP) {
        sum += select(lanes_below(i, n), input[i], u32x4::splat(0));
    }
    all[0].add(sum.x + sum.y + sum.z + sum.w);
    workgroup_barrier();
    if local_index() == 0 {
        sums[workgroup_id().x] = all[0].load();
    }
}

/// Scans a run, beginning with the workgroup's offset.
#[kernel(workgroup = WORKGROUP)]
fn scan_run(n: u32, span: u32, offsets: &[u32], input: &[u32x4], output: &mut [u32x4]) {
    let first = workgroup_id().x * (span / 4);
    let mut before = offsets[workgroup_id().x];
    for tile in (first..first + span / 4).step_by(WORKGROUP) {
        let i = tile + local_index();
        let mut x = u32x4::splat(0);
        if i < input.len() {
            x = select(lanes_below(i, n), input[i], x);
        }
        let (prefix, total) = block_scan::<WORKGROUP>(x.x + x.y + x.z + x.w);
        let start = before + prefix;
        if i < input.len() {
            store_x4(output, i, n, u32x4::new(start, start + x.x, start + x.x + x.y, start + x.x + x.y + x.z));
        }
        before += total;
    }
}

/// The sum of `x` over the invocations before this one, and over all of a workgroup of `N`, a power of two.
#[device]
pub fn block_scan<const N: u32>(x: u32) -> (u32, u32) {
    let sums = shared::<[[u32; N]; 2]>();
    let i = local_index();
    let mut sum = x;
    #[unroll]
    for step in 0..N.trailing_zeros() {
        sums[step % 2][i] = sum;
        workgroup_barrier();
        if i >= 1 << step {
            sum += sums[step % 2][i - (1 << step)];
        }
    }
    sums[0][i] = sum;
    (sum - x, uniform_load(&sums[0][N - 1]))
}
