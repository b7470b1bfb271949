//! Methods of lists and ranges: those of slices and iterators that sums, searches and scans are made of.

use super::error::Result;
use super::{Scope, Value, number, part};
use std::rc::Rc;
use syn::{Expr, ExprMethodCall};

/// More take too much memory.
pub(super) const MAX_LEN: usize = 1 << 24;

/// Methods that give what they are called on: iterators are lists here, and references what they lead to.
const AS_IT_IS: [&str; 12] = [
    "clone",
    "copied",
    "cloned",
    "iter",
    "into_iter",
    "into",
    "collect",
    "to_vec",
    "to_owned",
    "as_slice",
    "by_ref",
    "borrow",
];

impl Scope {
    pub(super) fn method_call(&mut self, call: &ExprMethodCall) -> Result<Value> {
        let name = call.method.to_string();
        let args: Vec<&Expr> = call.args.iter().collect();
        if let Some(value) = self.changed(&call.receiver, &name, &args)? {
            return Ok(value);
        }
        let on = self.eval(&call.receiver)?;
        let value = self.method(on, &name, &args).map_err(|stop| match args[..] {
            // What is called is wrong, and not what it is called on.
            [] => stop.at(&call.method),
            _ => stop,
        })?;
        match call.turbofish.as_ref().and_then(|fish| fish.args.first()) {
            Some(syn::GenericArgument::Type(ty)) => Ok(value.meant_as(&super::type_text(ty))),
            _ => Ok(value),
        }
    }

    fn method(&mut self, on: Value, name: &str, args: &[&Expr]) -> Result<Value> {
        match (&on, name, args) {
            (Value::Range(..), "collect", []) => Ok(Value::List(self.items(&on)?)),
            (_, name, []) if AS_IT_IS.contains(&name) => Ok(on),
            (Value::Option(value), ..) => self.of_option(value.as_deref(), name, args),
            // Of what Rust has as a `Result`, and is a value here.
            (_, "unwrap", []) => Ok(on),
            (Value::List(list), "len" | "count", []) => Ok(Value::Int(list.len() as i128)),
            (Value::Range(start, Some(end)), "len" | "count", []) => Ok(Value::Int(end.saturating_sub(*start).max(0))),
            (Value::Range(start, end), "contains", [value]) => {
                let value = self.eval(value)?.int()?;
                Ok(Value::Bool(value >= *start && end.is_none_or(|end| value < end)))
            }
            // The one use of a range without an end.
            (Value::Range(start, None), "zip", [with]) => {
                let with = self.eval(with)?;
                let end = start.saturating_add(self.items(&with)?.len() as i128);
                let counted = self.items(&Value::Range(*start, Some(end)))?;
                Ok(part::with_value(&counted, "zip", &with)?)
            }
            (Value::List(_) | Value::Range(..), ..) => {
                let items = self.items(&on)?;
                self.of_list(&items, name, args)
            }
            _ => {
                let values = args.iter().map(|arg| self.eval(arg)).collect::<Result<Vec<_>>>()?;
                let found = number::method(&on, name, &values)?;
                found.ok_or_else(|| format!("{} has no method `{name}` of these arguments here", on.kind()).into())
            }
        }
    }

    fn of_list(&mut self, items: &[Value], name: &str, args: &[&Expr]) -> Result<Value> {
        // Copying is cheaper than evaluating, but where each item becomes a list.
        self.count(if matches!(name, "zip" | "enumerate") { 4 * items.len() } else { items.len() / 8 })?;
        match (name, args) {
            ("fold", [start, step]) => {
                let (start, step) = (self.eval(start)?, self.callee(step)?);
                items.iter().try_fold(start, |so_far, item| self.apply(&step, &[so_far, item.clone()]))
            }
            ("scan", [start, step]) => {
                let (start, step) = (self.eval(start)?, self.callee(step)?);
                self.scanned(items, start, &step)
            }
            ("flatten" | "concat", []) => self.flat(items),
            (name, [by]) if super::by::METHODS.contains(&name) => {
                let by = self.callee(by)?;
                self.by_closure(items, name, &by)
            }
            (_, [arg]) => {
                let arg = self.eval(arg)?;
                if let ("windows", Value::Int(width)) = (name, &arg) {
                    self.count(items.len().saturating_mul(usize::try_from(*width).unwrap_or(0)) / 8)?;
                }
                Ok(part::with_value(items, name, &arg)?)
            }
            (_, []) => Ok(part::alone(items, name)?),
            _ => Err(format!("a list has no method `{name}` of {} arguments here", args.len()).into()),
        }
    }

    fn of_option(&mut self, value: Option<&Value>, name: &str, args: &[&Expr]) -> Result<Value> {
        let some = |value: Value| Value::option(Some(value));
        Ok(match (name, value, args) {
            ("is_some", _, []) => Value::Bool(value.is_some()),
            ("is_none", _, []) => Value::Bool(value.is_none()),
            ("unwrap", None, []) => return Err("this is `None`".into()),
            ("unwrap", Some(value), []) | ("unwrap_or" | "unwrap_or_else", Some(value), [_]) => value.clone(),
            ("unwrap_or", None, [otherwise]) => self.eval(otherwise)?,
            ("unwrap_or_else", None, [otherwise]) => {
                let otherwise = self.callee(otherwise)?;
                self.apply(&otherwise, &[])?
            }
            ("map_or", None, [otherwise, _]) => self.eval(otherwise)?,
            ("is_some_and", None, [_]) => Value::Bool(false),
            ("map" | "and_then", None, [_]) => Value::Option(None),
            ("map" | "and_then" | "is_some_and", Some(value), [by]) | ("map_or", Some(value), [_, by]) => {
                let by = self.callee(by)?;
                let result = self.apply(&by, std::slice::from_ref(value))?;
                if name == "map" { some(result) } else { result }
            }
            ("or", None, [otherwise]) => self.eval(otherwise)?,
            ("or", Some(value), [_]) => some(value.clone()),
            _ => return Err(format!("an `Option` has no method `{name}` here: is an `.unwrap()` missing?").into()),
        })
    }

    /// The lists of a list, one after the other.
    pub(super) fn flat(&mut self, lists: &[Value]) -> Result<Value> {
        let mut all = vec![];
        for list in lists {
            match list {
                Value::Option(value) => all.extend(value.iter().map(|value| (**value).clone())),
                list => {
                    let items = self.items(list)?;
                    self.count(items.len())?;
                    all.extend(items.iter().cloned());
                }
            }
        }
        Ok(Value::list(all))
    }

    /// What a list or a range gives, in order.
    pub(super) fn items(&mut self, on: &Value) -> Result<Rc<Vec<Value>>> {
        let items = items(on)?;
        if let Value::Range(..) = on {
            self.count(items.len())?;
        }
        Ok(items)
    }
}

/// As [`Scope::items`], uncounted.
pub(super) fn items(on: &Value) -> std::result::Result<Rc<Vec<Value>>, String> {
    match on {
        Value::List(list) => Ok(Rc::clone(list)),
        Value::Range(start, Some(end)) if end.saturating_sub(*start) <= MAX_LEN as i128 => {
            Ok(Rc::new((*start..*end).map(Value::Int).collect()))
        }
        Value::Range(_, Some(_)) => Err("this range is too long".to_owned()),
        Value::Range(_, None) => Err("this range has no end".to_owned()),
        other => Err(format!("{} gives no elements", other.kind())),
    }
}
