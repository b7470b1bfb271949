//! What has no meaning, and so ends a run.

use crate::source::Span;
use std::fmt;

/// Why a run ended without a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The kernel breaks an invariant of the IR.
    Invalid(String),
    /// The launch does not fit the kernel.
    Launch(String),
    /// A barrier or subgroup operation that only some of those that take part have reached.
    Divergence {
        /// The barrier or the operation.
        span: Span,
        /// Where another invocation waits; `None` where it has ended.
        elsewhere: Option<Span>,
        /// What diverges.
        what: String,
    },
    /// Two invocations touch the same memory with nothing to order them, and at least one writes.
    Race {
        /// What they touch, in the source's words: `tile[3]`.
        place: String,
        /// The one that came first in this run.
        first: RaceSide,
        /// The one that came second in this run.
        second: RaceSide,
    },
    /// An element of workgroup memory is touched while an asynchronous copy to it is under way.
    InFlight {
        /// What is touched, in the source's words: `tile[3]`.
        place: String,
        /// The access.
        span: Span,
        /// The copy.
        copy: Span,
    },
    /// An access that a pass called proved was out of range: the pass is wrong.
    UnsoundProof {
        /// The access.
        span: Span,
        /// The index.
        index: u32,
        /// What it should stay below.
        bound: u64,
        /// The pass's reason.
        reason: String,
    },
    /// An access with an explicit check around it was out of range: the check is wrong.
    FailedCheck {
        /// The access.
        span: Span,
        /// The index.
        index: u32,
        /// What it should stay below.
        bound: u64,
    },
    /// More steps than [`super::Options::max_steps`].
    Steps {
        /// Where it was given up.
        span: Span,
        /// The limit.
        limit: u64,
    },
}

/// One of two accesses that race.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RaceSide {
    /// The access.
    pub span: Span,
    /// Whether it writes.
    pub writes: bool,
    /// The flat index of the workgroup.
    pub group: u32,
    /// The flat index of the invocation in its workgroup.
    pub invocation: u32,
}

impl fmt::Display for RaceSide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = if self.writes { "writes" } else { "reads" };
        write!(f, "invocation {} of workgroup {} {verb} it at {:?}", self.invocation, self.group, self.span)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(message) => write!(f, "the kernel breaks an invariant of the IR: {message}"),
            Self::Launch(message) => write!(f, "the launch does not fit the kernel: {message}"),
            Self::Divergence { span, elsewhere, what } => {
                write!(f, "{what} at {span:?} is not reached by all: another invocation ")?;
                match elsewhere {
                    Some(span) => write!(f, "waits at {span:?}"),
                    None => f.write_str("has ended"),
                }
            }
            Self::Race { place, first, second } => write!(
                f,
                "a race on {place}: {first}, and {second}; put a barrier between them, or use atomic operations"
            ),
            Self::InFlight { place, span, copy } => write!(
                f,
                "{place} is used at {span:?} while the copy at {copy:?} is under way; let the invocation that copies \
                 wait for it with `copy_wait`, and a barrier follow before others use it"
            ),
            Self::UnsoundProof { span, index, bound, reason } => {
                write!(f, "the access at {span:?} was proved ({reason}), but its index {index} is not below {bound}")
            }
            Self::FailedCheck { span, index, bound } => {
                write!(f, "the access at {span:?} has a check of its own, but its index {index} is not below {bound}")
            }
            Self::Steps { span, limit } => {
                write!(f, "the kernel did not end within {limit} steps; it was last at {span:?}")
            }
        }
    }
}

impl std::error::Error for Error {}
