//! Doc comments, as each language writes them.

use std::fmt;

/// Markdown as a comment: each line after a prefix, nothing where there are no docs. No line ends in a backslash, which would draw
/// the next line into a comment of C.
pub(super) struct Comment<'a> {
    prefix: &'a str,
    markdown: &'a str,
}

impl<'a> Comment<'a> {
    /// `prefix` ends in a space, which an empty line drops.
    pub(super) const fn new(prefix: &'a str, markdown: &'a str) -> Self {
        Self { prefix, markdown }
    }
}

impl fmt::Display for Comment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in self.markdown.trim().lines() {
            writeln!(
                f,
                "{}",
                format!("{}{line}", self.prefix).trim_end_matches(|c: char| c == '\\' || c.is_whitespace())
            )?;
        }
        Ok(())
    }
}
