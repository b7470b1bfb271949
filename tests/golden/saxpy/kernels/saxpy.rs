//! y = a * x + y

/// Adds a multiple of `x` to `y`.
#[kernel(workgroup = 256, over = y.len())]
pub fn saxpy(a: f32, x: &[f32], y: &mut [f32]) {
    let i = global_id().x;
    if i < y.len() {
        y[i] += a * x[i];
    }
}
