//! Standard kernels with tokens deleted, doubled and exchanged: whatever parses is refused or gives IR that verifies,
//! and code that its target's own validator accepts.

use super::accept::{files, instances};
use crate::bindings::Language;
use crate::diag::codes;
use crate::driver;
use crate::elaborate::kernel;
use crate::ir::{self, Feature};
use crate::prelude;
use crate::program::Program;
use crate::source::Sources;
use crate::syntax;

/// Mutants of each file; `WGPUC_MUTANTS` asks for more.
const MUTANTS: u64 = 40;

fn n_mutants() -> u64 {
    std::env::var("WGPUC_MUTANTS").ok().and_then(|n| n.parse().ok()).unwrap_or(MUTANTS)
}

#[test]
fn mutants_pass_the_whole_compiler_or_are_refused_for_what_they_are() {
    let (mut compiled, mut refused) = (0, 0);
    for (at, (name, text)) in (0..).zip(files()) {
        for seed in 0..n_mutants() {
            let text = mutate(&text, seed * 37 + at);
            let files = vec![(name.clone(), text.clone().into_bytes())];
            let input = driver::Input { folder_name: "mutants".to_owned(), files };
            let options = driver::Options { bindings: Language::ALL.to_vec(), ..driver::Options::default() };
            match driver::compile(&input, &options) {
                Ok(output) => {
                    compiled += 1;
                    let modules = output.artifacts.iter().filter(|(path, _)| path.ends_with(".wasm"));
                    for (path, bytes) in modules {
                        let valid = wasmparser::Validator::new_with_features(wasmparser::WasmFeatures::all());
                        if let Err(error) = { valid }.validate_all(bytes) {
                            panic!("{path}: {error}\n{text}");
                        }
                    }
                }
                Err(failure) => {
                    refused += 1;
                    // WGSL is validated as it is written, and what is invalid is told as an error of the compiler.
                    let ours = failure.diagnostics.sorted().into_iter().find(|d| d.code == codes::flow::INTERNAL);
                    assert!(ours.is_none(), "{ours:?}\n{text}");
                }
            }
        }
    }
    assert!(compiled > 0 && refused > 0, "{compiled} compiled, {refused} refused");
}

#[test]
fn mutants_never_break_the_compiler() {
    let (mut parsed, mut compiled) = (0, 0);
    for (at, (name, text)) in (0..).zip(files()) {
        for seed in 0..n_mutants() {
            let text = mutate(&text, seed * 31 + at);
            let mut sources = Sources::new();
            let id = sources.add(name.as_str(), text.as_str());
            let Ok(file) = syntax::parse(id, &text) else { continue };
            parsed += 1;
            let library = prelude::files().iter().filter_map(|(name, text)| {
                let id = sources.add(*name, *text);
                syntax::parse(id, text).ok()
            });
            let (program, _) = Program::new(vec![file], library.collect());
            for request in instances(&program) {
                match kernel(&program, &request, &[Feature::Subgroups]) {
                    Ok(done) => {
                        compiled += 1;
                        if let Err(message) = ir::verify(&done.kernel) {
                            panic!("{message}\n{text}\n{}", ir::print(&done.kernel));
                        }
                    }
                    Err(e) => {
                        let lost = e.sorted().iter().any(|d| d.message.contains("cannot make sense"));
                        assert!(!lost, "refused without a reason: {}\n{text}", request.name);
                    }
                }
            }
        }
    }
    assert!(parsed > 0 && compiled > 0, "{parsed} parsed, {compiled} compiled");
}

/// What may stand in a token's place: another number, name, sign, or the same bracket.
fn class(token: &str) -> &str {
    match token.chars().next() {
        Some(c) if c.is_ascii_digit() => "0",
        Some(c) if c.is_alphabetic() || c == '_' => "a",
        Some('(' | ')' | '[' | ']' | '{' | '}') | None => token,
        Some(_) => "+",
    }
}

/// One to three changes of whole tokens.
fn mutate(text: &str, seed: u64) -> String {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 33) as usize % below.max(1)
    };
    let mut tokens: Vec<&str> = vec![];
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut start = 0;
    let kind = |c: char| {
        if c.is_alphanumeric() || c == '_' {
            0
        } else if c.is_whitespace() {
            1
        } else {
            2
        }
    };
    let chars: Vec<(usize, char)> = code.char_indices().collect();
    for pair in chars.windows(2) {
        if kind(pair[0].1) != kind(pair[1].1) || kind(pair[1].1) == 2 {
            tokens.push(&code[start..pair[1].0]);
            start = pair[1].0;
        }
    }
    tokens.push(&code[start..]);
    let words: Vec<usize> = (0..tokens.len()).filter(|i| !tokens[*i].trim().is_empty()).collect();
    const WORDS: &[&str] =
        &["0", "1.5", "return", "n", "u32", "f32x4", "true", "&", "-", "!", "(1, 2)", "x", "break", "[0; 2]"];
    for _ in 0..=next(3) {
        let (a, b) = (words[next(words.len())], words[next(words.len())]);
        match next(7) {
            0 => tokens[a] = "",
            1 => tokens[a] = WORDS[next(WORDS.len())],
            2 => tokens.swap(a, b),
            3 => tokens[a] = tokens[b],
            // One of its kind, so that most still parse.
            _ => {
                let alike: Vec<usize> =
                    words.iter().copied().filter(|i| class(tokens[*i]) == class(tokens[a])).collect();
                tokens[a] = tokens[alike[next(alike.len())]];
            }
        }
    }
    tokens.concat()
}
