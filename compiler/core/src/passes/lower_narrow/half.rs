//! `f16` by its bits: IEEE binary16, for devices without it.

use super::Lower;
use crate::ir::{Op, Scalar, ValueId};

/// What lies between the exponents of f16 and f32, where an f32 has it.
const BIAS: u32 = (127 - 15) << 23;
const INFINITY: u32 = 0x7f80_0000;

/// The value of an f16's bits; exact.
pub(super) fn to_f32(lower: &mut Lower<'_>, bits: ValueId) -> ValueId {
    let lanes = lower.ty(bits).lanes;
    let magnitude = lower.op_u32(Op::And, bits, 0x7fff);
    let shifted = lower.op_u32(Op::Shl, magnitude, 13);
    let normal = lower.op_u32(Op::Add, shifted, BIAS);
    let infinite = lower.op_u32(Op::Or, shifted, INFINITY);
    // Below the normal numbers of f16, and normal as f32: the digits count units of 2^-24.
    let unit = lower.number(Scalar::F32, 2f32.powi(-24).to_bits().into(), lanes);
    let digits = lower.cast(Op::Convert, magnitude, Scalar::F32);
    let small = lower.op(Op::Mul, &[digits, unit]);
    let small = lower.cast(Op::Bitcast, small, Scalar::U32);
    let is_small = lower.op_u32(Op::Lt, magnitude, 0x0400);
    let is_infinite = lower.op_u32(Op::Ge, magnitude, 0x7c00);
    let value = lower.op(Op::Select, &[is_small, small, normal]);
    let value = lower.op(Op::Select, &[is_infinite, infinite, value]);
    let sign = lower.op_u32(Op::And, bits, 0x8000);
    let sign = lower.op_u32(Op::Shl, sign, 16);
    let value = lower.op(Op::Or, &[value, sign]);
    lower.cast(Op::Bitcast, value, Scalar::F32)
}

/// The bits of the f16 nearest to an f32, halves to even.
pub(super) fn round(lower: &mut Lower<'_>, single: ValueId) -> ValueId {
    let lanes = lower.ty(single).lanes;
    let bits = lower.cast(Op::Bitcast, single, Scalar::U32);
    let magnitude = lower.op_u32(Op::And, bits, 0x7fff_ffff);
    let normal = round_normal(lower, magnitude);
    let small = round_small(lower, magnitude);
    let is_small = lower.op_u32(Op::Lt, magnitude, BIAS + (1 << 23));
    // 65520 is half way between the largest f16 and what would follow it.
    let is_infinite = lower.op_u32(Op::Ge, magnitude, 65520f32.to_bits());
    let is_nan = lower.op_u32(Op::Gt, magnitude, INFINITY);
    let [infinity, nan] = [0x7c00, 0x7e00].map(|bits| lower.number(Scalar::U32, bits, lanes));
    let value = lower.op(Op::Select, &[is_small, small, normal]);
    let value = lower.op(Op::Select, &[is_infinite, infinity, value]);
    let value = lower.op(Op::Select, &[is_nan, nan, value]);
    let sign = lower.op_u32(Op::Shr, bits, 16);
    let sign = lower.op_u32(Op::And, sign, 0x8000);
    lower.op(Op::Or, &[value, sign])
}

fn round_normal(lower: &mut Lower<'_>, magnitude: ValueId) -> ValueId {
    let last = lower.op_u32(Op::Shr, magnitude, 13);
    let last = lower.op_u32(Op::And, last, 1);
    let half = lower.op_u32(Op::Add, last, 0x0fff);
    let rounded = lower.op(Op::Add, &[magnitude, half]);
    let rounded = lower.op_u32(Op::Sub, rounded, BIAS);
    lower.op_u32(Op::Shr, rounded, 13)
}

/// In units of 2^-24.
fn round_small(lower: &mut Lower<'_>, magnitude: ValueId) -> ValueId {
    let lanes = lower.ty(magnitude).lanes;
    let single = lower.cast(Op::Bitcast, magnitude, Scalar::F32);
    let units = lower.number(Scalar::F32, 2f32.powi(24).to_bits().into(), lanes);
    let scaled = lower.op(Op::Mul, &[single, units]);
    let rounded = lower.op(Op::Round, &[scaled]);
    lower.cast(Op::Convert, rounded, Scalar::U32)
}
