//! The book in `docs/`: every command in it runs, every excerpt is one, each chapter in a folder of its own. And the guest
//! that the README shows.
//!
//! What its fences mean stands in `docs/README.md`. Those that need a compiler for guests are skipped where
//! `WGPUC_GUESTS` does not say that `cargo xtask test` has brought them.

use libtest_mimic::{Arguments, Failed, Trial};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Stands before what the last command of a fence prints.
const MARK: &str = "@@ the last command @@";

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let chapters = fs::read_dir(root.join("docs")).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut chapters: Vec<PathBuf> = chapters.filter(|path| path.extension().is_some_and(|e| e == "md")).collect();
    chapters.sort();
    let trials = chapters.into_iter().map(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let root = root.clone();
        Trial::test(name, move || chapter(&root, &path))
    });
    let mut trials: Vec<Trial> = trials.collect();
    trials.push(Trial::test("the README's guest", move || readme_guest(&root)));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// A fenced block.
struct Fence {
    line: usize,
    language: String,
    /// The words after the language: `file=kernels/saxpy.rs`, `output`.
    attributes: Vec<(String, String)>,
    body: Vec<String>,
    /// Whether nothing but empty lines stands between it and the one before.
    follows: bool,
}

impl Fence {
    fn get(&self, key: &str) -> Option<&str> {
        self.attributes.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str())
    }
}

fn fences(text: &str) -> Vec<Fence> {
    let mut fences = vec![];
    let mut follows = false;
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let Some(info) = line.strip_prefix("```") else {
            follows &= line.trim().is_empty();
            continue;
        };
        let mut words = info.trim_start_matches('`').split_whitespace();
        let language = words.next().unwrap_or_default().to_owned();
        let split = |word: &str| {
            let (key, value) = word.split_once('=').unwrap_or((word, ""));
            (key.to_owned(), value.to_owned())
        };
        let ticks = &line[..line.len() - info.trim_start_matches('`').len()];
        let body = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != ticks).map(str::to_owned).collect();
        fences.push(Fence { line: at + 1, language, attributes: words.map(split).collect(), body, follows });
        follows = true;
    }
    fences
}

/// What the fence before an output's has printed.
enum Printed {
    Nothing,
    Skipped,
    Lines(Vec<String>),
}

