//! Attributes: those of the language, and those of Rust that mean nothing here.

use super::wording::Place;
use super::{Reader, all, ast};
use crate::diag::{Diagnostic, codes::syntax, nearest};
use crate::source::Span;
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use wgpuc_abi::Feature;

/// Rust's own attributes that may stand anywhere: they speak to Rust's tools.
const IGNORED: [&str; 9] =
    ["allow", "expect", "warn", "deny", "rustfmt", "inline", "must_use", "derive", "non_exhaustive"];
/// The language's own.
const OWN: [&str; 7] = ["op", "kernel", "device", "instances", "unroll", "bound", "repr"];

/// What stands before a loop.
pub(super) struct LoopAttrs {
    pub(super) unroll: Option<Span>,
    pub(super) bound: Option<ast::Expr>,
}

/// By generic parameter, what `#[instances]` lists for it.
pub(super) type Instances = Vec<ast::InstanceList>;

/// What stands before a function.
#[derive(Default)]
pub(super) struct FunctionAttrs {
    pub(super) op: Option<OpAttr>,
    pub(super) kernel: Option<KernelAttr>,
    pub(super) instances: Option<(Span, Instances)>,
    pub(super) device: Option<Span>,
}

/// `#[op(may_alias(a, b), routine = gemm_f32(m = rows, ...))]`.
pub(super) struct OpAttr {
    pub(super) span: Span,
    pub(super) may_alias: Vec<ast::Ident>,
    pub(super) routine: Option<(ast::Ident, Vec<(ast::Ident, ast::Expr)>)>,
}

/// What a key of `#[op]` says.
enum OpSetting {
    /// `may_alias(a, b)`.
    Names(Punctuated<syn::Ident, syn::Token![,]>),
    /// `routine = gemm_f32(m = rows, ...)`.
    Routine(syn::Ident, Punctuated<(syn::Ident, syn::Expr), syn::Token![,]>),
}

impl OpSetting {
    /// What follows a key.
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let content;
        if !input.peek(syn::Token![=]) {
            syn::parenthesized!(content in input);
            return Ok(Self::Names(Punctuated::parse_terminated(&content)?));
        }
        let _: syn::Token![=] = input.parse()?;
        let name = input.parse()?;
        syn::parenthesized!(content in input);
        let args = Punctuated::parse_terminated_with(&content, |input| {
            let name = input.parse()?;
            let _: syn::Token![=] = input.parse()?;
            Ok((name, input.parse()?))
        })?;
        Ok(Self::Routine(name, args))
    }
}

/// `#[kernel(workgroup = 256, over = y.len(), needs = subgroups)]`.
pub(super) struct KernelAttr {
    pub(super) span: Span,
    pub(super) workgroup: Vec<ast::Expr>,
    pub(super) over: Vec<ast::Expr>,
    pub(super) needs: Vec<(Feature, Span)>,
    pub(super) hints: Vec<(ast::Hint, ast::Expr)>,
}

/// The text of the doc comments among these attributes: Markdown.
pub(super) fn docs(attrs: &[syn::Attribute]) -> String {
    let lines = attrs.iter().filter_map(|attr| match &attr.meta {
        syn::Meta::NameValue(syn::MetaNameValue {
            path,
            value: syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }),
            ..
        }) if path.is_ident("doc") => Some(text.value()),
        _ => None,
    });
    let lines: Vec<String> = lines.flat_map(|text| text.split('\n').map(str::to_owned).collect::<Vec<_>>()).collect();
    let text: Vec<&str> = lines.iter().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end()).collect();
    text.join("\n").trim_matches('\n').to_owned()
}

impl Reader {
    /// The attributes of a file: its docs.
    pub(super) fn file_attrs(&mut self, attrs: &[syn::Attribute]) -> String {
        self.no_attrs(attrs);
        docs(attrs)
    }

    /// Attributes where the language has none: those that mean nothing pass.
    pub(super) fn no_attrs(&mut self, attrs: &[syn::Attribute]) {
        for attr in attrs {
            if let Some(name) = self.known_attr(attr) {
                self.misplaced(attr, &name);
            }
        }
    }

