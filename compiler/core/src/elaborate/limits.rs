//! How large a kernel may grow by inlining and unrolling: beyond any device's use, within what later stages take.

use super::{Elaborator, Res};
use crate::diag::{Diagnostic, codes::flow, codes::syntax};
use crate::source::Span;

/// The most values of an instance.
const MAX_VALUES: usize = 1 << 18;
/// The most rounds that an instance's unrolled loops have together.
const MAX_ROUNDS: usize = 1 << 17;
/// The deepest branches and loops, those of called functions included. WGSL allows 127 braces, and a loop has two or three.
const MAX_NESTING: usize = 40;
/// The longest chain of functions that call one another, or of constants that need one another.
pub(super) const MAX_CHAIN: usize = 128;

/// What has grown.
#[derive(Debug, Default)]
pub(super) struct Size {
    rounds: usize,
    is_reported: bool,
}

impl Elaborator<'_> {
    /// Counts a round of an unrolled loop.
    pub(super) fn count_unrolled(&mut self, span: Span) -> Res<()> {
        self.size.rounds += 1;
        self.check_size(span)
    }

    /// Reports a kernel that has grown too large, once.
    pub(super) fn check_size(&mut self, span: Span) -> Res<()> {
        if self.size.is_reported {
            return Err(super::Reported);
        }
        let d = if self.size.rounds > MAX_ROUNDS {
            Diagnostic::new(flow::KERNEL_TOO_LARGE, span, "the kernel becomes too large")
                .note(format!("its unrolled loops have more than {MAX_ROUNDS} rounds together"))
                .help("remove `#[unroll]` from an outer loop")
        } else if self.b.kernel.values.len() > MAX_VALUES {
            Diagnostic::new(flow::KERNEL_TOO_LARGE, span, "the kernel becomes too large")
                .note(format!(
                    "it computes more than {MAX_VALUES} values, with all functions inlined and loops unrolled"
                ))
                .help("call and unroll less, or keep large arrays in buffers or workgroup memory")
        } else if self.b.depth() > MAX_NESTING {
            Diagnostic::new(syntax::TOO_DEEP, span, "branches and loops are nested too deeply here")
                .note(format!("more than {MAX_NESTING} lie within one another, those of called functions included"))
                .help("leave early with `return` or `continue`, or join conditions with `&&`")
        } else {
            return Ok(());
        };
        self.size.is_reported = true;
        Err(self.report(d))
    }

    /// Reports functions that call one another in too long a chain.
    pub(super) fn check_chain(&mut self, length: usize, what: &str, span: Span) -> Res<()> {
        if length < MAX_CHAIN {
            return Ok(());
        }
        let text = format!("more than {MAX_CHAIN} {what}");
        Err(self.report(Diagnostic::new(syntax::TOO_DEEP, span, text).help("make the chain shorter")))
    }
}
