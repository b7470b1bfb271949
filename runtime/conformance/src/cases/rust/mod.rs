//! A plain Rust expression as an expectation: `expect.y = "a * x[i] + y[i]"`, evaluated for each element `i`.
//!
//! What it means is what Rust says, with `i128` for every whole number and `f64` for every float, so that it is a
//! reference of its own and not the kernel once more. In: an expression, and what it may name. Out: a [`Value`], or what
//! is wrong with it.

mod list;
mod number;
mod value;

pub(super) use value::{Value, of_bits};

use std::collections::HashMap;
use std::rc::Rc;
use syn::{BinOp, Block, Expr, ExprClosure, Pat, Stmt, UnOp};

/// What one expectation may take, in parts of expressions: some seconds.
const MAX_STEPS: u64 = 1 << 26;

type Result<T> = std::result::Result<T, String>;

/// Reads an expression.
pub(super) fn parse(text: &str) -> Result<Expr> {
    syn::parse_str(text).map_err(|error| format!("this is no Rust expression: {error}"))
}

/// The values of names, for an expression that is evaluated again and again.
pub(super) struct Scope {
    /// `n`, `params.n_elements`, `Way::Add`, `x`.
    names: HashMap<String, Value>,
    /// `let` and closures, innermost last.
    locals: Vec<(String, Value)>,
    /// The parts of expressions that may still be evaluated.
    left: u64,
}

impl Scope {
    pub(super) fn new(names: HashMap<String, Value>) -> Self {
        Self { names, locals: vec![], left: MAX_STEPS }
    }

    /// The value for element `i`.
    pub(super) fn element(&mut self, expr: &Expr, i: usize) -> Result<Value> {
        self.locals = vec![("i".to_owned(), Value::Int(i as i128))];
        self.eval(expr)
    }

    fn eval(&mut self, expr: &Expr) -> Result<Value> {
        self.left = self.left.checked_sub(1).ok_or("it takes too long")?;
        match expr {
            Expr::Paren(inner) => self.eval(&inner.expr),
            Expr::Group(inner) => self.eval(&inner.expr),
            Expr::Lit(literal) => value::literal(&literal.lit),
            Expr::Path(path) => match path.path.get_ident() {
                Some(name) => match self.locals.iter().rev().find(|(local, _)| name == local) {
                    Some((_, value)) => Ok(value.clone()),
                    None => self.named(&name.to_string()),
                },
                None => self.named(&path_text(path)),
            },
            Expr::Unary(unary) => match (&unary.op, self.eval(&unary.expr)?) {
                // `*x` of what an iterator gives.
                (UnOp::Deref(_), value) => Ok(value),
                (UnOp::Neg(_), value) => value.negated(),
                (_, value) => value.inverted(),
            },
            Expr::Reference(inner) => self.eval(&inner.expr),
            Expr::Binary(binary) => self.binary(&binary.left, &binary.op, &binary.right),
            Expr::Cast(cast) => self.eval(&cast.expr)?.cast(&type_text(&cast.ty)?),
            Expr::If(choice) => match (self.eval(&choice.cond)?.truth()?, &choice.else_branch) {
                (true, _) => self.block(&choice.then_branch),
                (false, Some((_, otherwise))) => self.eval(otherwise),
                (false, None) => Err("this `if` needs an `else`".to_owned()),
            },
            Expr::Block(block) => self.block(&block.block),
            Expr::Index(index) => {
                let list = self.eval(&index.expr)?;
                let at = self.eval(&index.index)?;
                list.index(&at)
            }
            Expr::Range(range) => {
                let bound = |scope: &mut Self, bound: &Option<Box<Expr>>| {
                    bound.as_ref().map(|bound| scope.eval(bound)?.int()).transpose()
                };
                let (start, end) = (bound(self, &range.start)?, bound(self, &range.end)?);
                let past = i128::from(matches!(range.limits, syn::RangeLimits::Closed(_)));
                Ok(Value::Range(start.unwrap_or(0), end.map(|end| end + past)))
            }
            Expr::Array(array) => self.list(array.elems.iter()),
            Expr::Tuple(tuple) => self.list(tuple.elems.iter()),
            Expr::Field(field) => self.field(field),
            Expr::MethodCall(call) => {
                let on = self.eval(&call.receiver)?;
                let args: Vec<&Expr> = call.args.iter().collect();
                let value = self.method(on, &call.method.to_string(), &args)?;
                match call.turbofish.as_ref().and_then(|fish| fish.args.first()) {
                    Some(syn::GenericArgument::Type(ty)) => Ok(value.meant_as(&type_text(ty)?)),
                    _ => Ok(value),
                }
            }
            Expr::Call(call) => self.call(call),
            _ => Err("only values, operators, `if`, `let`, methods and closures are understood here".to_owned()),
        }
    }

