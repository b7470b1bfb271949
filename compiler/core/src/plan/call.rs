//! Calls and methods in ops: of integers and buffers, and of functions of the package, which are part of the op's own code
//! where they are called.

use super::fold;
use super::integers;
use super::value::{Choice, Entity, Scope, Text, Ty, Value};
use super::walk::Walk;
use crate::diag::{Diagnostic, codes::plan};
use crate::program::ItemId;
use crate::source::{FileId, Span};
use crate::syntax::ast::{self, ExprKind, GenericArg, GenericKind, Item, TypeKind};
use wgpuc_abi::{self as abi, UnaryOp};

impl Walk<'_, '_> {
    /// `a.f(b)`.
    pub(super) fn method(
        &mut self,
        receiver: &ast::Expr,
        name: &ast::Ident,
        args: &[ast::Expr],
        span: Span,
    ) -> Option<Value> {
        match (name.name.as_str(), args) {
            ("min" | "max" | "div_ceil", [other]) => return self.two_integers(&name.name, receiver, other),
            (method, []) if integers::ABOUT_POWERS.contains(&method) => return self.about_powers(method, receiver),
            _ => {}
        }
        let ExprKind::Path(path @ ast::Path { qualifier: None, .. }) = &receiver.kind else {
            return self.no_method(receiver, name);
        };
        match self.scope.get(&path.name.name).cloned() {
            Some(buffer @ (Entity::Buffer(_) | Entity::Choice(_))) => {
                self.buffer_method(&buffer, &path.name.name, receiver, name, span)
            }
            Some(Entity::Unknown) => None,
            None => match self.item(&path.name.name) {
                Some((_, Item::Const(c))) if name.name == "len" && matches!(c.ty.kind, TypeKind::Array(..)) => {
                    self.table_len(path, name.span)
                }
                Some(_) => self.no_method(receiver, name),
                None => self.unknown_name(&path.name, "value"),
            },
            _ => self.no_method(receiver, name),
        }
    }

    fn buffer_method(
        &mut self,
        of: &Entity,
        text: &str,
        receiver: &ast::Expr,
        name: &ast::Ident,
        span: Span,
    ) -> Option<Value> {
        let buffer = match of {
            Entity::Buffer(buffer) => buffer,
            Entity::Choice(choice) => return self.method_of_either(choice, text, receiver, name, span),
            _ => return None,
        };
        let text = abi::Name::from_ident(text);
        match name.name.as_str() {
            "len" => Some(match buffer.arg {
                abi::Arg::Param(_) => Value { text: Text::atom(format!("{text}.len()")), ..buffer.len.clone() },
                _ => buffer.len.clone(),
            }),
            "is_some" | "is_none" => {
                let Some(is_some) = buffer.is_some() else {
                    let help = "only an `Option<&[T]>` or a `try_scratch` may be absent";
                    return self.wrong_type(span, "this buffer is always given", help);
                };
                Some(match name.name == "is_some" {
                    true => Value::new(is_some, Ty::Bool, Text::atom(format!("{text}.is-some()"))),
                    false => {
                        let text = Text::atom(format!("{text}.is-none()"));
                        Value::new(fold::unary(UnaryOp::Not, is_some), Ty::Bool, text)
                    }
                })
            }
            "as_x2" | "as_x4" => self.not_here(span, "a view is no value", "use it as an argument of a launch"),
            _ => self.no_method(receiver, name),
        }
    }

    /// A method of one of two buffers.
    fn method_of_either(
        &mut self,
        choice: &Choice,
        text: &str,
        receiver: &ast::Expr,
        name: &ast::Ident,
        span: Span,
    ) -> Option<Value> {
        let always = |way: &Entity| matches!(way, Entity::Buffer(buffer) if buffer.is_some().is_none());
        let is_asked = matches!(name.name.as_str(), "is_some" | "is_none") && !choice.ways.iter().all(always);
        let mut way = |holds: bool, way: &Entity| {
            self.where_holds(&choice.cond, holds, |walk| match is_asked && always(way) {
                true => Some(Value::bool(name.name == "is_some")),
                false => walk.buffer_method(way, text, receiver, name, span),
            })
        };
        let [a, b] = &choice.ways;
        let (a, b) = (way(true, a)?, way(false, b)?);
        let text = Text::atom(format!("{}.{}()", abi::Name::from_ident(text), name.name.replace('_', "-")));
        Some(self.select_value(choice.cond.clone(), a, b, text))
    }

