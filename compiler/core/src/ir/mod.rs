//! The intermediate representation: one kernel instance, typed and structured.
//!
//! Everything is concrete: const generics are bound, functions inlined, structs split into their fields. There is
//! no phi: a value is defined once, and what changes lives in a [`Slot`]. Control flow is a tree. Every node
//! carries the span it came from.
//!
//! Invariants, checked by [`verify`]:
//! - a value is defined by one [`StmtKind::Def`] (or as a loop's variable) before its uses, in the same block or in one
//!   that encloses it;
//! - operands have the types that the operation's row in [`op`] asks for;
//! - `Break` and `Continue` stand inside a loop; indices are u32; conditions are bool;
//! - an atomic place is touched by atomic operations alone, a buffer that is not mutable by none that writes, and a
//!   uniform load reads shared memory.
//!
//! A slot's content is unspecified until it is set, as that of shared memory that is not zeroed.
//!
//! What is absent on purpose: functions, pointers, phi nodes, jumps, implicit conversions.

pub mod build;
pub mod eval;
mod hardware;
pub mod op;
mod print;
pub mod random;
mod value;
mod verify;
pub mod walk;

pub use hardware::{AtomicOp, Builtin, Hints, SubgroupOp};
pub use op::Op;
pub use print::print;
pub use value::{Const, Lanes, ScalarConst};
pub use verify::verify;

use crate::source::Span;
pub use wgpuc_abi::{Feature, Scalar};

/// The type of a value: a scalar or a short vector. Arrays exist only as slots and shared memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Type {
    /// The type of one lane.
    pub scalar: Scalar,
    /// 1 for a scalar, else 2, 3 or 4.
    pub lanes: u8,
}

/// Device code: one instance of one kernel, in one form (see [`Kernel::features`]).
#[derive(Clone, Debug)]
pub struct Kernel {
    /// The instance's name, unique in the package and an identifier on every target.
    pub name: String,
    /// The kernel's name in the source.
    pub span: Span,
    /// Invocations of one workgroup, per axis.
    pub workgroup: [u32; 3],
    /// Whether its grid has one axis, so that a target may fold it (see `abi::launch`).
    pub grid_1d: bool,
    /// The features that this form was compiled with; `supports!` was decided by them.
    pub features: Vec<Feature>,
    /// Advice to compilers of machine code.
    pub hints: Hints,
    /// What a launch passes, in order.
    pub params: Vec<Param>,
    /// Workgroup memory.
    pub shared: Vec<Shared>,
    /// Mutable variables of one invocation.
    pub slots: Vec<Slot>,
    /// All values; a block says when each is computed.
    pub values: Vec<Value>,
    /// The loads, stores and atomics that carry an index.
    pub accesses: Vec<Access>,
    /// Where a fault can arise.
    pub sites: Vec<Site>,
    /// What is known when a launch reaches the kernel, from the ops that launch it.
    pub facts: Vec<Fact>,
    /// The code.
    pub body: Block,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident($list:ident: $of:ty),)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);

        impl std::ops::Index<$name> for Kernel {
            type Output = $of;
            fn index(&self, id: $name) -> &$of {
                &self.$list[id.0 as usize]
            }
        }

        impl std::ops::IndexMut<$name> for Kernel {
            fn index_mut(&mut self, id: $name) -> &mut $of {
                &mut self.$list[id.0 as usize]
            }
        }
    )*};
}

ids! {
    /// A [`Param`].
    ParamId(params: Param),
    /// A [`Shared`].
    SharedId(shared: Shared),
    /// A [`Slot`].
    SlotId(slots: Slot),
    /// A [`Value`].
    ValueId(values: Value),
    /// An [`Access`].
    AccessId(accesses: Access),
    /// A [`Site`].
    SiteId(sites: Site),
}

/// What a launch passes.
#[derive(Clone, Debug)]
pub struct Param {
    /// The source's name.
    pub name: String,
    /// Its declaration.
    pub span: Span,
    /// What it is.
    pub kind: ParamKind,
}

/// The kinds of [`Param`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParamKind {
    /// A number or bool.
    Scalar(Scalar),
    /// A buffer in device memory.
    Buffer(Buffer),
}

/// A buffer parameter. A struct element of 4, 8 or 16 bytes is seen as u32 lanes, any other as u32 words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buffer {
    /// One element.
    pub elem: Type,
    /// How many elements of `elem` one element of the source's slice takes; the launch's length counts the latter.
    pub elems_per_item: u32,
    /// The bytes of one element of the source's slice where an element of `elem` is a word that holds several of them:
    /// `passes::lower_narrow` makes such buffers.
    pub packed: Option<u32>,
    /// `&mut [T]`.
    pub mutable: bool,
    /// Whether another parameter may be the same buffer while one of them is written.
    pub may_alias: bool,
    /// `[Atomic<T>]`: only touched by atomic operations.
    pub atomic: bool,
}

