//! Every example of the language's reference is a whole kernel file: each must compile for every target.

use std::path::Path;
use wgpuc_core::diag::{Style, render};
use wgpuc_core::driver::{self, Input, Options};

#[test]
fn examples_of_the_language_compile() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/language.md");
    let text = std::fs::read_to_string(path).expect("the reference is there");
    let blocks: Vec<&str> = text.split("```rust\n").skip(1).filter_map(|b| b.split("```").next()).collect();
    assert!(blocks.len() >= 6, "the reference has lost its examples");
    for (number, block) in blocks.iter().enumerate() {
        let files = vec![(format!("example_{number}.rs"), block.as_bytes().to_vec())];
        let input = Input { folder_name: "examples".to_owned(), files };
        let options = Options { bindings: wgpuc_core::bindings::Language::ALL.to_vec(), ..Options::default() };
        if let Err(failure) = driver::compile(&input, &options) {
            panic!("{}", render(&failure.diagnostics, &failure.sources, Style::Plain));
        }
    }
}
