//! `bundle.rs`: a compiled package as a Rust function.

use std::fmt::Write as _;
use wgpuc_core::driver::Output;

/// The file's name and content. Paths in it are relative to itself.
pub(crate) fn bundle(output: &Output) -> (String, Vec<u8>) {
    let mut artifacts = String::new();
    for path in output.artifacts.keys() {
        let _ = writeln!(artifacts, "        ({path:?}, include_bytes!({path:?}).as_slice()),");
    }
    let source = format!(
        "/// The compiled package: its Manifest, as JSON, and its artifacts by path.\n\
         pub const EMBEDDED: (&str, &[(&str, &[u8])]) = (\n    include_str!(\"manifest.json\"),\n    &[\n{artifacts}    ],\n);\n"
    );
    ("bundle.rs".to_owned(), source.into_bytes())
}
