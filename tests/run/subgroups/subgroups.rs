//! Subgroup operations, and the form without them.

/// The largest and the sum of each block of 64.
#[op]
pub fn blocks(values: &[u32], largest: &mut [u32], sums: &mut [u32]) {
    require!(values.len() > 0);
    require!(largest.len() >= div_ceil(values.len(), 64));
    require!(sums.len() >= div_ceil(values.len(), 64));
    launch!(reduce, [div_ceil(values.len(), 64)], values.len(), values, largest, sums);
}

#[kernel(workgroup = 64)]
fn reduce(n: u32, values: &[u32], largest: &mut [u32], sums: &mut [u32]) {
    let best = shared_zeroed::<[Atomic<u32>; 1]>();
    let sum = shared_zeroed::<[Atomic<u32>; 1]>();
    let i = global_id().x;
    let mine = if i < n { values[i] } else { 0 };
    if supports!(subgroups) {
        let most = subgroup_max(mine);
        let all = subgroup_add(mine);
        if subgroup_lane() == 0 {
            best[0].max(most);
            sum[0].add(all);
        }
    } else {
        best[0].max(mine);
        sum[0].add(mine);
    }
    workgroup_barrier();
    if local_index() == 0 {
        largest[workgroup_id().x] = best[0].load();
        sums[workgroup_id().x] = sum[0].load();
    }
}
