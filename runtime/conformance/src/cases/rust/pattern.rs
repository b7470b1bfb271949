//! Patterns: what `let`, closures, loops and the arms of a `match` bind, and what arms take.

use super::error::{Result, Stop};
use super::flow::Local;
use super::{Scope, Value, path_text, type_text};
use std::cmp::Ordering;
use syn::punctuated::Punctuated;
use syn::{Expr, Pat, PatIdent, PatRange, RangeLimits, Token};

impl Scope {
    /// Binds a pattern that takes every value.
    pub(super) fn bind(&mut self, pattern: &Pat, value: Value) -> Result<()> {
        match pattern {
            // Most are names, which need no look at the value.
            Pat::Ident(PatIdent { subpat: None, ident, mutability, .. }) => {
                self.locals.push(Local { name: ident.to_string(), value, is_mut: mutability.is_some() });
                Ok(())
            }
            Pat::Type(typed) => self.bind(&typed.pat, value.meant_as(&type_text(&typed.ty))),
            _ if self.takes(pattern, &value)? => Ok(()),
            _ => Err(Stop::from(format!("this pattern does not take {value}: write a `match`")).at(pattern)),
        }
    }

    /// Whether a pattern takes a value; then its names are bound.
    pub(super) fn takes(&mut self, pattern: &Pat, value: &Value) -> Result<bool> {
        self.matches(pattern, value).map_err(|stop| stop.at(pattern))
    }

    fn matches(&mut self, pattern: &Pat, value: &Value) -> Result<bool> {
        match pattern {
            Pat::Wild(_) | Pat::Rest(_) => Ok(true),
            Pat::Paren(inner) => self.takes(&inner.pat, value),
            Pat::Reference(inner) => self.takes(&inner.pat, value),
            Pat::Guard(guarded) => Ok(self.takes(&guarded.pat, value)? && self.truth(&guarded.guard)?),
            Pat::Or(or) => {
                for case in &or.cases {
                    if self.takes(case, value)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Pat::Lit(literal) => equal(&super::constant::literal(&literal.lit)?, value),
            Pat::Path(path) => match path_text(&path.path).as_str() {
                "None" => option(value).map(|value| value.is_none()),
                name => equal(&self.named(name)?, value),
            },
            Pat::Ident(name) => self.matches_name(name, value),
            Pat::Range(range) => self.in_range(range, value),
            Pat::Tuple(tuple) => self.matches_each(&tuple.elems, value),
            Pat::Slice(slice) => self.matches_each(&slice.elems, value),
            Pat::TupleStruct(of) if of.path.is_ident("Some") && of.elems.len() == 1 => match option(value)? {
                Some(inner) => self.takes(&of.elems[0], inner),
                None => Ok(false),
            },
            Pat::Type(typed) => self.takes(&typed.pat, &value.clone().meant_as(&type_text(&typed.ty))),
            _ => Err("only numbers, ranges, names, cases of enums, `_`, `Some`, `None`, and tuples of such are \
                      understood here"
                .into()),
        }
    }

    fn matches_name(&mut self, name: &PatIdent, value: &Value) -> Result<bool> {
        let text = name.ident.to_string();
        if text == "None" {
            return option(value).map(|value| value.is_none());
        }
        // As a name it would take everything, which is hardly meant.
        let ending = format!("::{text}");
        if let Some(case) = self.names.keys().find(|known| known.ends_with(&ending)) {
            return Err(format!("write `{case}`: `{text}` alone takes every value").into());
        }
        if let Some((_, part)) = &name.subpat
            && !self.takes(part, value)?
        {
            return Ok(false);
        }
        self.locals.push(Local { name: text, value: value.clone(), is_mut: name.mutability.is_some() });
        Ok(true)
    }

    fn matches_each(&mut self, parts: &Punctuated<Pat, Token![,]>, value: &Value) -> Result<bool> {
        let Value::List(list) = value else { return Err(format!("{} is no tuple", value.kind()).into()) };
        if parts.iter().any(|part| matches!(part, Pat::Rest(_))) || parts.len() != list.len() {
            return Err(format!("this pattern has {} parts, the value {}", parts.len(), list.len()).into());
        }
        for (part, value) in parts.iter().zip(list.iter()) {
            if !self.takes(part, value)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn in_range(&mut self, range: &PatRange, value: &Value) -> Result<bool> {
        let mut order = |bound: &Option<Box<Expr>>| -> Result<Option<Ordering>> {
            bound.as_ref().map_or(Ok(None), |bound| Ok(value.order(&self.eval(bound)?)?))
        };
        let (above, below) = (order(&range.start)?, order(&range.end)?);
        let is_above = range.start.is_none() || above.is_some_and(|order| order.is_ge());
        let is_closed = matches!(range.limits, RangeLimits::Closed(_));
        let is_below = below.is_some_and(|order| order.is_lt() || is_closed && order.is_eq());
        Ok(is_above && (range.end.is_none() || is_below))
    }
}

fn equal(pattern: &Value, value: &Value) -> Result<bool> {
    Ok(value.order(pattern)?.is_some_and(|order| order.is_eq()))
}

fn option(value: &Value) -> Result<Option<&Value>> {
    match value {
        Value::Option(inner) => Ok(inner.as_deref()),
        other => Err(format!("{} is no `Option`", other.kind()).into()),
    }
}