fn chapter(root: &Path, path: &Path) -> Result<(), Failed> {
    let folder = Folder::new(path)?;
    let has_compilers = std::env::var_os("WGPUC_GUESTS").is_some();
    let mut printed = Printed::Nothing;
    let mut wrong = vec![];
    for fence in fences(&fs::read_to_string(path)?) {
        let before = std::mem::replace(&mut printed, Printed::Nothing);
        let found = if fence.language == "text" && fence.get("output").is_some() {
            output(&fence, &before)
        } else if let Some(file) = fence.get("file") {
            folder.write(file, &(fence.body.join("\n") + "\n"))
        } else if let Some(file) = fence.get("from") {
            let text = fs::read_to_string(root.join(file)).unwrap_or_default();
            if is_excerpt(&fence.body, &text) { Ok(()) } else { Err(format!("this is not in {file}")) }
        } else if fence.language == "sh" && fence.get("needs").is_some() && !has_compilers {
            printed = Printed::Skipped;
            Ok(())
        } else if fence.language == "sh" {
            folder.run(root, &fence.body).map(|lines| printed = Printed::Lines(lines))
        } else {
            Ok(())
        };
        wrong.extend(found.err().map(|why| format!("line {}: {why}", fence.line)));
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// A program around the README's guest, which is its C++ block.
const AROUND: [&str; 2] = [
    "#include <cstdint>
#include <cstdio>

#include \"wasi_gpu.hpp\"

int main() {
    const uint32_t n_trees = 2, n_samples = 89;
    auto created = wasi_gpu::Buffer<float>::create(n_trees * n_samples);
    const auto& predictions = created.value();
",
    "\n}\n",
];

/// Builds and runs it.
const COMMANDS: [&str; 4] = [
    "wgpuc build $ROOT/kernels-src --target cpu --bindings c --bindings cpp --out out",
    "$ROOT/xtask/bin/wasi-clang -Iout/c -c out/c/ml_compute.c -o bindings.o",
    "$ROOT/xtask/bin/wasi-clang++ -std=c++17 -fno-exceptions -Iout/c -Iout/cpp main.cpp bindings.o \
     out/c/ml_compute_component_type.o -o guest.wasm",
    "wgpuc run --backend cpu guest.wasm",
];

/// The README's guest prints what the README says.
fn readme_guest(root: &Path) -> Result<(), Failed> {
    if std::env::var_os("WGPUC_GUESTS").is_none() {
        return Ok(());
    }
    let readme = fs::read_to_string(root.join("README.md"))?;
    let guest = fences(&readme).into_iter().find(|fence| fence.language == "cpp");
    let body = guest.ok_or("it has no guest in C++")?.body;
    let wanted: Vec<&str> = body.iter().filter_map(|line| line.strip_prefix("// prints ")).collect();
    let folder = Folder::new(Path::new("guest-of-the-readme"))?;
    folder.write("main.cpp", &AROUND.join(&body.join("\n")))?;
    let mut printed = folder.run(root, &COMMANDS.map(str::to_owned))?;
    printed.retain(|line| !line.starts_with("device: "));
    if printed == wanted { Ok(()) } else { Err(format!("the guest prints\n  {}", printed.join("\n  ")).into()) }
}

fn output(fence: &Fence, printed: &Printed) -> Result<(), String> {
    match printed {
        Printed::Skipped => Ok(()),
        Printed::Lines(lines) if fence.follows && output_matches(&fence.body, lines) => Ok(()),
        Printed::Lines(lines) => Err(format!("the output is\n  {}", lines.join("\n  "))),
        Printed::Nothing => Err("no commands stand before this output".to_owned()),
    }
}

/// `...` stands for any lines.
fn output_matches(wanted: &[String], found: &[String]) -> bool {
    match wanted.split_first() {
        None => found.is_empty(),
        Some((any, rest)) if any == "..." => (0..=found.len()).any(|from| output_matches(rest, &found[from..])),
        Some((line, rest)) => {
            found.split_first().is_some_and(|(first, others)| line_matches(line, first) && output_matches(rest, others))
        }
    }
}

/// `{..}` stands for any text.
fn line_matches(wanted: &str, found: &str) -> bool {
    match wanted.trim_end().split_once("{..}") {
        None => wanted.trim_end() == found.trim_end(),
        Some((start, rest)) => found.strip_prefix(start).is_some_and(|left| {
            (0..=left.len()).any(|at| left.is_char_boundary(at) && line_matches(rest, &left[at..]))
        }),
    }
}

/// Whether lines occur in a text, all further in by the same; `// ...` stands for lines left out.
fn is_excerpt(body: &[String], text: &str) -> bool {
    let parts: Vec<&[String]> = body.split(|line| line.trim() == "// ...").filter(|part| !part.is_empty()).collect();
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    (0..=40).step_by(4).any(|indent| {
        let mut from = 0;
        parts.iter().all(|part| {
            let is_here = |at: &usize| {
                part.iter().zip(&lines[*at..]).all(|(line, there)| match line.trim_end() {
                    "" => there.is_empty(),
                    line => there.strip_prefix(&" ".repeat(indent)) == Some(line),
                })
            };
            let found = (from..(lines.len() + 1).saturating_sub(part.len())).find(is_here);
            from = found.map_or(from, |at| at + part.len());
            found.is_some()
        })
    })
}

/// A chapter's folder, which goes when it is done.
struct Folder(PathBuf);

impl Folder {
    fn new(chapter: &Path) -> Result<Self, Failed> {
        let name = chapter.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let path = std::env::temp_dir().join(format!("wgpuc-book-{name}-{}", std::process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    fn write(&self, file: &str, text: &str) -> Result<(), String> {
        let path = self.0.join(file);
        let parent = path.parent().unwrap_or(&self.0);
        fs::create_dir_all(parent).and_then(|()| fs::write(&path, text)).map_err(|why| format!("{file}: {why}"))
    }

    /// Runs commands, of which those that end with `# fails` must; what the last one prints.
    fn run(&self, root: &Path, body: &[String]) -> Result<Vec<String>, String> {
        let joined = body.join("\n").replace("\\\n", " ");
        let commands: Vec<&str> =
            joined.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
        let mut script = "exec 2>&1\n".to_owned();
        for (at, command) in commands.iter().enumerate() {
            if at + 1 == commands.len() {
                script += &format!("echo '{MARK}'\n");
            }
            script += &match command.strip_suffix("# fails") {
                Some(command) => format!("if {command}; then echo 'this did not fail'; exit 97; fi\n"),
                None => format!("{command}\n"),
            };
        }
        let paths = std::env::var("PATH").unwrap_or_default();
        let root = root.canonicalize().map_err(|why| why.to_string())?;
        // This test lies in TARGET/PROFILE/deps, the command in TARGET/PROFILE.
        let here = std::env::current_exe().map_err(|why| why.to_string())?;
        let wgpuc = here.ancestors().nth(2).unwrap_or(Path::new(".")).display().to_string();
        let mut sh = Command::new("sh");
        sh.args(["-e", "-c", &script]).current_dir(&self.0).stdin(Stdio::null());
        sh.env_remove("CARGO_TARGET_DIR")
            .env("PATH", format!("{wgpuc}:{paths}"))
            .env("ROOT", root)
            .env("XDG_RUNTIME_DIR", &self.0);
        let done = sh.output().map_err(|why| format!("sh does not start: {why}"))?;
        let text = String::from_utf8_lossy(&done.stdout).into_owned();
        if !done.status.success() {
            return Err(format!("{}\n{text}", done.status));
        }
        let last = text.split_once(&format!("{MARK}\n")).map_or("", |(_, last)| last);
        Ok(last.trim_end().lines().map(str::to_owned).collect())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What the system keeps of it is the system's to clean.
        let _ = fs::remove_dir_all(&self.0);
    }
}
