//! A build script that chooses what is compiled, with this crate alone.

use std::fs;
use wgpuc_build::{Language, Target};

const SOURCE: &str = "/// Zeros.\n#[kernel(workgroup = 64, over = y.len())]\npub fn zero(y: &mut [u32]) {\n    \
    let i = global_id().x;\n    if i < y.len() {\n        y[i] = 0;\n    }\n}\n";

#[test]
fn targets_and_bindings_are_chosen() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let (kernels, out) = (folder.path().join("kernels"), folder.path().join("out"));
    fs::create_dir(&kernels)?;
    fs::write(kernels.join("zero.rs"), SOURCE)?;
    wgpuc_build::configure()
        .target(Target::Cpu)
        .target(Target::Wgsl)
        .bindings(Language::Rust)
        .out_dir(&out)
        .compile(&kernels)?;
    let manifest: wgpuc_build::Manifest = serde_json::from_slice(&fs::read(out.join("manifest.json"))?)?;
    assert_eq!(manifest.interface.ops().count(), 1);
    let is_there = |name: &str| out.join(name).exists();
    assert!(["cpu", "wgsl", "rust", "bundle.rs"].into_iter().all(is_there), "what was chosen");
    assert!(!["ptx", "c"].into_iter().any(is_there), "and nothing else");
    Ok(())
}

#[test]
fn a_folder_that_is_not_there_is_named_with_where_it_was_sought() {
    let folder = tempfile::tempdir().expect("a folder for what is not written");
    let wrong = wgpuc_build::configure().out_dir(folder.path()).compile("kernel").expect_err("there are no kernels");
    let here = std::env::current_dir().expect("a test runs in a folder");
    let said = format!("there is no folder `kernel` with kernels; it was sought from {}", here.display());
    assert_eq!(wrong.to_string(), said);
}
