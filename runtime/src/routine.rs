//! What an op says that it computes, resolved like its plan, and its arguments in a call.
//!
//! In: an [`abi::Routine`], and a call's values and buffers. Out: a [`backend::Routine`] where a library may stand for the
//! op's own launches.

use crate::backend::{self, BufferKey};
use crate::eval::{self, Env, Node, Value};
use crate::program::{Malformed, Params};
use wgpuc_abi::{self as abi, Scalar};

/// A routine whose names are resolved.
pub(crate) enum Routine {
    GemmF32(Gemm),
}

pub(crate) struct Gemm {
    /// `m`, `n` and `k`.
    sizes: [Node; 3],
    /// `trans_a` and `trans_b`.
    flags: [Node; 2],
    /// `alpha` and `beta`.
    factors: [Node; 2],
    /// `a`, `b` and `c`, by their places among the op's buffer parameters.
    pub buffers: [usize; 3],
}

/// Resolves a routine.
pub(crate) fn compile(routine: &abi::Routine, params: &Params<'_>) -> Result<Routine, Malformed> {
    let abi::Routine::GemmF32(gemm) = routine;
    let node = |expr| eval::compile(expr, params);
    let floats = |param: u32| match params.buffer(param)? {
        buffer if buffer.elem_bytes == 4 => Ok(buffer.index),
        buffer => Err(Malformed(format!("{} is no matrix of f32", buffer.name))),
    };
    Ok(Routine::GemmF32(Gemm {
        sizes: [node(&gemm.m)?, node(&gemm.n)?, node(&gemm.k)?],
        flags: [node(&gemm.trans_a)?, node(&gemm.trans_b)?],
        factors: [node(&gemm.alpha)?, node(&gemm.beta)?],
        buffers: [floats(gemm.a)?, floats(gemm.b)?, floats(gemm.c)?],
    }))
}

impl Gemm {
    /// The arguments of a call with these buffers, each with its size in bytes. `None` where only the op's own kernels say
    /// what comes of them: an argument that has no value or does not fit, nothing to add up, a matrix beyond its buffer, a
    /// result that is also read.
    pub(crate) fn eval(&self, env: &mut impl Env, buffers: [(BufferKey, u64); 3]) -> Option<backend::Routine> {
        let [m, n, k] = self.sizes.each_ref().map(|size| eval_size(size, env));
        let [trans_a, trans_b] = self.flags.each_ref().map(|flag| flag.eval_bool(env).ok());
        let [alpha, beta] = self.factors.each_ref().map(|factor| match factor.eval(env) {
            Ok(Value::F32(x)) => Some(x),
            _ => None,
        });
        let (m, n, k, alpha) = (m?, n?, k?, alpha?);
        let [a, b, c] = buffers.map(|(key, _)| key);
        let lens = [(m, k), (k, n), (m, n)].map(|(rows, columns)| u128::from(rows) * u128::from(columns));
        let fits = lens.iter().zip(&buffers).all(|(len, (_, bytes))| *len > 0 && 4 * *len <= u128::from(*bytes));
        // What is multiplied by a zero may be no number: a library need not look.
        let is_defined = fits && alpha != 0.0 && c != a && c != b;
        let (trans_a, trans_b, beta) = (trans_a?, trans_b?, beta?);
        let gemm = backend::Gemm { m, n, k, trans_a, trans_b, alpha, beta, a, b, c };
        is_defined.then_some(backend::Routine::GemmF32(gemm))
    }
}

fn eval_size(size: &Node, env: &mut impl Env) -> Option<u32> {
    let bits = eval::to_scalar(size.eval(env).ok()?, Scalar::U32).ok()?;
    u32::try_from(bits).ok()
}
