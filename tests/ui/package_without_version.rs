//@ file: wgpuc.toml
package = "acme:My_kernels"
interface = "compute"
//@ file: scale.rs
#[kernel(workgroup = 64, over = out.len())]
pub fn clear(out: &mut [f32]) {}
