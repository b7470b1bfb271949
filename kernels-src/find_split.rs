//! Scores of candidate thresholds for one node of a regression tree.

use crate::reduce::merged_moments;
use wgpuc::*;

/// Parameters of [`kernel_find_split`].
#[derive(Clone, Copy)]
pub struct FindSplitParams {
    /// How many samples the node holds: entries of `indices`.
    pub n_samples: u32,
    /// Features of one sample: the row length of `data`.
    pub n_features: u32,
    /// The feature to split on.
    pub feature_idx: u32,
    /// How many thresholds to score.
    pub n_thresholds: u32,
}

/// Samples that a workgroup holds at once. More are split into chunks, merged afterwards.
const CHUNK: u32 = 1024;
/// Vectors of four in a chunk.
const QUADS: u32 = 256;
/// Thresholds, and invocations, of a workgroup.
const WIDTH: u32 = 64;

/// Scores every candidate threshold of one feature for one tree node.
///
/// `output-scores[t]` is the sum of squared deviations of the labels left of the split (`x <= thresholds[t]`) from
/// their mean, plus that of those right of it (NaN included); `+inf` where a side is empty. `data` is
/// `[n, n-features]`; a sample that occurs twice in `indices` counts twice. An index past the end of `data` or `labels`
/// is a device error.
#[op]
pub fn kernel_find_split(
    params: FindSplitParams,
    data: &[f32],
    labels: &[f32],
    indices: &[u32],
    thresholds: &[f32],
    output_scores: &mut [f32],
) {
    require!(params.n_samples > 0);
    require!(params.n_features > 0);
    require!(params.feature_idx < params.n_features);
    require!(params.n_thresholds > 0);
    require!(indices.len() >= params.n_samples);
    require!(thresholds.len() >= params.n_thresholds);
    require!(output_scores.len() >= params.n_thresholds);
    let n_rows = data.len() / params.n_features;
    let n_total = min(n_rows, labels.len());
    let groups = div_ceil(params.n_thresholds, WIDTH);
    let chunks = div_ceil(params.n_samples, CHUNK);
    if chunks == 1 {
        launch!(score, [groups], params, n_total, data, labels, indices, thresholds, output_scores);
    } else {
        let partials = scratch::<f32x4>(2 * chunks * params.n_thresholds);
        launch!(partial, [groups, chunks], params, n_total, chunks, data, labels, indices, thresholds, partials);
        launch!(merge, [groups], params.n_thresholds, chunks, partials, output_scores);
    }
}

/// Count, mean and sum of squared deviations.
struct Moments {
    count: f32,
    mean: f32,
    squares: f32,
}

/// Nodes of at most [`CHUNK`] samples: one launch.
#[kernel(workgroup = WIDTH)]
fn score(
    params: FindSplitParams,
    n_total: u32,
    data: &[f32],
    labels: &[f32],
    indices: &[u32],
    thresholds: &[f32],
    scores: &mut [f32],
) {
    let xs = shared::<[f32x4; QUADS]>();
    let ys = shared::<[f32x4; QUADS]>();
    let count = min(params.n_samples, CHUNK);
    load_chunk(0, count, params, n_total, data, labels, indices, xs, ys);
    let t = global_id().x;
    if t < params.n_thresholds {
        let (left, right) = moments(count, thresholds[t], xs, ys);
        scores[t] = total(left, right);
    }
}

/// One chunk of a larger node.
#[kernel(workgroup = WIDTH)]
fn partial(
    params: FindSplitParams,
    n_total: u32,
    chunks: u32,
    data: &[f32],
    labels: &[f32],
    indices: &[u32],
    thresholds: &[f32],
    partials: &mut [f32x4],
) {
    let xs = shared::<[f32x4; QUADS]>();
    let ys = shared::<[f32x4; QUADS]>();
    let chunk = workgroup_id().y;
    let first = chunk * CHUNK;
    let count = min(params.n_samples - first, CHUNK);
    load_chunk(first, count, params, n_total, data, labels, indices, xs, ys);
    let t = global_id().x;
    if t < params.n_thresholds && chunk < chunks {
        let (left, right) = moments(count, thresholds[t], xs, ys);
        partials[(chunk * 2) * params.n_thresholds + t] = f32x4::new(left.count, left.mean, left.squares, 0.0);
        partials[(chunk * 2 + 1) * params.n_thresholds + t] = f32x4::new(right.count, right.mean, right.squares, 0.0);
    }
}

