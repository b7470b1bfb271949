//! `launch!(kernel::<generics>, [x, y, z], args...)`.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Expr, GenericArgument, PathArguments, Token};

/// What a launch says.
struct Launch {
    kernel: syn::ExprPath,
    grid: syn::ExprArray,
    args: Punctuated<Expr, Token![,]>,
}

/// A call that is never made, of the kernel with what is passed.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let Launch { mut kernel, grid, args } = match parse.parse2(input) {
        Ok(launch) => launch,
        Err(error) => return error.to_compile_error(),
    };
    let counts = grid.elems.iter();
    let mut values = vec![];
    for segment in &mut kernel.path.segments {
        if let PathArguments::AngleBracketed(generics) = &mut segment.arguments {
            for generic in &mut generics.args {
                values.extend(take_value(generic));
            }
        }
    }
    // Where one fails, the argument is what is wrong.
    let args = args.iter().map(|arg| quote_spanned!(arg.span()=> __prelude::passed(&(#arg))));
    quote! {
        {
            #(let _: usize = #counts;)*
            #(let _ = &#values;)*
            if __prelude::never() {
                #[allow(overflowing_literals)]
                #kernel(#(#args),*);
            }
        }
    }
}

fn parse(input: ParseStream<'_>) -> syn::Result<Launch> {
    let kernel = input.parse()?;
    let _: Token![,] = input.parse()?;
    let grid = input.parse()?;
    if !input.is_empty() {
        let _: Token![,] = input.parse()?;
    }
    Ok(Launch { kernel, grid, args: Punctuated::parse_terminated(input)? })
}

/// The value of a generic argument that is one; a type takes its place, as the kernel's parameter is one.
fn take_value(generic: &mut GenericArgument) -> Option<TokenStream> {
    let value = match generic {
        GenericArgument::Const(value) => bare(value),
        GenericArgument::Type(syn::Type::Path(path)) if !is_type(&path.path) => quote!(#path),
        _ => return None,
    };
    *generic = GenericArgument::Type(syn::parse_quote_spanned!(Span::call_site()=> __prelude::Instance));
    Some(value)
}

/// What stands in the braces, if there are some: a block would move it.
fn bare(value: &Expr) -> TokenStream {
    match value {
        Expr::Block(block) if let [syn::Stmt::Expr(inside, None)] = block.block.stmts.as_slice() => quote!(#inside),
        value => quote!(#value),
    }
}

/// Whether a name is a type's, by how it is written: `Node`, `f32`, `u32x4`; not `WIDTH` or `i`.
fn is_type(path: &syn::Path) -> bool {
    let Some(last) = path.segments.last().map(|segment| segment.ident.to_string()) else { return false };
    let has_lower = last.contains(|c: char| c.is_ascii_lowercase());
    let is_camel = last.starts_with(|c: char| c.is_ascii_uppercase()) && (has_lower || last.len() == 1);
    let (scalar, lanes) = match last.split_once('x') {
        Some((scalar, lanes)) => (scalar, lanes),
        None => (last.as_str(), "1"),
    };
    let scalars = ["bool", "i8", "u8", "i32", "u32", "i64", "u64", "f16", "bf16", "f32"];
    is_camel || (scalars.contains(&scalar) && ["1", "2", "3", "4"].contains(&lanes))
}
