//! Functions, ops and kernels.

use super::{Reader, all, ast, attr, attr::FunctionAttrs, stmt::missing};
use crate::source::Span;
use syn::spanned::Spanned;

impl Reader {
    /// A function of any of the three kinds.
    pub(super) fn function_item(&mut self, item: &syn::ItemFn) -> Option<ast::Item> {
        let attrs = self.function_attrs(&item.attrs);
        let function = self.function(item);
        let FunctionAttrs { op, kernel, instances, device } = attrs?;
        let mut function = function?;
        if let (Some(_), Some(kernel)) = (&op, &kernel) {
            self.bad(kernel.span, "a function is an op or a kernel, not both", "a `pub` kernel is its own op");
            return None;
        }
        if let (Some(span), true) = (device, op.is_some() || kernel.is_some()) {
            self.bad(span, "`#[device]` stands before a helper, and this is none", "remove it");
        }
        if let (Some((span, _)), None) = (&instances, &kernel) {
            self.bad(*span, "`#[instances]` stands before a kernel", "remove it");
        }
        if let Some(op) = op {
            self.check_op(&function, op.span);
            return Some(ast::Item::Op(ast::Op { may_alias: op.may_alias, routine: op.routine, function }));
        }
        let Some(kernel) = kernel else { return Some(ast::Item::Function(function)) };
        self.check_kernel(&function, &kernel);
        Some(ast::Item::Kernel(ast::Kernel {
            workgroup: kernel.workgroup,
            requires: if kernel.over.is_empty() { vec![] } else { leading_requires(&mut function.body) },
            over: kernel.over,
            needs: kernel.needs,
            hints: kernel.hints,
            instances: instances.map(|(_, parameters)| parameters).unwrap_or_default(),
            function,
        }))
    }

    fn check_op(&mut self, function: &ast::Function, attr: Span) {
        if !function.is_pub {
            self.bad(attr, "an op is what guests call, so it is `pub`", "write `pub fn`");
        }
        if let Some(generic) = function.generics.first() {
            let help = "take an enum as a parameter: each launch may compile its cases";
            self.refuse::<()>(generic.name.span, "generic ops", help);
        }
        self.no_result(function, "ops with a result", "write it to a buffer that the caller gives: `out: &mut [f32]`");
    }

    fn check_kernel(&mut self, function: &ast::Function, attr: &attr::KernelAttr) {
        match (attr.over.first(), function.is_pub) {
            (None, true) => self.bad(
                attr.span,
                "a `pub` kernel is its own op, and this one does not say what it runs over",
                "add `over = out.len()`, or remove `pub` and launch it from an op",
            ),
            (Some(over), false) => self.bad(
                over.span,
                "only a `pub` kernel runs over something by itself",
                "make the kernel `pub`, or remove `over`",
            ),
            _ => {}
        }
        self.no_result(function, "kernels with a result", "store it: `out[i] = x`");
    }

    fn no_result(&mut self, function: &ast::Function, what: &str, help: &str) {
        let unit = |ty: &ast::Type| matches!(&ty.kind, ast::TypeKind::Tuple(parts) if parts.is_empty());
        if let Some(result) = function.result.as_ref().filter(|ty| !unit(ty)) {
            self.refuse::<()>(result.span, what, help);
        }
    }