impl Buffer {
    /// The bytes of one element of the source's slice.
    #[must_use]
    pub fn item_bytes(&self) -> u32 {
        self.packed.unwrap_or(self.elem.bytes() * self.elems_per_item)
    }
}

/// An array in workgroup memory.
#[derive(Clone, Debug)]
pub struct Shared {
    /// The source's name.
    pub name: String,
    /// Its declaration.
    pub span: Span,
    /// One element.
    pub elem: Type,
    /// How many elements.
    pub len: u32,
    /// Whether it starts at zero; else its content is unspecified.
    pub zeroed: bool,
    /// Only touched by atomic operations.
    pub atomic: bool,
    /// The array whose memory this one shows as vectors; `None` where it has memory of its own.
    pub view_of: Option<SharedId>,
}

/// A mutable variable of one invocation.
#[derive(Clone, Debug)]
pub struct Slot {
    /// The source's name.
    pub name: String,
    /// Its declaration.
    pub span: Span,
    /// The variable's type, or one element's.
    pub ty: Type,
    /// `None` for a plain variable, the number of elements for an array.
    pub len: Option<u32>,
}

/// A value and what computes it.
#[derive(Clone, Debug)]
pub struct Value {
    /// The result's type.
    pub ty: Type,
    /// What computes it.
    pub expr: Expr,
    /// Where it came from.
    pub span: Span,
}

/// The operands of an expression, in place: kernels have tens of thousands of them.
pub type Operands = smallvec::SmallVec<[ValueId; 4]>;

/// What computes a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// A known value.
    Const(Const),
    /// A scalar parameter.
    Param(ParamId),
    /// The length of a buffer parameter, in items of the source's slice: u32, capped at `u32::MAX`.
    /// An access checks `index < len * elems_per_item`, unless the buffer is packed: those are checked before.
    Len(ParamId),
    /// Something the hardware knows.
    Builtin(Builtin),
    /// A pure operation: a row of the table.
    Op(Op, Operands),
    /// A vector of its lanes.
    Compose(Operands),
    /// One lane of a vector.
    Extract(ValueId, u8),
    /// The current value of a plain slot.
    Slot(SlotId),
    /// An element of a buffer, of shared memory or of an array slot. Out of range it is zero, and a fault.
    Load {
        /// The element's index: u32.
        index: ValueId,
        /// The place, the span, and whether the index is checked.
        access: AccessId,
    },
    /// An atomic operation on an element; the result is the old value.
    Atomic {
        /// What it does.
        op: AtomicOp,
        /// The element's index: u32.
        index: ValueId,
        /// The operand; for `CompareExchange` the new value. None for `Load`.
        value: Option<ValueId>,
        /// For `CompareExchange` the value that must be there.
        expected: Option<ValueId>,
        /// The place, the span, and whether the index is checked.
        access: AccessId,
    },
    /// An operation across the subgroup; every invocation of it takes part.
    Subgroup(SubgroupOp, Operands),
    /// Reads an element of shared memory between two workgroup barriers, so the result is uniform.
    UniformLoad {
        /// The element's index: u32, uniform.
        index: ValueId,
        /// The place, the span, and whether the index is checked.
        access: AccessId,
    },
    /// The variable of the `For` that defines it.
    LoopVar,
}

/// A load, store or atomic operation with an index.
#[derive(Clone, Debug)]
pub struct Access {
    /// What it touches.
    pub place: Place,
    /// The source of the whole access: `input[i]`.
    pub span: Span,
    /// Reported if the index is out of range.
    pub site: SiteId,
    /// Whether the index is checked at run time. Set by the bounds pass, and why.
    pub check: Check,
}

/// What an access touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// A buffer parameter.
    Buffer(ParamId),
    /// An array in workgroup memory.
    Shared(SharedId),
    /// An array of this invocation.
    Slot(SlotId),
}

/// Whether an access checks its index at run time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// Not yet looked at: checked.
    Unknown,
    /// Proved to be in range; the reason, for people.
    Proved(String),
    /// Stays; the reason, for people.
    Stays(String),
    /// Done by explicit code around the access (after the decomposing pass).
    Explicit,
}

/// Where a fault can arise.
#[derive(Clone, Debug)]
pub struct Site {
    /// The source.
    pub span: Span,
    /// What the value is: `index into labels`.
    pub what: String,
}

