//! What an analysis found, as a value: no code, no rendering. The driver makes a diagnostic of it.

use crate::source::Span;

/// Something wrong with a kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind of mistake it is.
    pub kind: Kind,
    /// One line: what is wrong.
    pub message: String,
    /// Where it is wrong.
    pub span: Span,
    /// What to say at [`Self::span`]; may be empty.
    pub here: String,
    /// Other places, and what each has to do with it.
    pub labels: Vec<(Span, String)>,
    /// What to do.
    pub help: String,
}

/// The kinds of [`Finding`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A barrier, or a read that is one, that not every invocation reaches.
    DivergentBarrier,
    /// A subgroup operation that not every invocation reaches.
    DivergentSubgroup,
    /// An operand that must be the same for all invocations and is not.
    DivergentOperand,
    /// Two invocations use one element of workgroup memory without a barrier between.
    SharedRace,
    /// More workgroup memory than the target has.
    SharedBytes,
    /// More invocations in a workgroup than the target takes.
    WorkgroupSize,
    /// More buffers than the target binds.
    Buffers,
}
