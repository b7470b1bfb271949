//! Passes: from an `ir::Kernel` to a better one that means the same, or to what is wrong with it.

pub mod bounds;
pub mod lower_for;
pub mod simplify;

use crate::ir::Kernel;

/// The passes that every target wants, in order.
pub fn run(kernel: &mut Kernel) {
    simplify::run(kernel);
}
