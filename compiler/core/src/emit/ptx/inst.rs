//! Instructions as values: what is written, and what [`super::check`] looks at.

use crate::ir::Scalar;
use std::fmt;

/// The type in an instruction's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ty {
    Pred,
    U8,
    S8,
    B16,
    F16,
    B32,
    U32,
    S32,
    F32,
    B64,
    U64,
    S64,
}

impl Ty {
    /// What arithmetic on a scalar names. Bytes are held in 32 bits, extended by their sign.
    pub(super) const fn of(scalar: Scalar) -> Self {
        match scalar {
            Scalar::Bool => Self::Pred,
            Scalar::U8 | Scalar::U32 => Self::U32,
            Scalar::I8 | Scalar::I32 => Self::S32,
            Scalar::U64 => Self::U64,
            Scalar::I64 => Self::S64,
            Scalar::F16 => Self::F16,
            Scalar::Bf16 => Self::B16,
            Scalar::F32 => Self::F32,
        }
    }

    /// What loads and stores of a scalar name. A bool takes a word.
    pub(super) const fn in_memory(scalar: Scalar) -> Self {
        match scalar {
            Scalar::U8 => Self::U8,
            Scalar::I8 => Self::S8,
            Scalar::F16 | Scalar::Bf16 => Self::B16,
            Scalar::Bool => Self::U32,
            _ => Self::of(scalar),
        }
    }

    /// The type that only says how many bits there are.
    pub(super) const fn bits(self) -> Self {
        match self.class() {
            Class::Pred => Self::Pred,
            Class::B16 | Class::F16 => Self::B16,
            Class::B32 | Class::F32 => Self::B32,
            Class::B64 => Self::B64,
        }
    }

    /// The registers that hold it.
    pub(super) const fn class(self) -> Class {
        match self {
            Self::Pred => Class::Pred,
            Self::B16 => Class::B16,
            Self::F16 => Class::F16,
            Self::F32 => Class::F32,
            Self::U8 | Self::S8 | Self::B32 | Self::U32 | Self::S32 => Class::B32,
            Self::B64 | Self::U64 | Self::S64 => Class::B64,
        }
    }

    /// Whether an instruction of this type may use a register of that class. Only those that move bits take floats
    /// and integers alike.
    pub(super) fn takes(self, class: Class) -> bool {
        self.class() == class || matches!((self, class), (Self::B16, Class::F16) | (Self::B32, Class::F32))
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Pred => "pred",
            Self::U8 => "u8",
            Self::S8 => "s8",
            Self::B16 => "b16",
            Self::F16 => "f16",
            Self::B32 => "b32",
            Self::U32 => "u32",
            Self::S32 => "s32",
            Self::F32 => "f32",
            Self::B64 => "b64",
            Self::U64 => "u64",
            Self::S64 => "s64",
        }
    }
}

/// A kind of register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Pred,
    B16,
    F16,
    B32,
    F32,
    B64,
}

impl Class {
    pub(super) const ALL: [Self; 6] = [Self::Pred, Self::B16, Self::F16, Self::B32, Self::F32, Self::B64];

    /// The registers that hold a scalar.
    pub(super) const fn of(scalar: Scalar) -> Self {
        Ty::of(scalar).class()
    }

    /// The type that it is declared with, and the prefix of its registers' names.
    pub(super) const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Pred => ("pred", "%p"),
            Self::B16 => ("b16", "%s"),
            Self::F16 => ("f16", "%h"),
            Self::B32 => ("b32", "%r"),
            Self::F32 => ("f32", "%f"),
            Self::B64 => ("b64", "%d"),
        }
    }

    /// The type of a move between two registers.
    pub(super) const fn mov(self) -> Ty {
        match self {
            Self::Pred => Ty::Pred,
            Self::B16 | Self::F16 => Ty::B16,
            Self::B32 => Ty::B32,
            Self::F32 => Ty::F32,
            Self::B64 => Ty::B64,
        }
    }
}

/// A virtual register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reg {
    pub(super) class: Class,
    /// Counts within the class, from 1.
    pub(super) number: u32,
}

