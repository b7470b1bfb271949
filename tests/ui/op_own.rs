/// Other axes.
#[kernel(workgroup = [16, 16], over = n)]
pub fn flat(n: u32, out: &mut [u32]) {
    let i = global_id().x;
    if i < n {
        out[i] = 0;
    }
}

/// Too late.
#[kernel(workgroup = 64, over = n)]
pub fn late(n: u32, out: &mut [u32]) {
    let i = global_id().x;
    require!(out.len() >= n);
    if i < n {
        out[i] = 0;
    }
}

/// Wrong.
#[kernel(workgroup = 64, over = out.len())]
pub fn wrong(out: &mut [u32]) {
    require!(n > 0);
    require!(out.len() > 0.5);
    let i = global_id().x;
    if i < out.len() {
        out[i] = 0;
    }
}

/// Atomic.
#[op]
pub fn counted(counts: &[Atomic<u32>]) {
    launch!(count, [1], counts);
}
#[kernel(workgroup = 64)]
fn count(counts: &[Atomic<u32>]) {}
