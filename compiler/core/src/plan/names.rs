//! Names that guests see: what WIT accepts, and none twice.

use crate::diag::{Diagnostic, Diagnostics, codes::plan};
use crate::source::Span;
use crate::syntax::ast::Ident;
use wgpuc_abi::Name;

/// Words that WIT keeps for itself (the component model's WIT.md, "Keywords").
const KEYWORDS: [&str; 44] = [
    "as",
    "async",
    "bool",
    "borrow",
    "char",
    "constructor",
    "enum",
    "error-context",
    "export",
    "f32",
    "f64",
    "flags",
    "from",
    "func",
    "future",
    "import",
    "include",
    "interface",
    "list",
    "map",
    "option",
    "own",
    "package",
    "record",
    "resource",
    "result",
    "s16",
    "s32",
    "s64",
    "s8",
    "static",
    "stream",
    "string",
    "tuple",
    "type",
    "u16",
    "u32",
    "u64",
    "u8",
    "use",
    "variant",
    "with",
    "world",
    "union",
];

/// What every interface takes from `compute`.
const IMPORTED: [&str; 2] = ["buffer-id", "gpu-error"];

/// The WIT name of an identifier. What WIT refuses is reported; the name is given all the same.
pub(super) fn wit(ident: &Ident, diagnostics: &mut Diagnostics) -> Name {
    let name = Name::from_ident(&ident.name);
    if let Some(reason) = refusal(ident, &name) {
        let message = format!("WIT refuses the name `{}`", ident.name);
        diagnostics.push(Diagnostic::new(plan::WIT_NAME, ident.span, message).here(reason).help("choose another name"));
    }
    name
}

fn refusal(ident: &Ident, name: &Name) -> Option<String> {
    let kebab = name.kebab();
    if KEYWORDS.contains(&kebab) {
        return Some(format!("`{kebab}` is a keyword of WIT"));
    }
    if IMPORTED.contains(&kebab) {
        return Some(format!("every interface has a `{kebab}` already, from `compute`"));
    }
    if let Some(c) = ident.name.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '_') {
        return Some(format!("a name there has the letters a to z, digits and hyphens, and not `{c}`"));
    }
    if kebab.split('-').any(str::is_empty) {
        return Some(format!("it would be `{kebab}`, where a word between hyphens is empty"));
    }
    let digit = kebab.split('-').find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    Some(format!("it would be `{kebab}`, where the word `{digit}` starts with a digit"))
}

/// Names of one space, with where they were first.
#[derive(Debug, Default)]
pub(super) struct Space {
    taken: Vec<(Name, Ident)>,
}

impl Space {
    /// Takes a name; reports one that is taken.
    pub(super) fn take(&mut self, ident: &Ident, name: &Name, what: &str, diagnostics: &mut Diagnostics) {
        match self.taken.iter().find(|(taken, _)| taken == name) {
            Some((_, first)) => diagnostics.push(twice(what, ident, first.span, name)),
            None => self.taken.push((name.clone(), ident.clone())),
        }
    }
}

fn twice(what: &str, ident: &Ident, first: Span, name: &Name) -> Diagnostic {
    Diagnostic::new(plan::DUPLICATE, ident.span, format!("two {what} are called `{name}` in WIT"))
        .here("the second")
        .label(first, "the first")
        .help("rename one of them")
}
