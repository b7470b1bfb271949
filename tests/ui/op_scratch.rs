#[op]
pub fn f(n: u32, out: &mut [f32]) {
    let a = scratch(n);
    let b = scratch::<f32>();
    let c = scratch::<f32>(0);
    let d = scratch::<bool>(n);
    let e = scratch::<f32>(n);
    require!(e.len() > 3);
    require!(scratch::<f32>(4) > 3);
    launch!(kernel, [1], e, out);
}

#[kernel(workgroup = 64)]
fn kernel(x: &[f32], out: &mut [f32]) {}
