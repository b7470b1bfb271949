//! Histograms of equal bins.

use wgpuc::*;

const WORKGROUP: u32 = 256;
/// Bins that fit workgroup memory.
const MAX_BINS: u32 = 2048;
/// The most workgroups: each adds its own counts to those of all.
const MAX_GROUPS: u32 = 1024;

/// Adds to `counts[b]` how many of `values` lie in bin `b`: from `low + b / bins_per_unit` on, to where the next one
/// begins. Values outside all bins, and NaN, are not counted.
#[op]
pub fn histogram(low: f32, bins_per_unit: f32, values: &[f32], counts: &mut [u32]) {
    require!(bins_per_unit > 0.0);
    require!(counts.len() <= MAX_BINS);
    let groups = min(div_ceil(values.len(), 4 * WORKGROUP), MAX_GROUPS);
    launch!(count, [groups], low, bins_per_unit, values.len(), groups, values.as_x4(), counts);
}

#[kernel(workgroup = WORKGROUP)]
fn count(low: f32, bins_per_unit: f32, n: u32, groups: u32, values: &[f32x4], counts: &[Atomic<u32>]) {
    let near = shared_zeroed::<[Atomic<u32>; MAX_BINS]>();
    for i in (global_id().x..values.len()).step_by(groups * WORKGROUP) {
        let places = (values[i] - low) * bins_per_unit;
        let bins = select(lanes_below(i, n) & (places >= 0.0), places.cast::<u32>(), u32x4::splat(u32::MAX));
        #[unroll]
        for lane in 0..4 {
            if bins[lane] < counts.len() {
                near[bins[lane]].add(1);
            }
        }
    }
    workgroup_barrier();
    for bin in (local_index()..counts.len()).step_by(WORKGROUP) {
        let found = near[bin].load();
        if found > 0 {
            counts[bin].add(found);
        }
    }
}
