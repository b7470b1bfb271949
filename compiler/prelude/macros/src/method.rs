//! Functions whose first parameter is `self`: Rust has them in traits only.
//!
//! `fn f<F: Float>(self: F, y: F) -> F { body }` becomes a trait `f` with the method `f`, of all `F: Float`; and its body
//! is checked as that of other functions is ([`crate::instance`]), in a trait of its own.

use crate::function::Function;
use crate::instance::{lanes_of_instances, stand_ins};
use crate::rewrite;
use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::quote;
use syn::{FnArg, GenericParam, Type};

/// The type of `self`, where that is the first parameter.
pub(crate) fn receiver(function: &Function) -> Option<&Type> {
    let Some(FnArg::Receiver(receiver)) = function.sig.inputs.first() else { return None };
    match &receiver.kind {
        syn::ReceiverKind::Typed(_, ty) => Some(ty),
        _ => None,
    }
}

/// The trait that an editor is to see.
pub(crate) fn expand(function: &Function, receiver: &Type) -> TokenStream {
    let Function { attrs, vis, sig, .. } = function;
    let (name, output) = (&sig.ident, &sig.output);
    let args: Vec<&FnArg> = sig.inputs.iter().skip(1).collect();
    let is_receiver = |param: &GenericParam| {
        matches!((param, receiver), (GenericParam::Type(param), Type::Path(path))
        if path.path.is_ident(&param.ident))
    };
    let (of_trait, of_method): (Vec<&GenericParam>, Vec<&GenericParam>) =
        sig.generics.params.iter().partition(|param| is_receiver(param));
    let method = quote!(fn #name<#(#of_method),*>(self, #(#args),*) #output);
    let method = match of_trait.first() {
        Some(GenericParam::Type(param)) => with_self(method, &param.ident),
        _ => method,
    };
    let bodies = lanes_of_instances(sig).iter().map(|lanes| {
        let (stand_ins, known) = stand_ins(sig, *lanes);
        let body = rewrite::rewrite(function.body.stream(), &known);
        quote! {
            const _: () = {
                #stand_ins
                trait Method { fn #name(self, #(#args),*) #output; }
                #[allow(dead_code, unconditional_panic, arithmetic_overflow)]
                impl Method for #receiver { fn #name(self, #(#args),*) #output { #body } }
            };
        }
    });
    quote! {
        #(#attrs)*
        #[allow(non_camel_case_types, unused_variables)]
        #vis trait #name: Sized {
            #(#attrs)*
            #method { __prelude::declared() }
        }
        impl<#(#of_trait),*> #name for #receiver {}
        #(#bodies)*
    }
}

/// The tokens with `Self` in place of a name.
fn with_self(tokens: TokenStream, name: &Ident) -> TokenStream {
    let replaced = tokens.into_iter().map(|token| match token {
        TokenTree::Ident(ident) if ident == *name => Ident::new("Self", ident.span()).into(),
        TokenTree::Group(group) => {
            let mut new = Group::new(group.delimiter(), with_self(group.stream(), name));
            new.set_span(group.span());
            TokenTree::Group(new)
        }
        other => other,
    });
    replaced.collect()
}
