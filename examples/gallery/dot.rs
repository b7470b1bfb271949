//! The dot product of two arrays.

use wgpuc::*;

const WORKGROUP: u32 = 256;
/// The most workgroups: one more adds up their results.
const MAX_GROUPS: u32 = 1024;
/// Products that an invocation adds up before it adds them to its sum, for the rounding error of pairwise summation.
const BLOCK: u32 = 32;

/// `product[0]` is the sum of `x[i] * y[i]`; 0 where there are no elements.
#[op]
pub fn dot(x: &[f32], y: &[f32], product: &mut [f32]) {
    require!(x.len() == y.len());
    require!(product.len() >= 1);
    let groups = max(1, min(div_ceil(x.len(), 4 * WORKGROUP), MAX_GROUPS));
    let partials = scratch::<f32>(groups);
    launch!(multiply, [groups], x.len(), groups, x.as_x4(), y.as_x4(), partials);
    launch!(add_up, [1], groups, partials, product);
}

#[kernel(workgroup = WORKGROUP)]
fn multiply(n: u32, groups: u32, x: &[f32x4], y: &[f32x4], partials: &mut [f32]) {
    let zero = f32x4::splat(0.0);
    let stride = groups * WORKGROUP;
    let mut sum = zero;
    for block in (global_id().x..x.len()).step_by(BLOCK * stride) {
        let mut part = zero;
        for i in (block..min(block + BLOCK * stride, x.len())).step_by(stride) {
            part += select(lanes_below(i, n), x[i] * y[i], zero);
        }
        sum += part;
    }
    let total = block_sum::<WORKGROUP>(sum.sum_lanes());
    if local_index() == 0 {
        partials[workgroup_id().x] = total;
    }
}

#[kernel(workgroup = WORKGROUP)]
fn add_up(n: u32, partials: &[f32], product: &mut [f32]) {
    let mut sum = 0.0;
    for i in (local_index()..n).step_by(WORKGROUP) {
        sum += partials[i];
    }
    let total = block_sum::<WORKGROUP>(sum);
    if local_index() == 0 {
        product[0] = total;
    }
}
