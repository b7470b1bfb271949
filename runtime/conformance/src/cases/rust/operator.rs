//! Operators, and which of two values is the larger.

use super::Value;
use std::cmp::Ordering;
use syn::BinOp;

type Result<T> = std::result::Result<T, String>;

const BEYOND: &str = "it is beyond 128 bits";

impl Value {
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
            (Self::List(_), Self::List(_)) | (Self::Option(_), Self::Option(_)) => compare(op, self.order(other)?),
            (a, b) => Err(unlike(a, b)),
        }
    }

    /// Which is the larger: of two floats of which one is NaN, neither.
    pub(super) fn order(&self, other: &Self) -> Result<Option<Ordering>> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => Ok(Some(a.cmp(b))),
            (Self::Float(a), Self::Float(b)) => Ok(a.partial_cmp(b)),
            (Self::Bool(a), Self::Bool(b)) => Ok(Some(a.cmp(b))),
            (Self::List(a), Self::List(b)) => {
                for (a, b) in a.iter().zip(b.iter()) {
                    match a.order(b)? {
                        Some(Ordering::Equal) => {}
                        decided => return Ok(decided),
                    }
                }
                Ok(Some(a.len().cmp(&b.len())))
            }
            (Self::Option(Some(a)), Self::Option(Some(b))) => a.order(b),
            (Self::Option(a), Self::Option(b)) => Ok(Some(a.is_some().cmp(&b.is_some()))),
            (a, b) => Err(unlike(a, b)),
        }
    }
}

impl Value {
    /// As [`Self::order`], of values that all have one: floats have none that sorts them.
    pub(super) fn total_order(&self, other: &Self) -> Result<Ordering> {
        match (self, other) {
            (Self::Float(_), Self::Float(_)) => {
                Err("floats have no order, as NaN is among them: write `_by(|a, b| a.total_cmp(b))`".to_owned())
            }
            (a, b) => a.order(b)?.ok_or_else(|| "NaN has no order".to_owned()),
        }
    }
}

/// What is wrong with two values of different kinds.
fn unlike(a: &Value, b: &Value) -> String {
    match (a, b) {
        (Value::Int(_), Value::Float(_)) | (Value::Float(_), Value::Int(_)) => {
            "a whole number and a float meet: write `as f64` after the whole number".to_owned()
        }
        (a, b) => format!("{} and {} meet in an operator", a.kind(), b.kind()),
    }
}

/// The operator of `a += b` and its like.
pub(super) fn of_assignment(op: &BinOp) -> Option<BinOp> {
    Some(match op {
        BinOp::AddAssign(_) => BinOp::Add(Default::default()),
        BinOp::SubAssign(_) => BinOp::Sub(Default::default()),
        BinOp::MulAssign(_) => BinOp::Mul(Default::default()),
        BinOp::DivAssign(_) => BinOp::Div(Default::default()),
        BinOp::RemAssign(_) => BinOp::Rem(Default::default()),
        BinOp::BitAndAssign(_) => BinOp::BitAnd(Default::default()),
        BinOp::BitOrAssign(_) => BinOp::BitOr(Default::default()),
        BinOp::BitXorAssign(_) => BinOp::BitXor(Default::default()),
        BinOp::ShlAssign(_) => BinOp::Shl(Default::default()),
        BinOp::ShrAssign(_) => BinOp::Shr(Default::default()),
        _ => return None,
    })
}

fn ints(op: &BinOp, a: i128, b: i128) -> Result<Value> {
    let shift = || u32::try_from(b).ok().filter(|b| *b < 127);
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
        op => return compare(op, Some(a.cmp(&b))),
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
        op => return compare(op, a.partial_cmp(&b)),
    }))
}

fn bools(op: &BinOp, a: bool, b: bool) -> Result<Value> {
    Ok(Value::Bool(match op {
        BinOp::And(_) | BinOp::BitAnd(_) => a & b,
        BinOp::Or(_) | BinOp::BitOr(_) => a | b,
        BinOp::BitXor(_) => a ^ b,
        op => return compare(op, a.partial_cmp(&b)),
    }))
}

fn compare(op: &BinOp, order: Option<Ordering>) -> Result<Value> {
    Ok(Value::Bool(match op {
        BinOp::Eq(_) => order.is_some_and(Ordering::is_eq),
        BinOp::Ne(_) => !order.is_some_and(Ordering::is_eq),
        BinOp::Lt(_) => order.is_some_and(Ordering::is_lt),
        BinOp::Le(_) => order.is_some_and(Ordering::is_le),
        BinOp::Gt(_) => order.is_some_and(Ordering::is_gt),
        BinOp::Ge(_) => order.is_some_and(Ordering::is_ge),
        _ => return Err("there is no such operator of these values".to_owned()),
    }))
}
