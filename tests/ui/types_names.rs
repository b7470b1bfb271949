//! Names, types, methods and fields that are not there.

#[op]
pub fn f(n: u32, out: &mut [f32]) {
    launch!(kernel, [n], n, out);
}

struct Point {
    x: f32,
}

#[kernel(workgroup = 64)]
fn kernel(n: u32, out: &mut [f32]) {
    let a = m + 1;
    let b = gleu(1.0);
    let c: Pont = Point { x: 1.0 };
    let d = 1.0.sqr();
    let p = Point { x: 1.0 };
    let e = p.y;
    let g = Point { x: 1.0, y: 2.0 };
    let h = f32::MAXIMUM;
    out[0] = half(1.0, 2.0);
    let q: float = 1.0;
}

fn half(x: f32) -> f32 {
    x / 2.0
}