/// What an instruction works on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Operand {
    Reg(Reg),
    /// A known value of that class.
    Imm(Class, u64),
    /// Several registers as one.
    Vector(Vec<Operand>),
    /// The arguments, or the result, of a call of a function on floats.
    Group(Vec<Operand>),
    /// What a register points to, some bytes further.
    At(Reg, i64),
    /// A named place in memory, some bytes further.
    AtName(String, i64),
    /// A special register, a label or the address of a named place.
    Name(String),
}

impl Operand {
    /// A `u32`, or the bits of an `i32`.
    pub(super) const fn word(value: u32) -> Self {
        Self::Imm(Class::B32, value as u64)
    }

    /// The value, where it is known.
    pub(super) const fn known(&self) -> Option<u64> {
        match self {
            Self::Imm(_, bits) => Some(*bits),
            _ => None,
        }
    }
}

impl From<Reg> for Operand {
    fn from(reg: Reg) -> Self {
        Self::Reg(reg)
    }
}

/// One instruction.
#[derive(Clone, Debug)]
pub(super) struct Inst {
    /// It is done where this holds; with `false`, where it does not.
    pub(super) guard: Option<(Reg, bool)>,
    /// The name without its types: `add.rn`.
    pub(super) name: String,
    /// The types at the end of its name.
    pub(super) types: Vec<Ty>,
    /// What is written, if anything, comes first.
    pub(super) operands: Vec<Operand>,
    /// For people.
    pub(super) comment: Option<String>,
}

impl Inst {
    /// An instruction that is always done.
    pub(super) fn new(name: impl Into<String>, types: &[Ty], operands: impl IntoIterator<Item = Operand>) -> Self {
        let operands = operands.into_iter().collect();
        Self { guard: None, name: name.into(), types: types.to_vec(), operands, comment: None }
    }

    /// Done only where `pred` is `holds`.
    pub(super) fn guarded(self, pred: Reg, holds: bool) -> Self {
        Self { guard: Some((pred, holds)), ..self }
    }
}

/// One line of a kernel's body.
#[derive(Clone, Debug)]
pub(super) enum Line {
    Inst(Inst),
    Label(String),
    /// What follows comes from this file, line and column.
    Loc([u32; 3]),
    Comment(String),
}

impl fmt::Display for Reg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.class.names().1, self.number)
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reg(reg) => write!(f, "{reg}"),
            Self::Imm(Class::F32, bits) => write!(f, "0f{bits:08X}"),
            Self::Imm(Class::B16 | Class::F16, bits) => write!(f, "0x{bits:04X}"),
            Self::Imm(Class::B32, bits) => write!(f, "{}", *bits as u32 as i32),
            Self::Imm(Class::Pred | Class::B64, bits) => write!(f, "{}", *bits as i64),
            Self::Vector(lanes) => write!(f, "{{{}}}", list(lanes)),
            Self::Group(arguments) => write!(f, "({})", list(arguments)),
            Self::At(reg, 0) => write!(f, "[{reg}]"),
            Self::At(reg, offset) => write!(f, "[{reg}+{offset}]"),
            Self::AtName(name, 0) => write!(f, "[{name}]"),
            Self::AtName(name, offset) => write!(f, "[{name}+{offset}]"),
            Self::Name(name) => f.write_str(name),
        }
    }
}

fn list(operands: &[Operand]) -> String {
    operands.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for Inst {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((pred, holds)) = self.guard {
            write!(f, "@{}{pred} ", if holds { "" } else { "!" })?;
        }
        f.write_str(&self.name)?;
        self.types.iter().try_for_each(|ty| write!(f, ".{}", ty.name()))?;
        for (i, operand) in self.operands.iter().enumerate() {
            write!(f, "{}{operand}", if i == 0 { " " } else { ", " })?;
        }
        f.write_str(";")?;
        self.comment.iter().try_for_each(|comment| write!(f, " // {comment}"))
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inst(inst) => write!(f, "    {inst}"),
            Self::Label(label) => write!(f, "{label}:"),
            Self::Loc([file, line, column]) => write!(f, "    .loc {file} {line} {column}"),
            Self::Comment(text) => write!(f, "    // {text}"),
        }
    }
}
