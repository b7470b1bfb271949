//! Helpers that call helpers, so that the kernel multiplies: said once.

#[op]
pub fn f(n: u32, out: &mut [f32]) {
    launch!(kernel, [n], out);
}

#[kernel(workgroup = 64)]
fn kernel(out: &mut [f32]) {
    out[0] = f20(out[0]);
}

fn f0(x: f32) -> f32 {
    x * x
}

fn f1(x: f32) -> f32 {
    f0(x) + f0(x)
}

fn f2(x: f32) -> f32 {
    f1(x) + f1(x)
}

fn f3(x: f32) -> f32 {
    f2(x) + f2(x)
}

fn f4(x: f32) -> f32 {
    f3(x) + f3(x)
}

fn f5(x: f32) -> f32 {
    f4(x) + f4(x)
}

fn f6(x: f32) -> f32 {
    f5(x) + f5(x)
}

fn f7(x: f32) -> f32 {
    f6(x) + f6(x)
}

fn f8(x: f32) -> f32 {
    f7(x) + f7(x)
}

fn f9(x: f32) -> f32 {
    f8(x) + f8(x)
}

fn f10(x: f32) -> f32 {
    f9(x) + f9(x)
}

fn f11(x: f32) -> f32 {
    f10(x) + f10(x)
}

fn f12(x: f32) -> f32 {
    f11(x) + f11(x)
}

fn f13(x: f32) -> f32 {
    f12(x) + f12(x)
}

fn f14(x: f32) -> f32 {
    f13(x) + f13(x)
}

fn f15(x: f32) -> f32 {
    f14(x) + f14(x)
}

fn f16(x: f32) -> f32 {
    f15(x) + f15(x)
}

fn f17(x: f32) -> f32 {
    f16(x) + f16(x)
}

fn f18(x: f32) -> f32 {
    f17(x) + f17(x)
}

fn f19(x: f32) -> f32 {
    f18(x) + f18(x)
}

fn f20(x: f32) -> f32 {
    f19(x) + f19(x)
}
