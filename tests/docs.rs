//! Every example of the language's reference is a whole kernel file: each compiles for every target and language, and its
//! ops do on the CPU backend what the interpreter says. What the README shows is there. Of the error index, wrong examples
//! have the error that they are for and no other, and right ones compile.

use std::path::Path;
use wgpuc_conformance::{Executor, Folder, Machine, Package, report, run};
use wgpuc_core::bindings::Language;
use wgpuc_core::diag::{Style, codes, render};
use wgpuc_core::driver::{self, Failure, Input, Options};

/// The pages of the language's reference.
const REFERENCE: [&str; 3] = ["language.md", "device-code.md", "functions.md"];

#[test]
fn examples_of_the_language_compile_and_run() -> Result<(), Box<dyn std::error::Error>> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let pages = REFERENCE.map(|page| std::fs::read_to_string(docs.join(page)));
    let text = pages.into_iter().collect::<Result<String, _>>()?;
    let blocks: Vec<&str> = text.split("```rust\n").skip(1).filter_map(|b| b.split("```").next()).collect();
    assert!(blocks.len() >= 25, "the reference has lost its examples");
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

#[test]
fn the_readme_shows_what_is_there() -> Result<(), Box<dyn std::error::Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let readme = std::fs::read_to_string(root.join("README.md"))?;
    let block = |language: &str| readme.split(&format!("```{language}\n")).nth(1).and_then(|b| b.split("```").next());
    for (language, file) in [("rust", "kernels-src/average.rs"), ("wit", "wit/ml-kernels.wit")] {
        let shown = block(language).ok_or("the excerpt is gone")?;
        assert!(
            shown.lines().count() > 0 && std::fs::read_to_string(root.join(file))?.contains(shown.trim()),
            "{file}"
        );
    }
    Ok(())
}

#[test]
fn the_readme_says_what_a_refusal_says() -> Result<(), Box<dyn std::error::Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let readme = std::fs::read_to_string(root.join("README.md"))?;
    let shown = readme.lines().find_map(|line| line.strip_prefix("// prints ")).ok_or("the line is gone")?;
    let package = Package::standard().map_err(said)?;
    let opened = Executor::interpreter(0).open(&package)?;
    let mut machine = Machine::new(&opened.gpu, opened.traits.clone())?;
    let (predictions, output) = (machine.upload_f32(&[1.0; 2 * 89])?, machine.upload_f32(&[0.0; 7])?);
    let refused = machine.call("kernel-average", &[2, 89, predictions, output]).err().ok_or("it is not refused")?;
    // The bindings put their name for the kind of error before it: `tests/book.rs` runs the guest.
    assert!(shown.ends_with(&format!(": {refused}")), "{shown}\n{refused}");
    Ok(())
}

/// Codes without a wrong example: no text of a file brings them about.
const WITHOUT_EXAMPLE: [&str; 4] = ["E0699", "E0702", "E0708", "E0709"];

#[test]
fn examples_of_the_errors_have_them_or_compile() -> Result<(), Box<dyn std::error::Error>> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/errors.md"))?;
    let sections: Vec<&str> = text.split("\n## ").skip(1).collect();
    let ids: Vec<&str> = sections.iter().filter_map(|section| section.split(':').next()).collect();
    let mut known: Vec<&str> = codes::all().map(|code| code.id).collect();
    known.sort_unstable();
    assert_eq!(ids, known, "the sections are the codes, in order");
    for (id, section) in ids.iter().zip(&sections) {
        let wrong = examples(section, "wrong");
        assert_eq!(wrong.is_empty(), WITHOUT_EXAMPLE.contains(id), "{id} and its wrong example");
        for input in &wrong {
            let Err(failure) = driver::compile(input, &Options::default()) else {
                return Err(format!("the wrong example of {id} compiles").into());
            };
            let found = failure.diagnostics.sorted().iter().all(|diagnostic| diagnostic.code.id == *id);
            assert!(found, "{id}:\n{}", said(failure));
        }
        for input in &examples(section, "right") {
            driver::compile(input, &Options::default()).map_err(|failure| format!("{id}:\n{}", said(failure)))?;
        }
    }
    Ok(())
}

/// The folders that the blocks of a kind describe: a line `//@ file: NAME` begins a file.
fn examples(section: &str, kind: &str) -> Vec<Input> {
    let begin = format!("```rust {kind}\n");
    let blocks = section.split(&begin).skip(1).filter_map(|rest| rest.split("```").next());
    let folder = |block: &str| {
        let mut files = vec![("example.rs".to_owned(), String::new())];
        for line in block.lines() {
            match (line.strip_prefix("//@ file: "), files.last_mut()) {
                (Some(name), _) => files.push((name.to_owned(), String::new())),
                (None, Some((_, text))) => *text += &format!("{line}\n"),
                (None, None) => {}
            }
        }
        files.retain(|(name, text)| name != "example.rs" || !text.is_empty());
        files.into_iter().map(|(name, text)| (name, text.into_bytes())).collect()
    };
    blocks.map(|block| Input { folder_name: "kernels".to_owned(), files: folder(block) }).collect()
}

fn said(failure: Failure) -> String {
    render(&failure.diagnostics, &failure.sources, Style::Plain)
}
