//! Reads: from the device into the host's memory, with the fault record on the way.
//!
//! In: checked ranges. Out: bytes, and the session's first fault.

use super::session::WgpuSession;
use crate::backend::{BufferKey, Error, Fault};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;
use wgpuc_abi::fault;

/// What one wait reads at most: bounds the host-visible memory that reads take.
const CHUNK: u64 = 32 << 20;
/// How often a wait for news looks whether the device is still there.
const PATIENCE: Duration = Duration::from_millis(50);
/// The fault record's size, in bytes.
pub(super) const FAULT_BYTES: u64 = 4 * fault::WORDS as u64;

impl WgpuSession {
    /// Fills `out` from byte `offset`, after all earlier work.
    pub(super) fn read_bytes(&mut self, key: BufferKey, offset: u64, out: &mut [u8]) -> Result<(), Error> {
        let buffer = self.buffer(key)?;
        let mut at = offset;
        for chunk in out.chunks_mut(CHUNK as usize) {
            self.read_chunk(Some((&buffer, at)), chunk)?;
            at += chunk.len() as u64;
        }
        Ok(())
    }

    /// Waits for all earlier work; looks at the fault record where a launch may have written it.
    pub(super) fn wait(&mut self) -> Result<(), Error> {
        if self.may_have_faulted { self.read_chunk(None, &mut []) } else { self.batch.wait() }
    }

    /// Fills `out` from a buffer's byte offset, and looks at the fault record, in one wait.
    pub(super) fn read_chunk(&mut self, src: Option<(&wgpu::Buffer, u64)>, out: &mut [u8]) -> Result<(), Error> {
        let faults = std::mem::take(&mut self.may_have_faulted);
        let (lead, words) = match src {
            Some((_, offset)) => (offset % 4, (offset % 4 + out.len() as u64).next_multiple_of(4)),
            None => (0, 0),
        };
        let total = words + FAULT_BYTES;
        let staging = self.staging(total)?;
        let record = self.fault_record.clone();
        let encoder = self.batch.encoder();
        if let Some((buffer, offset)) = src {
            encoder.copy_buffer_to_buffer(buffer, offset - lead, &staging, 0, words);
        }
        if faults {
            encoder.copy_buffer_to_buffer(&record, 0, &staging, words, FAULT_BYTES);
        }
        self.batch.submit()?;
        let (tell, told) = mpsc::sync_channel(1);
        staging.map_async(wgpu::MapMode::Read, 0..total, move |result| {
            // Nobody listens any more where the wait has failed.
            let _ = tell.send(result);
        });
        let waited = self.batch.wait().and_then(|()| self.mapped(&told));
        let result = waited.and_then(|()| self.take_mapped(&staging, lead, words, faults, out));
        staging.unmap();
        result
    }

    /// Waits to be told of a map whose work is done: the thread of another guest of the device may have taken the news, and
    /// be about to tell it.
    fn mapped(&self, told: &Receiver<Result<(), wgpu::BufferAsyncError>>) -> Result<(), Error> {
        let why = loop {
            match told.recv_timeout(PATIENCE) {
                Ok(Ok(())) => return Ok(()),
                Ok(Err(why)) => break why.to_string(),
                Err(RecvTimeoutError::Timeout) => self.shared.alive()?,
                Err(RecvTimeoutError::Disconnected) => break "it was given up".to_owned(),
            }
        };
        Err(Error::DeviceLost(format!("a buffer could not be mapped: {why}")))
    }

    fn take_mapped(
        &mut self,
        staging: &wgpu::Buffer,
        lead: u64,
        words: u64,
        faults: bool,
        out: &mut [u8],
    ) -> Result<(), Error> {
        let view = staging.get_mapped_range(0..words + FAULT_BYTES);
        let view = view.map_err(|why| Error::DeviceLost(format!("a buffer could not be mapped: {why}")))?;
        let end = lead as usize + out.len();
        if let Some(bytes) = view.get(lead as usize..end) {
            out.copy_from_slice(bytes);
        }
        if !faults {
            return Ok(());
        }
        let mut record = [0; fault::WORDS as usize];
        let bytes = view.get(words as usize..).unwrap_or_default();
        for (word, chunk) in record.iter_mut().zip(bytes.chunks_exact(4)) {
            *word = chunk.iter().rev().fold(0, |all, &byte| all << 8 | u32::from(byte));
        }
        drop(view);
        if let Some(fault) = Fault::from_record(&record) {
            self.fault.get_or_insert(fault);
            let record = self.fault_record.clone();
            self.batch.encoder().clear_buffer(&record, 0, None);
        }
        Ok(())
    }

    /// A buffer that the host can read, kept from read to read unless large.
    fn staging(&mut self, bytes: u64) -> Result<wgpu::Buffer, Error> {
        if let Some(known) = self.staging.as_ref().filter(|b| b.size() >= bytes) {
            return Ok(known.clone());
        }
        let size = bytes.next_power_of_two().max(1 << 12);
        let made = self.shared.checked(|| {
            self.shared.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("staging"),
                size,
                usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            })
        })?;
        self.staging = Some(made.clone());
        Ok(made)
    }
}
