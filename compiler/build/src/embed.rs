//! `bundle.rs`: a compiled package as a Rust constant.

use std::fmt::Write as _;
use wgpuc_abi::Manifest;

/// The file's name and content. Paths in it are relative to itself.
pub(crate) fn bundle(manifest: &Manifest) -> (String, Vec<u8>) {
    let instances = manifest.kernels.iter().flat_map(|kernel| &kernel.instances);
    let mut paths: Vec<&str> = instances.flat_map(|i| &i.artifacts).map(|artifact| artifact.path.as_str()).collect();
    paths.sort_unstable();
    let mut artifacts = String::new();
    for path in paths {
        let _ = writeln!(artifacts, "        ({path:?}, include_bytes!({path:?}).as_slice()),");
    }
    let source = format!(
        "/// The compiled package: its Manifest, as JSON, and its artifacts by path.\n\
         pub const EMBEDDED: (&str, &[(&str, &[u8])]) = (\n    include_str!(\"manifest.json\"),\n    &[\n{artifacts}    ],\n);\n"
    );
    ("bundle.rs".to_owned(), source.into_bytes())
}
