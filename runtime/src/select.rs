//! Which backend serves: asked for by name, or chosen and said so; never swapped for another in silence.

use crate::backend::cpu::CpuDevice;
use crate::backend::{Device, DeviceInfo, pick};
use std::str::FromStr;

/// A kind of device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Backend {
    /// The first that has code among [`Self::Cuda`], a hardware GPU through [`Self::Wgpu`], and [`Self::Cpu`].
    #[default]
    Auto,
    /// All cores of this machine.
    Cpu,
    /// An NVIDIA GPU through its own driver.
    Cuda,
    /// A GPU through Vulkan, Metal or Direct3D 12; a software one where there is no other.
    Wgpu,
}

impl Backend {
    /// As `--backend` names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
            Self::Wgpu => "wgpu",
        }
    }
}

/// No backend has that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no backend `{0}`; use auto, cuda, wgpu or cpu")]
pub struct UnknownBackend(String);

impl FromStr for Backend {
    type Err = UnknownBackend;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let all = [Self::Auto, Self::Cuda, Self::Wgpu, Self::Cpu];
        all.into_iter().find(|backend| backend.name() == s).ok_or_else(|| UnknownBackend(s.to_owned()))
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
    /// Whether [`Backend::Auto`] takes it, if the kernels have code for it.
    pub is_default: bool,
}

/// Every device here, the default one marked. A backend that has none is left out; a card that two backends reach is
/// there twice.
#[must_use]
pub fn devices() -> Vec<Listed> {
    let mut all = Vec::new();
    let mut add = |backend, infos: Vec<DeviceInfo>| {
        let listed = |(index, info)| Listed { backend, index, info, is_default: false };
        all.extend(infos.into_iter().enumerate().map(listed));
    };
    #[cfg(feature = "cuda")]
    add(Backend::Cuda, crate::backend::cuda::list());
    #[cfg(feature = "wgpu")]
    add(Backend::Wgpu, crate::backend::wgpu::list());
    add(Backend::Cpu, vec![CpuDevice::describe()]);
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
        open(self.backend, Some(&self.index.to_string()))
    }
}

/// Opens a backend's device: the one with that number or name, else the first.
fn open(backend: Backend, which: Option<&str>) -> Result<Box<dyn Device>, NoDevice> {
    match backend {
        Backend::Cpu => cpu(which),
        Backend::Cuda => cuda(which),
        Backend::Wgpu => wgpu(which, false),
        Backend::Auto => choose(which, |_| true).map(|(device, _)| device),
    }
}

/// As [`open`], and for [`Backend::Auto`] what was passed over. `has_code` is whether a device can run the kernels, which is
/// asked where the backend is chosen here.
pub(crate) fn open_for(
    backend: Backend,
    which: Option<&str>,
    has_code: impl Fn(&dyn Device) -> bool,
) -> Result<(Box<dyn Device>, Vec<NoDevice>), NoDevice> {
    match backend {
        Backend::Auto => choose(which, has_code),
        backend => open(backend, which).map(|device| (device, vec![])),
    }
}

fn choose(
    which: Option<&str>,
    has_code: impl Fn(&dyn Device) -> bool,
) -> Result<(Box<dyn Device>, Vec<NoDevice>), NoDevice> {
    let mut passed_over = vec![];
    type Find = fn(Option<&str>) -> Result<Box<dyn Device>, NoDevice>;
    for (backend, find) in [("cuda", cuda as Find), ("wgpu", hardware_wgpu)] {
        match find(which) {
            Ok(device) if has_code(&*device) => return Ok((device, passed_over)),
            Ok(device) => {
                let why =
                    format!("the kernels have no code for {}, which takes {}", device.info().name, device.takes());
                passed_over.push(NoDevice { backend, why });
            }
            Err(why) => passed_over.push(why),
        }
    }
    match cpu(which) {
        Ok(device) => Ok((device, passed_over)),
        Err(last) => {
            let all: Vec<_> =
                passed_over.iter().chain([&last]).map(|none| format!("{}: {}", none.backend, none.why)).collect();
            Err(NoDevice { backend: "auto", why: all.join("; ") })
        }
    }
}

#[cfg(feature = "cuda")]
fn cuda(which: Option<&str>) -> Result<Box<dyn Device>, NoDevice> {
    boxed("cuda", crate::backend::cuda::CudaDevice::find(which))
}

#[cfg(not(feature = "cuda"))]
fn cuda(_: Option<&str>) -> Result<Box<dyn Device>, NoDevice> {
    Err(NoDevice { backend: "cuda", why: "this program was built without the feature `cuda`".into() })
}

fn hardware_wgpu(which: Option<&str>) -> Result<Box<dyn Device>, NoDevice> {
    wgpu(which, true)
}

#[cfg(feature = "wgpu")]
fn wgpu(which: Option<&str>, hardware_only: bool) -> Result<Box<dyn Device>, NoDevice> {
    boxed("wgpu", crate::backend::wgpu::WgpuDevice::find(which, hardware_only))
}

#[cfg(not(feature = "wgpu"))]
fn wgpu(_: Option<&str>, _: bool) -> Result<Box<dyn Device>, NoDevice> {
    Err(NoDevice { backend: "wgpu", why: "this program was built without the feature `wgpu`".into() })
}

fn cpu(which: Option<&str>) -> Result<Box<dyn Device>, NoDevice> {
    let device = pick(&[CpuDevice::describe()], which);
    boxed("cpu", device.and_then(|_| CpuDevice::new().map_err(|why| why.to_string())))
}

fn boxed<D: Device + 'static>(backend: &'static str, found: Result<D, String>) -> Result<Box<dyn Device>, NoDevice> {
    found.map(|device| Box::new(device) as _).map_err(|why| NoDevice { backend, why })
}

#[cfg(test)]
mod tests {
    use super::Backend;

    #[test]
    fn a_backend_has_one_name() {
        for backend in [Backend::Auto, Backend::Cuda, Backend::Wgpu, Backend::Cpu] {
            assert_eq!(backend.name().parse(), Ok(backend));
        }
        assert!("vulkan".parse::<Backend>().is_err());
    }
}
