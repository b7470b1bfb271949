//! Whether guests of an earlier release of a package still find what they import.
//!
//! In: a Manifest, and the WIT of that release. Out: what would break such a guest, in words. A component imports functions
//! by name, and each must have the very types that it was built with; functions may be added.

use super::wit::{COMPUTE_PACKAGE, compute_package, resolve};
use wgpuc_abi::{Elem, Interface, Manifest, Op, OpParamType, Step};
use wit_bindgen_core::wit_parser::{Function, InterfaceId, PackageId, Resolve, Type, TypeDefKind};

/// What of a release the package no longer offers; nothing where its version says so (Semantic Versioning 2.0.0: another
/// major number, or below 1.0.0 another minor one, or below 0.1.0 any other; or a version before a release). `release` is
/// the release's WIT, one text a file.
///
/// # Errors
/// Where the texts are no WIT package, or that of another.
pub fn broken_since(manifest: &Manifest, release: &[String]) -> Result<Vec<String>, String> {
    let (old, old_package) = parsed(release)?;
    let (new, _) = resolve(manifest)?;
    let package = &manifest.package;
    let name = &old.packages[old_package].name;
    if (name.namespace.as_str(), name.name.as_str()) != (&*package.namespace, &*package.name) {
        return Err(format!("it is the package {name}, and not {}:{}", package.namespace, package.name));
    }
    let was = name.version.as_ref().map_or([0; 3], |version| [version.major, version.minor, version.patch]);
    let is = version(&package.version);
    if is < was {
        return Ok(vec![format!("the version was {}, and is {}", dotted(was), package.version)]);
    }
    // One before a release promises nothing to any other.
    let before_release = name.version.as_ref().is_some_and(|version| !version.pre.is_empty());
    let is_same = name.version.as_ref().is_some_and(|version| version.to_string() == package.version);
    if leading(is) != leading(was) || ((before_release || package.version.contains('-')) && !is_same) {
        return Ok(vec![]);
    }
    let mut broken = vec![];
    for (name, id) in &old.packages[old_package].interfaces {
        let now = new.packages.iter().filter(|(_, p)| p.name.namespace == package.namespace);
        let now = now.filter(|(_, p)| p.name.name == package.name).find_map(|(_, p)| p.interfaces.get(name));
        match now {
            Some(now) => compare((&old, *id), (&new, *now), &mut broken),
            None => broken.push(format!("the interface `{name}` is gone")),
        }
    }
    Ok(broken)
}

/// What a release's Manifest says of buffers, and no longer holds: what is in them, that they are only read, and that two may be
/// one. WIT says nothing of these. Nothing where the version says that all may differ.
#[must_use]
pub fn buffers_changed_since(manifest: &Manifest, release: &Manifest) -> Vec<String> {
    let mut changed = vec![];
    for (was, is) in common_ops(manifest, release) {
        for (before, now) in was.params.iter().zip(&is.params) {
            let (OpParamType::Buffer(a), OpParamType::Buffer(b)) = (&before.ty, &now.ty) else { continue };
            let buffer = format!("`{}` of `{}`", before.name.kebab(), was.name.kebab());
            let (held, holds) = (element(&a.elem, &release.interface), element(&b.elem, &manifest.interface));
            if held != holds {
                changed.push(format!("{buffer} held {held}, and holds {holds}"));
            }
            if b.mutable && !a.mutable {
                changed.push(format!("{buffer} was only read, and is written"));
            }
            if a.may_alias && !b.may_alias {
                changed.push(format!(
                    "{buffer} might be the same buffer as another, and must not be: `may_alias` is gone"
                ));
            }
        }
    }
    changed
}

/// What ops require and did not in a release, at least not in these words: calls of its guests may be refused, or may not.
#[must_use]
pub fn required_since(manifest: &Manifest, release: &Manifest) -> Vec<String> {
    let mut new = vec![];
    for (was, is) in common_ops(manifest, release) {
        let (mut before, mut now) = (vec![], vec![]);
        requirements(&was.plan.steps, &mut before);
        requirements(&is.plan.steps, &mut now);
        now.retain(|text| !before.contains(text));
        new.extend(now.into_iter().map(|text| format!("`{}` requires `{text}`", was.name.kebab())));
    }
    new
}

/// The ops that a release and the package have, unless the version says that all may differ.
fn common_ops<'a>(manifest: &'a Manifest, release: &'a Manifest) -> impl Iterator<Item = (&'a Op, &'a Op)> {
    let promises = leading(version(&manifest.package.version)) == leading(version(&release.package.version));
    let ops = release.interface.ops().filter(move |_| promises);
    ops.filter_map(|was| Some((was, manifest.interface.ops().find(|op| op.name == was.name)?)))
}

fn requirements<'a>(steps: &'a [Step], texts: &mut Vec<&'a str>) {
    for step in steps {
        match step {
            Step::Require { text, .. } => texts.push(text),
            Step::If { then, otherwise, .. } => {
                requirements(then, texts);
                requirements(otherwise, texts);
            }
            Step::Let { .. } | Step::Scratch { .. } | Step::Launch { .. } => {}
        }
    }
}

fn element(elem: &Elem, interface: &Interface) -> String {
    match elem {
        Elem::Scalar(scalar) => scalar.name().to_owned(),
        Elem::Vector(scalar, lanes) => format!("{}x{lanes}", scalar.name()),
        Elem::Struct(name, _) => {
            let fields = interface.element(name).map_or(&[][..], |element| &element.fields);
            let fields = fields.iter().map(|field| format!("{} at {}", field.ty.name(), field.offset));
            format!("{} ({})", name.kebab(), fields.collect::<Vec<_>>().join(", "))
        }
    }
}

