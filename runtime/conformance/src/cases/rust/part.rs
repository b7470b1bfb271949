//! Methods of lists that ask no closure.

use super::{Value, items};
use syn::BinOp;

type Result<T> = std::result::Result<T, String>;

/// Calls a method that takes a value.
pub(super) fn with_value(list: &[Value], name: &str, arg: &Value) -> Result<Value> {
    let count = || usize::try_from(arg.int()?).map_err(|_| format!("`{name}` of a negative number"));
    let positive = || match count()? {
        0 => Err(format!("`{name}` of 0")),
        count => Ok(count),
    };
    let lists = |parts: Vec<&[Value]>| Ok(Value::list(parts.into_iter().map(Value::list).collect::<Vec<_>>()));
    match name {
        "take" => Ok(Value::list(&list[..count()?.min(list.len())])),
        "skip" => Ok(Value::list(&list[count()?.min(list.len())..])),
        "nth" | "get" => Ok(Value::option(list.get(count()?).cloned())),
        "step_by" => Ok(Value::list(list.iter().step_by(positive()?).cloned().collect::<Vec<_>>())),
        "windows" => lists(list.windows(positive()?).collect()),
        "chunks" => lists(list.chunks(positive()?).collect()),
        "chunks_exact" => lists(list.chunks_exact(positive()?).collect()),
        "contains" => Ok(Value::Bool(list.iter().any(|item| matches!(item.order(arg), Ok(Some(o)) if o.is_eq())))),
        "chain" => Ok(Value::list([list, &items(arg)?].concat())),
        "zip" => {
            let others = match arg {
                Value::Range(start, None) => {
                    items(&Value::Range(*start, Some(start.saturating_add(list.len() as i128))))?
                }
                arg => items(arg)?,
            };
            let pair = |(a, b): (&Value, &Value)| Value::list([a.clone(), b.clone()]);
            Ok(Value::list(list.iter().zip(others.iter()).map(pair).collect::<Vec<_>>()))
        }
        _ => Err(format!("a list has no method `{name}` of these arguments here")),
    }
}

/// Calls a method that takes nothing.
pub(super) fn alone(list: &[Value], name: &str) -> Result<Value> {
    let fold = |op: BinOp, start: i128| {
        let is_float = matches!(list.first(), Some(Value::Float(_)));
        let start = if is_float { Value::Float(start as f64) } else { Value::Int(start) };
        list.iter().try_fold(start, |so_far, item| so_far.binary(&op, item))
    };
    match name {
        "sum" => fold(BinOp::Add(syn::token::Plus::default()), 0),
        "product" => fold(BinOp::Mul(syn::token::Star::default()), 1),
        "min" | "max" => {
            let mut best = list.first();
            for item in list.iter().skip(1) {
                let order = best.map_or(Ok(std::cmp::Ordering::Equal), |best| item.total_order(best));
                let order = order.map_err(|_| format!("`{name}` of floats: write `fold`, as Rust asks"))?;
                if if name == "min" { order.is_lt() } else { order.is_ge() } {
                    best = Some(item);
                }
            }
            Ok(Value::option(best.cloned()))
        }
        "rev" => Ok(Value::list(list.iter().rev().cloned().collect::<Vec<_>>())),
        "enumerate" => {
            let pair = |(at, item): (usize, &Value)| Value::list([Value::Int(at as i128), item.clone()]);
            Ok(Value::list(list.iter().enumerate().map(pair).collect::<Vec<_>>()))
        }
        "len" | "count" => Ok(Value::Int(list.len() as i128)),
        "is_empty" => Ok(Value::Bool(list.is_empty())),
        "first" => Ok(Value::option(list.first().cloned())),
        "last" => Ok(Value::option(list.last().cloned())),
        _ => Err(format!("a list has no method `{name}` here")),
    }
}
