//! Blocks, branches and loops.

use super::error::{Result, Stop};
use super::{Scope, Value, type_text};
use syn::{Block, Expr, ExprMatch, Pat, Stmt};

/// A name with its value.
#[derive(Clone, Debug)]
pub(super) struct Local {
    pub(super) name: String,
    pub(super) value: Value,
    pub(super) is_mut: bool,
}

impl Scope {
    pub(super) fn block(&mut self, block: &Block) -> Result<Value> {
        let n_locals = self.locals.len();
        let value = self.stmts(&block.stmts);
        self.locals.truncate(n_locals);
        value
    }

    fn stmts(&mut self, stmts: &[Stmt]) -> Result<Value> {
        let mut last = Value::Unit;
        for stmt in stmts {
            last = match stmt {
                Stmt::Local(local) => {
                    let (pattern, ty) = match &local.pat {
                        Pat::Type(typed) => (&*typed.pat, Some(&*typed.ty)),
                        pattern => (pattern, None),
                    };
                    let init = local.init.as_ref().filter(|init| init.diverge.is_none());
                    let init = init.ok_or_else(|| Stop::from("a `let` has a value here, and no `else`").at(local))?;
                    let value = self.eval(&init.expr)?;
                    let value = if let Some(ty) = ty { value.meant_as(&type_text(ty)) } else { value };
                    self.bind(pattern, value)?;
                    Value::Unit
                }
                Stmt::Expr(expr, semicolon) => {
                    let value = self.eval(expr)?;
                    if semicolon.is_some() { Value::Unit } else { value }
                }
                Stmt::Macro(of) => {
                    let value = self.of_macro(&of.mac).map_err(|stop| stop.at(of))?;
                    if of.semi_token.is_some() { Value::Unit } else { value }
                }
                Stmt::Item(item) => return Err(Stop::from("a block defines nothing here").at(item)),
            };
        }
        Ok(last)
    }

    pub(super) fn branch(&mut self, choice: &syn::ExprIf) -> Result<Value> {
        let is_so = self.truth(&choice.cond)?;
        match &choice.else_branch {
            _ if is_so => self.block(&choice.then_branch),
            Some((_, otherwise)) => self.eval(otherwise),
            None => Ok(Value::Unit),
        }
    }

    pub(super) fn choose(&mut self, choice: &ExprMatch) -> Result<Value> {
        let value = self.eval(&choice.expr)?;
        let n_locals = self.locals.len();
        for arm in &choice.arms {
            if self.takes(&arm.pat, &value)? {
                let result = self.eval(&arm.body);
                self.locals.truncate(n_locals);
                return result;
            }
            self.locals.truncate(n_locals);
        }
        Err(Stop::from(format!("no arm of this `match` takes {value}")).at(&choice.expr))
    }

    /// `for`, `while` and `loop`.
    pub(super) fn repeat(&mut self, repeated: &Expr) -> Result<Value> {
        let (label, body) = match repeated {
            Expr::ForLoop(of) => (&of.label, &of.body),
            Expr::While(of) => (&of.label, &of.body),
            Expr::Loop(of) => (&of.label, &of.body),
            _ => return Err("this is no loop".into()),
        };
        if let Some(label) = label {
            return Err(Stop::from("loops have no labels here").at(label));
        }
        let list = match repeated {
            Expr::ForLoop(of) => Some(self.eval(&of.expr).and_then(|value| self.items(&value))?),
            _ => None,
        };
        let mut items = list.iter().flat_map(|list| list.iter());
        loop {
            self.count(1)?;
            let n_locals = self.locals.len();
            match repeated {
                Expr::ForLoop(of) => match items.next() {
                    Some(item) => self.bind(&of.pat, item.clone())?,
                    None => return Ok(Value::Unit),
                },
                Expr::While(of) if !self.truth(&of.cond)? => return Ok(Value::Unit),
                _ => {}
            }
            let done = self.block(body);
            self.locals.truncate(n_locals);
            match done {
                Ok(_) | Err(Stop::Continue) => {}
                Err(Stop::Break(value)) => return Ok(value),
                Err(wrong) => return Err(wrong),
            }
        }
    }

    pub(super) fn truth(&mut self, condition: &Expr) -> Result<bool> {
        let value = self.eval(condition)?;
        value.truth().map_err(|why| Stop::from(why).at(condition))
    }

    /// `vec![0.0; n]`, `vec![1, 2]`.
    pub(super) fn of_macro(&mut self, of: &syn::Macro) -> Result<Value> {
        if !of.path.is_ident("vec") {
            return Err("of macros only `vec!` is understood here".into());
        }
        let list = proc_macro2::Group::new(proc_macro2::Delimiter::Bracket, of.tokens.clone());
        let list = syn::parse2(proc_macro2::TokenTree::Group(list).into());
        self.eval(&list.map_err(|error| format!("this is no list: {error}"))?)
    }
}
