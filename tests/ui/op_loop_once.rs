//! A mistake of many rounds is told once, and nothing of what stands behind a condition that is wrong.

/// A step of a sum.
#[kernel(workgroup = 64)]
fn step(half: u32, y: &mut [f32]) {
    let i = global_id().x;
    if i + half < y.len() && i < half {
        y[i] += y[i + half];
    }
}

const ROUNDS: u32 = 8;

/// Takes a number for a float; the launches are not reached with what they lack.
#[op]
pub fn behind(n: u32, y: &mut [f32]) {
    for r in 0..24 {
        if r < ROUNDS && (ROUNDS as f32) <= n {
            launch!(step, [div_ceil(y.len(), 64)], ROUNDS - 1 - r, y);
        }
    }
}

/// Too many rounds.
#[op]
pub fn beyond(y: &mut [f32]) {
    for r in 0..24 {
        launch!(step, [div_ceil(y.len(), 64)], ROUNDS - 1 - r, y);
    }
}
