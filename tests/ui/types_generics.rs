//! Generic arguments of functions.

#[op]
pub fn f(n: u32, out: &mut [f32]) {
    launch!(kernel, [n], n, out);
}

#[kernel(workgroup = 64)]
fn kernel(n: u32, out: &mut [f32]) {
    let a = twice::<3, 4>(1.0);
    let b = twice::<f32>(1.0);
    let c = twice::<n>(1.0);
    let d = sum(1u32, 2.0);
    let e = 1.0.cast();
    let tile = shared();
    if n > 3 {
        let late = shared::<[f32; 4]>();
    }
    out[0] = 1.0;
}

fn twice<const N: u32>(x: f32) -> f32 {
    x * 2.0
}

fn sum<F: Float>(a: F, b: F) -> F {
    a + b
}
