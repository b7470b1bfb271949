//! The standard kernels of `wasi:gpu`, compiled when this crate is built, and embedded in it.

use wgpuc_abi::Bundle;

include!(concat!(env!("OUT_DIR"), "/kernels/source.rs"));

/// The ops as functions of a host, typed.
#[allow(missing_docs, reason = "generated: fields are documented where the kernels' source does")]
pub mod ops {
    wgpuc_runtime::include_kernels!();
}

/// The standard kernels, for [`wgpuc_runtime::GpuBuilder::kernels`].
#[must_use]
pub fn bundle() -> Bundle {
    #[expect(clippy::expect_used, reason = "the build script has written this text from a Manifest")]
    ops::bundle().expect("the embedded Manifest is one")
}
