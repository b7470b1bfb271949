//! What a name or an expression of an op stands for.

use super::poly::Poly;
use crate::program::ItemId;
use crate::source::Span;
use wgpuc_abi as abi;

/// The type of a value that the host computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ty {
    /// An exact integer, whatever its declared type.
    Int,
    /// A 32-bit float.
    F32,
    /// A truth value.
    Bool,
    /// A case of an enum, by position.
    Enum(ItemId),
}

impl Ty {
    /// The type of a value that becomes such a scalar.
    pub(super) fn of(scalar: abi::Scalar) -> Self {
        match scalar {
            abi::Scalar::Bool => Self::Bool,
            abi::Scalar::F32 | abi::Scalar::F16 => Self::F32,
            _ => Self::Int,
        }
    }
}

/// A value that the host computes.
#[derive(Clone, Debug)]
pub(super) struct Value {
    /// How.
    pub(super) expr: abi::Expr,
    /// Its type.
    pub(super) ty: Ty,
    /// For integers: what facts say of it.
    pub(super) poly: Poly,
    /// In the guest's words.
    pub(super) text: Text,
    /// What it says where it is a bool that is true, and where it is false.
    pub(super) says: (Vec<Poly>, Vec<Poly>),
}

/// Source text with WIT's names, and how tightly its outermost operator binds.
#[derive(Clone, Debug)]
pub(super) struct Text {
    /// The text.
    pub(super) text: String,
    /// 0 for `||` up to 12 for a name.
    pub(super) level: u8,
}

impl Text {
    /// How tightly a name binds.
    pub(super) const ATOM: u8 = 12;

    /// A name, a literal or a call.
    pub(super) fn atom(text: impl Into<String>) -> Self {
        Self { text: text.into(), level: Self::ATOM }
    }

    /// In parentheses where something of that level stands around it.
    pub(super) fn within(&self, level: u8) -> String {
        if self.level < level { format!("({})", self.text) } else { self.text.clone() }
    }
}

impl Value {
    /// A value of that type that facts say nothing of.
    pub(super) fn new(expr: abi::Expr, ty: Ty, text: Text) -> Self {
        Self { expr, ty, poly: Poly::default(), text, says: (vec![], vec![]) }
    }

    /// An integer that is known.
    pub(super) fn int(value: i64) -> Self {
        let poly = Poly::constant(i128::from(value));
        Self { poly, ..Self::new(abi::Expr::Int(value), Ty::Int, Text::atom(value.to_string())) }
    }

    /// A truth value that is known.
    pub(super) fn bool(value: bool) -> Self {
        Self::new(abi::Expr::Bool(value), Ty::Bool, Text::atom(value.to_string()))
    }

    /// Whether it is known.
    pub(super) fn is_known(&self) -> bool {
        matches!(self.expr, abi::Expr::Int(_) | abi::Expr::F32(_) | abi::Expr::Bool(_))
    }
}

/// A buffer as an op sees it.
#[derive(Clone, Debug)]
pub(super) struct Buffer {
    /// What a launch passes.
    pub(super) arg: abi::Arg,
    /// One element.
    pub(super) elem: Elem,
    /// Whether a kernel may write it.
    pub(super) mutable: bool,
    /// `Option<&[T]>`.
    pub(super) optional: bool,
    /// Of what `try_scratch` gives: the slot that says whether there was room.
    pub(super) taken: Option<u32>,
    /// Whether it may be the same as others that also say so.
    pub(super) may_alias: bool,
    /// How many elements it has.
    pub(super) len: Value,
    /// Where it was declared.
    pub(super) span: Span,
}

impl Buffer {
    /// What says whether it is there; `None` where it always is.
    pub(super) fn is_some(&self) -> Option<abi::Expr> {
        match (self.taken, &self.arg) {
            (Some(slot), _) => Some(abi::Expr::Slot(slot)),
            (None, abi::Arg::Param(param)) if self.optional => Some(abi::Expr::IsSome { param: *param }),
            _ => None,
        }
    }
}

/// One element of a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Elem {
    /// A number.
    Scalar(abi::Scalar),
    /// Several numbers.
    Vector(abi::Scalar, u8),
    /// A struct, and its size in bytes.
    Struct(ItemId, u32),
}

impl Elem {
    /// Its size in bytes.
    pub(super) fn bytes(self) -> u32 {
        match self {
            Self::Scalar(scalar) => scalar.bytes(),
            Self::Vector(scalar, lanes) => scalar.bytes() * u32::from(lanes),
            Self::Struct(_, bytes) => bytes,
        }
    }
}

/// A struct of values: a parameter, or one that the op makes.
#[derive(Clone, Debug)]
pub(super) struct Record {
    /// The struct.
    pub(super) of: ItemId,
    /// Its fields in order; `None` where something is wrong, which has been reported.
    pub(super) fields: Vec<Option<Value>>,
}

/// A buffer that a condition of the call chooses.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    /// The condition.
    pub(super) cond: Value,
    /// What it is where the condition holds, and where it does not: a buffer, or another choice.
    pub(super) ways: [Entity; 2],
    /// How many buffers it may be.
    pub(super) n_ways: usize,
}

/// What a name in an op means.
#[derive(Clone, Debug)]
pub(super) enum Entity {
    /// A value.
    Value(Value),
    /// A struct.
    Record(Record),
    /// A buffer.
    Buffer(Buffer),
    /// One of two buffers.
    Choice(Box<Choice>),
    /// Something that has been reported: what uses it stays silent.
    Unknown,
}

/// The names that are visible, innermost last.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    names: Vec<(String, Entity)>,
}

impl Scope {
    /// Makes a name visible.
    pub(super) fn add(&mut self, name: &str, entity: Entity) {
        self.names.push((name.to_owned(), entity));
    }

    /// What a name means.
    pub(super) fn get(&self, name: &str) -> Option<&Entity> {
        self.names.iter().rev().find(|(n, _)| n == name).map(|(_, entity)| entity)
    }

    /// Makes buffers that this condition chooses the ones that they are where it holds, or does not.
    pub(super) fn settle(&mut self, cond: &abi::Expr, holds: bool) {
        for at in 0..self.names.len() {
            let (name, Entity::Choice(choice)) = &self.names[at] else { continue };
            let is_hidden = self.names[at + 1..].iter().any(|(other, _)| other == name);
            if choice.cond.expr == *cond && !is_hidden {
                let settled = (name.clone(), choice.ways[usize::from(!holds)].clone());
                self.names.push(settled);
            }
        }
    }

    /// A mark to return to.
    pub(super) fn mark(&self) -> usize {
        self.names.len()
    }

    /// Forgets what came after a mark.
    pub(super) fn reset(&mut self, mark: usize) {
        self.names.truncate(mark);
    }

    /// All names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|(name, _)| name.as_str())
    }
}
