//! `wgpuc build` as a process: what it writes, and what it takes away.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

const SOURCE: &str = "/// Zeros.\n#[kernel(workgroup = 64, over = y.len())]\npub fn zero(y: &mut [u32]) {\n    \
    let i = global_id().x;\n    if i < y.len() {\n        y[i] = 0;\n    }\n}\n";

/// Builds without the cache of builds.
fn build(folder: &Path, args: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wgpuc"));
    let output = command.arg("build").args(args).current_dir(folder).env("WGPUC_CACHE", "off").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Every file below a folder, by its path from there.
fn content(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            found.extend(content(&path).into_iter().map(|(below, bytes)| (format!("{name}/{below}"), bytes)));
        } else {
            found.insert(name, fs::read(&path).unwrap());
        }
    }
    found
}

#[test]
fn two_processes_write_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let kernels = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/gallery");
    let kernels = kernels.to_str().unwrap();
    build(folder.path(), &[kernels, "--out", "first"]);
    build(folder.path(), &[kernels, "--out", "second"]);
    let (first, second) = (content(&folder.path().join("first")), content(&folder.path().join("second")));
    assert!(first.len() > 100, "{:?}", first.keys());
    assert!(first == second, "of {} files, some differ", first.len());
}

#[test]
fn kernels_are_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("k")).unwrap();
    fs::write(folder.path().join("k/zero.rs"), SOURCE).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_wgpuc"));
    let output = command.args(["build", "k", "--out", "./k"]).current_dir(folder.path()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && text.contains("k holds the kernels"), "{text}");
    assert_eq!(content(&folder.path().join("k")).len(), 1);
}

#[test]
fn what_an_earlier_build_wrote_is_removed_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let (kernels, out) = (folder.path().join("k"), folder.path().join("out"));
    fs::create_dir(&kernels).unwrap();
    fs::write(kernels.join("zero.rs"), SOURCE).unwrap();
    build(folder.path(), &["k", "--out", "out"]);
    fs::write(out.join("c/mine.h"), "// mine\n").unwrap();
    let face = fs::read(out.join("cpp/wasi_gpu.hpp")).unwrap();
    fs::write(out.join("cpp/wasi_gpu.hpp"), [&face[..], b"// changed by hand\n"].concat()).unwrap();
    fs::write(kernels.join("zero.rs"), SOURCE.replace("fn zero", "fn clear")).unwrap();
    build(folder.path(), &["k", "--out", "out", "--bindings", "wit", "--target", "cpu"]);
    let left = content(&out);
    let names: Vec<&str> = left.keys().map(String::as_str).filter(|name| !name.ends_with("manifest.json")).collect();
    assert!(
        names.iter().all(|name| ["c/mine.h", "cpp/wasi_gpu.hpp"].contains(name)
            || name.starts_with("cpu/")
            || name.starts_with("wit/")),
        "{names:?}"
    );
    assert!(left.contains_key("c/mine.h") && left.contains_key("cpp/wasi_gpu.hpp"), "{names:?}");
    assert!(left.contains_key("cpu/zero_clear.wasm") && !left.contains_key("cpu/zero.wasm"), "{names:?}");
}

/// Two inputs that may be one buffer.
const TWO: &str = "/// Sums.\n#[kernel(workgroup = 64)]\nfn add(x: &[f32], y: &mut [f32]) {\n    \
    let i = global_id().x;\n    if i < y.len() && i < x.len() {\n        y[i] += x[i];\n    }\n}\n\n\
    /// Sums.\n#[op(may_alias(x, y))]\npub fn sum(x: &[f32], y: &mut [f32]) {\n    require!(x.len() == y.len());\n    \
    launch!(add, [div_ceil(y.len(), 64)], x, y);\n}\n";

#[test]
fn what_a_release_says_beyond_its_wit_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("k")).unwrap();
    let source = folder.path().join("k/sum.rs");
    fs::write(&source, TWO).unwrap();
    build(folder.path(), &["k", "--out", "old", "--target", "wgsl"]);
    let against = |changed: String, release: &str| {
        fs::write(&source, changed).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_wgpuc"));
        let args = ["build", "k", "--out", "new", "--target", "wgsl", "--against", release];
        let output = command.args(args).current_dir(folder.path()).env("WGPUC_CACHE", "off").output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    for release in ["old", "old/wit", "old/wit/kernels.wit", "old/wit/world.wit"] {
        assert_eq!(against(TWO.to_owned(), release), (Some(0), String::new()), "{release}");
        let (code, text) = against(TWO.replace("#[op(may_alias(x, y))]", "#[op]"), release);
        assert!(code == Some(1) && text.contains("`x` of `sum` might be the same buffer as another"), "{text}");
    }
    let (code, text) = against(TWO.replace("len() == y", "len() >= y"), "old");
    assert!(code == Some(0) && text.starts_with("note: `sum` requires `x.len() >= y.len()`"), "{text}");
}
