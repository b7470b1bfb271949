//! Why a part of an expression has no value, and where it stands.

use super::Value;
use std::ops::Range;
use syn::spanned::Spanned;

/// What is wrong with an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cases) struct Error {
    /// In words.
    pub(in crate::cases) why: String,
    /// The part that is wrong, in bytes of the expression; without it, the whole.
    pub(in crate::cases) at: Option<Range<usize>>,
}

/// What ends an evaluation before its value is known.
pub(super) enum Stop {
    /// A mistake.
    Wrong(Error),
    /// A `break`, with what the loop gives.
    Break(Value),
    /// A `continue`.
    Continue,
}

pub(super) type Result<T> = std::result::Result<T, Stop>;

impl From<String> for Stop {
    fn from(why: String) -> Self {
        Self::Wrong(Error { why, at: None })
    }
}

impl From<&str> for Stop {
    fn from(why: &str) -> Self {
        why.to_owned().into()
    }
}

impl From<Stop> for Error {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Wrong(error) => error,
            Stop::Break(_) => Self { why: "this `break` stands in no loop".to_owned(), at: None },
            Stop::Continue => Self { why: "this `continue` stands in no loop".to_owned(), at: None },
        }
    }
}

impl Stop {
    /// The mistake is in this part, unless it is known to be in a part of it.
    pub(super) fn at(mut self, part: &impl Spanned) -> Self {
        if let Self::Wrong(Error { at: at @ None, .. }) = &mut self {
            *at = Some(part.span().byte_range());
        }
        self
    }
}
