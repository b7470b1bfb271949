//! Blocks and their statements.

use super::place::{Owner, OwnerKind};
use super::resolve::Operand;
use super::scope::{Deferred, Local, Return};
use super::types::Ty;
use super::value::Val;
use super::{Elaborator, Reported, Res, returns};
use crate::diag::codes::types as codes;
use crate::ir::Const;
use crate::source::Span;
use crate::syntax::ast::{self, Expr, ExprKind, PatternKind, Stmt};

impl Elaborator<'_> {
    /// The statements of a block, in the scope that is open, and its value.
    pub(super) fn block(&mut self, block: &ast::Block, want: Option<&Ty>) -> Res<Val> {
        self.stmts(&block.stmts, block.value.as_deref(), want)
    }

    fn stmts(&mut self, stmts: &[Stmt], value: Option<&Expr>, want: Option<&Ty>) -> Res<Val> {
        let mut failed = false;
        let outer = self.b.span;
        for (at, stmt) in stmts.iter().enumerate() {
            if let Stmt::Expr(expr) = stmt
                && matches!(self.frame().on_return, Return::Tail)
                && returns::expr_contains(expr)
            {
                let val = self.tail(expr, &stmts[at + 1..], value, want);
                return if failed { Err(Reported) } else { val };
            }
            self.check_size(self.b.span)?;
            match self.stmt(stmt) {
                // What follows never runs.
                Ok(Val { ty: Ty::Never, .. }) => return if failed { Err(Reported) } else { Ok(Val::NEVER) },
                Ok(_) => {}
                Err(Reported) => failed = true,
            }
            self.b.span = outer;
        }
        let val = value.map_or(Ok(Val::UNIT), |value| self.value(value, want));
        if failed { Err(Reported) } else { val }
    }

    /// A statement with a `return`, in a function whose returns all stand last: its value is the function's.
    fn tail(&mut self, expr: &Expr, rest: &[Stmt], value: Option<&Expr>, want: Option<&Ty>) -> Res<Val> {
        let ExprKind::If { cond, then, otherwise: None } = &expr.kind else { return self.value(expr, want) };
        let cond = self.condition(cond);
        match cond.as_ref().ok().and_then(|cond| self.known(cond)).map(Const::as_bool) {
            Some(true) => return self.scoped(|s| s.block(then, want)),
            Some(false) => return self.stmts(rest, value, want),
            None => {}
        }
        let Ok(cond) = cond else {
            let _ = self.nested(|s| s.block(then, want));
            let _ = self.stmts(rest, value, want);
            return Err(Reported);
        };
        let sides = Some((then.span, value.map_or(expr.span, |value| value.span)));
        self.two_ways(&cond, |s| s.block(then, want), |s| s.stmts(rest, value, want), sides, expr.span)
    }

    fn stmt(&mut self, stmt: &Stmt) -> Res<Val> {
        match stmt {
            Stmt::Expr(expr) => self.statement(expr),
            Stmt::Const(item) => {
                let val = self.const_value_of(item);
                let local = match val {
                    Ok(val) => self.keep(&item.name.name, item.name.span, val),
                    Err(Reported) => Err(Reported),
                };
                self.bind(&item.name.name, local.as_ref().map_or(Local::Wrong, Clone::clone));
                local.map(|_| Val::UNIT)
            }
            Stmt::Let { pattern, ty, value, span } => {
                self.b.span = *span;
                let bound = self.let_stmt(pattern, ty.as_ref(), value.as_ref(), *span);
                if bound.is_err() {
                    self.bind_wrong(pattern);
                }
                bound
            }
        }
    }

    fn let_stmt(
        &mut self,
        pattern: &ast::Pattern,
        ty: Option<&ast::Type>,
        value: Option<&Expr>,
        span: Span,
    ) -> Res<Val> {
        let ty = match ty {
            Some(ast::Type { kind: ast::TypeKind::Infer, .. }) | None => Ok(None),
            Some(ty) => self.resolve_type(ty).map(|found| Some((found, ty.span))),
        };
        let Some(value) = value else { return self.declare(pattern, ty?.map(|(ty, _)| ty), span) };
        if let PatternKind::Bind { name, .. } = &pattern.kind {
            if let Some(place) = self.shared_let(name, value) {
                let place = place?;
                self.bind(&name.name, Local::Place(place));
                return Ok(Val::UNIT);
            }
            if self.is_reference(value)
                && let Operand::Place(place) = self.operand(value, None)?
                && matches!(place.ty, Ty::Array(..) | Ty::Slice(_))
            {
                self.bind(&name.name, Local::Place(place));
                return Ok(Val::UNIT);
            }
        }
        let want = ty.as_ref().ok().and_then(|ty| ty.as_ref().map(|(ty, _)| ty.clone()));
        let val = self.value(value, want.as_ref());
        let (ty, mut val) = (ty?, val?);
        if val.ty == Ty::Never {
            return Ok(val);
        }
        if let Some((ty, at)) = ty {
            self.unify(&ty, &val.ty, value.span, Some((at, "expected because of this".to_owned())))?;
            val.ty = ty;
        }
        let pat = self.pattern(pattern, &val.ty, false)?;
        self.bind_pattern(&pat, &val)?;
        Ok(Val::UNIT)
    }

    /// `let x;`
    fn declare(&mut self, pattern: &ast::Pattern, ty: Option<Ty>, span: Span) -> Res<Val> {
        let PatternKind::Bind { name, mutable } = &pattern.kind else {
            return Err(self.error(codes::BAD_PATTERN, span, "a variable without a value needs a name"));
        };
        let kind = if *mutable { OwnerKind::Mut } else { OwnerKind::Let };
        let owner = Owner::new(&name.name, name.span, kind);
        let at = self.deferred.len();
        let place = match &ty {
            Some(ty) => Some(self.variable(ty, owner.clone())?),
            None => None,
        };
        self.deferred.push(Deferred { owner, ty, place });
        self.unassigned.insert(at);
        self.bind(&name.name, Local::Deferred(at));
        Ok(Val::UNIT)
    }

    /// The names of a statement that failed exist, and say nothing more.
    fn bind_wrong(&mut self, pattern: &ast::Pattern) {
        match &pattern.kind {
            PatternKind::Bind { name, .. } => self.bind(&name.name, Local::Wrong),
            PatternKind::Tuple(parts) | PatternKind::Or(parts) => parts.iter().for_each(|part| self.bind_wrong(part)),
            _ => {}
        }
    }
}
