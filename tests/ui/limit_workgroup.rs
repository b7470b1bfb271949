#[op]
pub fn f(n: u32, out: &mut [f32]) {
    launch!(kernel, [n], out);
}

#[kernel(workgroup = [32, 32])]
fn kernel(out: &mut [f32]) {
    out[local_index()] = 1.0;
}
