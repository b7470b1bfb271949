//! Means of rows: what a forest predicts from what its trees do.

/// Parameters of [`kernel_average`].
pub struct AverageParams {
    /// Trees: the row length.
    pub n_trees: u32,
    /// Samples: how many rows.
    pub n_samples: u32,
}

/// Invocations of a workgroup.
const WORKGROUP: u32 = 256;

/// Averages each sample's predictions over all trees.
///
/// `tree-predictions` is `[n-samples, n-trees]`; `output[s]` is the mean of row `s`.
#[op]
pub fn kernel_average(params: AverageParams, tree_predictions: &[f32], output: &mut [f32]) {
    require!(params.n_trees > 0);
    require!(params.n_samples > 0);
    require!(tree_predictions.len() >= params.n_samples * params.n_trees);
    require!(output.len() >= params.n_samples);
    if params.n_trees <= 512 {
        let groups = div_ceil(params.n_samples, 32);
        launch!(row_means::<8>, [groups], params.n_trees, params.n_samples, tree_predictions, output);
    } else {
        launch!(row_means::<256>, [params.n_samples], params.n_trees, params.n_samples, tree_predictions, output);
    }
}

/// `LANES` neighbouring invocations read one row, so that a warp reads whole sectors of neighbouring rows.
#[kernel(workgroup = WORKGROUP)]
fn row_means<const LANES: u32>(n_trees: u32, n_samples: u32, predictions: &[f32], output: &mut [f32]) {
    let partial = shared::<[f32; WORKGROUP]>();
    let rows = WORKGROUP / LANES;
    let row = workgroup_id().x * rows + local_index() / LANES;
    let lane = local_index() % LANES;
    let mut sum = 0.0;
    if row < n_samples {
        // Blocks of 32 terms keep the rounding error that of pairwise summation.
        for block in (0..n_trees).step_by(32 * LANES) {
            let mut part = 0.0;
            for t in (block + lane..min(block + 32 * LANES, n_trees)).step_by(LANES) {
                part += predictions[row * n_trees + t];
            }
            sum += part;
        }
    }
    partial[local_index()] = sum;
    workgroup_barrier();
    let out = workgroup_id().x * rows + local_index();
    if local_index() < rows && out < n_samples {
        let mut total = 0.0;
        for l in 0..LANES {
            total += partial[local_index() * LANES + l];
        }
        output[out] = total / n_trees as f32;
    }
}
