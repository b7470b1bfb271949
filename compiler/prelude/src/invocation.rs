//! Where the invocation is, and barriers.

use crate::declared;
use crate::vector::u32x3;

macro_rules! numbers {
    ($ty:ty, $($name:ident $doc:literal;)*) => { $(
        #[doc = $doc]
        #[must_use]
        pub fn $name() -> $ty {
            declared()
        }
    )* };
}

numbers! { u32x3,
    local_id "The invocation's place in its workgroup: `.x .y .z`.";
    workgroup_id "The workgroup's place among those launched: `.x .y .z`.";
    global_id "The invocation's place among all: `workgroup_id() * workgroup_size() + local_id()`.";
    num_workgroups "How many workgroups were launched: `.x .y .z`.";
    workgroup_size "How many invocations a workgroup has: `.x .y .z`. It is constant.";
}

numbers! { usize,
    local_index "The invocation's number in its workgroup: `x` first, then `y`, then `z`.";
    subgroup_size "How many invocations a subgroup has. Inside `if supports!(subgroups)`.";
    subgroup_lane "The invocation's number in its subgroup. Inside `if supports!(subgroups)`.";
}

/// Waits for the workgroup: what each invocation wrote to workgroup memory before, all see after it. Every invocation
/// must reach it.
pub fn workgroup_barrier() {}

/// As [`workgroup_barrier`], for buffers. Every invocation must reach it.
pub fn storage_barrier() {}
