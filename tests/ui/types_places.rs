//! What cannot be assigned, borrowed or read.

#[op]
pub fn f(n: u32, x: &[f32], out: &mut [f32]) {
    launch!(kernel, [n], n, x, out);
}

#[kernel(workgroup = 64)]
fn kernel(n: u32, x: &[f32], out: &mut [f32]) {
    let fixed = 1;
    fixed = 2;
    x[0] = 1.0;
    n + 1 = 3;
    let later: u32;
    if n > 3 {
        later = 1;
    }
    out[later] = 1.0;
    let mut tile = [0.0; 4];
    fill(tile);
    fill(&tile);
    let r = &tile;
    plain(&n);
}

fn fill(tile: &mut [f32; 4]) {
    tile[0] = 1.0;
}

fn plain(n: u32) {}
