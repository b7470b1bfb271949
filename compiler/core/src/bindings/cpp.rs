//! C++ bindings: a header of our own over the C bindings for C++17, and wit-bindgen's for C++23.
//!
//! The header is `templates/cpp/wasi_gpu.hpp`, with the package's types and ops put at its mark.

use super::{Files, docs::Comment, world_files};
use std::fmt::Write as _;
use wgpuc_abi::{Elem, Element, Enum, Item, Manifest, Name, Op, OpParam, OpParamType, Record, Scalar, ValueType};
use wit_bindgen_c::to_c_ident;

const TEMPLATE: &str = include_str!("../../../../templates/cpp/wasi_gpu.hpp");
/// The line of [`TEMPLATE`] that the package's own types and ops replace.
const MARK: &str = "// wgpuc: the package's types and ops\n";
/// The world that [`TEMPLATE`] is written for: the prefix of the C bindings' file and shared types.
const TEMPLATE_WORLD: &str = "ml_compute";
/// The types of [`TEMPLATE`], which a package's own must not hide.
const TAKEN: &[&str] =
    &["BFloat16", "Buffer", "Device", "DeviceInfo", "Error", "ErrorKind", "Float16", "HostArray", "Result", "Usage"];

/// `wasi_gpu.hpp`, which includes the C bindings' header.
pub(super) fn files(manifest: &Manifest) -> Files {
    let world = manifest.package.world.replace('-', "_");
    let header = TEMPLATE.replace(TEMPLATE_WORLD, &world).replace(MARK, own_part(manifest).trim_start());
    Files::from([("wasi_gpu.hpp".into(), header.into_bytes())])
}

/// The package's own types and ops. C++ wants a type before its use, WIT does not: so enums come first.
fn own_part(manifest: &Manifest) -> String {
    let mut out = String::new();
    let prefix = c_prefix(manifest);
    let items = &manifest.interface.items;
    for item in items {
        if let Item::Enum(e) = item {
            enumeration(&mut out, e);
        }
    }
    for item in items {
        match item {
            Item::Record(r) => record(&mut out, r, &prefix),
            Item::Element(e) => element(&mut out, e),
            Item::Enum(_) | Item::Op(_) => {}
        }
    }
    manifest.interface.ops().for_each(|op| function(&mut out, op, &prefix));
    out
}

/// `WORLD_cpp.h`, `WORLD.cpp`, `wit.h` and `WORLD_component_type.o`.
///
/// # Errors
/// What wit-bindgen says against the package.
pub(super) fn files_23(manifest: &Manifest) -> Result<Files, String> {
    world_files(manifest, &mut *wit_bindgen_cpp::Opts::default().build(None), "C++23")
}

fn record(out: &mut String, record: &Record, prefix: &str) {
    let name = type_name(&record.name);
    let c_name = c_type(&record.name, prefix);
    let _ = writeln!(out, "\n{}struct {name} {{", comment("", &record.docs));
    for field in &record.fields {
        let docs = comment("    ", &field.docs);
        let _ = writeln!(out, "{docs}    {} {}{{}};", value_type(&field.ty), ident(&field.name));
    }
    let _ = write!(out, "}};\n\nnamespace detail {{\n\ninline {c_name} to_c(const {name}& from) {{\n");
    let _ = writeln!(out, "    {c_name} to{{}};");
    for field in &record.fields {
        let field_name = ident(&field.name);
        let value = c_value(&format!("from.{field_name}"), &field.ty, prefix);
        let _ = writeln!(out, "    to.{field_name} = {value};");
    }
    out.push_str("    return to;\n}\n\n}  // namespace detail\n");
}

fn enumeration(out: &mut String, e: &Enum) {
    let base = if e.cases.len() > 256 { "uint16_t" } else { "uint8_t" };
    let _ = writeln!(out, "\n{}enum class {} : {base} {{", comment("", &e.docs), type_name(&e.name));
    for (value, case) in e.cases.iter().enumerate() {
        let _ = writeln!(out, "{}    {} = {value},", comment("    ", &case.docs), ident(&case.name));
    }
    out.push_str("};\n");
}

fn element(out: &mut String, element: &Element) {
    let name = type_name(&element.name);
    let _ = writeln!(out, "\n{}struct {name} {{", comment("", &element.docs));
    for field in &element.fields {
        let docs = comment("    ", &field.docs);
        let _ = writeln!(out, "{docs}    {} {};", scalar(field.ty), ident(&field.name));
    }
    out.push_str("};\n");
    let bytes = element.bytes;
    let _ = writeln!(out, "static_assert(sizeof({name}) == {bytes}, \"kernels read {name} as {bytes} bytes\");");
    for field in &element.fields {
        let (field, offset) = (ident(&field.name), field.offset);
        let _ = writeln!(
            out,
            "static_assert(offsetof({name}, {field}) == {offset}, \"kernels read {field} at byte {offset}\");"
        );
    }
}

