#[op]
pub fn f(params: Params, x: &[f32], out: &mut [f32]) {
    launch!(kernel, [1], params.n, x, out);
    launch!(kernel, [1], x, x, out);
    launch!(kernel, [1], other, x, out);
    launch!(kernel, [1], Shape { rows: params.n, columns: 2.0, op: Op::Add }, x, out);
    launch!(kernel, [1], Shape { rows: params.n, colums: 2, op: Op::Add }, x, out);
    launch!(kernel, [1], Shape { rows: params.n, op: Op::Add }, x, out);
    launch!(kernel, [1], Shape { rows: 1, rows: 2, columns: 5000000000, op: Op::Add }, x, out);
    launch!(kernel, [1], Shap { rows: 1 }, x, out);
    launch!(kernel, [1], kernel { rows: 1 }, x, out);
    launch!(kernel, [1], params, x, out);
    let shape = Shape { rows: params.n, columns: 4, op: params.n };
    launch!(kernel, [shape.rows], shape, x, out);
    launch!(by_enum, [shape.depth], Other::Add, out);
    launch!(by_enum, [1], 1, out);
    launch!(by_enum, [1], out, out);
    require!(shape);
    launch!(deep, [1], params, out);
}

pub struct Params {
    pub n: u32,
}

struct Shape {
    rows: u32,
    columns: u32,
    op: Op,
}

struct Deep {
    shape: Shape,
    list: [u32; 4],
}

pub enum Op {
    Add,
    Mul,
}

pub enum Other {
    Add,
}

#[kernel(workgroup = 64)]
fn kernel(shape: Shape, x: &[f32], out: &mut [f32]) {}

#[kernel(workgroup = 64)]
fn by_enum(op: Op, out: &mut [f32]) {}

#[kernel(workgroup = 64)]
fn deep(deep: Deep, out: &mut [f32]) {}
