//! Evaluation of the pure operations: what constants fold to and the interpreter computes.
//!
//! In: an operation, its result's type and its operands, as [`Const`]s. Out: a [`Const`] of that type. It is total:
//! it never panics, and operands that no verified kernel has give some value. The meaning of each operation stands
//! in its row in [`super::op`]; which NaN a result is, no one promises: here it is always the quiet one with no
//! payload, except where an operation only moves bits (`neg`, `abs`, `select`, `bitcast`, a conversion to the same
//! type). Of two zeros `-0.0` is the smaller one for `min` and `max`.

mod float;
mod int;

use super::{Const, Op, Scalar, Type};

/// The value of `op` on `args`, of type `ty`: the type that [`super::op::result_type`] gives.
#[must_use]
pub fn eval(op: Op, ty: Type, args: &[Const]) -> Const {
    let arg = |i: usize| args.get(i).copied().unwrap_or(Const::zero(ty));
    let (a, b, c) = (arg(0), arg(1), arg(2));
    let mut out = Const::zero(ty);
    let lanes = usize::from(ty.lanes.min(4));
    match op {
        Op::Bitcast => return bitcast(a, ty),
        Op::Select => {
            for i in 0..lanes {
                let cond = if a.ty.lanes == 1 { a.lanes[0] } else { a.lanes[i] };
                out.lanes[i] = if cond == 0 { c.lanes[i] } else { b.lanes[i] };
            }
        }
        Op::Convert => {
            for i in 0..lanes {
                out.lanes[i] = convert(a.ty.scalar, ty.scalar, a.lanes[i]);
            }
        }
        Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge => {
            for i in 0..lanes {
                out.lanes[i] = u64::from(compare(op, a.ty.scalar, a.lanes[i], b.lanes[i]));
            }
        }
        _ => {
            for i in 0..lanes {
                out.lanes[i] = lane(op, ty.scalar, a.lanes[i], b.lanes[i], c.lanes[i]);
            }
        }
    }
    out
}

/// What a `scalar` of these bits is as a number: exact but for 64-bit integers, which round.
#[must_use]
pub fn as_f64(scalar: Scalar, bits: u64) -> f64 {
    match number(scalar, bits) {
        Number::Int(value) => value as f64,
        Number::Float(value) => value,
    }
}

/// The bits of the `scalar` nearest to `value`: to even on a tie, saturating for integers.
#[must_use]
pub fn from_f64(scalar: Scalar, value: f64) -> u64 {
    from_number(scalar, Number::Float(value))
}

/// How many low bits of a [`Const`]'s lane a type uses.
#[must_use]
pub const fn width(scalar: Scalar) -> u32 {
    match scalar {
        Scalar::Bool => 1,
        _ => scalar.bytes() * 8,
    }
}

/// A value of any type, exactly.
#[derive(Clone, Copy)]
enum Number {
    Int(i128),
    Float(f64),
}

fn is_float(scalar: Scalar) -> bool {
    matches!(scalar, Scalar::F16 | Scalar::Bf16 | Scalar::F32)
}

fn is_signed(scalar: Scalar) -> bool {
    matches!(scalar, Scalar::I8 | Scalar::I32 | Scalar::I64)
}

fn lane(op: Op, scalar: Scalar, a: u64, b: u64, c: u64) -> u64 {
    if !is_float(scalar) {
        return int::eval(op, width(scalar), is_signed(scalar), a, b);
    }
    let sign = 1 << (width(scalar) - 1);
    match (op, scalar) {
        (Op::Neg, _) => a ^ sign,
        (Op::Abs, _) => a & !sign,
        (_, Scalar::F32) => {
            let [a, b, c] = [a, b, c].map(|bits| f32::from_bits(bits as u32));
            float::f32_bits(float::eval_f32(op, a, b, c))
        }
        (Op::MulAdd, _) => {
            let [a, b, c] = [a, b, c].map(|bits| as_f64(scalar, bits));
            from_f64(scalar, float::mul_add_to_odd(a, b, c))
        }
        _ => {
            // 53 bits are more than twice the 11 and the 8, so that rounding twice is rounding once.
            let [a, b, c] = [a, b, c].map(|bits| as_f64(scalar, bits));
            from_f64(scalar, float::eval_f64(op, a, b, c))
        }
    }
}

