//! Arms of a `match` that take more than their author meant: names that are new where a case was meant, and arms that no
//! value reaches. Kernels and ops have the same.

use crate::diag::{Diagnostic, codes::types as codes, nearest};
use crate::source::Span;
use crate::syntax::ast::{self, Item};

/// Says that a pattern's name hides a case of the enum that is matched: it is the case's name without the enum's, or one
/// like it that begins as only cases do.
pub(crate) fn hidden_case(item: &Item, name: &ast::Ident) -> Option<Diagnostic> {
    let Item::Enum(item) = item else { return None };
    let cases = || item.cases.iter().map(|case| case.name.name.as_str());
    let is_case = cases().any(|case| case == name.name);
    if !is_case && !name.name.starts_with(|c: char| c.is_ascii_uppercase()) {
        return None;
    }
    let of = &item.name.name;
    let d = Diagnostic::new(codes::BAD_PATTERN, name.span, format!("`{}` is a new name here", name.name))
        .here("takes every value");
    Some(match (is_case, nearest(&name.name, cases())) {
        (true, _) => d.help(format!("to take one case, write `{of}::{}`", name.name)),
        (false, Some(near)) => d.help(format!("to take one case, write `{of}::{near}`")),
        (false, None) => {
            d.help(format!("write a case as `{of}::{}`, or `_` for every value", cases().next().unwrap_or("Case")))
        }
    })
}

/// Says that arms stand after one that takes every value.
pub(crate) fn unreachable(takes_all: Span, next: Span) -> Diagnostic {
    Diagnostic::new(codes::BAD_PATTERN, next, "no value reaches this arm")
        .label(takes_all, "this takes every value")
        .help("remove one of them, or move the one that takes every value to the end")
}
