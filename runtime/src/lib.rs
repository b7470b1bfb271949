//! Runs compiled kernels for WebAssembly guests in wasmtime.
//!
//! An embedder chooses a device and kernels ([`Gpu`]), adds them to its linker, and gives each store a [`GpuCtx`].
//! No op is known by name here: all comes from the Manifest. This crate compiles no kernel language.

/// The kernels that a build script has compiled with `wgpuc_build::compile`, in a module of their own: `bundle()`, for
/// [`GpuBuilder::kernels`], and a typed function for each op, for hosts that call them themselves.
///
/// ```ignore
/// mod kernels {
///     wgpuc_runtime::include_kernels!();
/// }
/// let gpu = Gpu::builder().kernels(kernels::bundle()?).build()?;
/// ```
#[macro_export]
macro_rules! include_kernels {
    () => {
        include!(concat!(env!("OUT_DIR"), "/kernels/bundle.rs"));
        include!(concat!(env!("OUT_DIR"), "/kernels/host/ops.rs"));

        /// The compiled kernels.
        ///
        /// # Errors
        /// Where the embedded Manifest is of another version of wgpuc than this runtime.
        pub fn bundle() -> Result<$crate::abi::Bundle, $crate::BundleError> {
            $crate::bundle::embedded(EMBEDDED)
        }
    };
}

pub mod backend;
mod buffers;
pub mod bundle;
mod error;
mod eval;
mod executor;
mod gpu;
mod guest;
mod library;
mod link;
pub mod load;
mod memory;
mod module;
mod program;
mod routine;
mod run;
mod select;
mod steps;
mod wit;

pub use bundle::BundleError;
pub use error::GpuError;
pub use gpu::{Gpu, GpuBuilder, GpuCtx, GpuSetupError, GpuView};
pub use guest::{Guest, Quota};
pub use library::{Library, NoLibrary, UnknownLibrary};
pub use link::ImportError;
pub use load::LoadError;
pub use program::Malformed;
pub use run::{RunError, RunOptions, engine};
pub use select::{Backend, Listed, NoDevice, UnknownBackend, devices};
pub use wgpuc_abi as abi;
