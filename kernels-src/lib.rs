//! GPU compute for WebAssembly guests: device memory, and ready-made machine-learning kernels.
//!
//! Ready-made kernels. All numbers are 32-bit, matrices are row-major, buffers are tightly packed.

mod bootstrap_sample;
mod find_split;
mod average;
mod matmul;
mod matmul_rows;
mod matmul_tiles;
mod elementwise;
mod reduce;
mod batch_predict;
mod tree_records;
