//! Expressions.

use super::{Reader, all, ast, attr::LoopAttrs, stmt::missing};
use crate::diag::codes::syntax;
use crate::source::Span;
use ast::{BinaryOp, ExprKind, UnaryOp};

impl Reader {
    /// An expression.
    pub(super) fn expr(&mut self, expr: &syn::Expr) -> Option<ast::Expr> {
        self.no_attrs_of(expr);
        match expr {
            syn::Expr::Lit(lit) => self.literal(&lit.lit),
            syn::Expr::Path(path) => {
                let path = self.path(path.qself.as_ref(), &path.path)?;
                Some(make(path.span, ExprKind::Path(path)))
            }
            syn::Expr::Paren(inner) => {
                let span = self.at(inner.paren_token.span.join());
                Some(ast::Expr { span, ..self.expr(&inner.expr)? })
            }
            syn::Expr::Group(inner) => self.expr(&inner.expr),
            syn::Expr::Unary(unary) => self.unary(unary),
            syn::Expr::Binary(binary) => self.binary(binary),
            syn::Expr::Assign(assign) => {
                let (left, right) = (self.expr(&assign.left), self.expr(&assign.right));
                Some(join(left?, right?, ExprKind::Assign))
            }
            syn::Expr::Call(call) => self.call(call),
            syn::Expr::MethodCall(call) => self.method(call),
            syn::Expr::Field(field) => self.field(field),
            syn::Expr::Index(index) => {
                let (base, at) = (self.expr(&index.expr), self.expr(&index.index));
                let (base, end) = (base?, self.at(index.bracket_token.span.close()));
                Some(make(base.span.to(end), ExprKind::Index(Box::new(base), Box::new(at?))))
            }
            syn::Expr::Cast(cast) => {
                let (value, ty) = (self.expr(&cast.expr), self.ty(&cast.ty));
                let (value, ty) = (value?, ty?);
                Some(make(value.span.to(ty.span), ExprKind::Cast(Box::new(value), ty)))
            }
            syn::Expr::Macro(call) => self.macro_call(&call.mac),
            syn::Expr::Tuple(tuple) => {
                let elems = all(tuple.elems.iter().map(|e| self.expr(e)))?;
                Some(make(self.at(tuple.paren_token.span.join()), ExprKind::Tuple(elems)))
            }
            syn::Expr::Array(array) => {
                let elems = all(array.elems.iter().map(|e| self.expr(e)))?;
                Some(make(self.at(array.bracket_token.span.join()), ExprKind::Array(elems)))
            }
            syn::Expr::Repeat(repeat) => {
                let (value, len) = (self.expr(&repeat.expr), self.expr(&repeat.len));
                let span = self.at(repeat.bracket_token.span.join());
                Some(make(span, ExprKind::Repeat(Box::new(value?), Box::new(len?))))
            }
            syn::Expr::Struct(literal) => self.struct_literal(literal),
            syn::Expr::Reference(reference) => {
                let of = self.expr(&reference.expr)?;
                let span = self.at(reference.and_token.span).to(of.span);
                Some(make(span, ExprKind::Ref { mutable: reference.mutability.is_some(), of: Box::new(of) }))
            }
            _ => self.control(expr),
        }
    }

    fn control(&mut self, expr: &syn::Expr) -> Option<ast::Expr> {
        match expr {
            syn::Expr::Block(block) => {
                self.no_label(block.label.as_ref());
                let block = self.block(&block.block)?;
                Some(make(block.span, ExprKind::Block(block)))
            }
            syn::Expr::If(branch) => self.branch(branch),
            syn::Expr::Match(choice) => self.choice(choice),
            syn::Expr::ForLoop(each) => self.for_loop(each),
            syn::Expr::While(repeat) => {
                let attrs = self.loop_attrs(&repeat.attrs);
                self.no_label(repeat.label.as_ref());
                let (cond, body) = (self.expr(&repeat.cond), self.block(&repeat.body));
                self.while_loop(self.at(repeat.while_token.span), attrs, Some(cond), body)
            }
            syn::Expr::Loop(repeat) => {
                let attrs = self.loop_attrs(&repeat.attrs);
                self.no_label(repeat.label.as_ref());
                let body = self.block(&repeat.body);
                self.while_loop(self.at(repeat.loop_token.span), attrs, None, body)
            }
            syn::Expr::Break(leave) => {
                let help = "use a variable, and one loop per function: `return` leaves them all";
                self.refuse_some(leave.label.as_ref(), "labels", help);
                self.refuse_some(leave.expr.as_deref(), "loops with a value", "assign it to a variable first");
                Some(make(self.at(leave.break_token.span), ExprKind::Break))
            }
            syn::Expr::Continue(next) => {
                self.refuse_some(next.label.as_ref(), "labels", "use a variable");
                Some(make(self.at(next.continue_token.span), ExprKind::Continue))
            }
            syn::Expr::Return(leave) => {
                let start = self.at(leave.return_token.span);
                let value = missing(leave.expr.as_ref().map(|value| self.expr(value)))?;
                let span = value.as_ref().map_or(start, |value| start.to(value.span));
                Some(make(span, ExprKind::Return(value.map(Box::new))))
            }
            other => self.unsupported(other),
        }
    }

