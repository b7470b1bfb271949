//! Loops with bounds, early ends, matches and constants.

/// How to walk.
pub enum Walk {
    /// Step by step.
    Slow,
    /// Two at a time.
    Fast,
}

/// Steps of the Collatz walk from each number, at most 200.
#[kernel(workgroup = 64, over = out.len())]
pub fn collatz(start: &[u32], out: &mut [u32]) {
    let i = global_id().x;
    if i >= out.len() {
        return;
    }
    let mut x = start[i];
    let mut steps = 0;
    #[bound(201)]
    while x > 1 {
        if steps == 200 {
            break;
        }
        x = if x % 2 == 0 { x / 2 } else { 3 * x + 1 };
        steps += 1;
    }
    out[i] = steps;
}

/// Sums the numbers below each element, in the way asked for.
#[op]
pub fn summed(walk: Walk, backwards: bool, n: u32, out: &mut [u32]) {
    require!(n <= out.len());
    launch!(sum::<{ walk }, { backwards }>, [div_ceil(n, 32)], n, out);
}

#[kernel(workgroup = 32)]
fn sum<const WALK: Walk, const BACKWARDS: bool>(n: u32, out: &mut [u32]) {
    let i = global_id().x;
    if i < n {
        let step = match WALK {
            Walk::Slow => 1,
            Walk::Fast => 2,
        };
        let mut sum = 0;
        if BACKWARDS {
            for k in (0..i).rev() {
                if k % step != 0 {
                    continue;
                }
                sum = sum * 3 + k;
            }
        } else {
            for k in (0..i).step_by(step) {
                sum = sum * 3 + k;
            }
        }
        out[i] = sum;
    }
}
