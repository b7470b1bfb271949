//! What stands before loops, as a function with an attribute has it.

/// `#[unroll]` before a `for` loop: the bounds must be constants, and the body is compiled once for each value, in which
/// the variable is a constant.
#[doc(hidden)]
pub const fn unroll() {}

/// `#[bound(n)]` before `while` or `loop`: at most `n` rounds; one more is a fault and leaves the loop.
#[doc(hidden)]
pub const fn bound(_rounds: usize) {}
