//! Routines: well-known computations that an op may say it is, so that a backend's library may do its work.

use crate::Expr;
use serde::{Deserialize, Serialize};

/// What an op computes, in terms that libraries know, with the routine's arguments from the op's parameters. The plan
/// computes the same; its requirements hold whichever of them serves a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Routine {
    /// `gemm_f32`.
    GemmF32(Box<Gemm>),
}

/// `c = alpha * op(a) * op(b) + beta * c`, where `op` transposes or leaves as it is. Matrices are row-major, without gaps
/// between rows, and where `beta` is 0, `c` is not read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Gemm {
    /// Rows of `c`.
    pub m: Expr,
    /// Columns of `c`.
    pub n: Expr,
    /// Columns of `op(a)`, rows of `op(b)`.
    pub k: Expr,
    /// Whether `a` is stored as `[k, m]`, and not as `[m, k]`.
    pub trans_a: Expr,
    /// Whether `b` is stored as `[n, k]`, and not as `[k, n]`.
    pub trans_b: Expr,
    /// Factor of the product.
    pub alpha: Expr,
    /// Factor of what `c` held before.
    pub beta: Expr,
    /// Index of the op's parameter that is `a`.
    pub a: u32,
    /// Index of the op's parameter that is `b`.
    pub b: u32,
    /// Index of the op's parameter that is `c`.
    pub c: u32,
}
