//! What only the hardware has: its numbers, its atomic operations, its subgroups; and what a kernel advises it.

/// Something the hardware knows about an invocation. All u32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Builtin {
    /// The invocation's place in its workgroup, along an axis.
    LocalId(u8),
    /// The invocation's flat place in its workgroup, x fastest.
    LocalIndex,
    /// The workgroup's place in the grid, along an axis.
    WorkgroupId(u8),
    /// The grid's size in workgroups, along an axis.
    NumWorkgroups(u8),
    /// Invocations of one subgroup.
    SubgroupSize,
    /// The invocation's place in its subgroup.
    SubgroupLane,
}

/// Atomic operations on u32 and i32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is its own name")]
pub enum AtomicOp {
    Load,
    Store,
    Add,
    Sub,
    Min,
    Max,
    And,
    Or,
    Xor,
    Exchange,
    CompareExchange,
}

/// Operations across a subgroup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SubgroupOp {
    /// Sum over the lanes.
    Add,
    /// Smallest over the lanes.
    Min,
    /// Largest over the lanes.
    Max,
    /// Sum over the lanes before this one.
    ExclusiveAdd,
    /// Sum over the lanes up to this one.
    InclusiveAdd,
    /// Whether all lanes hold true.
    All,
    /// Whether any lane holds true.
    Any,
    /// A bit for each lane that holds true: u32x4, lane 0 in the lowest bit of x.
    Ballot,
    /// The value of the first active lane.
    BroadcastFirst,
    /// The value of the lane whose number is the second operand.
    Shuffle,
    /// The value of the lane whose number differs by the second operand's bits.
    ShuffleXor,
    /// The value of the lane that is the second operand higher.
    ShuffleDown,
    /// The value of the lane that is the second operand lower.
    ShuffleUp,
}

/// How a kernel wants to share a multiprocessor: advice that changes no result, and that a target may not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hints {
    /// The most registers that an invocation takes.
    pub max_registers: Option<u32>,
    /// How many workgroups are to fit at least.
    pub min_groups: Option<u32>,
}
