//! Which calls are tried: sizes around the workgroup, every variant at one of them, each integer as the size.

use super::shape::Places;
use crate::package::Package;
use wgpuc_abi::Op;

/// What distinguishes one generated call from another.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    /// The size.
    pub(super) n: u64,
    /// Which of the op's integers it is; the others are small.
    pub(super) focus: usize,
    /// Which cases of enums, which bools, and which optional buffers: a number in mixed radix.
    pub(super) variant: usize,
    /// Whether buffers hold the edges of their numbers.
    pub(super) edges: bool,
}

/// The most variants of an op that are tried.
const MAX_VARIANTS: usize = 12;

/// What is tried for an op.
pub(super) fn choices(package: &Package, op: &Op) -> Vec<Choice> {
    let places = Places::of(op, &package.output.manifest.interface);
    let n_variants = places.variants.iter().product::<usize>().min(MAX_VARIANTS);
    let w = u64::from(package.largest_workgroup(op.name.kebab()));
    let mut choices = vec![];
    for n in [0, 1, w - 1, w, 3 * w + 5] {
        choices.push(Choice { n, focus: 0, variant: 0, edges: false });
    }
    for variant in 0..n_variants {
        for edges in [false, true] {
            choices.push(Choice { n: w + 1, focus: 0, variant, edges });
        }
    }
    for focus in 1..places.n_sizes {
        choices.push(Choice { n: w + 1, focus, variant: focus % n_variants, edges: false });
    }
    choices
}
