//! Functions that nothing calls, and constants that nothing uses.

#[op]
pub fn f(n: u32, out: &mut [f32]) {
    launch!(kernel, [n], n, out);
}

#[kernel(workgroup = 64)]
fn kernel(n: u32, out: &mut [f32]) {
    out[n] = 1.0;
}

const SHORT: [f32; 4] = [1.0, 2.0];

fn unknown(x: nosuch) -> alsonot {
    whatever(x)
}

fn wrong(x: f32, rows: &[[f32; 4]; 8], out: &mut [u32]) -> u32 {
    out[0] = x;
    if rows[0][1] > x { 1 } else { helper(x) }
}

fn helper(x: f32) -> u32 {
    x
}

fn generic<T: Float, const N: u32>(x: &[T; N], y: &flaot) -> Vec4 {
    anything(x)
}

fn right(on: bool, tile: &mut [f32; 64], counts: &[Atomic<u32>], pair: (f32, u32)) -> f32 {
    let quads = tile.as_x4();
    workgroup_barrier();
    if supports!(subgroups) {
        return subgroup_add(pair.0);
    }
    if on { counts[pair.1].add(1); }
    quads[0].x
}
