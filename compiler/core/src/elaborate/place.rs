//! Places: what can be read, assigned and passed by reference, down to one field, element or lane.

use super::types::{Elem, Ty};
use super::value::Val;
use super::{Elaborator, Res};
use crate::diag::{Diagnostic, codes::types as codes};
use crate::ir::{Const, Op, ParamId, SharedId, SlotId, ValueId};
use crate::source::Span;
use std::rc::Rc;

/// A part of a variable, of an array, or of a buffer.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) ty: Ty,
    pub(super) store: Store,
    /// The flat index so far, in elements of `ty`; `None` before the first index.
    pub(super) index: Option<ValueId>,
    /// One lane of the vector that `store` holds.
    pub(super) lane: Option<Lane>,
    pub(super) owner: Rc<Owner>,
    /// What the memory was first called, before it was passed to a function.
    pub(super) root: Rc<str>,
    /// The source of the last index: where an access is reported.
    pub(super) span: Span,
}

/// What was declared, for messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) name: String,
    /// Its declaration.
    pub(super) span: Span,
    pub(super) kind: OwnerKind,
}

impl Owner {
    /// A label for where it was declared.
    pub(super) fn declared(&self) -> (Span, String) {
        (self.span, format!("`{}` is declared here", self.name))
    }
}

/// How something was declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OwnerKind {
    /// `let x`, a parameter, a loop's variable.
    Let,
    /// `let mut x`.
    Mut,
    /// `x: &T`.
    Ref,
    /// `x: &mut T`.
    RefMut,
    /// `shared`.
    Shared,
}

/// Where the leaves of a place lie.
#[derive(Clone, Debug)]
pub(super) enum Store {
    /// One cell for each leaf, arrays aside.
    Cells(Vec<Cell>),
    /// A struct in a buffer.
    Element(Element),
    /// A field of a struct in a buffer.
    Field {
        element: Element,
        /// From the element's start, in words of 4 bytes.
        offset: u32,
    },
}

/// A buffer of structs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) param: ParamId,
    /// The size of an element, in words of 4 bytes.
    pub(super) words: u32,
    /// Whether an element is one vector of words; else each word is an element of the buffer.
    pub(super) vector: bool,
}

/// A variable, or an array of scalars or vectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Slot(SlotId),
    Shared(SharedId),
    Buffer(ParamId),
}

/// Which lane.
#[derive(Clone, Copy, Debug)]
pub(super) enum Lane {
    Known(u8),
    Computed(ValueId),
}

impl Owner {
    pub(super) fn new(name: &str, span: Span, kind: OwnerKind) -> Rc<Self> {
        Rc::new(Self { name: name.to_owned(), span, kind })
    }
}

impl Place {
    /// Whether it lies in memory that others see.
    pub(super) fn is_memory(&self) -> bool {
        match &self.store {
            Store::Cells(cells) => cells.iter().any(|cell| !matches!(cell, Cell::Slot(_))),
            Store::Element(_) | Store::Field { .. } => true,
        }
    }

    /// The buffer that it lies in.
    pub(super) fn buffer(&self) -> Option<ParamId> {
        match &self.store {
            Store::Cells(cells) => match cells.first() {
                Some(Cell::Buffer(param)) => Some(*param),
                _ => None,
            },
            Store::Element(element) | Store::Field { element, .. } => Some(element.param),
        }
    }
}

