//! Bad source to what its author reads: `ui/CASE.rs` fails with the text in `ui/CASE.stderr`.
//!
//! A case begins with lines `//@ key: value`; keys it does not know are refused.
//! - `file: NAME` begins a file of the folder, which goes up to the next such line; without one, the whole case is a
//!   file of its own name.
//! - `folder: NAME` names the folder; it is `kernels` otherwise.
//! - `latin1: true` writes the files in that encoding, which is not UTF-8.
//! - `empty: true` gives a folder without files.
//!
//! `BLESS=1 cargo test --test ui` rewrites the expectations; read them as someone who has just made the mistake.

use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};
use wgpuc_core::diag::{Style, codes, render};
use wgpuc_core::driver::{self, Input, Options};

/// Codes that no source can bring about, with the reason.
const WITHOUT_CASE: &[(&str, &str)] = &[
    ("E0699", "an error of the compiler itself"),
    ("E0709", "case files are no sources: the conformance crate's tests show it"),
    ("E0708", "the planner refuses first whatever the generators of bindings would"),
];

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let mut cases: Vec<PathBuf> =
        std::fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    cases.retain(|path| path.extension().is_some_and(|e| e == "rs"));
    cases.sort();
    let mut trials: Vec<Trial> = cases
        .into_iter()
        .map(|case| {
            let name = case.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            Trial::test(name, move || compare(&case))
        })
        .collect();
    trials.push(Trial::test("every code has a case", move || every_code(&folder)));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// Compiles a case and compares what it says.
fn compare(case: &Path) -> Result<(), Failed> {
    let input = input(case)?;
    let Err(failure) = driver::compile(&input, &Options::default()) else {
        return Err("it compiles, and should not".into());
    };
    let text = render(&failure.diagnostics, &failure.sources, Style::Plain);
    let expected = case.with_extension("stderr");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(expected, text)?;
        return Ok(());
    }
    let wanted = std::fs::read_to_string(&expected).unwrap_or_default();
    if text == wanted {
        return Ok(());
    }
    Err(format!("it says\n\n{text}\nand not\n\n{wanted}\nBLESS=1 rewrites the expectation").into())
}

/// The folder that a case describes.
fn input(case: &Path) -> Result<Input, Failed> {
    let text = std::fs::read_to_string(case)?;
    let own_name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut files: Vec<(String, String)> = vec![];
    let (mut folder_name, mut latin1, mut empty) = ("kernels".to_owned(), false, false);
    for line in text.lines() {
        match line.strip_prefix("//@").map(|setting| setting.split_once(':').unwrap_or((setting, ""))) {
            Some((key, value)) => match (key.trim(), value.trim()) {
                ("file", name) => files.push((name.to_owned(), String::new())),
                ("folder", name) => name.clone_into(&mut folder_name),
                ("latin1", "true") => latin1 = true,
                ("empty", "true") => empty = true,
                (key, value) => return Err(format!("a case has no setting `{key}: {value}`").into()),
            },
            None => {
                if let Some((_, text)) = files.last_mut() {
                    text.push_str(line);
                    text.push('\n');
                }
            }
        }
    }
    if files.is_empty() && !empty {
        files.push((own_name, text));
    }
    let bytes = |text: String| match latin1 {
        true => text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect(),
        false => text.into_bytes(),
    };
    Ok(Input { folder_name, files: files.into_iter().map(|(name, text)| (name, bytes(text))).collect() })
}

/// Every code that a source can bring about stands in some expectation, and every expectation has its case.
fn every_code(folder: &Path) -> Result<(), Failed> {
    if std::env::var_os("BLESS").is_some() {
        // The expectations are being written at this moment.
        return Ok(());
    }
    let mut all = String::new();
    for path in std::fs::read_dir(folder)?.flatten().map(|entry| entry.path()) {
        if path.extension().is_some_and(|e| e == "stderr") {
            all.push_str(&std::fs::read_to_string(&path)?);
            if !path.with_extension("rs").exists() {
                return Err(format!("{} has lost its case", path.display()).into());
            }
        }
    }
    let exempt = |id: &str| WITHOUT_CASE.iter().any(|(code, _)| *code == id);
    let missing: Vec<String> = codes::all()
        .filter(|code| !exempt(code.id) && !all.contains(&format!("error[{}]", code.id)))
        .map(|code| format!("{} ({})", code.id, code.title))
        .collect();
    match missing.is_empty() {
        true => Ok(()),
        false => Err(format!("no case in tests/ui shows {}", missing.join(", ")).into()),
    }
}
