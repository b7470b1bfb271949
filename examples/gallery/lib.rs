//! Well-known kernels, each beside its counterpart in CUDA C++.
//!
//! Numbers are of 32 bits unless said otherwise; matrices and images are row-major, without gaps.

mod saxpy;
mod dot;
mod scan;
mod histogram;
mod mandelbrot;
mod black_scholes;
mod nbody;
mod kmeans;
mod spmv;
mod convolution;
mod radix_sort;
mod fft;
mod heat;
mod top_k;
mod life;
mod sha256;
mod mod_pow;
