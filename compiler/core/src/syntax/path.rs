//! Paths and generic arguments.

use super::{Reader, all, ast};
use crate::diag::{Use, foreign};
use crate::source::Span;

const NO_PATHS: &str = "names need no path: an item of another file is meant by its name alone";

impl Reader {
    /// A path of an expression, with its generic arguments.
    pub(super) fn path(&mut self, qself: Option<&syn::QSelf>, path: &syn::Path) -> Option<ast::Path> {
        let span = self.path_span(path);
        if qself.is_some() {
            return self.refuse(span, "qualified paths", "write `T::NAME`");
        }
        let segments: Vec<&syn::PathSegment> = path.segments.iter().collect();
        let (qualifier, last) = match segments.as_slice() {
            [last] if path.leading_colon.is_none() => (None, last),
            [first, last] if path.leading_colon.is_none() && first.arguments.is_none() => (Some(*first), last),
            _ => {
                let last = segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
                let help = foreign(&last, Use::Value).unwrap_or(NO_PATHS);
                return self.refuse(span, "paths of more than two names", help);
            }
        };
        if let Some(first) = qualifier.filter(|q| ["crate", "self", "super"].iter().any(|word| q.ident == word)) {
            let span = self.at(first.ident.span());
            return self.refuse(span, "module paths", NO_PATHS);
        }
        let generics = match &last.arguments {
            syn::PathArguments::None => vec![],
            syn::PathArguments::AngleBracketed(arguments) => self.generic_args(arguments)?,
            syn::PathArguments::Parenthesized(_) => {
                return self.refuse(span, "function types", "pass the value instead");
            }
        };
        let qualifier = qualifier.map(|q| self.ident(&q.ident));
        Some(ast::Path { qualifier, name: self.ident(&last.ident), generics, span })
    }

    /// What stands in `::<>`.
    pub(super) fn generic_args(
        &mut self,
        arguments: &syn::AngleBracketedGenericArguments,
    ) -> Option<Vec<ast::GenericArg>> {
        all(arguments.args.iter().map(|argument| self.generic_arg(argument)))
    }

    /// One generic argument. `syn` reads a path as a type; with two names it is a value.
    pub(super) fn generic_arg(&mut self, argument: &syn::GenericArgument) -> Option<ast::GenericArg> {
        match argument {
            syn::GenericArgument::Type(syn::Type::Path(ty)) if ty.path.segments.len() > 1 => {
                let path = self.path(ty.qself.as_ref(), &ty.path)?;
                let span = path.span;
                Some(ast::GenericArg::Const(ast::Expr { kind: ast::ExprKind::Path(path), span }))
            }
            syn::GenericArgument::Type(ty) => Some(ast::GenericArg::Type(self.ty(ty)?)),
            syn::GenericArgument::Const(value) => {
                let value = self.expr(value)?;
                Some(ast::GenericArg::Const(unblock(value)))
            }
            other => {
                let span = self.span_of(other);
                self.refuse(span, "lifetimes and named arguments", "write types, constants, or `{ a value }`")
            }
        }
    }

    /// The span of a path, without walking its generic arguments' tokens twice.
    pub(super) fn path_span(&self, path: &syn::Path) -> Span {
        let (Some(first), Some(last)) = (path.segments.first(), path.segments.last()) else {
            return self.span_of(path);
        };
        let start = self.at(first.ident.span());
        match &last.arguments {
            syn::PathArguments::AngleBracketed(arguments) => start.to(self.at(arguments.gt_token.spans[0])),
            syn::PathArguments::Parenthesized(arguments) => start.to(self.at(arguments.paren_token.span.close())),
            syn::PathArguments::None => start.to(self.at(last.ident.span())),
        }
    }
}

/// `{ value }` as a generic argument is the value.
fn unblock(value: ast::Expr) -> ast::Expr {
    match value.kind {
        ast::ExprKind::Block(ast::Block { stmts, value: Some(inner), .. }) if stmts.is_empty() => *inner,
        kind => ast::Expr { kind, span: value.span },
    }
}
