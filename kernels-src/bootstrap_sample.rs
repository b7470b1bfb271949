//! Random indices with replacement.

use wgpuc::*;

/// Parameters of [`kernel_bootstrap_sample`].
pub struct BootstrapParams {
    /// How many indices to draw.
    pub n_samples: u32,
    /// The key of the random numbers: the same seed gives the same indices on every backend.
    pub seed: u32,
    /// All indices are below this.
    pub max_index: u32,
}

/// Invocations of a workgroup.
const WORKGROUP: u32 = 256;
/// Vectors of four indices that an invocation draws, neighbours drawing neighbouring ones.
const DEPTH: u32 = 4;
/// Vectors that a workgroup draws.
const CHUNK: u32 = 1024;

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
    let groups = div_ceil(quads, CHUNK);
    launch!(draw, [groups], params.n_samples, quads, params.seed, params.max_index, output_indices.as_x4());
}

/// One block of Philox gives four indices.
#[kernel(workgroup = WORKGROUP)]
fn draw(n: u32, quads: u32, seed: u32, max_index: u32, output: &mut [u32x4]) {
    let first = workgroup_id().x * CHUNK + local_index();
    let last = first + (CHUNK - WORKGROUP);
    if last < n / 4 {
        #[unroll]
        for d in 0..DEPTH {
            output[first + d * WORKGROUP] = indices(first + d * WORKGROUP, seed, max_index);
        }
    } else {
        for i in (first..min(last + 1, quads)).step_by(WORKGROUP) {
            store_x4(output, i, n, indices(i, seed, max_index));
        }
    }
}

fn indices(i: u32, seed: u32, max_index: u32) -> u32x4 {
    let random = philox4x32(u32x4::new(i, 0, 0, 0), u32x2::new(seed, 0));
    random.mul_hi(u32x4::splat(max_index))
}
