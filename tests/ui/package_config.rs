//@ file: wgpuc.toml
pakage = "a:b@1.0.0"
world = 3
targets = ["wgsl", "spirv"]

[instances.fill]
T = ["f32", "not a type"]

[instances.filll]
T = ["f32"]

[instances.listed]
T = "f32"
//@ file: scale.rs
#[kernel(workgroup = 64, over = out.len())]
pub fn clear(out: &mut [f32]) {}

#[kernel(workgroup = 64, over = out.len())]
pub fn fill<T>(out: &mut [T]) {}

#[kernel(workgroup = 64, over = out.len())]
#[instances(T = [f32, u32])]
pub fn listed<T>(out: &mut [T]) {}
