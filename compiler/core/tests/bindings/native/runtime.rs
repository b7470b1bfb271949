//! What generated host code uses of `wgpuc-runtime`, over buffers in memory; ops are noted, not computed.

use std::collections::BTreeMap;

#[derive(Debug, PartialEq)]
pub enum GpuError {
    OutOfMemory,
    InvalidBuffer,
    KernelError(String),
    DeviceUnavailable,
    InvalidParams(String),
}

#[derive(Default)]
pub struct Guest {
    pub calls: Vec<(String, Vec<u64>)>,
    pub buffers: BTreeMap<u32, Vec<u8>>,
    next: u32,
}

impl Guest {
    pub fn buffer_create(&mut self, size: u64, _storage: bool) -> Result<u32, GpuError> {
        self.next += 1;
        self.buffers.insert(self.next, vec![0; size as usize]);
        Ok(self.next)
    }

    pub fn buffer_write(&mut self, buffer: u32, offset: u64, data: &[u8]) -> Result<(), GpuError> {
        let bytes = self.buffers.get_mut(&buffer).ok_or(GpuError::InvalidBuffer)?;
        bytes[offset as usize..][..data.len()].copy_from_slice(data);
        Ok(())
    }

    pub fn buffer_read(&mut self, buffer: u32, offset: u64, out: &mut [u8]) -> Result<(), GpuError> {
        let bytes = self.buffers.get(&buffer).ok_or(GpuError::InvalidBuffer)?;
        out.copy_from_slice(&bytes[offset as usize..][..out.len()]);
        Ok(())
    }

    pub fn buffer_destroy(&mut self, buffer: u32) -> Result<(), GpuError> {
        self.buffers.remove(&buffer).map(|_| ()).ok_or(GpuError::InvalidBuffer)
    }

    pub fn call(&mut self, op: &str, words: &[u64]) -> Result<(), GpuError> {
        self.calls.push((op.to_owned(), words.to_vec()));
        Ok(())
    }
}
