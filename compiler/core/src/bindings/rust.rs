//! Rust bindings for guests: a typed face, and below it wit-bindgen's module.
//!
//! The face is `templates/rust/wasi_gpu.rs`, followed by the package's types and ops. All is one file, which a guest
//! includes; it needs no crate but `wit-bindgen`.

use super::{Files, rust_code, world_files};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use wgpuc_abi::{Item, Manifest, Name, Op, OpParamType};
use wit_bindgen_rust::to_rust_ident;

const TEMPLATE: &str = include_str!("../../../../templates/rust/wasi_gpu.rs");
/// The types that [`TEMPLATE`] defines or names, which a package's own must not hide.
const TAKEN: &[&str] = &[
    "BFloat16",
    "Buffer",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Device",
    "DeviceInfo",
    "Drop",
    "Element",
    "Eq",
    "Error",
    "Float16",
    "From",
    "Option",
    "PartialEq",
    "Result",
    "String",
    "Usage",
    "Vec",
];

/// `wasi_gpu.rs`.
///
/// # Errors
/// What wit-bindgen says against the package.
pub(super) fn files(manifest: &Manifest) -> Result<Files, String> {
    let options = wit_bindgen_rust::Opts { generate_all: true, ..Default::default() };
    let generated = world_files(manifest, &mut options.build(), "Rust")?;
    let raw: String = generated.values().map(|bytes| String::from_utf8_lossy(bytes)).collect();
    let raw: TokenStream = raw.parse().map_err(|error| format!("wit-bindgen wrote Rust that is none: {error}"))?;
    let mut items = own_part(manifest);
    items.push(quote! {
        /// The interface as wit-bindgen has it.
        #[allow(clippy::all, dead_code, missing_docs, unreachable_pub, unsafe_code, unused_imports)]
        pub mod raw {
            #raw
        }
    });
    let text = format!("{TEMPLATE}\n{}", rust_code::format(items)?);
    Ok(Files::from([("wasi_gpu.rs".into(), text.into_bytes())]))
}

fn own_part(manifest: &Manifest) -> Vec<TokenStream> {
    let package = &manifest.package;
    let [namespace, name, interface] = [&package.namespace, &package.name, manifest.interface.name.kebab()]
        .map(|part| format_ident!("{}", to_rust_ident(part)));
    let module = quote!(raw::#namespace::#name::#interface);
    let mut out = Vec::new();
    for item in &manifest.interface.items {
        match item {
            Item::Record(r) => out.push(export(&module, &r.name)),
            Item::Enum(e) => out.push(export(&module, &e.name)),
            Item::Element(e) => {
                let name = type_name(&e.name);
                out.extend(rust_code::element(e, &name));
                out.push(quote! {
                    // SAFETY: numbers only, and no padding, as is checked above.
                    unsafe impl Element for #name {}
                });
            }
            Item::Op(op) => out.push(function(&module, op)),
        }
    }
    out
}

/// A type of wit-bindgen's, docs and all.
fn export(module: &TokenStream, name: &Name) -> TokenStream {
    let (theirs, ours) = (format_ident!("{}", name.pascal()), type_name(name));
    let renamed = (theirs != ours).then(|| quote!(as #ours));
    quote!(#[allow(unused_imports)] pub use #module::#theirs #renamed;)
}

fn function(module: &TokenStream, op: &Op) -> TokenStream {
    let (docs, name) = (rust_code::docs(&op.docs), rust_code::ident(&op.name));
    let params = op.params.iter().map(|param| {
        let (name, ty) = (rust_code::ident(&param.name), rust_code::param_type(&param.ty, TAKEN));
        quote!(#name: #ty)
    });
    let args = op.params.iter().map(|param| {
        let name = rust_code::ident(&param.name);
        match &param.ty {
            OpParamType::Value(_) | OpParamType::Record(_) => quote!(#name),
            OpParamType::Buffer(buffer) if buffer.optional => quote!(#name.map(Buffer::id)),
            OpParamType::Buffer(_) => quote!(#name.id()),
        }
    });
    quote! {
        #docs
        #[allow(clippy::too_many_arguments)]
        pub fn #name(#(#params),*) -> Result<(), Error> {
            Ok(#module::#name(#(#args),*)?)
        }
    }
}

fn type_name(name: &Name) -> Ident {
    rust_code::type_name(name, TAKEN)
}