    fn list<'e>(&mut self, items: impl Iterator<Item = &'e Expr>) -> Result<Value> {
        items.map(|item| self.eval(item)).collect::<Result<Rc<[Value]>>>().map(Value::List)
    }

    fn named(&self, name: &str) -> Result<Value> {
        self.names.get(name).cloned().or_else(|| value::constant(name)).ok_or_else(|| {
            let near = wgpuc_core::diag::nearest(name, self.names.keys().map(String::as_str));
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            format!("there is no `{name}` here{near}")
        })
    }

    /// `params.n_elements`, or a lane of an element: `x[i].x`, `x[i].0`.
    fn field(&mut self, field: &syn::ExprField) -> Result<Value> {
        let name = match &field.member {
            syn::Member::Named(name) => name.to_string(),
            syn::Member::Unnamed(index) => index.index.to_string(),
        };
        if let Expr::Path(base) = &*field.base
            && let Some(value) = self.names.get(&format!("{}.{name}", path_text(base)))
        {
            return Ok(value.clone());
        }
        let lane = name.parse().ok().or_else(|| ["x", "y", "z", "w"].iter().position(|lane| *lane == name));
        match (self.eval(&field.base), lane) {
            (Ok(base), Some(lane)) => base.index(&Value::Int(lane as i128)),
            (Err(why), _) => Err(why),
            (_, None) => Err(format!("there is no field `{name}` here")),
        }
    }

    fn binary(&mut self, left: &Expr, op: &BinOp, right: &Expr) -> Result<Value> {
        let left = self.eval(left)?;
        match (op, &left) {
            (BinOp::And(_), Value::Bool(false)) | (BinOp::Or(_), Value::Bool(true)) => Ok(left),
            _ => left.binary(op, &self.eval(right)?),
        }
    }

    fn block(&mut self, block: &Block) -> Result<Value> {
        let n_locals = self.locals.len();
        let mut last = Err("this block has no value".to_owned());
        for (at, stmt) in block.stmts.iter().enumerate() {
            match stmt {
                Stmt::Local(local) => {
                    let init = local.init.as_ref().ok_or("this `let` has no value")?;
                    let value = self.eval(&init.expr)?;
                    self.bind(&local.pat, value)?;
                }
                Stmt::Expr(expr, None) if at + 1 == block.stmts.len() => last = self.eval(expr),
                _ => return Err("a block holds `let`s and a value here".to_owned()),
            }
        }
        self.locals.truncate(n_locals);
        last
    }

    fn bind(&mut self, pattern: &Pat, value: Value) -> Result<()> {
        match pattern {
            Pat::Ident(name) => self.locals.push((name.ident.to_string(), value)),
            Pat::Type(typed) => self.bind(&typed.pat, value.meant_as(&type_text(&typed.ty)?))?,
            Pat::Reference(inner) => self.bind(&inner.pat, value)?,
            Pat::Wild(_) => {}
            Pat::Tuple(tuple) => {
                for (at, part) in tuple.elems.iter().enumerate() {
                    self.bind(part, value.index(&Value::Int(at as i128))?)?;
                }
            }
            _ => return Err("only a name or a tuple of names can be bound here".to_owned()),
        }
        Ok(())
    }

    /// `f64::from(x)`, `f32::from_bits(x)`.
    fn call(&mut self, call: &syn::ExprCall) -> Result<Value> {
        let Expr::Path(path) = &*call.func else { return Err("only functions by name are called here".to_owned()) };
        let name = path_text(path);
        let arg = call.args.first().map(|arg| self.eval(arg)).transpose()?;
        match (name.split_once("::"), arg, call.args.len()) {
            (Some((ty, "from")), Some(value), 1) => value.cast(ty),
            (Some(("f32", "from_bits")), Some(value), 1) => {
                Ok(Value::Float(f32::from_bits(value.int()? as u32).into()))
            }
            _ => Err(format!("there is no function `{name}` here")),
        }
    }

    /// What a closure gives for these arguments.
    fn apply(&mut self, closure: &ExprClosure, args: &[Value]) -> Result<Value> {
        if closure.inputs.len() != args.len() {
            return Err(format!("this closure takes {} arguments, not {}", closure.inputs.len(), args.len()));
        }
        let n_locals = self.locals.len();
        for (pattern, value) in closure.inputs.iter().zip(args) {
            self.bind(pattern, value.clone())?;
        }
        let value = self.eval(&closure.body);
        self.locals.truncate(n_locals);
        value
    }
}

