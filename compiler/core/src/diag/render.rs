//! What diagnostics look like: rustc's own form.

use super::Diagnostics;
use crate::source::Sources;

/// Whether to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Text alone.
    Plain,
    /// With ANSI colours.
    Color,
}

/// The diagnostics as text.
#[must_use]
pub fn render(_diagnostics: &Diagnostics, _sources: &Sources, _style: Style) -> String {
    String::new()
}
