//! Ops that choose buffers, take tuples apart, and shift by what the call says.

/// Doubles `x` `times` times into `y`, by way of a buffer and back.
#[op]
pub fn doubled(times: u32, x: &[u32], y: &mut [u32]) {
    let n = x.len();
    require!(y.len() == n);
    require!(times < 4);
    if n == 0 {
        return;
    }
    let other = scratch::<u32>(n);
    // The last pass writes `y`.
    let (first, second) = if times % 2 == 0 { (y, other) } else { (other, y) };
    launch!(copy, [div_ceil(n, 64)], x, first);
    for pass in 0..3 {
        let (from, to) = if pass % 2 == 0 { (first, second) } else { (second, first) };
        if pass < times {
            launch!(twice, [div_ceil(from.len(), 64)], from, to);
        }
    }
}

#[kernel(workgroup = 64)]
fn copy(from: &[u32], to: &mut [u32]) {
    let i = global_id().x;
    if i < from.len() && i < to.len() {
        to[i] = from[i];
    }
}

#[kernel(workgroup = 64)]
fn twice(from: &[u32], to: &mut [u32]) {
    let i = global_id().x;
    if i < from.len() && i < to.len() {
        to[i] = 2 * from[i];
    }
}

/// Where the shorter side is.
enum Side {
    Left,
    Right,
}

/// Copies the longer of two arrays, seen as vectors, in steps of `1 << log` words.
#[op]
pub fn longer(log: u32, a: &[u32], b: &[u32], out: &mut [u32]) {
    let (side, short, long) = match a.len() < b.len() {
        true => (Side::Left, a.len(), b.len()),
        false => (Side::Right, b.len(), a.len()),
    };
    let from = if short == long {
        a
    } else if a.len() < b.len() {
        b
    } else {
        a
    };
    require!(from.len() % (4 << log) == 0);
    require!(out.len() >= long);
    launch!(copy_vectors::<{ side }>, [div_ceil(from.len() >> 2, 64)], short >> log, from.as_x4(), out.as_x4());
}

#[kernel(workgroup = 64)]
fn copy_vectors<const SIDE: Side>(steps: u32, from: &[u32x4], out: &mut [u32x4]) {
    let i = global_id().x;
    if i < from.len() && i < out.len() {
        out[i] = from[i]
            + match SIDE {
                Side::Left => steps,
                Side::Right => 0,
            };
    }
}

/// Copies `own`, where asked or where `other` is absent, else `other`.
#[op]
pub fn either(is_own: bool, own: &[u32], other: Option<&[u32]>, out: &mut [u32]) {
    let from = if is_own { own } else { other };
    if from.is_none() {
        launch!(copy, [div_ceil(own.len(), 64)], own, out);
    } else {
        launch!(copy, [div_ceil(from.len(), 64)], from, out);
    }
}

/// Copies one of three arrays; `third` is where `which` is neither 0 nor 1.
#[op]
pub fn one_of_three(which: u32, first: &[u32], second: &[u32], third: &[u32], out: &mut [u32]) {
    let from = match which {
        0 => first,
        1 => second,
        _ => third,
    };
    launch!(copy, [div_ceil(from.len(), 64)], from, out);
}
