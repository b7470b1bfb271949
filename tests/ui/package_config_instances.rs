//@ file: wgpuc.toml
[instances.filll]
T = ["f32"]

[instances.fill]
N = [3]

[instances.listed]
T = ["f32"]
//@ file: scale.rs
#[kernel(workgroup = 64, over = out.len())]
pub fn fill<T>(out: &mut [T]) {}

#[kernel(workgroup = 64, over = out.len())]
#[instances(T = [f32, u32])]
pub fn listed<T>(out: &mut [T]) {}
