//! C bindings: wit-bindgen's, with the object file that carries the component's type.

use super::{Files, world_files};
use wgpuc_abi::Manifest;

/// `WORLD.h`, `WORLD.c` and `WORLD_component_type.o`; the object file must be linked.
pub(super) fn files(manifest: &Manifest) -> Result<Files, String> {
    world_files(manifest, &mut *wit_bindgen_c::Opts::default().build(), "C")
}
