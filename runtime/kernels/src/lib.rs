//! The standard kernels of `wasi:gpu`, compiled when this crate is built, and embedded in it.

use std::borrow::Cow;
use wgpuc_abi::Bundle;

include!(concat!(env!("OUT_DIR"), "/kernels/bundle.rs"));

/// The standard kernels, for [`wgpuc_runtime::GpuBuilder::kernels`].
#[must_use]
pub fn bundle() -> Bundle {
    let (manifest, artifacts) = EMBEDDED;
    #[expect(clippy::expect_used, reason = "the build script has written this text from a Manifest")]
    let manifest = serde_json::from_str(manifest).expect("the embedded Manifest is one");
    let artifacts = artifacts.iter().map(|(path, bytes)| ((*path).to_owned(), Cow::Borrowed(*bytes))).collect();
    Bundle { manifest, artifacts }
}
