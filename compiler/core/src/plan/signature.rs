//! Signatures: what ops take, and the records, enums and elements that guests see because of it.

use super::Planner;
use super::names::{Space, wit, wit_within};
use super::poly::{Poly, host_atom};
use super::value::{Buffer, Elem, Entity, Text, Ty, Value};
use super::walk::Walk;
use crate::diag::{Diagnostic, codes::plan};
use crate::program::{Binding, ItemId};
use crate::source::{FileId, Span};
use crate::syntax::ast::{self, Item, TypeKind};
use std::collections::BTreeSet;
use wgpuc_abi::{self as abi, Scalar};

/// The package's types, by how ops use them.
#[derive(Debug, Default)]
pub(super) struct Types {
    records: BTreeSet<ItemId>,
    elements: BTreeSet<ItemId>,
    enums: BTreeSet<ItemId>,
}

/// What an op's parameter is.
enum Taken {
    Value(TypeKind),
    Buffer { elem: ast::Type, mutable: bool, optional: bool },
}

const PARAMS: &str = "an op takes numbers, bools, enums, structs of them, `&[T]`, `&mut [T]` and `Option<&[T]>`";

impl<'a> Planner<'a> {
    /// Notes which types an op uses, before any is published.
    pub(super) fn collect_types(&mut self, id: ItemId, item: &'a Item) {
        let function = match item {
            Item::Op(op) => &op.function,
            Item::Kernel(kernel) if kernel.function.is_pub => &kernel.function,
            _ => return,
        };
        let file = self.program.file_of(id);
        for param in &function.params {
            match taken(&param.ty) {
                Some(Taken::Value(TypeKind::Named(name))) => self.collect_named(&name, file, false),
                Some(Taken::Buffer { elem: ast::Type { kind: TypeKind::Named(name), .. }, .. }) => {
                    self.collect_named(&name, file, true);
                }
                _ => {}
            }
        }
    }

    fn collect_named(&mut self, name: &ast::Ident, file: FileId, in_buffer: bool) {
        let Some(id) = self.program.lookup(file, &name.name) else { return };
        match self.program.item(id) {
            Item::Struct(_) if in_buffer => drop(self.types.elements.insert(id)),
            Item::Struct(record) => {
                self.types.records.insert(id);
                let file = self.program.file_of(id);
                for field in &record.fields {
                    if let TypeKind::Named(name) = &field.ty.kind
                        && let Some(id) = self.program.lookup(file, &name.name)
                        && matches!(self.program.item(id), Item::Enum(_))
                    {
                        self.types.enums.insert(id);
                    }
                }
            }
            Item::Enum(_) => drop(self.types.enums.insert(id)),
            _ => {}
        }
    }

    /// A struct that guests see: a record, or the element of buffers.
    pub(super) fn struct_item(&mut self, id: ItemId, item: &ast::Struct, out: &mut Vec<abi::Item>) {
        let (record, element) = (self.types.records.contains(&id), self.types.elements.contains(&id));
        if !(record || element) {
            return;
        }
        self.must_be_pub(item.is_pub, &item.name);
        if record && element {
            let message = format!("`{}` is both a parameter and the element of a buffer", item.name.name);
            self.signature_error(item.name.span, &message, "use two structs: they are laid out differently");
            return;
        }
        if item.fields.is_empty() {
            self.signature_error(item.name.span, "WIT has no empty records", "give it a field, or leave it out");
        }
        let mut space = Space::default();
        for field in &item.fields {
            let name = wit_within(&field.name, &mut self.diagnostics);
            space.take(&field.name, &name, "fields", &mut self.diagnostics);
        }
        let name = wit(&item.name, &mut self.diagnostics);
        let docs = item.docs.clone();
        if element {
            let Some((fields, bytes)) = self.layout(id) else { return };
            out.push(abi::Item::Element(abi::Element { name, docs, fields, bytes }));
            return;
        }
        let file = self.program.file_of(id);
        let fields = item.fields.iter().filter_map(|field| {
            let ty = self.value_type(&field.ty, file)?;
            Some(abi::Field { name: abi::Name::from_ident(&field.name.name), docs: field.docs.clone(), ty })
        });
        let fields = fields.collect();
        out.push(abi::Item::Record(abi::Record { name, docs, fields }));
    }