impl Elaborator<'_> {
    /// A new variable of that type. What it holds is unspecified until it is written.
    pub(super) fn variable(&mut self, ty: &Ty, owner: Rc<Owner>) -> Res<Place> {
        let mut cells = vec![];
        let span = std::mem::replace(&mut self.b.span, owner.span);
        for (leaf, len) in self.cells(ty)? {
            cells.push(Cell::Slot(self.slot(&owner.name, &leaf, len)));
        }
        self.b.span = span;
        let (span, root) = (owner.span, owner.name.as_str().into());
        Ok(Place { ty: ty.clone(), store: Store::Cells(cells), index: None, lane: None, span, owner, root })
    }

    fn slot(&mut self, name: &str, leaf: &Ty, len: Option<u32>) -> SlotId {
        let (elem, lanes) = match leaf {
            Ty::Num(elem, lanes) => (self.settle_elem(*elem), *lanes),
            _ => (Elem::Known(crate::ir::Scalar::U32), 1),
        };
        let scalar = match elem {
            Elem::Known(scalar) => scalar,
            Elem::Var(_) => crate::ir::Scalar::I32,
        };
        let slot = self.b.slot(name, crate::ir::Type::vector(scalar, lanes), len);
        if let Elem::Var(var) = elem {
            self.slot_vars.push((slot, var));
        }
        slot
    }

    /// A field of a place.
    pub(super) fn place_field(&mut self, place: &Place, at: usize) -> Res<Place> {
        let parts = self.parts(&place.ty)?;
        let mut first = 0;
        for part in &parts[..at] {
            first += self.cells(part)?.len();
        }
        let ty = parts[at].clone();
        let store = match &place.store {
            Store::Cells(cells) => {
                let n = self.cells(&ty)?.len();
                Store::Cells(cells[first..first + n].to_vec())
            }
            Store::Element(element) => {
                let offset = match &place.ty {
                    Ty::Struct(id) => self.layout(*id)?.offsets.get(at).copied().unwrap_or(0) / 4,
                    _ => 0,
                };
                Store::Field { element: *element, offset }
            }
            field @ Store::Field { .. } => field.clone(),
        };
        Ok(Place { ty, store, ..place.clone() })
    }

    /// An element of an array or slice, or a lane of a vector. The index is u32.
    pub(super) fn place_index(&mut self, place: &Place, index: ValueId, span: Span) -> Res<Place> {
        let (ty, len) = match &place.ty {
            Ty::Array(of, len) => ((**of).clone(), Some(*len)),
            Ty::Slice(of) => ((**of).clone(), None),
            Ty::Num(elem, lanes) if *lanes > 1 => {
                let lane = match self.const_of(index).map(Const::as_u32) {
                    Some(lane) => Lane::Known(self.check_lane(lane, *lanes, span)?),
                    None => Lane::Computed(index),
                };
                return Ok(Place { ty: Ty::Num(*elem, 1), lane: Some(lane), ..place.clone() });
            }
            other => return Err(self.not_indexable(&other.clone(), span)),
        };
        if let (Some(len), Some(at)) = (len, self.const_of(index).map(Const::as_u32)) {
            self.check_index(at, len, span)?;
        }
        let flat = match (place.index, len) {
            (Some(outer), Some(len)) => {
                let outer = Val::leaf(Ty::U32, outer);
                let len = self.u32_val(len);
                let start = self.wrapping(Op::Mul, &[outer, len], span)?;
                let index = Val::leaf(Ty::U32, index);
                let flat = self.wrapping(Op::Add, &[start, index], span)?;
                flat.leaves[0]
            }
            _ => index,
        };
        Ok(Place { ty, index: Some(flat), span, ..place.clone() })
    }

    /// An operation that wraps, also in constants.
    fn wrapping(&mut self, op: Op, operands: &[Val], span: Span) -> Res<Val> {
        let in_constant = std::mem::take(&mut self.in_constant);
        let val = self.op(op, operands, span);
        self.in_constant = in_constant;
        val
    }

    pub(super) fn check_lane(&mut self, lane: u32, lanes: u8, span: Span) -> Res<u8> {
        if lane < u32::from(lanes) {
            return Ok(lane as u8);
        }
        let d = Diagnostic::new(codes::BAD_LENGTH, span, "index out of range")
            .here(format!("the vector has {lanes} lanes, the index is {lane}"));
        Err(self.report(d))
    }

    pub(super) fn check_index(&mut self, index: u32, len: u32, span: Span) -> Res<()> {
        if index < len {
            return Ok(());
        }
        let d = Diagnostic::new(codes::BAD_LENGTH, span, "index out of range")
            .here(format!("the length is {len}, the index is {index}"));
        Err(self.report(d))
    }

    pub(super) fn not_indexable(&mut self, ty: &Ty, span: Span) -> super::Reported {
        let text = format!("cannot index into a value of type `{}`", self.show(ty));
        self.report(Diagnostic::new(codes::NOT_INDEXABLE, span, text))
    }

    /// Refuses to write where the source does not allow it.
    pub(super) fn check_mutable(&mut self, place: &Place, span: Span) -> Res<()> {
        let name = &place.owner.name;
        let d = match place.owner.kind {
            OwnerKind::Mut | OwnerKind::RefMut | OwnerKind::Shared => return Ok(()),
            OwnerKind::Let => Diagnostic::new(
                codes::NOT_MUTABLE,
                span,
                format!("cannot assign to `{name}`, which is not declared as mutable"),
            )
            .here("cannot assign")
            .label(place.owner.span, format!("`{name}` is declared here"))
            .help(format!("make it mutable: `mut {name}`")),
            OwnerKind::Ref => Diagnostic::new(
                codes::NOT_MUTABLE,
                span,
                format!("cannot assign to `{name}`, which is behind a `&` reference"),
            )
            .here("cannot assign")
            .label(place.owner.span, format!("`{name}` is declared here"))
            .help(format!("take it by mutable reference: `{name}: &mut ...`")),
        };
        Err(self.report(d))
    }
}
