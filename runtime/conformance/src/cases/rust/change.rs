//! What `let mut` is for: assignments, and methods that change a list.

use super::error::{Result, Stop};
use super::{Scope, Value, path_text};
use std::rc::Rc;
use syn::{Expr, ExprField, Member, UnOp};

/// Methods that change their list.
const METHODS: [&str; 15] = [
    "push",
    "pop",
    "extend",
    "swap",
    "reverse",
    "fill",
    "truncate",
    "dedup",
    "clear",
    "sort",
    "sort_unstable",
    "sort_by",
    "sort_unstable_by",
    "sort_by_key",
    "sort_unstable_by_key",
];

impl Scope {
    /// Calls a method that changes its list; `None` where it is no such method.
    pub(super) fn changed(&mut self, of: &Expr, name: &str, args: &[&Expr]) -> Result<Option<Value>> {
        if !METHODS.contains(&name) || !is_place(of) || !matches!(self.eval(of)?, Value::List(_)) {
            return Ok(None);
        }
        let list = match (name, args) {
            ("sort" | "sort_unstable", []) => {
                let list = self.taken(of)?;
                self.sorted_by(&list, |_, a, b| a.total_order(b).map_err(Stop::from))?
            }
            ("sort_by" | "sort_unstable_by", [by]) => {
                let (list, by) = (self.taken(of)?, self.callee(by)?);
                self.sorted_by(&list, |scope, a, b| Ok(scope.apply(&by, &[a.clone(), b.clone()])?.int()?.cmp(&0)))?
            }
            ("sort_by_key" | "sort_unstable_by_key", [key]) => {
                let (list, key) = (self.taken(of)?, self.callee(key)?);
                let keys = list.iter().map(|item| self.apply(&key, std::slice::from_ref(item)));
                let keys = keys.collect::<Result<Vec<_>>>()?;
                let pairs: Vec<Value> =
                    keys.into_iter().zip(list).map(|(key, item)| Value::list([key, item])).collect();
                let first = Value::Int(0);
                let by_key =
                    |_: &mut Self, a: &Value, b: &Value| Ok(a.index(&first)?.total_order(&b.index(&first)?)?);
                let sorted = self.sorted_by(&pairs, by_key)?;
                sorted.iter().map(|pair| Ok(pair.index(&Value::Int(1))?)).collect::<Result<Vec<_>>>()?
            }
            _ => {
                let args = args.iter().map(|arg| self.eval(arg)).collect::<Result<Vec<_>>>()?;
                if let ("extend", [more]) = (name, args.as_slice()) {
                    let n_more = self.items(more)?.len();
                    self.count(n_more)?;
                }
                let Value::List(list) = self.place(of)? else { return Ok(None) };
                return change(Rc::make_mut(list), name, &args).map(Some);
            }
        };
        *self.place(of)? = Value::list(list);
        Ok(Some(Value::Unit))
    }

    /// The items of a list that can be changed.
    fn taken(&mut self, of: &Expr) -> Result<Vec<Value>> {
        match self.place(of)? {
            Value::List(list) => Ok(list.to_vec()),
            other => Err(format!("{} cannot be sorted", other.kind()).into()),
        }
    }

    /// `place = value`; a tuple of places takes a value for each.
    pub(super) fn assign(&mut self, to: &Expr, value: Value) -> Result<()> {
        match to {
            Expr::Infer(_) => {}
            Expr::Tuple(tuple) => {
                for (at, part) in tuple.elems.iter().enumerate() {
                    self.assign(part, value.index(&Value::Int(at as i128))?)?;
                }
            }
            to => *self.place(to)? = value,
        }
        Ok(())
    }

    /// What can be changed: a name bound with `let mut`, or an element of it.
    pub(super) fn place(&mut self, expr: &Expr) -> Result<&mut Value> {
        let (at, path) = self.path_to(expr).map_err(|stop| stop.at(expr))?;
        let mut found = &mut self.locals[at].value;
        for index in path {
            let Value::List(list) = found else { return Err(format!("{} has no elements", found.kind()).into()) };
            let len = list.len();
            if Rc::strong_count(list) > 1 {
                // It is copied.
                self.left = self.left.checked_sub(len as u64).ok_or(super::TOO_LONG)?;
            }
            let element = Rc::make_mut(list).get_mut(index);
            found = element.ok_or_else(|| Stop::from(format!("index {index}, but the length is {len}")).at(expr))?;
        }
        Ok(found)
    }

    /// The local that a place is in, and the indices that lead there.
    fn path_to(&mut self, expr: &Expr) -> Result<(usize, Vec<usize>)> {
        let (of, index) = match expr {
            Expr::Paren(inner) => return self.path_to(&inner.expr),
            Expr::Unary(inner) if matches!(inner.op, UnOp::Deref(_)) => return self.path_to(&inner.expr),
            Expr::Reference(inner) => return self.path_to(&inner.expr),
            Expr::Path(path) => return self.local_to_change(path).map(|at| (at, vec![])),
            Expr::Index(index) => (&index.expr, self.eval(&index.index)?.int()?),
            Expr::Field(ExprField { base, member: Member::Unnamed(index), .. }) => (base, index.index.into()),
            _ => return Err("only names bound with `let mut` and their elements can be changed here".into()),
        };
        let (at, mut path) = self.path_to(of)?;
        path.push(usize::try_from(index).map_err(|_| format!("index {index} is negative"))?);
        Ok((at, path))
    }

    fn local_to_change(&self, path: &syn::ExprPath) -> Result<usize> {
        let name = path_text(&path.path);
        let Some(at) = self.locals.iter().rposition(|local| local.name == name) else {
            self.named(&name)?;
            return Err(format!("`{name}` cannot be changed: copy it, `let mut copy = {name};`").into());
        };
        match self.locals[at].is_mut {
            _ if at < self.n_captured => {
                Err(format!("a closure with a name cannot change `{name}` here: pass it, and give the new value")
                    .into())
            }
            true => Ok(at),
            false => Err(format!("`{name}` cannot be changed: write `let mut {name}` or `mut {name}`").into()),
        }
    }
}

/// Whether an expression names something that has its own place.
fn is_place(expr: &Expr) -> bool {
    match expr {
        Expr::Paren(inner) => is_place(&inner.expr),
        Expr::Unary(inner) => is_place(&inner.expr),
        expr => matches!(expr, Expr::Path(_) | Expr::Index(_) | Expr::Field(_)),
    }
}

fn change(list: &mut Vec<Value>, name: &str, args: &[Value]) -> Result<Value> {
    match (name, args) {
        ("push", [value]) => list.push(value.clone()),
        ("pop", []) => return Ok(Value::option(list.pop())),
        ("reverse", []) => list.reverse(),
        ("clear", []) => list.clear(),
        ("fill", [value]) => list.fill(value.clone()),
        ("extend", [more]) => list.extend(super::items(more)?.iter().cloned()),
        ("dedup", []) => list.dedup_by(|a, b| matches!(a.order(b), Ok(Some(order)) if order.is_eq())),
        ("truncate", [len]) => list.truncate(usize::try_from(len.int()?).unwrap_or(0)),
        ("swap", [a, b]) => {
            let at = |of: &Value| {
                let at = of.int()?;
                let inside = usize::try_from(at).ok().filter(|at| *at < list.len());
                inside.ok_or_else(|| Stop::from(format!("index {at}, but the length is {}", list.len())))
            };
            let (a, b) = (at(a)?, at(b)?);
            list.swap(a, b);
        }
        _ => return Err(format!("`{name}` does not take {} arguments", args.len()).into()),
    }
    Ok(Value::Unit)
}