/// Merges the chunks of each threshold, in order.
#[kernel(workgroup = WIDTH)]
fn merge(n_thresholds: u32, chunks: u32, partials: &[f32x4], scores: &mut [f32]) {
    let t = global_id().x;
    if t < n_thresholds {
        let mut left = Moments { count: 0.0, mean: 0.0, squares: 0.0 };
        let mut right = Moments { count: 0.0, mean: 0.0, squares: 0.0 };
        for chunk in 0..chunks {
            left = merged(left, unpacked(partials[(chunk * 2) * n_thresholds + t]));
            right = merged(right, unpacked(partials[(chunk * 2 + 1) * n_thresholds + t]));
        }
        scores[t] = total(left, right);
    }
}

/// Brings a chunk's feature values and labels into workgroup memory. The labels come relative to that of the first
/// sample: where their mean is large beside their spread, that difference is exact and no precision is lost later.
#[device]
fn load_chunk(
    first: u32,
    count: u32,
    params: FindSplitParams,
    n_total: u32,
    data: &[f32],
    labels: &[f32],
    indices: &[u32],
    xs: &mut [f32x4; QUADS],
    ys: &mut [f32x4; QUADS],
) {
    let mut origin = 0.0;
    if params.n_samples > 0 && indices[0] < n_total {
        origin = labels[indices[0]];
    }
    for q in (local_index()..div_ceil(count, 4)).step_by(WIDTH) {
        let mut x = f32x4::splat(0.0);
        let mut y = f32x4::splat(0.0);
        #[unroll]
        for lane in 0..4 {
            let j = first + q * 4 + lane;
            if j < params.n_samples {
                let sample = indices[j];
                if sample < n_total {
                    x[lane] = data[sample * params.n_features + params.feature_idx];
                    y[lane] = labels[sample] - origin;
                } else {
                    fault!("sample in indices", sample, n_total);
                }
            }
        }
        if q < QUADS {
            xs[q] = x;
            ys[q] = y;
        }
    }
    workgroup_barrier();
}

/// The labels left and right of a threshold, in two passes over a chunk: means first, then deviations from them,
/// corrected for the means' own rounding (Chan, Golub, LeVeque 1983, "Algorithms for computing the sample variance").
fn moments(count: u32, threshold: f32, xs: &[f32x4; QUADS], ys: &[f32x4; QUADS]) -> (Moments, Moments) {
    let quads = div_ceil(count, 4);
    let zero = f32x4::splat(0.0);
    let mut n_left = zero;
    let mut sum_left = zero;
    let mut sum_right = zero;
    for block in (0..quads).step_by(32) {
        let mut left = zero;
        let mut right = zero;
        for q in block..min(min(block + 32, quads), QUADS) {
            let is_left = (xs[q] <= threshold) & lanes_below(q, count);
            n_left += is_left.cast::<f32>();
            left += select(is_left, ys[q], zero);
            right += select(is_left, zero, ys[q]);
        }
        sum_left += left;
        sum_right += right;
    }
    let count_left = n_left.sum_lanes();
    let count_right = count as f32 - count_left;
    let mean_left = sum_left.sum_lanes() / max(count_left, 1.0);
    let mean_right = sum_right.sum_lanes() / max(count_right, 1.0);

    let mut square_left = zero;
    let mut square_right = zero;
    let mut rest_left = zero;
    let mut rest_right = zero;
    for block in (0..quads).step_by(32) {
        let mut left = zero;
        let mut right = zero;
        for q in block..min(min(block + 32, quads), QUADS) {
            let below = lanes_below(q, count);
            let is_left = (xs[q] <= threshold) & below;
            let dl = select(is_left, ys[q] - mean_left, zero);
            let dr = select(below & !is_left, ys[q] - mean_right, zero);
            left += dl * dl;
            right += dr * dr;
            rest_left += dl;
            rest_right += dr;
        }
        square_left += left;
        square_right += right;
    }
    (
        corrected(count_left, mean_left, square_left.sum_lanes(), rest_left.sum_lanes()),
        corrected(count_right, mean_right, square_right.sum_lanes(), rest_right.sum_lanes()),
    )
}

fn corrected(count: f32, mean: f32, squares: f32, rest: f32) -> Moments {
    let n = max(count, 1.0);
    Moments { count, mean: mean + rest / n, squares: (squares - rest * rest / n).max_or_nan(0.0) }
}

/// The moments of two sets together.
fn merged(a: Moments, b: Moments) -> Moments {
    let (count, mean, squares) = merged_moments((a.count, a.mean, a.squares), (b.count, b.mean, b.squares));
    Moments { count, mean, squares }
}

fn unpacked(packed: f32x4) -> Moments {
    Moments { count: packed.x, mean: packed.y, squares: packed.z }
}

fn total(left: Moments, right: Moments) -> f32 {
    select((left.count == 0.0) | (right.count == 0.0), f32::INFINITY, left.squares + right.squares)
}
