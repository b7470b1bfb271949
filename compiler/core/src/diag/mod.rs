//! Diagnostics as values: code, message, labelled spans, notes, help. Only [`render`] knows what they look like.

pub mod codes;
mod foreign;
mod render;
mod suggest;

pub use codes::Code;
pub use foreign::{Use, foreign, own_type};
pub use render::{Style, render};
pub use suggest::nearest;

use crate::source::Span;

/// Something wrong with the source, said to its author in the words of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of mistake it is.
    pub code: Code,
    /// One line: what is wrong.
    pub message: String,
    /// Places; the first is where it is wrong, the others say why.
    pub labels: Vec<Label>,
    /// Facts that help to understand it.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Vec<String>,
}

/// A place and what to say of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// May be empty.
    pub text: String,
}

impl Diagnostic {
    /// A mistake at a place.
    #[must_use]
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        let labels = vec![Label { span, text: String::new() }];
        Self { code, message: message.into(), labels, notes: vec![], help: vec![] }
    }

    /// A mistake of the folder as a whole, at no place.
    #[must_use]
    pub fn without_place(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), labels: vec![], notes: vec![], help: vec![] }
    }

    /// Says something of the first place.
    #[must_use]
    pub fn here(mut self, text: impl Into<String>) -> Self {
        if let Some(label) = self.labels.first_mut() {
            label.text = text.into();
        }
        self
    }

    /// Adds a place.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }
}

/// All that is wrong, in source order, none twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Nothing wrong yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one, unless it is there already: instances of one kernel repeat each other's.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if !self.list.contains(&diagnostic) {
            self.list.push(diagnostic);
        }
    }

    /// Drops those from `from` on that say of a place what is said of it already, in other words.
    pub fn drop_known(&mut self, from: usize) {
        let mut new = self.list.split_off(from.min(self.list.len()));
        let place = |d: &Diagnostic| (d.code, d.labels.first().map(|label| label.span));
        new.retain(|d| !self.list.iter().any(|known| place(known) == place(d)));
        self.list.append(&mut new);
    }

    /// Marks another place in those from `from` on.
    pub fn label_from(&mut self, from: usize, span: Span, text: &str) {
        let label = Label { span, text: text.to_owned() };
        self.list.iter_mut().skip(from).for_each(|d| d.labels.push(label.clone()));
    }

    /// Adds all of another.
    pub fn extend(&mut self, other: Self) {
        other.list.into_iter().for_each(|d| self.push(d));
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Them all, ordered by place.
    #[must_use]
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut list: Vec<_> = self.list.iter().collect();
        list.sort_by_key(|d| d.labels.first().map(|l| l.span));
        list
    }

    /// The value where nothing is wrong, else what is.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self { list: vec![diagnostic] }
    }
}
