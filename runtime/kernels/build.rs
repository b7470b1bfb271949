//! Compiles the standard kernels, and embeds their source.

use std::fmt::Write as _;
use std::path::Path;

const FOLDER: &str = "../../kernels-src";

fn main() {
    if let Err(error) = wgpuc_build::compile(FOLDER).map_err(|e| e.to_string()).and_then(|out| embed_source(&out)) {
        eprintln!("{error}");
        std::process::exit(1);
    }
}

/// Writes `source.rs`: each file's name and content.
fn embed_source(out: &Path) -> Result<(), String> {
    let input = wgpuc_build::read_folder(FOLDER.as_ref()).map_err(|e| e.to_string())?;
    let mut files = String::new();
    for (name, bytes) in &input.files {
        let text = std::str::from_utf8(bytes).map_err(|e| format!("{name}: {e}"))?;
        let _ = writeln!(files, "    ({name:?}, {text:?}),");
    }
    let list = format!("/// The kernel folder's files, by name.\npub const SOURCE: &[(&str, &str)] = &[\n{files}];\n");
    std::fs::write(out.join("source.rs"), list).map_err(|e| e.to_string())
}
