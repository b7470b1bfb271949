//! Sum, extrema, mean and variance of an array.

use wgpuc::*;

/// Parameters of [`kernel_reduce`].
pub struct ReduceParams {
    /// How many elements to reduce.
    pub n_elements: u32,
    pub op: ReduceOp,
}

/// The reduction to apply.
pub enum ReduceOp {
    /// The sum.
    Sum,
    /// The largest.
    Max,
    /// The smallest.
    Min,
    /// The arithmetic mean.
    Mean,
    /// The population variance.
    Variance,
}

/// Invocations of a workgroup.
const WORKGROUP: u32 = 256;
/// Vectors that an invocation has under way.
const DEPTH: u32 = 4;
/// Vectors that a workgroup takes at a time. It takes `span` in all.
const CHUNK: u32 = 1024;
/// The most workgroups: one more takes their results in one chunk.
const MAX_GROUPS: u32 = 4096;
/// The most workgroups where each computes moments: as many as an H200 runs at a time. Twice as many take 1 % longer, and what
/// leaves a rest up to 25 %.
const MAX_MOMENTS: u32 = 660;

/// Reduces an array to one value.
///
/// A NaN in the input gives NaN. The same input gives the same bits on the same backend.
#[op]
pub fn kernel_reduce(params: ReduceParams, input: &[f32], output: &mut [f32]) {
    require!(params.n_elements > 0);
    require!(input.len() >= params.n_elements);
    require!(output.len() >= 1);
    let n = params.n_elements;
    let quads = div_ceil(n, 4);
    // Few elements are not worth a second launch.
    let most = match params.op {
        ReduceOp::Variance => MAX_MOMENTS,
        _ => MAX_GROUPS,
    };
    let span = CHUNK * div_ceil(quads, if quads <= 4 * CHUNK { CHUNK } else { CHUNK * most });
    let groups = div_ceil(quads, span);
    let divisor = match params.op {
        ReduceOp::Mean => n,
        _ => 1,
    };
    match params.op {
        ReduceOp::Variance => {
            if groups == 1 {
                launch!(moments::<true>, [1], n, quads, span, input.as_x4(), output);
            } else {
                let partials = scratch::<f32>(3 * groups);
                launch!(moments::<false>, [groups], n, quads, span, input.as_x4(), partials);
                launch!(finish_moments, [1], n, groups, partials, output);
            }
        }
        _ => {
            if groups == 1 {
                launch!(partial::<{ params.op }>, [1], n, quads, span, divisor, input.as_x4(), output);
            } else {
                let partials = scratch::<f32>(groups);
                launch!(partial::<{ params.op }>, [groups], n, quads, span, 1, input.as_x4(), partials);
                launch!(
                    partial::<{ params.op }>,
                    [1],
                    groups,
                    div_ceil(groups, 4),
                    CHUNK,
                    divisor,
                    partials.as_x4(),
                    output
                );
            }
        }
    }
}

/// One result per workgroup.
#[kernel(workgroup = WORKGROUP)]
fn partial<const OP: ReduceOp>(n: u32, quads: u32, span: u32, divisor: u32, input: &[f32x4], results: &mut [f32]) {
    let first = workgroup_id().x * span;
    let end = min(first + span, quads);
    let identity = f32x4::splat(identity::<OP>());
    let mut acc = identity;
    // Blocks of 32 terms keep the rounding error that of pairwise summation.
    for block in (first + local_index()..end).step_by(32 * CHUNK) {
        let mut part = identity;
        for i in (block..min(block + 32 * CHUNK, end)).step_by(CHUNK) {
            let mut x = [identity; DEPTH];
            load_chunk(i, n, quads, input, &mut x);
            let x01 = combined::<f32x4, OP>(x[0], x[1]);
            let x23 = combined::<f32x4, OP>(x[2], x[3]);
            part = combined::<f32x4, OP>(part, combined::<f32x4, OP>(x01, x23));
        }
        acc = combined::<f32x4, OP>(acc, part);
    }
    let pair = combined::<f32x2, OP>(f32x2::new(acc.x, acc.y), f32x2::new(acc.z, acc.w));
    let result = block_reduced::<OP>(combined::<f32, OP>(pair.x, pair.y));
    if local_index() == 0 {
        results[workgroup_id().x] = finished::<OP>(result, divisor);
    }
}

/// This invocation's vectors of the chunk where its first one is `i`, all under way together. What lies past the
/// array's end stays as it was.
#[device]
fn load_chunk(i: u32, n: u32, quads: u32, input: &[f32x4], x: &mut [f32x4; DEPTH]) {
    if is_whole(i, n) {
        #[unroll]
        for d in 0..DEPTH {
            x[d] = input[i + d * WORKGROUP];
        }
    } else {
        #[unroll]
        for d in 0..DEPTH {
            let q = i + d * WORKGROUP;
            if q < quads {
                x[d] = select(lanes_below(q, n), input[q], x[d]);
            }
        }
    }
}

