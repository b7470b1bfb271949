//! Random indices with replacement.

use wgpuc::*;

/// Parameters of [`kernel_bootstrap_sample`].
#[derive(Clone, Copy)]
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
/// Vectors of four indices that an invocation draws where there are many: four at once hide one another's arithmetic.
const DEPTH: u32 = 4;
/// From so many vectors on.
const MANY: u32 = 0x8_0000;

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
    if quads < MANY {
        launch!(draw::<1>, [div_ceil(quads, WORKGROUP)], params, quads, output_indices.as_x4());
    } else {
        launch!(draw::<DEPTH>, [div_ceil(quads, DEPTH * WORKGROUP)], params, quads, output_indices.as_x4());
    }
}

/// One block of Philox gives four indices. Neighbouring invocations draw neighbouring vectors, `N` times.
#[kernel(workgroup = WORKGROUP)]
fn draw<const N: u32>(params: BootstrapParams, quads: u32, output: &mut [u32x4]) {
    let first = workgroup_id().x * (N * WORKGROUP) + local_index();
    let last = first + (N - 1) * WORKGROUP;
    if last < params.n_samples / 4 {
        #[unroll]
        for d in 0..N {
            output[first + d * WORKGROUP] = indices(first + d * WORKGROUP, params);
        }
    } else {
        for i in (first..min(last + 1, quads)).step_by(WORKGROUP) {
            store_x4(output, i, params.n_samples, indices(i, params));
        }
    }
}

fn indices(i: u32, params: BootstrapParams) -> u32x4 {
    let random = philox4x32(u32x4::new(i, 0, 0, 0), u32x2::new(params.seed, 0));
    random.mul_hi(u32x4::splat(params.max_index))
}
