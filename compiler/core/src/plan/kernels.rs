//! The kernels that plans launch, and their instances.

use super::facts::{common, to_ir};
use super::poly::Poly;
use super::value::Elem;
use super::{PlannedKernel, Planner};
use crate::diag::{Diagnostic, codes::plan};
use crate::program::{Binding, ItemId, Request};
use crate::source::{FileId, Span};
use crate::syntax::ast::{self, GenericKind, Item, TypeKind};
use wgpuc_abi::{self as abi, Scalar};

/// What a kernel's parameter takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Param {
    /// A number or a bool.
    Scalar(Scalar),
    /// A case of an enum.
    Enum(ItemId),
    /// A buffer.
    Buffer {
        /// One element, as the kernel sees it.
        elem: Elem,
        /// Whether it writes it.
        written: bool,
    },
}

/// What a kernel takes.
#[derive(Debug, Default)]
pub(super) struct Params {
    /// For each declared parameter the struct that it is, or `None`, and how many of `flat` it stands for.
    pub(super) declared: Vec<(Option<ItemId>, usize)>,
    /// What a launch passes, structs by their fields: names and types.
    pub(super) flat: Vec<(String, Param)>,
}

/// The kernels so far.
#[derive(Debug, Default)]
pub(super) struct Kernels {
    entries: Vec<Entry>,
    names: Vec<String>,
}

/// A kernel whose launches pass the same kinds of words and bindings.
#[derive(Debug)]
struct Entry {
    item: ItemId,
    types: Vec<Binding>,
    views: Vec<bool>,
    planned: PlannedKernel,
    may_alias: Vec<bool>,
    instances: Vec<Instance>,
}

#[derive(Debug)]
struct Instance {
    bindings: Vec<Binding>,
    name: String,
    grid_1d: bool,
    /// Of all launches so far; `None` before the first.
    facts: Option<Vec<Poly>>,
    span: Span,
}

/// What a launch asks of a kernel, beside the instance.
pub(super) struct Use<'u> {
    /// Facts in the kernel's own quantities.
    pub(super) facts: &'u [Poly],
    /// Whether its grid has one axis.
    pub(super) grid_1d: bool,
    /// For each parameter, whether it may be the same buffer as another while one of them is written.
    pub(super) may_alias: &'u [bool],
}

impl Kernels {
    /// The index of a kernel with these types and views.
    pub(super) fn entry(
        &mut self,
        item: ItemId,
        types: &[Binding],
        views: &[bool],
        make: impl FnOnce(&mut Self) -> PlannedKernel,
    ) -> usize {
        let same = |e: &Entry| e.item == item && e.types == types && e.views == views;
        if let Some(at) = self.entries.iter().position(same) {
            return at;
        }
        let planned = make(self);
        let may_alias = vec![false; views.len()];
        let (types, views) = (types.to_vec(), views.to_vec());
        self.entries.push(Entry { item, types, views, planned, may_alias, instances: vec![] });
        self.entries.len() - 1
    }

    /// The index of an instance of a kernel, for one launch.
    pub(super) fn instance(
        &mut self,
        entry: usize,
        bindings: &[Binding],
        name: String,
        span: Span,
        launch: Option<&Use<'_>>,
    ) -> u32 {
        let name = match self.entries[entry].instances.iter().any(|i| i.bindings == bindings) {
            true => name,
            false => self.unique(name),
        };
        let entry = &mut self.entries[entry];
        let at = entry.instances.iter().position(|i| i.bindings == bindings).unwrap_or_else(|| {
            let bindings = bindings.to_vec();
            entry.instances.push(Instance { bindings, name, grid_1d: true, facts: None, span });
            entry.instances.len() - 1
        });
        if let Some(launch) = launch {
            let instance = &mut entry.instances[at];
            instance.grid_1d &= launch.grid_1d;
            instance.facts = Some(match instance.facts.take() {
                None => launch.facts.to_vec(),
                Some(facts) => common(&facts, launch.facts),
            });
            for (all, one) in entry.may_alias.iter_mut().zip(launch.may_alias) {
                *all |= *one;
            }
        }
        at as u32
    }

    /// Whether some launch or list names a kernel.
    pub(super) fn has(&self, item: ItemId) -> bool {
        self.entries.iter().any(|entry| entry.item == item)
    }

