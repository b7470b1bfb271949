//! The WIT of a device's interfaces, for core modules that carry none of their own.
//!
//! Not the WIT that people read: it has no docs. In: Manifests. Out: text with a world that imports everything.

use std::collections::BTreeMap;
use std::fmt::Write;
use wgpuc_abi::{Interface, Item, Manifest, OpParamType, Scalar, ValueType};

/// The world in [`text`].
pub(crate) const WORLD: &str = "guest";

const COMPUTE_WIT: &str = include_str!("../../wit/compute.wit");
/// The package of [`COMPUTE_WIT`], which the standard kernels' interface is in too.
const COMPUTE_PACKAGE: &str = "wasi:gpu@0.1.0";

/// A package with a world that imports `compute` and every Manifest's interface.
pub(crate) fn text<'a>(manifests: impl Iterator<Item = &'a Manifest>) -> String {
    let mut packages = BTreeMap::from([(COMPUTE_PACKAGE.to_owned(), COMPUTE_WIT.to_owned())]);
    let mut imports = format!("    import {};\n", crate::link::COMPUTE);
    for manifest in manifests {
        let package = &manifest.package;
        let (name, interface) = (format!("{}:{}", package.namespace, package.name), &manifest.interface);
        let _ = writeln!(imports, "    import {name}/{}@{};", interface.name, package.version);
        let package = format!("{name}@{}", package.version);
        // A package that names itself is a cycle.
        let compute = if package == COMPUTE_PACKAGE { "compute" } else { crate::link::COMPUTE };
        packages.entry(package).or_default().push_str(&interface_text(interface, compute));
    }
    let mut text = format!("package wgpuc:raw;\n\nworld {WORLD} {{\n{imports}}}\n");
    for (package, interfaces) in packages {
        let _ = write!(text, "\npackage {package} {{\n{interfaces}}}\n");
    }
    text
}

/// An interface that takes its buffers from the one named `compute`.
fn interface_text(interface: &Interface, compute: &str) -> String {
    let mut text = format!("interface {} {{\n", escaped(interface.name.kebab()));
    let _ = writeln!(text, "    use {compute}.{{buffer-id, gpu-error}};");
    for item in &interface.items {
        let line = match item {
            Item::Record(record) => {
                let fields = record.fields.iter().map(|f| format!("{}: {}", escaped(f.name.kebab()), value(&f.ty)));
                format!("record {} {{ {} }}", escaped(record.name.kebab()), join(fields))
            }
            Item::Enum(e) => {
                let cases = e.cases.iter().map(|case| escaped(case.name.kebab()));
                format!("enum {} {{ {} }}", escaped(e.name.kebab()), join(cases))
            }
            Item::Element(_) => continue,
            Item::Op(op) => {
                let params = op.params.iter().map(|p| {
                    let ty = match &p.ty {
                        OpParamType::Value(ty) => value(ty),
                        OpParamType::Record(name) => escaped(name.kebab()),
                        OpParamType::Buffer(b) if b.optional => "option<buffer-id>".into(),
                        OpParamType::Buffer(_) => "buffer-id".into(),
                    };
                    format!("{}: {ty}", escaped(p.name.kebab()))
                });
                format!("{}: func({}) -> result<_, gpu-error>;", escaped(op.name.kebab()), join(params))
            }
        };
        let _ = writeln!(text, "    {line}");
    }
    text + "}\n"
}

fn value(ty: &ValueType) -> String {
    let scalar = match ty {
        ValueType::Enum(name) => return escaped(name.kebab()),
        ValueType::Scalar(scalar) => scalar,
    };
    match scalar {
        Scalar::Bool => "bool",
        Scalar::I8 => "s8",
        Scalar::U8 => "u8",
        Scalar::I32 => "s32",
        Scalar::U32 => "u32",
        Scalar::I64 => "s64",
        Scalar::U64 => "u64",
        Scalar::F16 | Scalar::Bf16 | Scalar::F32 => "f32",
    }
    .to_owned()
}

/// A name that is safe from WIT's keywords.
fn escaped(name: &str) -> String {
    format!("%{name}")
}

fn join(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}
