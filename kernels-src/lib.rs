//! GPU compute for WebAssembly guests: device memory, and ready-made machine-learning kernels.
//!
//! Ready-made kernels. All numbers are 32-bit, matrices are row-major, buffers are tightly packed.

pub mod bootstrap_sample;
pub mod find_split;
pub mod average;
pub mod matmul;
pub mod matmul_blocks;
pub mod matmul_portable;
pub mod matmul_rows;
pub mod matmul_tiles;
pub mod elementwise;
pub mod reduce;
pub mod batch_predict;
pub mod tree_records;
