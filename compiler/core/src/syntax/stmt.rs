//! Blocks and statements.

use super::{Reader, ast};
use ast::Stmt;
use syn::spanned::Spanned;

/// A statement, or the value of the block that it ends.
enum Part {
    Stmt(Stmt),
    Value(ast::Expr),
    Nothing,
}

impl Reader {
    /// A block.
    pub(super) fn block(&mut self, block: &syn::Block) -> Option<ast::Block> {
        let span = self.at(block.brace_token.span.join());
        let mut out = ast::Block { stmts: vec![], value: None, span };
        let mut complete = true;
        let n = block.stmts.len();
        for (i, stmt) in block.stmts.iter().enumerate() {
            match self.stmt(stmt) {
                None => complete = false,
                Some(Part::Nothing) => {}
                Some(Part::Stmt(stmt)) => out.stmts.push(stmt),
                Some(Part::Value(value)) if i + 1 == n => out.value = Some(Box::new(value)),
                Some(Part::Value(value)) => out.stmts.push(Stmt::Expr(value)),
            }
        }
        complete.then_some(out)
    }

    fn stmt(&mut self, stmt: &syn::Stmt) -> Option<Part> {
        match stmt {
            syn::Stmt::Local(local) => self.local(local).map(Part::Stmt),
            syn::Stmt::Expr(expr, semi) => {
                let expr = self.expr(expr)?;
                Some(if semi.is_some() { Part::Stmt(Stmt::Expr(expr)) } else { Part::Value(expr) })
            }
            syn::Stmt::Macro(call) => {
                self.no_attrs(&call.attrs);
                let expr = self.macro_call(&call.mac)?;
                Some(if call.semi_token.is_some() { Part::Stmt(Stmt::Expr(expr)) } else { Part::Value(expr) })
            }
            syn::Stmt::Item(syn::Item::Const(item)) => Some(Part::Stmt(Stmt::Const(self.constant(item)?))),
            syn::Stmt::Item(syn::Item::Use(_)) => Some(Part::Nothing),
            syn::Stmt::Item(item) => {
                let span = self.span_of(item);
                self.refuse(span, "items inside functions", "move it out; only `const` may stand here")
            }
        }
    }

    fn local(&mut self, local: &syn::Local) -> Option<Stmt> {
        self.no_attrs(&local.attrs);
        let span = self.at(local.let_token.span).to(self.at(local.semi_token.span()));
        let (pat, ty) = match &local.pat {
            syn::Pat::Type(typed) => (&*typed.pat, Some(&*typed.ty)),
            pat => (pat, None),
        };
        let diverge = local.init.as_ref().and_then(|init| init.diverge.as_ref());
        self.refuse_some(diverge.map(|(token, _)| token), "`let ... else` statements", "use `if` or `match`");
        let pattern = self.pattern(pat);
        let ty = ty.map(|ty| self.ty(ty));
        let value = local.init.as_ref().map(|init| self.expr(&init.expr));
        Some(Stmt::Let { pattern: pattern?, ty: missing(ty)?, value: missing(value)?, span })
    }
}

/// `None` where it is there and could not be read.
pub(super) fn missing<T>(part: Option<Option<T>>) -> Option<Option<T>> {
    match part {
        None => Some(None),
        Some(part) => part.map(Some),
    }
}
