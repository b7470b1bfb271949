//! Macros: `require!`, `launch!`, `supports!` and `fault!`.

use super::wording::Place;
use super::{Reader, all, ast};
use crate::diag::{Diagnostic, codes::syntax, nearest};
use crate::source::Span;
use ast::ExprKind;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use wgpuc_abi::Feature;

const MACROS: [&str; 4] = ["require", "launch", "supports", "fault"];

type Exprs = Punctuated<syn::Expr, syn::Token![,]>;

impl Reader {
    /// A macro's call.
    pub(super) fn macro_call(&mut self, call: &syn::Macro) -> Option<ast::Expr> {
        let span = self.path_span(&call.path).to(self.at(call.delimiter.span().close()));
        let name = call.path.get_ident().map(ToString::to_string).unwrap_or_default();
        let kind = match name.as_str() {
            "require" => self.require(call, span),
            "launch" => self.launch(call, span),
            "supports" => self.supports(call, span),
            "fault" => self.fault(call, span),
            _ => self.unknown_macro(call, &name),
        }?;
        Some(ast::Expr { kind, span })
    }

    fn require(&mut self, call: &syn::Macro, span: Span) -> Option<ExprKind> {
        let args = self.macro_args(call, span, "require!(a.len() >= n)", Exprs::parse_terminated)?;
        match args.first() {
            Some(cond) if args.len() == 1 => Some(ExprKind::Require(Box::new(self.expr(cond)?))),
            _ => self.bad_macro(span, "`require!` takes one condition", "write `require!(a.len() >= n)`"),
        }
    }

    fn launch(&mut self, call: &syn::Macro, span: Span) -> Option<ExprKind> {
        let parts = |input: ParseStream<'_>| {
            let kernel: syn::ExprPath = input.parse()?;
            let _: syn::Token![,] = input.parse()?;
            let grid: syn::ExprArray = input.parse()?;
            let mut args = Exprs::new();
            if !input.is_empty() {
                let _: syn::Token![,] = input.parse()?;
                args = Exprs::parse_terminated(input)?;
            }
            Ok((kernel, grid, args))
        };
        let (kernel, grid, args) = self.macro_args(call, span, "launch!(kernel, [groups], args...)", parts)?;
        let path = self.path(kernel.qself.as_ref(), &kernel.path);
        let axes = all(grid.elems.iter().map(|axis| self.expr(axis)));
        let args = all(args.iter().map(|arg| self.expr(arg)));
        if !(1..=3).contains(&grid.elems.len()) {
            let span = self.at(grid.bracket_token.span.join());
            return self.bad_macro(
                span,
                "a launch has one to three workgroup counts",
                "write `[x]`, `[x, y]` or `[x, y, z]`",
            );
        }
        Some(ExprKind::Launch { kernel: path?, grid: axes?, args: args? })
    }

    fn supports(&mut self, call: &syn::Macro, span: Span) -> Option<ExprKind> {
        let name: syn::Ident =
            self.macro_args(call, span, "supports!(subgroups)", |input: ParseStream<'_>| input.parse())?;
        self.feature(&name).map(ExprKind::Supports)
    }

    fn fault(&mut self, call: &syn::Macro, span: Span) -> Option<ExprKind> {
        let args =
            self.macro_args(call, span, "fault!(\"what the value is\", value, bound)", Exprs::parse_terminated)?;
        let args: Vec<&syn::Expr> = args.iter().collect();
        let text = |expr: &syn::Expr| match expr {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        };
        let (what, value, bound) = match args.as_slice() {
            [value, bound] => (None, value, bound),
            [what, value, bound] if text(what).is_some() => (text(what), value, bound),
            _ => {
                let help = "write `fault!(\"what the value is\", value, bound)`";
                return self.bad_macro(span, "`fault!` takes a value and the bound that it must stay below", help);
            }
        };
        let (value, bound) = (self.expr(value), self.expr(bound));
        Some(ExprKind::Fault { what, value: Box::new(value?), bound: Box::new(bound?) })
    }

    /// The feature of that name.
    pub(super) fn feature(&mut self, name: &syn::Ident) -> Option<Feature> {
        let text = name.to_string();
        let found = Feature::ALL.into_iter().find(|feature| feature.name() == text);
        if found.is_none() {
            let names = Feature::ALL.map(Feature::name);
            let help = match nearest(&text, names) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the features are {}", names.map(|n| format!("`{n}`")).join(", ")),
            };
            let message = format!("there is no feature `{text}`");
            self.report(syntax::UNKNOWN_FEATURE, self.at(name.span()), message, &help);
        }
        found
    }

    fn macro_args<P: Parser>(&mut self, call: &syn::Macro, span: Span, form: &str, parser: P) -> Option<P::Output> {
        match call.parse_body_with(parser) {
            Ok(args) => Some(args),
            Err(error) => {
                let (tokens, form) = (call.tokens.clone(), Some(form));
                self.syntax_error(error, Place { fallback: span, code: syntax::SYNTAX, tokens, form });
                None
            }
        }
    }

    fn bad_macro<T>(&mut self, span: Span, message: &str, help: &str) -> Option<T> {
        self.report(syntax::BAD_MACRO, span, message, help);
        None
    }

    fn unknown_macro<T>(&mut self, call: &syn::Macro, name: &str) -> Option<T> {
        let span = self.path_span(&call.path);
        let help = match name {
            "assert" | "debug_assert" | "assert_eq" | "panic" | "unreachable" | "todo" => {
                "an op refuses arguments with `require!(cond)`; a kernel reports with `fault!(\"what\", value, bound)`"
                    .to_owned()
            }
            "println" | "print" | "eprintln" | "dbg" => {
                "device code cannot print: store the value in a buffer".to_owned()
            }
            "vec" => {
                "write a local array `[0.0; N]`, `shared::<[f32; N]>()`, or in the op `scratch::<f32>(n)`".to_owned()
            }
            _ => match nearest(name, MACROS) {
                Some(near) => format!("did you mean `{near}!`?"),
                None => format!("the macros are {}", MACROS.map(|m| format!("`{m}!`")).join(", ")),
            },
        };
        let message = format!("there is no macro `{name}!`");
        self.diagnostics.push(Diagnostic::new(syntax::BAD_MACRO, span, message).help(help));
        None
    }
}
