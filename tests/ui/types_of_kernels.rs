//! Types of other languages, and of none, as parameters of kernels and of ops.

#[kernel(workgroup = 64)]
fn scale(by: float, y: &mut [f32]) {
    let i = global_id().x;
    if i < y.len() {
        y[i] *= by;
    }
}

#[kernel(workgroup = 64)]
fn clear(to: Nothing, y: &mut [f32]) {
    let i = global_id().x;
    if i < y.len() {
        y[i] = 0.0;
    }
}

/// Scales.
#[op]
pub fn scaled(y: &mut [f32]) {
    launch!(scale, [div_ceil(y.len(), 64)], 2.0, y);
    launch!(clear, [div_ceil(y.len(), 64)], 2.0, y);
}

/// Scales.
#[op]
pub fn scaled_by(by: float, y: &mut [f32]) {
    launch!(scale, [div_ceil(y.len(), 64)], by, y);
}
