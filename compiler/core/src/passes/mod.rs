//! Passes: from an `ir::Kernel` to a better one that means the same, or to what is wrong with it.

pub mod bounds;
pub mod explicit;
pub mod lower_for;
pub mod simplify;
