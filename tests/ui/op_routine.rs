pub struct P {
    m: u32,
    alpha: f32,
    trans: bool,
}

#[op(routine = gem_f32(m = p.m))]
pub fn unknown(p: P, x: &[f32], y: &mut [f32]) {
    launch!(kernel, [1], x, y);
}

#[op(routine = fft())]
pub fn unlike(p: P, x: &[f32], y: &mut [f32]) {
    launch!(kernel, [1], x, y);
}

#[op(routine = gemm_f32(m = p.m, n = 1, k = 1, trans_a = p.trans, alpha = 1.0, beta = 0.0, a = x, b = x))]
pub fn missing(p: P, x: &[f32], y: &mut [f32]) {
    launch!(kernel, [1], x, y);
}

#[op(routine = gemm_f32(m = p.m, m = p.m, n = 1, k = 1, tans_a = p.trans, ldc = 1))]
pub fn names(p: P, x: &[f32], y: &mut [f32]) {
    launch!(kernel, [1], x, y);
}

#[op(routine = gemm_f32(
    m = p.alpha, n = p.width, k = 1.0, trans_a = p.m, trans_b = false, alpha = p.m, beta = 0.0, a = i, b = z, c = x
))]
pub fn types(p: P, i: &[i32], z: Option<&[f32]>, x: &[f32], y: &mut [f32]) {
    launch!(kernel, [1], x, y);
}

#[op(routine = gemm_f32(
    m = 1, n = 1, k = 1, trans_a = false, trans_b = false, alpha = 1.0, beta = 0.0, a = x, b = y, c = y
))]
pub fn in_place(x: &[f32], y: &mut [f32]) {
    launch!(kernel, [1], x, y);
}

#[kernel(workgroup = 64)]
fn kernel(x: &[f32], out: &mut [f32]) {}
