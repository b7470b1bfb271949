//! Parameters that only the kernel's own side refuses.

#[op]
pub fn f(n: u32, x: &[f32x3], out: &mut [f32]) {
    launch!(kernel, [n], x, out);
}

#[kernel(workgroup = 64)]
fn kernel(x: &[f32x3], out: &mut [f32]) {
    out[0] = x[0].x;
}
