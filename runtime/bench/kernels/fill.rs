//! Contents of buffers, made on the device.

/// Parameters of [`fill_uniform`].
pub struct FillUniformParams {
    /// How many numbers.
    pub n: u32,
    /// The key of the random numbers.
    pub seed: u32,
    /// The step between two numbers.
    pub scale: f32,
    /// The least number.
    pub offset: f32,
}

/// Writes random numbers: `offset + scale * r`, where `r` is the upper 24 bits of a word of Philox4x32-10.
#[op]
pub fn fill_uniform(params: FillUniformParams, output: &mut [f32]) {
    require!(params.n > 0);
    require!(output.len() >= params.n);
    let quads = div_ceil(params.n, 4);
    let groups = div_ceil(quads, 256);
    launch!(uniform, [groups], params.n, quads, params.seed, params.scale, params.offset, output.as_x4());
}

#[kernel(workgroup = 256)]
fn uniform(n: u32, quads: u32, seed: u32, scale: f32, offset: f32, output: &mut [f32x4]) {
    let i = global_id().x;
    if i >= quads {
        return;
    }
    let random = philox4x32(u32x4::new(i, 0, 0, 0), u32x2::new(seed, 1)) >> 8;
    store_x4(output, i, n, random.cast::<f32>() * scale + offset);
}

/// Writes one word everywhere.
#[op]
pub fn fill_words(n: u32, value: u32, output: &mut [u32]) {
    require!(n > 0);
    require!(output.len() >= n);
    let quads = div_ceil(n, 4);
    launch!(words, [div_ceil(quads, 256)], n, quads, value, output.as_x4());
}

#[kernel(workgroup = 256)]
fn words(n: u32, quads: u32, value: u32, output: &mut [u32x4]) {
    let i = global_id().x;
    if i >= quads {
        return;
    }
    store_x4(output, i, n, u32x4::splat(value));
}
