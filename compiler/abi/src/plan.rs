//! Plans: what a call of an op does, as data that one executor in the runtime walks.
//!
//! Integers in a plan are exact. An executor evaluates them in 128 bits and fails the call where one does not fit
//! its place, so `m * k * 4` never wraps.

use crate::Feature;
use serde::{Deserialize, Serialize};

/// The steps of an op's call, in order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// How many [`Step::Let`] slots there are.
    pub n_slots: u32,
    /// How many [`Step::Scratch`] buffers there are.
    pub n_scratch: u32,
    /// The steps.
    pub steps: Vec<Step>,
}

/// One step of a [`Plan`]. All requirements that a call meets on its way come before its first launch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Keeps a value.
    Let {
        /// Where.
        slot: u32,
        /// The source's name for it.
        name: String,
        /// The value.
        value: Expr,
    },
    /// Fails the call with `invalid-params` unless `cond` holds.
    Require {
        /// The condition. Where it is a comparison, the message shows both sides' values.
        cond: Expr,
        /// The condition in the source's words, with WIT's names: `params.max-index > 0`.
        text: String,
        /// The left side's text, where `cond` is a comparison.
        left: String,
        /// The right side's text, where `cond` is a comparison.
        right: String,
    },
    /// Takes a temporary buffer, given back after the call's last launch. Its content is unspecified.
    Scratch {
        /// Its number in this plan.
        id: u32,
        /// The size of one element, in bytes.
        elem_bytes: u32,
        /// How many elements.
        len: Expr,
        /// Whether it starts as zero.
        zeroed: bool,
        /// The slot that gets whether there was room for it; where there is none, a lack of room fails the call.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        taken: Option<u32>,
    },
    /// Launches a kernel.
    Launch {
        /// Index into [`crate::Manifest::kernels`].
        kernel: u32,
        /// Which of its instances.
        instance: Choice,
        /// Workgroups per axis. A product of 0 launches nothing.
        grid: [Expr; 3],
        /// One per parameter of the kernel.
        args: Vec<Arg>,
    },
    /// Takes one of two ways.
    If {
        /// A bool.
        cond: Expr,
        /// Where it holds.
        then: Vec<Step>,
        /// Where it does not.
        otherwise: Vec<Step>,
    },
}

/// Which instance a launch runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    /// Always this one.
    Fixed(u32),
    /// By the values of some expressions: the case whose values all agree.
    Table {
        /// Enums as their case's position, bools as 0 and 1.
        selectors: Vec<Expr>,
        /// Values of the selectors, and the instance. Every combination that can arise is listed.
        cases: Vec<(Vec<i64>, u32)>,
    },
}

/// What a launch passes for one parameter of the kernel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Arg {
    /// A number or bool. An integer must fit the parameter's type.
    Scalar(Expr),
    /// A buffer that the op was given.
    Param(u32),
    /// A temporary buffer.
    Scratch(u32),
}

/// A value that the host computes: an exact integer, an f32, or a bool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Expr {
    /// An integer.
    Int(i64),
    /// A 32-bit float, as its bits.
    F32(u32),
    /// A truth value.
    Bool(bool),
    /// A parameter that is a value, or a field of one that is a record. An enum's value is its case's position.
    Param {
        /// Index of the op's parameter.
        param: u32,
        /// Index of the record's field.
        field: Option<u32>,
    },
    /// The number of elements of a buffer parameter, rounded down, capped at `u32::MAX`.
    Len {
        /// Index of the op's parameter.
        param: u32,
    },
    /// Whether an optional buffer was given.
    IsSome {
        /// Index of the op's parameter.
        param: u32,
    },
    /// Whether the device has a feature.
    Supports(Feature),
    /// A [`Step::Let`]'s value.
    Slot(u32),
    /// `!a` of a bool, or `-a` of a number.
    Unary(UnaryOp, Box<Expr>),
    /// `a op b`.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `if cond { a } else { b }`.
    Select(Box<Expr>, Box<Expr>, Box<Expr>),
}

/// An operation on one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "each is its own name")]
pub enum UnaryOp {
    Not,
    Neg,
    /// The exponent of the largest power of two that is not above an integer. Below 1 it fails the call.
    Ilog2,
}

/// An operation on two values. Integer division by zero fails the call, and so does a shift by less than 0 or more than 127.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "each is its own name")]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    /// `ceil(a / b)`.
    DivCeil,
    Min,
    Max,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    And,
    Or,
    /// Bit by bit, as are the next two: negative integers in two's complement.
    BitAnd,
    BitOr,
    BitXor,
    /// `a * 2^b`.
    Shl,
    /// `floor(a / 2^b)`.
    Shr,
}

/// What an operator gives on integers of one size; `None` beyond it, of a division by zero, and of what gives no integer.
macro_rules! integer {
    ($op:expr, $a:expr, $b:expr) => {
        match $op {
            Self::Add => $a.checked_add($b),
            Self::Sub => $a.checked_sub($b),
            Self::Mul => $a.checked_mul($b),
            Self::Div => $a.checked_div($b),
            Self::Rem => $a.checked_rem($b),
            Self::DivCeil => {
                let (quotient, rest) = ($a.checked_div($b)?, $a.checked_rem($b)?);
                if rest != 0 && ($a < 0) == ($b < 0) { quotient.checked_add(1) } else { Some(quotient) }
            }
            Self::Min => Some($a.min($b)),
            Self::Max => Some($a.max($b)),
            Self::BitAnd => Some($a & $b),
            Self::BitOr => Some($a | $b),
            Self::BitXor => Some($a ^ $b),
            Self::Shl => {
                let by = u32::try_from($b).ok()?;
                $a.checked_shl(by).filter(|shifted| shifted >> by == $a)
            }
            Self::Shr => $a.checked_shr(u32::try_from($b).ok()?),
            _ => None,
        }
    };
}

impl BinaryOp {
    /// The exact result on integers. `None` of a division by zero, a shift by what is no number of bits, beyond 128 bits,
    /// and of what gives no integer.
    #[must_use]
    pub fn integer(self, a: i128, b: i128) -> Option<i128> {
        integer!(self, a, b)
    }

    /// As [`Self::integer`], with 64 bits: `None` says nothing of what 128 would give.
    #[must_use]
    pub fn small_integer(self, a: i64, b: i64) -> Option<i64> {
        integer!(self, a, b)
    }

    /// Whether a comparison holds; `None` of what is none.
    #[must_use]
    pub fn compare<T: PartialOrd>(self, a: T, b: T) -> Option<bool> {
        Some(match self {
            Self::Eq => a == b,
            Self::Ne => a != b,
            Self::Lt => a < b,
            Self::Le => a <= b,
            Self::Gt => a > b,
            Self::Ge => a >= b,
            _ => return None,
        })
    }
}
