//! The syntax tree: the part of Rust that the kernel language has, and nothing else.
//!
//! [`super::parse`] makes it from `syn`'s tree and refuses everything that has no place here, so later stages match
//! exhaustively. Names are not resolved and nothing is typed yet.

use crate::source::{FileId, Span};
use wgpuc_abi::{Feature, Scalar};

/// One source file.
#[derive(Clone, Debug)]
pub struct File {
    /// Which.
    pub id: FileId,
    /// The module's doc comment: Markdown.
    pub docs: String,
    /// `mod name;`, in order.
    pub mods: Vec<Ident>,
    /// In order. `use` is accepted and means nothing: see [`crate::program`].
    pub items: Vec<Item>,
}

/// An identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ident {
    /// Its text.
    pub name: String,
    /// Where it stands.
    pub span: Span,
}

/// What a file holds.
#[derive(Clone, Debug)]
pub enum Item {
    /// `struct`.
    Struct(Struct),
    /// `enum`.
    Enum(Enum),
    /// `const NAME: T = value;`
    Const(Const),
    /// `#[op] pub fn`.
    Op(Op),
    /// `#[kernel] fn`.
    Kernel(Kernel),
    /// `fn`.
    Function(Function),
}

/// A struct with named fields.
#[derive(Clone, Debug)]
pub struct Struct {
    /// Its name.
    pub name: Ident,
    /// Markdown.
    pub docs: String,
    /// Whether guests see it.
    pub is_pub: bool,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// A field of a struct.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub name: Ident,
    /// Markdown.
    pub docs: String,
    /// Its type.
    pub ty: Type,
}

/// An enum whose cases carry nothing.
#[derive(Clone, Debug)]
pub struct Enum {
    /// Its name.
    pub name: Ident,
    /// Markdown.
    pub docs: String,
    /// Whether guests see it.
    pub is_pub: bool,
    /// Its cases.
    pub cases: Vec<Case>,
}

/// A case of an enum.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name.
    pub name: Ident,
    /// Markdown.
    pub docs: String,
}

/// A constant.
#[derive(Clone, Debug)]
pub struct Const {
    /// Its name.
    pub name: Ident,
    /// Whether other files see it.
    pub is_pub: bool,
    /// Its type.
    pub ty: Type,
    /// Its value.
    pub value: Expr,
}

/// What a guest calls.
#[derive(Clone, Debug)]
pub struct Op {
    /// The buffers that may be the same: `#[op(may_alias(a, b))]`.
    pub may_alias: Vec<Ident>,
    /// What it computes, and of what, by name: `#[op(routine = gemm_f32(m = rows, ...))]`.
    pub routine: Option<(Ident, Vec<(Ident, Expr)>)>,
    /// The signature and body. Without generics and result.
    pub function: Function,
}

/// Device code that ops launch.
#[derive(Clone, Debug)]
pub struct Kernel {
    /// `workgroup = 256`, `workgroup = [16, 16]`: one to three sizes, which may use the const generics.
    pub workgroup: Vec<Expr>,
    /// `over = y.len()`, `over = [width, height]`: its own op launches an invocation for each. Empty where it has none.
    pub over: Vec<Expr>,
    /// The conditions of the `require!`s that its body begins with, where it is its own op.
    pub requires: Vec<Expr>,
    /// `needs = subgroups`.
    pub needs: Vec<(Feature, Span)>,
    /// `max_registers = 128`, `min_groups = 2`.
    pub hints: Vec<(Hint, Expr)>,
    /// `#[instances(T = [f32, u32], N = [4, 8])]`: by parameter, the values to bind.
    pub instances: Vec<InstanceList>,
    /// The signature and body. Without a result.
    pub function: Function,
}

/// A generic parameter, and the values to bind to it.
pub type InstanceList = (Ident, Vec<GenericArg>);

/// Advice in `#[kernel]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// The most registers of an invocation.
    MaxRegisters,
    /// The least workgroups of a multiprocessor.
    MinGroups,
}

/// A function.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name.
    pub name: Ident,
    /// Markdown.
    pub docs: String,
    /// Whether it is `pub`.
    pub is_pub: bool,
    /// Const and type parameters.
    pub generics: Vec<Generic>,
    /// Parameters.
    pub params: Vec<Param>,
    /// The result's type; `None` is `()`.
    pub result: Option<Type>,
    /// The code.
    pub body: Block,
    /// The whole item, without its docs.
    pub span: Span,
}

