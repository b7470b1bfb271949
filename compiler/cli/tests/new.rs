//! `wgpuc new`, `fmt` and `watch`, as someone who begins would use them.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn wgpuc(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wgpuc")).current_dir(folder).args(args).output().unwrap()
}

fn done(folder: &Path, args: &[&str]) {
    let output = wgpuc(folder, args);
    let text = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&text));
}

fn refused(folder: &Path, args: &[&str], code: i32, words: &str) {
    let output = wgpuc(folder, args);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(code) && text.contains(words), "{args:?}: {text}");
}

/// The files below a folder.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn a_new_project_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    for (name, args) in [("my-app", &[][..]), ("in-c", &["--guest", "c"]), ("in-rust", &["--guest", "rust", "--host"])]
    {
        done(folder.path(), &[&["new", name], args].concat());
        let project = folder.path().join(name);
        for file in files(&project) {
            let text = fs::read_to_string(&file).unwrap();
            assert!(!text.contains("{{"), "{} has a place that nothing was put into", file.display());
        }
        let readme = fs::read_to_string(project.join("README.md")).unwrap();
        assert!(readme.starts_with(&format!("# {name}\n")), "{readme}");
        assert_eq!(readme.contains("| `host/` |"), args.contains(&"--host"), "{readme}");
        for folder in ["kernels/prelude/src", "kernels/prelude/macros/src"].map(|folder| project.join(folder)) {
            let text = fs::read_to_string(folder.join("lib.rs")).unwrap();
            for module in text.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';')) {
                assert!(folder.join(module).with_extension("rs").is_file(), "{module} of {}", folder.display());
            }
        }
        done(&project, &["test", "kernels", "--backend", "interpreter,cpu"]);
        done(&project, &["build", "kernels", "--out", "build", "--target", "wgsl"]);
        done(&project, &["fmt", "kernels", "--check"]);
    }
    let host = fs::read_to_string(folder.path().join("in-rust/host/Cargo.toml")).unwrap();
    assert!(host.contains("/runtime\" }"), "{host}");
}

#[test]
fn a_name_that_is_none_or_taken() {
    let folder = tempfile::tempdir().unwrap();
    done(folder.path(), &["new", "app"]);
    refused(folder.path(), &["new", "app"], 2, "app is there already");
    refused(folder.path(), &["new", "My App"], 2, "words in lower case with hyphens between");
    refused(folder.path(), &["new", "kernels"], 2, "`kernels` is taken");
    refused(folder.path(), &["new", "app2", "--host", "--wgpuc", "/nowhere"], 2, "name their folder with `--wgpuc`");
}

#[test]
fn files_that_are_not_formatted() {
    let folder = tempfile::tempdir().unwrap();
    done(folder.path(), &["new", "app"]);
    let file = folder.path().join("app/kernels/scale_and_add.rs");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("    ", "  ")).unwrap();
    refused(folder.path(), &["fmt", "app/kernels", "--check"], 1, "not formatted");
    done(folder.path(), &["fmt", "app/kernels"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
}

/// A program that ends with the test.
struct Running(std::process::Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_change_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    done(folder.path(), &["new", "app"]);
    let file = folder.path().join("app/kernels/scale_and_add.rs");
    let mut watch = Command::new(env!("CARGO_BIN_EXE_wgpuc"));
    watch.current_dir(folder.path()).args(["watch", "app/kernels", "--out", "out"]);
    let mut watch = Running(watch.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
    let mut lines = BufReader::new(watch.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut next = |word: &str| lines.find(|line| line.contains("waiting for changes")).unwrap().starts_with(word);
    assert!(next("fine"));
    // At once: a writer may be kept waiting between emptying a file and writing it, and an empty file is wrong.
    let write = |text: &str| {
        fs::write(folder.path().join("new"), text).unwrap();
        fs::rename(folder.path().join("new"), &file).unwrap();
    };
    let text = fs::read_to_string(&file).unwrap();
    write(&text.replace("scale * x[i]", "2.5 * x[i]"));
    assert!(next("wrong"));
    write(&text);
    assert!(next("fine"));
    assert!(folder.path().join("out/manifest.json").is_file());
}

#[test]
fn a_page_shows_what_became_of_a_kernel() {
    let folder = tempfile::tempdir().unwrap();
    done(folder.path(), &["new", "app"]);
    done(folder.path(), &["inspect", "app/kernels", "--html", "page.html"]);
    let page = fs::read_to_string(folder.path().join("page.html")).unwrap();
    for part in [
        "scale-and-add: func(scale: f32, x: buffer-id, y: buffer-id, output: buffer-id)",
        "inline Result&lt;void&gt; scale_and_add(float scale",
        "launch scale_and_add_add_scaled [div_ceil(output.len(), 256)]",
        "<pre class=\"wraps\">",
        "<details open><summary>WGSL</summary>",
        "<details open><summary>PTX</summary>",
        "<details><summary>IR</summary>",
        ".visible .entry",
        "<span class=\"gone\" title=\"",
    ] {
        assert!(page.contains(part), "{part}");
    }
    refused(folder.path(), &["inspect", "app/kernels", "--html", "p.html", "--json"], 2, "cannot be used with");
}

#[test]
fn a_guest_may_have_kernels_of_several_packages() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["one", "two"] {
        done(folder.path(), &["new", name]);
        done(folder.path(), &["build", &format!("{name}/kernels"), "--out", &format!("{name}/out"), "--target", "cpu"]);
    }
    // What the host has is in the message of a guest that wants something else.
    let guest = r#"(component (import "made:up/thing@1.0.0" (instance (export "f" (func)))))"#;
    fs::write(folder.path().join("guest.wat"), guest).unwrap();
    let run = ["run", "--backend", "cpu", "--kernels", "one/out", "--kernels", "two/out", "guest.wat"];
    for interface in ["local:one/kernels@0.1.0", "local:two/kernels@0.1.0", "wasi:gpu/ml-kernels@0.1.0"] {
        refused(folder.path(), &run, 1, interface);
    }
    let twice = ["run", "--backend", "cpu", "--kernels", "one/out", "--kernels", "one/out", "guest.wat"];
    refused(folder.path(), &twice, 1, "local:one/kernels@0.1.0");
}
