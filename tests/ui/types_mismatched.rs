//! Types that do not fit.

#[op]
pub fn f(n: u32, x: &[f32], out: &mut [f32]) {
    launch!(kernel, [n], n, x, out);
}

#[kernel(workgroup = 64)]
fn kernel(n: u32, x: &[f32], out: &mut [f32]) {
    let a: f32 = n;
    let b = n + 1.0;
    let c = if n { 1 } else { 2 };
    let d = !1.5;
    let e = true + false;
    let g = x as u32;
    let h = (1, 2) as f32;
    out[1.0] = 2.0;
    out[0] = n;
    let i = n[0];
    let j = 300u8;
    let k = 5000000000u32;
    let l = f32x4::splat(1.0) + f32x2::splat(1.0);
    let s = select(n > 3, 1.0, 2);
}
