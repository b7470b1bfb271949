#[op]
pub fn f(n: u32, out: &mut [f32]) {
    launch!(kernel, [n], out);
}

#[kernel(workgroup = 64)]
fn kernel(out: &mut [f32]) {
    let tile = shared::<[f32; 8192]>();
    tile[local_index()] = 1.0;
    workgroup_barrier();
    out[local_index()] = tile[0];
}
