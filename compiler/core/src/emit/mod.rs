//! Targets: one folder each, from a decomposed `ir::Kernel` to code. What all of them share is the error.
//!
//! A target gets a kernel that went through all passes: every access is proved or explicit. It changes nothing of it.

pub mod cpu;
pub mod ptx;
mod range;
pub mod wgsl;

use crate::ir::{Block, Kernel, StmtKind};
use crate::source::Span;
use std::fmt;

/// Why a kernel cannot be written for a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmitError {
    /// Whose fault it is.
    pub kind: EmitErrorKind,
    /// The instance's name.
    pub kernel: String,
    /// The place in the source that asks for it.
    pub span: Span,
    /// What is wrong, and what to do.
    pub message: String,
}

/// The kinds of [`EmitError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmitErrorKind {
    /// The kernel uses what the target lacks.
    Unsupported,
    /// The kernel is larger than the target allows.
    Limit,
    /// The kernel broke a promise that the stages before make: an error of the compiler.
    Internal,
}

impl EmitError {
    /// An error at `span`.
    pub(crate) fn new(kind: EmitErrorKind, kernel: &Kernel, span: Span, message: impl Into<String>) -> Self {
        Self { kind, kernel: kernel.name.clone(), span, message: message.into() }
    }

    /// An error of the compiler.
    pub(crate) fn internal(kernel: &Kernel, message: impl Into<String>) -> Self {
        Self::internal_at(kernel, kernel.span, message)
    }

    /// An error of the compiler at `span`.
    pub(crate) fn internal_at(kernel: &Kernel, span: Span, message: impl Into<String>) -> Self {
        Self::new(EmitErrorKind::Internal, kernel, span, message)
    }
}

impl fmt::Display for EmitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            EmitErrorKind::Internal => {
                write!(f, "internal error in kernel `{}`: {}; please report it", self.kernel, self.message)
            }
            _ => write!(f, "kernel `{}`: {}", self.kernel, self.message),
        }
    }
}

impl std::error::Error for EmitError {}

/// Whether the kernel can report a fault, and so binds the fault record.
#[must_use]
pub fn faults(kernel: &Kernel) -> bool {
    block_faults(&kernel.body)
}

fn block_faults(block: &Block) -> bool {
    block.iter().any(|stmt| match &stmt.kind {
        StmtKind::Fault { .. } => true,
        StmtKind::If { then, otherwise, .. } => block_faults(then) || block_faults(otherwise),
        StmtKind::For { body, .. } | StmtKind::Loop { body } => block_faults(body),
        _ => false,
    })
}
