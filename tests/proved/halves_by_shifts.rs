//! Shifts and masks of an op say what quotients and remainders would.

/// Adds the pairs of `x`, a power of two at a time.
#[op]
pub fn pairs(x: &[f32], sums: &mut [f32], first: &mut [f32]) {
    let half = x.len() >> 1;
    require!(sums.len() >= half);
    let size = half.next_power_of_two();
    let all = scratch::<f32>(size);
    launch!(add, [div_ceil(half, 64)], half, x, sums, all);
    let few = half & 15;
    require!(first.len() >= 16);
    launch!(copy, [1], few, sums, first);
}

#[kernel(workgroup = 64)]
fn add(half: u32, x: &[f32], sums: &mut [f32], all: &mut [f32]) {
    let i = global_id().x;
    if i < half {
        sums[i] = x[2 * i] + x[2 * i + 1];
        all[i] = sums[i];
    }
}

#[kernel(workgroup = 64)]
fn copy(few: u32, sums: &[f32], first: &mut [f32]) {
    let i = local_index();
    if i < few {
        first[i] = sums[i];
    }
}
