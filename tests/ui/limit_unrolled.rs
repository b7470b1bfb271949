#[kernel(workgroup = 64, over = out.len())]
pub fn sums(out: &mut [f32]) {
    let mut s = 0.0;
    #[unroll]
    for a in 0..1024 {
        #[unroll]
        for b in 0..1024 {
            s += 1.0;
        }
    }
    out[0] = s;
}
