//! Statements that compute a value and drop it, and conditions that assign.

#[op]
pub fn f(n: u32, x: &[f32], counts: &mut [u32], out: &mut [f32]) {
    launch!(kernel, [n], n, x, counts, out);
}

#[kernel(workgroup = 64)]
fn kernel(n: u32, x: &[f32], counts: &[Atomic<u32>], out: &mut [f32]) {
    let i = global_id().x;
    out[i] == 1.0;
    out[i].sqrt();
    x[i].exp();
    min(n, i);
    -i;
    x[i];
    n > 1 && i > 2;
    counts[i].add(1);
    stored(i, out);
    if i = 2 {
        out[i] = x.len;
    }
}

fn stored(i: u32, out: &mut [f32]) -> u32 {
    out[i] = 1.0;
    i
}
