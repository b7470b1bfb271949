//! `bf16` and `f16` in buffers.

/// Rounds to nearest even.
#[kernel(workgroup = 64, over = x.len())]
pub fn rounded(x: &[f32], out: &mut [bf16]) {
    let i = global_id().x;
    if i < x.len() {
        out[i] = x[i] as bf16;
    }
}

/// Rounds integers once.
#[kernel(workgroup = 64, over = x.len())]
pub fn rounded_integers(x: &[i32], out: &mut [bf16], unsigned: &mut [bf16]) {
    let i = global_id().x;
    if i < x.len() {
        out[i] = x[i] as bf16;
        unsigned[i] = x[i] as u32 as bf16;
    }
}

/// The numbers that a `bf16` stands for, and what they are as integers.
#[kernel(workgroup = 64, over = x.len())]
pub fn exact(x: &[bf16], out: &mut [f32], truncated: &mut [i32]) {
    let i = global_id().x;
    if i < x.len() {
        out[i] = x[i] as f32;
        truncated[i] = x[i] as i32;
    }
}

/// Copies bits, the other way round; words are shared by workgroups.
#[kernel(workgroup = 1, over = out.len())]
pub fn mirrored(x: &[bf16], out: &mut [bf16]) {
    let i = global_id().x;
    if i < out.len() {
        out[out.len() - 1 - i] = x[i];
    }
}

/// Which numbers are the same: no NaN is, and both zeros are.
#[kernel(workgroup = 64, over = out.len())]
pub fn same(x: &[bf16], y: &[bf16], out: &mut [u32]) {
    let i = global_id().x;
    if i < out.len() {
        out[i] = (x[i] == y[i]) as u32 + 2 * (x[i] != y[i]) as u32;
    }
}

/// Doubles numbers, four at a time, and leaves what lies past `n`.
#[op]
pub fn doubled(n: u32, x: &[bf16], out: &mut [bf16]) {
    require!(x.len() >= n);
    require!(out.len() >= n);
    launch!(double, [div_ceil(n, 128)], n, x.as_x4(), out.as_x4());
}

#[kernel(workgroup = 32)]
fn double(n: u32, x: &[bf16x4], out: &mut [bf16x4]) {
    let i = global_id().x;
    if i < div_ceil(n, 4) {
        store_x4(out, i, n, (x[i].cast::<f32>() * 2.0).cast::<bf16>());
    }
}

/// Halves as f32 and back, on devices with and without `f16`.
#[kernel(workgroup = 64, over = x.len())]
pub fn halves(x: &[f16], out: &mut [f32], y: &[f32], rounded: &mut [f16]) {
    let i = global_id().x;
    if i < x.len() {
        out[i] = x[i] as f32;
        rounded[i] = y[i] as f16;
    }
}
