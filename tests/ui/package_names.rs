//@ folder: list
//@ file: wgpuc.toml
package = "acme:enum@1.0.0"
//@ file: scale.rs
#[kernel(workgroup = 64, over = out.len())]
pub fn clear(out: &mut [f32]) {}
