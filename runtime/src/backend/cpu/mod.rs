//! The CPU backend: kernels are WebAssembly modules, run by wasmtime on all cores.
//!
//! Each guest has one shared memory, at most 4 GiB, and a kernel sees nothing else: its buffers, the launch's words
//! and the workers' arenas lie in it. A launch has finished when [`super::Session::launch`] returns.
//!
//! In: modules as `wgpuc_abi::launch` fixes them. Never compiles a kernel's source, and never sees a guest.

mod allocator;
mod engine;
mod job;
mod memory;
mod pool;
mod session;
#[cfg(test)]
mod tests;
mod worker;

use super::{Device, DeviceInfo, Error, Session, SessionLimits};
use engine::Modules;
use std::sync::Arc;
use wgpuc_abi as abi;

/// The most memory that one guest can have: what 32-bit addresses reach.
pub const MAX_GUEST_BYTES: u64 = 1 << 32;

/// All cores of this machine.
pub struct CpuDevice {
    modules: Arc<Modules>,
}

impl CpuDevice {
    /// The device.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where wasmtime cannot compile for this machine.
    pub fn new() -> Result<Self, Error> {
        Ok(Self { modules: Arc::new(Modules::new()?) })
    }

    /// What [`Device::info`] says, without making a device.
    #[must_use]
    pub fn describe() -> DeviceInfo {
        DeviceInfo {
            name: cpu_name().unwrap_or_else(|| format!("CPU ({} cores)", pool::n_cores())),
            backend: "cpu".into(),
            total_memory: system_memory().map_or(MAX_GUEST_BYTES, |bytes| bytes.min(MAX_GUEST_BYTES)),
            is_hardware: false,
            compute_capability: "wasm-simd".into(),
        }
    }
}

impl Device for CpuDevice {
    fn info(&self) -> DeviceInfo {
        Self::describe()
    }

    fn target(&self) -> abi::Target {
        abi::Target::Cpu
    }

    fn features(&self) -> &[abi::Feature] {
        &[abi::Feature::F16, abi::Feature::Int64]
    }

    fn open(&self, limits: &SessionLimits) -> Result<Box<dyn Session>, Error> {
        Ok(Box::new(session::CpuSession::new(self.modules.clone(), limits)?))
    }
}

/// The processor's name, where the system tells.
fn cpu_name() -> Option<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    let name = line.split_once(':')?.1.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// The machine's memory in bytes, where the system tells.
fn system_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("MemTotal:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    kib.checked_mul(1024)
}
