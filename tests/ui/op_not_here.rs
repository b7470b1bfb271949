#[op]
pub fn f(n: u32, x: &[f32], out: &mut [f32]) {
    for i in 0..n {
        launch!(kernel, [1], x, out);
    }
    let mut m = 0;
    m += 1;
    out[0] = 1.0;
    let first = x[0];
    let half = n as f32;
    let bits = n << 2;
    fault!(n, 3);
    helper(n);
    kernel(x, out);
    let (a, b) = (1, 2);
    launch!(kernel, [1], x, out);
}

fn helper(n: u32) {}

#[kernel(workgroup = 64)]
fn kernel(x: &[f32], out: &mut [f32]) {}
