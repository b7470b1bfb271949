//! Calls: of closures, with a name or without, and of functions of Rust's library.

use super::error::{Result, Stop};
use super::flow::Local;
use super::value::Closure;
use super::{Scope, Value, number, path_text};
use std::rc::Rc;
use syn::{Expr, ExprCall, ExprClosure, Pat, ReturnType};

/// What is called.
pub(super) enum Callee<'e> {
    /// A closure where it is used: it sees every name there.
    Here(&'e ExprClosure),
    /// One with a name.
    Named(Rc<Closure>),
    /// `f64::max`, `Some`.
    Function(String),
}

impl Scope {
    /// `f(x)`, `f64::from(x)`, `f32::from_bits(x)`, `Some(x)`.
    pub(super) fn call(&mut self, call: &ExprCall) -> Result<Value> {
        let callee = self.callee(&call.func)?;
        let args = call.args.iter().map(|arg| self.eval(arg)).collect::<Result<Vec<_>>>()?;
        self.apply(&callee, &args)
    }

    /// What an expression stands for that is called.
    pub(super) fn callee<'e>(&mut self, expr: &'e Expr) -> Result<Callee<'e>> {
        match expr {
            Expr::Closure(closure) => Ok(Callee::Here(closure)),
            Expr::Paren(inner) => self.callee(&inner.expr),
            Expr::Reference(inner) => self.callee(&inner.expr),
            Expr::Path(path) if !self.locals.iter().any(|local| path.path.is_ident(&local.name)) => {
                Ok(Callee::Function(path_text(&path.path)))
            }
            other => match self.eval(other)? {
                Value::Closure(closure) => Ok(Callee::Named(closure)),
                value => Err(Stop::from(format!("{} cannot be called", value.kind())).at(other)),
            },
        }
    }

    /// A closure as a value: it keeps the names that it sees as they are now.
    pub(super) fn captured(&mut self, code: &ExprClosure) -> Result<Value> {
        self.count(self.locals.len())?;
        let captured = self.locals.clone();
        Ok(Value::Closure(Rc::new(Closure { code: code.clone(), captured })))
    }

    /// What a call gives.
    pub(super) fn apply(&mut self, callee: &Callee<'_>, args: &[Value]) -> Result<Value> {
        match callee {
            Callee::Here(closure) => self.body(closure, args),
            Callee::Named(closure) => {
                let n_captured = std::mem::replace(&mut self.n_captured, closure.captured.len());
                let outside = std::mem::replace(&mut self.locals, closure.captured.clone());
                let value = self.body(&closure.code, args);
                (self.locals, self.n_captured) = (outside, n_captured);
                value
            }
            Callee::Function(name) => self.function(name, args),
        }
    }

    fn body(&mut self, closure: &ExprClosure, args: &[Value]) -> Result<Value> {
        let (takes, has) = (closure.inputs.len(), args.len());
        if takes != has {
            return Err(format!("this closure takes {takes} arguments, not {has}").into());
        }
        let n_locals = self.locals.len();
        for (pattern, value) in closure.inputs.iter().zip(args) {
            self.bind(pattern, value.clone())?;
        }
        let value = self.eval(&closure.body);
        self.locals.truncate(n_locals);
        match &closure.output {
            ReturnType::Type(_, ty) => Ok(value?.meant_as(&super::type_text(ty))),
            ReturnType::Default => value,
        }
    }

    /// The closure of a `scan`: what it gives, and the state that it leaves.
    pub(super) fn step(&mut self, callee: &Callee<'_>, state: Value, item: &Value) -> Result<(Value, Value)> {
        let Callee::Here(closure) = callee else { return Err("the closure of a `scan` is written in it here".into()) };
        let (Some(Pat::Ident(name)), Some(pattern), 2) =
            (closure.inputs.first(), closure.inputs.last(), closure.inputs.len())
        else {
            return Err("the closure of a `scan` takes a state, by name, and an item".into());
        };
        let n_locals = self.locals.len();
        self.locals.push(Local { name: name.ident.to_string(), value: state, is_mut: true });
        self.bind(pattern, item.clone())?;
        let value = self.eval(&closure.body)?;
        let state = std::mem::replace(&mut self.locals[n_locals].value, Value::Unit);
        self.locals.truncate(n_locals);
        Ok((value, state))
    }

    fn function(&mut self, name: &str, args: &[Value]) -> Result<Value> {
        let place = name.trim_start_matches("std::").trim_start_matches("core::");
        match (place.rsplit_once("::"), args) {
            (None, [value]) if place == "Some" => Ok(Value::option(Some(value.clone()))),
            (Some(("f32", "from_bits")), [value]) => Ok(Value::Float(f32::from_bits(value.int()? as u32).into())),
            (Some((ty, "from")), [value]) => Ok(value.cast(ty)?),
            (Some(("Vec", "new")), []) => Ok(Value::list([])),
            // As a method of its first argument: `f64::max(a, b)`, `usize::pow(n, 2)`.
            (Some((ty, method)), [first, rest @ ..]) if ty.starts_with(['f', 'i', 'u']) => {
                let found = number::method(first, method, rest)?;
                found.ok_or_else(|| format!("there is no function `{name}` of these arguments here").into())
            }
            _ => Err(format!("there is no function `{name}` here").into()),
        }
    }
}