/// A generic parameter.
#[derive(Clone, Debug)]
pub struct Generic {
    /// Its name.
    pub name: Ident,
    /// What may be bound to it.
    pub kind: GenericKind,
}

/// The kinds of [`Generic`].
#[derive(Clone, Debug)]
pub enum GenericKind {
    /// `const N: u32`: an integer, a bool, or an enum.
    Const(Type),
    /// `T: Float`: a type; bounds are kept for the reader and checked per instance.
    Type(Vec<Ident>),
}

/// A parameter. A method-like prelude function's first is named `self`.
#[derive(Clone, Debug)]
pub struct Param {
    /// Its name.
    pub name: Ident,
    /// `mut name`.
    pub mutable: bool,
    /// Its type.
    pub ty: Type,
}

/// A type as written.
#[derive(Clone, Debug)]
pub struct Type {
    /// What is written.
    pub kind: TypeKind,
    /// Where.
    pub span: Span,
}

/// The forms of a type.
#[derive(Clone, Debug)]
pub enum TypeKind {
    /// `u32`.
    Scalar(Scalar),
    /// `f32x4`.
    Vector(Scalar, u8),
    /// A struct, an enum, or a generic parameter.
    Named(Ident),
    /// `Atomic<u32>`.
    Atomic(Box<Type>),
    /// `Option<&[T]>`: only in an op's signature.
    Option(Box<Type>),
    /// `[T; N]`.
    Array(Box<Type>, Box<Expr>),
    /// `[T]`: only behind a reference.
    Slice(Box<Type>),
    /// `&T`, `&mut T`: only in signatures.
    Ref {
        /// `&mut`.
        mutable: bool,
        /// `T`.
        to: Box<Type>,
    },
    /// `(A, B)`; `()` is empty.
    Tuple(Vec<Type>),
    /// `_`.
    Infer,
}

/// Statements, and the value that the block has.
#[derive(Clone, Debug)]
pub struct Block {
    /// In order.
    pub stmts: Vec<Stmt>,
    /// The last expression without a semicolon.
    pub value: Option<Box<Expr>>,
    /// With its braces.
    pub span: Span,
}

/// A statement.
#[derive(Clone, Debug)]
pub enum Stmt {
    /// `let pattern: T = value;`
    Let {
        /// What is bound.
        pattern: Pattern,
        /// The type, where written.
        ty: Option<Type>,
        /// The value; without one, the variable is assigned before it is read.
        value: Option<Expr>,
        /// The whole statement.
        span: Span,
    },
    /// `const NAME: T = value;`
    Const(Const),
    /// An expression whose value is dropped.
    Expr(Expr),
}

/// What a `let`, a `for` or a `match` arm binds.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// What is written.
    pub kind: PatternKind,
    /// Where.
    pub span: Span,
}

/// The forms of a pattern.
#[derive(Clone, Debug)]
pub enum PatternKind {
    /// `_`.
    Wildcard,
    /// `name`, `mut name`. In a `match`, a constant of that name is meant where there is one.
    Bind {
        /// The name.
        name: Ident,
        /// `mut`.
        mutable: bool,
    },
    /// `(a, b)`.
    Tuple(Vec<Pattern>),
    /// A literal, or a path to a case or a constant.
    Value(Box<Expr>),
    /// `lo..=hi`.
    Range(Box<Expr>, Box<Expr>),
    /// `a | b`.
    Or(Vec<Pattern>),
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What is written.
    pub kind: ExprKind,
    /// Where.
    pub span: Span,
}

