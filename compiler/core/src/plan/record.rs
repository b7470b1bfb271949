//! Structs of ops: those that guests give, and those that an op makes for its kernels.

use super::launch::fits;
use super::order::Node;
use super::value::{Entity, Record, Ty, Value};
use super::walk::Walk;
use crate::diag::{codes::plan, nearest};
use crate::program::ItemId;
use crate::source::Span;
use crate::syntax::ast::{self, ExprKind, Item, TypeKind};
use wgpuc_abi::{Expr, Name};

impl Walk<'_, '_> {
    /// An op's parameter that is a struct. `text` is its WIT name.
    pub(super) fn param_record(&mut self, param: u32, of: ItemId, text: &str) -> Record {
        let Item::Struct(item) = self.planner.program.item(of) else { return Record { of, fields: vec![] } };
        let file = self.planner.program.file_of(of);
        let fields = (0..).zip(&item.fields).map(|(at, field)| {
            let text = format!("{text}.{}", Name::from_ident(&field.name.name));
            self.parameter(param, Some(at), &field.ty, file, text)
        });
        Record { of, fields: fields.collect() }
    }

    /// A field's value.
    pub(super) fn record_field(&mut self, record: &Record, field: &ast::Ident) -> Option<Value> {
        let at = self.field_at(record.of, field)?;
        record.fields.get(at).cloned().flatten()
    }

    /// The struct that an expression is: a name, or a literal. The error says whether something has been reported; else it
    /// is no struct.
    pub(super) fn record(&mut self, expr: &ast::Expr) -> Result<Record, bool> {
        match &expr.kind {
            ExprKind::Path(path) if path.qualifier.is_none() => match self.scope.get(&path.name.name) {
                Some(Entity::Record(record)) => Ok(record.clone()),
                Some(Entity::Unknown) => Err(true),
                _ => Err(false),
            },
            ExprKind::Struct(name, given) => {
                self.record_literal(name, given, expr.span, |_, value, _| value).ok_or(true)
            }
            _ => Err(false),
        }
    }

    /// `let shape = Shape { rows: n };`: what its fields compute is computed once.
    pub(super) fn let_record(
        &mut self,
        name: &ast::Ident,
        given: &[(ast::Ident, ast::Expr)],
        span: Span,
        nodes: &mut Vec<Node>,
    ) -> Option<Record> {
        self.record_literal(name, given, span, |walk, value, field| walk.kept(value, Some(field), nodes))
    }

    /// `Shape { rows: n, columns: 4 }`; `keep` takes each field's value.
    fn record_literal(
        &mut self,
        name: &ast::Ident,
        given: &[(ast::Ident, ast::Expr)],
        span: Span,
        mut keep: impl FnMut(&mut Self, Value, &ast::Ident) -> Value,
    ) -> Option<Record> {
        let (of, item) = match self.item(&name.name) {
            Some((of, Item::Struct(item))) => (of, item),
            Some(_) => {
                return self.report(plan::OP_NAME, name.span, &format!("`{}` is no struct", name.name), "name one");
            }
            None => {
                self.unknown_name(name, "struct");
                return None;
            }
        };
        let mut fields: Vec<Option<Option<Value>>> = vec![None; item.fields.len()];
        for (field, value) in given {
            let Some(at) = self.field_at(of, field) else { continue };
            let known = self.field_value(of, &item.fields[at], value).map(|value| keep(self, value, field));
            if fields[at].replace(known).is_some() {
                let message = format!("field `{}` is given twice", field.name);
                self.report::<()>(plan::OP_NAME, field.span, &message, "give it once");
            }
        }
        let missing = item.fields.iter().zip(&fields).filter(|(_, value)| value.is_none());
        let missing: Vec<String> = missing.map(|(field, _)| format!("`{}`", field.name.name)).collect();
        if !missing.is_empty() && given.iter().all(|(field, _)| item.fields.iter().any(|f| f.name.name == field.name)) {
            let message = format!("`{}` lacks {}", name.name, missing.join(", "));
            return self.report(plan::OP_TYPE, span, &message, "give every field");
        }
        Some(Record { of, fields: fields.into_iter().map(Option::flatten).collect() })
    }

    /// The value of a field of a literal.
    fn field_value(&mut self, of: ItemId, field: &ast::Field, given: &ast::Expr) -> Option<Value> {
        let file = self.planner.program.file_of(of);
        let ty = match &field.ty.kind {
            TypeKind::Scalar(scalar) => Ty::of(*scalar),
            TypeKind::Named(name) => Ty::Enum(self.planner.program.lookup(file, &name.name)?),
            _ => return None,
        };
        let value = self.value_of(given, ty)?;
        match (&value.expr, &field.ty.kind) {
            (Expr::Int(known), TypeKind::Scalar(scalar)) if ty == Ty::Int && !fits(*scalar, *known) => {
                let message = format!("{known} does not fit `{}`", scalar.name());
                self.wrong_type(given.span, &message, "give a number of the field's type")
            }
            _ => Some(value),
        }
    }

    /// A field's place.
    fn field_at(&mut self, of: ItemId, field: &ast::Ident) -> Option<usize> {
        let Item::Struct(item) = self.planner.program.item(of) else { return None };
        let at = item.fields.iter().position(|f| f.name.name == field.name);
        if at.is_none() {
            let names = item.fields.iter().map(|f| f.name.name.as_str());
            let near = nearest(&field.name, names.clone()).map(|near| format!("did you mean `{near}`?"));
            let list = || format!("its fields are {}", names.clone().collect::<Vec<_>>().join(", "));
            let message = format!("`{}` has no field `{}`", item.name.name, field.name);
            self.report::<()>(plan::OP_NAME, field.span, &message, &near.unwrap_or_else(list));
        }
        at
    }
}
