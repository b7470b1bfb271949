//! A function of a kernel file as one that Rust can check.

use crate::{attribute, instance, method, rewrite};
use proc_macro2::{Delimiter, Group, TokenStream};
use quote::quote;
use syn::parse::{Parse, ParseStream, Parser};

/// What stands before the function.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Kernel,
    Op,
    Device,
}

/// A function; its body is not parsed, so that one that is being typed does no harm.
pub(crate) struct Function {
    pub(crate) attrs: Vec<syn::Attribute>,
    pub(crate) vis: syn::Visibility,
    pub(crate) sig: syn::Signature,
    pub(crate) body: Group,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(syn::Attribute::parse_outer)?;
        Ok(Self { attrs, vis: input.parse()?, sig: input.parse()?, body: input.parse()? })
    }
}

/// The function that an editor is to see.
pub(crate) fn expand(kind: Kind, args: TokenStream, item: TokenStream) -> TokenStream {
    let Ok(mut function) = Function::parse.parse2(item.clone()) else {
        // Rust says what is wrong with it.
        return rewrite::rewrite(item, &[]);
    };
    let said = match kind {
        Kind::Kernel => attribute::kernel(args),
        Kind::Op => attribute::op(args),
        Kind::Device => args,
    };
    // Guests call what is an op: Rust sees no use of it.
    if kind != Kind::Device && matches!(function.vis, syn::Visibility::Public(_)) {
        function.attrs.push(syn::parse_quote!(#[allow(dead_code)]));
    }
    if let Some(receiver) = method::receiver(&function) {
        return method::expand(&function, receiver);
    }
    if !function.sig.generics.params.is_empty() {
        return instance::expand(kind, &function, &said);
    }
    let Function { attrs, vis, sig, body } = &function;
    let body = with_statements(&said, body, rewrite::rewrite(body.stream(), &[]));
    quote!(#(#attrs)* #vis #sig #body)
}

/// A body with these statements in front, where the old one stood.
pub(crate) fn with_statements(said: &TokenStream, old: &Group, body: TokenStream) -> Group {
    let mut new = Group::new(Delimiter::Brace, quote!(#said #body));
    new.set_span(old.span());
    new
}

/// A loop's attribute that no function's has taken away.
pub(crate) fn without_attribute(name: &str, item: TokenStream) -> TokenStream {
    let message = format!("`#[{name}]` in a helper: put `#[device]` before the `fn`, which shows the loop to Rust");
    let error = syn::Error::new(proc_macro2::Span::call_site(), message).to_compile_error();
    quote!({ #error #item })
}
