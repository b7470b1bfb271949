//! Accesses out of range, and marks of the kernel's own.

/// `out[i] = table[index[i]]`.
#[kernel(workgroup = 64, over = out.len())]
pub fn gather(table: &[f32], index: &[u32], out: &mut [f32]) {
    let i = global_id().x;
    if i < out.len() {
        out[i] = table[index[i]];
    }
}

/// Refuses values at or past a bound.
#[op]
pub fn below(bound: u32, values: &[u32], out: &mut [u32]) {
    require!(bound > 0);
    require!(out.len() >= values.len());
    launch!(check, [div_ceil(values.len(), 64)], bound, values.len(), values, out);
}

#[kernel(workgroup = 64)]
fn check(bound: u32, n: u32, values: &[u32], out: &mut [u32]) {
    let i = global_id().x;
    if i < n {
        if values[i] >= bound {
            fault!("a value", values[i], bound);
        }
        out[i] = values[i];
    }
}
