//! Atomic operations whose result does not depend on their order.

/// Sum, extrema and bits of all values.
#[op]
pub fn gathered(values: &[u32], found: &mut [u32]) {
    require!(values.len() > 0);
    require!(found.len() >= 6);
    launch!(gather, [div_ceil(values.len(), 64)], values.len(), values, found);
}

#[kernel(workgroup = 64)]
fn gather(n: u32, values: &[u32], found: &[Atomic<u32>]) {
    let i = global_id().x;
    if i < n {
        let value = values[i];
        found[0].add(value);
        found[1].max(value);
        found[2].min(value);
        found[3].or(value);
        found[4].and(value);
        found[5].xor(value);
    }
}

/// How often each remainder by 16 occurs, counted in workgroup memory first.
#[op]
pub fn histogram(values: &[u32], bins: &mut [u32]) {
    require!(values.len() > 0);
    require!(bins.len() >= 16);
    launch!(count, [div_ceil(values.len(), 64)], values.len(), values, bins);
}

#[kernel(workgroup = 64)]
fn count(n: u32, values: &[u32], bins: &[Atomic<u32>]) {
    let near = shared_zeroed::<[Atomic<u32>; 16]>();
    let i = global_id().x;
    if i < n {
        near[values[i] % 16].add(1);
    }
    workgroup_barrier();
    if local_index() < 16 {
        bins[local_index()].add(near[local_index()].load());
    }
}