    fn function(&mut self, item: &syn::ItemFn) -> Option<ast::Function> {
        let sig = &item.sig;
        self.refuse_some(sig.asyncness.as_ref(), "`async` functions", "launches already run in order");
        self.refuse_some(sig.abi.as_ref(), "foreign functions", "remove `extern`");
        self.refuse_some(sig.variadic.as_ref(), "variable numbers of arguments", "pass a slice");
        if let syn::Safety::Unsafe(token) = &sig.safety {
            self.refuse::<()>(self.at(token.span), "`unsafe` functions", "nothing here is unsafe: remove `unsafe`");
        }
        let help = "write the bound at the parameter: `<T: Float>`";
        self.refuse_some(sig.generics.where_clause.as_ref(), "`where` clauses", help);
        let is_pub = self.is_pub(&item.vis);
        let generics = all(sig.generics.params.iter().map(|parameter| self.generic(parameter)));
        let params = all(sig.inputs.iter().map(|input| self.param(input)));
        let result = match &sig.output {
            syn::ReturnType::Default => None,
            syn::ReturnType::Type(_, ty) => Some(self.ty(ty)),
        };
        let body = self.block(&item.block);
        let start = match &item.vis {
            syn::Visibility::Public(token) => self.at(token.span),
            _ => self.at(sig.constness.map_or(sig.fn_token.span, |token| token.span)),
        };
        let (result, body) = (missing(result)?, body?);
        let span = start.to(body.span);
        let (name, docs) = (self.ident(&sig.ident), attr::docs(&item.attrs));
        Some(ast::Function { name, docs, is_pub, generics: generics?, params: params?, result, body, span })
    }

    fn generic(&mut self, parameter: &syn::GenericParam) -> Option<ast::Generic> {
        match parameter {
            syn::GenericParam::Lifetime(lifetime) => {
                let span = self.span_of(lifetime);
                self.refuse(span, "lifetimes", "leave it out")
            }
            syn::GenericParam::Const(constant) => {
                let default = constant.default.as_ref().map(|(_, value)| value);
                self.refuse_some(default, "default generic arguments", "give it at each use");
                let kind = ast::GenericKind::Const(self.ty(&constant.ty)?);
                Some(ast::Generic { name: self.ident(&constant.ident), kind })
            }
            syn::GenericParam::Type(ty) => {
                let default = ty.default.as_ref().map(|(_, value)| value);
                self.refuse_some(default, "default generic arguments", "give it at each use");
                let bounds = all(ty.bounds.iter().map(|bound| match bound {
                    syn::TypeParamBound::Trait(bound) if bound.path.get_ident().is_some() && bound.maybe.is_none() => {
                        Some(self.ident(bound.path.get_ident()?))
                    }
                    other => self.refuse(self.span_of(other), "bounds of this form", "write one name: `T: Float`"),
                }))?;
                Some(ast::Generic { name: self.ident(&ty.ident), kind: ast::GenericKind::Type(bounds) })
            }
        }
    }

    fn param(&mut self, input: &syn::FnArg) -> Option<ast::Param> {
        match input {
            syn::FnArg::Receiver(receiver) => {
                self.no_attrs(&receiver.attrs);
                let span = self.at(receiver.self_token.span);
                let syn::ReceiverKind::Typed(_, ty) = &receiver.kind else {
                    return self.refuse(span, "methods", "write the type: `self: f32`");
                };
                let ty = self.ty(ty)?;
                let name = ast::Ident { name: "self".to_owned(), span };
                Some(ast::Param { name, mutable: receiver.mutability.is_some(), ty })
            }
            syn::FnArg::Typed(typed) => {
                self.no_attrs(&typed.attrs);
                let ty = self.ty(&typed.ty);
                match &*typed.pat {
                    syn::Pat::Ident(ident) if ident.by_ref.is_none() && ident.subpat.is_none() => {
                        let (name, mutable) = (self.ident(&ident.ident), ident.mutability.is_some());
                        Some(ast::Param { name, mutable, ty: ty? })
                    }
                    other => {
                        let span = self.at(other.span());
                        self.refuse(span, "patterns as parameters", "give it a name, and take it apart with `let`")
                    }
                }
            }
        }
    }
}

/// Takes the `require!`s that a body begins with.
fn leading_requires(body: &mut ast::Block) -> Vec<ast::Expr> {
    let is_require =
        |stmt: &ast::Stmt| matches!(stmt, ast::Stmt::Expr(ast::Expr { kind: ast::ExprKind::Require(_), .. }));
    let n = body.stmts.iter().take_while(|stmt| is_require(stmt)).count();
    let conditions = body.stmts.drain(..n).filter_map(|stmt| match stmt {
        ast::Stmt::Expr(ast::Expr { kind: ast::ExprKind::Require(condition), .. }) => Some(*condition),
        _ => None,
    });
    conditions.collect()
}
