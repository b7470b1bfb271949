//! Workgroup memory: `let tile = shared::<[f32; 256]>();`.

use super::place::{Cell, Owner, OwnerKind, Place, Store};
use super::types::{Elem, Ty};
use super::{Elaborator, Res};
use crate::diag::{Diagnostic, codes::types as codes};
use crate::ir::{Scalar, Type};
use crate::syntax::ast::{self, Expr, ExprKind, GenericArg};

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

    fn shared_array(&mut self, name: &ast::Ident, path: &ast::Path, args: &[Expr], zeroed: bool) -> Res<Place> {
        let what = &path.name.name;
        self.check_count(what, 0, args.len(), path.span)?;
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
        Ok(Place { ty, store: Store::Cells(shared), index: None, lane: None, span: name.span, owner, root })
    }
}
