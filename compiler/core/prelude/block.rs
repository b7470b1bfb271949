//! Reductions over a workgroup. Every invocation must call them; only invocation 0 gets the result.

/// The sum of `x` over a workgroup of `N` invocations, in an order that depends on `N` and the subgroup size alone.
pub fn block_sum<const N: u32>(x: f32) -> f32 {
    let partial = shared::<[f32; N]>();
    let i = local_index();
    if supports!(subgroups) {
        let size = subgroup_size();
        let sum = subgroup_add(x);
        if i % size == 0 {
            partial[i / size] = sum;
        }
        workgroup_barrier();
        // Each subgroup adds up what all have found: that takes no other barrier.
        let mut rest = 0.0;
        for j in (i % size..div_ceil(N, size)).step_by(size) {
            rest += partial[j];
        }
        return subgroup_add(rest);
    }
    partial[i] = x;
    workgroup_barrier();
    // Two levels of about the square root: two barriers, where a tree of halves needs eight.
    let mut sum = 0.0;
    if i < 16 {
        for j in (i..N).step_by(16) {
            sum += partial[j];
        }
    }
    workgroup_barrier();
    if i < 16 {
        partial[i] = sum;
    }
    workgroup_barrier();
    let mut total = 0.0;
    if i == 0 {
        for j in 0..min(N, 16) {
            total += partial[j];
        }
    }
    total
}

/// The largest `x` over a workgroup of `N` invocations; NaN where any is.
pub fn block_max_or_nan<const N: u32>(x: f32) -> f32 {
    let i = local_index();
    if supports!(subgroups) {
        let size = subgroup_size();
        let partial = shared::<[i32; N]>();
        let most = subgroup_max(ordered(x));
        if i % size == 0 {
            partial[i / size] = most;
        }
        workgroup_barrier();
        let mut rest = i32::MIN;
        for j in (i % size..div_ceil(N, size)).step_by(size) {
            rest = max(rest, partial[j]);
        }
        return from_ordered(subgroup_max(rest));
    }
    let partial = shared::<[f32; N]>();
    partial[i] = x;
    workgroup_barrier();
    let mut best = x;
    if i < 16 {
        for j in (i..N).step_by(16) {
            best = best.max_or_nan(partial[j]);
        }
    }
    workgroup_barrier();
    if i < 16 {
        partial[i] = best;
    }
    workgroup_barrier();
    if i == 0 {
        for j in 0..min(N, 16) {
            best = best.max_or_nan(partial[j]);
        }
    }
    best
}

/// A number that orders as `x` does among floats, and a NaN above all: of integers, a subgroup's largest is one instruction.
fn ordered(x: f32) -> i32 {
    select(x.is_nan(), i32::MAX, flipped(x.to_bits() as i32))
}

/// The float of an [`ordered`] number.
fn from_ordered(x: i32) -> f32 {
    f32::from_bits(flipped(x) as u32)
}

/// The bits of a negative float but its sign, turned over.
fn flipped(bits: i32) -> i32 {
    bits ^ ((bits >> 31) & i32::MAX)
}

/// The smallest `x` over a workgroup of `N` invocations; NaN where any is.
pub fn block_min_or_nan<const N: u32>(x: f32) -> f32 {
    -block_max_or_nan::<N>(-x)
}
