//! Expressions of ops: typed, with constants computed, and with what they say as facts.

use super::fold;
use super::integers::operator;
use super::poly::{Poly, host_atom};
use super::value::{Entity, Text, Ty, Value};
use super::walk::Walk;
use crate::diag::{Code, Diagnostic, codes::plan, nearest};
use crate::program::ItemId;
use crate::source::Span;
use crate::syntax::ast::{self, BinaryOp as AstOp, ExprKind, Item, UnaryOp as AstUnary};
use wgpuc_abi::{self as abi, Expr, UnaryOp};

impl<'a> Walk<'_, 'a> {
    /// A value. `None` where something is wrong, which has been reported.
    pub(super) fn value(&mut self, expr: &ast::Expr) -> Option<Value> {
        match &expr.kind {
            ExprKind::Int { value, .. } => match i64::try_from(*value) {
                Ok(value) => Some(Value::int(value)),
                Err(_) => self.wrong_type(expr.span, "this number is too large", "the largest is 2^63 - 1"),
            },
            ExprKind::Float { text, .. } => {
                let value: f32 = text.parse().unwrap_or(f32::NAN);
                Some(Value::new(Expr::F32(value.to_bits()), Ty::F32, Text::atom(text)))
            }
            ExprKind::Bool(value) => Some(Value::bool(*value)),
            ExprKind::Path(path) => self.path(path),
            ExprKind::Field(base, field) => self.field(base, field),
            ExprKind::Unary(op, a) => self.unary(*op, a),
            ExprKind::Binary(op, a, b) => self.binary(*op, a, b),
            ExprKind::Method { receiver, name, args, .. } => self.method(receiver, name, args, expr.span),
            ExprKind::Call(path, args) => self.call(path, args, expr.span),
            ExprKind::Supports(feature) => {
                let text = Text::atom(format!("supports!({})", feature.name()));
                Some(Value::new(Expr::Supports(*feature), Ty::Bool, text))
            }
            ExprKind::Block(block) => self.block_value(block),
            ExprKind::If { cond, then, otherwise } => self.if_value(cond, then, otherwise.as_deref(), expr.span),
            ExprKind::Match { on, arms } => self.match_value(on, arms, expr.span),
            ExprKind::Cast(..) => self.not_here(
                expr.span,
                "an op converts nothing",
                "its integers are exact: leave out the cast; convert to a float in the kernel",
            ),
            ExprKind::Index(table, at) => self.table_element(table, at, expr.span),
            ExprKind::Assign(..) => {
                self.wrong_type(expr.span, "this assigns, and gives no value", "to compare, write `==`")
            }
            _ => self.not_here(expr.span, "this is no value of an op", "see the section on ops in docs/language.md"),
        }
    }

    /// A value of that type.
    pub(super) fn value_of(&mut self, expr: &ast::Expr, ty: Ty) -> Option<Value> {
        let value = self.value(expr)?;
        if value.ty != ty {
            let message = format!("expected {}, found {}", self.type_name(ty), self.type_name(value.ty));
            return self.wrong_type(expr.span, &message, &format!("give {}", self.type_name(ty)));
        }
        Some(value)
    }

    fn path(&mut self, path: &ast::Path) -> Option<Value> {
        if let Some(qualifier) = &path.qualifier {
            return self.qualified(qualifier, &path.name);
        }
        match self.scope.get(&path.name.name).cloned() {
            Some(Entity::Value(value)) => return Some(value),
            Some(Entity::Unknown) => return None,
            Some(Entity::Buffer(_) | Entity::Choice(_)) => {
                let help = format!("its length is `{}.len()`", path.name.name);
                return self.wrong_type(path.span, "a buffer is no value", &help);
            }
            Some(Entity::Record(_)) => {
                let help = "use one of its fields, or pass it to a kernel that takes one";
                return self.wrong_type(path.span, "a whole struct is no value", help);
            }
            None => {}
        }
        match self.item(&path.name.name) {
            Some((id, Item::Const(constant))) => self.constant(id, constant, path),
            Some(_) => self.wrong_type(path.span, &format!("`{}` is no value", path.name.name), "use a constant"),
            None => self.unknown_name(&path.name, "value"),
        }
    }

    fn qualified(&mut self, qualifier: &ast::Ident, name: &ast::Ident) -> Option<Value> {
        if let Some(value) = numeric_constant(&qualifier.name, &name.name) {
            return Some(value);
        }
        match self.item(&qualifier.name) {
            Some((id, Item::Enum(e))) => match e.cases.iter().position(|case| case.name.name == name.name) {
                Some(at) => {
                    let text = abi::Name::from_ident(&name.name);
                    let value = Expr::Int(at as i64);
                    Some(Value::new(value, Ty::Enum(id), Text::atom(text.kebab())))
                }
                None => {
                    let cases = e.cases.iter().map(|case| case.name.name.as_str());
                    let near = nearest(&name.name, cases.clone()).map(|near| format!("did you mean `{near}`?"));
                    let list = || format!("its cases are {}", cases.clone().collect::<Vec<_>>().join(", "));
                    let message = format!("`{}` has no case `{}`", qualifier.name, name.name);
                    self.report(plan::OP_NAME, name.span, &message, &near.unwrap_or_else(list))
                }
            },
            _ => self.unknown_name(qualifier, "enum"),
        }
    }

    fn field(&mut self, base: &ast::Expr, field: &ast::Ident) -> Option<Value> {
        let ExprKind::Path(path) = &base.kind else {
            return self.not_here(base.span, "only parameters have fields here", "write `params.field`");
        };
        match self.scope.get(&path.name.name).cloned() {
            Some(Entity::Record(record)) => self.record_field(&record, field),
            Some(Entity::Unknown) => None,
            Some(Entity::Buffer(_) | Entity::Choice(_))
                if matches!(field.name.as_str(), "len" | "is_some" | "is_none") =>
            {
                let help = format!("write `{}.{}()`", path.name.name, field.name);
                self.wrong_type(field.span, &format!("`{}` is a method", field.name), &help)
            }
            Some(_) => self.wrong_type(base.span, "this has no fields", "only a struct has"),
            None => self.unknown_name(&path.name, "value"),
        }
    }

    /// The value of a parameter, or of a field of one. Types that it cannot have are reported with the signature.
    pub(super) fn parameter(
        &mut self,
        param: u32,
        field: Option<u32>,
        ty: &ast::Type,
        file: crate::source::FileId,
        text: String,
    ) -> Option<Value> {
        let expr = Expr::Param { param, field };
        let (ty, unsigned) = match &ty.kind {
            ast::TypeKind::Scalar(abi::Scalar::Bool) => (Ty::Bool, false),
            ast::TypeKind::Scalar(abi::Scalar::F32) => (Ty::F32, false),
            ast::TypeKind::Scalar(abi::Scalar::U32 | abi::Scalar::U64) => (Ty::Int, true),
            ast::TypeKind::Scalar(abi::Scalar::I32 | abi::Scalar::I64) => (Ty::Int, false),
            ast::TypeKind::Named(name) => (Ty::Enum(self.planner.program.lookup(file, &name.name)?), false),
            _ => return None,
        };
        let poly = host_atom(&expr, unsigned).filter(|_| ty == Ty::Int).map(Poly::atom).unwrap_or_default();
        Some(Value { poly, ..Value::new(expr, ty, Text::atom(text)) })
    }

    fn unary(&mut self, op: AstUnary, a: &ast::Expr) -> Option<Value> {
        let a_value = self.value(a)?;
        match (op, a_value.ty) {
            (AstUnary::Not, Ty::Bool) => {
                let text = Text { text: format!("!{}", a_value.text.within(11)), level: 11 };
                let (yes, no) = a_value.says;
                Some(Value { says: (no, yes), ..Value::new(fold::unary(UnaryOp::Not, a_value.expr), Ty::Bool, text) })
            }
            (AstUnary::Neg, ty @ (Ty::Int | Ty::F32)) => {
                let text = Text { text: format!("-{}", a_value.text.within(11)), level: 11 };
                let poly = a_value.poly.scale(-1).unwrap_or_default();
                Some(Value { poly, ..Value::new(fold::unary(UnaryOp::Neg, a_value.expr), ty, text) })
            }
            (_, ty) => {
                let message = format!("this operator does not take {}", self.type_name(ty));
                self.wrong_type(a.span, &message, "`!` takes a bool, `-` a number")
            }
        }
    }

    fn binary(&mut self, op: AstOp, a: &ast::Expr, b: &ast::Expr) -> Option<Value> {
        let (abi_op, sign, level) = operator(op);
        let left = self.value(a);
        if let (Some(known), true) = (&left, self.in_loops > 0)
            && matches!((op, &known.expr), (AstOp::AndAlso, Expr::Bool(false)) | (AstOp::OrElse, Expr::Bool(true)))
        {
            return left;
        }
        // The right side of `&&` and `||` may not be reached: what its parts satisfy holds only there.
        let lazy = matches!(op, AstOp::AndAlso | AstOp::OrElse);
        let mark = self.facts.len();
        if let (true, Some(left)) = (lazy, &left) {
            let says = if op == AstOp::AndAlso { left.says.0.clone() } else { left.says.1.clone() };
            self.facts.extend(says);
        }
        let right = self.value(b);
        if lazy {
            self.facts.truncate(mark);
        }
        let (left, right) = (left?, right?);
        let ty = self.operand_types(op, &left, &right, a, b)?;
        let right_level = level + 1;
        let text = format!("{} {sign} {}", left.text.within(level), right.text.within(right_level));
        Some(self.combine(abi_op, left, right, ty, Text { text, level }))
    }

    /// The item that a name means here.
    pub(super) fn item(&self, name: &str) -> Option<(ItemId, &'a Item)> {
        let program = self.planner.program;
        program.lookup(self.file, name).map(|id| (id, program.item(id)))
    }

    /// Reports a wrong type.
    pub(super) fn wrong_type<T>(&mut self, span: Span, message: &str, help: &str) -> Option<T> {
        self.report(plan::OP_TYPE, span, message, help)
    }

    /// Reports what ops do not have.
    pub(super) fn not_here<T>(&mut self, span: Span, message: &str, help: &str) -> Option<T> {
        self.report(plan::NOT_IN_OP, span, message, help)
    }

    /// Reports.
    pub(super) fn report<T>(&mut self, code: Code, span: Span, message: &str, help: &str) -> Option<T> {
        self.planner.diagnostics.push(Diagnostic::new(code, span, message).help(help));
        None
    }

    /// A type's name, with its article.
    pub(super) fn type_name(&self, ty: Ty) -> String {
        match ty {
            Ty::Int => "an integer".to_owned(),
            Ty::F32 => "an `f32`".to_owned(),
            Ty::Bool => "a `bool`".to_owned(),
            Ty::Enum(id) => with_article(&self.planner.program.item(id).name().name),
        }
    }
}

