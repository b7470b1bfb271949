//! Why a guest's call failed: the `gpu-error` of `wasi:gpu/compute`.

use crate::backend;
use wasmtime::component::{ComponentType, Lower};

/// Why a guest's call failed. A call that fails changed nothing, on the host or the device.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, ComponentType, Lower)]
#[component(variant)]
pub enum GpuError {
    /// The device, or this guest's quota, has no room.
    #[component(name = "out-of-memory")]
    #[error("out of memory")]
    OutOfMemory,
    /// No live buffer of this guest has that id.
    #[component(name = "invalid-buffer")]
    #[error("no live buffer has that id")]
    InvalidBuffer,
    /// A kernel failed on the device; says which, and why.
    #[component(name = "kernel-error")]
    #[error("{0}")]
    KernelError(String),
    /// There is no device, or it was lost.
    #[component(name = "device-unavailable")]
    #[error("the device is not available")]
    DeviceUnavailable,
    /// An argument is out of range; says which, with the value and the bound.
    #[component(name = "invalid-params")]
    #[error("{0}")]
    InvalidParams(String),
}

impl From<backend::Error> for GpuError {
    fn from(error: backend::Error) -> Self {
        match error {
            backend::Error::OutOfMemory => Self::OutOfMemory,
            backend::Error::DeviceLost(why) => {
                tracing::error!(%why, "the device was lost");
                Self::DeviceUnavailable
            }
            backend::Error::Kernel(why) | backend::Error::Unsupported(why) => Self::KernelError(why),
        }
    }
}
