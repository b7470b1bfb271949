//@ file: wgpuc.toml
pakage = "a:b@1.0.0"
world = 3
//@ file: scale.rs
#[kernel(workgroup = 64, over = out.len())]
pub fn clear(out: &mut [f32]) {}
