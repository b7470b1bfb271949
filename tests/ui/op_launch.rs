#[op]
pub fn f(n: u32, scale: f32, x: &[f32], y: &[u32], out: &mut [f32]) {
    launch!(kernel, [1], n, x);
    launch!(kernel, [1], scale, x, out);
    launch!(kernel, [1], n, y, out);
    launch!(kernel, [1], n, x, x);
    launch!(kernel, [1], x, n, out);
    launch!(kernel, [1], n, x.as_x4(), out);
    launch!(kernel, [1], 5000000000, x, out);
    launch!(helper, [1], n);
}

fn helper(n: u32) {}

#[kernel(workgroup = 64)]
fn kernel(n: u32, x: &[f32], out: &mut [f32]) {}
