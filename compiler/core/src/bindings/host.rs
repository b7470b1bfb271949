//! Host code: typed calls of the ops, for a Rust program that computes through the runtime itself.
//!
//! `templates/rust/host.rs`, followed by the package's types and ops. A call becomes the words that
//! `wgpuc_runtime::Guest::call` takes: the parameters, flattened as the canonical ABI flattens them.

use super::{Files, rust_code};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, quote};
use wgpuc_abi::{
    BufferParam, Enum, Interface, Item, Manifest, Name, Op, OpParam, OpParamType, Record, Scalar, ValueType,
};

const TEMPLATE: &str = include_str!("../../../../templates/rust/host.rs");
/// The types that [`TEMPLATE`] defines or names, which a package's own must not hide.
const TAKEN: &[&str] = &[
    "BFloat16",
    "Buffer",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Element",
    "Eq",
    "Float16",
    "GpuError",
    "Guest",
    "Option",
    "PartialEq",
    "Result",
    "Vec",
];

/// `ops.rs`.
///
/// # Errors
/// Where a name is none in Rust.
pub(super) fn files(manifest: &Manifest) -> Result<Files, String> {
    let interface = &manifest.interface;
    let mut items = Vec::new();
    for item in &interface.items {
        match item {
            Item::Record(r) => items.push(record(r)),
            Item::Enum(e) => items.push(enumeration(e)),
            Item::Element(e) => {
                let name = type_name(&e.name);
                items.extend(rust_code::element(e, &name));
                items.push(quote!(plain!(#name);));
            }
            Item::Op(op) => items.push(function(interface, op)),
        }
    }
    let text = format!("{TEMPLATE}\n{}", rust_code::format(items)?);
    Ok(Files::from([("ops.rs".into(), text.into_bytes())]))
}

fn record(record: &Record) -> TokenStream {
    let (docs, name) = (rust_code::docs(&record.docs), type_name(&record.name));
    let fields = record.fields.iter().map(|field| {
        let (docs, name, ty) =
            (rust_code::docs(&field.docs), rust_code::ident(&field.name), rust_code::value_type(&field.ty, TAKEN));
        quote!(#docs pub #name: #ty)
    });
    quote! {
        #docs
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct #name { #(#fields),* }
    }
}

fn enumeration(e: &Enum) -> TokenStream {
    let (docs, name) = (rust_code::docs(&e.docs), type_name(&e.name));
    let cases = e.cases.iter().map(|case| {
        let (docs, name) = (rust_code::docs(&case.docs), rust_code::type_name(&case.name, &["Self"]));
        quote!(#docs #name)
    });
    quote! {
        #docs
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum #name { #(#cases),* }
    }
}

fn function(interface: &Interface, op: &Op) -> TokenStream {
    let (docs, name, wit_name) = (rust_code::docs(&op.docs), rust_code::ident(&op.name), op.name.kebab());
    let params = op.params.iter().map(|param| {
        let (name, ty) = (rust_code::ident(&param.name), rust_code::param_type(&param.ty, TAKEN));
        quote!(#name: #ty)
    });
    let words = op.params.iter().flat_map(|param| words(interface, param));
    quote! {
        #docs
        #[allow(clippy::too_many_arguments)]
        pub fn #name(guest_: &mut Guest, #(#params),*) -> Result<(), GpuError> {
            guest_.call(#wit_name, &[#(#words),*])
        }
    }
}

/// The words of a parameter.
fn words(interface: &Interface, param: &OpParam) -> Vec<TokenStream> {
    let name = rust_code::ident(&param.name);
    match &param.ty {
        OpParamType::Value(ty) => vec![word(&name.to_token_stream(), ty)],
        OpParamType::Record(of) => {
            let fields = interface.record(of).map_or(&[][..], |r| &r.fields);
            let field = |field: &Name| rust_code::ident(field);
            fields.iter().map(|f| (field(&f.name), &f.ty)).map(|(f, ty)| word(&quote!(#name.#f), ty)).collect()
        }
        OpParamType::Buffer(BufferParam { optional: true, .. }) => {
            vec![quote!(u64::from(#name.is_some())), quote!(#name.map_or(0, |buffer| u64::from(buffer.id())))]
        }
        OpParamType::Buffer(_) => vec![quote!(u64::from(#name.id()))],
    }
}

fn word(value: &TokenStream, ty: &ValueType) -> TokenStream {
    match ty {
        ValueType::Scalar(Scalar::Bool | Scalar::U8 | Scalar::U32 | Scalar::U64) => quote!(u64::from(#value)),
        ValueType::Scalar(Scalar::I8 | Scalar::I32 | Scalar::I64) => quote!(i64::from(#value) as u64),
        ValueType::Scalar(Scalar::F16 | Scalar::Bf16 | Scalar::F32) => quote!(u64::from(#value.to_bits())),
        ValueType::Enum(_) => quote!(#value as u64),
    }
}

fn type_name(name: &Name) -> Ident {
    rust_code::type_name(name, TAKEN)
}
