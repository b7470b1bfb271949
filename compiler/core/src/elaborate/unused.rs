//! Statements that compute a value and do nothing else.

use super::resolve::Operand;
use super::types::Ty;
use super::value::Val;
use super::{Elaborator, Res};
use crate::diag::{Diagnostic, codes::types as codes};
use crate::ir::{Expr as IrExpr, Stmt, StmtKind};
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, Item};

impl Elaborator<'_> {
    /// An expression as a statement. One whose value is all that it gives is refused: it was meant to be stored.
    pub(super) fn statement(&mut self, expr: &Expr) -> Res<Val> {
        let n_written = self.b.written().len();
        let operand = self.operand(expr, None)?;
        let val = match operand {
            Operand::Val(val) => val,
            Operand::Place(_) => Val::UNIT,
        };
        if val.ty != Ty::Never && (is_value(expr) || self.is_core(expr, &val) && self.has_no_effect(n_written)) {
            return Err(self.report(unused(expr)));
        }
        Ok(val)
    }

    /// Whether it is a call of what the language brings along, for the sake of its result.
    fn is_core(&self, expr: &Expr, val: &Val) -> bool {
        let name = match &expr.kind {
            ExprKind::Method { name, .. } => name,
            ExprKind::Call(path, _) => &path.name,
            _ => return false,
        };
        let item = self.program.lookup(self.file(), &name.name);
        let is_own = item.is_some_and(|id| (id.file as usize) < self.program.n_own);
        !is_own && val.ty != Ty::UNIT && !matches!(item.map(|id| self.program.item(id)), Some(Item::Op(_)))
    }

    /// Whether nothing but values has been computed since there were as many statements in the open block.
    fn has_no_effect(&self, n_written: usize) -> bool {
        self.b.written().get(n_written..).unwrap_or_default().iter().all(|stmt| self.is_pure_stmt(stmt))
    }

    fn is_pure_stmt(&self, stmt: &Stmt) -> bool {
        let StmtKind::Def(value) = &stmt.kind else { return false };
        !matches!(self.b.kernel[*value].expr, IrExpr::Atomic { .. } | IrExpr::Subgroup(..) | IrExpr::UniformLoad { .. })
    }
}

/// Whether the form of an expression says that it gives a value.
pub(crate) fn is_value(expr: &Expr) -> bool {
    use ExprKind as K;
    match &expr.kind {
        K::Tuple(parts) => !parts.is_empty(),
        K::Int { .. } | K::Float { .. } | K::Bool(_) | K::Path(_) | K::Field(..) | K::Index(..) | K::Cast(..) => true,
        K::Unary(..) | K::Binary(..) | K::Array(_) | K::Repeat(..) | K::Struct(..) => true,
        _ => false,
    }
}

/// What is wrong with an expression whose value is dropped.
pub(crate) fn unused(expr: &Expr) -> Diagnostic {
    let d = Diagnostic::new(codes::UNUSED_VALUE, expr.span, "this computes a value that nothing uses");
    match &expr.kind {
        ExprKind::Binary(BinaryOp::Eq, to, _)
            if matches!(to.kind, ExprKind::Path(_) | ExprKind::Field(..) | ExprKind::Index(..)) =>
        {
            d.help("to assign, write `=`")
        }
        ExprKind::Binary(BinaryOp::AndAlso | BinaryOp::OrElse, ..) => {
            d.help("to do one thing where another holds, write `if`")
        }
        _ => d.help("store it, leave out the `;` where it is the result, or remove the statement"),
    }
}
