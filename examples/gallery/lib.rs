//! Well-known kernels, each beside its counterpart in CUDA C++.
//!
//! Numbers are of 32 bits unless said otherwise; matrices and images are row-major, without gaps.

pub mod saxpy;
pub mod dot;
pub mod scan;
pub mod histogram;
pub mod mandelbrot;
pub mod black_scholes;
pub mod nbody;
pub mod kmeans;
pub mod spmv;
pub mod convolution;
pub mod radix_sort;
pub mod fft;
pub mod heat;
pub mod top_k;
pub mod life;
pub mod sha256;
pub mod mod_pow;
