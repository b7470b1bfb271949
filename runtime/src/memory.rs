//! One guest's share of a device: what it has taken of its quota, and the temporary buffers it will need again.
//!
//! It knows no handles. In: sizes. Out: buffers of the guest's session.

use crate::GpuError;
use crate::backend::{BufferKey, Session};

/// How many idle temporary buffers are kept.
const MAX_IDLE: usize = 32;

/// A session and what is taken of its quota.
pub(crate) struct Memory {
    pub session: Box<dyn Session>,
    quota_bytes: u64,
    used_bytes: u64,
    idle: Vec<Temporary>,
}

/// A temporary buffer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Temporary {
    pub key: BufferKey,
    /// Its size, at least what was asked for.
    bytes: u64,
}

impl Memory {
    pub(crate) fn new(session: Box<dyn Session>, quota_bytes: u64) -> Self {
        Self { session, quota_bytes, used_bytes: 0, idle: Vec::new() }
    }

    /// A buffer of zeros, counted against the quota with its padding.
    pub(crate) fn create(&mut self, bytes: u64) -> Result<BufferKey, GpuError> {
        let padded = padded(bytes)?;
        if !self.fits(padded) {
            self.drop_idle();
        }
        if !self.fits(padded) {
            return Err(GpuError::OutOfMemory);
        }
        let key = match self.session.create(bytes) {
            Err(crate::backend::Error::OutOfMemory) if !self.idle.is_empty() => {
                self.drop_idle();
                self.session.create(bytes)?
            }
            other => other?,
        };
        self.used_bytes += padded;
        Ok(key)
    }

    /// Frees a buffer of that size.
    pub(crate) fn destroy(&mut self, key: BufferKey, bytes: u64) {
        self.session.destroy(key);
        self.used_bytes = self.used_bytes.saturating_sub(padded(bytes).unwrap_or(0));
    }

    /// A temporary buffer of at least that size.
    pub(crate) fn take(&mut self, bytes: u64, zeroed: bool) -> Result<Temporary, GpuError> {
        let class = size_class(bytes);
        let Some(index) = self.idle.iter().rposition(|t| t.bytes == class) else {
            let key = self.create(class)?;
            return Ok(Temporary { key, bytes: class });
        };
        let temporary = self.idle.swap_remove(index);
        if zeroed && let Err(error) = self.session.zero(temporary.key, bytes) {
            self.give_back(temporary);
            return Err(error.into());
        }
        Ok(temporary)
    }

    /// Takes a temporary buffer back. Work is in order, so the next call may have it at once.
    pub(crate) fn give_back(&mut self, temporary: Temporary) {
        if self.idle.len() >= MAX_IDLE {
            let oldest = self.idle.remove(0);
            self.destroy(oldest.key, oldest.bytes);
        }
        self.idle.push(temporary);
    }

    fn fits(&self, bytes: u64) -> bool {
        self.used_bytes.checked_add(bytes).is_some_and(|sum| sum <= self.quota_bytes)
    }

    fn drop_idle(&mut self) {
        for temporary in std::mem::take(&mut self.idle) {
            self.destroy(temporary.key, temporary.bytes);
        }
    }
}

fn padded(bytes: u64) -> Result<u64, GpuError> {
    bytes.checked_next_multiple_of(16).ok_or(GpuError::OutOfMemory)
}

/// Sizes in steps of an eighth to a quarter, so that calls of like size share buffers.
fn size_class(bytes: u64) -> u64 {
    let step = (bytes.max(256).checked_next_power_of_two().unwrap_or(1 << 63) / 8).max(64);
    bytes.checked_next_multiple_of(step).unwrap_or(bytes).max(256)
}

#[cfg(test)]
mod tests {
    use super::size_class;

    #[test]
    fn size_classes_waste_little() {
        for bytes in [0, 1, 256, 257, 1000, 4096, 5000, 1 << 30, (1 << 30) + 1, u64::MAX] {
            let class = size_class(bytes);
            assert!(class >= bytes && (class - bytes) as f64 <= (bytes as f64 / 4.0).max(256.0), "{bytes} {class}");
        }
    }
}
