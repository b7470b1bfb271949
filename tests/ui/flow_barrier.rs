#[op]
pub fn f(n: u32, out: &mut [f32]) {
    launch!(kernel, [n], n, out);
}

#[kernel(workgroup = 64)]
fn kernel(n: u32, out: &mut [f32]) {
    let tile = shared::<[f32; 64]>();
    let i = local_index();
    tile[i] = 1.0;
    if i < n {
        workgroup_barrier();
    }
    out[workgroup_id().x] = tile[0];
}
