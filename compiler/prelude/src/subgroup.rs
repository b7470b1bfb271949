//! Operations of subgroups, inside `if supports!(subgroups)`.

use crate::declared;
use crate::number::Value;
use crate::vector::u32x4;

macro_rules! operations {
    ($($name:ident ($($arg:ident: $arg_ty:ty),*) -> $ty:ty, $doc:literal;)*) => { $(
        #[doc = $doc]
        ///
        /// Inside `if supports!(subgroups)`.
        #[must_use]
        pub fn $name<T: Value>($($arg: $arg_ty),*) -> $ty {
            declared()
        }
    )* };
}

operations! {
    subgroup_add(_x: T) -> T, "The sum over the subgroup.";
    subgroup_min(_x: T) -> T, "The smallest of the subgroup.";
    subgroup_max(_x: T) -> T, "The largest of the subgroup.";
    subgroup_inclusive_add(_x: T) -> T, "The sum over the invocations up to this one.";
    subgroup_exclusive_add(_x: T) -> T, "The sum over the invocations before this one.";
    subgroup_broadcast_first(_x: T) -> T, "The value of the first invocation.";
    subgroup_shuffle(_x: T, _lane: usize) -> T, "The value of the invocation `lane`.";
    subgroup_shuffle_xor(_x: T, _mask: usize) -> T, "The value of the invocation whose lane is this one's `^ mask`.";
    subgroup_shuffle_down(_x: T, _by: usize) -> T, "The value of the invocation `by` lanes on.";
    subgroup_shuffle_up(_x: T, _by: usize) -> T, "The value of the invocation `by` lanes back.";
}

/// Whether it holds for all of the subgroup. Inside `if supports!(subgroups)`.
#[must_use]
pub fn subgroup_all(_condition: bool) -> bool {
    declared()
}

/// Whether it holds for any of the subgroup. Inside `if supports!(subgroups)`.
#[must_use]
pub fn subgroup_any(_condition: bool) -> bool {
    declared()
}

/// A bit for each invocation for which it holds. Inside `if supports!(subgroups)`.
#[must_use]
pub fn subgroup_ballot(_condition: bool) -> u32x4 {
    declared()
}
