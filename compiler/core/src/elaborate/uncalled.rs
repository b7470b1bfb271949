//! Functions that no kernel calls, and constants that none may use: nothing inlines them, so they are elaborated by
//! themselves, as far as that can be.

use super::call::Passed;
use super::place::{Owner, OwnerKind};
use super::scope::Frame;
use super::types::Ty;
use super::{Elaborator, Res, generics};
use crate::diag::Diagnostics;
use crate::ir::Feature;
use crate::program::{ItemId, Program};
use crate::syntax::ast::{self, GenericKind, Item, TypeKind};
use std::collections::BTreeSet;

/// What is wrong with the package's functions that are not among the `called`, and with its constants.
///
/// A generic one has no types without a call: of it, the names in its signature are checked.
#[must_use]
pub fn uncalled(program: &Program, called: &BTreeSet<ItemId>) -> Diagnostics {
    let mut all = Diagnostics::new();
    let mut done = called.clone();
    for (id, item) in program.own_items() {
        let function = match item {
            Item::Function(function) => function,
            Item::Const(constant) => {
                all.extend(wrong_with(program, id, constant));
                continue;
            }
            _ => continue,
        };
        if done.contains(&id) {
            continue;
        }
        let asked = elaborate(program, id, function, &Feature::ALL, &mut all, &mut done);
        if !asked.is_empty() {
            let others: Vec<Feature> = Feature::ALL.into_iter().filter(|feature| !asked.contains(feature)).collect();
            elaborate(program, id, function, &others, &mut all, &mut done);
        }
    }
    all
}

/// What is wrong with a constant, whether something uses it or not.
fn wrong_with(program: &Program, id: ItemId, constant: &ast::Const) -> Diagnostics {
    let mut elaborator = Elaborator::new(program, constant.name.span, &[]);
    elaborator.frames.push(Frame::of_file(program.file_of(id), constant.name.span));
    // Why it failed has been reported.
    let _ = elaborator.const_value_of(constant);
    elaborator.settle_all();
    elaborator.diags
}

/// Elaborates one for devices that have the features; those that it asks for.
fn elaborate(
    program: &Program,
    id: ItemId,
    function: &ast::Function,
    features: &[Feature],
    all: &mut Diagnostics,
    done: &mut BTreeSet<ItemId>,
) -> BTreeSet<Feature> {
    let mut elaborator = Elaborator::new(program, function.name.span, features);
    elaborator.b.kernel.workgroup = [256, 1, 1];
    elaborator.frames.push(Frame::of_file(program.file_of(id), function.name.span));
    // Why it failed has been reported.
    let _ = elaborator.signature_names(function).and_then(|()| match function.generics.is_empty() {
        true => elaborator.alone(id, function),
        false => Ok(()),
    });
    elaborator.settle_all();
    all.extend(elaborator.diags);
    done.extend(elaborator.called);
    elaborator.asked
}

/// Unknown bounds of generic parameters, of the package's kernels and functions.
#[must_use]
pub fn unknown_bounds(program: &Program) -> Diagnostics {
    let mut all = Diagnostics::new();
    for (id, item) in program.own_items() {
        let function = match item {
            Item::Function(function) => function,
            Item::Kernel(kernel) => &kernel.function,
            _ => continue,
        };
        for generic in &function.generics {
            let GenericKind::Type(bounds) = &generic.kind else { continue };
            for bound in bounds {
                let is_type = matches!(
                    program.lookup(program.file_of(id), &bound.name).map(|id| program.item(id)),
                    Some(Item::Enum(_) | Item::Struct(_))
                );
                if let Some(d) = generics::unknown_bound(&generic.name, bound, is_type) {
                    all.push(d);
                }
            }
        }
    }
    all
}

impl<'p> Elaborator<'p> {
    /// Inlines a function, with something of each parameter's type.
    fn alone(&mut self, id: ItemId, function: &'p ast::Function) -> Res<()> {
        let mut passed = vec![];
        for param in &function.params {
            passed.push((self.stand_in(param)?, param.name.span));
        }
        self.inline_passed(id, function, &vec![], passed, function.name.span, None).map(|_| ())
    }

    /// Something that could be passed for a parameter, of which nothing is known but its type.
    fn stand_in(&mut self, param: &ast::Param) -> Res<Passed> {
        let name = &param.name;
        let TypeKind::Ref { mutable, to } = &param.ty.kind else {
            let ty = self.resolve_type(&param.ty)?;
            let place = self.variable(&ty, Owner::new(&name.name, name.span, OwnerKind::Mut))?;
            return self.read(&place).map(Passed::Val);
        };
        if let TypeKind::Slice(of) = &to.kind {
            let of = self.resolve_type(of)?;
            return self.buffer_param(param, of, *mutable, false).map(Passed::Place);
        }
        let ty = self.resolve_type(to)?;
        if let Ty::Array(..) = ty {
            let cells = self.cells(&ty)?;
            return Ok(Passed::Place(self.shared_cells(name, ty, cells, false)));
        }
        let kind = if *mutable { OwnerKind::Mut } else { OwnerKind::Let };
        self.variable(&ty, Owner::new(&name.name, name.span, kind)).map(Passed::Place)
    }

    /// Looks up every type that a generic function's signature names.
    fn signature_names(&mut self, function: &ast::Function) -> Res<()> {
        let types = function.params.iter().map(|param| &param.ty).chain(&function.result);
        let results: Vec<Res<()>> = types.map(|ty| self.type_names(function, ty)).collect();
        results.into_iter().collect()
    }

    fn type_names(&mut self, function: &ast::Function, ty: &ast::Type) -> Res<()> {
        match &ty.kind {
            TypeKind::Named(name) if function.generics.iter().any(|generic| generic.name.name == name.name) => Ok(()),
            TypeKind::Named(_) => self.resolve_type(ty).map(|_| ()),
            TypeKind::Ref { to: of, .. } | TypeKind::Slice(of) | TypeKind::Array(of, _) | TypeKind::Atomic(of) => {
                self.type_names(function, of)
            }
            TypeKind::Tuple(parts) => parts.iter().try_for_each(|part| self.type_names(function, part)),
            TypeKind::Scalar(_) | TypeKind::Vector(..) | TypeKind::Option(_) | TypeKind::Infer => Ok(()),
        }
    }
}
