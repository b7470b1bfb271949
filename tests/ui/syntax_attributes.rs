#[kernal(workgroup = 64)]
fn a(out: &mut [f32]) {}

#[kernel]
fn b(out: &mut [f32]) {}

#[kernel(workgruop = 64)]
fn c(out: &mut [f32]) {}

#[kernel(workgroup = [1, 2, 3, 4])]
fn d(out: &mut [f32]) {}

#[kernel(workgroup = 64, needs = subgruops)]
fn e(out: &mut [f32]) {}

#[op(alias(x, y))]
pub fn f(x: &[f32], y: &mut [f32]) {}

#[op]
fn g(x: &[f32]) {}

#[op]
#[kernel(workgroup = 64)]
pub fn h(x: &[f32]) {}

#[repr(packed)]
struct S {
    x: f32,
}

#[cfg(feature = "fast")]
fn i() {
    #[unroll]
    while true {}
    #[bound(3)]
    for i in 0..3 {}
    #[unroll]
    let x = 3;
}

#[kernel(workgroup = 64, workgroup = 32)]
fn sized_twice(y: &mut [f32]) {}

#[op]
#[op]
pub fn marked_twice(y: &mut [f32]) {
    launch!(fine, [1], y);
}

#[kernel(workgroup = [16, 16], over = [])]
pub fn over_nothing(out: &mut [u32]) {}
