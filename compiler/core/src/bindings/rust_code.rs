//! What the two generators of Rust share: layout of the text, doc comments, and the structs that buffers hold.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, format_ident, quote};
use wgpuc_abi::{Elem, Element, Name, OpParamType, Scalar, ValueType};
use wit_bindgen_rust::to_rust_ident;

/// Items as text, a blank line after each.
///
/// # Errors
/// What syn says against tokens that are no item: a name that Rust does not take.
pub(super) fn format(items: impl IntoIterator<Item = TokenStream>) -> Result<String, String> {
    let mut out = String::new();
    for item in items {
        let file = syn::parse2(item).map_err(|error| format!("the Rust bindings cannot be generated: {error}"))?;
        out.push_str(&prettyplease::unparse(&file));
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    Ok(out)
}

/// Markdown as a doc comment.
pub(super) fn docs(markdown: &str) -> TokenStream {
    let lines = markdown.trim().lines().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
    quote!(#(#[doc = #lines])*)
}

/// A function, parameter or field, spelled as wit-bindgen spells it.
pub(super) fn ident(name: &Name) -> Ident {
    format_ident!("{}", to_rust_ident(name.kebab()))
}

/// A type; one whose name is among `taken` gets an underscore.
pub(super) fn type_name(name: &Name, taken: &[&str]) -> Ident {
    let pascal = name.pascal();
    if taken.contains(&pascal.as_str()) { format_ident!("{pascal}_") } else { format_ident!("{pascal}") }
}

/// The struct of a buffer's elements, with what would be padding as fields of its own, and a check of its layout.
pub(super) fn element(element: &Element, name: &Ident) -> [TokenStream; 2] {
    let mut fields = Vec::new();
    let mut end = 0;
    let pad = |from: u32, to: u32| {
        let (pad, bytes) = (format_ident!("padding_{from}"), to.saturating_sub(from) as usize);
        (bytes > 0).then(|| quote!(#[doc = " Not used."] pub #pad: [u8; #bytes],))
    };
    for field in &element.fields {
        let (field_docs, field_name, ty) = (docs(&field.docs), ident(&field.name), stored(field.ty));
        fields.extend(pad(end, field.offset));
        fields.push(quote!(#field_docs pub #field_name: #ty,));
        end = field.offset + field.ty.bytes();
    }
    fields.extend(pad(end, element.bytes));
    let docs = docs(&element.docs);
    let definition = quote! {
        #docs
        #[repr(C)]
        #[derive(Clone, Copy, Debug, Default, PartialEq)]
        pub struct #name { #(#fields)* }
    };
    let bytes = element.bytes as usize;
    let offsets = element.fields.iter().map(|field| {
        let (field_name, offset) = (ident(&field.name), field.offset as usize);
        quote!(assert!(std::mem::offset_of!(#name, #field_name) == #offset);)
    });
    let check = quote! {
        const _: () = {
            assert!(size_of::<#name>() == #bytes);
            #(#offsets)*
        };
    };
    [definition, check]
}

/// The type of an op's parameter. A buffer lies on the device: a shared reference is enough to write it.
pub(super) fn param_type(ty: &OpParamType, taken: &[&str]) -> TokenStream {
    match ty {
        OpParamType::Value(value) => value_type(value, taken),
        OpParamType::Record(name) => type_name(name, taken).to_token_stream(),
        OpParamType::Buffer(buffer) => {
            let elem = elem(&buffer.elem, taken);
            if buffer.optional { quote!(Option<&Buffer<#elem>>) } else { quote!(&Buffer<#elem>) }
        }
    }
}

/// The type of a value parameter or of a record's field.
pub(super) fn value_type(ty: &ValueType, taken: &[&str]) -> TokenStream {
    match ty {
        ValueType::Scalar(scalar) => value(*scalar),
        ValueType::Enum(name) => type_name(name, taken).to_token_stream(),
    }
}

fn elem(elem: &Elem, taken: &[&str]) -> TokenStream {
    match elem {
        Elem::Scalar(scalar) => stored(*scalar),
        Elem::Vector(scalar, lanes) => {
            let (scalar, lanes) = (stored(*scalar), *lanes as usize);
            quote!([#scalar; #lanes])
        }
        Elem::Struct(name, _) => type_name(name, taken).to_token_stream(),
    }
}

/// A number as a buffer holds it.
fn stored(scalar: Scalar) -> TokenStream {
    match scalar {
        Scalar::F16 => quote!(Float16),
        Scalar::Bf16 => quote!(BFloat16),
        other => value(other),
    }
}

/// A number as a parameter: 16-bit floats as WIT has them.
fn value(scalar: Scalar) -> TokenStream {
    match scalar {
        Scalar::Bool => quote!(bool),
        Scalar::I8 => quote!(i8),
        Scalar::U8 => quote!(u8),
        Scalar::I32 => quote!(i32),
        Scalar::U32 => quote!(u32),
        Scalar::I64 => quote!(i64),
        Scalar::U64 => quote!(u64),
        Scalar::F16 | Scalar::Bf16 | Scalar::F32 => quote!(f32),
    }
}
