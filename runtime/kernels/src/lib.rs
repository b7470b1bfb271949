//! The standard kernels of `wasi:gpu`, compiled when this crate is built, and embedded in it.

use wgpuc_abi::Bundle;

include!(concat!(env!("OUT_DIR"), "/kernels/bundle.rs"));
include!(concat!(env!("OUT_DIR"), "/kernels/source.rs"));

/// The standard kernels, for [`wgpuc_runtime::GpuBuilder::kernels`].
#[must_use]
pub fn bundle() -> Bundle {
    #[expect(clippy::expect_used, reason = "the build script has written this text from a Manifest")]
    wgpuc_runtime::bundle::embedded(EMBEDDED).expect("the embedded Manifest is one")
}
