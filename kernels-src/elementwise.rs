//! One function of each element, or of each pair.

use wgpuc::*;

/// Parameters of [`kernel_elementwise`].
pub struct ElementwiseParams {
    /// How many elements.
    pub n_elements: u32,
    /// What to compute.
    pub op: ElementwiseOp,
}

/// The function to apply.
pub enum ElementwiseOp {
    /// `a` where it is not negative, else 0.
    Relu,
    /// `1 / (1 + e^-a)`.
    Sigmoid,
    /// The hyperbolic tangent of `a`.
    Tanh,
    /// `a + b`.
    Add,
    /// `a * b`.
    Mul,
    /// The square root of `a`.
    Sqrt,
    /// `e^a`.
    Exp,
    /// The natural logarithm of `a`.
    Log,
}

/// Invocations of a workgroup.
const WORKGROUP: u32 = 128;
/// Vectors that an invocation takes: of 1, 2 and 4, by 128 and 256 invocations, these are fastest on an H200.
const VECTORS: u32 = 2;

/// Applies `op` to every element.
///
/// `add` and `mul` need `input-b`; the others ignore it. Any of the buffers may be the same one.
#[op(may_alias(input_a, input_b, output))]
pub fn kernel_elementwise(params: ElementwiseParams, input_a: &[f32], input_b: Option<&[f32]>, output: &mut [f32]) {
    require!(params.n_elements > 0);
    require!(input_a.len() >= params.n_elements);
    require!(output.len() >= params.n_elements);
    let quads = div_ceil(params.n_elements, 4);
    let n = params.n_elements;
    let workgroups = div_ceil(quads, WORKGROUP * VECTORS);
    match params.op {
        ElementwiseOp::Add | ElementwiseOp::Mul => {
            require!(input_b.is_some());
            require!(input_b.len() >= params.n_elements);
            launch!(binary::<{ params.op }>, [workgroups], n, quads, input_a.as_x4(), input_b.as_x4(), output.as_x4());
        }
        _ => {
            launch!(unary::<{ params.op }>, [workgroups], n, quads, input_a.as_x4(), output.as_x4());
        }
    }
}

#[kernel(workgroup = WORKGROUP)]
fn unary<const OP: ElementwiseOp>(n: u32, quads: u32, input: &[f32x4], output: &mut [f32x4]) {
    let first = workgroup_id().x * (WORKGROUP * VECTORS) + local_index();
    if first + (VECTORS - 1) * WORKGROUP < n / 4 {
        let mut values = [f32x4::splat(0.0); VECTORS];
        #[unroll]
        for v in 0..VECTORS {
            values[v] = input[first + v * WORKGROUP];
        }
        #[unroll]
        for v in 0..VECTORS {
            output[first + v * WORKGROUP] = of_one::<OP>(values[v]);
        }
    } else {
        for i in (first..min(first + VECTORS * WORKGROUP, quads)).step_by(WORKGROUP) {
            store_x4(output, i, n, of_one::<OP>(input[i]));
        }
    }
}

#[device]
fn of_one<const OP: ElementwiseOp>(x: f32x4) -> f32x4 {
    match OP {
        // Not `x < 0.0`: a GPU's compiler makes a maximum of it, which loses NaN.
        ElementwiseOp::Relu => select((x > 0.0) | x.is_nan(), x, f32x4::splat(0.0)),
        ElementwiseOp::Sigmoid => x.sigmoid(),
        ElementwiseOp::Tanh => x.tanh(),
        ElementwiseOp::Sqrt => x.sqrt(),
        ElementwiseOp::Exp => x.exp(),
        ElementwiseOp::Log => x.ln(),
        ElementwiseOp::Add | ElementwiseOp::Mul => x,
    }
}

#[kernel(workgroup = WORKGROUP)]
fn binary<const OP: ElementwiseOp>(n: u32, quads: u32, a: &[f32x4], b: &[f32x4], output: &mut [f32x4]) {
    let first = workgroup_id().x * (WORKGROUP * VECTORS) + local_index();
    if first + (VECTORS - 1) * WORKGROUP < n / 4 {
        let mut values = [f32x4::splat(0.0); VECTORS];
        #[unroll]
        for v in 0..VECTORS {
            values[v] = of_two::<OP>(a[first + v * WORKGROUP], b[first + v * WORKGROUP]);
        }
        #[unroll]
        for v in 0..VECTORS {
            output[first + v * WORKGROUP] = values[v];
        }
    } else {
        for i in (first..min(first + VECTORS * WORKGROUP, quads)).step_by(WORKGROUP) {
            store_x4(output, i, n, of_two::<OP>(a[i], b[i]));
        }
    }
}

#[device]
fn of_two<const OP: ElementwiseOp>(a: f32x4, b: f32x4) -> f32x4 {
    match OP {
        ElementwiseOp::Mul => a * b,
        _ => a + b,
    }
}
