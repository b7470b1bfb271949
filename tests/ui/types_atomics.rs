//! Atomic and plain accesses.

#[op]
pub fn f(n: u32, counts: &mut [u32], out: &mut [f32]) {
    launch!(kernel, [n], counts, out);
}

#[kernel(workgroup = 64)]
fn kernel(counts: &[Atomic<u32>], out: &mut [f32]) {
    counts[0] = 1;
    let a = counts[1] + 1;
    out[0].add(1.0);
    let tile = shared::<[Atomic<f32>; 4]>();
}
