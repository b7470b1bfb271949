//! Rust bindings.

use super::{Files, world_files};
use wgpuc_abi::Manifest;

pub(super) fn files(manifest: &Manifest) -> Result<Files, String> {
    world_files(manifest, &mut wit_bindgen_rust::Opts { generate_all: true, ..Default::default() }.build(), "Rust")
}
