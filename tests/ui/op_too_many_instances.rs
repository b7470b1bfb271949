pub enum Op {
    A,
    B,
    C,
    D,
    E,
    F,
    G,
    H,
}

#[op]
pub fn f(a: Op, b: Op, c: Op, out: &mut [f32]) {
    launch!(kernel::<{ a }, { b }, { c }>, [1], out);
}

#[kernel(workgroup = 64)]
fn kernel<const A: Op, const B: Op, const C: Op>(out: &mut [f32]) {}
