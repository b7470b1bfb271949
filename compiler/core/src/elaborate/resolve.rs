//! Types as written, and what paths mean.

use super::scope::{Generic, Local};
use super::types::{Elem, Ty};
use super::value::Val;
use super::{Elaborator, Res, errors};
use crate::diag::{Diagnostic, Use, codes::types as codes, foreign, own_type};
use crate::ir::{self, Const, Scalar};
use crate::program::ItemId;
use crate::source::Span;
use crate::syntax::ast::{self, ExprKind, TypeKind};
use std::rc::Rc;

/// What a path or an expression gives: a value, or a place that has one.
#[derive(Clone, Debug)]
pub(super) enum Operand {
    Val(Val),
    Place(super::place::Place),
}

impl Elaborator<'_> {
    /// The type that is written. References and `Option` stand only in signatures, which look at them before.
    pub(super) fn resolve_type(&mut self, ty: &ast::Type) -> Res<Ty> {
        match &ty.kind {
            TypeKind::Scalar(scalar) => Ok(Ty::scalar(*scalar)),
            TypeKind::Vector(scalar, lanes) => Ok(Ty::Num(Elem::Known(*scalar), *lanes)),
            TypeKind::Named(name) => self.named_type(name),
            TypeKind::Atomic(of) => match self.resolve_type(of)? {
                Ty::Num(Elem::Known(scalar @ (Scalar::U32 | Scalar::I32)), 1) => Ok(Ty::Atomic(scalar)),
                ty => {
                    let d = Diagnostic::new(codes::ATOMIC, of.span, "only `u32` and `i32` can be atomic");
                    Err(self.report(match ty {
                        Ty::Num(Elem::Known(Scalar::F16 | Scalar::F32), _) => d
                            .note("a sum of floats depends on the order in which they are added, and atomics have none")
                            .help("add fixed-point numbers, `(x * 65536.0) as i32`, or one sum a workgroup, by `block_sum`"),
                        _ => d,
                    }))
                }
            },
            TypeKind::Array(of, len) => {
                let of = self.resolve_type(of)?;
                let len = self.const_u32(len)?;
                self.check_length(&of, len, ty.span)?;
                Ok(Ty::Array(Rc::new(of), len))
            }
            TypeKind::Slice(of) => Ok(Ty::Slice(Rc::new(self.resolve_type(of)?))),
            TypeKind::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.resolve_type(part)).collect::<Res<_>>()?;
                Ok(Ty::Tuple(parts))
            }
            TypeKind::Ref { .. } => {
                Err(self.error(codes::REFERENCE, ty.span, "references stand only in the parameters of functions"))
            }
            TypeKind::Option(_) => {
                Err(self.error(codes::MISPLACED, ty.span, "`Option` stands only in the parameters of an op"))
            }
            TypeKind::Infer => Err(self.error(codes::UNKNOWN_TYPE, ty.span, "the type cannot be left out here")),
        }
    }

    fn named_type(&mut self, name: &ast::Ident) -> Res<Ty> {
        match self.generic(&name.name) {
            Some(Generic::Type(ty)) => return Ok(ty.clone()),
            Some(Generic::Const(..)) => {
                let text = format!("`{}` is a value, not a type", name.name);
                return Err(self.error(codes::UNKNOWN_TYPE, name.span, text));
            }
            None => {}
        }
        if let Some(id) = self.program.lookup(self.file(), &name.name) {
            match self.program.item(id) {
                ast::Item::Struct(_) => return Ok(Ty::Struct(id)),
                ast::Item::Enum(_) => return Ok(Ty::Enum(id)),
                _ => {}
            }
        }
        let mut d = Diagnostic::new(codes::UNKNOWN_TYPE, name.span, format!("unknown type `{}`", name.name));
        let own = own_type(&name.name).map(|own| format!("write `{own}`"));
        let own = own.or_else(|| foreign(&name.name, Use::Value).map(str::to_owned));
        d = match (own, self.program.hidden(&name.name)) {
            (Some(own), _) => d.help(own),
            (None, Some(item)) => errors::hidden(d, item),
            (None, None) => match errors::nearest(&name.name, self.names_here()) {
                Some(near) => d.help(format!("a similar name exists: `{near}`")),
                None => d.here("not found here"),
            },
        };
        Err(self.report(d))
    }

    /// Refuses arrays without elements, and those too large for any memory of a workgroup.
    fn check_length(&mut self, of: &Ty, len: u32, span: Span) -> Res<()> {
        if len == 0 {
            return Err(self.error(codes::BAD_LENGTH, span, "an array has at least one element"));
        }
        if self.n_leaves(of)?.saturating_mul(len as usize) > 1 << 20 {
            return Err(self.error(codes::BAD_LENGTH, span, "an array of more than 2^20 numbers"));
        }
        Ok(())
    }

    /// What a path means as an expression.
    pub(super) fn path(&mut self, path: &ast::Path) -> Res<Operand> {
        match &path.qualifier {
            None => self.name(&path.name),
            Some(qualifier) => self.qualified(qualifier, &path.name).map(Operand::Val),
        }
    }

    fn name(&mut self, name: &ast::Ident) -> Res<Operand> {
        match self.local(&name.name) {
            Some(Local::Val(val)) => return Ok(Operand::Val(val.clone())),
            Some(Local::Place(place)) => return Ok(Operand::Place(place.clone())),
            Some(Local::Deferred(at)) => {
                let deferred = &self.deferred[*at];
                return match &deferred.place {
                    Some(place) => Ok(Operand::Place(place.clone())),
                    None => Err(self.unassigned_error(&name.name, deferred.owner.span, name.span)),
                };
            }
            Some(Local::Wrong) => return Err(super::Reported),
            None => {}
        }
        match self.generic(&name.name) {
            Some(Generic::Const(ty, value)) => {
                let (ty, value) = (ty.clone(), *value);
                let leaf = self.b.constant(value);
                return Ok(Operand::Val(Val::leaf(ty, leaf)));
            }
            Some(Generic::Type(_)) => {
                let text = format!("`{}` is a type, not a value", name.name);
                return Err(self.error(codes::UNKNOWN_NAME, name.span, text));
            }
            None => {}
        }
        let Some(id) = self.program.lookup(self.file(), &name.name) else {
            return Err(self.unknown("name", name, &[]));
        };
        match self.program.item(id) {
            ast::Item::Const(item) => self.const_item(id, item, name.span),
            other => {
                let what = match other {
                    ast::Item::Struct(_) => "a struct",
                    ast::Item::Enum(_) => "an enum",
                    ast::Item::Op(_) => "an op",
                    ast::Item::Kernel(_) => "a kernel",
                    _ => "a function",
                };
                let text = format!("`{}` is {what}, not a value", name.name);
                Err(self.error(codes::UNKNOWN_NAME, name.span, text))
            }
        }
    }

    pub(super) fn unassigned_error(&mut self, name: &str, declared: Span, span: Span) -> super::Reported {
        let d = Diagnostic::new(codes::UNASSIGNED, span, format!("`{name}` may be read before it is assigned"))
            .here("read here")
            .label(declared, "declared without a value here");
        self.report(d)
    }

    /// Refuses to read a variable that was declared without a value and may not have one yet.
    pub(super) fn check_assigned(&mut self, place: &super::place::Place) -> Res<()> {
        let unassigned = self.unassigned.iter().find(|at| self.deferred[**at].owner == place.owner);
        match unassigned {
            Some(_) => Err(self.unassigned_error(&place.owner.name.clone(), place.owner.span, self.b.span)),
            None => Ok(()),
        }
    }

    /// `ReduceOp::Sum`, `u32::MAX`, `T::MAX`.
    fn qualified(&mut self, qualifier: &ast::Ident, name: &ast::Ident) -> Res<Val> {
        if let Some(id) = self.enum_named(&qualifier.name) {
            let case = self.case(id, name)?;
            let leaf = self.b.u32(case);
            return Ok(Val::leaf(Ty::Enum(id), leaf));
        }
        let ty = self.qualifier_type(qualifier, name)?;
        let Ty::Num(elem, lanes) = self.settle(&ty) else {
            return Err(self.unknown_associated(&ty, name));
        };
        let scalar = self.force(elem, name.span);
        if name.name == "LANES" {
            return Ok(self.u32_val(u32::from(lanes)));
        }
        match associated(scalar, &name.name) {
            Some(bits) => {
                let value = Const::splat(ir::ScalarConst { scalar, bits }, lanes);
                Ok(self.constant_val(value))
            }
            None => Err(self.unknown_associated(&ty, name)),
        }
    }

    pub(super) fn unknown_associated(&mut self, ty: &Ty, name: &ast::Ident) -> super::Reported {
        let text = format!("`{}` has no `{}`", self.show(&self.settle(ty)), name.name);
        let d = Diagnostic::new(codes::UNKNOWN_NAME, name.span, text);
        let help = foreign(&name.name, Use::Value).or_else(|| foreign(&name.name, Use::Method));
        self.report(match help {
            Some(help) => d.help(help),
            None => d,
        })
    }

    pub(super) fn enum_named(&self, name: &str) -> Option<ItemId> {
        let id = self.program.lookup(self.file(), name)?;
        matches!(self.program.item(id), ast::Item::Enum(_)).then_some(id)
    }

    /// The position of a case.
    pub(super) fn case(&mut self, id: ItemId, name: &ast::Ident) -> Res<u32> {
        let ast::Item::Enum(item) = self.program.item(id) else { return Err(super::Reported) };
        match (0..).zip(&item.cases).find(|(_, case)| case.name.name == name.name) {
            Some((at, _)) => Ok(at),
            None => {
                let text = format!("enum `{}` has no case `{}`", item.name.name, name.name);
                let mut d = Diagnostic::new(codes::UNKNOWN_NAME, name.span, text);
                if let Some(near) = errors::nearest(&name.name, item.cases.iter().map(|case| case.name.name.as_str())) {
                    d = d.help(format!("a similar case exists: `{near}`"));
                }
                Err(self.report(d))
            }
        }
    }

    /// The type that stands before `::`, and before that name.
    pub(super) fn qualifier_type(&mut self, name: &ast::Ident, of: &ast::Ident) -> Res<Ty> {
        if let Some(ty) = type_named(&name.name) {
            return Ok(Ty::known(ty));
        }
        // A file's name as a path.
        if self.generic(&name.name).is_none()
            && self.program.lookup(self.file(), &name.name).is_none()
            && self.program.lookup(self.file(), &of.name).is_some()
        {
            let d = Diagnostic::new(codes::UNKNOWN_TYPE, name.span, format!("unknown type `{}`", name.name))
                .help(format!("names need no path: write `{}`", of.name));
            return Err(self.report(d));
        }
        self.named_type(name)
    }

    /// A constant, as shown in messages.
    pub(super) fn show_const(&self, ty: &Ty, value: Const) -> String {
        match ty {
            Ty::Enum(id) => match self.program.item(*id) {
                ast::Item::Enum(item) => match item.cases.get(value.as_u32() as usize) {
                    Some(case) => case.name.name.clone(),
                    None => value.as_u32().to_string(),
                },
                _ => value.as_u32().to_string(),
            },
            _ => match value.ty.scalar {
                Scalar::Bool => value.as_bool().to_string(),
                Scalar::F32 => value.as_f32().to_string(),
                scalar => super::infer::int_of_bits(value.lanes[0], scalar).to_string(),
            },
        }
    }

    /// Whether an expression is the name of something that is a reference already: a buffer, a shared array, a
    /// reference parameter; or shows such a thing as vectors.
    pub(super) fn is_reference(&self, expr: &ast::Expr) -> bool {
        use super::place::OwnerKind;
        let path = match &expr.kind {
            ExprKind::Path(path) => path,
            ExprKind::Method { receiver, name, .. } => {
                return super::shared::view_lanes(name).is_some() && self.is_reference(receiver);
            }
            _ => return false,
        };
        match self.local(&path.name.name) {
            Some(Local::Place(place)) => {
                matches!(place.owner.kind, OwnerKind::Ref | OwnerKind::RefMut | OwnerKind::Shared)
            }
            _ => false,
        }
    }
}

