//! Which calls are tried: sizes around the workgroup and around each of its axes, every variant at one of them, each
//! integer as the size, and each number at the ends of its type, one at a time.

use super::shape::Places;
use crate::package::Package;
use crate::reference::FEW_STEPS;
use crate::value::Number;
use wgpuc_abi::{Op, Scalar, ValueType};

/// What distinguishes one generated call from another.
#[derive(Clone, Debug, Default)]
pub(super) struct Choice {
    /// The size.
    pub(super) n: u64,
    /// Which of the op's integers it is; the others are small.
    pub(super) focus: usize,
    /// By how much the others are larger than small.
    pub(super) more: u64,
    /// Which cases of enums, which bools, and which optional buffers: a number in mixed radix.
    pub(super) variant: usize,
    /// Whether buffers hold the edges of their numbers.
    pub(super) edges: bool,
    /// What one of the op's numbers is, by its place among them, whatever its `require!`s say.
    pub(super) fixed: Option<(usize, Number)>,
}

impl Choice {
    /// Steps that a launch may take: a number at the end of its type that counts rounds is as good as endless.
    pub(super) const fn max_steps(&self) -> u64 {
        if self.fixed.is_some() { 2_000_000 } else { FEW_STEPS }
    }
}

/// The most variants of an op that are tried.
const MAX_VARIANTS: usize = 12;
/// The most calls of an op that fix a number.
const MAX_FIXED: usize = 48;
/// The ends of floats, and what is easily forgotten between: the least below the normal numbers is an f32's.
const FLOATS: [f64; 8] =
    [0.0, 1.0, -1.0, f32::MAX as f64, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, f32::from_bits(1) as f64];

/// What is tried for an op.
pub(super) fn choices(package: &Package, op: &Op) -> Vec<Choice> {
    let places = Places::of(op, &package.output.manifest.interface);
    let n_variants = places.variants.iter().product::<usize>().min(MAX_VARIANTS);
    let w = u64::from(package.largest_workgroup(op.name.kebab()));
    let plain = |n: u64| Choice { n, ..Choice::default() };
    let mut choices: Vec<Choice> = [0, 1, w - 1, w, 3 * w + 5].map(plain).into();
    for variant in 0..n_variants {
        choices.extend([false, true].map(|edges| Choice { variant, edges, ..plain(w + 1) }));
    }
    choices.extend((1..places.n_sizes).map(|focus| Choice { focus, variant: focus % n_variants, ..plain(w + 1) }));
    for axis in package.axes(op.name.kebab()).into_iter().map(u64::from) {
        for focus in 0..places.n_sizes {
            choices.extend([axis - 1, axis, axis + 1].map(|n| Choice { focus, ..plain(n) }));
        }
        // Two whole tiles and a part of one, along every axis.
        choices.push(Choice { more: 2 * axis, ..plain(2 * axis + 1) });
    }
    let numbers = places.numbers.iter().enumerate();
    let fixed = numbers.flat_map(|(at, ty)| ends(ty).into_iter().map(move |end| (at, end)));
    choices.extend(fixed.take(MAX_FIXED).map(|fixed| Choice { fixed: Some(fixed), ..plain(w + 1) }));
    choices
}

/// The ends of a type, and 0, 1 and -1; of an enum and a bool none, as every case of them is a variant.
fn ends(ty: &ValueType) -> Vec<Number> {
    let ValueType::Scalar(scalar) = ty else { return vec![] };
    match scalar {
        Scalar::Bool => vec![],
        Scalar::F16 | Scalar::Bf16 | Scalar::F32 => FLOATS.map(Number::Float).into(),
        _ => {
            let (low, high) = Number::bounds(*scalar);
            let mut ends = vec![0, 1, high];
            ends.extend((low < 0).then_some([-1, low]).into_iter().flatten());
            ends.into_iter().map(Number::Int).collect()
        }
    }
}
