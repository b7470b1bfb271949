//! One guest's memory on an executor, as a case uses it: upload, call, download.

use wgpuc_abi::{Feature, Target};
use wgpuc_runtime::{Gpu, GpuError, Guest};

/// An open device and one guest's memory on it.
pub struct Machine {
    /// The guest.
    pub guest: Guest,
    /// What results there depend on.
    pub traits: Traits,
}

/// What results on an executor depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traits {
    /// The code that it takes.
    pub target: Target,
    /// What it has beyond the floor of its target: which form of a kernel it runs.
    pub features: Vec<Feature>,
    /// Whether floats are IEEE's for every operation, as the interpreter has them.
    pub is_exact: bool,
    /// Whether it is the interpreter.
    pub is_interpreter: bool,
    /// Invocations of a subgroup; 0 without them.
    pub subgroup_size: u32,
}

impl Machine {
    /// Memory of its own on an open device.
    ///
    /// # Errors
    /// Where the device is lost or full.
    pub fn new(gpu: &Gpu, traits: Traits) -> Result<Self, GpuError> {
        Ok(Self { guest: gpu.guest(gpu.default_quota())?, traits })
    }

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

    /// A buffer that is too small for a word.
    ///
    /// # Errors
    /// As `buffer-create`.
    pub fn less_than_a_word(&mut self) -> Result<u32, GpuError> {
        self.guest.buffer_create(3, true)
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