fn function(out: &mut String, op: &Op, prefix: &str) {
    let head = format!("inline Result<void> {}(", function_name(&op.name));
    let params: Vec<String> = op.params.iter().map(declaration).collect();
    let _ = writeln!(out, "\n{}{}", comment("", &op.docs), wrapped(&head, &params, ") {"));
    for param in &op.params {
        let (name, raw) = (ident(&param.name), raw_name(&param.name));
        let _ = match &param.ty {
            OpParamType::Record(_) => writeln!(out, "    auto {raw} = detail::to_c({name});"),
            OpParamType::Buffer(buffer) if buffer.optional => {
                writeln!(out, "    uint32_t {raw} = {name} == nullptr ? 0 : {name}->id();")
            }
            OpParamType::Value(_) | OpParamType::Buffer(_) => Ok(()),
        };
    }
    let mut args: Vec<String> = op.params.iter().map(|param| argument(param, prefix)).collect();
    args.push("&error_".into());
    let call = wrapped(&format!("    const bool done_ = {prefix}{}(", op.name.snake()), &args, ");");
    let _ = writeln!(out, "    wasi_gpu_compute_gpu_error_t error_;\n{call}");
    out.push_str("    if (!done_) return Error::take(error_);\n    return {};\n}\n");
}

fn declaration(param: &OpParam) -> String {
    let name = ident(&param.name);
    match &param.ty {
        OpParamType::Value(value) => format!("{} {name}", value_type(value)),
        OpParamType::Record(record) => format!("const {}& {name}", type_name(record)),
        OpParamType::Buffer(buffer) => {
            let constant = if buffer.mutable { "" } else { "const " };
            let by = if buffer.optional { "*" } else { "&" };
            format!("{constant}Buffer<{}>{by} {name}", elem(&buffer.elem))
        }
    }
}

/// What the C function is passed for a parameter.
fn argument(param: &OpParam, prefix: &str) -> String {
    let (name, raw) = (ident(&param.name), raw_name(&param.name));
    match &param.ty {
        OpParamType::Value(value) => c_value(&name, value, prefix),
        OpParamType::Record(_) => format!("&{raw}"),
        OpParamType::Buffer(buffer) if buffer.optional => format!("{name} == nullptr ? nullptr : &{raw}"),
        OpParamType::Buffer(_) => format!("{name}.id()"),
    }
}

/// The local variable with a parameter as the C function takes it. No other name ends so.
fn raw_name(name: &Name) -> String {
    format!("{}_raw_", name.snake())
}

fn value_type(ty: &ValueType) -> String {
    match ty {
        ValueType::Enum(name) => type_name(name),
        // 16-bit floats are parameters as WIT has them
        ValueType::Scalar(Scalar::F16 | Scalar::Bf16) => "float".into(),
        ValueType::Scalar(s) => scalar(*s).into(),
    }
}

fn c_value(name: &str, ty: &ValueType, prefix: &str) -> String {
    match ty {
        ValueType::Enum(e) => format!("static_cast<{}>({name})", c_type(e, prefix)),
        ValueType::Scalar(_) => name.into(),
    }
}

fn elem(elem: &Elem) -> String {
    match elem {
        Elem::Scalar(s) => scalar(*s).into(),
        Elem::Vector(s, lanes) => format!("std::array<{}, {lanes}>", scalar(*s)),
        Elem::Struct(name, _) => type_name(name),
    }
}

const fn scalar(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::Bool => "bool",
        Scalar::I8 => "int8_t",
        Scalar::U8 => "uint8_t",
        Scalar::I32 => "int32_t",
        Scalar::U32 => "uint32_t",
        Scalar::I64 => "int64_t",
        Scalar::U64 => "uint64_t",
        Scalar::F16 => "Float16",
        Scalar::Bf16 => "BFloat16",
        Scalar::F32 => "float",
    }
}

/// What wit-bindgen-c puts before the names of the interface.
fn c_prefix(manifest: &Manifest) -> String {
    let package = &manifest.package;
    format!("{}_{}_{}_", package.namespace, package.name, manifest.interface.name).replace('-', "_")
}

fn c_type(name: &Name, prefix: &str) -> String {
    format!("{prefix}{}_t", name.snake())
}

fn type_name(name: &Name) -> String {
    let pascal = name.pascal();
    if TAKEN.contains(&pascal.as_str()) { format!("{pascal}_") } else { pascal }
}

/// A function, field, case or parameter. The C bindings spell fields the same.
fn ident(name: &Name) -> String {
    to_c_ident(name.kebab())
}

/// The function of an op, which must not hide the template's namespace.
fn function_name(name: &Name) -> String {
    if name.kebab() == "detail" { "detail_".into() } else { ident(name) }
}

/// A doc comment.
fn comment(indent: &str, docs: &str) -> String {
    Comment::new(&format!("{indent}/// "), docs).to_string()
}

/// A list after an opening bracket, on lines of at most 120 characters.
fn wrapped(head: &str, parts: &[String], tail: &str) -> String {
    let mut out = head.to_owned();
    let mut width = head.len();
    for (idx, part) in parts.iter().enumerate() {
        let end = if idx + 1 == parts.len() { tail } else { "," };
        if idx > 0 && width + 1 + part.len() + end.len() > 120 {
            let _ = write!(out, "\n{:1$}", "", head.len());
            width = head.len();
        } else if idx > 0 {
            out.push(' ');
            width += 1;
        }
        let _ = write!(out, "{part}{end}");
        width += part.len() + end.len();
    }
    if parts.is_empty() {
        out.push_str(tail);
    }
    out
}