    /// The kernels and their instances.
    pub(super) fn finish(self) -> (Vec<PlannedKernel>, Vec<(u32, Request)>) {
        let (mut kernels, mut requests) = (vec![], vec![]);
        for (index, mut entry) in (0..).zip(self.entries) {
            for (param, alias) in entry.planned.params.iter_mut().zip(&entry.may_alias) {
                if let abi::KernelParamType::Buffer { writable, .. } = &mut param.ty {
                    *writable |= *alias;
                }
            }
            for instance in entry.instances {
                let request = Request {
                    kernel: entry.item,
                    bindings: instance.bindings,
                    name: instance.name,
                    grid_1d: instance.grid_1d,
                    may_alias: entry.may_alias.clone(),
                    facts: instance.facts.unwrap_or_default().iter().map(to_ir).collect(),
                    span: instance.span,
                };
                requests.push((index, request));
            }
            kernels.push(entry.planned);
        }
        (kernels, requests)
    }

    /// The name, with a number where it is taken.
    fn unique(&mut self, name: String) -> String {
        let taken = |candidate: &String| self.names.contains(candidate);
        let free = (2..).map(|n| format!("{name}_{n}"));
        let found = std::iter::once(name.clone()).chain(free).find(|candidate| !taken(candidate)).unwrap_or(name);
        self.names.push(found.clone());
        found
    }
}

impl<'a> Planner<'a> {
    /// What a kernel's parameters take once its generics are bound.
    pub(super) fn kernel_params(
        &mut self,
        id: ItemId,
        kernel: &'a ast::Kernel,
        bindings: &[Binding],
    ) -> Option<Params> {
        let file = self.program.file_of(id);
        let names = kernel.function.generics.iter().map(|generic| generic.name.name.as_str());
        let bound: Vec<(&str, Binding)> = names.zip(bindings.iter().copied()).collect();
        let mut params = Params::default();
        let mut is_right = true;
        for param in &kernel.function.params {
            let n_before = params.flat.len();
            let record = self.kernel_record(param, file, &bound);
            match record {
                Some(of) => is_right &= self.record_params(param, of, &mut params.flat).is_some(),
                None => match self.kernel_param(param, file, &bound) {
                    Some(one) => params.flat.push((param.name.name.clone(), one)),
                    None => is_right = false,
                },
            }
            params.declared.push((record, params.flat.len() - n_before));
        }
        is_right.then_some(params)
    }

    /// The struct that a kernel takes by value.
    fn kernel_record(&self, param: &ast::Param, file: FileId, bound: &[(&str, Binding)]) -> Option<ItemId> {
        let TypeKind::Named(name) = &param.ty.kind else { return None };
        let id = self.program.lookup(file, &name.name)?;
        let is_bound = bound.iter().any(|(parameter, _)| *parameter == name.name);
        (!is_bound && matches!(self.program.item(id), Item::Struct(_))).then_some(id)
    }

    /// The fields of a struct that a kernel takes.
    fn record_params(&mut self, param: &ast::Param, of: ItemId, flat: &mut Vec<(String, Param)>) -> Option<()> {
        let Item::Struct(item) = self.program.item(of) else { return None };
        let file = self.program.file_of(of);
        for field in &item.fields {
            let one = match &field.ty.kind {
                TypeKind::Scalar(scalar) if !is_storage(*scalar) => Some(Param::Scalar(*scalar)),
                TypeKind::Named(name) => self.enum_param(name, file),
                _ => None,
            };
            let Some(one) = one else {
                let diagnostic = Diagnostic::new(plan::SIGNATURE, field.ty.span, "a kernel cannot take this field")
                    .label(param.ty.span, "taken here")
                    .help("a struct that a kernel takes holds numbers, bools and enums");
                self.diagnostics.push(diagnostic);
                return None;
            };
            flat.push((format!("{}.{}", param.name.name, field.name.name), one));
        }
        Some(())
    }

    fn enum_param(&self, name: &ast::Ident, file: FileId) -> Option<Param> {
        let id = self.program.lookup(file, &name.name)?;
        matches!(self.program.item(id), Item::Enum(_)).then_some(Param::Enum(id))
    }

