#[op(routine(gemm_f32))]
pub fn form(x: &[f32], y: &mut [f32]) {
    launch!(kernel, [1], x, y);
}

#[op(may_alias = gemm_f32())]
pub fn other_form(x: &[f32], y: &mut [f32]) {
    launch!(kernel, [1], x, y);
}

#[kernel(workgroup = 64)]
fn kernel(x: &[f32], out: &mut [f32]) {}
