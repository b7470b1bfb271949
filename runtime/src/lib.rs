//! Runs compiled kernels for WebAssembly guests in wasmtime.
//!
//! An embedder chooses a device and kernels ([`Gpu`]), adds them to its linker, and gives each store a [`GpuCtx`].
//! No op is known by name here: all comes from the Manifest. This crate compiles no kernel language.

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
