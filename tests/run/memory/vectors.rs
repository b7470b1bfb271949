//! Vectors, arrays, structs, and vector views with a tail.

/// A point.
pub struct Point {
    /// Its place.
    pub x: f32,
    /// Its place.
    pub y: f32,
    /// What it is.
    pub tag: u32,
}

/// Doubles the first `n` numbers, four at a time, and leaves the others.
#[op]
pub fn doubled(n: u32, x: &[f32], out: &mut [f32]) {
    require!(x.len() >= n);
    require!(out.len() >= n);
    launch!(quads, [div_ceil(n, 256)], n, x.as_x4(), out.as_x4());
}

#[kernel(workgroup = 64)]
fn quads(n: u32, x: &[f32x4], out: &mut [f32x4]) {
    let i = global_id().x;
    if i < div_ceil(n, 4) {
        store_x4(out, i, n, x[i] + x[i]);
    }
}

/// Mirrors points and counts their tags up.
#[kernel(workgroup = 32, over = points.len())]
pub fn mirrored(points: &mut [Point]) {
    let i = global_id().x;
    if i < points.len() {
        let point = points[i];
        points[i].x = point.y;
        points[i].y = -point.x;
        points[i].tag = point.tag + 1;
    }
}

/// A polynomial with its coefficients in a local array.
#[kernel(workgroup = 64, over = out.len())]
pub fn polynomial(x: &[f32], out: &mut [f32]) {
    let i = global_id().x;
    if i < out.len() {
        let mut powers = [1.0; 4];
        for p in 1..4 {
            powers[p] = powers[p - 1] * x[i];
        }
        let mut sum = 0.0;
        for p in 0..4 {
            sum += powers[p] * (p + 1) as f32;
        }
        out[i] = sum;
    }
}