/// `std::f64::consts::PI`.
fn path_text(path: &syn::ExprPath) -> String {
    let words: Vec<String> = path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    words.join("::")
}

/// The name of a type.
fn type_text(ty: &syn::Type) -> Result<String> {
    match ty {
        syn::Type::Path(path) => Ok(path.path.get_ident().map(ToString::to_string).unwrap_or_default()),
        syn::Type::Infer(_) => Ok("_".to_owned()),
        _ => Err("only numbers can be converted to".to_owned()),
    }
}

/// An argument that is a closure.
fn closure<'e>(args: &[&'e Expr], at: usize, method: &str) -> Result<&'e ExprClosure> {
    match args.get(at) {
        Some(Expr::Closure(closure)) => Ok(closure),
        _ => Err(format!("`{method}` takes a closure")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Scope, Value, parse};
    use std::collections::HashMap;
    use std::rc::Rc;

    fn eval(text: &str) -> Result<Value, String> {
        let list = |values: &[f64]| Value::List(values.iter().map(|v| Value::Float(*v)).collect::<Rc<[_]>>());
        let names = HashMap::from([
            ("n".to_owned(), Value::Int(3)),
            ("params.n".to_owned(), Value::Int(7)),
            ("x".to_owned(), list(&[1.0, 2.0, 4.0])),
            ("Way::Sub".to_owned(), Value::Int(1)),
        ]);
        Scope { left: 100_000, ..Scope::new(names) }.element(&parse(text)?, 1)
    }

    #[test]
    fn it_means_what_rust_says() {
        for (text, value) in [
            ("x[i] * 2.0 + 1.0", Value::Float(5.0)),
            ("-7 / 2", Value::Int(-3)),
            ("(-7i32).rem_euclid(2) + n % 2", Value::Int(2)),
            ("params.n * n", Value::Int(21)),
            ("Way::Sub", Value::Int(1)),
            ("if i > 0 && x[i] < 3.0 { 1 } else { x[99] as i32 }", Value::Int(1)),
            ("{ let s: f64 = x.iter().sum(); s / x.len() as f64 }", Value::Float(7.0 / 3.0)),
            ("(0..3).map(|k| x[k] * x[2 - k]).sum::<f64>()", Value::Float(12.0)),
            ("(0..=n).filter(|k| k % 2 == 1).map(|k| k * k).sum::<u32>()", Value::Int(10)),
            ("x.iter().fold(f64::NEG_INFINITY, |a, b| a.max(*b))", Value::Float(4.0)),
            ("x[..2].iter().rev().enumerate().map(|(at, v)| at as f64 * v).sum::<f64>()", Value::Float(1.0)),
            ("x.iter().position(|v| *v == 4.0).unwrap()", Value::Int(2)),
            ("(1u64 << 40) as u32", Value::Int(0)),
            ("u32::MAX.count_ones() as u8", Value::Int(32)),
            ("(0.1f64 as f32).to_bits()", Value::Int(0x3dcc_cccd)),
            ("x[i].sqrt().powi(2).mul_add(1.0, f64::from(n)).floor()", Value::Float(5.0)),
            ("!true || 1 != 2", Value::Bool(true)),
        ] {
            assert_eq!(eval(text), Ok(value), "{text}");
        }
    }

    #[test]
    fn mistakes_are_told() {
        for (text, why) in [
            ("x[i] +", "no Rust expression"),
            ("x[3]", "index 3, but the length is 3"),
            ("x[i] * n", "write `as f64`"),
            ("y[i]", "there is no `y` here"),
            ("nn", "did you mean `n`?"),
            ("n / 0", "divides by zero"),
            ("x[i].sqr()", "no method `sqr`"),
            ("if n { 1 } else { 2 }", "a truth value"),
            ("i128::MAX * 2", "beyond 128 bits"),
            ("(0..).map(|k| k).sum::<u32>()", "no end"),
            ("(0..1000000).map(|a| (0..1000000).map(|b| a + b).sum::<u32>()).sum::<u32>()", "too long"),
            ("while true {}", "understood"),
        ] {
            let found = eval(text);
            assert!(found.as_ref().is_err_and(|found| found.contains(why)), "{text}: {found:?}");
        }
    }
}
