//! Methods of lists and ranges: those of slices and iterators that sums and searches are made of.

use super::{Result, Scope, Value, closure, number};
use std::rc::Rc;
use syn::token::{Plus, Star};
use syn::{BinOp, Expr};

impl Scope {
    /// Calls a method of a value.
    pub(super) fn method(&mut self, on: Value, name: &str, args: &[&Expr]) -> Result<Value> {
        match (&on, name) {
            // Of what a search or a copy gives, which is the value itself here.
            (_, "unwrap" | "clone" | "copied" | "cloned" | "iter" | "into_iter" | "into" | "collect") => return Ok(on),
            (Value::List(list), "len" | "count") => return Ok(Value::Int(list.len() as i128)),
            (Value::List(list), "is_empty") => return Ok(Value::Bool(list.is_empty())),
            (Value::List(_) | Value::Range(..), _) => {}
            _ => {
                let values = args.iter().map(|arg| self.eval(arg)).collect::<Result<Vec<_>>>()?;
                let found = number::method(&on, name, &values)?;
                return found.ok_or_else(|| format!("{} has no method `{name}` of these arguments here", on.kind()));
            }
        }
        let items = items(&on)?;
        match (name, args.len()) {
            ("map" | "filter" | "any" | "all" | "position" | "take_while", 1) => {
                self.by_closure(&items, name, closure(args, 0, name)?)
            }
            ("fold", 2) => {
                let start = self.eval(args[0])?;
                let step = closure(args, 1, name)?;
                items.iter().try_fold(start, |so_far, item| self.apply(step, &[so_far, item.clone()]))
            }
            ("zip" | "chain" | "contains" | "take" | "skip" | "step_by", 1) => {
                let arg = self.eval(args[0])?;
                with_value(&items, name, &arg)
            }
            (_, 0) => alone(&items, name),
            _ => Err(format!("a list has no method `{name}` of {} arguments here", args.len())),
        }
    }

    fn by_closure(&mut self, items: &[Value], name: &str, by: &syn::ExprClosure) -> Result<Value> {
        let mut results = vec![];
        for (at, item) in items.iter().enumerate() {
            let result = self.apply(by, std::slice::from_ref(item))?;
            match (name, &result) {
                ("map", _) => results.push(result),
                ("any", Value::Bool(true)) => return Ok(Value::Bool(true)),
                ("all" | "take_while", Value::Bool(false)) => break,
                ("position", Value::Bool(true)) => return Ok(Value::Int(at as i128)),
                ("filter" | "take_while", _) => results.extend(result.truth()?.then(|| item.clone())),
                ("all", _) => results.push(result.truth().map(Value::Bool)?),
                _ => drop(result.truth()?),
            }
        }
        match name {
            "any" => Ok(Value::Bool(false)),
            "all" => Ok(Value::Bool(results.len() == items.len())),
            "position" => Err("no element is so".to_owned()),
            _ => Ok(Value::List(results.into())),
        }
    }
}

/// What a list or a range gives, in order.
fn items(on: &Value) -> Result<Rc<[Value]>> {
    /// More are never needed: a buffer under test has 2^28 at most, and this many take a second.
    const MOST: i128 = 1 << 26;
    match on {
        Value::List(list) => Ok(Rc::clone(list)),
        Value::Range(start, Some(end)) if end - start <= MOST => Ok((*start..*end).map(Value::Int).collect()),
        Value::Range(_, Some(_)) => Err("this range is too long".to_owned()),
        Value::Range(_, None) => Err("this range has no end".to_owned()),
        other => Err(format!("{} gives no elements", other.kind())),
    }
}

fn with_value(list: &[Value], name: &str, arg: &Value) -> Result<Value> {
    let count = || usize::try_from(arg.int()?).map_err(|_| format!("`{name}` of a negative number"));
    let part = |part: &[Value]| Ok(Value::List(part.into()));
    match name {
        "take" => part(&list[..count()?.min(list.len())]),
        "skip" => part(&list[count()?.min(list.len())..]),
        "step_by" => match count()? {
            0 => Err("`step_by` of 0".to_owned()),
            step => Ok(Value::List(list.iter().step_by(step).cloned().collect())),
        },
        "contains" => Ok(Value::Bool(list.contains(arg))),
        "chain" => Ok(Value::List(list.iter().chain(items(arg)?.iter()).cloned().collect())),
        _ => {
            let others = items(arg)?;
            let pair = |(a, b): (&Value, &Value)| Value::List(Rc::new([a.clone(), b.clone()]));
            Ok(Value::List(list.iter().zip(others.iter()).map(pair).collect()))
        }
    }
}

fn alone(list: &[Value], name: &str) -> Result<Value> {
    let fold = |op: BinOp, start: i128| {
        let is_float = matches!(list.first(), Some(Value::Float(_)));
        let start = if is_float { Value::Float(start as f64) } else { Value::Int(start) };
        list.iter().try_fold(start, |so_far, item| so_far.binary(&op, item))
    };
    match name {
        "sum" => fold(BinOp::Add(Plus::default()), 0),
        "product" => fold(BinOp::Mul(Star::default()), 1),
        "min" | "max" => {
            let numbers = list.iter().map(Value::int).collect::<Result<Vec<_>>>();
            let numbers = numbers.map_err(|_| format!("`{name}` of floats: write `fold`, as Rust asks"))?;
            let found = if name == "min" { numbers.into_iter().min() } else { numbers.into_iter().max() };
            found.map(Value::Int).ok_or_else(|| format!("`{name}` of no elements"))
        }
        "rev" => Ok(Value::List(list.iter().rev().cloned().collect())),
        "enumerate" => {
            let pair = |(at, item): (usize, &Value)| Value::List(Rc::new([Value::Int(at as i128), item.clone()]));
            Ok(Value::List(list.iter().enumerate().map(pair).collect()))
        }
        "len" | "count" => Ok(Value::Int(list.len() as i128)),
        "first" => list.first().cloned().ok_or_else(|| "there is no first element".to_owned()),
        "last" => list.last().cloned().ok_or_else(|| "there is no last element".to_owned()),
        _ => Err(format!("a list has no method `{name}` here")),
    }
}
