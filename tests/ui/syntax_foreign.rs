//! Syntax of C, CUDA and WGSL, and forms of macros and attributes that are nearly right.
//@ file: a.rs
let width = 256;

@compute fn main() {}

__global__ void scale(float *x) {}

const W = 256;

fn f1(x: u32) -> u32 { let s = x > 0 ? 1 : 2; s }

fn f2(x: u32) -> u32 { let mut s = x; s++; s }

fn f3(n: u32) { for (int i = 0; i < n; i++) {} }

fn f4() { float x = 1.0; }

fn f5() { add<<<4, 64>>>(x); }

fn f6(float x) {}

fn f7(i: u32) { let x = (float) i; }

fn f8(i: u32) { if (i < 3) return; }

fn f9(i: u32) { if i < 3 and i > 1 {} }

fn f10() { __shared__ float t[256]; }

fn f11() { let v = vec4<f32>(1.0, 2.0, 3.0, 4.0); }

#define N 4
//@ file: b.rs
#[kernel(workgroup(256))]
fn k1(x: &mut [f32]) {}

#[kernel(256)]
fn k2(x: &mut [f32]) {}

#[kernel(workgroup = (16, 16))]
fn k3(x: &mut [f32]) {}

#[kernel(workgroup: 256)]
fn k4(x: &mut [f32]) {}

#[op]
pub fn o(params: P, x: &mut [f32]) {
    launch!(k1, 1, x);
    launch!(k1::<params.what>, [1], x);
    let y = &x[1..2];
    let z = vec![1];
    let w = f32::consts::PI + std::f32::consts::TAU;
}
