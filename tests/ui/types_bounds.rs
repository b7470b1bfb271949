//! Bounds of generic parameters that are none.

#[op]
pub fn f(n: u32, out: &mut [f32]) {
    launch!(kernel::<f32>, [n], n, out);
}

#[kernel(workgroup = 64)]
fn kernel<T: Flaot + Copy>(n: u32, out: &mut [T]) {
    out[n] = out[0];
}

fn unused<T: Nonsense>(x: T) -> T {
    x
}

enum What {
    Sum,
}

fn chosen<WHAT: What>(x: f32) -> f32 {
    x
}
