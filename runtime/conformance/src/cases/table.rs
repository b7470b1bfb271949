//! TOML tables with places, so that a mistake is shown where it is made.

use super::quoted;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use wgpuc_core::diag::codes::package::BAD_CASES;
use wgpuc_core::diag::{Diagnostic, Diagnostics, nearest};
use wgpuc_core::source::{FileId, Span};

/// A value with its place.
pub(super) type Value<'t> = &'t Spanned<DeValue<'t>>;

/// Where mistakes go.
pub(super) struct Report<'d> {
    pub(super) file: FileId,
    /// The file's.
    pub(super) text: &'d str,
    pub(super) diagnostics: &'d mut Diagnostics,
}

impl Report<'_> {
    /// A mistake at a place, and what to do.
    pub(super) fn wrong(&mut self, at: Range<usize>, message: impl Into<String>, help: &str) {
        let span = Span { file: self.file, start: at.start as u32, end: at.end as u32 };
        let diagnostic = Diagnostic::new(BAD_CASES, span, message);
        self.diagnostics.push(if help.is_empty() { diagnostic } else { diagnostic.help(help) });
    }

    /// As [`Self::wrong`], for a name that is none of those known.
    pub(super) fn unknown(&mut self, at: Range<usize>, what: &str, name: &str, known: &[&str]) {
        let help = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => "there are none".to_owned(),
            None => format!("there are {}", known.join(", ")),
        };
        self.wrong(at, format!("there is no {what} `{name}`"), &help);
    }

    /// Refuses every key that is none of those known.
    pub(super) fn keys(&mut self, table: &DeTable<'_>, what: &str, known: &[&str]) {
        for key in table.keys() {
            let name: &str = key.get_ref();
            if !known.contains(&name) {
                self.unknown(key.span(), what, name, known);
            }
        }
    }

    /// As [`Self::wrong`], for a value of another kind than is needed.
    pub(super) fn other_kind(&mut self, value: Value<'_>, what: &str, needed: &str, help: &str) {
        self.wrong(value.span(), format!("{what} is {needed}, not {}", kind(value.get_ref())), help);
    }

    pub(super) fn table<'t>(&mut self, value: Value<'t>, what: &str, help: &str) -> Option<&'t DeTable<'t>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.other_kind(value, what, "a table", help);
        }
        table
    }

    pub(super) fn array<'t>(&mut self, value: Value<'t>, what: &str, help: &str) -> Option<&'t [Spanned<DeValue<'t>>]> {
        let array = value.get_ref().as_array();
        if array.is_none() {
            self.other_kind(value, what, "a list", help);
        }
        array.map(|a| &**a)
    }

    pub(super) fn text<'t>(&mut self, value: Value<'t>, what: &str, help: &str) -> Option<&'t str> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.other_kind(value, what, "a text", help);
        }
        text
    }

    /// Where a part of a text stands that is this value.
    pub(super) fn part(&self, value: Value<'_>, part: Range<usize>) -> Range<usize> {
        let text = value.get_ref().as_str().unwrap_or_default();
        quoted::place(self.text, value.span(), text, part)
    }
}

/// What a value is, in a message.
pub(super) const fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a bool",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// An integer, in any of TOML's notations.
pub(super) fn integer(value: &DeValue<'_>) -> Option<i128> {
    let integer = value.as_integer()?;
    i128::from_str_radix(integer.as_str(), integer.radix()).ok()
}

/// A float, or an integer as one.
pub(super) fn float(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Float(float) => float.as_str().parse().ok(),
        other => integer(other).map(|i| i as f64),
    }
}
