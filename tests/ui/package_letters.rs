//@ file: wgpuc.toml
package = "acme:my_kernels@1.0.0"
//@ file: scale.rs
#[kernel(workgroup = 64, over = out.len())]
pub fn clear(out: &mut [f32]) {}
