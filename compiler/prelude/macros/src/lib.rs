//! The attributes of kernel files, and `launch!`, as far as Rust must know them to check and show a kernel file.
//!
//! They compile nothing. A function becomes one that Rust can check: what only `wgpuc` understands is taken out of its
//! body (`rewrite`), and where it is generic, its body is checked for stand-ins of the parameters, as the compiler
//! does for the real ones (`instance`). What an expansion names must be in scope: kernel files have
//! `use wgpuc::*;`.

mod attribute;
mod function;
mod instance;
mod launch;
mod method;
mod rewrite;

use proc_macro::TokenStream;

/// Device code that ops launch: `#[kernel(workgroup = 256)]`.
///
/// - `workgroup = 256`, or up to three sizes: `workgroup = [16, 16]`
/// - `over = y.len()`, on a `pub fn`: it is an op as well, launched with an invocation for each element, after the
///   `require!`s that its body begins with; `over = [width, height]` along as many axes as the workgroup has
/// - `needs = subgroups`, or several features: `needs = [f16, sm_80]`
/// - `max_registers = 128`, `min_groups = 2`: advice for NVIDIA's compiler
#[proc_macro_attribute]
pub fn kernel(args: TokenStream, item: TokenStream) -> TokenStream {
    function::expand(function::Kind::Kernel, args.into(), item.into()).into()
}

/// What a guest calls. Runs on the host, checks its arguments with `require!` and launches kernels with `launch!`.
///
/// - `may_alias(a, b)`: those buffers may be the same one
/// - `routine = gemm_f32(m = params.m, ...)`: what it computes, where libraries know it
#[proc_macro_attribute]
pub fn op(args: TokenStream, item: TokenStream) -> TokenStream {
    function::expand(function::Kind::Op, args.into(), item.into()).into()
}

/// A helper of kernels that Rust cannot check as it stands: one with `#[unroll]` or `#[bound]`, with an enum as a
/// generic argument, with constants that are computed from generic ones, with operators on a type of which nothing is
/// known, or with `self` as its first parameter. To the compiler it means nothing.
#[proc_macro_attribute]
pub fn device(args: TokenStream, item: TokenStream) -> TokenStream {
    function::expand(function::Kind::Device, args.into(), item.into()).into()
}

/// The instances that are compiled of a kernel that is an op: `#[instances(T = [f32, f16], N = [4])]`.
#[proc_macro_attribute]
pub fn instances(_: TokenStream, item: TokenStream) -> TokenStream {
    item
}

/// Before a `for` loop whose bounds are constants: the body is compiled once for each value. Rust takes it only in a
/// function with an attribute: a helper needs `#[device]`.
#[proc_macro_attribute]
pub fn unroll(_: TokenStream, item: TokenStream) -> TokenStream {
    function::without_attribute("unroll", item.into()).into()
}

/// `#[bound(n)]` before `while` or `loop`: at most `n` rounds; one more is a fault and leaves the loop. Rust takes it only
/// in a function with an attribute: a helper needs `#[device]`.
#[proc_macro_attribute]
pub fn bound(_: TokenStream, item: TokenStream) -> TokenStream {
    function::without_attribute("bound", item.into()).into()
}

/// Launches a kernel: `launch!(kernel::<generics>, [x, y, z], args...)`, with one to three workgroup counts, then one
/// argument for each of the kernel's parameters.
///
/// A generic argument in braces that is not constant is an enum or a bool: every variant is compiled, and the value
/// picks. Buffers are passed as they are, as vectors (`input.as_x4()`), or are scratch buffers. `&mut [T]` may be passed
/// where the kernel takes `&[T]` or `&[Atomic<T>]`.
#[proc_macro]
pub fn launch(input: TokenStream) -> TokenStream {
    launch::expand(input.into()).into()
}
