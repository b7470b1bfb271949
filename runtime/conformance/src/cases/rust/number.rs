//! Methods of numbers, as Rust's library has them.

use super::{Result, Value};

/// `None` where there is no such method of such a number.
pub(super) fn method(on: &Value, name: &str, args: &[Value]) -> Result<Option<Value>> {
    match (on, args) {
        (Value::Float(x), []) => Ok(unary(*x, name)),
        (Value::Float(x), [Value::Float(y)]) => Ok(binary(*x, name, *y).map(Value::Float)),
        (Value::Float(x), [Value::Int(n)]) if name == "powi" => {
            let n = i32::try_from(*n).map_err(|_| format!("`powi` by {n}"))?;
            Ok(Some(Value::Float(x.powi(n))))
        }
        (Value::Float(x), [Value::Float(y), Value::Float(z)]) => Ok(match name {
            "mul_add" => Some(Value::Float(x.mul_add(*y, *z))),
            "clamp" if y <= z => Some(Value::Float(x.clamp(*y, *z))),
            _ => None,
        }),
        (Value::Int(n), []) => Ok(of_int(*n, name)),
        (Value::Int(n), [Value::Int(m)]) => of_ints(*n, name, *m).map(|value| value.map(Value::Int)),
        (Value::Int(n), [Value::Int(low), Value::Int(high)]) if name == "clamp" && low <= high => {
            Ok(Some(Value::Int(*n.clamp(low, high))))
        }
        (Value::Float(_), args) if args.iter().any(|arg| matches!(arg, Value::Int(_))) => {
            Err(format!("`{name}` of a float takes a float: write `as f64` after the whole number"))
        }
        _ => Ok(None),
    }
}

fn unary(x: f64, name: &str) -> Option<Value> {
    Some(Value::Float(match name {
        "abs" => x.abs(),
        "signum" => x.signum(),
        "sqrt" => x.sqrt(),
        "cbrt" => x.cbrt(),
        "recip" => x.recip(),
        "exp" => x.exp(),
        "exp2" => x.exp2(),
        "exp_m1" => x.exp_m1(),
        "ln" => x.ln(),
        "ln_1p" => x.ln_1p(),
        "log2" => x.log2(),
        "log10" => x.log10(),
        "sin" => x.sin(),
        "cos" => x.cos(),
        "tan" => x.tan(),
        "asin" => x.asin(),
        "acos" => x.acos(),
        "atan" => x.atan(),
        "sinh" => x.sinh(),
        "cosh" => x.cosh(),
        "tanh" => x.tanh(),
        "floor" => x.floor(),
        "ceil" => x.ceil(),
        "round" => x.round(),
        "round_ties_even" => x.round_ties_even(),
        "trunc" => x.trunc(),
        "fract" => x.fract(),
        "to_bits" => return Some(Value::Int((x as f32).to_bits().into())),
        "is_nan" => return Some(Value::Bool(x.is_nan())),
        "is_finite" => return Some(Value::Bool(x.is_finite())),
        "is_infinite" => return Some(Value::Bool(x.is_infinite())),
        _ => return None,
    }))
}

fn binary(x: f64, name: &str, y: f64) -> Option<f64> {
    Some(match name {
        "min" => x.min(y),
        "max" => x.max(y),
        "powf" => x.powf(y),
        "atan2" => x.atan2(y),
        "hypot" => x.hypot(y),
        "copysign" => x.copysign(y),
        "rem_euclid" => x.rem_euclid(y),
        "div_euclid" => x.div_euclid(y),
        _ => return None,
    })
}

fn of_int(n: i128, name: &str) -> Option<Value> {
    Some(Value::Int(match name {
        "abs" => n.checked_abs()?,
        "signum" => n.signum(),
        "count_ones" => n.count_ones().into(),
        "trailing_zeros" => n.trailing_zeros().into(),
        "is_power_of_two" => return Some(Value::Bool(n > 0 && n & (n - 1) == 0)),
        _ => return None,
    }))
}

fn of_ints(n: i128, name: &str, m: i128) -> Result<Option<i128>> {
    let known = match name {
        "min" => return Ok(Some(n.min(m))),
        "max" => return Ok(Some(n.max(m))),
        "pow" => u32::try_from(m).ok().and_then(|m| n.checked_pow(m)),
        "rem_euclid" => n.checked_rem_euclid(m),
        "div_euclid" => n.checked_div_euclid(m),
        "div_ceil" => {
            let (quotient, rest) = (n.checked_div(m), n.checked_rem(m));
            quotient.zip(rest).map(|(q, r)| q + i128::from(r != 0 && (r < 0) == (m < 0)))
        }
        "abs_diff" => n.checked_sub(m).and_then(i128::checked_abs),
        _ => return Ok(None),
    };
    known.map(Some).ok_or_else(|| format!("{n}.{name}({m}) is none"))
}
