pub struct Params {
    pub n: u32,
    pub half: f16,
    pub list: [u32; 4],
}

struct Hidden {
    n: u32,
}

pub struct Node {
    pub flag: bool,
    pub value: f32,
}

pub struct Both {
    pub n: u32,
}

#[op]
pub fn f(params: Params, hidden: Hidden, nodes: &[Node], both: Both, boths: &[Both], out: &mut [f32]) {
    launch!(kernel, [1], out);
}

#[op]
pub fn g(array: [f32; 4], one: &f32, pair: (u32, u32), flags: &[bool], maybe: Option<u32>, what: Unknown) {
    launch!(odd, [1]);
}

#[kernel(workgroup = 64)]
fn kernel(out: &mut [f32]) {}

#[kernel(workgroup = 64)]
fn odd(mode: Mode, out: &mut [f32; 4], small: u8) {}

pub enum Mode {
    A,
}
