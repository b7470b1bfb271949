//! Generic functions: the signature for callers, and the body for stand-ins of the parameters.
//!
//! `fn f<T, const N: u32, const E: Enum>(x: &[T]) -> T { body }` becomes
//!
//! ```text
//! fn f<T, const N: usize, E_>(x: &[T]) -> T {
//!     const _: () = {
//!         type T = f32;
//!         const N: usize = 64;
//!         type E = Instance;                  // as an argument of others
//!         const E: Enum = any_case();         // as a value
//!         fn f(x: &[T]) -> T { body }
//!     };
//!     unreachable
//! }
//! ```
//!
//! once with `f32` and once with `f32x4` for a `T` of which nothing is known. So the body may do with its parameters
//! what it may in `wgpuc`, which knows them when it checks: compute constants and lengths, and use operators. A kernel's
//! parameters that are constants become types as well, since `launch!` cannot know what they are.

use crate::function::{Function, Kind, with_statements};
use crate::rewrite::{Lanes, rewrite};
use proc_macro2::TokenStream;
use quote::quote;
use syn::GenericParam;

/// The function that an editor is to see, of one that has generic parameters.
pub(crate) fn expand(kind: Kind, function: &Function, said: &TokenStream) -> TokenStream {
    let Function { attrs, vis, sig, .. } = function;
    let params: Vec<TokenStream> = sig.generics.params.iter().map(|param| for_callers(kind, param)).collect();
    let (name, inputs, output) = (&sig.ident, &sig.inputs, &sig.output);
    let instances = lanes_of_instances(sig).iter().map(|lanes| instance(function, said, *lanes));
    quote! {
        #(#attrs)*
        #[allow(unused_variables, unused_mut, non_camel_case_types, non_upper_case_globals)]
        #vis fn #name<#(#params),*>(#inputs) #output {
            #(#instances)*
            __prelude::declared()
        }
    }
}

/// A parameter as callers see it.
fn for_callers(kind: Kind, param: &GenericParam) -> TokenStream {
    match param {
        GenericParam::Const(param) if kind != Kind::Kernel && is_number(&param.ty) => {
            let (name, ty) = (&param.ident, &param.ty);
            quote!(const #name: #ty)
        }
        GenericParam::Const(param) => {
            // Under another name, so that the instance's own is found.
            let name = quote::format_ident!("{}_", param.ident);
            quote!(#name)
        }
        other => quote!(#other),
    }
}

/// What types of which nothing is known have as lanes, for each time that the body is checked.
pub(crate) fn lanes_of_instances(sig: &syn::Signature) -> &'static [u32] {
    if sig.generics.type_params().any(|param| param.bounds.is_empty()) { &[1, 4] } else { &[1] }
}

/// The items that stand for the parameters, and what is known of the types then.
pub(crate) fn stand_ins(sig: &syn::Signature, lanes: u32) -> (TokenStream, Vec<Lanes>) {
    let open = sig.generics.type_params().filter(|param| param.bounds.is_empty());
    let known = open.map(|param| Lanes { of: param.ident.clone(), lanes }).collect();
    (sig.generics.params.iter().map(|param| stand_in(param, lanes)).collect(), known)
}

/// The body, where types of which nothing is known have that many lanes.
fn instance(function: &Function, said: &TokenStream, lanes: u32) -> TokenStream {
    let Function { sig, body, .. } = function;
    let (stand_ins, known) = stand_ins(sig, lanes);
    let body = with_statements(said, body, rewrite(body.stream(), &known));
    let (name, inputs, output) = (&sig.ident, &sig.inputs, &sig.output);
    quote! {
        const _: () = {
            #stand_ins
            #[warn(unused_variables, unused_mut)]
            #[allow(dead_code, unconditional_panic, arithmetic_overflow)]
            fn #name(#inputs) #output #body
        };
    }
}

fn stand_in(param: &GenericParam, lanes: u32) -> TokenStream {
    match param {
        GenericParam::Type(param) => {
            let name = &param.ident;
            let is_int = param.bounds.iter().any(|bound| {
                matches!(bound, syn::TypeParamBound::Trait(of)
                if of.path.is_ident("Int") || of.path.is_ident("Integer"))
            });
            match (is_int, param.bounds.is_empty() && lanes == 4) {
                (true, _) => quote!(#[allow(dead_code)] type #name = usize;),
                (_, true) => quote!(#[allow(dead_code)] type #name = f32x4;),
                (_, false) => quote!(#[allow(dead_code)] type #name = f32;),
            }
        }
        GenericParam::Const(param) => {
            let (name, ty) = (&param.ident, &param.ty);
            if is_number(ty) {
                quote!(#[allow(dead_code)] const #name: #ty = <#ty as __prelude::StandIn>::VALUE;)
            } else {
                quote! {
                    #[allow(dead_code)] type #name = __prelude::Instance;
                    #[allow(dead_code)] const #name: #ty = __prelude::any_case();
                }
            }
        }
        GenericParam::Lifetime(_) => TokenStream::new(),
    }
}

/// Whether Rust takes constants of that type as generic parameters: else it is an enum.
fn is_number(ty: &syn::Type) -> bool {
    matches!(ty, syn::Type::Path(path) if ["u32", "i32", "bool", "u64", "i64"].iter().any(|n| path.path.is_ident(n)))
}
