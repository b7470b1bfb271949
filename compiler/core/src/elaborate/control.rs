//! Branches: `if` and `match`.

use super::pattern::{Pat, is_irrefutable};
use super::place::{Owner, OwnerKind};
use super::types::Ty;
use super::value::Val;
use super::{Elaborator, Reported, Res, arms};
use crate::ir::{self, Block, Const, Expr as IrExpr, Op, StmtKind};
use crate::source::Span;
use crate::syntax::ast::{self, Expr, ExprKind};

/// The most that a side of an `if` may cost to be computed whether it is needed or not.
const MAX_SELECT_COST: u32 = 3;

impl Elaborator<'_> {
    pub(super) fn if_expr(
        &mut self,
        cond: &Expr,
        then: &ast::Block,
        otherwise: Option<&Expr>,
        span: Span,
        want: Option<&Ty>,
    ) -> Res<Val> {
        let want = if otherwise.is_some() { want.cloned() } else { Some(Ty::UNIT) };
        let want = want.as_ref();
        let cond = self.condition(cond);
        if let Some(known) = cond.as_ref().ok().and_then(|cond| self.known(cond)) {
            return match (known.as_bool(), otherwise) {
                (true, _) => self.scoped(|s| s.block(then, want)),
                (false, Some(otherwise)) => self.scoped(|s| s.value(otherwise, want)),
                (false, None) => Ok(Val::UNIT),
            };
        }
        let then_span = then.value.as_ref().map_or(then.span, |value| value.span);
        let spans = otherwise.map(|other| (then_span, tail_span(other)));
        let other = |s: &mut Self| otherwise.map_or(Ok(Val::UNIT), |other| s.value(other, want));
        match cond {
            Ok(cond) => self.two_ways(&cond, |s| s.block(then, want), other, spans, span),
            Err(Reported) => {
                // What stands in the branches may be wrong too.
                let _ = self.nested(|s| s.block(then, want));
                let _ = self.nested(other);
                Err(Reported)
            }
        }
    }

    /// A branch whose sides give values of one type; `sides` is where those values stand.
    pub(super) fn two_ways(
        &mut self,
        cond: &Val,
        then: impl FnOnce(&mut Self) -> Res<Val>,
        otherwise: impl FnOnce(&mut Self) -> Res<Val>,
        sides: Option<(Span, Span)>,
        span: Span,
    ) -> Res<Val> {
        let before = self.unassigned.clone();
        let (then, a) = self.nested(then);
        let after = std::mem::replace(&mut self.unassigned, before);
        let (otherwise, b) = self.nested(otherwise);
        let never = |val: &Res<Val>| matches!(val, Ok(Val { ty: Ty::Never, .. }));
        match (never(&a), never(&b)) {
            (true, _) => {}
            (false, true) => self.unassigned = after,
            (false, false) => self.unassigned.extend(after),
        }
        let (a, b) = (a?, b?);
        let cond = cond.clone();
        let leaf = cond.leaves[0];
        match (a.ty == Ty::Never, b.ty == Ty::Never) {
            (true, true) => {
                self.b.push(StmtKind::If { cond: leaf, then, otherwise });
                return Ok(Val::NEVER);
            }
            (true, false) => {
                self.b.push(StmtKind::If { cond: leaf, then, otherwise: vec![] });
                self.splice(otherwise);
                return Ok(b);
            }
            (false, true) => {
                self.b.push(StmtKind::If { cond: leaf, then: vec![], otherwise });
                self.splice(then);
                return Ok(a);
            }
            (false, false) => {}
        }
        match sides {
            Some((first, second)) => {
                self.unify_as(&a.ty, &b.ty, second, |s| (first, s.this_is(&a.ty)))?;
            }
            None => self.unify(&b.ty, &a.ty, span, None)?,
        }
        self.merge(&cond, (then, a), (otherwise, b), span)
    }

    /// The value of a branch, from its sides' code and values.
    fn merge(&mut self, cond: &Val, a: (Block, Val), b: (Block, Val), span: Span) -> Res<Val> {
        let leaf = cond.leaves[0];
        if a.1.leaves.is_empty() {
            self.b.push(StmtKind::If { cond: leaf, then: a.0, otherwise: b.0 });
            return Ok(a.1);
        }
        let cheap = |block: &Block| cost(&self.b.kernel, block).is_some_and(|cost| cost <= MAX_SELECT_COST);
        if a.1.leaves.len() <= 4 && cheap(&a.0) && cheap(&b.0) {
            self.splice(a.0);
            self.splice(b.0);
            return self.choose(cond, &a.1, &b.1, span);
        }
        let place = self.variable(&a.1.ty, Owner::new("value", span, OwnerKind::Mut))?;
        let then = self.with_write(a.0, &place, &a.1)?;
        let otherwise = self.with_write(b.0, &place, &b.1)?;
        self.b.push(StmtKind::If { cond: leaf, then, otherwise });
        self.read(&place)
    }

    fn with_write(&mut self, block: Block, place: &super::place::Place, val: &Val) -> Res<Block> {
        self.b.open_block();
        self.splice(block);
        let written = self.write(place, val);
        let block = self.b.close_block();
        written.map(|()| block)
    }

    /// Writes the statements of a block here.
    pub(super) fn splice(&mut self, block: Block) {
        let span = self.b.span;
        for stmt in block {
            self.b.span = stmt.span;
            self.b.push(stmt.kind);
        }
        self.b.span = span;
    }

    pub(super) fn match_expr(
        &mut self,
        on: &Expr,
        arms: &[(ast::Pattern, Expr)],
        span: Span,
        want: Option<&Ty>,
    ) -> Res<Val> {
        let val = self.value(on, None)?;
        if val.ty == Ty::Never {
            return Ok(val);
        }
        let mut pats = vec![];
        let mut failed = false;
        for (pattern, body) in arms {
            match self.pattern(pattern, &val.ty, true) {
                Ok(pat) => pats.push((pat, body)),
                Err(Reported) => failed = true,
            }
        }
        if failed {
            return Err(Reported);
        }
        let takes_all = pats.iter().position(|(pat, _)| is_irrefutable(pat));
        if let Some([(first, _), (next, _), ..]) = takes_all.and_then(|at| arms.get(at..)) {
            return Err(self.report(arms::unreachable(first.span, next.span)));
        }
        self.check_exhaustive(&val.ty, &pats, on.span, span)?;
        self.arms(&val, &pats, want, span)
    }

    /// The arms of a `match`, the first that fits; the last fits whatever is left.
    fn arms(&mut self, val: &Val, arms: &[(Pat, &Expr)], want: Option<&Ty>, span: Span) -> Res<Val> {
        let Some(((pat, body), rest)) = arms.split_first() else { return Err(Reported) };
        let body_of = |s: &mut Self| {
            s.scoped(|s| {
                s.bind_pattern(pat, val)?;
                s.value(body, want)
            })
        };
        let test = if rest.is_empty() { None } else { self.test(pat, val, body.span)? };
        let Some(test) = test else { return body_of(self) };
        match self.known(&test).map(Const::as_bool) {
            Some(true) => body_of(self),
            Some(false) => self.arms(val, rest, want, span),
            None => {
                let next = rest.first().map_or(span, |(_, body)| tail_span(body));
                let sides = Some((tail_span(body), next));
                self.two_ways(&test, body_of, |s| s.arms(val, rest, want, span), sides, span)
            }
        }
    }
}

