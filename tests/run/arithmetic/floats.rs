//! Floats, rounded once an operation.

/// Sums, products and comparisons: the same bits wherever they are computed.
#[kernel(workgroup = 64, over = out.len())]
pub fn exact(a: &[f32], b: &[f32], out: &mut [f32]) {
    let i = global_id().x;
    if i < out.len() {
        let x = a[i];
        let y = b[i];
        out[i] = if x < y { x * y - x } else { x.floor() + y.abs() * x };
    }
}

/// Division, roots and fused products, which WebGPU may round otherwise.
#[kernel(workgroup = 64, over = out.len())]
pub fn inexact(a: &[f32], b: &[f32], out: &mut [f32]) {
    let i = global_id().x;
    if i < out.len() {
        let x = a[i];
        let y = b[i].abs() + 1.0;
        out[i] = (x / y).mul_add(x, y.sqrt());
    }
}

/// Conversions saturate; NaN gives 0.
#[kernel(workgroup = 64, over = out.len())]
pub fn converted(a: &[f32], out: &mut [i32]) {
    let i = global_id().x;
    if i < out.len() {
        out[i] = (a[i] as i32) ^ (((a[i] as u32) as f32) as i32);
    }
}
