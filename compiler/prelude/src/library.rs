//! What the compiler's own prelude has as free functions (`compiler/core/prelude`).

use crate::declared;
use crate::number::Scalar;
use crate::vector::{Vec4, boolx4, f32x4, u32x2, u32x4};

macro_rules! of_workgroups {
    ($($name:ident $doc:literal;)*) => { $(
        #[doc = $doc]
        ///
        /// Every invocation must call it; only invocation 0 gets the result.
        #[must_use]
        pub fn $name<const N: usize>(_x: f32) -> f32 {
            declared()
        }
    )* };
}

of_workgroups! {
    block_sum "The sum of `x` over a workgroup of `N` invocations, in an order that depends on `N` and the subgroup size alone.";
    block_max_or_nan "The largest `x` over a workgroup of `N` invocations; NaN where any is.";
    block_min_or_nan "The smallest `x` over a workgroup of `N` invocations; NaN where any is.";
}

/// Which lanes of vector `i` lie below element `n`.
#[must_use]
pub fn lanes_below(_i: usize, _n: usize) -> boolx4 {
    declared()
}

/// Stores vector `i` of an array of `n` elements; what lies past its end stays as it was.
pub fn store_x4<T: Scalar>(_array: &mut [Vec4<T>], _i: usize, _n: usize, _value: Vec4<T>) {}

/// Four random words: Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC'11).
#[must_use]
pub fn philox4x32(_counter: u32x4, _key: u32x2) -> u32x4 {
    declared()
}

impl f32x4 {
    /// The sum of the lanes, pairwise.
    #[must_use]
    pub fn sum_lanes(self) -> f32 {
        declared()
    }
}