/// The forms of an expression.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// `7`, `7u32`.
    Int {
        /// The value.
        value: u128,
        /// The suffix.
        suffix: Option<Scalar>,
    },
    /// `1.5`, `1.5f32`: the text without suffix and underscores, so that each type rounds once.
    Float {
        /// The digits.
        text: String,
        /// The suffix.
        suffix: Option<Scalar>,
    },
    /// `true`.
    Bool(bool),
    /// `"text"`: only in `fault!`.
    Str(String),
    /// `name`, `ReduceOp::Sum`, `u32::MAX`, `partial::<N>`.
    Path(Path),
    /// `-a`, `!a`.
    Unary(UnaryOp, Box<Expr>),
    /// `a + b`; `&&` and `||` evaluate the right side only where needed.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `a = b`.
    Assign(Box<Expr>, Box<Expr>),
    /// `a += b`.
    AssignOp(BinaryOp, Box<Expr>, Box<Expr>),
    /// `f(a)`, `f32x4::new(a, b, c, d)`, `shared::<[f32; 64]>()`.
    Call(Path, Vec<Expr>),
    /// `a.f(b)`, `a.cast::<i32>()`.
    Method {
        /// `a`.
        receiver: Box<Expr>,
        /// `f`.
        name: Ident,
        /// In `::<>`.
        generics: Vec<GenericArg>,
        /// `b`.
        args: Vec<Expr>,
    },
    /// `a.x`; a tuple's fields are named by their digits.
    Field(Box<Expr>, Ident),
    /// `a[i]`.
    Index(Box<Expr>, Box<Expr>),
    /// `a as T`.
    Cast(Box<Expr>, Type),
    /// `{ ... }`.
    Block(Block),
    /// `if c { a } else { b }`; the else side is a block or another `if`.
    If {
        /// The condition.
        cond: Box<Expr>,
        /// Where it holds.
        then: Block,
        /// Where it does not.
        otherwise: Option<Box<Expr>>,
    },
    /// `match a { ... }`.
    Match {
        /// What is looked at.
        on: Box<Expr>,
        /// The arms, in order; without guards.
        arms: Vec<(Pattern, Expr)>,
    },
    /// `for pattern in range { ... }`.
    For {
        /// The variable.
        var: Pattern,
        /// The first value.
        start: Box<Expr>,
        /// One past the last value.
        end: Box<Expr>,
        /// `.step_by(step)`.
        step: Option<Box<Expr>>,
        /// `.rev()`: from the last value to the first.
        reversed: bool,
        /// `#[unroll]`.
        unroll: bool,
        /// What is repeated.
        body: Block,
    },
    /// `#[bound(n)] while cond { ... }`; `loop` has no condition.
    While {
        /// The most rounds, where stated.
        bound: Option<Box<Expr>>,
        /// The condition.
        cond: Option<Box<Expr>>,
        /// What is repeated.
        body: Block,
    },
    /// `break`.
    Break,
    /// `continue`.
    Continue,
    /// `return a`.
    Return(Option<Box<Expr>>),
    /// `(a, b)`; `()` is empty.
    Tuple(Vec<Expr>),
    /// `[a, b]`.
    Array(Vec<Expr>),
    /// `[a; n]`.
    Repeat(Box<Expr>, Box<Expr>),
    /// `Node { feature: 0 }`.
    Struct(Ident, Vec<(Ident, Expr)>),
    /// `&a`, `&mut a`: only as an argument.
    Ref {
        /// `&mut`.
        mutable: bool,
        /// `a`.
        of: Box<Expr>,
    },
    /// `require!(cond)`: ops only.
    Require(Box<Expr>),
    /// `launch!(kernel::<N>, [x, y], args)`: ops only.
    Launch {
        /// The kernel, with its generic arguments.
        kernel: Path,
        /// One to three workgroup counts.
        grid: Vec<Expr>,
        /// What is passed.
        args: Vec<Expr>,
    },
    /// `supports!(subgroups)`: decided per form in kernels, by the device in ops.
    Supports(Feature),
    /// `fault!("what", value, bound)`: kernels only.
    Fault {
        /// What the value is; else the source of `value`.
        what: Option<String>,
        /// The value that is out of range.
        value: Box<Expr>,
        /// The bound that it must stay below.
        bound: Box<Expr>,
    },
}

/// A path of one or two segments; generic arguments stand after the last.
#[derive(Clone, Debug)]
pub struct Path {
    /// `ReduceOp` in `ReduceOp::Sum`, `f32` in `f32::MAX`: the text of a type or enum.
    pub qualifier: Option<Ident>,
    /// The last segment.
    pub name: Ident,
    /// In `::<>`.
    pub generics: Vec<GenericArg>,
    /// The whole path.
    pub span: Span,
}

/// A generic argument: `f32`, `4`, `{ N + 1 }`, `ReduceOp::Sum`. A lone name may be either; it is a `Type`.
#[derive(Clone, Debug)]
pub enum GenericArg {
    /// A type, or a lone name.
    Type(Type),
    /// A value.
    Const(Expr),
}

/// An operator before an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is its own name")]
pub enum UnaryOp {
    Neg,
    Not,
}

/// An operator between operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is its own name")]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    And,
    Or,
    Xor,
    Shl,
    Shr,
    AndAlso,
    OrElse,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}
