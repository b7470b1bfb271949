//! A kernel's own parts: its signature, its workgroup, its body.

use super::constant::generic_of;
use super::place::{Cell, Element, Owner, OwnerKind, Place, Store};
use super::scope::{Frame, Local, Return};
use super::types::{Elem, Ty};
use super::value::{Leaves, Val};
use super::{Elaborator, Reported, Res};
use crate::diag::{Diagnostic, Diagnostics, codes::flow, codes::types as codes};
use crate::ir::{self, Buffer, Expr as IrExpr, Feature, Op, ParamKind, Scalar, StmtKind, Type, ValueId};
use crate::program::Request;
use crate::source::Span;
use crate::syntax::ast::{self, GenericKind, TypeKind};
use std::collections::BTreeMap;
use std::rc::Rc;

impl Elaborator<'_> {
    /// Elaborates the whole kernel.
    pub(super) fn kernel(&mut self, request: &Request) -> Res<()> {
        let ast::Item::Kernel(kernel) = self.program.item(request.kernel) else { return Err(Reported) };
        let function = &kernel.function;
        self.b.kernel.name.clone_from(&request.name);
        self.b.kernel.span = function.name.span;
        self.b.kernel.grid_1d = request.grid_1d;
        self.b.kernel.features.clone_from(&self.features);
        self.b.kernel.facts.clone_from(&request.facts);
        self.b.span = function.name.span;
        let mut frame = Frame::of_file(self.program.file_of(request.kernel), request.span);
        frame.function = Some(request.kernel);
        frame.name.clone_from(&function.name.name);
        frame.on_return = Return::Kernel;
        self.frames.push(frame);
        self.bind_generics(function, request)?;
        let sized = self.workgroup(kernel).and_then(|()| self.hints(kernel));
        let mut failed = false;
        for param in &function.params {
            let may_alias = request.may_alias.get(self.b.kernel.params.len()).copied().unwrap_or(false);
            let local = self.kernel_param(param, may_alias);
            failed |= local.is_err();
            self.bind(&param.name.name, local.unwrap_or(Local::Wrong));
        }
        if let Some(result) = &function.result
            && !matches!(&result.kind, TypeKind::Tuple(parts) if parts.is_empty())
        {
            self.error(codes::BAD_PARAMETER, result.span, "a kernel returns nothing; it writes into buffers");
        }
        let val = self.block(&function.body, Some(&Ty::UNIT));
        sized?;
        let val = val?;
        let span = function.body.value.as_ref().map_or(function.body.span, |value| value.span);
        self.unify(&Ty::UNIT, &val.ty, span, None)?;
        if failed { Err(Reported) } else { Ok(()) }
    }

    fn bind_generics(&mut self, function: &ast::Function, request: &Request) -> Res<()> {
        let mut bound = vec![];
        for (generic, binding) in function.generics.iter().zip(&request.bindings) {
            let scalar = match &generic.kind {
                GenericKind::Const(ty) => match self.resolve_type(ty)? {
                    Ty::Num(Elem::Known(scalar), 1) => Some(scalar),
                    _ => None,
                },
                GenericKind::Type(_) => None,
            };
            bound.push((generic.name.name.clone(), generic_of(*binding, scalar)));
        }
        if bound.len() != function.generics.len() {
            let text = format!("`{}` has {} generic parameters", function.name.name, function.generics.len());
            return Err(self.error(codes::BAD_GENERICS, request.span, text));
        }
        self.frame().generics = bound;
        Ok(())
    }

    fn workgroup(&mut self, kernel: &ast::Kernel) -> Res<()> {
        let mut sizes = [1; 3];
        for (size, expr) in sizes.iter_mut().zip(&kernel.workgroup) {
            *size = self.const_u32(expr)?;
            if *size == 0 {
                return Err(self.error(codes::BAD_LENGTH, expr.span, "a workgroup has at least one invocation"));
            }
        }
        self.b.kernel.workgroup = sizes;
        Ok(())
    }

    fn hints(&mut self, kernel: &ast::Kernel) -> Res<()> {
        for (hint, expr) in &kernel.hints {
            let value = self.const_u32(expr)?;
            let (most, least) = match hint {
                ast::Hint::MaxRegisters => (255, 16),
                ast::Hint::MinGroups => (32, 1),
            };
            if !(least..=most).contains(&value) {
                let text = format!("{value} is not from {least} to {most}");
                return Err(self.error(codes::BAD_LENGTH, expr.span, text));
            }
            match hint {
                ast::Hint::MaxRegisters => self.b.kernel.hints.max_registers = Some(value),
                ast::Hint::MinGroups => self.b.kernel.hints.min_groups = Some(value),
            }
        }
        Ok(())
    }

    fn kernel_param(&mut self, param: &ast::Param, may_alias: bool) -> Res<Local> {
        let name = &param.name;
        self.b.span = name.span;
        if let TypeKind::Ref { mutable, to } = &param.ty.kind {
            if let TypeKind::Slice(of) = &to.kind {
                let of = self.resolve_type(of)?;
                return self.buffer_param(param, of, *mutable, may_alias).map(Local::Place);
            }
        } else if let Some(val) = self.scalar_params(param)? {
            if !param.mutable {
                return Ok(Local::Val(val));
            }
            let place = self.variable(&val.ty, Owner::new(&name.name, name.span, OwnerKind::Mut))?;
            self.write(&place, &val)?;
            return Ok(Local::Place(place));
        }
        let d = Diagnostic::new(codes::BAD_PARAMETER, param.ty.span, "a kernel cannot take a parameter of this type")
            .note("a launch passes scalars, structs of them and buffers: `u32`, `&[T]`, `&mut [T]`, `&[Atomic<u32>]`");
        Err(self.report(d))
    }

    /// The value of a parameter that is a scalar or an enum, or a struct of them; `None` where it is none of these.
    fn scalar_params(&mut self, param: &ast::Param) -> Res<Option<Val>> {
        let ty = self.resolve_type(&param.ty)?;
        let name = &param.name.name;
        let parts = match &ty {
            Ty::Struct(id) => {
                let fields = self.fields(*id)?;
                fields.iter().map(|(field, ty)| (format!("{name}.{field}"), ty.clone())).collect()
            }
            _ => vec![(name.clone(), ty.clone())],
        };
        let mut leaves = Leaves::new();
        for (name, part) in parts {
            let scalar = match part {
                Ty::Num(Elem::Known(scalar), 1) if !matches!(scalar, Scalar::U8 | Scalar::I8 | Scalar::Bf16) => scalar,
                Ty::Enum(_) => Scalar::U32,
                _ => return Ok(None),
            };
            let id = self.b.param(&name, ParamKind::Scalar(scalar));
            leaves.push(self.b.def(Type::scalar(scalar), IrExpr::Param(id)));
        }
        Ok(Some(Val { ty, leaves }))
    }

    /// A parameter that is a buffer.
    pub(super) fn buffer_param(&mut self, param: &ast::Param, of: Ty, mutable: bool, may_alias: bool) -> Res<Place> {
        let name = &param.name;
        let mut atomic = false;
        let mut words = None;
        let elem = match &of {
            Ty::Num(Elem::Known(scalar), lanes) if *scalar != Scalar::Bool && *lanes != 3 => {
                Type::vector(*scalar, *lanes)
            }
            Ty::Atomic(scalar) => {
                atomic = true;
                Type::scalar(*scalar)
            }
            Ty::Struct(id) => {
                let n = self.layout(*id)?.bytes / 4;
                words = Some(n);
                if matches!(n, 1 | 2 | 4) { Type::vector(Scalar::U32, n as u8) } else { Type::U32 }
            }
            other => {
                let text = format!("a buffer cannot hold `{}`", self.show(other));
                let mut d = Diagnostic::new(codes::BAD_PARAMETER, param.ty.span, text);
                if matches!(other, Ty::Num(_, 3)) {
                    d = d.help("use vectors of 2 or 4, or a struct of three scalars");
                }
                return Err(self.report(d));
            }
        };
        let vector = words.is_none_or(|n| matches!(n, 1 | 2 | 4));
        let elems_per_item = if vector { 1 } else { words.unwrap_or(1) };
        let buffer = Buffer { elem, elems_per_item, mutable: mutable || atomic, may_alias, atomic, packed: None };
        let id = self.b.param(&name.name, ParamKind::Buffer(buffer));
        let store = match words {
            Some(words) => Store::Element(Element { param: id, words, vector }),
            None => Store::Cells(vec![Cell::Buffer(id)]),
        };
        let kind = if mutable { OwnerKind::RefMut } else { OwnerKind::Ref };
        let owner = Owner::new(&name.name, name.span, kind);
        let root = name.name.as_str().into();
        Ok(Place { ty: Ty::Slice(Rc::new(of)), store, index: None, lane: None, span: name.span, owner, root })
    }
}

