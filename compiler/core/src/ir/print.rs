//! The IR as text.

use super::Kernel;

/// The kernel as text, for people and goldens.
#[must_use]
pub fn print(_kernel: &Kernel) -> String {
    String::new()
}
