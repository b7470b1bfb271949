//! GPUs through wgpu: Vulkan, Metal and Direct3D 12.
//!
//! It asks an adapter for all that it has. No call of it panics for want of a driver. In: WGSL artifacts. Out: a
//! [`WgpuDevice`], whose sessions share its pipelines.

mod batch;
mod bytes;
mod clock;
mod copy;
mod memory_size;
mod pipeline;
mod readback;
mod session;

use super::{Device, DeviceInfo, Error, Session, SessionLimits, pick};
use pipeline::Pipelines;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use wgpuc_abi as abi;

/// A device of one adapter.
pub struct WgpuDevice {
    info: DeviceInfo,
    features: Vec<abi::Feature>,
    shared: Arc<Shared>,
}

/// What the sessions of a device share.
struct Shared {
    device: wgpu::Device,
    queue: wgpu::Queue,
    limits: wgpu::Limits,
    pipelines: Pipelines,
    health: Arc<Health>,
}

/// What wgpu told outside of any call.
#[derive(Default)]
struct Health {
    lost: Mutex<Option<String>>,
    error: Mutex<Option<String>>,
}

/// What each feature of ours is called by wgpu.
const FEATURES: [(abi::Feature, wgpu::Features); 3] = [
    (abi::Feature::Subgroups, wgpu::Features::SUBGROUP),
    (abi::Feature::F16, wgpu::Features::SHADER_F16),
    (abi::Feature::Int64, wgpu::Features::SHADER_INT64),
];

/// Every adapter here, best first.
pub(crate) fn list() -> Vec<DeviceInfo> {
    adapters().iter().map(describe).collect()
}

impl WgpuDevice {
    /// Opens the adapter with that number, best first, or else with that in its name; the best unless told. Where
    /// `hardware_only`, no software one.
    ///
    /// # Errors
    /// Where there is none, or it cannot be opened.
    pub fn find(which: Option<&str>, hardware_only: bool) -> Result<Self, String> {
        let mut adapters = adapters();
        if adapters.is_empty() {
            return Err("no Vulkan, Metal or Direct3D 12 driver was found; install one, or use `--backend cpu`".into());
        }
        adapters.retain(|adapter| !hardware_only || is_hardware(&adapter.get_info()));
        if adapters.is_empty() {
            return Err("only software drivers were found; `--backend wgpu` uses them all the same".into());
        }
        let infos: Vec<_> = adapters.iter().map(describe).collect();
        Self::new(&adapters.swap_remove(pick(&infos, which)?))
    }

    fn new(adapter: &wgpu::Adapter) -> Result<Self, String> {
        let info = describe(adapter);
        let has = adapter.features();
        let wanted = FEATURES.iter().fold(wgpu::Features::TIMESTAMP_QUERY, |all, (_, feature)| all | *feature);
        let limits = adapter.limits();
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("wgpuc"),
            required_features: has & wanted,
            required_limits: limits.clone(),
            ..Default::default()
        };
        let opened = pollster::block_on(adapter.request_device(&descriptor));
        let (device, queue) = opened.map_err(|why| format!("{} cannot be opened: {why}", info.name))?;
        let health = Arc::new(Health::default());
        let seen = Arc::clone(&health);
        device.set_device_lost_callback(move |reason, message| note(&seen.lost, format!("{reason:?}: {message}")));
        let seen = Arc::clone(&health);
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| note(&seen.error, error.to_string())));
        let features = FEATURES.iter().filter(|(_, f)| has.contains(*f)).map(|(ours, _)| *ours).collect();
        let pipelines = Pipelines::default();
        Ok(Self { info, features, shared: Arc::new(Shared { device, queue, limits, pipelines, health }) })
    }
}

impl Device for WgpuDevice {
    fn info(&self) -> DeviceInfo {
        self.info.clone()
    }

    fn target(&self) -> abi::Target {
        abi::Target::Wgsl
    }

    fn features(&self) -> &[abi::Feature] {
        &self.features
    }

    fn open(&self, _: &SessionLimits) -> Result<Box<dyn Session>, Error> {
        Ok(Box::new(session::WgpuSession::new(Arc::clone(&self.shared))?))
    }
}

impl Shared {
    /// Does something that wgpu may refuse, and gives what it says.
    fn checked<R>(&self, f: impl FnOnce() -> R) -> Result<R, Error> {
        let filters = [wgpu::ErrorFilter::Internal, wgpu::ErrorFilter::Validation, wgpu::ErrorFilter::OutOfMemory];
        let scopes = filters.map(|filter| self.device.push_error_scope(filter));
        let value = f();
        let mut error = None;
        for scope in scopes.into_iter().rev() {
            error = pollster::block_on(scope.pop()).or(error);
        }
        self.alive()?;
        match error {
            None => Ok(value),
            Some(wgpu::Error::OutOfMemory { .. }) => Err(Error::OutOfMemory),
            Some(other) => Err(Error::Kernel(other.to_string())),
        }
    }

    /// Submits commands; what comes back says whether they are done, and whatever other threads submitted with them.
    fn submit(&self, commands: impl IntoIterator<Item = wgpu::CommandBuffer>) -> Arc<AtomicBool> {
        self.queue.submit(commands);
        let is_done = Arc::new(AtomicBool::new(false));
        let tell = Arc::clone(&is_done);
        self.queue.on_submitted_work_done(move || tell.store(true, Ordering::Release));
        is_done
    }

    /// Whether the device is still there, and no error came outside of any call.
    fn alive(&self) -> Result<(), Error> {
        if let Some(why) = self.health.lost.lock().ok().and_then(|lost| lost.clone()) {
            return Err(Error::DeviceLost(why));
        }
        match self.health.error.lock().ok().and_then(|mut error| error.take()) {
            Some(why) => Err(Error::Kernel(why)),
            None => Ok(()),
        }
    }
}

fn note(place: &Mutex<Option<String>>, what: String) {
    tracing::error!(%what, "wgpu");
    if let Ok(mut place) = place.lock() {
        place.get_or_insert(what);
    }
}

/// All adapters, hardware before software.
fn adapters() -> Vec<wgpu::Adapter> {
    let backends = wgpu::Backends::VULKAN | wgpu::Backends::METAL | wgpu::Backends::DX12;
    let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle_from_env();
    descriptor.backends &= backends;
    let instance = wgpu::Instance::new(descriptor);
    let mut adapters = pollster::block_on(instance.enumerate_adapters(backends));
    adapters.sort_by_key(|adapter| match adapter.get_info().device_type {
        wgpu::DeviceType::DiscreteGpu => 0,
        wgpu::DeviceType::IntegratedGpu => 1,
        wgpu::DeviceType::VirtualGpu => 2,
        wgpu::DeviceType::Other => 3,
        wgpu::DeviceType::Cpu => 4,
    });
    adapters
}

fn is_hardware(info: &wgpu::AdapterInfo) -> bool {
    info.device_type != wgpu::DeviceType::Cpu
}

fn describe(adapter: &wgpu::Adapter) -> DeviceInfo {
    let info = adapter.get_info();
    let (total_memory, version) = memory_size::of(adapter);
    DeviceInfo {
        backend: info.backend.to_str().to_owned(),
        total_memory: total_memory.unwrap_or_else(|| adapter.limits().max_buffer_size),
        is_hardware: is_hardware(&info),
        compute_capability: version.unwrap_or(info.driver_info),
        name: info.name,
    }
}
