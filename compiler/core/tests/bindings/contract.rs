//! The interface generated from the standard kernels is the contract's, in every name, type and order.

use crate::fixture;
use std::fmt::Write as _;
use std::path::Path;
use wgpuc_abi::Manifest;
use wgpuc_core::bindings::resolve;
use wgpuc_core::driver::{self, Input, Options};
use wit_bindgen_core::wit_parser::{Docs, Resolve, Type, TypeDefKind, WorldId, WorldItem};

const CONTRACT: [&str; 3] =
    [include_str!("contract/world.wit"), include_str!("contract/compute.wit"), include_str!("contract/ml-kernels.wit")];

/// The Manifest of the standard kernels.
fn standard() -> Manifest {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../kernels-src");
    let mut files = vec![];
    for entry in std::fs::read_dir(&folder).expect("the kernels are there") {
        let path = entry.expect("the folder can be read").path();
        let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        if name == "wgpuc.toml" || (name.ends_with(".rs") && path.is_file()) {
            files.push((name, std::fs::read(&path).expect("the file can be read")));
        }
    }
    let input = Input { folder_name: "kernels-src".to_owned(), files };
    driver::compile(&input, &Options::default()).expect("the kernels compile").manifest
}

fn contract() -> (Resolve, WorldId) {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("contract.wit", &CONTRACT.join("\n")).expect("the contract parses");
    let world = resolve.select_world(&[package], Some("ml-compute")).expect("the contract's world");
    (resolve, world)
}

#[test]
fn the_interface_is_the_contracts() {
    let (ours, our_world) = resolve(&standard()).expect("the package parses");
    let (theirs, their_world) = contract();
    let theirs = describe(&theirs, their_world);
    assert!(theirs.contains("kernel-elementwise(params: elementwise-params, input-a: buffer-id, input-b: option<"));
    assert_eq!(describe(&ours, our_world), theirs);
}

#[test]
fn the_c_bindings_of_both_are_the_same_bytes() {
    let c_files = |(mut resolve, world): (Resolve, WorldId)| {
        strip_docs(&mut resolve);
        let mut files = wit_bindgen_core::Files::default();
        let mut generator = wit_bindgen_c::Opts::default().build();
        generator.generate(&mut resolve, world, &mut files).expect("C bindings");
        files.iter().map(|(name, bytes)| (name.to_owned(), bytes.to_vec())).collect::<Vec<_>>()
    };
    let ours = c_files(resolve(&standard()).expect("the package parses"));
    let theirs = c_files(contract());
    assert_eq!(ours.len(), 3);
    for ((name, our_bytes), (their_name, their_bytes)) in ours.iter().zip(&theirs) {
        assert_eq!(name, their_name);
        assert!(our_bytes == their_bytes, "{name} differs");
    }
}

#[test]
fn a_package_of_another_name_imports_the_same_compute() {
    let (resolve, world) = resolve(&fixture::everything()).expect("the package parses");
    let text = describe(&resolve, world);
    assert!(text.contains("import wasi:gpu/compute@0.1.0"), "{text}");
    assert!(text.contains("import acme:image-kit/filters@2.3.4"), "{text}");
}

/// All names and types of a world's imports, in order, without docs.
fn describe(resolve: &Resolve, world: WorldId) -> String {
    let mut out = String::new();
    for (key, item) in &resolve.worlds[world].imports {
        let _ = writeln!(out, "import {}", resolve.name_world_key(key));
        let WorldItem::Interface { id, .. } = item else { continue };
        let interface = &resolve.interfaces[*id];
        for (name, id) in &interface.types {
            let _ = writeln!(out, "  {name} = {}", kind(resolve, &resolve.types[*id].kind));
        }
        for (name, function) in &interface.functions {
            let params: Vec<String> =
                function.params.iter().map(|p| format!("{}: {}", p.name, ty(resolve, &p.ty))).collect();
            let result = function.result.as_ref().map_or(String::new(), |result| ty(resolve, result));
            let _ = writeln!(out, "  {name}({}) -> {result}", params.join(", "));
        }
    }
    out
}

fn ty(resolve: &Resolve, ty: &Type) -> String {
    let Type::Id(id) = ty else { return format!("{ty:?}") };
    let definition = &resolve.types[*id];
    definition.name.clone().unwrap_or_else(|| kind(resolve, &definition.kind))
}

fn kind(resolve: &Resolve, kind: &TypeDefKind) -> String {
    let optional = |t: &Option<Type>| t.as_ref().map_or("_".into(), |t| ty(resolve, t));
    match kind {
        TypeDefKind::Record(r) => {
            let fields: Vec<String> = r.fields.iter().map(|f| format!("{}: {}", f.name, ty(resolve, &f.ty))).collect();
            format!("record {{{}}}", fields.join(", "))
        }
        TypeDefKind::Enum(e) => format!("enum {:?}", e.cases.iter().map(|c| &c.name).collect::<Vec<_>>()),
        TypeDefKind::Flags(f) => format!("flags {:?}", f.flags.iter().map(|f| &f.name).collect::<Vec<_>>()),
        TypeDefKind::Variant(v) => {
            let cases: Vec<String> = v.cases.iter().map(|c| format!("{}({})", c.name, optional(&c.ty))).collect();
            format!("variant {{{}}}", cases.join(", "))
        }
        TypeDefKind::Option(t) => format!("option<{}>", ty(resolve, t)),
        TypeDefKind::List(t) => format!("list<{}>", ty(resolve, t)),
        TypeDefKind::Result(r) => format!("result<{}, {}>", optional(&r.ok), optional(&r.err)),
        TypeDefKind::Type(t) => ty(resolve, t),
        other => format!("{other:?}"),
    }
}

fn strip_docs(resolve: &mut Resolve) {
    let none = Docs::default;
    resolve.packages.iter_mut().for_each(|(_, p)| p.docs = none());
    resolve.worlds.iter_mut().for_each(|(_, w)| w.docs = none());
    for (_, interface) in resolve.interfaces.iter_mut() {
        interface.docs = none();
        interface.functions.values_mut().for_each(|f| f.docs = none());
    }
    for (_, definition) in resolve.types.iter_mut() {
        definition.docs = none();
        match &mut definition.kind {
            TypeDefKind::Record(r) => r.fields.iter_mut().for_each(|f| f.docs = none()),
            TypeDefKind::Enum(e) => e.cases.iter_mut().for_each(|c| c.docs = none()),
            TypeDefKind::Flags(f) => f.flags.iter_mut().for_each(|f| f.docs = none()),
            TypeDefKind::Variant(v) => v.cases.iter_mut().for_each(|c| c.docs = none()),
            _ => {}
        }
    }
}
