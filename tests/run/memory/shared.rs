//! Workgroup memory and barriers.

/// Reverses each block of 64 through workgroup memory.
#[kernel(workgroup = 64, over = out.len())]
pub fn reversed(x: &[u32], out: &mut [u32]) {
    let tile = shared::<[u32; 64]>();
    let i = global_id().x;
    tile[local_index()] = if i < x.len() { x[i] } else { 0 };
    workgroup_barrier();
    if i < out.len() {
        out[i] = tile[63 - local_index()];
    }
}

/// The sum of each block of 128, in a tree.
#[op]
pub fn block_sums(n: u32, x: &[f32], sums: &mut [f32]) {
    require!(n > 0);
    require!(x.len() >= n);
    require!(sums.len() >= div_ceil(n, 128));
    launch!(tree, [div_ceil(n, 128)], n, x, sums);
}

#[kernel(workgroup = 128)]
fn tree(n: u32, x: &[f32], sums: &mut [f32]) {
    let part = shared::<[f32; 128]>();
    let i = global_id().x;
    part[local_index()] = if i < n { x[i] } else { 0.0 };
    workgroup_barrier();
    #[unroll]
    for step in 0..7 {
        let half = 64 >> step;
        if local_index() < half {
            part[local_index()] += part[local_index() + half];
        }
        workgroup_barrier();
    }
    if local_index() == 0 {
        sums[workgroup_id().x] = part[0];
    }
}
