//! Linking into wasmtime: what a component imports, and whether it imports it as it is.

mod check;
mod compute;
mod ops;
mod raw;

use crate::{Gpu, GpuView};
pub use check::ImportError;
use wasmtime::component::Linker;

/// The interface with the device's memory.
pub(crate) const COMPUTE: &str = "wasi:gpu/compute@0.1.0";

impl Gpu {
    /// Adds `wasi:gpu/compute` and the interface of every bundle to a linker. The store's data gives each call its
    /// [`crate::GpuCtx`]; that one must come from this [`Gpu`].
    ///
    /// A `buffer-write` counts against the store's `set_hostcall_fuel`, 128 MiB a call unless raised, although it
    /// copies nothing on the host; beyond that wasmtime traps.
    ///
    /// # Errors
    /// Where the linker has such an interface already.
    pub fn add_to_linker<T: GpuView>(&self, linker: &mut Linker<T>) -> wasmtime::Result<()> {
        compute::add_to_linker(linker)?;
        ops::add_to_linker(&self.shared, linker)
    }
}
