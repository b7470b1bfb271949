//! The core's functions: where the invocation is, barriers, subgroups, and the free forms of operations.

use super::place::{Cell, Store};
use super::resolve::Operand;
use super::types::{Elem, Ty};
use super::value::{Leaves, Val};
use super::{Elaborator, Reported, Res, errors};
use crate::diag::{Diagnostic, Use, codes::flow, codes::types as codes, foreign};
use crate::ir::op::Class;
use crate::ir::{Barrier, Builtin, Expr as IrExpr, Feature, Op, Scalar, StmtKind, SubgroupOp, Type};
use crate::source::Span;
use crate::syntax::ast::{self, Expr, ExprKind};

/// All of them, for suggestions.
pub(super) const NAMES: &[&str] = &[
    "local_id",
    "local_index",
    "workgroup_id",
    "global_id",
    "num_workgroups",
    "workgroup_size",
    "subgroup_size",
    "subgroup_lane",
    "workgroup_barrier",
    "storage_barrier",
    "uniform_load",
    "copy_async",
    "copy_async_or_zero",
    "copy_commit",
    "copy_wait",
    "select",
    "min",
    "max",
    "div_ceil",
    "shared",
    "shared_zeroed",
];

pub(super) const SUBGROUPS: &[(&str, SubgroupOp, usize)] = &[
    ("subgroup_add", SubgroupOp::Add, 1),
    ("subgroup_min", SubgroupOp::Min, 1),
    ("subgroup_max", SubgroupOp::Max, 1),
    ("subgroup_inclusive_add", SubgroupOp::InclusiveAdd, 1),
    ("subgroup_exclusive_add", SubgroupOp::ExclusiveAdd, 1),
    ("subgroup_all", SubgroupOp::All, 1),
    ("subgroup_any", SubgroupOp::Any, 1),
    ("subgroup_ballot", SubgroupOp::Ballot, 1),
    ("subgroup_broadcast_first", SubgroupOp::BroadcastFirst, 1),
    ("subgroup_shuffle", SubgroupOp::Shuffle, 2),
    ("subgroup_shuffle_xor", SubgroupOp::ShuffleXor, 2),
    ("subgroup_shuffle_down", SubgroupOp::ShuffleDown, 2),
    ("subgroup_shuffle_up", SubgroupOp::ShuffleUp, 2),
];

/// Whether the core has a function of that name.
pub(super) fn is_known(name: &str) -> bool {
    NAMES.contains(&name) || SUBGROUPS.iter().any(|(n, ..)| *n == name)
}

