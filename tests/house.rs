//! The rules of the house, as tests: what each floor may use, how long a file may grow, what must not be in it.

use std::fs;
use std::path::{Path, PathBuf};

/// Files that may use what the others may not: a word that gives the use away, and where it is at home.
const AT_HOME: &[(&str, &[&str])] = &[
    (
        "syn::",
        &[
            "compiler/core/src/syntax/",
            "compiler/core/src/bindings/",
            "compiler/prelude/macros/",
            "runtime/conformance/src/cases/rust/",
        ],
    ),
    ("naga::", &["compiler/core/src/emit/wgsl/"]),
    ("wasm_encoder::", &["compiler/core/src/emit/cpu/"]),
    ("annotate_snippets::", &["compiler/core/src/diag/render.rs"]),
    ("std::fs", &["compiler/build/", "compiler/cli/", "runtime/", "xtask/", "tests/", "examples/"]),
    ("wasmtime::", &["runtime/", "compiler/cli/", "examples/", "tests/"]),
    ("wgpu::", &["runtime/", "compiler/cli/", "tests/"]),
    ("wit_bindgen", &["compiler/core/src/bindings/", "tests/", "examples/"]),
];

/// Modules of the compiler, and those that they must not use.
const FLOORS: &[(&str, &[&str])] = &[
    ("source", &["diag", "ir", "syntax", "program", "elaborate", "plan", "passes", "emit", "bindings", "driver"]),
    ("diag", &["ir", "syntax", "program", "elaborate", "plan", "passes", "emit", "bindings", "driver"]),
    ("ir", &["diag", "syntax", "program", "elaborate", "plan", "passes", "emit", "bindings", "driver", "interp"]),
    ("interp", &["diag", "syntax", "elaborate", "plan", "emit", "bindings", "driver"]),
    ("syntax", &["ir", "program", "elaborate", "plan", "passes", "emit", "bindings", "driver"]),
    ("passes", &["diag", "syntax", "program", "elaborate", "plan", "emit", "bindings", "driver"]),
    ("emit", &["diag", "syntax", "program", "elaborate", "plan", "bindings", "driver"]),
    ("bindings", &["ir", "syntax", "program", "elaborate", "plan", "passes", "emit", "driver"]),
    ("elaborate", &["plan", "passes", "emit", "bindings", "driver"]),
    ("plan", &["passes", "emit", "bindings", "driver"]),
];

/// A file hardly ever has more lines than this.
const MAX_LINES: usize = 500;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every Rust file of ours, by its path from the root, with its text.
fn files() -> Vec<(String, String)> {
    let mut files = vec![];
    for folder in ["compiler", "runtime", "kernels-src", "tests", "examples", "xtask"] {
        collect(&root().join(folder), &mut files);
    }
    assert!(files.len() > 50, "the rules look at the wrong folder");
    files
}

fn collect(folder: &Path, files: &mut Vec<(String, String)>) {
    for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !["target", "expected", "node_modules"].contains(&name.as_str()) {
            collect(&path, files);
        } else if name.ends_with(".rs") {
            let relative = path.strip_prefix(root()).expect("it lies below").to_string_lossy().into_owned();
            files.push((relative, fs::read_to_string(&path).expect("it is text")));
        }
    }
}

/// The text without its comments.
fn code(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

fn report(broken: &[String]) {
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn libraries_stay_where_they_are_at_home() {
    let mut broken = vec![];
    for (path, text) in files() {
        let code = code(&text);
        for (word, homes) in AT_HOME {
            let used = code
                .match_indices(word)
                .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'));
            let is_test = path.contains("/tests/") || path.ends_with("/tests.rs");
            if used && !is_test && !homes.iter().any(|home| path.starts_with(home)) && path != "tests/house.rs" {
                broken.push(format!("{path} uses {word}, which is at home in {homes:?}"));
            }
        }
    }
    report(&broken);
}

#[test]
fn floors_use_only_what_is_below_them() {
    let mut broken = vec![];
    for (path, text) in files() {
        for (floor, above) in FLOORS {
            let inside = [format!("compiler/core/src/{floor}/"), format!("compiler/core/src/{floor}.rs")];
            let is_test = path.contains("/tests") || path.ends_with("tests.rs");
            if !inside.iter().any(|i| path.starts_with(i)) || is_test {
                continue;
            }
            let code = code(text.split("#[cfg(test)]").next().unwrap_or_default());
            for other in *above {
                if code.contains(&format!("crate::{other}::")) || code.contains(&format!("crate::{other};")) {
                    broken.push(format!("{path} uses {other}, which stands above it"));
                }
            }
        }
    }
    report(&broken);
}

#[test]
fn files_are_short_and_say_what_they_are() {
    let mut broken = vec![];
    for (path, text) in files() {
        if text.lines().count() > MAX_LINES {
            broken.push(format!("{path} has {} lines; split it", text.lines().count()));
        }
        let is_fixture = ["tests/ui/", "tests/run/", "tests/proved/"].iter().any(|folder| path.starts_with(folder));
        if !text.starts_with("//!") && !is_fixture {
            broken.push(format!("{path} does not begin with what it is"));
        }
    }
    report(&broken);
}

#[test]
fn nothing_is_left_for_later() {
    let marks = ["TODO", "FIXME", "XXX", "HACK"];
    let mut broken = vec![];
    for (path, text) in files() {
        if path != "tests/house.rs" && marks.iter().any(|mark| text.contains(mark)) {
            broken.push(format!("{path} leaves something for later"));
        }
    }
    report(&broken);
}

/// How much longer than its counterpart in CUDA a kernel of the gallery may be, in hundredths.
const MAX_OF_CUDA: usize = 130;

#[test]
fn kernels_are_hardly_longer_than_their_cuda() {
    let gallery = root().join("examples/gallery");
    let lines = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")).count()
    };
    let readme = fs::read_to_string(gallery.join("README.md")).expect("the gallery has a table");
    let mods = fs::read_to_string(gallery.join("lib.rs")).expect("the gallery has an order");
    let kernels: Vec<&str> = mods.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert!(kernels.len() > 10, "{kernels:?}");
    let mut broken = vec![];
    for kernel in kernels {
        let (ours, cuda) =
            (lines(gallery.join(format!("{kernel}.rs"))), lines(gallery.join(format!("cuda/{kernel}.cu"))));
        if ours * 100 > cuda * MAX_OF_CUDA {
            broken.push(format!("{kernel} has {ours} lines, and {cuda} in CUDA: too many"));
        }
        let row = readme.lines().find(|line| line.starts_with(&format!("| `{kernel}` |"))).unwrap_or_default();
        if !row.ends_with(&format!("| {ours} | {cuda} |")) {
            broken.push(format!("{kernel} has {ours} lines, and {cuda} in CUDA: its row in the gallery is {row:?}"));
        }
    }
    report(&broken);
}