    /// An enum that guests see.
    pub(super) fn enum_item(&mut self, id: ItemId, item: &ast::Enum, out: &mut Vec<abi::Item>) {
        if !self.types.enums.contains(&id) {
            return;
        }
        self.must_be_pub(item.is_pub, &item.name);
        if item.cases.is_empty() {
            self.signature_error(item.name.span, "WIT has no empty enums", "give it a case");
        }
        let mut space = Space::default();
        let cases = item.cases.iter().map(|case| {
            let name = wit(&case.name, &mut self.diagnostics);
            space.take(&case.name, &name, "cases", &mut self.diagnostics);
            abi::Case { name, docs: case.docs.clone() }
        });
        let cases = cases.collect();
        let name = wit(&item.name, &mut self.diagnostics);
        out.push(abi::Item::Enum(abi::Enum { name, docs: item.docs.clone(), cases }));
    }

    fn must_be_pub(&mut self, is_pub: bool, name: &ast::Ident) {
        if !is_pub {
            let message = format!("an op takes `{}`, so guests must see it", name.name);
            self.signature_error(name.span, &message, "write `pub`");
        }
    }

    /// The type of a value that guests give.
    pub(super) fn value_type(&mut self, ty: &ast::Type, file: FileId) -> Option<abi::ValueType> {
        match &ty.kind {
            TypeKind::Scalar(
                scalar @ (Scalar::Bool | Scalar::I32 | Scalar::U32 | Scalar::I64 | Scalar::U64 | Scalar::F32),
            ) => Some(abi::ValueType::Scalar(*scalar)),
            TypeKind::Scalar(scalar) => {
                let message = format!("a guest cannot give a single `{}`", scalar.name());
                self.signature_error(ty.span, &message, "use `u32`, `i32` or `f32`, and convert in the kernel");
                None
            }
            TypeKind::Named(name) => match self.program.lookup(file, &name.name).map(|id| self.program.item(id)) {
                Some(Item::Enum(e)) => Some(abi::ValueType::Enum(abi::Name::from_ident(&e.name.name))),
                Some(_) => {
                    self.signature_error(ty.span, "this is no type of a value", "use a number, a bool or an enum");
                    None
                }
                None => self.unknown_type(name, file, PARAMS),
            },
            _ => {
                self.signature_error(ty.span, "this is no type of a value", "use a number, a bool or an enum");
                None
            }
        }
    }

    /// The element of a buffer. `bound` gives the types of generic parameters.
    pub(super) fn buffer_elem(&mut self, ty: &ast::Type, file: FileId, bound: &[(&str, Binding)]) -> Option<Elem> {
        match &ty.kind {
            TypeKind::Scalar(Scalar::Bool) | TypeKind::Vector(Scalar::Bool, _) => {
                self.signature_error(ty.span, "a buffer cannot hold bools", "use `u32`, 0 and 1");
                None
            }
            TypeKind::Scalar(scalar) => Some(Elem::Scalar(*scalar)),
            TypeKind::Vector(scalar, lanes) => Some(Elem::Vector(*scalar, *lanes)),
            TypeKind::Named(name) => {
                match bound.iter().find(|(parameter, _)| *parameter == name.name).map(|(_, binding)| *binding) {
                    Some(Binding::Scalar(scalar)) => return Some(Elem::Scalar(scalar)),
                    Some(Binding::Vector(scalar, lanes)) => return Some(Elem::Vector(scalar, lanes)),
                    _ => {}
                }
                let Some(id) = self.program.lookup(file, &name.name) else {
                    return self.unknown_type(name, file, PARAMS);
                };
                match self.program.item(id) {
                    Item::Struct(_) => self.layout(id).map(|(_, bytes)| Elem::Struct(id, bytes)),
                    _ => {
                        self.signature_error(ty.span, "a buffer cannot hold this", "use numbers, vectors or structs");
                        None
                    }
                }
            }
            TypeKind::Atomic(_) => {
                let help = "write `&mut [u32]` or `&mut [i32]`; a kernel takes the same buffer as `&[Atomic<u32>]`";
                self.signature_error(ty.span, "guests know no atomic elements", help);
                None
            }
            _ => {
                self.signature_error(ty.span, "a buffer cannot hold this", "use numbers, vectors or structs");
                None
            }
        }
    }

