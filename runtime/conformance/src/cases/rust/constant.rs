//! What has a value by itself: literals, constants of Rust's library, and bits in a buffer.

use super::Value;
use super::value::range;
use syn::Lit;
use wgpuc_abi::Scalar;
use wgpuc_core::ir::eval;

/// A number or truth value as it is written.
pub(super) fn literal(literal: &Lit) -> Result<Value, String> {
    match literal {
        Lit::Int(int) if int.suffix().starts_with('f') => int.base10_parse().map(Value::Float),
        Lit::Int(int) => int.base10_parse().map(Value::Int),
        Lit::Float(float) => float.base10_parse().map(Value::Float),
        Lit::Bool(truth) => Ok(Value::Bool(truth.value)),
        _ => return Err("only numbers and truth values are understood here".to_owned()),
    }
    .map_err(|error| error.to_string())
}

/// What Rust's library calls by that name: `u32::MAX`, `f64::INFINITY`, `std::f64::consts::PI`.
pub(super) fn constant(name: &str) -> Option<Value> {
    use std::f64::consts;
    let name = name.trim_start_matches("std::").trim_start_matches("core::");
    if let Some(name) = name.strip_prefix("f64::consts::").or_else(|| name.strip_prefix("f32::consts::")) {
        return Some(Value::Float(match name {
            "PI" => consts::PI,
            "TAU" => consts::TAU,
            "E" => consts::E,
            "LN_2" => consts::LN_2,
            "LN_10" => consts::LN_10,
            "LOG2_E" => consts::LOG2_E,
            "LOG10_E" => consts::LOG10_E,
            "SQRT_2" => consts::SQRT_2,
            "FRAC_1_SQRT_2" => consts::FRAC_1_SQRT_2,
            "FRAC_PI_2" => consts::FRAC_PI_2,
            "FRAC_PI_3" => consts::FRAC_PI_3,
            "FRAC_PI_4" => consts::FRAC_PI_4,
            "FRAC_PI_6" => consts::FRAC_PI_6,
            "FRAC_PI_8" => consts::FRAC_PI_8,
            "FRAC_1_PI" => consts::FRAC_1_PI,
            "FRAC_2_PI" => consts::FRAC_2_PI,
            "FRAC_2_SQRT_PI" => consts::FRAC_2_SQRT_PI,
            _ => return None,
        }));
    }
    // An ordering is the sign of a difference.
    if let Some(order) = name.strip_prefix("cmp::").unwrap_or(name).strip_prefix("Ordering::") {
        return ["Less", "Equal", "Greater"].iter().zip(-1..).find(|(n, _)| **n == order).map(|(_, n)| Value::Int(n));
    }
    let (ty, name) = name.split_once("::")?;
    let is_double = ty == "f64";
    match (ty, name) {
        ("f32" | "f64", "INFINITY") => Some(Value::Float(f64::INFINITY)),
        ("f32" | "f64", "NEG_INFINITY") => Some(Value::Float(f64::NEG_INFINITY)),
        ("f32" | "f64", "NAN") => Some(Value::Float(f64::NAN)),
        ("f32" | "f64", "MAX") => Some(Value::Float(if is_double { f64::MAX } else { f32::MAX.into() })),
        ("f32" | "f64", "MIN") => Some(Value::Float(if is_double { f64::MIN } else { f32::MIN.into() })),
        ("f32" | "f64", "EPSILON") => Some(Value::Float(if is_double { f64::EPSILON } else { f32::EPSILON.into() })),
        ("f32" | "f64", "MIN_POSITIVE") => {
            Some(Value::Float(if is_double { f64::MIN_POSITIVE } else { f32::MIN_POSITIVE.into() }))
        }
        (ty, "MAX") if ty.starts_with(['u', 'i']) => Some(Value::Int(range(ty).1)),
        (ty, "MIN") if ty.starts_with(['u', 'i']) => Some(Value::Int(range(ty).0)),
        _ => None,
    }
}

/// The value of bits in a buffer.
pub(in crate::cases) fn of_bits(scalar: Scalar, bits: u64) -> Value {
    match scalar {
        Scalar::F16 | Scalar::Bf16 | Scalar::F32 => Value::Float(eval::as_f64(scalar, bits)),
        Scalar::Bool => Value::Bool(bits != 0),
        Scalar::I8 => Value::Int((bits as i8).into()),
        Scalar::I32 => Value::Int((bits as i32).into()),
        Scalar::I64 => Value::Int((bits as i64).into()),
        Scalar::U8 | Scalar::U32 | Scalar::U64 => Value::Int(bits.into()),
    }
}