/// Something that holds at every launch: `left <= right`, as exact integers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The smaller side.
    pub left: FactExpr,
    /// The larger side.
    pub right: FactExpr,
}

/// A polynomial over what a launch passes: the sum of coefficient times product.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct FactExpr {
    /// Each a coefficient and the atoms that it is multiplied with; sorted, none twice.
    pub terms: Vec<(i128, Vec<FactAtom>)>,
}

/// A quantity that a launch fixes: never negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FactAtom {
    /// An unsigned scalar parameter.
    Param(ParamId),
    /// The length of a buffer parameter, in items.
    Len(ParamId),
    /// Workgroups along an axis.
    Groups(u8),
}

/// Statements, in order.
pub type Block = Vec<Stmt>;

/// A statement.
#[derive(Clone, Debug)]
pub struct Stmt {
    /// What it does.
    pub kind: StmtKind,
    /// Where it came from.
    pub span: Span,
}

/// What a statement does.
#[derive(Clone, Debug)]
pub enum StmtKind {
    /// Computes a value.
    Def(ValueId),
    /// Sets a plain slot.
    SetSlot(SlotId, ValueId),
    /// Stores an element of a buffer, of shared memory or of an array slot.
    Store {
        /// The element's index: u32.
        index: ValueId,
        /// What is stored.
        value: ValueId,
        /// The place, the span, and whether the index is checked.
        access: AccessId,
    },
    /// Takes one of two ways.
    If {
        /// A bool.
        cond: ValueId,
        /// Where it holds.
        then: Block,
        /// Where it does not.
        otherwise: Block,
    },
    /// `for var in (start..end).step_by(step)`. The variable never wraps: the loop ends before it would.
    For {
        /// Defined here, [`Expr::LoopVar`], i32 or u32 like the bounds.
        var: ValueId,
        /// The first value.
        start: ValueId,
        /// One past the last value.
        end: ValueId,
        /// Added each time: u32, or the bounds' type; not zero (zero is taken as one).
        step: ValueId,
        /// The source asks for it to be unrolled.
        unroll: bool,
        /// What is repeated.
        body: Block,
    },
    /// Repeats until a `Break`. The front end has made sure that it ends.
    Loop {
        /// What is repeated.
        body: Block,
    },
    /// Leaves the innermost loop.
    Break,
    /// Goes on with the innermost loop's next round.
    Continue,
    /// Ends the invocation.
    Return,
    /// Waits for the workgroup; orders its memory.
    Barrier(Barrier),
    /// Starts to copy an element, of 4, 8 or 16 bytes, and goes on. Nobody may touch what is written before this
    /// invocation has waited for it.
    CopyAsync {
        /// The element of workgroup memory that is written.
        to: Element,
        /// The element of a buffer that is read.
        from: Element,
        /// A bool: where it does not hold, zero is written and nothing is read.
        cond: Option<ValueId>,
    },
    /// Makes a group of the copies that this invocation has started since it last did so.
    CopyCommit,
    /// Waits until at most this many of the invocation's newest groups are still under way.
    CopyWait(u32),
    /// Marks the launch as failed and goes on.
    Fault {
        /// Where.
        site: SiteId,
        /// The value: u32.
        value: ValueId,
        /// The bound that it must stay below: u32.
        bound: ValueId,
    },
}

/// An element of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element {
    /// Its index: u32.
    pub index: ValueId,
    /// The place, the span, and whether the index is checked.
    pub access: AccessId,
}

/// Which memory a barrier orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Barrier {
    /// Workgroup memory.
    Workgroup,
    /// Workgroup memory and buffers.
    Storage,
}

impl Type {
    /// `bool`.
    pub const BOOL: Self = Self::scalar(Scalar::Bool);
    /// `u32`.
    pub const U32: Self = Self::scalar(Scalar::U32);
    /// `i32`.
    pub const I32: Self = Self::scalar(Scalar::I32);
    /// `f32`.
    pub const F32: Self = Self::scalar(Scalar::F32);

    /// One number.
    #[must_use]
    pub const fn scalar(scalar: Scalar) -> Self {
        Self { scalar, lanes: 1 }
    }

    /// 2, 3 or 4 numbers.
    #[must_use]
    pub const fn vector(scalar: Scalar, lanes: u8) -> Self {
        Self { scalar, lanes }
    }

    /// The size in a buffer, in bytes.
    #[must_use]
    pub const fn bytes(self) -> u32 {
        self.scalar.bytes() * self.lanes as u32
    }
}

impl std::fmt::Display for Type {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.lanes {
            1 => f.write_str(self.scalar.name()),
            lanes => write!(f, "{}x{lanes}", self.scalar.name()),
        }
    }
}
