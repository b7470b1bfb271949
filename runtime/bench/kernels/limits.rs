//! What a device can do at best: copies, multiply-adds in registers, and launches of nothing.

/// Parameters of [`multiply_add`].
pub struct MultiplyAddParams {
    /// Workgroups.
    pub groups: u32,
    /// Rounds of 256 multiply-adds.
    pub rounds: u32,
    /// The factor.
    pub factor: f32,
    /// The term.
    pub term: f32,
}

/// Invocations of a workgroup.
const WORKGROUP: u32 = 256;
/// Vectors of four chains: enough that none waits for itself.
const CHAINS: u32 = 8;
/// Steps of every chain in a round: so many that the loop itself costs nothing.
const STEPS: u32 = 8;

/// `output[i]` is the sum of 32 chains of `x = x * factor + term`, which begin at `i`, `i + 1`, ...
#[op]
pub fn multiply_add(params: MultiplyAddParams, output: &mut [f32]) {
    require!(params.groups > 0);
    require!(output.len() >= params.groups * 256);
    launch!(chains, [params.groups], params.rounds, params.factor, params.term, output);
}

#[kernel(workgroup = WORKGROUP)]
fn chains(rounds: u32, factor: f32, term: f32, output: &mut [f32]) {
    let i = global_id().x;
    let mut x = [f32x4::splat(0.0); CHAINS];
    #[unroll]
    for c in 0..CHAINS {
        let first = f32x4::new(0.0, 1.0, 2.0, 3.0) + (4 * c) as f32;
        x[c] = first + i as f32;
    }
    for _ in 0..rounds {
        #[unroll]
        for _ in 0..STEPS {
            #[unroll]
            for c in 0..CHAINS {
                x[c] = x[c].mul_add(f32x4::splat(factor), f32x4::splat(term));
            }
        }
    }
    let mut sum = f32x4::splat(0.0);
    #[unroll]
    for c in 0..CHAINS {
        sum += x[c];
    }
    if i < output.len() {
        output[i] = sum.sum_lanes();
    }
}

/// Copies an array: the copies of some drivers are slower than the memory is.
#[op]
pub fn copy_words(n: u32, input: &[u32], output: &mut [u32]) {
    require!(n > 0);
    require!(input.len() >= n);
    require!(output.len() >= n);
    let quads = div_ceil(n, 4);
    launch!(copied, [div_ceil(quads, 256)], n, quads, input.as_x4(), output.as_x4());
}

#[kernel(workgroup = 256)]
fn copied(n: u32, quads: u32, input: &[u32x4], output: &mut [u32x4]) {
    let i = global_id().x;
    if i < quads {
        store_x4(output, i, n, input[i]);
    }
}

/// Launches one workgroup that has nothing to do.
#[op]
pub fn nothing(output: &mut [u32]) {
    launch!(idle, [1], output);
}

#[kernel(workgroup = 32)]
fn idle(output: &mut [u32]) {
    // Never so many; without a use, the buffer would be no parameter.
    if global_id().x >= 32 && output.len() > 0 {
        output[0] = 0;
    }
}