/// A type's name as one of them: `` an `Op` ``.
pub(super) fn with_article(name: &str) -> String {
    let article = if name.starts_with(['A', 'E', 'I', 'O']) { "an" } else { "a" };
    format!("{article} `{name}`")
}

/// `u32::MAX` and its like.
fn numeric_constant(ty: &str, name: &str) -> Option<Value> {
    let float = |value: f32| Some(Value::new(Expr::F32(value.to_bits()), Ty::F32, Text::atom(format!("{value:?}"))));
    match (ty, name) {
        ("u32", "MAX") => Some(Value::int(i64::from(u32::MAX))),
        ("i32", "MAX") => Some(Value::int(i64::from(i32::MAX))),
        ("i32", "MIN") => Some(Value::int(i64::from(i32::MIN))),
        ("i64", "MAX") => Some(Value::int(i64::MAX)),
        ("i64", "MIN") => Some(Value::int(i64::MIN)),
        ("u32" | "u64", "MIN") => Some(Value::int(0)),
        ("f32", "MAX") => float(f32::MAX),
        ("f32", "MIN") => float(f32::MIN),
        ("f32", "EPSILON") => float(f32::EPSILON),
        ("f32", "INFINITY") => float(f32::INFINITY),
        ("f32", "NEG_INFINITY") => float(f32::NEG_INFINITY),
        ("f32", "NAN") => float(f32::NAN),
        _ => None,
    }
}

/// A known value as text.
pub(super) fn text_of(expr: &Expr) -> String {
    match expr {
        Expr::Int(value) => value.to_string(),
        Expr::F32(bits) => format!("{:?}", f32::from_bits(*bits)),
        Expr::Bool(value) => value.to_string(),
        _ => String::new(),
    }
}
