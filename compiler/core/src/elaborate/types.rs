//! The types of the kernel language while a kernel is elaborated, and their leaves.
//!
//! A type is concrete except that the lanes of a number may still be a variable: a literal's type follows its use.

use super::infer::VarId;
use super::{Elaborator, Reported};
use crate::diag::{Diagnostic, codes::types as codes};
use crate::ir;
use crate::program::ItemId;
use crate::source::Span;
use crate::syntax::ast;
use std::rc::Rc;
use wgpuc_abi::Scalar;

/// A type.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Ty {
    /// A scalar (one lane) or a vector.
    Num(Elem, u8),
    /// An enum: one u32 leaf.
    Enum(ItemId),
    /// A struct, split into its fields.
    Struct(ItemId),
    /// A tuple; `()` has no part.
    Tuple(Vec<Ty>),
    /// `[T; N]`.
    Array(Rc<Ty>, u32),
    /// `[T]`: only of places.
    Slice(Rc<Ty>),
    /// `Atomic<T>`: only of places.
    Atomic(Scalar),
    /// The type of `return` and `break`.
    Never,
}

/// The type of one lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Elem {
    /// Known.
    Known(Scalar),
    /// Not yet.
    Var(VarId),
}

impl Ty {
    pub(super) const BOOL: Self = Self::scalar(Scalar::Bool);
    pub(super) const U32: Self = Self::scalar(Scalar::U32);
    pub(super) const UNIT: Self = Self::Tuple(vec![]);

    pub(super) const fn scalar(scalar: Scalar) -> Self {
        Self::Num(Elem::Known(scalar), 1)
    }

    pub(super) const fn known(ty: ir::Type) -> Self {
        Self::Num(Elem::Known(ty.scalar), ty.lanes)
    }

    /// The lanes of a scalar or vector.
    pub(super) const fn lanes(&self) -> Option<u8> {
        match self {
            Self::Num(_, lanes) => Some(*lanes),
            _ => None,
        }
    }
}

impl From<ir::Type> for Ty {
    fn from(ty: ir::Type) -> Self {
        Self::known(ty)
    }
}

/// The most numbers that a struct holds.
const MAX_LEAVES: usize = 1 << 14;

/// The fields of a struct.
pub(super) type Fields = Rc<[(String, Ty)]>;

