const ROW: u32 = 130;

#[op]
pub fn f(n: u32, input: &[f32], halves: &[f16], out: &mut [f32]) {
    require!(halves.len() > 0);
    launch!(kernel, [n], n, input, halves, out);
}

#[kernel(workgroup = 64)]
fn kernel(n: u32, input: &[f32], halves: &[f16], out: &mut [f32]) {
    let tile = shared::<[f32; 64]>();
    let rows = shared::<[[f32; ROW]; 2]>();
    let half_tile = shared::<[f16; 64]>();
    let quads = shared::<[f32x4; 64]>();
    let mut local = [0.0; 4];
    let i = local_index();
    copy_async(&mut local[0], &input[i]);
    copy_async(&mut tile[i], &local[0]);
    copy_async(&mut tile[i], &out[i]);
    copy_async(&tile[i], &input[i]);
    copy_async(tile[i], &input[i]);
    copy_async(&mut tile[i], input[i]);
    copy_async(&mut quads[i], &input[i]);
    copy_async(&mut half_tile[i], &halves[i]);
    copy_async(&mut tile[i], &input[i], i < n);
    copy_async_or_zero(&mut tile[i], &input[i], 1);
    copy_async(&mut rows.as_x4()[0][i], &input[i]);
    copy_async(&mut quads.as_x4()[i], &input[i]);
    let other = out.as_x4();
    copy_commit(1);
    copy_wait();
    copy_wait(0);
    copy_wait::<n>();
    copy_wait::<8>();
    copy_wait::<f32>();
}
