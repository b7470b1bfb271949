//! What the arguments of `#[kernel]` and `#[op]` say, as statements in front of the body: so their names resolve and
//! their types are checked.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, Ident, Token};

type Pairs = Punctuated<syn::MetaNameValue, Token![,]>;

/// `workgroup = 256, over = y.len(), needs = subgroups`.
pub(crate) fn kernel(args: TokenStream) -> TokenStream {
    let pairs = match Pairs::parse_terminated.parse2(args) {
        Ok(pairs) => pairs,
        Err(error) => return error.to_compile_error(),
    };
    pairs.iter().map(|pair| setting(&pair.path, &pair.value)).collect()
}

fn setting(key: &syn::Path, value: &Expr) -> TokenStream {
    let values: Vec<&Expr> = match value {
        Expr::Array(array) => array.elems.iter().collect(),
        one => vec![one],
    };
    let name = key.get_ident().map(ToString::to_string).unwrap_or_default();
    match name.as_str() {
        "workgroup" | "max_registers" | "min_groups" => quote!(#(const _: usize = #values;)*),
        "over" => quote!(#(let _: usize = #values;)*),
        "needs" => quote!(#(let _: bool = supports!(#values);)*),
        _ => {
            let keys = "`workgroup`, `over`, `needs`, `max_registers` and `min_groups`";
            syn::Error::new_spanned(key, format!("`#[kernel]` takes {keys}")).to_compile_error()
        }
    }
}

/// `may_alias(a, b), routine = gemm_f32(m = params.m, ...)`.
pub(crate) fn op(args: TokenStream) -> TokenStream {
    let settings = |input: ParseStream<'_>| Punctuated::<_, Token![,]>::parse_terminated_with(input, op_setting);
    match settings.parse2(args) {
        Ok(settings) => settings.into_iter().collect(),
        Err(error) => error.to_compile_error(),
    }
}

fn op_setting(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let key: Ident = input.parse()?;
    let content;
    if key == "may_alias" {
        syn::parenthesized!(content in input);
        let names = Punctuated::<Ident, Token![,]>::parse_terminated(&content)?;
        let names = names.iter();
        return Ok(quote!(#(let _ = &#names;)*));
    }
    if key != "routine" {
        return Err(syn::Error::new(key.span(), "`#[op]` takes `may_alias` and `routine`"));
    }
    let _: Token![=] = input.parse()?;
    let _: Ident = input.parse()?;
    syn::parenthesized!(content in input);
    let values = Punctuated::<_, Token![,]>::parse_terminated_with(&content, |input| {
        let _: Ident = input.parse()?;
        let _: Token![=] = input.parse()?;
        input.parse::<Expr>()
    })?;
    let values = values.iter();
    Ok(quote!(#(let _ = &#values;)*))
}
