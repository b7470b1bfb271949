//! Functions of constants, which are computed while compiling.

use wgpuc::*;

const MINUS_ONE: f32 = -1.0;
const HALF: f32 = 0.5;
const VALUES: [f32; 5] = [MINUS_ONE.exp(), HALF.ln(), f32::INFINITY.tanh(), f32::NEG_INFINITY.sigmoid(), 3.0.ln()];

/// With branches, and a large argument.
const BRANCHED: [f32; 5] = [2.0.powf(HALF), -1e9.sin(), 10.0.powi(-7), MINUS_ONE.powf(HALF), 0.0.powf(MINUS_ONE)];
const THREE: u32 = 3;
/// With a loop, and with numbers past the end of the type.
const COUNTS: [u32; 4] =
    [THREE.pow(4), THREE.pow(21), THREE.saturating_sub(5), (1000 * THREE).next_power_of_two().ilog2()];

/// With loops that end by what they find.
const FOUND: [u32; 2] = [common_divisor(1071, 462), above(1000)];

/// The greatest number that divides both (Euclid).
fn common_divisor(a: u32, b: u32) -> u32 {
    let (mut x, mut y) = (a, b);
    #[bound(48)]
    while y != 0 {
        let rest = x % y;
        x = y;
        y = rest;
    }
    x
}

/// The first power of three above `n`.
fn above(n: u32) -> u32 {
    let mut power = 1;
    #[bound(21)]
    loop {
        if power > n {
            return power;
        }
        power *= 3;
    }
}

/// The values of the table.
#[kernel(workgroup = 64, over = n)]
pub fn table(n: u32, out: &mut [f32]) {
    require!(n <= 5);
    require!(out.len() >= n);
    let i = global_id().x;
    if i < n {
        out[i] = VALUES[i];
    }
}

/// The values of the tables that branches and loops made.
#[kernel(workgroup = 64, over = n)]
pub fn branched(n: u32, out: &mut [f32], counts: &mut [u32]) {
    require!(n <= 5);
    require!(out.len() >= n);
    require!(counts.len() >= n);
    let i = global_id().x;
    if i < n {
        out[i] = BRANCHED[i];
        counts[i] = if i < 4 { COUNTS[i] } else { FOUND[0] * FOUND[1] };
    }
}