fn compare(op: Op, scalar: Scalar, a: u64, b: u64) -> bool {
    let order = match (number(scalar, a), number(scalar, b)) {
        (Number::Int(a), Number::Int(b)) => Some(a.cmp(&b)),
        (Number::Float(a), Number::Float(b)) => a.partial_cmp(&b),
        _ => None,
    };
    match op {
        Op::Eq => order.is_some_and(std::cmp::Ordering::is_eq),
        Op::Ne => !order.is_some_and(std::cmp::Ordering::is_eq),
        Op::Lt => order.is_some_and(std::cmp::Ordering::is_lt),
        Op::Le => order.is_some_and(std::cmp::Ordering::is_le),
        Op::Gt => order.is_some_and(std::cmp::Ordering::is_gt),
        _ => order.is_some_and(std::cmp::Ordering::is_ge),
    }
}

fn convert(from: Scalar, to: Scalar, bits: u64) -> u64 {
    if from == to { bits } else { from_number(to, number(from, bits)) }
}

fn number(scalar: Scalar, bits: u64) -> Number {
    match scalar {
        Scalar::F32 => Number::Float(f64::from(f32::from_bits(bits as u32))),
        Scalar::F16 => Number::Float(float::widen(bits, float::F16)),
        Scalar::Bf16 => Number::Float(float::widen(bits, float::BF16)),
        Scalar::I8 | Scalar::I32 | Scalar::I64 => Number::Int(i128::from(int::extend(bits, width(scalar)))),
        Scalar::Bool | Scalar::U8 | Scalar::U32 | Scalar::U64 => Number::Int(i128::from(bits)),
    }
}

fn from_number(scalar: Scalar, number: Number) -> u64 {
    match (scalar, number) {
        (Scalar::Bool, Number::Int(value)) => u64::from(value != 0),
        (Scalar::Bool, Number::Float(value)) => u64::from(value != 0.0),
        (Scalar::F32, Number::Int(value)) => float::f32_bits(value as f32),
        (Scalar::F32, Number::Float(value)) => float::f32_bits(value as f32),
        (Scalar::F16, Number::Int(value)) => float::narrow(float::int_to_odd(value), float::F16),
        (Scalar::F16, Number::Float(value)) => float::narrow(value, float::F16),
        (Scalar::Bf16, Number::Int(value)) => float::narrow(float::int_to_odd(value), float::BF16),
        (Scalar::Bf16, Number::Float(value)) => float::narrow(value, float::BF16),
        (_, Number::Int(value)) => int::mask(value as u64, width(scalar)),
        (_, Number::Float(value)) => int::saturate(value, width(scalar), is_signed(scalar)),
    }
}

fn bitcast(a: Const, ty: Type) -> Const {
    let (from, to) = (a.ty.scalar.bytes() as usize, ty.scalar.bytes() as usize);
    let mut bytes = [0u8; 32];
    for (lane, chunk) in a.lanes.iter().zip(bytes.chunks_mut(from)).take(a.ty.lanes.into()) {
        chunk.copy_from_slice(&lane.to_le_bytes()[..from]);
    }
    let mut out = Const::zero(ty);
    for (lane, chunk) in out.lanes.iter_mut().zip(bytes.chunks(to)).take(ty.lanes.into()) {
        let mut word = [0u8; 8];
        word[..to].copy_from_slice(chunk);
        *lane = u64::from_le_bytes(word);
    }
    out
}

#[cfg(test)]
mod tests;
