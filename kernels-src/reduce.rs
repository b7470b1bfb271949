//! Sum, extrema, mean and variance of an array.

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
/// Vectors that one invocation takes.
const DEPTH: u32 = 16;
/// Vectors that a workgroup takes.
const CHUNK: u32 = 4096;

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
    let groups = div_ceil(quads, CHUNK);
    match params.op {
        ReduceOp::Variance => {
            let mean = scratch::<f32>(1);
            if groups == 1 {
                launch!(partial::<{ ReduceOp::Mean }>, [1], n, quads, input.as_x4(), mean);
                launch!(squares, [1], n, quads, mean, input.as_x4(), output);
            } else {
                let partials = scratch::<f32>(groups);
                launch!(partial::<{ ReduceOp::Sum }>, [groups], n, quads, input.as_x4(), partials);
                launch!(finish::<{ ReduceOp::Mean }>, [1], n, groups, partials, mean);
                launch!(squares, [groups], n, quads, mean, input.as_x4(), partials);
                launch!(finish::<{ ReduceOp::Mean }>, [1], n, groups, partials, output);
            }
        }
        _ => {
            if groups == 1 {
                launch!(partial::<{ params.op }>, [1], n, quads, input.as_x4(), output);
            } else {
                let partials = scratch::<f32>(groups);
                launch!(partial::<{ params.op }>, [groups], n, quads, input.as_x4(), partials);
                launch!(finish::<{ params.op }>, [1], n, groups, partials, output);
            }
        }
    }
}

/// One result per workgroup; the mean is divided only where there is one workgroup, else [`finish`] does it.
#[kernel(workgroup = WORKGROUP)]
fn partial<const OP: ReduceOp>(n: u32, quads: u32, input: &[f32x4], partials: &mut [f32]) {
    let first = workgroup_id().x * CHUNK + local_index();
    let mut acc = f32x4::splat(identity::<OP>());
    #[unroll]
    for d in 0..DEPTH {
        let i = first + d * WORKGROUP;
        if i < quads {
            let kept = select(lanes_below(i, n), input[i], f32x4::splat(identity::<OP>()));
            acc = combined::<f32x4, OP>(acc, kept);
        }
    }
    let pair = combined::<f32x2, OP>(f32x2::new(acc.x, acc.y), f32x2::new(acc.z, acc.w));
    let result = block_reduced::<OP>(combined::<f32, OP>(pair.x, pair.y));
    if local_index() == 0 {
        let alone = num_workgroups().x == 1;
        partials[workgroup_id().x] = if alone { finished::<OP>(result, n) } else { result };
    }
}

/// The sum of the squared deviations from a mean, per workgroup; divided where there is one.
#[kernel(workgroup = WORKGROUP)]
fn squares(n: u32, quads: u32, mean: &[f32], input: &[f32x4], partials: &mut [f32]) {
    let first = workgroup_id().x * CHUNK + local_index();
    let zero = f32x4::splat(0.0);
    let mut acc = zero;
    #[unroll]
    for d in 0..DEPTH {
        let i = first + d * WORKGROUP;
        if i < quads {
            let difference = select(lanes_below(i, n), input[i] - mean[0], zero);
            acc += difference * difference;
        }
    }
    let result = block_sum::<WORKGROUP>(acc.sum_lanes());
    if local_index() == 0 {
        let alone = num_workgroups().x == 1;
        partials[workgroup_id().x] = if alone { result / n as f32 } else { result };
    }
}

/// One workgroup reduces the partial results.
#[kernel(workgroup = WORKGROUP)]
fn finish<const OP: ReduceOp>(n: u32, count: u32, partials: &[f32], output: &mut [f32]) {
    let mut acc = identity::<OP>();
    // Blocks of 32 terms keep the rounding error that of pairwise summation.
    for block in (local_index()..count).step_by(32 * WORKGROUP) {
        let mut part = identity::<OP>();
        for i in (block..min(block + 32 * WORKGROUP, count)).step_by(WORKGROUP) {
            part = combined::<f32, OP>(part, partials[i]);
        }
        acc = combined::<f32, OP>(acc, part);
    }
    let result = block_reduced::<OP>(acc);
    if local_index() == 0 {
        output[0] = finished::<OP>(result, n);
    }
}

fn identity<const OP: ReduceOp>() -> f32 {
    match OP {
        ReduceOp::Max => f32::NEG_INFINITY,
        ReduceOp::Min => f32::INFINITY,
        _ => 0.0,
    }
}

fn combined<F: Float, const OP: ReduceOp>(a: F, b: F) -> F {
    match OP {
        ReduceOp::Max => a.max_or_nan(b),
        ReduceOp::Min => a.min_or_nan(b),
        _ => a + b,
    }
}

fn block_reduced<const OP: ReduceOp>(x: f32) -> f32 {
    match OP {
        ReduceOp::Max => block_max_or_nan::<WORKGROUP>(x),
        ReduceOp::Min => block_min_or_nan::<WORKGROUP>(x),
        _ => block_sum::<WORKGROUP>(x),
    }
}

fn finished<const OP: ReduceOp>(result: f32, n: u32) -> f32 {
    match OP {
        ReduceOp::Mean => result / n as f32,
        _ => result,
    }
}
