//! Which backend serves: asked for by name, or chosen and said so; never swapped for another in silence.

use crate::backend::cpu::CpuDevice;
use crate::backend::{Device, DeviceInfo};
use std::str::FromStr;

/// A kind of device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Backend {
    /// A hardware GPU through [`Self::Wgpu`] where there is one, else [`Self::Cpu`].
    #[default]
    Auto,
    /// All cores of this machine.
    Cpu,
    /// A GPU through Vulkan, Metal or Direct3D 12; a software one where there is no other.
    Wgpu,
}

/// No backend has that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no backend `{0}`; use auto, cpu or wgpu")]
pub struct UnknownBackend(String);

impl FromStr for Backend {
    type Err = UnknownBackend;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        match s {
            "auto" => Ok(Self::Auto),
            "cpu" => Ok(Self::Cpu),
            "wgpu" => Ok(Self::Wgpu),
            other => Err(UnknownBackend(other.to_owned())),
        }
    }
}

/// A backend has no device here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the backend `{backend}` has no device here: {why}")]
pub struct NoDevice {
    /// The backend.
    pub backend: &'static str,
    /// Why, and what to do.
    pub why: String,
}

/// A device that could serve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The backend that it is reached through.
    pub backend: Backend,
    /// Its place among that backend's devices.
    pub index: usize,
    /// What it is.
    pub info: DeviceInfo,
    /// Whether [`Backend::Auto`] takes it.
    pub is_default: bool,
}

/// Every device here, the default one marked. A backend that has none is left out.
#[must_use]
pub fn devices() -> Vec<Listed> {
    let mut all = Vec::new();
    #[cfg(feature = "wgpu")]
    for (index, info) in crate::backend::wgpu::list().into_iter().enumerate() {
        all.push(Listed { backend: Backend::Wgpu, index, is_default: false, info });
    }
    all.push(Listed { backend: Backend::Cpu, index: 0, is_default: false, info: CpuDevice::describe() });
    let default = all.iter().position(|d| d.info.is_hardware).unwrap_or(all.len() - 1);
    if let Some(listed) = all.get_mut(default) {
        listed.is_default = true;
    }
    all
}

impl Listed {
    /// Opens it, for [`crate::GpuBuilder::device`].
    ///
    /// # Errors
    /// Where the device is gone, or cannot be opened.
    pub fn open(&self) -> Result<Box<dyn Device>, NoDevice> {
        match self.backend {
            #[cfg(feature = "wgpu")]
            Backend::Wgpu => {
                let device = crate::backend::wgpu::open_nth(self.index);
                device.map(|d| Box::new(d) as _).map_err(|why| NoDevice { backend: "wgpu", why })
            }
            other => open(other),
        }
    }
}

/// Opens a backend's device.
pub(crate) fn open(backend: Backend) -> Result<Box<dyn Device>, NoDevice> {
    match backend {
        Backend::Cpu => cpu(),
        Backend::Wgpu => wgpu(false),
        Backend::Auto => wgpu(true).or_else(|why| {
            tracing::info!(%why, "no hardware GPU: the CPU serves");
            cpu()
        }),
    }
}

fn wgpu(hardware_only: bool) -> Result<Box<dyn Device>, NoDevice> {
    #[cfg(feature = "wgpu")]
    {
        let device = crate::backend::wgpu::open(hardware_only);
        device.map(|d| Box::new(d) as _).map_err(|why| NoDevice { backend: "wgpu", why })
    }
    #[cfg(not(feature = "wgpu"))]
    {
        let _ = hardware_only;
        Err(NoDevice { backend: "wgpu", why: "this program was built without the feature `wgpu`".into() })
    }
}

fn cpu() -> Result<Box<dyn Device>, NoDevice> {
    let device = CpuDevice::new();
    device.map(|d| Box::new(d) as _).map_err(|why| NoDevice { backend: "cpu", why: why.to_string() })
}
