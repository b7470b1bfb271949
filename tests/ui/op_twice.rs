//@ file: a.rs
pub struct Params {
    pub n: u32,
    pub N: u32,
}

#[op]
pub fn scale(params: Params, out: &mut [f32], OUT: &mut [f32]) {
    launch!(kernel, [1], out);
}

#[op]
pub fn Scale(out: &mut [f32]) {
    launch!(kernel, [1], out);
}

#[kernel(workgroup = 64)]
fn kernel(out: &mut [f32]) {}