    /// Attributes before an expression other than a loop.
    pub(super) fn no_attrs_of(&mut self, expr: &syn::Expr) {
        let attrs = match expr {
            syn::Expr::Block(e) => &e.attrs,
            syn::Expr::If(e) => &e.attrs,
            syn::Expr::Match(e) => &e.attrs,
            syn::Expr::Call(e) => &e.attrs,
            syn::Expr::MethodCall(e) => &e.attrs,
            syn::Expr::Macro(e) => &e.attrs,
            syn::Expr::Assign(e) => &e.attrs,
            syn::Expr::Binary(e) => &e.attrs,
            syn::Expr::Return(e) => &e.attrs,
            syn::Expr::Paren(e) => &e.attrs,
            syn::Expr::Path(e) => &e.attrs,
            syn::Expr::Lit(e) => &e.attrs,
            _ => return,
        };
        self.no_attrs(attrs);
    }

    /// The attributes of a struct: `#[repr(C)]` says what is so anyway.
    pub(super) fn struct_attrs(&mut self, attrs: &[syn::Attribute]) -> String {
        for attr in attrs {
            match self.known_attr(attr).as_deref() {
                Some("repr") => {
                    let c = attr.parse_args::<syn::Ident>().is_ok_and(|ident| ident == "C");
                    if !c {
                        let help = "leave it out: an element is laid out as `#[repr(C)]`";
                        self.bad(self.span_of(attr), "a struct has no other layout than C's", help);
                    }
                }
                Some(name) => self.misplaced(attr, name),
                None => {}
            }
        }
        docs(attrs)
    }

    /// The attributes of a loop.
    pub(super) fn loop_attrs(&mut self, attrs: &[syn::Attribute]) -> LoopAttrs {
        let mut out = LoopAttrs { unroll: None, bound: None };
        for attr in attrs {
            match self.known_attr(attr).as_deref() {
                Some("unroll") => {
                    if attr.meta.require_path_only().is_err() {
                        self.bad(self.span_of(attr), "`#[unroll]` takes no arguments", "write `#[unroll]`");
                    }
                    out.unroll = Some(self.span_of(attr));
                }
                Some("bound") => {
                    let rounds =
                        self.attr_args(attr, "#[bound(n)]", |input: ParseStream<'_>| input.parse::<syn::Expr>());
                    out.bound = rounds.and_then(|rounds| self.expr(&rounds));
                }
                Some(name) => self.misplaced(attr, name),
                None => {}
            }
        }
        out
    }

    /// The attributes of a function.
    pub(super) fn function_attrs(&mut self, attrs: &[syn::Attribute]) -> Option<FunctionAttrs> {
        let mut out = FunctionAttrs::default();
        let mut complete = true;
        let mut seen = vec![];
        for attr in attrs {
            let name = self.known_attr(attr);
            if let Some(name) = &name {
                self.once(&mut seen, name, self.span_of(attr));
            }
            match name.as_deref() {
                Some("op") => {
                    out.op = self.op_attr(attr);
                    complete &= out.op.is_some();
                }
                Some("kernel") => {
                    out.kernel = self.kernel_attr(attr);
                    complete &= out.kernel.is_some();
                }
                Some("instances") => {
                    out.instances = self.instances_attr(attr);
                    complete &= out.instances.is_some();
                }
                // To editors alone: it lets Rust check what stands in a helper.
                Some("device") => {
                    if attr.meta.require_path_only().is_err() {
                        self.bad(self.span_of(attr), "`#[device]` takes no arguments", "write `#[device]`");
                    }
                    out.device = Some(self.span_of(attr));
                }
                Some(name) => self.misplaced(attr, name),
                None => {}
            }
        }
        complete.then_some(out)
    }

    fn op_attr(&mut self, attr: &syn::Attribute) -> Option<OpAttr> {
        let mut out = OpAttr { span: self.span_of(attr), may_alias: vec![], routine: None };
        if matches!(attr.meta, syn::Meta::Path(_)) {
            return Some(out);
        }
        type Settings = Punctuated<(syn::Ident, OpSetting), syn::Token![,]>;
        let parse = |input: ParseStream<'_>| {
            Settings::parse_terminated_with(input, |input| Ok((input.parse()?, OpSetting::parse(input)?)))
        };
        let mut seen = vec![];
        for (key, setting) in self.attr_args(attr, "#[op(may_alias(a, b))]", parse)? {
            self.once(&mut seen, &key.to_string(), self.at(key.span()));
            match (self.key(&key, "op", &["may_alias", "routine"])?, setting) {
                ("may_alias", OpSetting::Names(names)) => {
                    out.may_alias.extend(names.iter().map(|name| self.ident(name)));
                }
                ("routine", OpSetting::Routine(name, args)) => {
                    let args = all(args.iter().map(|(name, value)| Some((self.ident(name), self.expr(value)?))))?;
                    out.routine = Some((self.ident(&name), args));
                }
                (name, _) => {
                    let form = if name == "routine" { "routine = gemm_f32(m = rows, ...)" } else { "may_alias(a, b)" };
                    let message = format!("`{name}` of `#[op]` has another form");
                    self.bad(self.at(key.span()), &message, &format!("write `{form}`"));
                    return None;
                }
            }
        }
        Some(out)
    }