    fn unary(&mut self, unary: &syn::ExprUnary) -> Option<ast::Expr> {
        let value = self.expr(&unary.expr);
        let (op, start) = match &unary.op {
            syn::UnOp::Neg(token) => (UnaryOp::Neg, self.at(token.span)),
            syn::UnOp::Not(token) => (UnaryOp::Not, self.at(token.span)),
            syn::UnOp::Deref(token) => {
                let help = match &*unary.expr {
                    // A parameter that is a reference means what it refers to, with the `*` and without.
                    syn::Expr::Path(_) => return value,
                    syn::Expr::Lit(_) => "there is no power operator `**`: write `x * x`, or `(x.ln() * y).exp()`",
                    _ => "leave out the `*`: only parameters are references",
                };
                return self.refuse(self.at(token.span), "dereferences", help);
            }
            _ => return self.refuse(self.span_of(unary), "operators of this form", "use `-` or `!`"),
        };
        let value = value?;
        Some(make(start.to(value.span), ExprKind::Unary(op, Box::new(value))))
    }

    fn binary(&mut self, binary: &syn::ExprBinary) -> Option<ast::Expr> {
        // A long sum leans left: walk down it without recursion, and build it up again.
        let mut rights = vec![(&binary.op, &*binary.right)];
        let mut left = &*binary.left;
        while let syn::Expr::Binary(inner) = left {
            rights.push((&inner.op, &*inner.right));
            left = &*inner.left;
        }
        let mut sum = self.expr(left);
        for (op, right) in rights.into_iter().rev() {
            let right = self.expr(right);
            let Some((op, assigns)) = operator(op) else {
                return self.refuse(self.span_of(op), "operators of this form", "see docs/language.md");
            };
            sum = sum.zip(right).map(|(left, right)| {
                join(left, right, |a, b| match assigns {
                    true => ExprKind::AssignOp(op, a, b),
                    false => ExprKind::Binary(op, a, b),
                })
            });
        }
        sum
    }

    fn call(&mut self, call: &syn::ExprCall) -> Option<ast::Expr> {
        let args = all(call.args.iter().map(|arg| self.expr(arg)));
        let syn::Expr::Path(path) = &*call.func else {
            let span = self.span_of(&call.func);
            return self.refuse(span, "calls of values", "call a function by its name");
        };
        let path = self.path(path.qself.as_ref(), &path.path)?;
        let span = path.span.to(self.at(call.paren_token.span.close()));
        Some(make(span, ExprKind::Call(path, args?)))
    }

    fn method(&mut self, call: &syn::ExprMethodCall) -> Option<ast::Expr> {
        let receiver = self.expr(&call.receiver);
        let generics = call.turbofish.as_ref().map(|generics| self.generic_args(generics));
        let args = all(call.args.iter().map(|arg| self.expr(arg)));
        let receiver = Box::new(receiver?);
        let span = receiver.span.to(self.at(call.paren_token.span.close()));
        let generics = missing(generics)?.unwrap_or_default();
        let name = self.ident(&call.method);
        Some(make(span, ExprKind::Method { receiver, name, generics, args: args? }))
    }

    fn field(&mut self, field: &syn::ExprField) -> Option<ast::Expr> {
        let base = self.expr(&field.base)?;
        let name = match &field.member {
            syn::Member::Named(name) => self.ident(name),
            syn::Member::Unnamed(at) => ast::Ident { name: at.index.to_string(), span: self.at(at.span) },
        };
        Some(make(base.span.to(name.span), ExprKind::Field(Box::new(base), name)))
    }

