//! Names, and their spelling in each language: made here, and never parsed back.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The name of an op, a parameter, a type, a field or an enum case.
///
/// Kept as WIT spells it (`kernel-find-split`); every other spelling is derived from that one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Name(String);

impl Name {
    /// The name of a Rust identifier, `snake_case` or `PascalCase`: `FindSplitParams` is `find-split-params`.
    #[must_use]
    pub fn from_ident(ident: &str) -> Self {
        let mut kebab = String::with_capacity(ident.len() + 4);
        let mut previous_is_lower = false;
        for c in ident.chars() {
            if c == '_' {
                kebab.push('-');
                previous_is_lower = false;
                continue;
            }
            if c.is_uppercase() && previous_is_lower {
                kebab.push('-');
            }
            kebab.extend(c.to_lowercase());
            previous_is_lower = !c.is_uppercase();
        }
        Self(kebab)
    }

    /// `find-split-params`: WIT.
    #[must_use]
    pub fn kebab(&self) -> &str {
        &self.0
    }

    /// `find_split_params`: Rust, C and C++ values.
    #[must_use]
    pub fn snake(&self) -> String {
        self.0.replace('-', "_")
    }

    /// `FindSplitParams`: Rust and C++ types.
    #[must_use]
    pub fn pascal(&self) -> String {
        let mut out = String::with_capacity(self.0.len());
        for word in self.0.split('-') {
            let mut chars = word.chars();
            out.extend(chars.next().into_iter().flat_map(char::to_uppercase));
            out.push_str(chars.as_str());
        }
        out
    }

    /// `FIND_SPLIT_PARAMS`: C constants.
    #[must_use]
    pub fn shout(&self) -> String {
        self.snake().to_uppercase()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether WIT keeps the word for itself, or once did, so that readers of it still may: as a name it stands with a `%`.
#[must_use]
pub fn is_wit_keyword(word: &str) -> bool {
    KEYWORDS.contains(&word)
}

/// The component model's WIT.md, "Keywords"; `union` was one.
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
    "union",
    "use",
    "variant",
    "with",
    "world",
];

#[cfg(test)]
mod tests {
    use super::Name;

    #[test]
    fn each_spelling_comes_from_one() {
        for (ident, kebab, pascal) in [
            ("FindSplitParams", "find-split-params", "FindSplitParams"),
            ("kernel_find_split", "kernel-find-split", "KernelFindSplit"),
            ("n2d", "n2d", "N2d"),
            ("Relu", "relu", "Relu"),
        ] {
            let name = Name::from_ident(ident);
            assert_eq!(name.kebab(), kebab);
            assert_eq!(name.pascal(), pascal);
        }
    }
}