    fn kernel_attr(&mut self, attr: &syn::Attribute) -> Option<KernelAttr> {
        let span = self.span_of(attr);
        let mut out = KernelAttr { span, workgroup: vec![], over: vec![], needs: vec![], hints: vec![] };
        let (mut complete, mut seen) = (true, vec![]);
        if !matches!(attr.meta, syn::Meta::Path(_)) {
            let parse = Punctuated::<syn::MetaNameValue, syn::Token![,]>::parse_terminated;
            for pair in self.attr_args(attr, "#[kernel(workgroup = 256)]", parse)? {
                let Ok(key) = pair.path.require_ident().cloned() else {
                    self.bad(self.path_span(&pair.path), "a key is one name", "write `workgroup = 256`");
                    return None;
                };
                self.once(&mut seen, &key.to_string(), self.at(key.span()));
                match self.key(&key, "kernel", &["workgroup", "over", "needs", "max_registers", "min_groups"])? {
                    "workgroup" => match self.axes(&pair.value, "a workgroup has", "workgroup = [16, 16]") {
                        Some(sizes) => out.workgroup = sizes,
                        None => complete = false,
                    },
                    "over" => match self.axes(&pair.value, "a kernel runs over", "over = [width, height]") {
                        Some(counts) => out.over = counts,
                        None => complete = false,
                    },
                    key @ ("max_registers" | "min_groups") => {
                        let hint = if key == "max_registers" { ast::Hint::MaxRegisters } else { ast::Hint::MinGroups };
                        let value = self.expr(&pair.value);
                        complete &= value.is_some();
                        out.hints.extend(value.map(|value| (hint, value)));
                    }
                    _ => match self.features(&pair.value) {
                        Some(needs) => out.needs = needs,
                        None => complete = false,
                    },
                }
            }
        }
        if complete && out.workgroup.is_empty() {
            self.bad(
                span,
                "this kernel does not say how large its workgroups are",
                "write `#[kernel(workgroup = 256)]`",
            );
            return None;
        }
        complete.then_some(out)
    }

    /// One number, or one for each of up to three axes in brackets.
    fn axes(&mut self, value: &syn::Expr, who: &str, example: &str) -> Option<Vec<ast::Expr>> {
        let help = format!("write `{example}`");
        if let syn::Expr::Tuple(tuple) = value {
            self.bad(self.span_of(tuple), "the numbers of several axes stand in brackets", &help);
            return None;
        }
        let syn::Expr::Array(array) = value else { return Some(vec![self.expr(value)?]) };
        if !(1..=3).contains(&array.elems.len()) {
            self.bad(self.span_of(array), &format!("{who} one to three axes"), &help);
            return None;
        }
        all(array.elems.iter().map(|size| self.expr(size)))
    }

    fn features(&mut self, value: &syn::Expr) -> Option<Vec<(Feature, Span)>> {
        let list: Vec<&syn::Expr> = match value {
            syn::Expr::Array(array) => array.elems.iter().collect(),
            one => vec![one],
        };
        all(list.into_iter().map(|item| match item {
            syn::Expr::Path(path) if path.path.get_ident().is_some() => {
                let name = path.path.get_ident()?;
                Some((self.feature(name)?, self.at(name.span())))
            }
            other => {
                self.bad(self.span_of(other), "a feature is one name", "write `needs = subgroups`");
                None
            }
        }))
    }

