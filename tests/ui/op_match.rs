pub enum Op {
    Add,
    Mul,
    Sub,
}

#[op]
pub fn f(op: Op, n: u32, flag: bool, out: &mut [f32]) {
    let a = match op {
        Op::Add => 1,
    };
    let b = match n {
        0 => 1,
        1..=5 => 2,
    };
    match flag {
        true => launch!(kernel, [a], out),
    }
    launch!(kernel, [b], out);
}

#[kernel(workgroup = 64)]
fn kernel(out: &mut [f32]) {}
