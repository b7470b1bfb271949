//! `y = a * x + y`

use wgpuc::*;

const WORKGROUP: u32 = 256;

/// Adds `a * x[i]` to each element of `y`.
#[op]
pub fn saxpy(a: f32, x: &[f32], y: &mut [f32]) {
    require!(x.len() >= y.len());
    launch!(add_scaled, [div_ceil(y.len(), 4 * WORKGROUP)], a, y.len(), x.as_x4(), y.as_x4());
}

#[kernel(workgroup = WORKGROUP)]
fn add_scaled(a: f32, n: u32, x: &[f32x4], y: &mut [f32x4]) {
    let i = global_id().x;
    if i < y.len() {
        store_x4(y, i, n, y[i] + a * x[i]);
    }
}
