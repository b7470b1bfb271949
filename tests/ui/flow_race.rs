#[op]
pub fn f(n: u32, out: &mut [f32]) {
    launch!(kernel, [n], out);
}

#[kernel(workgroup = 64)]
fn kernel(out: &mut [f32]) {
    let tile = shared::<[f32; 64]>();
    let i = local_index();
    tile[i] = 1.0;
    let next = tile[(i + 1) % 64];
    tile[0] = next;
    out[i] = next;
}
