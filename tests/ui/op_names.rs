#[op]
pub fn f(params: Params, x: &[f32], out: &mut [f32]) {
    require!(params.m > 0);
    require!(n > 0);
    require!(x.length() >= 1);
    require!(params.op == Op::Sub);
    let groups = dic_ceil(params.n, 64);
    launch!(kernl, [groups], x, out);
}

pub struct Params {
    pub n: u32,
    pub op: Op,
}

pub enum Op {
    Add,
    Mul,
}

#[kernel(workgroup = 64)]
fn kernel(x: &[f32], out: &mut [f32]) {}
