//! Buffers that an op misspells or asks for what they have not.

#[op]
pub fn f(n: u32, x: &[f32], output: &mut [f32]) {
    require!(xs.len() == output.len());
    require!(x.len == output.len());
    require!(output.as_x4().len() >= n);
    require!(n.len() == 1);
    require!(n = 1);
    require(n == 1);
    x.len() == n;
    launch(kernel, [n], x, output);
    launch!(kernel, [n], x, output);
}

#[kernel(workgroup = 64)]
fn kernel(x: &[f32], output: &mut [f32]) {
    output[0] = x[0];
}
