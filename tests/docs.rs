//! Every example of the language's reference is a whole kernel file: each compiles for every target and language, and its
//! ops do on the CPU backend what the interpreter says.

use std::path::Path;
use wgpuc_conformance::{Executor, Folder, report, run};
use wgpuc_core::bindings::Language;
use wgpuc_core::diag::{Style, render};
use wgpuc_core::driver::{self, Failure, Input, Options};

#[test]
fn examples_of_the_language_compile_and_run() -> Result<(), Box<dyn std::error::Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/language.md");
    let text = std::fs::read_to_string(path)?;
    let blocks: Vec<&str> = text.split("```rust\n").skip(1).filter_map(|b| b.split("```").next()).collect();
    assert!(blocks.len() >= 6, "the reference has lost its examples");
    let mut executors = Executor::all();
    executors.retain(|e| e.is_interpreter() || e.is_named("cpu"));
    for (number, block) in blocks.iter().enumerate() {
        let files = vec![(format!("example_{number}.rs"), block.as_bytes().to_vec())];
        let input = Input { folder_name: "examples".to_owned(), files };
        let options = Options { bindings: Language::ALL.to_vec(), ..Options::default() };
        driver::compile(&input, &options).map_err(said)?;
        let Folder { package, cases, notes } = Folder::generated(&input).map_err(said)?;
        assert!(!cases.is_empty() && notes.is_empty(), "example {number}: {notes:?}");
        let (done, without_code) = run(&package, &executors, &cases, &|_| {})?;
        assert!(without_code.is_empty(), "{without_code:?}");
        assert_eq!(report::failures(&executors, &cases, &done), "", "example {number}");
    }
    Ok(())
}

fn said(failure: Failure) -> String {
    render(&failure.diagnostics, &failure.sources, Style::Plain)
}
