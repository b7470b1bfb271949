//! The CPU target: one WebAssembly core module per kernel instance.
//!
//! Takes an [`ir::Kernel`] whose accesses are all proved or explicitly checked, and gives a module whose ABI
//! `wgpuc_abi::launch` fixes: it imports the shared memory `wgpuc.memory` and exports `run`. It must not optimise
//! (the passes and Cranelift do) and never sees names of ops or guests.
//!
//! `split` cuts the kernel at its barriers into code that runs once per workgroup and leaves that run once per
//! invocation, `live` finds what must outlive a leaf, `layout` gives everything its place in the worker's arena,
//! and `walk` writes the code, with `entry`, `loops`, `value`, `memory` and their like for its parts.
//!
//! Note \[fused\]: `mul_add` becomes `f32x4.relaxed_madd`, which is rounded once under the deterministic profile of
//! the relaxed SIMD proposal. An engine that runs these modules must choose that profile.

mod atomic;
mod code;
mod convert;
mod entry;
mod frame;
mod helper;
mod layout;
mod live;
mod local;
mod loops;
mod memory;
mod module;
mod scalar;
mod split;
#[cfg(test)]
mod tests;
mod value;
mod vector;
mod walk;

pub use module::{CpuModule, emit};
