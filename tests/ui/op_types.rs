#[op]
pub fn f(params: Params, x: &[f32], out: &mut [f32]) {
    require!(params.n);
    require!(x.len() > 0.5);
    require!(params.scale * 2.0 > 1.0);
    require!(params.n > 0 && params.op);
    require!(3 < 2);
    let n: u32 = if params.flag { params.n } else { params.scale };
    let whole = x;
    require!(whole);
    launch!(kernel, [params.scale], x, out);
    launch!(kernel, [0], x, out);
    require!(params.n > 8 / 0);
    require!(params.n < 0);
    launch!(kernel, [div_ceil(params.n, 0)], x, out);
}

pub struct Params {
    pub n: u32,
    pub scale: f32,
    pub flag: bool,
    pub op: Op,
}

pub enum Op {
    Add,
    Mul,
}

#[kernel(workgroup = 64)]
fn kernel(x: &[f32], out: &mut [f32]) {}