impl Elaborator<'_> {
    /// The fields of a struct, in order.
    pub(super) fn fields(&mut self, id: ItemId) -> Result<Fields, Reported> {
        if let Some(fields) = self.structs.get(&id) {
            return fields.clone().ok_or(Reported);
        }
        let ast::Item::Struct(item) = self.program.item(id) else { return Err(Reported) };
        // Until they are known, a struct that contains itself finds the mark of an error.
        self.structs.insert(id, None);
        self.check_chain(self.open_structs.len(), "structs contain one another", item.name.span)?;
        self.open_structs.push(id);
        self.enter_file(self.program.file_of(id), item.name.span);
        let mut fields = vec![];
        let mut failed = false;
        for field in &item.fields {
            match self.resolve_type(&field.ty) {
                Ok(ty @ (Ty::Slice(_) | Ty::Atomic(_))) => {
                    let what = format!("field `{}` cannot have the type `{}`", field.name.name, self.show(&ty));
                    let help = match ty {
                        Ty::Slice(_) => "pass the slice beside the struct",
                        _ => "put atomics into an array of their own: `shared_zeroed::<[Atomic<u32>; N]>()`",
                    };
                    self.report(Diagnostic::new(codes::BAD_STRUCT, field.ty.span, what).help(help));
                    failed = true;
                }
                Ok(ty) => {
                    failed |= self.check_structs_in(&ty, field.ty.span).is_err();
                    fields.push((field.name.name.clone(), ty));
                }
                Err(Reported) => failed = true,
            }
        }
        self.leave_file();
        self.open_structs.pop();
        if failed {
            return Err(Reported);
        }
        let mut n = 0_usize;
        for (_, ty) in &fields {
            n = n.saturating_add(self.n_leaves(ty)?);
        }
        if n > MAX_LEAVES {
            let what = format!("struct `{}` holds more than {MAX_LEAVES} numbers", item.name.name);
            return Err(self.error(codes::BAD_STRUCT, item.name.span, what));
        }
        let fields: Fields = fields.into();
        self.structs.insert(id, Some(fields.clone()));
        Ok(fields)
    }

    /// Looks at the structs that a field is made of: none may be one that is being looked at.
    fn check_structs_in(&mut self, ty: &Ty, span: Span) -> Result<(), Reported> {
        match ty {
            Ty::Struct(id) if self.open_structs.contains(id) => {
                let what = format!("struct `{}` contains itself", self.program.item(*id).name().name);
                Err(self.error(codes::BAD_STRUCT, span, what))
            }
            Ty::Struct(id) => self.fields(*id).map(drop),
            Ty::Tuple(parts) => parts.iter().try_for_each(|part| self.check_structs_in(part, span)),
            Ty::Array(of, _) => self.check_structs_in(of, span),
            _ => Ok(()),
        }
    }

    /// The parts of a struct or tuple, in order.
    pub(super) fn parts(&mut self, ty: &Ty) -> Result<Vec<Ty>, Reported> {
        match ty {
            Ty::Struct(id) => Ok(self.fields(*id)?.iter().map(|(_, ty)| ty.clone()).collect()),
            Ty::Tuple(parts) => Ok(parts.clone()),
            _ => Ok(vec![]),
        }
    }

    /// How many leaves a value of this type has.
    pub(super) fn n_leaves(&mut self, ty: &Ty) -> Result<usize, Reported> {
        match ty {
            Ty::Num(..) | Ty::Enum(_) | Ty::Atomic(_) => Ok(1),
            Ty::Struct(_) | Ty::Tuple(_) => {
                let mut n = 0_usize;
                for part in self.parts(ty)? {
                    n = n.saturating_add(self.n_leaves(&part)?);
                }
                Ok(n)
            }
            Ty::Array(of, len) => Ok(self.n_leaves(of)?.saturating_mul(*len as usize)),
            Ty::Slice(_) | Ty::Never => Ok(0),
        }
    }

    /// The cells that a variable of this type takes: each leaf's type, arrays aside, and how many of it there are.
    pub(super) fn cells(&mut self, ty: &Ty) -> Result<Vec<(Ty, Option<u32>)>, Reported> {
        let mut cells = vec![];
        self.push_cells(ty, None, &mut cells)?;
        Ok(cells)
    }

    fn push_cells(&mut self, ty: &Ty, len: Option<u32>, cells: &mut Vec<(Ty, Option<u32>)>) -> Result<(), Reported> {
        match ty {
            Ty::Num(..) | Ty::Enum(_) | Ty::Atomic(_) => cells.push((ty.clone(), len)),
            Ty::Struct(_) | Ty::Tuple(_) => {
                for part in self.parts(ty)? {
                    self.push_cells(&part, len, cells)?;
                }
            }
            Ty::Array(of, n) => self.push_cells(of, Some(len.unwrap_or(1).saturating_mul(*n)), cells)?,
            Ty::Slice(_) | Ty::Never => {}
        }
        Ok(())
    }

    /// The type in the source's words.
    pub(super) fn show(&self, ty: &Ty) -> String {
        match ty {
            Ty::Num(elem, lanes) => {
                let elem = match elem {
                    Elem::Known(scalar) => scalar.name(),
                    Elem::Var(var) => self.vars.show(*var),
                };
                if *lanes == 1 { elem.to_owned() } else { format!("{elem}x{lanes}") }
            }
            Ty::Enum(id) | Ty::Struct(id) => self.program.item(*id).name().name.clone(),
            Ty::Tuple(parts) if parts.len() == 1 => format!("({},)", self.show(&parts[0])),
            Ty::Tuple(parts) => {
                format!("({})", parts.iter().map(|part| self.show(part)).collect::<Vec<_>>().join(", "))
            }
            Ty::Array(of, len) => format!("[{}; {len}]", self.show(of)),
            Ty::Slice(of) => format!("[{}]", self.show(of)),
            Ty::Atomic(scalar) => format!("Atomic<{}>", scalar.name()),
            Ty::Never => "!".to_owned(),
        }
    }
}
