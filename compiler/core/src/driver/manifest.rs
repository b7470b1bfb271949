//! The Manifest of a compiled package.

use super::code::Code;
use super::instance::{CompiledInstance, Form};
use super::package::Package;
use crate::diag::codes::package as codes;
use crate::diag::{Diagnostic, Diagnostics};
use crate::emit;
use crate::ir;
use crate::plan::Planned;
use crate::program::{Binding, Program};
use crate::source::Sources;
use crate::syntax::ast::{GenericKind, Item};
use sha2::{Digest, Sha256};
use wgpuc_abi as abi;

/// Describes a package and what became of it.
pub(super) fn of(
    package: &Package,
    planned: &Planned,
    program: &Program,
    instances: &[CompiledInstance],
    sources: &Sources,
) -> abi::Manifest {
    let describe = |(index, planned): (u32, &crate::plan::PlannedKernel)| abi::Kernel {
        name: planned.name.clone(),
        docs: planned.docs.clone(),
        params: planned.params.clone(),
        instances: instances.iter().filter(|i| i.kernel == index).map(|i| instance(i, program, sources)).collect(),
    };
    // The first paragraph of lib.rs says what the package is, the rest what the interface is.
    let (about_package, about_interface) = package.docs.split_once("\n\n").unwrap_or((&package.docs, ""));
    abi::Manifest {
        format: abi::FORMAT,
        generator: concat!("wgpuc ", env!("CARGO_PKG_VERSION")).to_owned(),
        package: abi::Package {
            namespace: package.namespace.clone(),
            name: package.name.clone(),
            version: package.version.clone(),
            world: package.world.clone(),
            docs: about_package.to_owned(),
            licence: package.config.licence.clone(),
        },
        interface: abi::Interface {
            name: package.interface.clone(),
            docs: about_interface.to_owned(),
            items: planned.items.clone(),
        },
        kernels: (0..).zip(&planned.kernels).map(describe).collect(),
    }
}

/// The Manifest as it is written to `manifest.json`.
pub(super) fn to_json(manifest: &abi::Manifest) -> Result<Vec<u8>, Diagnostics> {
    let mut json = serde_json::to_vec_pretty(manifest).map_err(|error| {
        Diagnostic::without_place(codes::BINDINGS_REFUSED, format!("the Manifest cannot be written: {error}"))
    })?;
    json.push(b'\n');
    if depth(&json) > MAX_DEPTH {
        let what = "an op is nested too deeply: keep parts of its values by `let`, or have fewer ways in one another";
        return Err(Diagnostic::without_place(codes::BINDINGS_REFUSED, what).into());
    }
    Ok(json)
}

/// How deeply readers of JSON follow it (`serde_json`'s limit is 128).
const MAX_DEPTH: usize = 127;

/// How deeply lists and objects are nested in each other.
fn depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest, mut in_text, mut escaped) = (0usize, 0, false, false);
    for byte in json {
        match byte {
            _ if std::mem::take(&mut escaped) => {}
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

fn instance(compiled: &CompiledInstance, program: &Program, sources: &Sources) -> abi::Instance {
    let own = |shared: &&ir::Shared| shared.view_of.is_none();
    let shared_bytes =
        |form: &Form| form.lowered.shared.iter().filter(own).map(|s| s.len * s.elem.bytes()).sum::<u32>();
    abi::Instance {
        name: compiled.request.name.clone(),
        generics: generics(compiled, program),
        workgroup: compiled.forms.first().map_or([1; 3], |f| f.kernel.workgroup),
        shared_bytes: compiled.forms.iter().map(shared_bytes).max().unwrap_or(0),
        faults: compiled.forms.iter().any(|f| emit::faults(&f.lowered)),
        sites: compiled.sites.iter().map(|s| site(s, sources)).collect(),
        artifacts: artifacts(&compiled.forms),
    }
}

fn site(site: &ir::Site, sources: &Sources) -> abi::Site {
    let (line, column) = sources.line_column(site.span);
    abi::Site { file: sources.file(site.span.file).name.clone(), line, column, what: site.what.clone() }
}

/// Machine code before PTX, which needs a compiler at run time; else by form.
fn artifacts(forms: &[Form]) -> Vec<abi::Artifact> {
    let describe = |form: &Form, code: &Code| abi::Artifact {
        target: code.target,
        needs: form.kernel.features.clone(),
        path: code.path(form),
        entry: code.entry.clone(),
        bytes: code.bytes.len() as u64,
        sha256: Sha256::digest(&code.bytes).iter().map(|byte| format!("{byte:02x}")).collect(),
        arena_bytes: code.arena_bytes,
        cuda: code.cuda,
    };
    let all = forms.iter().flat_map(|form| form.code.iter().map(move |code| describe(form, code)));
    let (machine, others): (Vec<_>, Vec<_>) = all.partition(|artifact| artifact.target == abi::Target::Cubin);
    machine.into_iter().chain(others).collect()
}

/// What is bound to each generic parameter, in the source's words.
fn generics(compiled: &CompiledInstance, program: &Program) -> Vec<(String, String)> {
    let Item::Kernel(kernel) = program.item(compiled.request.kernel) else { return vec![] };
    let parameters = &kernel.function.generics;
    let show = |binding: &Binding| match binding {
        Binding::Int(value) => value.to_string(),
        Binding::Bool(value) => value.to_string(),
        Binding::Scalar(scalar) => scalar.name().to_owned(),
        Binding::Vector(scalar, lanes) => format!("{}x{lanes}", scalar.name()),
        Binding::Case(id, case) => match program.item(*id) {
            Item::Enum(e) => e.cases.get(*case as usize).map_or_else(|| case.to_string(), |c| c.name.name.clone()),
            _ => case.to_string(),
        },
    };
    let bound = parameters.iter().zip(&compiled.request.bindings);
    bound
        .filter(|(g, _)| matches!(g.kind, GenericKind::Const(_) | GenericKind::Type(_)))
        .map(|(g, binding)| (g.name.name.clone(), show(binding)))
        .collect()
}
