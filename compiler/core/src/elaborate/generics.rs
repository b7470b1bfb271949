//! Generic arguments: written, or found from the types of a call's arguments.

use super::scope::Generic;
use super::types::{Elem, Ty};
use super::{Elaborator, Res};
use crate::diag::{Diagnostic, Use, codes::types as codes, foreign, nearest};
use crate::ir::op::Class;
use crate::ir::{Const, Scalar};
use crate::program::ItemId;
use crate::source::Span;
use crate::syntax::ast::{self, Expr, ExprKind, GenericArg, GenericKind, TypeKind};
use std::borrow::Cow;

/// What is bound to each generic parameter so far.
pub(super) type Bound = Vec<Option<Generic>>;

impl Elaborator<'_> {
    /// The generic arguments that a call writes.
    pub(super) fn written_generics(
        &mut self,
        id: ItemId,
        function: &ast::Function,
        args: &[GenericArg],
        span: Span,
    ) -> Res<Bound> {
        let generics = &function.generics;
        if args.is_empty() {
            return Ok(vec![None; generics.len()]);
        }
        if args.len() != generics.len() {
            let (want, have) = (generics.len(), args.len());
            let parameters = if want == 1 { "parameter" } else { "parameters" };
            let arguments = if have == 1 { "argument was" } else { "arguments were" };
            let text =
                format!("`{}` has {want} generic {parameters}, but {have} {arguments} given", function.name.name);
            let d = Diagnostic::new(codes::BAD_GENERICS, span, text).label(function.name.span, "declared here");
            return Err(self.report(d));
        }
        let pairs = generics.iter().zip(args);
        pairs.map(|(generic, arg)| self.written_generic(id, generic, arg, span)).collect()
    }

    fn written_generic(
        &mut self,
        id: ItemId,
        generic: &ast::Generic,
        arg: &GenericArg,
        span: Span,
    ) -> Res<Option<Generic>> {
        match (&generic.kind, arg) {
            (_, GenericArg::Type(ast::Type { kind: TypeKind::Infer, .. })) => Ok(None),
            (GenericKind::Type(bounds), GenericArg::Type(written)) => {
                let ty = self.resolve_type(written)?;
                self.check_bounds(&generic.name.name, bounds, &ty, written.span)?;
                Ok(Some(Generic::Type(ty)))
            }
            (GenericKind::Type(_), GenericArg::Const(expr)) => {
                let text = format!("`{}` is a type, this is a value", generic.name.name);
                Err(self.error(codes::BAD_GENERICS, expr.span, text))
            }
            (GenericKind::Const(ty), arg) => {
                let ty = self.type_in(self.program.file_of(id), ty, span)?;
                match as_value(arg) {
                    Ok(expr) => self.const_generic(&expr, ty).map(Some),
                    Err(at) => {
                        let text = format!("`{}` is a value, this is a type", generic.name.name);
                        Err(self.error(codes::BAD_GENERICS, at, text))
                    }
                }
            }
        }
    }

    /// A type of another file's signature, without generics.
    pub(super) fn type_in(&mut self, file: crate::source::FileId, ty: &ast::Type, span: Span) -> Res<Ty> {
        self.enter_file(file, span);
        let ty = self.resolve_type(ty);
        self.leave_file();
        ty
    }

    fn const_generic(&mut self, expr: &Expr, ty: Ty) -> Res<Generic> {
        let val = self.const_expr(expr, Some(&ty))?;
        self.known(&val).map(|value| Generic::Const(ty, value)).ok_or(super::Reported)
    }

    /// Finds generics from a parameter's type as written and an argument's type. It is called in the callee's frame,
    /// which knows those found so far.
    pub(super) fn match_type(&mut self, generics: &[ast::Generic], ty: &ast::Type, found: &Ty, span: Span) -> Res<()> {
        match (&ty.kind, found) {
            (TypeKind::Infer, _) => Ok(()),
            (TypeKind::Named(name), _) if self.is_open(generics, name) => {
                let bounds = generics.iter().find(|g| g.name.name == name.name).map(|g| &g.kind);
                if let Some(GenericKind::Type(bounds)) = bounds {
                    self.check_bounds(&name.name, bounds, found, span)?;
                }
                self.frame().generics.push((name.name.clone(), Generic::Type(found.clone())));
                Ok(())
            }
            (TypeKind::Slice(of), Ty::Array(elem, _) | Ty::Slice(elem)) => self.match_type(generics, of, elem, span),
            (TypeKind::Array(of, len), Ty::Array(elem, n)) => {
                self.match_type(generics, of, elem, span)?;
                match open_length(len) {
                    Some(name) if self.is_open(generics, name) => {
                        let value = Generic::Const(Ty::U32, Const::u32(*n));
                        self.frame().generics.push((name.name.clone(), value));
                        Ok(())
                    }
                    _ => self.match_exactly(ty, found, span),
                }
            }
            (TypeKind::Tuple(parts), Ty::Tuple(tys)) if parts.len() == tys.len() => {
                parts.iter().zip(tys).try_for_each(|(part, ty)| self.match_type(generics, part, ty, span))
            }
            _ => self.match_exactly(ty, found, span),
        }
    }

    fn match_exactly(&mut self, ty: &ast::Type, found: &Ty, span: Span) -> Res<()> {
        let expected = self.resolve_type(ty)?;
        self.unify(&expected, found, span, Some((ty.span, "expected because of this parameter".to_owned())))
    }

    /// Whether that is a generic parameter which nothing is bound to yet.
    fn is_open(&self, generics: &[ast::Generic], name: &ast::Ident) -> bool {
        generics.iter().any(|g| g.name.name == name.name) && self.generic(&name.name).is_none()
    }

    /// Whether the type has what the bounds on a parameter promise.
    fn check_bounds(&mut self, name: &str, bounds: &[ast::Ident], ty: &Ty, span: Span) -> Res<()> {
        for bound in bounds {
            // Unknown ones are reported for the whole package.
            let Some(class) = class_of(bound) else { continue };
            let fits = match self.settle(ty) {
                Ty::Num(Elem::Known(scalar), _) => class.holds(scalar),
                Ty::Num(Elem::Var(var), _) => match self.vars.kind(var) {
                    super::infer::Kind::Int => class.holds(Scalar::I32) || class.holds(Scalar::U32),
                    super::infer::Kind::Float => class.holds(Scalar::F32),
                },
                _ => false,
            };
            if !fits {
                let shown = self.show(&self.settle(ty));
                let d = Diagnostic::new(codes::MISMATCHED, span, format!("`{shown}` is not a `{}`", bound.name))
                    .label(bound.span, format!("required of `{name}` here"));
                // In the prelude, `pow` is of integers: elsewhere, of floats as well.
                let of_prelude = !self.program.is_own(self.file());
                let help = of_prelude.then(|| foreign(&self.frame().name, Use::Method)).flatten();
                return Err(self.report(match help {
                    Some(help) => d.help(help),
                    None => d,
                }));
            }
        }
        Ok(())
    }
}