impl Elaborator<'_> {
    /// A call of a name that no item has.
    pub(super) fn core_call(&mut self, path: &ast::Path, args: &[Expr], span: Span) -> Res<Val> {
        let name = &path.name;
        let subgroup = SUBGROUPS.iter().copied().find(|(n, ..)| *n == name.name);
        if !is_known(&name.name) {
            return Err(self.unknown_function(name));
        }
        if let Some((_, op, n)) = subgroup {
            return self.subgroup(op, n, name, args, span);
        }
        match name.name.as_str() {
            "select" => self.select_call(name, args, span),
            "min" => self.free_op(Op::Min, name, args, span),
            "max" => self.free_op(Op::Max, name, args, span),
            "div_ceil" => {
                self.check_count("div_ceil", 2, args.len(), span)?;
                let (a, b) = self.pair(&args[0], &args[1])?;
                self.div_ceil((a, args[0].span), (b, args[1].span), span)
            }
            "uniform_load" => self.uniform_load(name, args, span),
            "copy_async" | "copy_async_or_zero" | "copy_commit" | "copy_wait" => self.copy_call(path, args, span),
            "shared" | "shared_zeroed" => {
                let d = Diagnostic::new(codes::MISPLACED, span, "workgroup memory needs a name")
                    .help(format!("write `let tile = {}::<[f32; 256]>();`", name.name));
                Err(self.report(d))
            }
            _ => {
                self.check_count(&name.name, 0, args.len(), span)?;
                self.no_argument(name, span)
            }
        }
    }

    fn unknown_function(&mut self, name: &ast::Ident) -> Reported {
        let mut d = Diagnostic::new(codes::UNKNOWN_NAME, name.span, format!("unknown function `{}`", name.name))
            .here("not found here");
        let functions: Vec<&str> = self
            .program
            .visible_names(self.file())
            .filter(|n| {
                let id = self.program.lookup(self.file(), n);
                id.is_some_and(|id| matches!(self.program.item(id), ast::Item::Function(_)))
            })
            .collect();
        let core = NAMES.iter().copied().chain(SUBGROUPS.iter().map(|(n, ..)| *n));
        if self.local(&name.name).is_some() {
            d = d.help(format!("it is a value; an element of a slice is `{}[i]`", name.name));
        } else if let Some(help) = foreign(&name.name, Use::Function) {
            d = d.help(help);
        } else if super::method::is_core(&name.name) {
            d = d.help(format!("it is a method: `x.{}(...)`", name.name));
        } else if let Some(ty) = super::resolve::type_named(&name.name) {
            d = d.help(match ty.lanes {
                1 => format!("convert with `as`: `x as {}`", name.name),
                _ => format!("write `{}::new(...)`, or `{0}::splat(x)`", name.name),
            });
        } else if let Some(item) = self.program.hidden(&name.name) {
            d = errors::hidden(d, item);
        } else if let Some(near) = errors::nearest(&name.name, core.chain(functions)) {
            d = d.help(format!("a similar name exists: `{near}`"));
        }
        self.report(d)
    }

    fn no_argument(&mut self, name: &ast::Ident, span: Span) -> Res<Val> {
        if self.in_constant > 0 && name.name != "workgroup_size" {
            let d = Diagnostic::new(codes::NOT_CONSTANT, span, format!("`{}` in a constant", name.name))
                .here("only known when the kernel runs");
            return Err(self.report(d));
        }
        let builtin = match name.name.as_str() {
            "workgroup_barrier" | "storage_barrier" => {
                self.reached_by_all();
                let storage = name.name == "storage_barrier";
                self.b.push(StmtKind::Barrier(if storage { Barrier::Storage } else { Barrier::Workgroup }));
                return Ok(Val::UNIT);
            }
            "local_index" => Builtin::LocalIndex,
            "subgroup_size" | "subgroup_lane" => {
                self.needs_subgroups(&name.name, span)?;
                if name.name == "subgroup_size" { Builtin::SubgroupSize } else { Builtin::SubgroupLane }
            }
            _ => {
                let axes = [0, 1, 2].map(|axis| self.position(&name.name, axis, span));
                let leaves = axes.into_iter().map(|val| val.map(|val| val.leaves[0])).collect::<Res<Vec<_>>>()?;
                return Ok(self.compose(Elem::Known(Scalar::U32), &leaves));
            }
        };
        Ok(self.builtin(builtin))
    }

    fn builtin(&mut self, builtin: Builtin) -> Val {
        let leaf = self.b.def(Type::U32, IrExpr::Builtin(builtin));
        Val::leaf(Ty::U32, leaf)
    }

    /// `global_id().x`: only the axis that is asked for. `None` for any other call.
    pub(super) fn position_lane(&mut self, of: &Expr, lane: &str) -> Option<Res<Val>> {
        let ExprKind::Call(path, args) = &of.kind else { return None };
        let axis = ["x", "y", "z"].iter().position(|name| *name == lane)?;
        let is_position = matches!(
            path.name.name.as_str(),
            "local_id" | "workgroup_id" | "global_id" | "num_workgroups" | "workgroup_size"
        );
        let plain = path.qualifier.is_none() && args.is_empty() && self.in_constant == 0;
        if !is_position || !plain || self.program.lookup(self.file(), &path.name.name).is_some() {
            return None;
        }
        Some(self.position(&path.name.name, axis as u8, of.span))
    }

    fn position(&mut self, name: &str, axis: u8, span: Span) -> Res<Val> {
        let size = self.b.kernel.workgroup[usize::from(axis)];
        Ok(match name {
            "local_id" => self.builtin(Builtin::LocalId(axis)),
            "workgroup_id" => self.builtin(Builtin::WorkgroupId(axis)),
            "num_workgroups" => self.builtin(Builtin::NumWorkgroups(axis)),
            "workgroup_size" => self.u32_val(size),
            "global_id" => {
                let group = self.builtin(Builtin::WorkgroupId(axis));
                let size = self.u32_val(size);
                let first = self.op(Op::Mul, &[group, size], span)?;
                let local = self.builtin(Builtin::LocalId(axis));
                self.op(Op::Add, &[first, local], span)?
            }
            _ => return Err(Reported),
        })
    }

    fn needs_subgroups(&mut self, name: &str, span: Span) -> Res<()> {
        if self.features.contains(&Feature::Subgroups) {
            return Ok(());
        }
        let d = Diagnostic::new(flow::TARGET_LACKS, span, format!("`{name}` needs subgroups"))
            .here("not every device has them")
            .help(
                "put it inside `if supports!(subgroups) { ... } else { ... }`, or mark the kernel `needs = subgroups`",
            );
        Err(self.report(d))
    }

    /// Two values of one type: a literal takes the other's.
    fn pair(&mut self, a: &Expr, b: &Expr) -> Res<(Val, Val)> {
        let left = self.value(a, None);
        let hint = left.as_ref().ok().map(|left| left.ty.clone());
        let right = self.value(b, hint.as_ref());
        Ok((left?, right?))
    }

    fn free_op(&mut self, op: Op, name: &ast::Ident, args: &[Expr], span: Span) -> Res<Val> {
        self.check_count(&name.name, 2, args.len(), span)?;
        let (a, b) = self.pair(&args[0], &args[1])?;
        self.apply(op, &[(a, args[0].span), (b, args[1].span)], span, &format!("take `{}` of", name.name))
    }

    fn select_call(&mut self, name: &ast::Ident, args: &[Expr], span: Span) -> Res<Val> {
        self.check_count(&name.name, 3, args.len(), span)?;
        let cond = self.value(&args[0], None);
        let pair = self.pair(&args[1], &args[2]);
        let (cond, (a, b)) = (cond?, pair?);
        self.select(&[(cond, args[0].span), (a, args[1].span), (b, args[2].span)], span)
    }

    fn uniform_load(&mut self, name: &ast::Ident, args: &[Expr], span: Span) -> Res<Val> {
        self.check_count(&name.name, 1, args.len(), span)?;
        let ExprKind::Ref { of, .. } = &args[0].kind else {
            let d = Diagnostic::new(codes::REFERENCE, args[0].span, "`uniform_load` takes a reference")
                .help(format!("write `uniform_load(&{})`", errors::words(&args[0])));
            return Err(self.report(d));
        };
        let place = match self.operand(of, None)? {
            Operand::Place(place) => place,
            Operand::Val(_) => return Err(self.not_shared(args[0].span)),
        };
        let tys = self.leaf_types(&place.ty)?;
        let (Store::Cells(cells), Some(index), None) = (&place.store, place.index, place.lane) else {
            return Err(self.not_shared(args[0].span));
        };
        if tys.len() != cells.len() || tys.is_empty() || !cells.iter().all(|cell| matches!(cell, Cell::Shared(_))) {
            return Err(self.not_shared(args[0].span));
        }
        self.reached_by_all();
        let mut leaves = Leaves::new();
        for (cell, ty) in cells.iter().zip(&tys) {
            let access = self.access(*cell, index, &place);
            leaves.push(self.def_ty(ty, IrExpr::UniformLoad { index, access }));
        }
        Ok(Val { ty: place.ty.clone(), leaves })
    }

    fn not_shared(&mut self, span: Span) -> Reported {
        let d = Diagnostic::new(codes::REFERENCE, span, "not an element of workgroup memory")
            .help("`uniform_load(&tile[i])` reads an element of an array made by `shared`");
        self.report(d)
    }

    fn subgroup(&mut self, op: SubgroupOp, n: usize, name: &ast::Ident, args: &[Expr], span: Span) -> Res<Val> {
        self.check_count(&name.name, n, args.len(), span)?;
        self.needs_subgroups(&name.name, span)?;
        let first = match op {
            SubgroupOp::All | SubgroupOp::Any | SubgroupOp::Ballot => self.condition(&args[0])?,
            _ => self.value(&args[0], None)?,
        };
        let Ty::Num(elem, lanes) = self.settle(&first.ty) else {
            let text = format!("`{}` takes numbers", name.name);
            return Err(self.error(codes::BAD_OPERAND, args[0].span, text));
        };
        let class = match op {
            SubgroupOp::All | SubgroupOp::Any | SubgroupOp::Ballot => Class::Any,
            _ => Class::Number,
        };
        self.require_class(class, elem, args[0].span, &format!("apply `{}` to", name.name))?;
        let mut operands = first.leaves.clone();
        if n == 2 {
            operands.extend(self.typed(&args[1], &Ty::U32)?.leaves);
        }
        let (elem, lanes) = match op {
            SubgroupOp::All | SubgroupOp::Any => (Elem::Known(Scalar::Bool), 1),
            SubgroupOp::Ballot => (Elem::Known(Scalar::U32), 4),
            _ => (elem, lanes),
        };
        self.reached_by_all();
        let leaf = self.def(elem, lanes, IrExpr::subgroup(op, &operands));
        Ok(Val::leaf(Ty::Num(elem, lanes), leaf))
    }
}
