pub struct Params {
    pub list: u32,
    pub a__b: u32,
    pub n_2d: u32,
    pub größe: u32,
}

pub enum Option {
    Stream,
    Other,
}

pub enum BufferId {
    A,
}

#[op]
pub fn include(params: Params, other: Option, id: BufferId, out: &mut [f32]) {
    launch!(kernel, [1], out);
}

#[kernel(workgroup = 64)]
fn kernel(out: &mut [f32]) {}

#[op]
pub fn assert(stdout: u32, out: &mut [f32]) {
    launch!(kernel, [1], out);
}
