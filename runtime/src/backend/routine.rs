//! Routines as a backend gets them: the arguments of one call, checked.

use super::BufferKey;

/// A computation that a backend's library may know, and what to compute it of. See [`wgpuc_abi::Routine`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Routine {
    /// `c = alpha * op(a) * op(b) + beta * c`
    GemmF32(Gemm),
}

/// The arguments of [`Routine::GemmF32`]. No size is 0, the buffers are large enough for the matrices, `alpha` is not 0, and
/// `c` is another buffer than `a` and `b`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gemm {
    /// Rows of `c`.
    pub m: u32,
    /// Columns of `c`.
    pub n: u32,
    /// Columns of `op(a)`, rows of `op(b)`.
    pub k: u32,
    /// Whether `a` is `[k, m]`, and not `[m, k]`; row-major.
    pub trans_a: bool,
    /// Whether `b` is `[n, k]`, and not `[k, n]`; row-major.
    pub trans_b: bool,
    /// Factor of the product.
    pub alpha: f32,
    /// Factor of what `c` held before; where it is 0, `c` is not read.
    pub beta: f32,
    /// The first matrix.
    pub a: BufferKey,
    /// The second matrix.
    pub b: BufferKey,
    /// The result: `[m, n]`, row-major.
    pub c: BufferKey,
}
