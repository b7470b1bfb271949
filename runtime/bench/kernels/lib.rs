//! Kernels that only measuring needs.

mod fill;
mod limits;