/// Arithmetic in a complete kernel that the devices of its form may lack.
pub(super) fn lacking(kernel: &ir::Kernel) -> Diagnostics {
    let mut seen = BTreeMap::new();
    lacking_in(kernel, &kernel.body, &mut seen);
    let feature = |scalar: Scalar| if scalar == Scalar::F16 { Feature::F16 } else { Feature::Int64 };
    let mut all = Diagnostics::new();
    for lacked in [Feature::F16, Feature::Int64] {
        // The first says it for all: one word mends them.
        let mut places = seen.iter().filter(|(_, scalar)| feature(**scalar) == lacked);
        let Some((span, scalar)) = places.next() else { continue };
        let (name, needs) = (scalar.name(), lacked.name());
        let mut d = Diagnostic::new(flow::TARGET_LACKS, *span, format!("arithmetic in `{name}`"))
            .here("not every device has it")
            .help(format!("put it inside `if supports!({needs}) {{ ... }}`, or mark the kernel `needs = {needs}`"));
        match places.count() {
            0 => {}
            1 => d = d.note("and one more operation of this kernel"),
            n => d = d.note(format!("and {n} more operations of this kernel")),
        }
        all.push(d);
    }
    all
}

fn lacking_in(kernel: &ir::Kernel, block: &ir::Block, seen: &mut BTreeMap<Span, Scalar>) {
    for stmt in block {
        match &stmt.kind {
            StmtKind::Def(value) => {
                if let Some((feature, scalar)) = feature_of(kernel, *value)
                    && !kernel.features.contains(&feature)
                {
                    seen.insert(kernel[*value].span, scalar);
                }
            }
            StmtKind::If { then, otherwise, .. } => {
                lacking_in(kernel, then, seen);
                lacking_in(kernel, otherwise, seen);
            }
            StmtKind::For { body, .. } | StmtKind::Loop { body } => lacking_in(kernel, body, seen),
            _ => {}
        }
    }
}

/// What a device must have to compute a value.
fn feature_of(kernel: &ir::Kernel, value: ValueId) -> Option<(Feature, Scalar)> {
    let (operands, stores): (&[ValueId], bool) = match &kernel[value].expr {
        IrExpr::Const(_) => return None,
        IrExpr::Op(Op::Convert | Op::Bitcast, operands) => (operands, true),
        IrExpr::Op(_, operands) => (operands, false),
        _ => (&[], true),
    };
    let scalars = operands.iter().map(|operand| kernel[*operand].ty.scalar).chain([kernel[value].ty.scalar]);
    scalars.into_iter().find_map(|scalar| match scalar {
        // Loads, stores and conversions of f16 are possible everywhere.
        Scalar::F16 if !stores => Some((Feature::F16, scalar)),
        Scalar::I64 | Scalar::U64 => Some((Feature::Int64, scalar)),
        _ => None,
    })
}
