//! Matches and patterns.

enum Shade {
    Light,
    Dark,
    Grey,
}

#[op]
pub fn f(n: u32, out: &mut [f32]) {
    launch!(kernel::<{ Shade::Light }>, [n], n, out);
}

#[kernel(workgroup = 64)]
fn kernel<const SHADE: Shade>(n: u32, out: &mut [f32]) {
    let a = match n {
        0 => 1,
        1..=5 => 2,
    };
    let b = match n {
        5..=3 => 1,
        _ => 2,
    };
    let c = match SHADE {
        Shade::Light => 1,
        Shade::Dark => 2,
    };
    let (d, e, g) = (1, 2);
    let h = match n {
        true => 1,
        _ => 2,
    };
    break;
    let text = "text";
    out[0] = 1.0;
}
