//! `output = scale * x + y`, element by element.

use wgpuc::*;

/// Invocations per workgroup. Every device takes 256.
const WORKGROUP: u32 = 256;

/// Writes `scale * x[i] + y[i]` to each `output[i]`.
///
/// All three have the same length. `output` may be neither `x` nor `y`.
#[op]
pub fn scale_and_add(scale: f32, x: &[f32], y: &[f32], output: &mut [f32]) {
    // This runs on the host, once per call of a guest. What fails here is an error of that call, with both lengths in
    // its message; what holds here need not be checked on the device again.
    require!(x.len() == output.len());
    require!(y.len() == output.len());
    // As many workgroups as give each element an invocation; the last one may have some to spare.
    launch!(add_scaled, [div_ceil(output.len(), WORKGROUP)], scale, x, y, output);
}

/// This runs on the device, once per invocation.
#[kernel(workgroup = WORKGROUP)]
fn add_scaled(scale: f32, x: &[f32], y: &[f32], output: &mut [f32]) {
    let i = global_id().x;
    // The invocations to spare have no element.
    if i < output.len() {
        output[i] = scale * x[i] + y[i];
    }
}