/// `u32`, `f32x4`.
pub(super) fn type_named(name: &str) -> Option<ir::Type> {
    let all = [
        Scalar::Bool,
        Scalar::I8,
        Scalar::U8,
        Scalar::I32,
        Scalar::U32,
        Scalar::I64,
        Scalar::U64,
        Scalar::F16,
        Scalar::Bf16,
        Scalar::F32,
    ];
    all.into_iter().find_map(|scalar| match name.strip_prefix(scalar.name())? {
        "" => Some(ir::Type::scalar(scalar)),
        "x2" => Some(ir::Type::vector(scalar, 2)),
        "x3" => Some(ir::Type::vector(scalar, 3)),
        "x4" => Some(ir::Type::vector(scalar, 4)),
        _ => None,
    })
}

/// The bits of a type's constant: `MAX`, `INFINITY`.
fn associated(scalar: Scalar, name: &str) -> Option<u64> {
    use super::infer::{bits_of_int, int_range};
    if let Some((low, high)) = int_range(scalar) {
        return match name {
            "MIN" => bits_of_int(low, scalar),
            "MAX" => bits_of_int(high, scalar),
            "BITS" => Some(u64::from(scalar.bytes()) * 8),
            _ => None,
        };
    }
    // Sign, exponent and fraction: the bits of the exponent and of the fraction.
    let (exponent, fraction): (u32, u32) = match scalar {
        Scalar::F32 => (8, 23),
        Scalar::F16 => (5, 10),
        Scalar::Bf16 => (8, 7),
        _ => return None,
    };
    let sign = 1 << (exponent + fraction);
    let infinity = ((1 << exponent) - 1) << fraction;
    let bias = (1 << (exponent - 1)) - 1;
    Some(match name {
        "INFINITY" => infinity,
        "NEG_INFINITY" => infinity | sign,
        "NAN" => infinity | 1 << (fraction - 1),
        "MAX" => infinity - 1,
        "MIN" => (infinity - 1) | sign,
        "MIN_POSITIVE" => 1 << fraction,
        "EPSILON" => u64::from(bias - fraction) << fraction,
        _ => return None,
    })
}
