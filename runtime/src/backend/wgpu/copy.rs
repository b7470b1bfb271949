//! Writes and copies at any byte offset, around wgpu's rule that both lie at multiples of 4.
//!
//! In: checked ranges. Out: commands in the session's batch.

use super::batch::UPLOAD_BYTES;
use super::bytes::{ByteCopy, Bytes};
use super::session::WgpuSession;
use crate::backend::{BufferKey, Error};

/// Writes up to this size travel with the batch; larger ones are submitted by themselves.
const SMALL_WRITE: usize = 64 << 10;
/// What one submission writes at most: bounds wgpu's own copy of the data.
const WRITE_CHUNK: usize = 16 << 20;
/// What one step of a copy within a buffer moves.
const MOVE_CHUNK: u64 = 16 << 20;

impl WgpuSession {
    /// Writes `data` at byte `offset`.
    pub(super) fn write_bytes(&mut self, key: BufferKey, offset: u64, data: &[u8]) -> Result<(), Error> {
        let buffer = self.buffer(key)?;
        let head = (offset.next_multiple_of(4) - offset).min(data.len() as u64) as usize;
        let (first, rest) = data.split_at(head);
        let (middle, last) = rest.split_at(rest.len() / 4 * 4);
        let mut at = offset;
        self.write_edge(&buffer, at, first)?;
        at += first.len() as u64;
        if middle.len() <= SMALL_WRITE {
            if !middle.is_empty() {
                let from = self.batch.upload(middle)?;
                let upload = self.batch.upload_buffer().clone();
                let encoder = self.batch.encoder();
                encoder.copy_buffer_to_buffer(&upload, from.into(), &buffer, at, middle.len() as u64);
            }
        } else {
            let mut to = at;
            for chunk in middle.chunks(WRITE_CHUNK) {
                self.batch.write_now(&buffer, to, chunk)?;
                to += chunk.len() as u64;
            }
        }
        at += middle.len() as u64;
        self.write_edge(&buffer, at, last)?;
        self.batch.submit_if_full()
    }

    /// Writes the bytes of one word that stand beside others that stay.
    fn write_edge(&mut self, buffer: &wgpu::Buffer, offset: u64, data: &[u8]) -> Result<(), Error> {
        if data.is_empty() {
            return Ok(());
        }
        // Both the data and the kernel's block must be in one batch.
        self.batch.reserve(4096)?;
        let from = self.batch.upload(data)?;
        let upload = self.batch.upload_buffer().clone();
        let src = Bytes { buffer: &upload, offset: from.into() };
        self.byte_copy(src, Bytes { buffer, offset }, data.len() as u64)
    }

    fn byte_copy(&mut self, src: Bytes<'_>, dst: Bytes<'_>, bytes: u64) -> Result<(), Error> {
        if self.bytes.is_none() {
            self.bytes = Some(ByteCopy::new(&self.shared)?);
        }
        match &self.bytes {
            Some(kernel) => kernel.copy(&self.shared, &mut self.batch, src, dst, bytes),
            None => Ok(()),
        }
    }

    /// Copies `bytes` bytes, like memmove within one buffer.
    pub(super) fn copy_bytes(
        &mut self,
        (src, src_offset): (BufferKey, u64),
        (dst, dst_offset): (BufferKey, u64),
        bytes: u64,
    ) -> Result<(), Error> {
        let (from, to) = (self.buffer(src)?, self.buffer(dst)?);
        if src == dst {
            self.move_bytes(&from, src_offset, dst_offset, bytes)?;
        } else {
            let (from, to) = (Bytes { buffer: &from, offset: src_offset }, Bytes { buffer: &to, offset: dst_offset });
            self.copy_between(from, to, bytes)?;
        }
        self.batch.submit_if_full()
    }

    /// Copies between two buffers.
    fn copy_between(&mut self, src: Bytes<'_>, dst: Bytes<'_>, bytes: u64) -> Result<(), Error> {
        if [src.offset, dst.offset, bytes].iter().all(|n| n % 4 == 0) {
            let encoder = self.batch.encoder();
            encoder.copy_buffer_to_buffer(src.buffer, src.offset, dst.buffer, dst.offset, bytes);
            return Ok(());
        }
        self.byte_copy(src, dst, bytes)
    }

    /// Moves bytes within a buffer, through another one, in the direction in which no byte is lost.
    fn move_bytes(&mut self, buffer: &wgpu::Buffer, from: u64, to: u64, bytes: u64) -> Result<(), Error> {
        let between = self.bounce(bytes.min(MOVE_CHUNK))?;
        let n_chunks = bytes.div_ceil(MOVE_CHUNK);
        for i in 0..n_chunks {
            let start = if to > from { n_chunks - 1 - i } else { i } * MOVE_CHUNK;
            let n = (bytes - start).min(MOVE_CHUNK);
            // Whole words on the way out; the buffer is padded, so they are all there.
            let aligned = (from + start) / 4 * 4;
            let lead = from + start - aligned;
            let words = (lead + n).next_multiple_of(4);
            self.batch.encoder().copy_buffer_to_buffer(buffer, aligned, &between, 0, words);
            let src = Bytes { buffer: &between, offset: lead };
            self.copy_between(src, Bytes { buffer, offset: to + start }, n)?;
        }
        Ok(())
    }

    /// A buffer to move bytes through, with room for the words at both ends.
    fn bounce(&mut self, bytes: u64) -> Result<wgpu::Buffer, Error> {
        let needed = (bytes + 16).next_power_of_two().max(1 << 16);
        if let Some(known) = self.bounce.as_ref().filter(|b| b.size() >= needed) {
            return Ok(known.clone());
        }
        let made = self.shared.create_buffer("move", needed)?;
        self.bounce = Some(made.clone());
        Ok(made)
    }

    /// Zeroes `bytes` bytes from the start, and up to the end of the last word.
    pub(super) fn zero_bytes(&mut self, key: BufferKey, bytes: u64) -> Result<(), Error> {
        let buffer = self.buffer(key)?;
        self.batch.encoder().clear_buffer(&buffer, 0, Some(bytes.next_multiple_of(4)));
        self.batch.submit_if_full()
    }
}

const _: () = assert!(SMALL_WRITE as u64 <= UPLOAD_BYTES / 2);
