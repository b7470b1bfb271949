//! What the CPU target cannot express.

use crate::source::Span;
use std::fmt;

/// A kernel that the CPU target cannot express.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmitError {
    /// The place in the source.
    pub span: Span,
    /// What is not possible, and what to do about it.
    pub message: String,
}

impl EmitError {
    pub(super) fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into() }
    }
}

impl fmt::Display for EmitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for EmitError {}
