//! Methods of lists that ask a closure about each item.

use super::call::Callee;
use super::error::Result;
use super::{Scope, Value};
use std::cmp::Ordering;

/// Those that take one closure and nothing else.
pub(super) const METHODS: [&str; 20] = [
    "map",
    "for_each",
    "filter",
    "filter_map",
    "flat_map",
    "map_while",
    "take_while",
    "skip_while",
    "any",
    "all",
    "position",
    "rposition",
    "find",
    "find_map",
    "partition_point",
    "reduce",
    "min_by",
    "max_by",
    "min_by_key",
    "max_by_key",
];

impl Scope {
    pub(super) fn by_closure(&mut self, items: &[Value], name: &str, by: &Callee<'_>) -> Result<Value> {
        match name {
            "map" | "for_each" | "flat_map" => {
                let results = items.iter().map(|item| self.of(by, item)).collect::<Result<Vec<_>>>()?;
                match name {
                    "map" => Ok(Value::list(results)),
                    "flat_map" => self.flat(&results),
                    _ => Ok(Value::Unit),
                }
            }
            "filter_map" | "find_map" | "map_while" => self.by_option(items, name, by),
            "reduce" => {
                let Some((first, rest)) = items.split_first() else { return Ok(Value::Option(None)) };
                let all = rest.iter().try_fold(first.clone(), |so_far, item| self.apply(by, &[so_far, item.clone()]));
                all.map(|value| Value::option(Some(value)))
            }
            "min_by" | "max_by" | "min_by_key" | "max_by_key" => self.extreme(items, name, by),
            "rposition" => {
                for (at, item) in items.iter().enumerate().rev() {
                    if self.of(by, item)?.truth()? {
                        return Ok(Value::option(Some(Value::Int(at as i128))));
                    }
                }
                Ok(Value::Option(None))
            }
            _ => self.by_truth(items, name, by),
        }
    }

    fn of(&mut self, by: &Callee<'_>, item: &Value) -> Result<Value> {
        self.apply(by, std::slice::from_ref(item))
    }

    fn by_truth(&mut self, items: &[Value], name: &str, by: &Callee<'_>) -> Result<Value> {
        let mut kept = vec![];
        let mut found = None;
        for (at, item) in items.iter().enumerate() {
            let is_so = self.of(by, item)?.truth()?;
            match (name, is_so) {
                ("filter" | "take_while", true) => kept.push(item.clone()),
                ("skip_while", false) => {
                    kept.extend_from_slice(&items[at..]);
                    break;
                }
                ("any" | "position" | "find", true) | ("all" | "partition_point" | "take_while", false) => {
                    found = Some((at, item));
                    break;
                }
                _ => {}
            }
        }
        let index = |at: usize| Value::Int(at as i128);
        Ok(match name {
            "any" => Value::Bool(found.is_some()),
            "all" => Value::Bool(found.is_none()),
            "position" => Value::option(found.map(|(at, _)| index(at))),
            "partition_point" => index(found.map_or(items.len(), |(at, _)| at)),
            "find" => Value::option(found.map(|(_, item)| item.clone())),
            _ => Value::list(kept),
        })
    }

    fn by_option(&mut self, items: &[Value], name: &str, by: &Callee<'_>) -> Result<Value> {
        let mut kept = vec![];
        for item in items {
            let Value::Option(result) = self.of(by, item)? else {
                return Err(format!("the closure of `{name}` gives an `Option`").into());
            };
            match (name, result) {
                ("find_map", Some(value)) => return Ok(Value::Option(Some(value))),
                ("map_while", None) => break,
                (_, value) => kept.extend(value.map(|value| (*value).clone())),
            }
        }
        Ok(if name == "find_map" { Value::Option(None) } else { Value::list(kept) })
    }

    /// Of equal ones, the least is the first and the largest the last, as Rust has it.
    fn extreme(&mut self, items: &[Value], name: &str, by: &Callee<'_>) -> Result<Value> {
        let mut best: Option<(Value, &Value)> = None;
        for item in items {
            let key = if name.ends_with("_key") { self.of(by, item)? } else { item.clone() };
            let order = match &best {
                None => Ordering::Equal,
                Some((old, _)) if name.ends_with("_key") => key.total_order(old)?,
                Some((old, _)) => self.apply(by, &[key.clone(), old.clone()])?.int()?.cmp(&0),
            };
            let is_better = if name.starts_with("min") { order.is_lt() } else { order.is_ge() };
            if best.is_none() || is_better {
                best = Some((key, item));
            }
        }
        Ok(Value::option(best.map(|(_, item)| item.clone())))
    }

    /// `scan`, as far as the closure gives `Some`.
    pub(super) fn scanned(&mut self, items: &[Value], start: Value, step: &Callee<'_>) -> Result<Value> {
        let (mut state, mut kept) = (start, vec![]);
        for item in items {
            let (value, next) = self.step(step, state, item)?;
            state = next;
            match value {
                Value::Option(Some(value)) => kept.push((*value).clone()),
                Value::Option(None) => break,
                _ => return Err("the closure of `scan` gives an `Option`".into()),
            }
        }
        Ok(Value::list(kept))
    }

    /// The items in order; equal ones stay as they were. Rust's own sort may panic where an order contradicts itself.
    pub(super) fn sorted_by(
        &mut self,
        items: &[Value],
        mut order: impl FnMut(&mut Self, &Value, &Value) -> Result<Ordering>,
    ) -> Result<Vec<Value>> {
        let (mut from, mut to) = (items.to_vec(), Vec::with_capacity(items.len()));
        let mut run = 1;
        // Runs that are sorted, two by two into one.
        while run < from.len() {
            for pair in from.chunks(2 * run) {
                let (mut left, mut right) = pair.split_at(run.min(pair.len()));
                while let ([a, after_a @ ..], [b, after_b @ ..]) = (left, right) {
                    self.count(1)?;
                    if order(self, a, b)?.is_le() {
                        to.push(a.clone());
                        left = after_a;
                    } else {
                        to.push(b.clone());
                        right = after_b;
                    }
                }
                to.extend_from_slice(left);
                to.extend_from_slice(right);
            }
            from = std::mem::take(&mut to);
            run *= 2;
        }
        Ok(from)
    }
}