    fn struct_literal(&mut self, literal: &syn::ExprStruct) -> Option<ast::Expr> {
        let help = "give every field";
        self.refuse_some(literal.dot2_token.as_ref(), "structs made from another", help);
        let path = self.path(literal.qself.as_ref(), &literal.path);
        let fields = all(literal.fields.iter().map(|field| {
            self.no_attrs(&field.attrs);
            let value = self.expr(&field.expr)?;
            match &field.member {
                syn::Member::Named(name) => Some((self.ident(name), value)),
                syn::Member::Unnamed(at) => self.refuse(self.at(at.span), "numbered fields", "name the field"),
            }
        }));
        let path = path?;
        if path.qualifier.is_some() || !path.generics.is_empty() {
            return self.refuse(path.span, "struct literals of this form", "write the struct's name alone");
        }
        let span = path.span.to(self.at(literal.brace_token.span.close()));
        Some(make(span, ExprKind::Struct(path.name, fields?)))
    }

    fn branch(&mut self, branch: &syn::ExprIf) -> Option<ast::Expr> {
        let (cond, then) = (self.expr(&branch.cond), self.block(&branch.then_branch));
        let otherwise = branch.else_branch.as_ref().map(|(_, otherwise)| self.expr(otherwise));
        let (cond, then, otherwise) = (cond?, then?, missing(otherwise)?);
        let end = otherwise.as_ref().map_or(then.span, |o| o.span);
        let span = self.at(branch.if_token.span).to(end);
        Some(make(span, ExprKind::If { cond: Box::new(cond), then, otherwise: otherwise.map(Box::new) }))
    }

    fn choice(&mut self, choice: &syn::ExprMatch) -> Option<ast::Expr> {
        let on = self.expr(&choice.expr);
        let arms = all(choice.arms.iter().map(|arm| {
            self.no_attrs(&arm.attrs);
            let (pattern, body) = (self.pattern(&arm.pat), self.expr(&arm.body));
            pattern.zip(body)
        }));
        let span = self.at(choice.match_token.span).to(self.at(choice.brace_token.span.close()));
        Some(make(span, ExprKind::Match { on: Box::new(on?), arms: arms? }))
    }

    fn for_loop(&mut self, each: &syn::ExprForLoop) -> Option<ast::Expr> {
        let attrs = self.loop_attrs(&each.attrs);
        if let Some(bound) = attrs.bound {
            let help = "remove it: a `for` loop ends by itself";
            self.report(syntax::BAD_ATTRIBUTE, bound.span, "`#[bound]` stands before `while` and `loop`", help);
        }
        self.no_label(each.label.as_ref());
        let (var, range, body) = (self.pattern(&each.pat), self.range(&each.expr), self.block(&each.body));
        let (start, end, step, reversed) = range?;
        let (var, body) = (var?, body?);
        let span = self.at(each.for_token.span).to(body.span);
        let (start, end, step) = (Box::new(start), Box::new(end), step.map(Box::new));
        Some(make(span, ExprKind::For { var, start, end, step, reversed, unroll: attrs.unroll.is_some(), body }))
    }

    /// `a..b`, `(a..b).step_by(s)`, `(a..b).rev()`: start, end, step, and whether it runs backwards.
    fn range(&mut self, expr: &syn::Expr) -> Option<(ast::Expr, ast::Expr, Option<ast::Expr>, bool)> {
        match expr {
            syn::Expr::Paren(inner) => self.range(&inner.expr),
            syn::Expr::Range(range) => {
                if let syn::RangeLimits::Closed(token) = &range.limits {
                    let span = self.at(token.spans[0]).to(self.at(token.spans[2]));
                    return self.refuse(span, "inclusive ranges in loops", "write `a..b + 1`");
                }
                let (Some(start), Some(end)) = (&range.start, &range.end) else {
                    let span = self.span_of(range);
                    return self.refuse(span, "loops without both bounds", "write `a..b`");
                };
                let (start, end) = (self.expr(start), self.expr(end));
                Some((start?, end?, None, false))
            }
            syn::Expr::MethodCall(call) if call.method == "step_by" && call.args.len() == 1 => {
                let (range, step) = (self.range(&call.receiver), self.expr(&call.args[0]));
                match range? {
                    (start, end, None, false) => Some((start, end, Some(step?), false)),
                    _ => {
                        let span = self.at(call.method.span());
                        self.refuse(span, "ranges of this form", "write `(a..b).step_by(s)`, or `.rev()` after it")
                    }
                }
            }
            syn::Expr::MethodCall(call) if call.method == "rev" && call.args.is_empty() => {
                let (start, end, step, reversed) = self.range(&call.receiver)?;
                Some((start, end, step, !reversed))
            }
            other => {
                let span = self.span_of(other);
                self.refuse(span, "loops over anything but a range", "write `for i in 0..x.len()`, and use `x[i]`")
            }
        }
    }