    fn kernel_param(&mut self, param: &ast::Param, file: FileId, bound: &[(&str, Binding)]) -> Option<Param> {
        const HELP: &str =
            "a kernel takes scalars, enums, structs of them, `&[T]`, `&mut [T]`, `&[Atomic<u32>]` and `&[Atomic<i32>]`";
        if let TypeKind::Named(name) = &param.ty.kind
            && !bound.iter().any(|(parameter, _)| *parameter == name.name)
            && let Some(one) = self.enum_param(name, file)
        {
            return Some(one);
        }
        let scalar = match &param.ty.kind {
            TypeKind::Scalar(scalar) => Some(*scalar),
            TypeKind::Named(name) => bound.iter().find_map(|(parameter, binding)| match binding {
                Binding::Scalar(scalar) if *parameter == name.name => Some(*scalar),
                _ => None,
            }),
            TypeKind::Ref { mutable, to } => {
                let TypeKind::Slice(elem) = &to.kind else {
                    self.signature_error(param.ty.span, "a kernel cannot take this", HELP);
                    return None;
                };
                if let TypeKind::Atomic(inner) = &elem.kind {
                    let TypeKind::Scalar(scalar @ (Scalar::U32 | Scalar::I32)) = inner.kind else {
                        self.signature_error(elem.span, "this has no atomics", "use `u32` or `i32`");
                        return None;
                    };
                    return Some(Param::Buffer { elem: Elem::Scalar(scalar), written: true });
                }
                let elem = self.buffer_elem(elem, file, bound)?;
                return Some(Param::Buffer { elem, written: *mutable });
            }
            _ => None,
        };
        match scalar {
            Some(scalar) if is_storage(scalar) => {
                let help = "take an `i32`, a `u32` or an `f32`, and convert it";
                self.signature_error(param.ty.span, "this type is for storage only", help);
                None
            }
            Some(scalar) => Some(Param::Scalar(scalar)),
            None => match &param.ty.kind {
                TypeKind::Named(name) if self.program.lookup(file, &name.name).is_none() => {
                    self.unknown_type(name, file, HELP)
                }
                _ => {
                    self.signature_error(param.ty.span, "a kernel cannot take this", HELP);
                    None
                }
            },
        }
    }

    /// The index of a kernel whose generics are bound to these, and which is passed such views.
    pub(super) fn kernel_entry(
        &mut self,
        id: ItemId,
        kernel: &'a ast::Kernel,
        bindings: &[Binding],
        params: &[(String, Param)],
        views: &[bool],
    ) -> usize {
        let generics = kernel.function.generics.iter().zip(bindings);
        let types: Vec<Binding> =
            generics.filter(|(g, _)| matches!(g.kind, GenericKind::Type(_))).map(|(_, b)| *b).collect();
        let stem = self.stem(id);
        let name = format!("{stem}::{}{}", kernel.function.name.name, self.type_suffix(&types));
        let params = params.iter().zip(views).map(|((name, ty), rounds_up)| {
            let ty = match ty {
                Param::Scalar(scalar) => abi::KernelParamType::Scalar(*scalar),
                Param::Enum(_) => abi::KernelParamType::Scalar(Scalar::U32),
                Param::Buffer { elem, written } => {
                    abi::KernelParamType::Buffer { elem_bytes: elem.bytes(), rounds_up: *rounds_up, writable: *written }
                }
            };
            abi::KernelParam { name: name.clone(), ty }
        });
        let params: Vec<abi::KernelParam> = params.collect();
        let docs = kernel.function.docs.clone();
        self.kernels.entry(id, &types, views, |kernels| {
            let taken = |name: &String| kernels.entries.iter().any(|e| e.planned.name == *name);
            let name = if taken(&name) { format!("{name} (as vectors)") } else { name };
            PlannedKernel { item: id, name, docs, params }
        })
    }

    fn type_suffix(&self, types: &[Binding]) -> String {
        let names: Vec<String> = types.iter().map(|binding| self.binding_text(*binding)).collect();
        if names.is_empty() { String::new() } else { format!("<{}>", names.join(", ")) }
    }
}

/// Whether values of that type only lie in buffers.
fn is_storage(scalar: Scalar) -> bool {
    matches!(scalar, Scalar::I8 | Scalar::U8 | Scalar::Bf16)
}
