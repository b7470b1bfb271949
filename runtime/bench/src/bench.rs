//! One case's memory on a device: buffers of random numbers, poisoned outputs, calls.

use crate::numbers::Numbers;
use crate::{Error, suite::Call};
use wgpuc_runtime::{Gpu, GpuError, Guest, Quota};

/// What outputs hold before: a NaN with a payload of its own, which no kernel writes.
pub(crate) const POISON: u32 = 0x7fc0_dead;
/// What is left for temporary buffers of the ops, and for everyone else: a part of the memory.
const KEPT_FREE: u64 = 8;

/// Memory and a queue of their own.
pub(crate) struct Bench {
    pub(crate) guest: Guest,
    /// Bytes that buffers may take.
    pub(crate) room: u64,
    /// Bytes that a device's caches may hold.
    pub(crate) cache: u64,
}

impl Bench {
    pub(crate) fn new(gpu: &Gpu) -> Result<Self, Error> {
        let Quota { bytes, .. } = gpu.default_quota();
        // The last level of the largest cards and of usual hosts; neither tells through every interface.
        let cache = if gpu.device_info().is_hardware { 60_000_000 } else { 64_000_000 };
        Ok(Self { guest: gpu.guest(gpu.default_quota())?, room: bytes - bytes / KEPT_FREE, cache })
    }

    /// A buffer of that many words; content unspecified.
    pub(crate) fn buffer(&mut self, n_words: u32) -> Result<u32, GpuError> {
        self.guest.buffer_create(4 * u64::from(n_words), true)
    }

    /// A buffer with the first `n` random numbers.
    pub(crate) fn random(&mut self, n: u32, numbers: Numbers) -> Result<u32, GpuError> {
        let buffer = self.buffer(n)?;
        let (scale, offset) = numbers.scale_and_offset();
        let words = [n, numbers.seed, scale.to_bits(), offset.to_bits(), buffer];
        self.guest.call("fill-uniform", &words.map(u64::from))?;
        Ok(buffer)
    }

    /// A buffer with those words.
    pub(crate) fn upload(&mut self, words: &[u32]) -> Result<u32, GpuError> {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let buffer = self.guest.buffer_create(bytes.len() as u64, true)?;
        self.guest.buffer_write(buffer, 0, &bytes)?;
        Ok(buffer)
    }

    /// Overwrites the calls' outputs.
    pub(crate) fn poison(&mut self, calls: &[Call]) -> Result<(), GpuError> {
        let mut one = |call: &Call| self.guest.call("fill-words", &[call.n_output, POISON, call.output].map(u64::from));
        calls.iter().try_for_each(&mut one)
    }

    /// One word of a buffer.
    pub(crate) fn word(&mut self, buffer: u32, at: u32) -> Result<u32, GpuError> {
        let mut bytes = [0; 4];
        self.guest.buffer_read(buffer, 4 * u64::from(at), &mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }
}