    fn while_loop(
        &mut self,
        start: Span,
        attrs: LoopAttrs,
        cond: Option<Option<ast::Expr>>,
        body: Option<ast::Block>,
    ) -> Option<ast::Expr> {
        if let Some(unroll) = attrs.unroll {
            let help = "use `for` with constant bounds";
            self.report(syntax::BAD_ATTRIBUTE, unroll, "only a `for` loop can be unrolled", help);
        }
        let (cond, body) = (missing(cond)?, body?);
        let kind = ExprKind::While { bound: attrs.bound.map(Box::new), cond: cond.map(Box::new), body };
        match kind {
            ExprKind::While { ref body, .. } => Some(make(start.to(body.span), kind)),
            kind => Some(make(start, kind)),
        }
    }

    fn no_label(&mut self, label: Option<&syn::Label>) {
        self.refuse_some(label, "labels", "use a variable, or a function: `return` leaves all its loops");
    }

    fn unsupported(&mut self, expr: &syn::Expr) -> Option<ast::Expr> {
        let span = self.span_of(expr);
        let (what, help) = match expr {
            syn::Expr::Closure(_) => {
                ("closures", "write a function, and in place of an iterator a loop: `for i in 0..x.len() { ... }`")
            }
            syn::Expr::Range(_) => {
                let help = "write `for i in a..b { ... }`; in place of a part of a slice, pass the slice and an offset";
                ("ranges outside `for`", help)
            }
            syn::Expr::Let(_) => ("`if let` conditions", "use `match`, or `x.is_some()`"),
            syn::Expr::Unsafe(_) => ("`unsafe` blocks", "nothing here is unsafe: remove `unsafe`"),
            syn::Expr::Try(_) => ("`?` operators", "a kernel reports a failure with `fault!(\"what\", value, bound)`"),
            syn::Expr::Async(_) | syn::Expr::Await(_) => ("`async` and `await`", "launches already run in order"),
            syn::Expr::Const(_) => ("`const` blocks", "use `const NAME: T = value;`"),
            syn::Expr::RawAddr(_) => ("pointers", "pass a slice"),
            syn::Expr::Infer(_) => ("`_` expressions", "bind it with `let _ = ...`"),
            _ => ("expressions of this form", "see the language's reference, docs/language.md"),
        };
        self.refuse(span, what, help)
    }
}

fn make(span: Span, kind: ExprKind) -> ast::Expr {
    ast::Expr { kind, span }
}

fn join(left: ast::Expr, right: ast::Expr, kind: impl FnOnce(Box<ast::Expr>, Box<ast::Expr>) -> ExprKind) -> ast::Expr {
    make(left.span.to(right.span), kind(Box::new(left), Box::new(right)))
}

/// The operator, and whether it also assigns.
fn operator(op: &syn::BinOp) -> Option<(BinaryOp, bool)> {
    use syn::BinOp as B;
    Some(match op {
        B::Add(_) => (BinaryOp::Add, false),
        B::Sub(_) => (BinaryOp::Sub, false),
        B::Mul(_) => (BinaryOp::Mul, false),
        B::Div(_) => (BinaryOp::Div, false),
        B::Rem(_) => (BinaryOp::Rem, false),
        B::And(_) => (BinaryOp::AndAlso, false),
        B::Or(_) => (BinaryOp::OrElse, false),
        B::BitXor(_) => (BinaryOp::Xor, false),
        B::BitAnd(_) => (BinaryOp::And, false),
        B::BitOr(_) => (BinaryOp::Or, false),
        B::Shl(_) => (BinaryOp::Shl, false),
        B::Shr(_) => (BinaryOp::Shr, false),
        B::Eq(_) => (BinaryOp::Eq, false),
        B::Lt(_) => (BinaryOp::Lt, false),
        B::Le(_) => (BinaryOp::Le, false),
        B::Ne(_) => (BinaryOp::Ne, false),
        B::Ge(_) => (BinaryOp::Ge, false),
        B::Gt(_) => (BinaryOp::Gt, false),
        B::AddAssign(_) => (BinaryOp::Add, true),
        B::SubAssign(_) => (BinaryOp::Sub, true),
        B::MulAssign(_) => (BinaryOp::Mul, true),
        B::DivAssign(_) => (BinaryOp::Div, true),
        B::RemAssign(_) => (BinaryOp::Rem, true),
        B::BitXorAssign(_) => (BinaryOp::Xor, true),
        B::BitAndAssign(_) => (BinaryOp::And, true),
        B::BitOrAssign(_) => (BinaryOp::Or, true),
        B::ShlAssign(_) => (BinaryOp::Shl, true),
        B::ShrAssign(_) => (BinaryOp::Shr, true),
        _ => return None,
    })
}