    /// A struct's fields and size, as `#[repr(C)]` lays them out.
    pub(super) fn layout(&mut self, id: ItemId) -> Option<(Vec<abi::ElementField>, u32)> {
        let Item::Struct(item) = self.program.item(id) else { return None };
        let (mut fields, mut end, mut align) = (vec![], 0u32, 1);
        for field in &item.fields {
            let ty = match &field.ty.kind {
                TypeKind::Scalar(scalar) if *scalar != Scalar::Bool && scalar.bytes() >= 4 => *scalar,
                _ => {
                    let help = "use numbers of 4 or 8 bytes";
                    self.signature_error(field.ty.span, "a struct in a buffer cannot have this field", help);
                    return None;
                }
            };
            let offset = end.next_multiple_of(ty.bytes());
            let name = abi::Name::from_ident(&field.name.name);
            fields.push(abi::ElementField { name, docs: field.docs.clone(), ty, offset });
            end = offset + ty.bytes();
            align = align.max(ty.bytes());
        }
        Some((fields, end.next_multiple_of(align)))
    }

    /// Reports a name that no type has; `else_help` is for those that are like no other.
    pub(super) fn unknown_type<T>(&mut self, name: &ast::Ident, file: FileId, else_help: &str) -> Option<T> {
        let message = format!("cannot find type `{}`", name.name);
        if let Some(item) = self.program.hidden(&name.name) {
            let diagnostic = Diagnostic::new(plan::SIGNATURE, name.span, message);
            self.diagnostics.push(crate::elaborate::errors::hidden(diagnostic, item));
            return None;
        }
        let near = crate::diag::nearest(&name.name, self.program.visible_names(file));
        let help = match (crate::diag::own_type(&name.name), near) {
            (Some(own), _) => format!("write `{own}`"),
            (None, Some(near)) => format!("did you mean `{near}`?"),
            (None, None) => else_help.to_owned(),
        };
        self.signature_error(name.span, &message, &help);
        None
    }

    /// Reports a type that a signature cannot have.
    pub(super) fn signature_error(&mut self, span: Span, message: &str, help: &str) {
        self.diagnostics.push(Diagnostic::new(plan::SIGNATURE, span, message).help(help));
    }
}

/// The most parameters of an op: what every compiler of C takes (C17, 5.2.4.1).
const MAX_PARAMS: usize = 127;

