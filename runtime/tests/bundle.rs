//! Bundles on disk: good ones load, and every way of being bad is refused by name.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

pub mod support;

use std::fs;
use std::path::Path;
use wgpuc_runtime::bundle::{self, MANIFEST};
use wgpuc_runtime::{Backend, BundleError, Gpu, GpuSetupError};

fn write(folder: &Path) {
    let bundle = support::bundle();
    for (path, bytes) in &bundle.artifacts {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    fs::write(folder.join(MANIFEST), serde_json::to_vec(&bundle.manifest).unwrap()).unwrap();
}

fn edit(folder: &Path, from: &str, to: &str) {
    let path = folder.join(MANIFEST);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from));
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

fn folder(name: &str) -> std::path::PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    write(&folder);
    folder
}

#[test]
fn a_bundle_is_the_same_from_disk() {
    let folder = folder("good");
    let loaded = bundle::load(&folder).unwrap();
    let built = support::bundle();
    assert_eq!(loaded.manifest, built.manifest);
    assert_eq!(loaded.artifacts, built.artifacts);
}

#[test]
fn a_bad_bundle_is_refused_by_what_is_wrong() {
    let bad = folder("bad");
    assert!(matches!(bundle::load(&bad.join("nowhere")), Err(BundleError::Read { .. })));
    edit(&bad, &format!("\"format\":{}", wgpuc_runtime::abi::FORMAT), "\"format\":7");
    assert!(matches!(bundle::load(&bad), Err(BundleError::Format { found: 7 })));
    edit(&bad, "\"format\":7", "\"farmat\":1");
    assert!(matches!(bundle::load(&bad), Err(BundleError::Parse { .. })));
    fs::write(bad.join(MANIFEST), "no json").unwrap();
    assert!(matches!(bundle::load(&bad), Err(BundleError::Parse { .. })));

    let changed = folder("changed");
    fs::write(changed.join("cpu/spin"), "spun").unwrap();
    assert!(matches!(bundle::load(&changed), Err(BundleError::Digest { path, .. }) if path == "cpu/spin"));
    fs::remove_file(changed.join("cpu/spin")).unwrap();
    assert!(matches!(bundle::load(&changed), Err(BundleError::Read { .. })));
    for path in ["../spin", "/etc/passwd", "cpu/../../spin", ""] {
        let outside = folder("outside");
        edit(&outside, "\"cpu/spin\"", &format!("{path:?}"));
        assert!(matches!(bundle::load(&outside), Err(BundleError::Path(p)) if p == path));
    }
}

#[test]
fn bundles_that_no_guest_could_use_are_refused() {
    let twice = Gpu::builder().backend(Backend::Cpu).kernels(support::bundle()).kernels(support::bundle()).build();
    assert!(matches!(twice.err(), Some(GpuSetupError::Twice(name)) if name == "test:kernels/ops@1.0.0"));
    let mut other = support::bundle();
    for artifact in other.manifest.kernels.iter_mut().flat_map(|k| &mut k.instances).flat_map(|i| &mut i.artifacts) {
        artifact.target = wgpuc_runtime::abi::Target::Wgsl;
    }
    let error = Gpu::builder().backend(Backend::Cpu).kernels(other).build().err().unwrap().to_string();
    assert!(error.contains("`--target cpu`"), "{error}");
    let mut wild = support::bundle();
    wild.manifest.kernels.truncate(1);
    let error = Gpu::builder().backend(Backend::Cpu).kernels(wild).build().err().unwrap().to_string();
    assert!(error.contains("there is no kernel"), "{error}");
}
