//! Expressions of ops: typed, with constants computed, and with what they say as facts.

use super::facts::comparison;
use super::fold;
use super::poly::{Poly, host_atom};
use super::value::{Entity, Text, Ty, Value};
use super::walk::Walk;
use crate::diag::{Code, Diagnostic, codes::plan, nearest};
use crate::program::ItemId;
use crate::source::Span;
use crate::syntax::ast::{self, BinaryOp as AstOp, ExprKind, Item, UnaryOp as AstUnary};
use wgpuc_abi::{self as abi, BinaryOp, Expr, UnaryOp};

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
            ExprKind::Binary(op, a, b) => self.binary(*op, a, b, expr.span),
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
            ExprKind::Index(..) => {
                self.not_here(expr.span, "an op cannot look into a buffer", "only kernels can: launch one")
            }
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
            Some(Entity::Buffer(_)) => {
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
            Some((id, Item::Const(constant))) => self.constant(id, constant, path.span),
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

    fn constant(&mut self, id: ItemId, constant: &ast::Const, span: Span) -> Option<Value> {
        if self.evaluating.contains(&id) {
            return self.wrong_type(span, "this constant needs itself", "give it a value of its own");
        }
        self.evaluating.push(id);
        // A constant sees its own file, and none of the op's names.
        let (scope, file) = (std::mem::take(&mut self.scope), self.file);
        self.file = self.planner.program.file_of(id);
        let value = self.value(&constant.value);
        (self.scope, self.file) = (scope, file);
        self.evaluating.pop();
        let value = value?;
        if !value.is_known() {
            return self.wrong_type(span, "this constant is not known while compiling", "compute it from literals");
        }
        Some(Value { text: Text::atom(text_of(&value.expr)), ..value })
    }

    fn field(&mut self, base: &ast::Expr, field: &ast::Ident) -> Option<Value> {
        let ExprKind::Path(path) = &base.kind else {
            return self.not_here(base.span, "only parameters have fields here", "write `params.field`");
        };
        match self.scope.get(&path.name.name).cloned() {
            Some(Entity::Record(record)) => self.record_field(&record, field),
            Some(Entity::Unknown) => None,
            Some(Entity::Buffer(_)) if matches!(field.name.as_str(), "len" | "is_some" | "is_none") => {
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
                let text = Text { text: format!("!{}", a_value.text.within(8)), level: 8 };
                let (yes, no) = a_value.says;
                Some(Value { says: (no, yes), ..Value::new(fold::unary(UnaryOp::Not, a_value.expr), Ty::Bool, text) })
            }
            (AstUnary::Neg, ty @ (Ty::Int | Ty::F32)) => {
                let text = Text { text: format!("-{}", a_value.text.within(8)), level: 8 };
                let poly = a_value.poly.scale(-1).unwrap_or_default();
                Some(Value { poly, ..Value::new(fold::unary(UnaryOp::Neg, a_value.expr), ty, text) })
            }
            (_, ty) => {
                let message = format!("this operator does not take {}", self.type_name(ty));
                self.wrong_type(a.span, &message, "`!` takes a bool, `-` a number")
            }
        }
    }

    fn binary(&mut self, op: AstOp, a: &ast::Expr, b: &ast::Expr, span: Span) -> Option<Value> {
        let Some((abi_op, sign, level)) = operator(op) else {
            return self.not_here(span, "an op has no operations on bits", "compute it in the kernel");
        };
        let left = self.value(a);
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

    /// `a op b` of operands of the right types.
    pub(super) fn combine(&mut self, op: BinaryOp, left: Value, right: Value, ty: Ty, text: Text) -> Value {
        let expr = fold::binary(op, left.expr, right.expr);
        let mut value = Value::new(expr, ty, text);
        if let Expr::Int(known) = value.expr {
            value.poly = Poly::constant(i128::from(known));
        } else if ty == Ty::Int {
            value.poly = self.integer_poly(op, &value.expr, left.poly, right.poly);
        } else {
            value.says = match op {
                BinaryOp::And => ([left.says.0, right.says.0].concat(), vec![]),
                BinaryOp::Or => (vec![], [left.says.1, right.says.1].concat()),
                op if left.ty == Ty::Int => comparison(op, &left.poly, &right.poly),
                _ => (vec![], vec![]),
            };
            if op == BinaryOp::Eq && right.poly.as_constant() == Some(0) {
                value.says.0.extend(self.definitions.divides(&left.poly, &self.facts));
            }
        }
        value
    }

    fn integer_poly(&mut self, op: BinaryOp, expr: &Expr, left: Poly, right: Poly) -> Poly {
        let poly = match op {
            BinaryOp::Add => left.add(&right),
            BinaryOp::Sub => left.sub(&right),
            BinaryOp::Mul => left.mul(&right),
            _ => None,
        };
        poly.unwrap_or_else(|| self.define(expr, &[left, right]))
    }

    /// The atom of a result that is no polynomial; what it satisfies is in force from here on.
    pub(super) fn define(&mut self, expr: &Expr, operands: &[Poly]) -> Poly {
        let (atom, facts) = self.definitions.define(expr, operands);
        self.facts.extend(facts);
        Poly::atom(atom)
    }

    /// The result's type, where the operands' types fit the operator.
    fn operand_types(&mut self, op: AstOp, left: &Value, right: &Value, a: &ast::Expr, b: &ast::Expr) -> Option<Ty> {
        use AstOp::{Add, AndAlso, Div, Eq, Ge, Gt, Le, Lt, Mul, Ne, OrElse, Rem, Sub};
        if left.ty != right.ty {
            let message = format!("the two sides are {} and {}", self.type_name(left.ty), self.type_name(right.ty));
            return self.wrong_type(a.span.to(b.span), &message, "both must have one type");
        }
        let fits = match op {
            Add | Sub | Mul | Div | Rem => left.ty == Ty::Int,
            AndAlso | OrElse => left.ty == Ty::Bool,
            Lt | Le | Gt | Ge => matches!(left.ty, Ty::Int | Ty::F32),
            Eq | Ne => true,
            _ => false,
        };
        if !fits {
            let message = format!("this operator does not take {}", self.type_name(left.ty));
            let help = match left.ty {
                Ty::F32 => "an op only compares floats: compute in the kernel",
                _ => "arithmetic takes integers, `&&` and `||` take bools",
            };
            return self.wrong_type(a.span.to(b.span), &message, help);
        }
        if matches!((op, &right.expr), (Div | Rem, Expr::Int(0))) {
            return self.by_zero(b);
        }
        Some(if matches!(op, Add | Sub | Mul | Div | Rem) { Ty::Int } else { Ty::Bool })
    }

    fn method(&mut self, receiver: &ast::Expr, name: &ast::Ident, args: &[ast::Expr], span: Span) -> Option<Value> {
        if let ("min" | "max" | "div_ceil", [other]) = (name.name.as_str(), args) {
            return self.two_integers(&name.name, receiver, other);
        }
        let (buffer, text) = match &receiver.kind {
            ExprKind::Path(path) if path.qualifier.is_none() => match self.scope.get(&path.name.name).cloned() {
                Some(Entity::Buffer(buffer)) => (buffer, abi::Name::from_ident(&path.name.name)),
                Some(Entity::Unknown) => return None,
                None if self.item(&path.name.name).is_none() => return self.unknown_name(&path.name, "value"),
                _ => return self.no_method(receiver, name),
            },
            _ => return self.no_method(receiver, name),
        };
        match (name.name.as_str(), &buffer.arg) {
            ("len", abi::Arg::Param(param)) => {
                let text = Text::atom(format!("{text}.len()"));
                Some(Value { poly: buffer.len, ..Value::new(Expr::Len { param: *param }, Ty::Int, text) })
            }
            ("len", _) => {
                let help = "use the expression that it was made with";
                self.report(plan::SCRATCH, span, "the length of a temporary buffer is what you gave it", help)
            }
            ("is_some" | "is_none", _) => {
                let Some(is_some) = buffer.is_some() else {
                    let help = "only an `Option<&[T]>` or a `try_scratch` may be absent";
                    return self.wrong_type(span, "this buffer is always given", help);
                };
                match name.name == "is_some" {
                    true => Some(Value::new(is_some, Ty::Bool, Text::atom(format!("{text}.is-some()")))),
                    false => {
                        let text = Text::atom(format!("{text}.is-none()"));
                        Some(Value::new(fold::unary(UnaryOp::Not, is_some), Ty::Bool, text))
                    }
                }
            }
            ("as_x2" | "as_x4", _) => self.not_here(span, "a view is no value", "use it as an argument of a launch"),
            _ => self.no_method(receiver, name),
        }
    }

    fn call(&mut self, path: &ast::Path, args: &[ast::Expr], span: Span) -> Option<Value> {
        let name = path.name.name.as_str();
        match (name, args) {
            ("min" | "max" | "div_ceil", [a, b]) => self.two_integers(name, a, b),
            ("min" | "max" | "div_ceil", _) => {
                self.wrong_type(span, &format!("`{name}` takes two integers"), &format!("write `{name}(a, b)`"))
            }
            ("scratch" | "scratch_zeroed" | "try_scratch", _) => {
                let help = format!("write `let name = {name}::<f32>(n);`");
                self.report(plan::SCRATCH, span, "a temporary buffer needs a name", &help)
            }
            _ => match self.item(name) {
                Some((_, Item::Kernel(_))) => {
                    self.not_here(path.span, "a kernel is not called", "launch it: `launch!(kernel, [groups], ...)`")
                }
                Some((_, Item::Op(_))) => {
                    self.not_here(path.span, "an op cannot call another", "launch the same kernels")
                }
                Some((_, Item::Function(_))) => {
                    self.not_here(path.span, "an op cannot call functions", "they belong to kernels: write it out")
                }
                _ if matches!(name, "require" | "launch" | "supports") => {
                    let message = format!("`{name}` is a macro");
                    self.report(plan::OP_NAME, path.span, &message, &format!("write `{name}!(...)`"))
                }
                _ => self.unknown_name(&path.name, "function"),
            },
        }
    }

    fn two_integers(&mut self, name: &str, a: &ast::Expr, b: &ast::Expr) -> Option<Value> {
        let (left, right) = (self.value_of(a, Ty::Int), self.value_of(b, Ty::Int));
        let (left, right) = (left?, right?);
        let op = match name {
            "min" => BinaryOp::Min,
            "max" => BinaryOp::Max,
            _ if right.expr == Expr::Int(0) => return self.by_zero(b),
            _ => BinaryOp::DivCeil,
        };
        let text = Text::atom(format!("{}({}, {})", name.replace('_', "-"), left.text.text, right.text.text));
        Some(self.combine(op, left, right, Ty::Int, text))
    }

    fn by_zero<T>(&mut self, divisor: &ast::Expr) -> Option<T> {
        self.wrong_type(divisor.span, "this divides by zero", "divide by what is at least 1")
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

/// The plan's operator, how it is written, and how tightly it binds.
fn operator(op: AstOp) -> Option<(BinaryOp, &'static str, u8)> {
    Some(match op {
        AstOp::OrElse => (BinaryOp::Or, "||", 0),
        AstOp::AndAlso => (BinaryOp::And, "&&", 1),
        AstOp::Eq => (BinaryOp::Eq, "==", 3),
        AstOp::Ne => (BinaryOp::Ne, "!=", 3),
        AstOp::Lt => (BinaryOp::Lt, "<", 3),
        AstOp::Le => (BinaryOp::Le, "<=", 3),
        AstOp::Gt => (BinaryOp::Gt, ">", 3),
        AstOp::Ge => (BinaryOp::Ge, ">=", 3),
        AstOp::Add => (BinaryOp::Add, "+", 5),
        AstOp::Sub => (BinaryOp::Sub, "-", 5),
        AstOp::Mul => (BinaryOp::Mul, "*", 6),
        AstOp::Div => (BinaryOp::Div, "/", 6),
        AstOp::Rem => (BinaryOp::Rem, "%", 6),
        AstOp::And | AstOp::Or | AstOp::Xor | AstOp::Shl | AstOp::Shr => return None,
    })
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
