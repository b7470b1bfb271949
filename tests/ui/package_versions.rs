//@ file: wgpuc.toml
package = "acme:kernels@1.2"
//@ file: scale.rs
#[kernel(workgroup = 64, over = out.len())]
pub fn clear(out: &mut [f32]) {}
