//! Means of rows: what a forest predicts from what its trees do.

use wgpuc::*;

/// Parameters of [`kernel_average`].
pub struct AverageParams {
    /// Trees: the row length.
    pub n_trees: u32,
    /// Samples: how many rows.
    pub n_samples: u32,
}

/// Invocations of a workgroup.
const WORKGROUP: u32 = 256;
/// Loads that an invocation has under way.
const DEPTH: u32 = 4;

/// Averages each sample's predictions over all trees.
///
/// `tree-predictions` is `[n-samples, n-trees]`; `output[s]` is the mean of row `s`.
#[op]
pub fn kernel_average(params: AverageParams, tree_predictions: &[f32], output: &mut [f32]) {
    require!(params.n_trees > 0);
    require!(params.n_samples > 0);
    require!(tree_predictions.len() >= params.n_samples * params.n_trees);
    require!(output.len() >= params.n_samples);
    let n = params.n_trees;
    let rows = params.n_samples;
    if n % 4 == 0 {
        if n <= 2048 {
            launch!(row_means_x4::<8>, [div_ceil(rows, 32)], n, n / 4, rows, tree_predictions.as_x4(), output);
        } else {
            launch!(row_means_x4::<256>, [rows], n, n / 4, rows, tree_predictions.as_x4(), output);
        }
    } else {
        if n <= 512 {
            launch!(row_means::<8>, [div_ceil(rows, 32)], n, rows, tree_predictions, output);
        } else {
            launch!(row_means::<256>, [rows], n, rows, tree_predictions, output);
        }
    }
}

/// `LANES` neighbouring invocations read one row, so that a warp reads whole sectors of neighbouring rows.
#[kernel(workgroup = WORKGROUP)]
fn row_means<const LANES: u32>(n_trees: u32, n_samples: u32, predictions: &[f32], output: &mut [f32]) {
    let row = workgroup_id().x * (WORKGROUP / LANES) + local_index() / LANES;
    let mut sum = 0.0;
    if row < n_samples {
        sum = row_sum::<f32, LANES>(row, n_trees, predictions);
    }
    store_means::<LANES>(sum, n_trees, n_samples, output);
}

/// Rows that are whole vectors.
#[kernel(workgroup = WORKGROUP)]
fn row_means_x4<const LANES: u32>(n_trees: u32, quads: u32, n_samples: u32, predictions: &[f32x4], output: &mut [f32]) {
    let row = workgroup_id().x * (WORKGROUP / LANES) + local_index() / LANES;
    let mut sum = 0.0;
    if row < n_samples {
        sum = row_sum::<f32x4, LANES>(row, quads, predictions).sum_lanes();
    }
    store_means::<LANES>(sum, n_trees, n_samples, output);
}

/// This invocation's part of the sum of a row of `len`. Blocks of 32 terms keep the rounding error that of pairwise
/// summation; four loads are under way together.
#[device]
fn row_sum<F: Float, const LANES: u32>(row: u32, len: u32, values: &[F]) -> F {
    let lane = local_index() % LANES;
    let mut sum = F::splat(0.0);
    for block in (0..len).step_by(32 * LANES) {
        let end = block + min(32 * LANES, len - block);
        let mut part = F::splat(0.0);
        for first in (block + lane..end).step_by(DEPTH * LANES) {
            let mut terms = [F::splat(0.0); DEPTH];
            #[unroll]
            for d in 0..DEPTH {
                let i = first + d * LANES;
                if i < len {
                    terms[d] = values[row * len + i];
                }
            }
            #[unroll]
            for d in 0..DEPTH {
                part += terms[d];
            }
        }
        sum += part;
    }
    sum
}

/// Adds up what the `LANES` invocations of each row have, and stores the means.
fn store_means<const LANES: u32>(sum: f32, n_trees: u32, n_samples: u32, output: &mut [f32]) {
    let partial = shared::<[f32; WORKGROUP]>();
    let rows = WORKGROUP / LANES;
    partial[local_index()] = sum;
    workgroup_barrier();
    let row = workgroup_id().x * rows + local_index();
    if local_index() < rows && row < n_samples {
        let mut total = 0.0;
        for lane in 0..LANES {
            total += partial[local_index() * LANES + lane];
        }
        output[row] = total / n_trees as f32;
    }
}
