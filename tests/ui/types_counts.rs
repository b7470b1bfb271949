//! Numbers of arguments, and literals of the wrong kind.

#[op]
pub fn f(n: u32, x: &[f32], out: &mut [f32]) {
    launch!(kernel, [n], n, x, out);
}

#[kernel(workgroup = 64)]
fn kernel(n: u32, x: &[f32], out: &mut [f32]) {
    let i = global_id();
    out[0] = x[0].clamp(0.0);
    out[1] = x[0].min();
    out[2] = both(1.0);
    let a = n / 2.0;
    let b = 2.0 / n;
    let c: u32 = 1.5;
    out[3] = x[0.0];
    out[i] = x[i.x];
    if i < n {
        out[0] = both::<2>(x[0] ^ 2.0, -n as f32);
    }
    require!(n > 0);
    launch!(kernel, [1], n, x, out);
}

fn both(a: f32, b: f32) -> f32 {
    a + b
}
