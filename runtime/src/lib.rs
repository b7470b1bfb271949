//! Runs compiled kernels for WebAssembly guests in wasmtime.

pub mod backend;

pub use wgpuc_abi as abi;
