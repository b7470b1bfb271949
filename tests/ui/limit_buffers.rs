#[op]
pub fn f(a: &[f32], b: &[f32], c: &[f32], d: &[f32], e: &[f32], g: &[f32], h: &[f32], i: &[f32], out: &mut [f32]) {
    launch!(kernel, [1], a, b, c, d, e, g, h, i, out);
}

#[kernel(workgroup = 64)]
fn kernel(
    a: &[f32],
    b: &[f32],
    c: &[f32],
    d: &[f32],
    e: &[f32],
    g: &[f32],
    h: &[f32],
    i: &[f32],
    out: &mut [f32],
) {
    out[0] = a[0] + b[0] + c[0] + d[0] + e[0] + g[0] + h[0] + i[0];
}
