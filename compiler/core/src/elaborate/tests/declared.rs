//! What editors see of the language (`compiler/prelude`) has every name that the compiler knows, and says the same of it.

use super::super::{core_fn, method};
use crate::ir::Feature;
use crate::prelude;
use std::collections::HashSet;
use std::fs;
use std::path::Path;

/// The declarations: all words of their code, and all their docs in one line.
struct Declared {
    words: HashSet<String>,
    docs: String,
}

fn declared() -> Declared {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../prelude/src");
    let (mut words, mut docs) = (HashSet::new(), vec![]);
    for entry in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        for line in text.lines().map(str::trim) {
            docs.push(line.trim_start_matches("///").trim().to_owned());
            let code = line.split("//").next().unwrap_or_default();
            let code = code.split('"').step_by(2).collect::<Vec<_>>().join(" ");
            words.extend(code.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_owned));
        }
    }
    Declared { words, docs: docs.join(" ") }
}

#[test]
fn editors_know_every_name() {
    let words = declared().words;
    let of_prelude = prelude::files()
        .iter()
        .flat_map(|(_, text)| text.lines())
        .filter_map(|line| line.strip_prefix("pub fn ")?.split(|c: char| !c.is_alphanumeric() && c != '_').next());
    let names: Vec<&str> = (core_fn::NAMES.iter().copied())
        .chain(core_fn::SUBGROUPS.iter().map(|(name, ..)| *name))
        .chain(method::OPS.iter().map(|(name, _)| *name))
        .chain(method::ATOMICS.iter().map(|(name, ..)| *name))
        .chain(method::OTHERS.iter().copied())
        .chain(Feature::ALL.into_iter().map(Feature::name))
        .chain(["scratch", "scratch_zeroed", "try_scratch", "as_x2", "as_x4"])
        .chain(of_prelude)
        .collect();
    assert!(names.len() > 90, "the tables are elsewhere: {}", names.len());
    // Those with a `u32` in their signature have it in their name: Rust's is another.
    let known = |name: &str| words.contains(name) || words.contains(&format!("{name}_u32"));
    let missing: Vec<&str> = names.into_iter().filter(|name| !known(name)).collect();
    assert!(missing.is_empty(), "declare in compiler/prelude/src: {missing:?}");
}

#[test]
fn editors_know_every_type() {
    let words = declared().words;
    for scalar in ["bool", "i8", "u8", "i32", "u32", "i64", "u64", "f16", "bf16", "f32"] {
        for name in ["", "x2", "x3", "x4"].map(|lanes| format!("{scalar}{lanes}")) {
            assert!(words.contains(&name), "declare in compiler/prelude/src/vector.rs: {name}");
        }
    }
}

#[test]
fn editors_show_what_the_table_says() {
    let docs = declared().docs;
    for (name, op) in method::OPS {
        let doc = op.row().doc;
        assert!(docs.contains(doc), "say in compiler/prelude/src of `{name}`: {doc}");
    }
}
