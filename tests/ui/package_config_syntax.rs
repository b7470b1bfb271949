//@ file: wgpuc.toml
package: "a:b@1.0.0"
//@ file: scale.rs
#[kernel(workgroup = 64, over = out.len())]
pub fn clear(out: &mut [f32]) {}
