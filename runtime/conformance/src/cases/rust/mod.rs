//! A plain Rust expression as an expectation: `expect.y = "a * x[i] + y[i]"`, evaluated for each element `i`.
//!
//! What it means is what Rust says, with `i128` for every whole number and `f64` for every float, so that it is a
//! reference of its own and not the kernel once more. In: an expression, and what it may name. Out: a [`Value`], or what
//! is wrong with which part of it.

mod by;
mod call;
mod change;
mod constant;
mod error;
mod flow;
mod list;
mod number;
mod operator;
mod part;
mod pattern;
#[cfg(test)]
mod tests;
mod text;
mod value;

pub(super) use constant::of_bits;
pub(super) use error::Error;
pub(super) use text::parse;
pub(super) use value::Value;

use error::{Result, Stop};
use flow::Local;
use list::items;
use std::collections::HashMap;
use syn::{BinOp, Expr, UnOp};

/// What one expectation may take, in parts of expressions: some seconds.
const MAX_STEPS: u64 = 1 << 26;
const TOO_LONG: &str =
    "it takes too long; a list that does not depend on `i` is evaluated once, and says the whole buffer";
/// How deep parts may lie in one another, and calls in calls: each takes room on the stack.
const MAX_DEPTH: u32 = 400;

/// The values of names, for an expression that is evaluated again and again.
pub(super) struct Scope {
    /// `n`, `params.n_elements`, `Way::Add`, `x`.
    names: HashMap<String, Value>,
    /// `i`, and what `let`, closures and patterns bind, innermost last.
    locals: Vec<Local>,
    /// How many of the locals a closure has kept, which it cannot change.
    n_captured: usize,
    /// Whether `i` was asked for.
    has_read_index: bool,
    depth: u32,
    /// The parts of expressions that may still be evaluated.
    left: u64,
}

impl Scope {
    pub(super) fn new(names: HashMap<String, Value>) -> Self {
        Self { names, locals: vec![], n_captured: 0, has_read_index: false, depth: 0, left: MAX_STEPS }
    }

    /// The value for element `i`.
    pub(super) fn element(&mut self, expr: &Expr, i: usize) -> std::result::Result<Value, Error> {
        self.locals = vec![Local { name: "i".to_owned(), value: Value::Int(i as i128), is_mut: false }];
        self.has_read_index = false;
        Ok(self.eval(expr)?)
    }

    /// Whether the last element's value depends on its index.
    pub(super) const fn has_read_index(&self) -> bool {
        self.has_read_index
    }

    fn eval(&mut self, expr: &Expr) -> Result<Value> {
        self.count(1)?;
        if self.depth == MAX_DEPTH {
            return Err(Stop::from("this is nested too deeply: split it with `let`").at(expr));
        }
        self.depth += 1;
        let value = self.part(expr);
        self.depth -= 1;
        value.map_err(|stop| stop.at(expr))
    }

    /// Takes some of what it may take.
    fn count(&mut self, steps: usize) -> Result<()> {
        self.left = self.left.checked_sub(steps as u64).ok_or(TOO_LONG)?;
        Ok(())
    }

