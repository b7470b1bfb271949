//! The WIT package: `compute`, the interface of the ops, and the world that imports both.

use super::{Files, docs::Comment};
use std::fmt::Write as _;
use wgpuc_abi::{Enum, Item, Manifest, Op, OpParamType, Package, Record, Scalar, ValueType, is_wit_keyword};
use wit_bindgen_core::wit_parser::{Resolve, WorldId};

/// The frozen interface of buffers, which every package shares.
const COMPUTE: &str = include_str!("../../../../wit/compute.wit");
/// The package that [`COMPUTE`] belongs to.
pub(super) const COMPUTE_PACKAGE: &str = "wasi:gpu@0.1.0";

/// `world.wit`, the interface's own file, and `compute.wit` (in a package of its own, unless this is that one).
pub(super) fn files(manifest: &Manifest) -> Files {
    let mut files = Files::new();
    let interface = format!("{}.wit", manifest.interface.name);
    files.insert("world.wit".into(), world(manifest).into_bytes());
    files.insert(interface, interface_text(manifest).into_bytes());
    if owns_compute(&manifest.package) {
        files.insert("compute.wit".into(), COMPUTE.into());
    } else {
        files.insert("deps/wasi-gpu/compute.wit".into(), compute_package().into_bytes());
    }
    files
}

/// The package, parsed, and its world.
///
/// # Errors
/// What wit-parser says against it.
pub fn resolve(manifest: &Manifest) -> Result<(Resolve, WorldId), String> {
    let mut resolve = Resolve::default();
    let package = &manifest.package;
    let mut text = world(manifest);
    text.push_str(&interface_text(manifest));
    let explain = |error| format!("the WIT of {}:{} is refused: {error:#}", package.namespace, package.name);
    if owns_compute(package) {
        text.push_str(COMPUTE);
    } else {
        resolve.push_str("compute.wit", &compute_package()).map_err(explain)?;
    }
    let id = resolve.push_str("world.wit", &text).map_err(explain)?;
    let world = resolve.select_world(&[id], Some(&package.world)).map_err(explain)?;
    Ok((resolve, world))
}

fn owns_compute(package: &Package) -> bool {
    full_name(package) == COMPUTE_PACKAGE
}

fn full_name(package: &Package) -> String {
    format!("{}:{}@{}", package.namespace, package.name, package.version)
}

/// The package of [`COMPUTE`] alone.
pub(super) fn compute_package() -> String {
    format!("package {COMPUTE_PACKAGE};\n\n{COMPUTE}")
}

/// How the package names an item of `compute`.
fn compute_path(package: &Package) -> &'static str {
    if owns_compute(package) { "compute" } else { "wasi:gpu/compute@0.1.0" }
}

fn world(manifest: &Manifest) -> String {
    let package = &manifest.package;
    let docs = Comment::new("/// ", &package.docs);
    format!(
        "{docs}package {};\n\n/// What a guest of this package imports.\nworld {} {{\n    import {};\n    import {};\n}}\n",
        full_name(package),
        package.world,
        compute_path(package),
        manifest.interface.name,
    )
}

fn interface_text(manifest: &Manifest) -> String {
    let interface = &manifest.interface;
    let docs = Comment::new("/// ", &interface.docs);
    let mut out = format!(
        "{docs}interface {} {{\n    use {}.{{buffer-id, gpu-error}};\n",
        interface.name,
        compute_path(&manifest.package)
    );
    for item in &interface.items {
        match item {
            Item::Record(r) => record(&mut out, r),
            Item::Enum(e) => enumeration(&mut out, e),
            Item::Op(op) => function(&mut out, op),
            Item::Element(_) => {}
        }
    }
    out.push_str("}\n");
    out
}

fn record(out: &mut String, record: &Record) {
    let _ = write!(out, "\n{}    record {} {{\n", Comment::new("    /// ", &record.docs), escaped(record.name.kebab()));
    for field in &record.fields {
        let docs = Comment::new("        /// ", &field.docs);
        let _ = writeln!(out, "{docs}        {}: {},", escaped(field.name.kebab()), value(&field.ty));
    }
    out.push_str("    }\n");
}

fn enumeration(out: &mut String, e: &Enum) {
    let _ = write!(out, "\n{}    enum {} {{\n", Comment::new("    /// ", &e.docs), escaped(e.name.kebab()));
    for case in &e.cases {
        let docs = Comment::new("        /// ", &case.docs);
        let _ = writeln!(out, "{docs}        {},", escaped(case.name.kebab()));
    }
    out.push_str("    }\n");
}

fn function(out: &mut String, op: &Op) {
    let params: Vec<String> =
        op.params.iter().map(|p| format!("{}: {}", escaped(p.name.kebab()), param(&p.ty))).collect();
    let docs = Comment::new("    /// ", &op.docs);
    let _ =
        write!(out, "\n{docs}    {}: func({}) -> result<_, gpu-error>;\n", escaped(op.name.kebab()), params.join(", "));
}

fn param(ty: &OpParamType) -> String {
    match ty {
        OpParamType::Value(v) => value(v),
        OpParamType::Record(name) => escaped(name.kebab()),
        OpParamType::Buffer(buffer) if buffer.optional => "option<buffer-id>".into(),
        OpParamType::Buffer(_) => "buffer-id".into(),
    }
}

fn value(ty: &ValueType) -> String {
    match ty {
        ValueType::Scalar(scalar) => match scalar {
            Scalar::Bool => "bool",
            Scalar::I8 => "s8",
            Scalar::U8 => "u8",
            Scalar::I32 => "s32",
            Scalar::U32 => "u32",
            Scalar::I64 => "s64",
            Scalar::U64 => "u64",
            Scalar::F16 | Scalar::Bf16 | Scalar::F32 => "f32",
        }
        .into(),
        ValueType::Enum(name) => escaped(name.kebab()),
    }
}

/// A keyword of WIT stands as a name with `%`.
fn escaped(name: &str) -> String {
    if is_wit_keyword(name) { format!("%{name}") } else { name.to_owned() }
}
