//! What a fact about a choice says: which way it went.

use wgpuc::*;

/// Chunks that are whole, by a difference that does not go below zero.
#[op]
pub fn whole_chunks(x: &[f32], y: &mut [f32]) {
    require!(y.len() >= 1);
    launch!(chunks, [div_ceil(x.len(), 256)], x, y);
}

#[kernel(workgroup = 64)]
fn chunks(x: &[f32], y: &mut [f32]) {
    let first = workgroup_id().x * 256;
    let end = first + 256;
    let mut sum = 0.0;
    for i in (first + local_index()..min(end, x.len().saturating_sub(192))).step_by(256) {
        sum += x[i] + x[i + 64] + x[i + 128] + x[i + 192];
    }
    for i in (local_index()..max(x.len(), 3) - 3).step_by(64) {
        sum += x[i] + x[i + 3];
    }
    let n = if x.len() > 8 { x.len() - 8 } else { 0 };
    for i in (local_index()..n).step_by(64) {
        sum += x[i + 8];
    }
    y[0] = sum;
}
