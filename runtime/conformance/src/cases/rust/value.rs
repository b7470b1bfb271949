//! What a part of an expression is, and its operators.

use super::Result;
use crate::value::Number;
use std::rc::Rc;
use syn::{BinOp, Lit};
use wgpuc_abi::Scalar;
use wgpuc_core::ir::eval;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::cases) enum Value {
    /// Of any whole type.
    Int(i128),
    /// Of any float type.
    Float(f64),
    /// A truth value.
    Bool(bool),
    /// A buffer, an element of several numbers, or what an iterator gives.
    List(Rc<[Value]>),
    /// From a number to one before another, or without an end.
    Range(i128, Option<i128>),
}

const BEYOND: &str = "it is beyond 128 bits";

impl Value {
    /// What stands in a message.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Int(_) => "a whole number",
            Self::Float(_) => "a float",
            Self::Bool(_) => "a truth value",
            Self::List(_) => "a list",
            Self::Range(..) => "a range",
        }
    }

    pub(super) fn int(&self) -> Result<i128> {
        match self {
            Self::Int(value) => Ok(*value),
            other => Err(format!("{} stands where a whole number is needed", other.kind())),
        }
    }

    pub(super) fn truth(&self) -> Result<bool> {
        match self {
            Self::Bool(value) => Ok(*value),
            other => Err(format!("{} stands where a truth value is needed", other.kind())),
        }
    }

    /// The numbers of an element: of most there is one.
    pub(in crate::cases) fn numbers(&self) -> Result<Vec<Number>> {
        match self {
            Self::Int(value) => Ok(vec![Number::Int(*value)]),
            Self::Float(value) => Ok(vec![Number::Float(*value)]),
            Self::Bool(value) => Ok(vec![Number::Int((*value).into())]),
            Self::List(list) => {
                let lanes = list.iter().map(Self::numbers).collect::<Result<Vec<_>>>()?;
                Ok(lanes.into_iter().flatten().collect())
            }
            Self::Range(..) => Err("a range is no number".to_owned()),
        }
    }

    pub(super) fn negated(&self) -> Result<Self> {
        match self {
            Self::Int(value) => value.checked_neg().map(Self::Int).ok_or_else(|| BEYOND.to_owned()),
            Self::Float(value) => Ok(Self::Float(-value)),
            other => Err(format!("{} has no negative", other.kind())),
        }
    }

    pub(super) fn inverted(&self) -> Result<Self> {
        match self {
            Self::Bool(value) => Ok(Self::Bool(!value)),
            Self::Int(value) => Ok(Self::Int(!value)),
            other => Err(format!("`!` of {}", other.kind())),
        }
    }

    pub(super) fn binary(&self, op: &BinOp, other: &Self) -> Result<Self> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => ints(op, *a, *b),
            (Self::Float(a), Self::Float(b)) => floats(op, *a, *b),
            (Self::Bool(a), Self::Bool(b)) => bools(op, *a, *b),
            (Self::Int(_), Self::Float(_)) | (Self::Float(_), Self::Int(_)) => {
                Err("a whole number and a float meet: write `as f64` after the whole number".to_owned())
            }
            (a, b) => Err(format!("{} and {} meet in an operator", a.kind(), b.kind())),
        }
    }

    /// `as`: whole numbers wrap, floats round to `f32` or are cut to a whole number's range.
    pub(super) fn cast(&self, ty: &str) -> Result<Self> {
        let value = match self {
            Self::Bool(value) => Self::Int((*value).into()),
            other => other.clone(),
        };
        let float = |value: f64| match ty {
            "f64" => Some(value),
            "f32" => Some(f64::from(value as f32)),
            _ => None,
        };
        let whole: Option<fn(i128) -> i128> = match ty {
            "u8" => Some(|v| i128::from(v as u8)),
            "i8" => Some(|v| i128::from(v as i8)),
            "u16" => Some(|v| i128::from(v as u16)),
            "i16" => Some(|v| i128::from(v as i16)),
            "u32" => Some(|v| i128::from(v as u32)),
            "i32" => Some(|v| i128::from(v as i32)),
            "u64" | "usize" => Some(|v| i128::from(v as u64)),
            "i64" | "isize" => Some(|v| i128::from(v as i64)),
            "i128" => Some(|v| v),
            _ => None,
        };
        let cast = match (&value, whole) {
            (Self::Int(value), Some(wrap)) => Some(Self::Int(wrap(*value))),
            (Self::Int(value), None) => float(*value as f64).map(Self::Float),
            (Self::Float(value), Some(_)) => {
                let (low, high) = range(ty);
                Some(Self::Int((*value as i128).clamp(low, high)))
            }
            (Self::Float(value), None) => float(*value).map(Self::Float),
            _ => None,
        };
        cast.ok_or_else(|| format!("{} cannot become `{ty}` here", self.kind()))
    }

    /// Where a float is meant, the float that a whole number is: a sum of nothing does not say what it is a sum of.
    pub(super) fn meant_as(self, ty: &str) -> Self {
        match self {
            Self::Int(value) if matches!(ty, "f32" | "f64") => Self::Float(value as f64),
            other => other,
        }
    }

    /// An element, or a part of a list.
    pub(super) fn index(&self, at: &Self) -> Result<Self> {
        let Self::List(list) = self else { return Err(format!("{} has no elements", self.kind())) };
        match at {
            Self::Range(start, end) => {
                let bounds = usize::try_from(*start).ok().zip(usize::try_from(end.unwrap_or(list.len() as i128)).ok());
                let part = bounds.and_then(|(start, end)| list.get(start..end));
                part.map(|part| Self::List(part.into())).ok_or_else(|| format!("no such part of {}", list.len()))
            }
            at => {
                let at = at.int()?;
                let found = usize::try_from(at).ok().and_then(|at| list.get(at)).cloned();
                found.ok_or_else(|| format!("index {at}, but the length is {}", list.len()))
            }
        }
    }
}

