//! Runs code that has no inputs: constants whose functions have loops and variables.

use crate::ir::{self, Const, ValueId};

/// The value that `block` computes for `leaf`, where it depends on nothing but constants.
pub(super) fn run(_kernel: &ir::Kernel, _block: &ir::Block, _leaf: ValueId) -> Option<Const> {
    None
}
