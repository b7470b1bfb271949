//@ file: a.rs
#[kernel(workgroup = 64, over = out.len())]
pub fn clear(out: &mut [f32]) {
    let i = global_id().x;
    if i < out.len() {
        out[i] = 0.0;
    }
}
//@ file: b.rs
#[kernel(workgroup = 64, over = out.len())]
pub fn clear(out: &mut [u32]) {
    let i = global_id().x;
    if i < out.len() {
        out[i] = 0;
    }
}
