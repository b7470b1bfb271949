//! The face of the library: a device with kernels, and what a store holds of it.
//!
//! In: a choice of backend and bundles. Out: [`Gpu`], which links into wasmtime, and a [`GpuCtx`] per guest.

use crate::backend::{Device, DeviceInfo};
use crate::guest::{Guest, Quota};
use crate::program::{Program, has_code, held};
use crate::select::{self, Backend, NoDevice};
use crate::{BundleError, Library, Malformed, NoLibrary};
use std::sync::{Arc, Mutex, MutexGuard};
use wgpuc_abi as abi;

/// A device and the kernels for it; cheap to clone.
#[derive(Clone)]
pub struct Gpu {
    pub(crate) shared: Arc<Shared>,
}

/// What all guests of a [`Gpu`] share.
pub(crate) struct Shared {
    pub device: Box<dyn Device>,
    pub info: DeviceInfo,
    pub passed_over: Vec<NoDevice>,
    pub programs: Vec<Program>,
    pub library: Library,
}

/// Why there is no [`Gpu`].
#[derive(Debug, thiserror::Error)]
pub enum GpuSetupError {
    /// The backend that was asked for has no device here.
    #[error(transparent)]
    Device(#[from] NoDevice),
    /// The library that was asked for cannot serve here.
    #[error(transparent)]
    Library(#[from] NoLibrary),
    /// A bundle cannot be used.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// A Manifest cannot be used.
    #[error(transparent)]
    Manifest(#[from] Malformed),
    /// Two bundles have one interface.
    #[error("two bundles have the interface {0}; give one of them another package")]
    Twice(String),
    /// A bundle has nothing for this device.
    #[error(
        "the kernels of {interface} were not built for the backend `{backend}`, which takes {takes}: they hold {held}; \
         build them with `--target {target}`"
    )]
    NoCode {
        /// The interface.
        interface: String,
        /// The backend in use.
        backend: String,
        /// What code the device takes.
        takes: String,
        /// What code there is.
        held: String,
        /// The target to build.
        target: &'static str,
    },
}

/// Chooses a device and kernels.
#[derive(Default)]
pub struct GpuBuilder {
    backend: Backend,
    which: Option<String>,
    device: Option<Box<dyn Device>>,
    library: Library,
    bundles: Vec<abi::Bundle>,
}

impl GpuBuilder {
    /// Which backend to use; [`Backend::Auto`] unless told.
    #[must_use]
    pub fn backend(mut self, backend: Backend) -> Self {
        self.backend = backend;
        self
    }

    /// Which device of the backend to use, by its number in [`crate::devices`] or a part of its name; the first unless
    /// told.
    #[must_use]
    pub fn which(mut self, which: Option<String>) -> Self {
        self.which = which;
        self
    }

    /// A device of the embedder's own, in place of a backend.
    #[must_use]
    pub fn device(mut self, device: Box<dyn Device>) -> Self {
        self.device = Some(device);
        self
    }

    /// Who serves ops that say what they compute; [`Library::Auto`] unless told.
    #[must_use]
    pub fn library(mut self, library: Library) -> Self {
        self.library = library;
        self
    }

    /// Adds the kernels of a bundle; may be called more than once.
    #[must_use]
    pub fn kernels(mut self, bundle: abi::Bundle) -> Self {
        self.bundles.push(bundle);
        self
    }

