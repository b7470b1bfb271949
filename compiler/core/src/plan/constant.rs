//! Constants in ops: the same values as in kernels, as the same code computes them.

use super::poly::Poly;
use super::value::{Text, Ty, Value};
use super::walk::Walk;
use crate::elaborate;
use crate::program::{Binding, ItemId};
use crate::source::{FileId, Span};
use crate::syntax::ast::{self, ExprKind, Item, TypeKind};
use wgpuc_abi::{Expr, Scalar};

impl Walk<'_, '_> {
    /// The value of a `const` item.
    pub(super) fn constant(&mut self, id: ItemId, constant: &ast::Const, path: &ast::Path) -> Option<Value> {
        if let TypeKind::Array(..) = constant.ty.kind {
            let help = format!("take an element: `{}[0]`", path.name.name);
            return self.wrong_type(path.span, "a whole array is no value", &help);
        }
        self.evaluated(self.planner.program.file_of(id), &constant.value, Some(&constant.ty))
    }

    /// `TABLE[i]` of a constant array, where `i` is known: the rounds of loops are.
    pub(super) fn table_element(&mut self, table: &ast::Expr, at: &ast::Expr, span: Span) -> Option<Value> {
        let is_table = |path: &ast::Path| match self.item(&path.name.name) {
            _ if path.qualifier.is_some() || self.scope.get(&path.name.name).is_some() => false,
            Some((_, Item::Const(_))) => true,
            _ => false,
        };
        match &table.kind {
            ExprKind::Path(path) if is_table(path) => {}
            ExprKind::Index(..) | ExprKind::Array(_) => {
                return self.not_here(
                    table.span,
                    "an op looks only into constants",
                    "give it a name: `const NAME: ...`",
                );
            }
            _ => {
                let help = "only kernels can: launch one";
                return self.not_here(span, "an op cannot look into a buffer", help);
            }
        }
        let index = self.value_of(at, Ty::Int)?;
        let value = match index.expr {
            Expr::Int(known) => match u128::try_from(known) {
                Ok(known) => known,
                Err(_) => return self.wrong_type(at.span, &format!("the index is {known}"), "count from 0"),
            },
            _ => {
                let help = "loop over the places, or pass it to the kernel";
                return self.not_here(at.span, "this is not known while compiling", help);
            }
        };
        // As a literal: what the index is made of are the op's own names.
        let literal = ast::Expr { kind: ExprKind::Int { value, suffix: None }, span: at.span };
        let element = ExprKind::Index(Box::new(table.clone()), Box::new(literal));
        self.evaluated(self.file, &ast::Expr { kind: element, span }, None)
    }

    /// How many elements a constant array has.
    pub(super) fn table_len(&mut self, table: &ast::Path, span: Span) -> Option<Value> {
        let receiver = ast::Expr { kind: ExprKind::Path(table.clone()), span: table.span };
        let name = ast::Ident { name: "len".to_owned(), span };
        let len = ExprKind::Method { receiver: Box::new(receiver), name, generics: vec![], args: vec![] };
        self.evaluated(self.file, &ast::Expr { kind: len, span: table.span.to(span) }, None)
    }

    /// The value of a constant expression of a file, which sees none of the op's names.
    fn evaluated(&mut self, file: FileId, expr: &ast::Expr, ty: Option<&ast::Type>) -> Option<Value> {
        let constant = match elaborate::constant(self.planner.program, file, expr, ty, &[]) {
            Ok(constant) => constant,
            Err(diagnostics) => {
                self.planner.diagnostics.extend(diagnostics);
                return None;
            }
        };
        let (ty, expr) = match constant.binding() {
            Some(Binding::Int(value)) => (Ty::Int, Expr::Int(value)),
            Some(Binding::Bool(value)) => (Ty::Bool, Expr::Bool(value)),
            Some(Binding::Case(id, case)) => (Ty::Enum(id), Expr::Int(case.into())),
            _ if constant.value.ty.lanes == 1 && constant.value.ty.scalar == Scalar::F32 => {
                (Ty::F32, Expr::F32(constant.value.as_u32()))
            }
            _ => {
                let help = "an op has integers, `f32`s, bools and enums";
                return self.wrong_type(expr.span, "this constant is no value of an op", help);
            }
        };
        let text = self.text_of_known(ty, &expr);
        let poly = match (ty, &expr) {
            (Ty::Int, Expr::Int(value)) => Poly::constant((*value).into()),
            _ => Poly::default(),
        };
        Some(Value { poly, ..Value::new(expr, ty, Text::atom(text)) })
    }

    /// A known value in the guest's words.
    fn text_of_known(&self, ty: Ty, expr: &Expr) -> String {
        match (ty, expr) {
            (Ty::Enum(id), Expr::Int(case)) => {
                let Item::Enum(item) = self.planner.program.item(id) else { return case.to_string() };
                let case = usize::try_from(*case).ok().and_then(|case| item.cases.get(case));
                case.map_or_else(String::new, |case| wgpuc_abi::Name::from_ident(&case.name.name).kebab().to_owned())
            }
            _ => super::expr::text_of(expr),
        }
    }
}