/// The least and the largest number of a type.
fn range(ty: &str) -> (i128, i128) {
    match ty {
        "u8" => (0, u8::MAX.into()),
        "i8" => (i8::MIN.into(), i8::MAX.into()),
        "u16" => (0, u16::MAX.into()),
        "i16" => (i16::MIN.into(), i16::MAX.into()),
        "u32" => (0, u32::MAX.into()),
        "i32" => (i32::MIN.into(), i32::MAX.into()),
        "u64" | "usize" => (0, u64::MAX.into()),
        "i64" | "isize" => (i64::MIN.into(), i64::MAX.into()),
        _ => (i128::MIN, i128::MAX),
    }
}

fn ints(op: &BinOp, a: i128, b: i128) -> Result<Value> {
    let shift = || u32::try_from(b).ok().filter(|b| *b < 128);
    let zero = |value: Option<i128>| value.ok_or_else(|| "it divides by zero".to_owned()).map(Value::Int);
    let value = match op {
        BinOp::Add(_) => a.checked_add(b),
        BinOp::Sub(_) => a.checked_sub(b),
        BinOp::Mul(_) => a.checked_mul(b),
        BinOp::Div(_) => return zero(a.checked_div(b)),
        BinOp::Rem(_) => return zero(a.checked_rem(b)),
        BinOp::BitAnd(_) => Some(a & b),
        BinOp::BitOr(_) => Some(a | b),
        BinOp::BitXor(_) => Some(a ^ b),
        BinOp::Shl(_) => shift().and_then(|b| a.checked_mul(1i128.checked_shl(b)?)),
        BinOp::Shr(_) => shift().map(|b| a >> b),
        op => return compare(op, &a, &b),
    };
    value.map(Value::Int).ok_or_else(|| BEYOND.to_owned())
}

fn floats(op: &BinOp, a: f64, b: f64) -> Result<Value> {
    Ok(Value::Float(match op {
        BinOp::Add(_) => a + b,
        BinOp::Sub(_) => a - b,
        BinOp::Mul(_) => a * b,
        BinOp::Div(_) => a / b,
        BinOp::Rem(_) => a % b,
        op => return compare(op, &a, &b),
    }))
}

fn bools(op: &BinOp, a: bool, b: bool) -> Result<Value> {
    Ok(Value::Bool(match op {
        BinOp::And(_) | BinOp::BitAnd(_) => a & b,
        BinOp::Or(_) | BinOp::BitOr(_) => a | b,
        BinOp::BitXor(_) => a ^ b,
        op => return compare(op, &a, &b),
    }))
}

fn compare<T: PartialOrd>(op: &BinOp, a: &T, b: &T) -> Result<Value> {
    Ok(Value::Bool(match op {
        BinOp::Eq(_) => a == b,
        BinOp::Ne(_) => a != b,
        BinOp::Lt(_) => a < b,
        BinOp::Le(_) => a <= b,
        BinOp::Gt(_) => a > b,
        BinOp::Ge(_) => a >= b,
        _ => return Err("an expression changes nothing: it has no assignments".to_owned()),
    }))
}

/// A number or truth value as it is written.
pub(super) fn literal(literal: &Lit) -> Result<Value> {
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
            "SQRT_2" => consts::SQRT_2,
            _ => return None,
        }));
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
