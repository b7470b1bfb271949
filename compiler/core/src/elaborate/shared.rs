//! Workgroup memory: `let tile = shared::<[f32; 256]>();`, and its scalars seen as vectors: `tile.as_x4()`.

use super::place::{Cell, Owner, OwnerKind, Place, Store};
use super::resolve::Operand;
use super::types::{Elem, Ty};
use super::{Elaborator, Res};
use crate::diag::{Diagnostic, codes::types as codes};
use crate::ir::{Scalar, Type};
use crate::source::Span;
use crate::syntax::ast::{self, Expr, ExprKind, GenericArg};
use std::rc::Rc;

impl Elaborator<'_> {
    /// The array that a `let` declares, where it declares one.
    pub(super) fn shared_let(&mut self, name: &ast::Ident, value: &Expr) -> Option<Res<Place>> {
        let ExprKind::Call(path, args) = &value.kind else { return None };
        let zeroed = match path.name.name.as_str() {
            "shared" => false,
            "shared_zeroed" => true,
            _ => return None,
        };
        if path.qualifier.is_some() || self.program.lookup(self.file(), &path.name.name).is_some() {
            return None;
        }
        Some(self.shared_array(name, path, args, zeroed))
    }

    /// `tile.as_x4()`; `None` for any other method.
    pub(super) fn view(&mut self, of: &Expr, name: &ast::Ident, args: &[Expr], span: Span) -> Option<Res<Operand>> {
        let lanes = view_lanes(name)?;
        if self.program.lookup(self.file(), &name.name).is_some() {
            return None;
        }
        Some(self.check_count(&name.name, 0, args.len(), span).and_then(|()| self.view_of(of, name, lanes)))
    }

    fn view_of(&mut self, of: &Expr, name: &ast::Ident, lanes: u8) -> Res<Operand> {
        let operand = self.operand(of, None)?;
        if let Operand::Place(place) = &operand
            && let (Store::Cells(cells), None) = (&place.store, place.lane)
            && let ([Cell::Shared(shared)], Some(ty)) = (cells.as_slice(), as_vectors(&place.ty, lanes))
        {
            let view = Store::Cells(vec![Cell::Shared(self.b.view(*shared, lanes))]);
            return Ok(Operand::Place(Place { ty, store: view, ..place.clone() }));
        }
        let text = format!("`{}` of something other than an array of scalars in workgroup memory", name.name);
        let d = Diagnostic::new(codes::BAD_OPERAND, of.span, text)
            .note(format!("it shows each row as vectors of {lanes}, so a row's length is a multiple of {lanes}"))
            .help(format!("an op passes a buffer as vectors: `launch!(kernel, [n], buffer.{}())`", name.name));
        Err(self.report(d))
    }

    fn shared_array(&mut self, name: &ast::Ident, path: &ast::Path, args: &[Expr], zeroed: bool) -> Res<Place> {
        let what = &path.name.name;
        if let Some(first) = args.first() {
            let d = Diagnostic::new(codes::ARGUMENT_COUNT, first.span, format!("`{what}` takes no arguments"))
                .help(format!("the length is part of the type: `{what}::<[f32; 256]>()`"));
            return Err(self.report(d));
        }
        if self.in_constant > 0 {
            return Err(self.error(codes::NOT_CONSTANT, path.span, "workgroup memory in a constant"));
        }
        if self.frame().nesting > 0 {
            let d = Diagnostic::new(codes::MISPLACED, path.span, "workgroup memory declared in a branch or a loop")
                .note("it exists once for the whole workgroup, however often this place is reached")
                .help("declare it at the top level of the kernel or function");
            return Err(self.report(d));
        }
        let [GenericArg::Type(written)] = path.generics.as_slice() else {
            let d = Diagnostic::new(codes::BAD_GENERICS, path.span, format!("`{what}` needs the array's type"))
                .help(format!("write `{what}::<[f32; 256]>()`"));
            return Err(self.report(d));
        };
        let ty = self.resolve_type(written)?;
        let cells = self.cells(&ty)?;
        if cells.is_empty() || cells.iter().any(|(_, len)| len.is_none()) {
            let d = Diagnostic::new(codes::BAD_GENERICS, written.span, "workgroup memory is made of arrays")
                .help(format!("for one value, write `{what}::<[{}; 1]>()`", self.show(&ty)));
            return Err(self.report(d));
        }
        Ok(self.shared_cells(name, ty, cells, zeroed))
    }

    /// An array in workgroup memory, of a type with these cells.
    pub(super) fn shared_cells(
        &mut self,
        name: &ast::Ident,
        ty: Ty,
        cells: Vec<(Ty, Option<u32>)>,
        zeroed: bool,
    ) -> Place {
        let owner = Owner::new(&name.name, name.span, OwnerKind::Shared);
        let outer = std::mem::replace(&mut self.b.span, name.span);
        let mut shared = vec![];
        for (leaf, len) in cells {
            let (elem, atomic) = match leaf {
                Ty::Num(Elem::Known(scalar), lanes) => (Type::vector(scalar, lanes), false),
                Ty::Atomic(scalar) => (Type::scalar(scalar), true),
                _ => (Type::scalar(Scalar::U32), false),
            };
            let id = self.b.shared(&name.name, elem, len.unwrap_or(1));
            self.b.kernel[id].zeroed = zeroed;
            self.b.kernel[id].atomic = atomic;
            shared.push(Cell::Shared(id));
        }
        self.b.span = outer;
        let root = name.name.as_str().into();
        Place { ty, store: Store::Cells(shared), index: None, lane: None, span: name.span, owner, root }
    }
}

/// How many scalars the method shows as one vector; `None` for a method that does not.
pub(super) fn view_lanes(method: &ast::Ident) -> Option<u8> {
    match method.name.as_str() {
        "as_x2" => Some(2),
        "as_x4" => Some(4),
        _ => None,
    }
}

/// Arrays whose rows are vectors in place of scalars.
fn as_vectors(ty: &Ty, lanes: u8) -> Option<Ty> {
    let Ty::Array(of, len) = ty else { return None };
    match **of {
        Ty::Num(elem @ Elem::Known(scalar), 1) if scalar != Scalar::Bool && len % u32::from(lanes) == 0 => {
            Some(Ty::Array(Rc::new(Ty::Num(elem, lanes)), len / u32::from(lanes)))
        }
        _ => Some(Ty::Array(Rc::new(as_vectors(of, lanes)?), *len)),
    }
}
