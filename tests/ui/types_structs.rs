//! Structs that cannot be laid out.

#[op]
pub fn f(n: u32, out: &mut [f32]) {
    launch!(kernel, [n], out);
}

struct Holder {
    list: &[f32],
}

struct Counter {
    n: Atomic<u32>,
}

#[kernel(workgroup = 64)]
fn kernel(out: &mut [f32]) {
    let h = Holder { list: out };
    let c = Counter { n: 1 };
    out[0] = 1.0;
}
