//! One of two rows in turns, and powers of two by a loop.

/// The sum of 64 numbers, by rows that are read and written in turns.
#[kernel(workgroup = 64, over = x.len())]
pub fn scanned(x: &mut [f32]) {
    let rows = shared::<[[f32; 64]; 2]>();
    let (i, at) = (global_id().x, local_index());
    let mut current = 0;
    rows[0][at] = if i < x.len() { x[i] } else { 0.0 };
    workgroup_barrier();
    for step in 0..6 {
        let reach = 1 << step;
        let before = if at >= reach { rows[current][at - reach] } else { 0.0 };
        rows[1 - current][at] = rows[current][at] + before;
        current = 1 - current;
        workgroup_barrier();
    }
    if i < x.len() {
        x[i] = rows[current][at];
    }
}

/// How often each bit of the words is set.
#[kernel(workgroup = 64, over = x.len())]
pub fn counted_bits(x: &[u32], table: &[u32], out: &mut [u32]) {
    let i = global_id().x;
    if i < x.len() && i < out.len() && table.len() >= 256 {
        let mut sum = 0;
        for step in 0..8 {
            sum += table[1 << step] * (x[i] >> step & 1);
        }
        out[i] = sum + table[table.len() - 1 >> 1];
    }
}
