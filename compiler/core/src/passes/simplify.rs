//! Makes a kernel smaller and faster without looking at any target.
//!
//! In: a verified kernel; out: one with the same meaning in every detail, the faults included, except for the bits
//! of a NaN and for what nothing has written. It must not touch sites, parameters, shared memory or facts: others
//! hold their numbers. Values, slots and accesses are numbered anew.

mod algebra;
mod cse;
mod dce;
mod fold;
mod forward;
mod licm;
mod split;
mod unroll;

use crate::ir::Kernel;

/// How often loops are unrolled and what that shows is folded; each round unrolls one more level of bounds that
/// depend on an outer loop's variable.
const MAX_ROUNDS: usize = 4;

/// Simplifies a kernel.
pub fn run(kernel: &mut Kernel) {
    for _ in 0..MAX_ROUNDS {
        forward::run(kernel);
        fold::run(kernel);
        let unrolled = unroll::run(kernel);
        let split = split::run(kernel);
        if !unrolled && !split {
            break;
        }
    }
    forward::run(kernel);
    fold::run(kernel);
    cse::run(kernel);
    fold::run(kernel);
    licm::run(kernel);
    cse::run(kernel);
    dce::run(kernel);
}

#[cfg(test)]
mod tests;