/// Count, mean and sum of squared deviations of a workgroup's elements, or the variance where it is `ALONE`. All is
/// relative to the first element: where the mean is large beside the spread, that difference is exact.
#[kernel(workgroup = WORKGROUP)]
fn moments<const ALONE: bool>(n: u32, quads: u32, span: u32, input: &[f32x4], results: &mut [f32]) {
    let first = workgroup_id().x * span;
    let end = min(first + span, quads);
    let origin = input[0].x;
    let mut own = (0.0, f32x4::splat(0.0), f32x4::splat(0.0));
    for i in (first + local_index()..end).step_by(CHUNK) {
        if is_whole(i, n) {
            own = with_whole_chunk(own, i, origin, input);
        }
    }
    let (count, mean, squares) = own;
    let mut acc = (f32x4::splat(count), mean, squares);
    let last = first + local_index() + (end - first - 1) / CHUNK * CHUNK;
    if !is_whole(last, n) {
        // Vector by vector: this is once a call, and takes few registers.
        for q in (last..end).step_by(WORKGROUP) {
            let counts = lanes_below(q, n).cast::<f32>();
            let x = select(lanes_below(q, n), input[q] - origin, f32x4::splat(0.0));
            acc = merged_moments(acc, (counts, x, f32x4::splat(0.0)));
        }
    }
    let (count, mean, squares) = acc;
    let xy = merged_moments((count.x, mean.x, squares.x), (count.y, mean.y, squares.y));
    let zw = merged_moments((count.z, mean.z, squares.z), (count.w, mean.w, squares.w));
    let of_group = min(n - 4 * first, 4 * span) as f32;
    let (mean, squares) = block_moments(merged_moments(xy, zw), of_group);
    if local_index() == 0 {
        if ALONE {
            results[0] = variance(mean, squares, n);
        } else {
            let at = workgroup_id().x * 3;
            results[at] = of_group;
            results[at + 1] = mean;
            results[at + 2] = squares;
        }
    }
}

/// Whether a chunk has all its elements, and with it those before: then all lanes have as many. `i` is this invocation's first
/// vector of it.
fn is_whole(i: u32, n: u32) -> bool {
    i + (CHUNK - WORKGROUP) < n / 4
}

/// `own` and this invocation's part of a chunk that has all its elements: lanes share the count, and the only division.
#[device]
fn with_whole_chunk(own: (f32, f32x4, f32x4), i: u32, origin: f32, input: &[f32x4]) -> (f32, f32x4, f32x4) {
    let (count, mean, squares) = own;
    let mut x = [f32x4::splat(0.0); DEPTH];
    let mut sum = f32x4::splat(0.0);
    #[unroll]
    for d in 0..DEPTH {
        x[d] = input[i + d * WORKGROUP] - origin;
        sum += x[d];
    }
    let added = DEPTH as f32;
    let added_mean = sum * (1.0 / added);
    let mut added_squares = f32x4::splat(0.0);
    #[unroll]
    for d in 0..DEPTH {
        let difference = x[d] - added_mean;
        added_squares += difference * difference;
    }
    let part = added / (count + added);
    let delta = added_mean - mean;
    (count + added, mean + delta * part, squares + added_squares + delta * (delta * (count * part)))
}

/// One workgroup merges the moments of all.
#[kernel(workgroup = WORKGROUP)]
fn finish_moments(n: u32, count: u32, partials: &[f32], output: &mut [f32]) {
    let mut acc = (0.0, 0.0, 0.0);
    for i in (local_index()..count).step_by(WORKGROUP) {
        acc = merged_moments(acc, (partials[i * 3], partials[i * 3 + 1], partials[i * 3 + 2]));
    }
    let (mean, squares) = block_moments(acc, n as f32);
    if local_index() == 0 {
        output[0] = variance(mean, squares, n);
    }
}

/// The mean of a workgroup's `n` elements and their sum of squared deviations, for invocation 0. Two passes: how far the
/// means of invocations lie from the common one counts as their elements' deviations do.
#[device]
fn block_moments(own: (f32, f32, f32), n: f32) -> (f32, f32) {
    let (count, own_mean, own_squares) = own;
    let common = shared::<[f32; 1]>();
    let sum = block_sum::<WORKGROUP>(own_mean * (count / n));
    if local_index() == 0 {
        common[0] = sum;
    }
    workgroup_barrier();
    let mean = common[0];
    let delta = own_mean - mean;
    (mean, block_sum::<WORKGROUP>(own_squares + delta * (delta * count)))
}

/// The moments (count, mean, sum of squared deviations) of two sets together, lane by lane (Chan, Golub, LeVeque 1983,
/// "Algorithms for computing the sample variance").
pub fn merged_moments<F: Float>(a: (F, F, F), b: (F, F, F)) -> (F, F, F) {
    let (count_a, mean_a, squares_a) = a;
    let (count_b, mean_b, squares_b) = b;
    let count = count_a + count_b;
    let part = count_b / count.max(F::splat(1.0));
    let delta = mean_b - mean_a;
    (count, mean_a + delta * part, squares_a + squares_b + delta * (delta * (count_a * part)))
}

/// An infinity leaves no finite mean: the variance is NaN then.
fn variance(mean: f32, squares: f32, n: u32) -> f32 {
    select(mean.is_finite(), squares / n as f32, f32::NAN)
}

#[device]
fn identity<const OP: ReduceOp>() -> f32 {
    match OP {
        ReduceOp::Max => f32::NEG_INFINITY,
        ReduceOp::Min => f32::INFINITY,
        _ => 0.0,
    }
}

#[device]
fn combined<F: Float, const OP: ReduceOp>(a: F, b: F) -> F {
    match OP {
        ReduceOp::Max => a.max_or_nan(b),
        ReduceOp::Min => a.min_or_nan(b),
        _ => a + b,
    }
}

#[device]
fn block_reduced<const OP: ReduceOp>(x: f32) -> f32 {
    match OP {
        ReduceOp::Max => block_max_or_nan::<WORKGROUP>(x),
        ReduceOp::Min => block_min_or_nan::<WORKGROUP>(x),
        _ => block_sum::<WORKGROUP>(x),
    }
}

#[device]
fn finished<const OP: ReduceOp>(result: f32, divisor: u32) -> f32 {
    match OP {
        ReduceOp::Max | ReduceOp::Min => result,
        _ => result / divisor as f32,
    }
}
