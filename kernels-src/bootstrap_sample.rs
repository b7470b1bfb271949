//! Random indices with replacement.

/// Parameters of [`kernel_bootstrap_sample`].
pub struct BootstrapParams {
    /// How many indices to draw.
    pub n_samples: u32,
    /// The key of the random numbers: the same seed gives the same indices on every backend.
    pub seed: u32,
    /// All indices are below this.
    pub max_index: u32,
}

/// Draws `n-samples` indices below `max-index`, with replacement.
///
/// Index `i` is the high half of `r * max-index`, where `r` is word `i % 4` of Philox4x32-10 with counter
/// `(i / 4, 0, 0, 0)` and key `(seed, 0)`.
#[op]
pub fn kernel_bootstrap_sample(params: BootstrapParams, output_indices: &mut [u32]) {
    require!(params.n_samples > 0);
    require!(params.max_index > 0);
    require!(output_indices.len() >= params.n_samples);
    let quads = div_ceil(params.n_samples, 4);
    let groups = div_ceil(quads, 256);
    launch!(draw, [groups], params.n_samples, quads, params.seed, params.max_index, output_indices.as_x4());
}

/// Four indices an invocation: one block of Philox.
#[kernel(workgroup = 256)]
fn draw(n: u32, quads: u32, seed: u32, max_index: u32, output: &mut [u32x4]) {
    let i = global_id().x;
    if i >= quads {
        return;
    }
    let random = philox4x32(u32x4::new(i, 0, 0, 0), u32x2::new(seed, 0));
    store_x4(output, i, n, random.mul_hi(u32x4::splat(max_index)));
}
