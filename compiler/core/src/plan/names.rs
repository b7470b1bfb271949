//! Names that guests see: what WIT accepts, and none twice.

use crate::diag::{Diagnostic, Diagnostics, codes::plan};
use crate::source::Span;
use crate::syntax::ast::Ident;
use wgpuc_abi::{Name, is_wit_keyword};

/// Words of C, C++ and Rust that some generator of bindings does not write as a name, where it does others (`int_`).
const UNWRITABLE: [&str; 22] = [
    "char16_t",
    "char32_t",
    "char8_t",
    "co_await",
    "co_return",
    "co_yield",
    "errno",
    "gen",
    "int16_t",
    "int32_t",
    "int64_t",
    "int8_t",
    "intptr_t",
    "ptrdiff_t",
    "restrict",
    "size_t",
    "thread_local",
    "uint16_t",
    "uint32_t",
    "uint64_t",
    "uint8_t",
    "uintptr_t",
];

/// Macros of C's headers, and of its compilers, that would take a function's or a field's place.
const MACROS: [&str; 12] = [
    "assert", "linux", "offsetof", "setjmp", "stderr", "stdin", "stdout", "unix", "va_arg", "va_copy", "va_end",
    "va_start",
];

/// What every interface takes from `compute`.
const IMPORTED: [&str; 2] = ["buffer-id", "gpu-error"];

/// The WIT name of an identifier. What WIT refuses is reported; the name is given all the same.
pub(super) fn wit(ident: &Ident, diagnostics: &mut Diagnostics) -> Name {
    let name = Name::from_ident(&ident.name);
    let keyword = is_wit_keyword(name.kebab()).then(|| format!("`{name}` is a keyword of WIT"));
    accepted(ident, name, keyword, diagnostics)
}

/// As [`wit`], of a parameter or a field. Keywords of WIT are names there: it writes them with a `%`, and guests see it nowhere.
pub(super) fn wit_within(ident: &Ident, diagnostics: &mut Diagnostics) -> Name {
    accepted(ident, Name::from_ident(&ident.name), None, diagnostics)
}

fn accepted(ident: &Ident, name: Name, keyword: Option<String>, diagnostics: &mut Diagnostics) -> Name {
    if let Some(reason) = keyword.or_else(|| refusal(ident, &name)) {
        let message = format!("WIT refuses the name `{}`", ident.name);
        diagnostics.push(Diagnostic::new(plan::WIT_NAME, ident.span, message).here(reason).help("choose another name"));
    }
    name
}

/// Whether WIT takes it as a name as it is: words of a to z and digits, each after a letter, with hyphens between.
pub(crate) fn is_wit_name(name: &str) -> bool {
    let is_word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    name.split('-').all(is_word) && !is_wit_keyword(name)
}

fn refusal(ident: &Ident, name: &Name) -> Option<String> {
    let kebab = name.kebab();
    if UNWRITABLE.contains(&name.snake().as_str()) {
        return Some(format!("`{}` is a word of C, C++ or Rust that bindings cannot use", name.snake()));
    }
    if MACROS.contains(&name.snake().as_str()) {
        return Some(format!("`{}` is a macro of C, which bindings cannot use as a name", name.snake()));
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
