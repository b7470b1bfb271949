//! Asynchronous copies from buffers to workgroup memory: `copy_async(&mut tile[i], &input[j])`.

use super::memory::ir_place;
use super::place::{Cell, Place, Store};
use super::resolve::Operand;
use super::types::Ty;
use super::value::Val;
use super::{Elaborator, Reported, Res, errors, generics};
use crate::diag::{Diagnostic, codes::types as codes};
use crate::ir::{Element, StmtKind};
use crate::source::Span;
use crate::syntax::ast::{self, Expr, ExprKind};

/// The most groups that one may wait for to be under way: more than any target keeps apart.
const MAX_GROUPS: u32 = 7;

impl Elaborator<'_> {
    /// A call of one of the functions of copies.
    pub(super) fn copy_call(&mut self, path: &ast::Path, args: &[Expr], span: Span) -> Res<Val> {
        let name = &path.name;
        if self.in_constant > 0 {
            return Err(self.error(codes::NOT_CONSTANT, span, format!("`{}` in a constant", name.name)));
        }
        let kind = match name.name.as_str() {
            "copy_commit" => {
                self.check_count(&name.name, 0, args.len(), span)?;
                StmtKind::CopyCommit
            }
            "copy_wait" => {
                self.check_count(&name.name, 0, args.len(), span)?;
                StmtKind::CopyWait(self.groups(path)?)
            }
            _ => self.copy(name, args, span)?,
        };
        self.b.push(kind);
        Ok(Val::UNIT)
    }

    /// The number in `copy_wait::<2>()`.
    fn groups(&mut self, path: &ast::Path) -> Res<u32> {
        let [arg] = path.generics.as_slice() else {
            let d =
                Diagnostic::new(codes::BAD_GENERICS, path.span, "`copy_wait` does not say how many groups may go on")
                    .help("write `copy_wait::<0>()` to wait for all, `copy_wait::<1>()` for all but the newest group");
            return Err(self.report(d));
        };
        let n = match generics::as_value(arg) {
            Ok(expr) => self.const_u32(&expr)?,
            Err(at) => return Err(self.error(codes::BAD_GENERICS, at, "a number of groups, not a type")),
        };
        if n > MAX_GROUPS {
            let text = format!("`copy_wait` lets at most {MAX_GROUPS} groups go on, not {n}");
            return Err(self.error(codes::BAD_LENGTH, path.span, text));
        }
        Ok(n)
    }

    fn copy(&mut self, name: &ast::Ident, args: &[Expr], span: Span) -> Res<StmtKind> {
        let conditional = name.name == "copy_async_or_zero";
        self.check_count(&name.name, if conditional { 3 } else { 2 }, args.len(), span)?;
        let to = self.copied(&args[0], true);
        let from = self.copied(&args[1], false);
        let cond = args.get(2).map(|cond| self.condition(cond)).transpose();
        let ((to, into), (from, out_of)) = (to?, from?);
        let why = (args[0].span, format!("this is `{}`", self.show(&to.ty)));
        self.unify(&to.ty, &from.ty, args[1].span, Some(why))?;
        let bytes = self.b.kernel.elem(ir_place(into)).bytes();
        if !matches!(bytes, 4 | 8 | 16) {
            let d = Diagnostic::new(codes::BAD_OPERAND, span, format!("`{}` of {bytes} bytes", name.name))
                .help("copy elements of 4, 8 or 16 bytes: scalars of 4 bytes, and vectors of two or four");
            return Err(self.report(d));
        }
        let to =
            Element { index: to.index.ok_or(Reported)?, access: self.access(into, to.index.ok_or(Reported)?, &to) };
        let index = from.index.ok_or(Reported)?;
        let from = Element { index, access: self.access(out_of, index, &from) };
        Ok(StmtKind::CopyAsync { to, from, cond: cond?.map(|cond| cond.leaves[0]) })
    }

    /// The element that an argument borrows, and the one array that holds it.
    fn copied(&mut self, arg: &Expr, target: bool) -> Res<(Place, Cell)> {
        let ExprKind::Ref { mutable, of } = &arg.kind else {
            let and = if target { "&mut " } else { "&" };
            let d = Diagnostic::new(codes::REFERENCE, arg.span, "a copy takes references")
                .help(format!("write `{and}{}`", errors::words(arg)));
            return Err(self.report(d));
        };
        if target && !mutable {
            let d = Diagnostic::new(codes::REFERENCE, arg.span, "a copy writes its first argument")
                .help(format!("write `&mut {}`", errors::words(of)));
            return Err(self.report(d));
        }
        if let Operand::Place(place) = self.operand(of, None)?
            && let (Store::Cells(cells), Some(_), None) = (&place.store, place.index, place.lane)
            && let ([cell], Ty::Num(..)) = (cells.as_slice(), &place.ty)
            && matches!((cell, target), (Cell::Shared(_), true) | (Cell::Buffer(_), false))
        {
            let cell = *cell;
            return Ok((place, cell));
        }
        let (what, like) = match target {
            true => ("an asynchronous copy writes an element of workgroup memory", "&mut tile[i]"),
            false => ("an asynchronous copy reads an element of a buffer", "&input[i]"),
        };
        Err(self.report(Diagnostic::new(codes::REFERENCE, arg.span, what).help(format!("write it as `{like}`"))))
    }
}
