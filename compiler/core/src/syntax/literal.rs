//! Literals.

use super::{Reader, ast, ty};
use crate::diag::codes::syntax;
use crate::source::Span;
use ast::ExprKind;
use wgpuc_abi::Scalar;

impl Reader {
    /// A literal as an expression.
    pub(super) fn literal(&mut self, lit: &syn::Lit) -> Option<ast::Expr> {
        let span = self.at(lit.span());
        let kind = match lit {
            syn::Lit::Bool(value) => ExprKind::Bool(value.value),
            syn::Lit::Str(text) => ExprKind::Str(text.value()),
            syn::Lit::Int(int) => return self.integer(int, span),
            syn::Lit::Float(float) => return self.float(float.base10_digits(), float.suffix(), span),
            _ => return self.refuse(span, "characters and byte strings", "write the number that is meant"),
        };
        Some(ast::Expr { kind, span })
    }

    fn integer(&mut self, int: &syn::LitInt, span: Span) -> Option<ast::Expr> {
        let suffix = self.suffix(int.suffix(), span)?;
        if matches!(suffix, Some(Scalar::F16 | Scalar::Bf16 | Scalar::F32)) {
            return self.float(int.base10_digits(), int.suffix(), span);
        }
        // `syn` reads the sign of a pattern's literal as part of it.
        let digits = int.base10_digits();
        let (negative, digits) = digits.strip_prefix('-').map_or((false, digits), |rest| (true, rest));
        let Ok(value) = digits.parse::<u128>() else {
            self.report(syntax::BAD_LITERAL, span, "this number is too large", "the largest type is `u64`");
            return None;
        };
        Some(signed(negative, ast::Expr { kind: ExprKind::Int { value, suffix }, span }))
    }

    fn float(&mut self, digits: &str, suffix: &str, span: Span) -> Option<ast::Expr> {
        let suffix = self.suffix(suffix, span)?;
        if suffix.is_some_and(|s| !matches!(s, Scalar::F16 | Scalar::Bf16 | Scalar::F32)) {
            let help = "write it without the fraction, or use a float's suffix";
            self.report(syntax::BAD_LITERAL, span, "a number with a fraction has no integer type", help);
            return None;
        }
        let (negative, digits) = digits.strip_prefix('-').map_or((false, digits), |rest| (true, rest));
        Some(signed(negative, ast::Expr { kind: ExprKind::Float { text: digits.to_owned(), suffix }, span }))
    }

    /// The type of a suffix; the outer `None` where it is none of ours.
    fn suffix(&mut self, suffix: &str, span: Span) -> Option<Option<Scalar>> {
        if suffix.is_empty() {
            return Some(None);
        }
        let found = ty::scalar(suffix).filter(|s| *s != Scalar::Bool);
        if found.is_none() {
            let help = ty::instead_of(suffix).unwrap_or("the suffixes are i32 u32 i64 u64 f32 f16");
            let message = format!("the kernel language has no number type `{suffix}`");
            self.report(syntax::BAD_LITERAL, span, message, help);
            return None;
        }
        Some(found)
    }
}

fn signed(negative: bool, value: ast::Expr) -> ast::Expr {
    let span = value.span;
    match negative {
        true => ast::Expr { kind: ExprKind::Unary(ast::UnaryOp::Neg, Box::new(value)), span },
        false => value,
    }
}
