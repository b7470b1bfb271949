//! Methods of numbers, as Rust's library has them.

use super::Value;

type Result<T> = std::result::Result<T, String>;

/// What methods begin with that depend on how wide a number is.
const WITH_WIDTH: [&str; 8] =
    ["wrapping_", "saturating_", "overflowing_", "checked_", "rotate_", "leading_", "count_zeros", "swap_bytes"];

/// `None` where there is no such method of such a number.
pub(super) fn method(on: &Value, name: &str, args: &[Value]) -> Result<Option<Value>> {
    match (on, args) {
        (Value::Float(x), []) => Ok(unary(*x, name)),
        (Value::Float(x), [Value::Float(y)]) if name == "partial_cmp" => {
            Ok(Some(Value::option(x.partial_cmp(y).map(|order| Value::Int(order as i128)))))
        }
        (Value::Float(x), [Value::Float(y)]) => Ok(binary(*x, name, *y)),
        (Value::Float(x), [Value::Int(n)]) if name == "powi" => {
            let n = i32::try_from(*n).map_err(|_| format!("`powi` by {n}"))?;
            Ok(Some(Value::Float(x.powi(n))))
        }
        (Value::Float(x), [Value::Float(y), Value::Float(z)]) => Ok(match name {
            "mul_add" => Some(Value::Float(x.mul_add(*y, *z))),
            "clamp" if y <= z => Some(Value::Float(x.clamp(*y, *z))),
            _ => None,
        }),
        (Value::Bool(so), [value]) if name == "then_some" => Ok(Some(Value::option(so.then(|| value.clone())))),
        (Value::Int(_), _) if WITH_WIDTH.iter().any(|with| name.starts_with(with)) => Err(format!(
            "`{name}` is another for every type, and whole numbers have none here: write the operator, and `as` where \
             it is meant to wrap"
        )),
        (Value::Int(0), []) if name == "trailing_zeros" => Err("0 has as many zeros as its type has bits".to_owned()),
        (Value::Int(n), []) if n.is_negative() && name == "count_ones" => {
            Err(format!("{n} has as many ones as its type has bits: write `as u32`"))
        }
        (Value::Int(n), []) => match of_int(*n, name) {
            None if matches!(name, "ilog2" | "ilog10" | "isqrt") => Err(format!("{n} has no `{name}`")),
            value => Ok(value),
        },
        (Value::Int(n), [Value::Int(m)]) if name == "partial_cmp" => {
            Ok(Some(Value::option(Some(Value::Int(n.cmp(m) as i128)))))
        }
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
        "sin_cos" => return Some(Value::list([x.sin(), x.cos()].map(Value::Float))),
        "to_degrees" => x.to_degrees(),
        "to_radians" => x.to_radians(),
        "asinh" => x.asinh(),
        "acosh" => x.acosh(),
        "atanh" => x.atanh(),
        "is_sign_negative" => return Some(Value::Bool(x.is_sign_negative())),
        "is_sign_positive" => return Some(Value::Bool(x.is_sign_positive())),
        "is_nan" => return Some(Value::Bool(x.is_nan())),
        "is_finite" => return Some(Value::Bool(x.is_finite())),
        "is_infinite" => return Some(Value::Bool(x.is_infinite())),
        _ => return None,
    }))
}

fn binary(x: f64, name: &str, y: f64) -> Option<Value> {
    Some(Value::Float(match name {
        "total_cmp" => return Some(Value::Int(x.total_cmp(&y) as i128)),
        "min" => x.min(y),
        "max" => x.max(y),
        "powf" => x.powf(y),
        "atan2" => x.atan2(y),
        "log" => x.log(y),
        "hypot" => x.hypot(y),
        "copysign" => x.copysign(y),
        "rem_euclid" => x.rem_euclid(y),
        "div_euclid" => x.div_euclid(y),
        _ => return None,
    }))
}

fn of_int(n: i128, name: &str) -> Option<Value> {
    Some(Value::Int(match name {
        "abs" => n.checked_abs()?,
        "signum" => n.signum(),
        "count_ones" => n.count_ones().into(),
        "trailing_zeros" => n.trailing_zeros().into(),
        "unsigned_abs" => n.checked_abs()?,
        "isqrt" => n.checked_isqrt()?,
        "ilog2" => n.checked_ilog2()?.into(),
        "ilog10" => n.checked_ilog10()?.into(),
        // Of an ordering.
        "reverse" => n.checked_neg()?,
        "is_lt" => return Some(Value::Bool(n < 0)),
        "is_le" => return Some(Value::Bool(n <= 0)),
        "is_gt" => return Some(Value::Bool(n > 0)),
        "is_ge" => return Some(Value::Bool(n >= 0)),
        "is_positive" => return Some(Value::Bool(n > 0)),
        "is_negative" => return Some(Value::Bool(n < 0)),
        "is_power_of_two" => return Some(Value::Bool(n > 0 && n & (n - 1) == 0)),
        _ => return None,
    }))
}

fn of_ints(n: i128, name: &str, m: i128) -> Result<Option<i128>> {
    let known = match name {
        "min" => return Ok(Some(n.min(m))),
        "max" => return Ok(Some(n.max(m))),
        "cmp" => return Ok(Some(n.cmp(&m) as i128)),
        "then" => return Ok(Some(if n == 0 { m } else { n })),
        "next_multiple_of" => match n.checked_rem_euclid(m) {
            Some(0) => Some(n),
            rest => rest.and_then(|rest| n.checked_add(m.checked_sub(rest)?)),
        },
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
