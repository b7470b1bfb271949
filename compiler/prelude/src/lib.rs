//! The kernel language as declarations, so that kernel files are valid Rust: for editors, and for `cargo check`.
//!
//! A kernel folder with a `Cargo.toml` that depends on this crate, and files that begin with `use wgpuc::*;`, opens in
//! rust-analyzer with names, types, docs and completion. Nothing here computes: `wgpuc` compiles kernels, and has these
//! names itself; its front end takes no notice of `use`. What the language means is in `docs/language.md`; where Rust
//! cannot say it, these declarations allow more:
//!
//! - `u32` is `usize` to Rust, which indexes by nothing else. Constants outside of functions, and helpers without
//!   `#[device]`, must do without the suffix of `1u32`, and write `x.to_bits() as u32`, for Rust's own `u32`.
//! - `f16` and `bf16` are `f32`, and comparisons of vectors give `bool`, which is taken wherever a vector of them is.
//! - `tile.as_x4()` has as many vectors in a row as it had scalars.
//! - A generic function with an attribute is checked for stand-ins of its parameters: 64, `true`, the first case, and
//!   `f32`; with `f32x4` too for a type of which nothing is known.

#![allow(non_camel_case_types)]

mod atomic;
mod float;
mod host;
mod int;
mod invocation;
mod library;
mod loops;
mod macros;
mod memory;
mod number;
mod subgroup;
mod vector;
mod vector_ops;

pub use atomic::{Atomic, AtomicScalar};
pub use float::{Float, f32};
pub use host::{Buffer, scratch, scratch_zeroed, try_scratch};
pub use int::{Bits, Int, div_ceil};
pub use invocation::{
    global_id, local_id, local_index, num_workgroups, storage_barrier, subgroup_lane, subgroup_size, workgroup_barrier,
    workgroup_id, workgroup_size,
};
pub use library::{block_max_or_nan, block_min_or_nan, block_sum, lanes_below, philox4x32, store_x4};
pub use loops::*;
pub use memory::{Views, copy_async, copy_async_or_zero, copy_commit, copy_wait, shared, shared_zeroed, uniform_load};
pub use number::{Lanes, Mask, Number, Scalar, Signed, Value, max, min, select};
pub use subgroup::*;
pub use vector::*;
pub use wgpuc_prelude_macros::{bound, device, instances, kernel, launch, op, unroll};

/// 32 bits without a sign. To Rust it is `usize`, which indexes its arrays.
pub type u32 = usize;
/// A float of 16 bits: five of exponent, ten of mantissa. To Rust it is `f32`. To compute with it, a kernel
/// `needs = f16`; without, it is for storage.
pub type f16 = core::primitive::f32;
/// The high half of an `f32`, for storage. To Rust it is `f32`.
pub type bf16 = core::primitive::f32;

/// What the attributes' expansions name.
#[doc(hidden)]
pub mod __prelude {
    pub use crate::host::{Passed, passed};

    /// The body of a declaration.
    #[must_use]
    pub fn declared<T>() -> T {
        unreachable!("kernels are compiled by wgpuc, not by Rust")
    }

    /// What `require!` takes.
    pub fn required(_condition: bool) {}

    /// What `fault!` takes.
    pub fn failed(_value: usize, _bound: usize) {}

    /// A condition that Rust knows nothing of.
    #[must_use]
    pub fn never() -> bool {
        false
    }

    /// In place of a branch for other types.
    pub fn other_instance() -> ! {
        declared()
    }

    /// In place of generic arguments that Rust does not take.
    #[derive(Clone, Copy)]
    pub struct Instance;

    /// The value of a generic parameter where a body is checked.
    pub trait StandIn {
        /// One that tiles can be divided by.
        const VALUE: Self;
    }

    macro_rules! stand_ins {
        ($($ty:ty = $value:expr),*) => { $(impl StandIn for $ty { const VALUE: Self = $value; })* };
    }
    stand_ins!(bool = true, i32 = 64, i64 = 64, u64 = 64, usize = 64);

    /// The first case of an enum.
    #[must_use]
    #[allow(unsafe_code)] // Rust has no other way to name a case of an enum that it knows nothing of
    pub const fn any_case<E>() -> E {
        // SAFETY: used with enums of kernel files, whose cases carry nothing and are counted from zero
        unsafe { core::mem::MaybeUninit::zeroed().assume_init() }
    }
}
use __prelude::declared;
