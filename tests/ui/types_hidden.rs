//! Items of another file that are not `pub`.
//@ file: a.rs
#[op]
pub fn f(n: u32, out: &mut [f32]) {
    require!(out.len() >= LEAST);
    launch!(kernel, [n], n, out);
}

#[kernel(workgroup = 64)]
fn kernel(n: u32, out: &mut [f32]) {
    out[0] = twice(1.0);
    out[1] = (1.0).thrice();
    out[2] = LIMIT;
    let pair: Pair = n;
    out[3] = util::shown(1.0);
    out[4] = util::LEVEL;
}
//@ file: util.rs
const LEAST: u32 = 4;
const LIMIT: f32 = 1.0;
pub const LEVEL: f32 = 1.0;

struct Pair {
    a: f32,
}

fn twice(x: f32) -> f32 {
    2.0 * x
}

fn thrice(self: f32) -> f32 {
    3.0 * self
}

pub fn shown(x: f32) -> f32 {
    x
}