/// The version that a package needs for such changes.
#[must_use]
pub fn next_breaking(version_now: &str) -> String {
    match version(version_now) {
        [0, minor, _] => dotted([0, minor.saturating_add(1), 0]),
        [major, ..] => dotted([major.saturating_add(1), 0, 0]),
    }
}

/// The texts as one package; the interface of buffers, which each package uses, need not be among them.
fn parsed(release: &[String]) -> Result<(Resolve, PackageId), String> {
    let explain = |error| format!("it is no WIT that can be read: {error:#}");
    let has_name = |text: &String| text.lines().any(|line| line.starts_with("package "));
    let names = |text: &String| text.lines().any(|line| line.starts_with(&format!("package {COMPUTE_PACKAGE};")));
    let own = |text: &&String| release.len() == 1 || !names(text) || !release.iter().any(|t| has_name(t) && !names(t));
    let mut texts: Vec<&String> = release.iter().filter(own).collect();
    // The file with the name of the package comes first.
    texts.sort_by_key(|text| !has_name(text));
    let mut resolve = Resolve::default();
    if !texts.iter().any(|text| names(text)) {
        resolve.push_str("compute.wit", &compute_package()).map_err(explain)?;
    }
    let text: String = texts.iter().map(|text| format!("{text}\n")).collect();
    let package = resolve.push_str("release.wit", &text).map_err(explain)?;
    Ok((resolve, package))
}

fn compare((old, was): (&Resolve, InterfaceId), (new, is): (&Resolve, InterfaceId), broken: &mut Vec<String>) {
    let (was, is) = (&old.interfaces[was], &new.interfaces[is]);
    for (name, id) in &was.types {
        let before = kind(old, &old.types[*id].kind);
        match is.types.get(name).map(|id| kind(new, &new.types[*id].kind)) {
            Some(now) if now == before => {}
            Some(now) => broken.push(format!("the type `{name}` was {before}, and is {now}")),
            None => broken.push(format!("the type `{name}` is gone")),
        }
    }
    for (name, function) in &was.functions {
        let before = signature(old, function);
        match is.functions.get(name).map(|function| signature(new, function)) {
            Some(now) if now == before => {}
            Some(now) => broken.push(format!("`{name}` was {before}, and is {now}")),
            None => broken.push(format!("`{name}` is gone")),
        }
    }
}

fn signature(resolve: &Resolve, function: &Function) -> String {
    let params = function.params.iter().map(|param| format!("{}: {}", param.name, ty(resolve, &param.ty)));
    let params: Vec<String> = params.collect();
    let result = function.result.as_ref().map_or(String::new(), |result| format!(" -> {}", ty(resolve, result)));
    format!("func({}){result}", params.join(", "))
}

fn ty(resolve: &Resolve, ty: &Type) -> String {
    let id = match ty {
        Type::Bool => return "bool".to_owned(),
        Type::S8 => return "s8".to_owned(),
        Type::U8 => return "u8".to_owned(),
        Type::S32 => return "s32".to_owned(),
        Type::U32 => return "u32".to_owned(),
        Type::S64 => return "s64".to_owned(),
        Type::U64 => return "u64".to_owned(),
        Type::F32 => return "f32".to_owned(),
        Type::F64 => return "f64".to_owned(),
        Type::String => return "string".to_owned(),
        Type::Id(id) => *id,
        other => return format!("{other:?}").to_lowercase(),
    };
    let definition = &resolve.types[id];
    definition.name.clone().unwrap_or_else(|| kind(resolve, &definition.kind))
}

fn kind(resolve: &Resolve, kind: &TypeDefKind) -> String {
    let optional = |t: &Option<Type>| t.as_ref().map_or("_".to_owned(), |t| ty(resolve, t));
    let braced = |word: &str, parts: Vec<String>| format!("{word} {{ {} }}", parts.join(", "));
    match kind {
        TypeDefKind::Record(record) => {
            let fields = record.fields.iter().map(|field| format!("{}: {}", field.name, ty(resolve, &field.ty)));
            braced("record", fields.collect())
        }
        TypeDefKind::Enum(e) => braced("enum", e.cases.iter().map(|case| case.name.clone()).collect()),
        TypeDefKind::Flags(flags) => braced("flags", flags.flags.iter().map(|flag| flag.name.clone()).collect()),
        TypeDefKind::Variant(variant) => {
            let cases = variant.cases.iter().map(|case| match &case.ty {
                Some(of) => format!("{}({})", case.name, ty(resolve, of)),
                None => case.name.clone(),
            });
            braced("variant", cases.collect())
        }
        TypeDefKind::Option(of) => format!("option<{}>", ty(resolve, of)),
        TypeDefKind::List(of) => format!("list<{}>", ty(resolve, of)),
        TypeDefKind::Result(result) => format!("result<{}, {}>", optional(&result.ok), optional(&result.err)),
        TypeDefKind::Type(of) => ty(resolve, of),
        other => format!("{other:?}"),
    }
}

fn version(text: &str) -> [u64; 3] {
    let mut numbers =
        text.split(['-', '+']).next().unwrap_or_default().split('.').map(|number| number.parse().unwrap_or(0));
    [(); 3].map(|()| numbers.next().unwrap_or(0))
}

/// The numbers that stay the same while nothing breaks.
const fn leading(version: [u64; 3]) -> [u64; 3] {
    match version {
        [0, 0, patch] => [0, 0, patch],
        [0, minor, _] => [0, minor, 0],
        [major, ..] => [major, 0, 0],
    }
}

fn dotted([major, minor, patch]: [u64; 3]) -> String {
    format!("{major}.{minor}.{patch}")
}