/// Where the value of an expression stands.
fn tail_span(expr: &Expr) -> Span {
    match &expr.kind {
        ExprKind::Block(block) => block.value.as_ref().map_or(expr.span, |value| tail_span(value)),
        ExprKind::If { then, .. } => then.value.as_ref().map_or(expr.span, |value| tail_span(value)),
        _ => expr.span,
    }
}

/// Whether nobody can tell if the block ran.
pub(super) fn is_pure(kernel: &ir::Kernel, block: &Block) -> bool {
    cost(kernel, block).is_some()
}

/// What a block costs that can be run without being noticed; `None` for any other.
fn cost(kernel: &ir::Kernel, block: &Block) -> Option<u32> {
    let mut total = 0;
    for stmt in block {
        let StmtKind::Def(value) = &stmt.kind else { return None };
        total += match &kernel[*value].expr {
            IrExpr::Op(Op::Div | Op::Rem | Op::Sqrt, _) => 3,
            IrExpr::Op(..) => 1,
            IrExpr::Const(_) | IrExpr::Param(_) | IrExpr::Len(_) | IrExpr::Builtin(_) => 0,
            IrExpr::Compose(_) | IrExpr::Extract(..) | IrExpr::Slot(_) => 0,
            _ => return None,
        };
    }
    Some(total)
}