    fn instances_attr(&mut self, attr: &syn::Attribute) -> Option<(Span, Instances)> {
        type Args = Punctuated<syn::GenericArgument, syn::Token![,]>;
        let parse = |input: ParseStream<'_>| {
            Punctuated::<(syn::Ident, Args), syn::Token![,]>::parse_terminated_with(input, |input| {
                let name = input.parse()?;
                let _: syn::Token![=] = input.parse()?;
                let values;
                syn::bracketed!(values in input);
                Ok((name, Args::parse_terminated(&values)?))
            })
        };
        let parameters = self.attr_args(attr, "#[instances(T = [f32, f16])]", parse)?;
        let parameters = all(parameters.iter().map(|(name, values)| {
            let values = all(values.iter().map(|value| self.generic_arg(value)))?;
            Some((self.ident(name), values))
        }))?;
        Some((self.span_of(attr), parameters))
    }

    /// The name of an attribute of the language; `None` for those that pass and for unknown ones, which are reported.
    fn known_attr(&mut self, attr: &syn::Attribute) -> Option<String> {
        let first = attr.path().segments.first()?.ident.to_string();
        if first == "doc" || IGNORED.contains(&first.as_str()) {
            return None;
        }
        if OWN.contains(&first.as_str()) && attr.path().segments.len() == 1 {
            return Some(first);
        }
        let name = &self.path_text(attr.path());
        let help = match name.as_str() {
            "cfg" | "cfg_attr" => "a kernel asks what it is compiled for with `if supports!(subgroups)`".to_owned(),
            "test" => "write a case for `wgpuc test`".to_owned(),
            _ => match nearest(name, OWN) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "the attributes are `op`, `kernel`, `device`, `instances`, `unroll` and `bound`".to_owned(),
            },
        };
        let span = self.path_span(attr.path());
        let message = format!("there is no attribute `{name}`");
        self.diagnostics.push(Diagnostic::new(syntax::UNKNOWN_ATTRIBUTE, span, message).help(help));
        None
    }

    fn path_text(&self, path: &syn::Path) -> String {
        path.segments.iter().map(|s| s.ident.to_string()).collect::<Vec<_>>().join("::")
    }

    fn misplaced(&mut self, attr: &syn::Attribute, name: &str) {
        let (message, help) = match name {
            "op" | "kernel" | "device" => ("stands before a function", "move it before the `fn`"),
            "instances" => ("stands before a kernel", "move it before the kernel's `fn`"),
            "unroll" => ("stands before a `for` loop", "move it before the loop"),
            "bound" => ("stands before `while` and `loop`", "move it before the loop"),
            _ => ("stands before a struct", "remove it"),
        };
        self.bad(self.span_of(attr), &format!("`#[{name}]` {message}"), help);
    }

    /// Reports what is said twice.
    fn once(&mut self, seen: &mut Vec<String>, name: &str, span: Span) {
        if seen.iter().any(|s| s == name) {
            self.bad(span, &format!("`{name}` is given twice"), "remove one of them");
        }
        seen.push(name.to_owned());
    }

    /// The known key that this is; reports one that is none.
    fn key(&mut self, key: &syn::Ident, attr: &str, known: &[&'static str]) -> Option<&'static str> {
        let text = key.to_string();
        let found = known.iter().copied().find(|k| *k == text);
        if found.is_none() {
            let names: Vec<String> = known.iter().map(|k| format!("`{k}`")).collect();
            let help = match nearest(&text, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("`#[{attr}]` takes {}", names.join(", ")),
            };
            self.bad(self.at(key.span()), &format!("`#[{attr}]` has no `{text}`"), &help);
        }
        found
    }

    fn attr_args<P: Parser>(&mut self, attr: &syn::Attribute, form: &str, parser: P) -> Option<P::Output> {
        match attr.parse_args_with(parser) {
            Ok(args) => Some(args),
            Err(error) => {
                let (fallback, tokens) = (self.span_of(attr), attr.meta.to_token_stream());
                let place = Place { fallback, code: syntax::BAD_ATTRIBUTE, tokens, form: Some(form) };
                self.syntax_error(error, place);
                None
            }
        }
    }

    /// Reports a malformed or misplaced attribute.
    pub(super) fn bad(&mut self, span: Span, message: &str, help: &str) {
        self.report(syntax::BAD_ATTRIBUTE, span, message, help);
    }
}