impl<'a> Walk<'_, 'a> {
    /// The op's parameters, which become visible.
    pub(super) fn signature(&mut self, op: &'a ast::Op) -> Option<Vec<abi::OpParam>> {
        if let Some(param) = op.function.params.get(MAX_PARAMS) {
            let message =
                format!("an op has at most {MAX_PARAMS} parameters, and this one {}", op.function.params.len());
            let help = "put numbers into a struct, and arrays of one type into one buffer";
            self.planner.signature_error(param.name.span, &message, help);
            return None;
        }
        let mut space = Space::default();
        let mut params = vec![];
        for (index, param) in (0..).zip(&op.function.params) {
            let name = wit_within(&param.name, &mut self.planner.diagnostics);
            space.take(&param.name, &name, "parameters", &mut self.planner.diagnostics);
            let may_alias = op.may_alias.iter().any(|alias| alias.name == param.name.name);
            let taken = self.op_param(index, param, &name, may_alias);
            let entity = taken.as_ref().map_or(Entity::Unknown, |(_, entity)| entity.clone());
            self.scope.add(&param.name.name, entity);
            params.push(taken.map(|(ty, _)| abi::OpParam { name, ty }));
        }
        for alias in &op.may_alias {
            if !matches!(self.scope.get(&alias.name), Some(Entity::Buffer(_) | Entity::Unknown)) {
                let message = format!("the op has no buffer `{}`", alias.name);
                let help = "name the parameters that are buffers";
                self.report::<()>(plan::ALIAS, alias.span, &message, help);
            }
        }
        if let [one] = op.may_alias.as_slice() {
            let help = "name at least two";
            self.report::<()>(plan::ALIAS, one.span, "a buffer alone cannot be the same as another", help);
        }
        params.into_iter().collect()
    }

    fn op_param(
        &mut self,
        index: u32,
        param: &ast::Param,
        name: &abi::Name,
        may_alias: bool,
    ) -> Option<(abi::OpParamType, Entity)> {
        let file = self.file;
        match taken(&param.ty) {
            Some(Taken::Value(TypeKind::Named(ident))) => {
                let found = self.item(&ident.name);
                if let Some((of, Item::Struct(_))) = found {
                    let record = self.param_record(index, of, &name.to_string());
                    let ty = abi::OpParamType::Record(abi::Name::from_ident(&ident.name));
                    return Some((ty, Entity::Record(record)));
                }
                let ty = self.planner.value_type(&param.ty, file)?;
                let value = self.parameter(index, None, &param.ty, file, name.to_string())?;
                Some((abi::OpParamType::Value(ty), Entity::Value(value)))
            }
            Some(Taken::Value(_)) => {
                let ty = self.planner.value_type(&param.ty, file)?;
                let value = self.parameter(index, None, &param.ty, file, name.to_string())?;
                Some((abi::OpParamType::Value(ty), Entity::Value(value)))
            }
            Some(Taken::Buffer { elem, mutable, optional }) => {
                let elem = self.planner.buffer_elem(&elem, file, &[])?;
                let buffer = Buffer { mutable, optional, may_alias, ..param_buffer(index, elem, param.name.span) };
                let ty = abi::OpParamType::Buffer(self.planner.buffer_param(&buffer));
                Some((ty, Entity::Buffer(buffer)))
            }
            None => {
                self.planner.signature_error(param.ty.span, "an op cannot take this", PARAMS);
                None
            }
        }
    }
}

impl Planner<'_> {
    /// A buffer as the Manifest has it.
    pub(super) fn buffer_param(&self, buffer: &Buffer) -> abi::BufferParam {
        let elem = match buffer.elem {
            Elem::Scalar(scalar) => abi::Elem::Scalar(scalar),
            Elem::Vector(scalar, lanes) => abi::Elem::Vector(scalar, u32::from(lanes)),
            Elem::Struct(id, bytes) => {
                abi::Elem::Struct(abi::Name::from_ident(&self.program.item(id).name().name), bytes)
            }
        };
        let Buffer { mutable, optional, may_alias, .. } = *buffer;
        abi::BufferParam { elem, mutable, optional, may_alias }
    }
}

/// A buffer parameter that is read and always given.
pub(super) fn param_buffer(index: u32, elem: Elem, span: Span) -> Buffer {
    let len = abi::Expr::Len { param: index };
    let poly = host_atom(&len, true).map(Poly::atom).unwrap_or_default();
    // Its text is the name that it is asked by.
    let len = Value { poly, ..Value::new(len, Ty::Int, Text::atom("")) };
    let arg = abi::Arg::Param(index);
    Buffer { arg, elem, mutable: false, optional: false, taken: None, may_alias: false, len, span }
}

/// What a parameter's type is, if an op can take it.
fn taken(ty: &ast::Type) -> Option<Taken> {
    match &ty.kind {
        kind @ (TypeKind::Scalar(_) | TypeKind::Named(_)) => Some(Taken::Value(kind.clone())),
        TypeKind::Option(inner) => match taken(inner)? {
            Taken::Buffer { elem, mutable, optional: false } => Some(Taken::Buffer { elem, mutable, optional: true }),
            _ => None,
        },
        TypeKind::Ref { mutable, to } => match &to.kind {
            TypeKind::Slice(elem) => Some(Taken::Buffer { elem: (**elem).clone(), mutable: *mutable, optional: false }),
            _ => None,
        },
        _ => None,
    }
}