    /// `f(a, b)`.
    pub(super) fn call(&mut self, path: &ast::Path, args: &[ast::Expr], span: Span) -> Option<Value> {
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
                Some((id, Item::Function(function)))
                    if self.planner.program.is_own(self.planner.program.file_of(id)) =>
                {
                    self.function(id, function, path, args, span)
                }
                _ if matches!(name, "require" | "launch" | "supports") => {
                    let message = format!("`{name}` is a macro");
                    self.report(plan::OP_NAME, path.span, &message, &format!("write `{name}!(...)`"))
                }
                _ => self.unknown_name(&path.name, "function"),
            },
        }
    }

    /// A function's value: its body with the arguments for its parameters, in the op's exact integers.
    fn function(
        &mut self,
        id: ItemId,
        function: &ast::Function,
        path: &ast::Path,
        args: &[ast::Expr],
        span: Span,
    ) -> Option<Value> {
        let name = &function.name.name;
        if self.calling.contains(&id) {
            let help = "write it with a `for` over constants in the op";
            return self.not_here(span, &format!("`{name}` calls itself"), help);
        }
        let declared = |d: Diagnostic| d.label(function.name.span, "declared here");
        if function.params.len() != args.len() {
            let list: Vec<&str> = function.params.iter().map(|p| p.name.name.as_str()).collect();
            let plural = if list.len() == 1 { "" } else { "s" };
            let message = format!("`{name}` takes {} argument{plural}, {} given", list.len(), args.len());
            let diagnostic = Diagnostic::new(plan::OP_TYPE, span, message).help(format!("give {}", list.join(", ")));
            self.planner.diagnostics.push(declared(diagnostic));
            return None;
        }
        let mut scope = self.function_generics(function, path)?;
        let mut complete = true;
        let file = self.planner.program.file_of(id);
        for (param, arg) in function.params.iter().zip(args) {
            match self.function_argument(param, arg, file) {
                Some(entity) => scope.add(&param.name.name, entity),
                None => complete = false,
            }
        }
        if !complete {
            return None;
        }
        self.calling.push(id);
        let n_told = self.planner.diagnostics.len();
        let outer = (std::mem::replace(&mut self.scope, scope), std::mem::replace(&mut self.file, file));
        let value = self.block_value(&function.body);
        (self.scope, self.file) = outer;
        self.calling.pop();
        // Another call may have met the same.
        self.planner.diagnostics.drop_known(n_told);
        self.planner.diagnostics.label_from(n_told, span, &format!("in `{name}`, called here"));
        value
    }

    fn function_argument(&mut self, param: &ast::Param, arg: &ast::Expr, file: FileId) -> Option<Entity> {
        let wanted = match &param.ty.kind {
            TypeKind::Scalar(abi::Scalar::Bool) => Ty::Bool,
            TypeKind::Scalar(abi::Scalar::F32) => Ty::F32,
            TypeKind::Scalar(_) => Ty::Int,
            TypeKind::Named(name) => match self.planner.program.lookup(file, &name.name) {
                Some(id) if matches!(self.planner.program.item(id), Item::Enum(_)) => Ty::Enum(id),
                Some(id) => match self.record(arg) {
                    Ok(record) if record.of == id => return Some(Entity::Record(record)),
                    Err(true) => return None,
                    _ => {
                        let message = format!("expected `{}`", name.name);
                        return self.wrong_type(arg.span, &message, "pass a struct of that type");
                    }
                },
                None => return None,
            },
            _ => {
                let help = "in an op, functions take integers, `f32`s, bools, enums and structs";
                return self.not_here(param.ty.span, "an op cannot call a function that takes this", help);
            }
        };
        self.value_of(arg, wanted).map(Entity::Value)
    }

    /// The names that a call binds in `::<>`.
    fn function_generics(&mut self, function: &ast::Function, path: &ast::Path) -> Option<Scope> {
        let mut scope = Scope::default();
        if function.generics.len() != path.generics.len() {
            let names: Vec<&str> = function.generics.iter().map(|g| g.name.name.as_str()).collect();
            let help = match names.as_slice() {
                [] => format!("write `{}(...)`", function.name.name),
                names => format!("write `{}::<{}>(...)`", function.name.name, names.join(", ")),
            };
            return self.wrong_type(path.span, "an op's call says every generic argument", &help);
        }
        for (generic, arg) in function.generics.iter().zip(&path.generics) {
            let value = match (&generic.kind, arg) {
                (GenericKind::Const(_), GenericArg::Const(value)) => value.clone(),
                // A lone name reads as a type.
                (GenericKind::Const(_), GenericArg::Type(ast::Type { kind: TypeKind::Named(name), span })) => {
                    let path = ast::Path { qualifier: None, name: name.clone(), generics: vec![], span: *span };
                    ast::Expr { kind: ExprKind::Path(path), span: *span }
                }
                _ => {
                    let help = "compute with integers, which all have one type here";
                    return self.not_here(path.span, "an op calls no function that is generic in a type", help);
                }
            };
            scope.add(&generic.name.name, Entity::Value(self.value(&value)?));
        }
        Some(scope)
    }
}
