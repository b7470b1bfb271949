//! A device with the standard kernels, as a test uses it: upload, call, download.

use crate::interpreter::Interpreter;
use std::sync::OnceLock;
use wgpuc_runtime::backend::Device;
use wgpuc_runtime::backend::wgpu::WgpuDevice;
use wgpuc_runtime::{Backend, Gpu, GpuError, Guest};

/// Where a test runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Executor {
    /// The interpreter of the IR, with subgroups of this size; 0 for the form without them.
    Interpreter(u32),
    /// The CPU backend.
    Cpu,
    /// wgpu, on the adapter whose name contains this.
    Wgpu(&'static str),
}

impl Executor {
    /// The name in test names.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Interpreter(0) => "interpreter".to_owned(),
            Self::Interpreter(size) => format!("interpreter-subgroups-{size}"),
            Self::Cpu => "cpu".to_owned(),
            Self::Wgpu(adapter) => format!("wgpu-{}", adapter.to_lowercase()),
        }
    }

    /// Opens it; `None` where this machine lacks the adapter.
    ///
    /// # Errors
    /// Where it is there and does not work.
    pub fn open(self) -> anyhow::Result<Option<Machine>> {
        let builder = Gpu::builder().kernels(wgpuc_kernels::bundle());
        let gpu = match self {
            Self::Interpreter(size) => builder.device(Box::new(Interpreter::new(standard()?, size)) as Box<dyn Device>),
            Self::Cpu => builder.backend(Backend::Cpu),
            Self::Wgpu(adapter) => match WgpuDevice::named(adapter) {
                Ok(device) => builder.device(Box::new(device)),
                Err(_) => return Ok(None),
            },
        }
        .build()?;
        let guest = gpu.guest(gpu.default_quota())?;
        Ok(Some(Machine { guest, info: format!("{:?}", gpu.device_info()) }))
    }
}

/// The standard kernels with their IR.
fn standard() -> anyhow::Result<&'static wgpuc_core::driver::Output> {
    static OUTPUT: OnceLock<Result<wgpuc_core::driver::Output, String>> = OnceLock::new();
    let compiled = OUTPUT.get_or_init(|| {
        let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/../kernels-src");
        let input = wgpuc_build::read_folder(dir.as_ref()).map_err(|e| e.to_string())?;
        let options = wgpuc_core::driver::Options { targets: vec![], bindings: vec![] };
        wgpuc_core::driver::compile(&input, &options).map_err(|_| "the standard kernels do not compile".to_owned())
    });
    compiled.as_ref().map_err(|e| anyhow::anyhow!("{e}"))
}

/// An open device and one guest's memory on it.
pub struct Machine {
    /// The guest.
    pub guest: Guest,
    /// What the device says of itself.
    pub info: String,
}

impl Machine {
    /// A buffer with these words.
    ///
    /// # Errors
    /// As `buffer-create` and `buffer-write`.
    pub fn upload(&mut self, words: &[u32]) -> Result<u32, GpuError> {
        let bytes: Vec<u8> = words.iter().flat_map(|w| w.to_le_bytes()).collect();
        let buffer = self.guest.buffer_create(bytes.len().max(4) as u64, true)?;
        self.guest.buffer_write(buffer, 0, &bytes)?;
        Ok(buffer)
    }

    /// A buffer with these numbers.
    ///
    /// # Errors
    /// As [`Self::upload`].
    pub fn upload_f32(&mut self, numbers: &[f32]) -> Result<u32, GpuError> {
        let words: Vec<u32> = numbers.iter().map(|x| x.to_bits()).collect();
        self.upload(&words)
    }

    /// A buffer of `n` words, each a pattern that no kernel writes, so that what is not written shows.
    ///
    /// # Errors
    /// As [`Self::upload`].
    pub fn poisoned(&mut self, n: usize) -> Result<u32, GpuError> {
        self.upload(&vec![POISON; n])
    }

    /// The first `n` words of a buffer.
    ///
    /// # Errors
    /// As `buffer-read`.
    pub fn download(&mut self, buffer: u32, n: usize) -> Result<Vec<u32>, GpuError> {
        let mut bytes = vec![0; n * 4];
        self.guest.buffer_read(buffer, 0, &mut bytes)?;
        Ok(bytes.chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
    }

    /// The first `n` numbers of a buffer.
    ///
    /// # Errors
    /// As [`Self::download`].
    pub fn download_f32(&mut self, buffer: u32, n: usize) -> Result<Vec<f32>, GpuError> {
        Ok(self.download(buffer, n)?.into_iter().map(f32::from_bits).collect())
    }

    /// Calls an op; `words` are its parameters as the canonical ABI flattens them.
    ///
    /// # Errors
    /// What the op says.
    pub fn call(&mut self, op: &str, words: &[u32]) -> Result<(), GpuError> {
        let words: Vec<u64> = words.iter().map(|w| u64::from(*w)).collect();
        self.guest.call(op, &words)
    }
}

/// What [`Machine::poisoned`] fills with: a NaN with a payload of its own.
pub const POISON: u32 = 0x7fc0_dead;