    fn part(&mut self, expr: &Expr) -> Result<Value> {
        match expr {
            Expr::Paren(inner) => self.eval(&inner.expr),
            Expr::Group(inner) => self.eval(&inner.expr),
            Expr::Lit(literal) => Ok(constant::literal(&literal.lit)?),
            Expr::Path(path) => self.path(path),
            Expr::Unary(unary) => self.unary(unary),
            Expr::Reference(inner) if inner.mutability.is_some() => Err("there is no `&mut` here: go by index".into()),
            Expr::Reference(inner) => self.eval(&inner.expr),
            Expr::Binary(binary) => self.binary(binary),
            Expr::Cast(cast) => Ok(self.eval(&cast.expr)?.cast(&type_text(&cast.ty))?),
            Expr::If(choice) => self.branch(choice),
            Expr::Match(choice) => self.choose(choice),
            Expr::Block(block) => self.block(&block.block),
            Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_) => self.repeat(expr),
            Expr::Break(of) if of.label.is_none() => {
                let value = of.expr.as_ref().map_or(Ok(Value::Unit), |value| self.eval(value))?;
                Err(Stop::Break(value))
            }
            Expr::Continue(of) if of.label.is_none() => Err(Stop::Continue),
            Expr::Assign(assign) => {
                let value = self.eval(&assign.right)?;
                self.assign(&assign.left, value).map(|()| Value::Unit)
            }
            Expr::Index(index) => self.index(index),
            Expr::Range(range) => self.range(range),
            Expr::Array(array) => self.list(array.elems.iter()),
            Expr::Tuple(tuple) if tuple.elems.is_empty() => Ok(Value::Unit),
            Expr::Tuple(tuple) => self.list(tuple.elems.iter()),
            Expr::Repeat(repeat) => self.repeated(repeat),
            Expr::Macro(of) => self.of_macro(&of.mac),
            Expr::Field(field) => self.field(field),
            Expr::MethodCall(call) => self.method_call(call),
            Expr::Closure(closure) => self.captured(closure),
            Expr::Call(call) => self.call(call),
            _ => Err("this is not understood here: an expectation is made of values, operators, methods, closures, \
                      `if`, `match`, `let` and loops"
                .into()),
        }
    }

    fn path(&mut self, path: &syn::ExprPath) -> Result<Value> {
        let Some(name) = path.path.get_ident() else { return self.named(&path_text(&path.path)) };
        match self.locals.iter().enumerate().rev().find(|(_, local)| *name == local.name) {
            Some((at, local)) => {
                self.has_read_index |= at == 0;
                Ok(local.value.clone())
            }
            None if name == "None" => Ok(Value::Option(None)),
            None => self.named(&name.to_string()),
        }
    }

    fn named(&self, name: &str) -> Result<Value> {
        self.names.get(name).cloned().or_else(|| constant::constant(name)).ok_or_else(|| {
            let locals = self.locals.iter().map(|local| local.name.as_str());
            let near = wgpuc_core::diag::nearest(name, self.names.keys().map(String::as_str).chain(locals));
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            format!("there is no `{name}` here{near}").into()
        })
    }

    fn list<'e>(&mut self, items: impl Iterator<Item = &'e Expr>) -> Result<Value> {
        items.map(|item| self.eval(item)).collect::<Result<Vec<_>>>().map(Value::list)
    }

    /// `[0.0; 4]`.
    fn repeated(&mut self, repeat: &syn::ExprRepeat) -> Result<Value> {
        let (value, len) = (self.eval(&repeat.expr)?, self.eval(&repeat.len)?.int()?);
        let len = usize::try_from(len).ok().filter(|len| *len <= list::MAX_LEN);
        let len = len.ok_or("no list can be so long")?;
        self.count(len)?;
        Ok(Value::list(vec![value; len]))
    }

    fn index(&mut self, index: &syn::ExprIndex) -> Result<Value> {
        let (list, at) = (self.eval(&index.expr)?, self.eval(&index.index)?);
        let value = list.index(&at)?;
        if let (Value::Range(..), Value::List(part)) = (&at, &value) {
            // Copying is cheaper than evaluating.
            self.count(part.len() / 8)?;
        }
        Ok(value)
    }

    fn range(&mut self, range: &syn::ExprRange) -> Result<Value> {
        let mut bound = |bound: &Option<Box<Expr>>| -> Result<Option<i128>> {
            bound.as_ref().map_or(Ok(None), |bound| Ok(Some(self.eval(bound)?.int()?)))
        };
        let (start, end) = (bound(&range.start)?, bound(&range.end)?);
        let past = i128::from(matches!(range.limits, syn::RangeLimits::Closed(_)));
        Ok(Value::Range(start.unwrap_or(0), end.map(|end| end.saturating_add(past))))
    }

    /// `params.n_elements`, or a lane of an element: `x[i].x`, `x[i].0`.
    fn field(&mut self, field: &syn::ExprField) -> Result<Value> {
        let name = match &field.member {
            syn::Member::Named(name) => name.to_string(),
            syn::Member::Unnamed(index) => index.index.to_string(),
        };
        if let Expr::Path(base) = &*field.base {
            let base = path_text(&base.path);
            if let Some(value) = self.names.get(&format!("{base}.{name}")) {
                return Ok(value.clone());
            }
            let prefix = format!("{base}.");
            let fields: Vec<&str> = self.names.keys().filter_map(|known| known.strip_prefix(&prefix)).collect();
            if !fields.is_empty() {
                let near = wgpuc_core::diag::nearest(&name, fields).map(|near| format!("; did you mean `{near}`?"));
                return Err(format!("`{base}` has no field `{name}`{}", near.unwrap_or_default()).into());
            }
        }
        let lane = name.parse().ok().or_else(|| ["x", "y", "z", "w"].iter().position(|lane| *lane == name));
        match (self.eval(&field.base)?, lane) {
            (base, Some(lane)) => Ok(base.index(&Value::Int(lane as i128))?),
            (base, None) => Err(format!("{} has no field `{name}` here", base.kind()).into()),
        }
    }

    fn unary(&mut self, unary: &syn::ExprUnary) -> Result<Value> {
        let value = self.eval(&unary.expr)?;
        Ok(match &unary.op {
            // `*x` of what an iterator gives.
            UnOp::Deref(_) => value,
            UnOp::Neg(_) => value.negated()?,
            _ => value.inverted()?,
        })
    }

    fn binary(&mut self, binary: &syn::ExprBinary) -> Result<Value> {
        if let Some(op) = operator::of_assignment(&binary.op) {
            let right = self.eval(&binary.right)?;
            let place = self.place(&binary.left)?;
            *place = place.binary(&op, &right)?;
            return Ok(Value::Unit);
        }
        let left = self.eval(&binary.left)?;
        match (&binary.op, &left) {
            (BinOp::And(_), Value::Bool(false)) | (BinOp::Or(_), Value::Bool(true)) => Ok(left),
            (BinOp::And(_) | BinOp::Or(_), Value::Bool(_)) => self.truth(&binary.right).map(Value::Bool),
            (op, _) => Ok(left.binary(op, &self.eval(&binary.right)?)?),
        }
    }
}

/// `std::f64::consts::PI`.
fn path_text(path: &syn::Path) -> String {
    let words: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    words.join("::")
}

/// The name of a type; of one that is no number's, none that matters.
fn type_text(ty: &syn::Type) -> String {
    match ty {
        syn::Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default(),
        syn::Type::Reference(of) => type_text(&of.elem),
        _ => "_".to_owned(),
    }
}
