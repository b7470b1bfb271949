//! Every kind of mistake, by area: its code and what it is called.
//!
//! E01xx syntax, E02xx types and names, E03xx constants and instances, E04xx ops and plans, E05xx control flow,
//! E06xx limits and targets, E07xx the package.

pub mod flow;
pub mod package;
pub mod plan;
pub mod syntax;
pub mod types;

/// A kind of mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code {
    /// `E0201`.
    pub id: &'static str,
    /// What the mistake is, in a few words.
    pub title: &'static str,
}

/// Declares the codes of one area, and a list of them.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $title:literal;)*) => {
        $(#[doc = $title] pub const $name: $crate::diag::Code = $crate::diag::Code { id: $id, title: $title };)*
        /// The codes of this area.
        pub const ALL: &[$crate::diag::Code] = &[$($name),*];
    };
}
pub(crate) use codes;

/// Every code.
pub fn all() -> impl Iterator<Item = Code> {
    [syntax::ALL, types::ALL, plan::ALL, flow::ALL, package::ALL].into_iter().flatten().copied()
}