/// What bounds promise, and the types that have it.
const BOUNDS: [(&str, Class); 5] = [
    ("Float", Class::Float),
    ("Int", Class::Int),
    ("Integer", Class::Int),
    ("Number", Class::Number),
    ("Signed", Class::Signed),
];

fn class_of(bound: &ast::Ident) -> Option<Class> {
    BOUNDS.iter().find(|(name, _)| *name == bound.name).map(|(_, class)| *class)
}

/// Says that a bound is none, where that is so; `is_type` is whether a type of the package has its name.
pub(super) fn unknown_bound(generic: &ast::Ident, bound: &ast::Ident, is_type: bool) -> Option<Diagnostic> {
    if class_of(bound).is_some() {
        return None;
    }
    if is_type || super::resolve::type_named(&bound.name).is_some() {
        let message = format!("`{}` is a type, and no bound", bound.name);
        let help = format!("a value of it is written `const {}: {}`", generic.name, bound.name);
        return Some(Diagnostic::new(codes::UNKNOWN_NAME, bound.span, message).help(help));
    }
    let d = Diagnostic::new(codes::UNKNOWN_NAME, bound.span, format!("there is no bound `{}`", bound.name))
        .note("the bounds are `Float`, `Int`, `Signed` (floats, `i32` and `i64`) and `Number`");
    Some(match (bound.name.as_str(), nearest(&bound.name, BOUNDS.iter().map(|(name, _)| *name))) {
        ("Copy" | "Clone" | "Sized" | "Default" | "PartialEq" | "PartialOrd" | "Send" | "Sync", _) => {
            d.help("leave it out: every type here has it")
        }
        (_, Some(near)) => d.help(format!("did you mean `{near}`?")),
        _ => d.help("use one of them, or none"),
    })
}

/// A generic argument as a value: a lone name may be one. The span of one that is a type.
pub(super) fn as_value(arg: &GenericArg) -> Result<Cow<'_, Expr>, Span> {
    match arg {
        GenericArg::Const(expr) => Ok(Cow::Borrowed(expr)),
        GenericArg::Type(ast::Type { kind: TypeKind::Named(name), .. }) => {
            let path = ast::Path { qualifier: None, name: name.clone(), generics: vec![], span: name.span };
            Ok(Cow::Owned(Expr { kind: ExprKind::Path(path), span: name.span }))
        }
        GenericArg::Type(written) => Err(written.span),
    }
}

/// The name that a length is, where it is nothing else.
fn open_length(len: &Expr) -> Option<&ast::Ident> {
    match &len.kind {
        ExprKind::Path(ast::Path { qualifier: None, name, .. }) => Some(name),
        ExprKind::Block(ast::Block { stmts, value: Some(value), .. }) if stmts.is_empty() => open_length(value),
        _ => None,
    }
}