    /// Opens the device and makes the kernels ready for it.
    ///
    /// # Errors
    /// Where the backend has no device, or a bundle cannot be used with it.
    pub fn build(self) -> Result<Gpu, GpuSetupError> {
        let (device, passed_over) = match self.device {
            Some(device) => (device, vec![]),
            None => select::open_for(self.backend, self.which.as_deref(), |device| {
                self.bundles.iter().all(|bundle| has_code(&bundle.manifest, device))
            })?,
        };
        for NoDevice { backend, why } in &passed_over {
            tracing::info!(backend, %why, "passed over");
        }
        if self.library == Library::Cublas {
            let library = self.library.name();
            device.library().map_err(|why| NoLibrary { library, why })?;
        }
        let info = device.info();
        tracing::info!(backend = %info.backend, device = %info.name, hardware = info.is_hardware, "device in use");
        let mut programs: Vec<Program> = Vec::new();
        for bundle in self.bundles {
            crate::bundle::verify(&bundle)?;
            let program = Program::new(Arc::new(bundle), &*device)?;
            if programs.iter().any(|p| p.interface == program.interface) {
                return Err(GpuSetupError::Twice(program.interface));
            }
            let manifest = &program.bundle.manifest;
            if !has_code(manifest, &*device) {
                let instances = manifest.kernels.iter().flat_map(|k| &k.instances);
                return Err(GpuSetupError::NoCode {
                    held: held(instances.flat_map(|i| &i.artifacts)),
                    interface: program.interface,
                    backend: info.backend,
                    takes: device.takes(),
                    target: device.target().name(),
                });
            }
            programs.push(program);
        }
        Ok(Gpu { shared: Arc::new(Shared { device, info, passed_over, programs, library: self.library }) })
    }
}

impl Gpu {
    /// Starts a choice of device and kernels.
    #[must_use]
    pub fn builder() -> GpuBuilder {
        GpuBuilder::default()
    }

    /// What [`Backend::Auto`] tried before it took the device in use, and why it did not take that.
    #[must_use]
    pub fn passed_over(&self) -> &[NoDevice] {
        &self.shared.passed_over
    }

    /// The device in use.
    #[must_use]
    pub fn device_info(&self) -> &DeviceInfo {
        &self.shared.info
    }

    /// The interfaces that a guest may import: `compute` and one per bundle.
    pub fn interfaces(&self) -> impl Iterator<Item = &str> {
        std::iter::once(crate::link::COMPUTE).chain(self.shared.programs.iter().map(|p| p.interface.as_str()))
    }

    /// What a guest may take unless told: all of a GPU's memory, half of the host's.
    #[must_use]
    pub fn default_quota(&self) -> Quota {
        let DeviceInfo { total_memory, is_hardware, .. } = self.shared.info;
        let bytes = match (total_memory, is_hardware) {
            (0, _) => 2 << 30,
            (total, true) => total,
            (total, false) => total / 2,
        };
        Quota { bytes, buffers: crate::buffers::MAX_BUFFERS }
    }

    /// Memory and a queue for a guest, or for the host itself.
    ///
    /// # Errors
    /// Where the device is lost or full.
    pub fn guest(&self, quota: Quota) -> Result<Guest, crate::backend::Error> {
        Guest::new(Arc::clone(&self.shared), quota)
    }

    /// What a store holds for one guest, with the default quota.
    ///
    /// # Errors
    /// As [`Self::guest`].
    pub fn ctx(&self) -> Result<GpuCtx, crate::backend::Error> {
        self.ctx_with(self.default_quota())
    }

    /// What a store holds for one guest.
    ///
    /// # Errors
    /// As [`Self::guest`].
    pub fn ctx_with(&self, quota: Quota) -> Result<GpuCtx, crate::backend::Error> {
        Ok(GpuCtx { guest: Arc::new(Mutex::new(self.guest(quota)?)) })
    }
}

/// One guest's share of a [`Gpu`], held by its store.
#[derive(Clone)]
pub struct GpuCtx {
    guest: Arc<Mutex<Guest>>,
}

impl GpuCtx {
    /// The guest, for as long as the guard lives. A guest whose call panicked in a backend is gone.
    pub(crate) fn lock(&self) -> Result<MutexGuard<'_, Guest>, crate::GpuError> {
        self.guest.lock().map_err(|_| crate::GpuError::DeviceUnavailable)
    }

    /// Does something with the guest's memory and queue from the host's side.
    ///
    /// # Errors
    /// `device-unavailable` where a call panicked in the backend.
    pub fn with<R>(&self, f: impl FnOnce(&mut Guest) -> R) -> Result<R, crate::GpuError> {
        self.lock().map(|mut guest| f(&mut guest))
    }
}

/// Gives the linked functions a store's [`GpuCtx`], as `WasiView` does for WASI.
pub trait GpuView: Send + 'static {
    /// The guest's share of the device.
    fn gpu(&mut self) -> &mut GpuCtx;
}
