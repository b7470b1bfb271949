//! The reference of the language (`docs/`) names every function and method that the compiler knows, and shows a use of
//! every name that it lists. That its examples compile is `tests/docs.rs`.

use super::super::{core_fn, method};
use crate::ir::Feature;
use crate::prelude;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const PAGES: [&str; 3] = ["language.md", "device-code.md", "functions.md"];

/// What stands in the pages' Rust blocks, without comments, and outside of all blocks.
struct Pages {
    examples: String,
    prose: String,
}

fn pages() -> Pages {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let mut pages = Pages { examples: String::new(), prose: String::new() };
    for page in PAGES {
        let text = fs::read_to_string(folder.join(page)).unwrap();
        // What stands between fences is at the odd places.
        for (at, part) in text.split("\n```").enumerate() {
            match part.strip_prefix("rust\n") {
                Some(block) if at % 2 == 1 => {
                    let code = block.lines().map(|line| line.split("//").next().unwrap_or_default());
                    pages.examples.extend(code.flat_map(|line| [line, "\n"]));
                }
                _ if at % 2 == 1 => {}
                _ => pages.prose += part,
            }
        }
    }
    pages
}

/// The names in a text.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.starts_with(|c: char| c.is_ascii_digit()))
}

/// What stands between backticks.
fn code_spans(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Functions of the prelude.
fn of_prelude() -> impl Iterator<Item = &'static str> {
    let lines = prelude::files().iter().flat_map(|(_, text)| text.lines());
    lines.filter_map(|line| words(line.strip_prefix("pub fn ")?).next())
}

/// The names of the compiler's tables, each with what a use of it looks like.
fn known() -> Vec<(&'static str, String)> {
    let functions = core_fn::NAMES.iter().chain(core_fn::SUBGROUPS.iter().map(|(name, ..)| name));
    let methods = method::OPS.iter().map(|(name, _)| name).chain(method::OTHERS);
    let functions = functions.map(|name| (*name, format!("{name}(")));
    let methods = methods.map(|name| (*name, format!(".{name}(")));
    let atomics = method::ATOMICS.iter().map(|(name, ..)| (*name, format!("].{name}(")));
    let features = Feature::ALL.into_iter().map(|feature| (feature.name(), feature.name().to_owned()));
    let prelude = of_prelude().map(|name| (name, format!("{name}(")));
    functions.chain(methods).chain(atomics).chain(features).chain(prelude).collect()
}

#[test]
fn examples_use_every_name_of_the_compiler() {
    let Pages { examples, prose } = pages();
    // Generic arguments stand between a name and its parenthesis.
    let examples = without_generics(&examples);
    let named: BTreeSet<&str> = code_spans(&prose).flat_map(words).collect();
    let known = known();
    assert!(known.len() > 90, "the tables are elsewhere: {}", known.len());
    let missing: Vec<_> = known.iter().filter(|(name, _)| !named.contains(name)).collect();
    assert!(missing.is_empty(), "the reference does not name {missing:?}");
    let is_used = |usage: &str| {
        let is_word = usage.starts_with(char::is_alphabetic);
        examples.match_indices(usage).any(|(at, _)| !(is_word && ends_in_word(&examples[..at])))
    };
    let unused: Vec<_> = known.iter().filter(|(_, usage)| !is_used(usage)).collect();
    assert!(unused.is_empty(), "no example of the reference has {unused:?}");
}

#[test]
fn examples_use_every_name_of_the_tables() {
    let Pages { examples, prose } = pages();
    let used: BTreeSet<&str> = words(&examples).collect();
    // The first cell of a row; `\|` is a bar in a cell.
    let cells = prose.lines().filter(|line| line.starts_with("| `")).map(|line| line.replace("\\|", ""));
    let cells: Vec<String> = cells.filter_map(|line| line.split('|').nth(1).map(str::to_owned)).collect();
    let listed: BTreeSet<&str> = cells.iter().flat_map(|cell| code_spans(cell)).flat_map(words).collect();
    assert!(listed.len() > 150, "the tables are elsewhere: {}", listed.len());
    // One letter stands for anything.
    let unused: Vec<_> = listed.difference(&used).filter(|word| word.len() > 1).collect();
    assert!(unused.is_empty(), "no example of the reference has {unused:?}");
}

/// The text without `::<...>`.
fn without_generics(text: &str) -> String {
    let mut parts = text.split("::<");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut depth = 1;
        out.extend(part.chars().filter(|c| {
            let was_inside = depth > 0;
            depth += i32::from(*c == '<' && was_inside) - i32::from(*c == '>' && was_inside);
            !was_inside
        }));
    }
    out
}

fn ends_in_word(text: &str) -> bool {
    text.ends_with(|c: char| c.is_alphanumeric() || c == '_')
}
