#[op(may_alias(x, n, z))]
pub fn f(n: u32, x: &[f32], y: &mut [f32]) {
    launch!(kernel, [1], x, y);
}

#[op(may_alias(x))]
pub fn g(x: &[f32], y: &mut [f32]) {
    launch!(kernel, [1], x, y);
}

#[kernel(workgroup = 64)]
fn kernel(x: &[f32], out: &mut [f32]) {}
