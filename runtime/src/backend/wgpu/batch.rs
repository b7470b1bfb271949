//! Commands that gather until they are submitted, and the small data that goes with them.
//!
//! It knows no buffers of guests. In: commands and bytes, in order. Out: submissions, never more than a few in flight.

use super::Shared;
use crate::backend::Error;
use crate::backend::wait::Flag;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Room for the words of launches and for small writes of one submission.
pub(super) const UPLOAD_BYTES: u64 = 1 << 20;
/// Commands after which a batch is submitted.
const MAX_COMMANDS: u32 = 128;
/// How long commands wait for more.
const MAX_AGE: Duration = Duration::from_millis(2);
/// Submissions that the device may lag behind.
const MAX_IN_FLIGHT: usize = 8;

/// Gathers commands.
pub(super) struct Batch {
    shared: Arc<Shared>,
    encoder: Option<wgpu::CommandEncoder>,
    pass: Option<wgpu::ComputePass<'static>>,
    /// What the upload buffer will hold when the batch runs.
    upload: Vec<u8>,
    upload_buffer: wgpu::Buffer,
    n_commands: u32,
    since: Instant,
    /// Whether each submission is done.
    in_flight: VecDeque<Arc<AtomicBool>>,
    stopped: Arc<Flag>,
}

impl Batch {
    pub(super) fn new(shared: Arc<Shared>) -> Result<Self, Error> {
        use wgpu::BufferUsages as Usage;
        let upload_buffer = shared.checked(|| {
            shared.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("upload"),
                size: UPLOAD_BYTES,
                usage: Usage::UNIFORM | Usage::STORAGE | Usage::COPY_SRC | Usage::COPY_DST,
                mapped_at_creation: false,
            })
        })?;
        Ok(Self {
            shared,
            encoder: None,
            pass: None,
            upload: Vec::new(),
            upload_buffer,
            n_commands: 0,
            since: Instant::now(),
            in_flight: VecDeque::new(),
            stopped: Arc::default(),
        })
    }

    /// Stops waits from another thread.
    pub(super) fn flag(&self) -> Arc<Flag> {
        Arc::clone(&self.stopped)
    }

    /// The buffer that uploads come from.
    pub(super) fn upload_buffer(&self) -> &wgpu::Buffer {
        &self.upload_buffer
    }

    /// Puts bytes into the upload buffer, at an offset that a binding may have; submits first where there is no room.
    /// At most [`UPLOAD_BYTES`].
    pub(super) fn upload(&mut self, data: &[u8]) -> Result<u32, Error> {
        let align = self.shared.limits.min_uniform_buffer_offset_alignment.max(16) as usize;
        let mut at = self.upload.len().next_multiple_of(align);
        let end = (at + data.len()).next_multiple_of(4);
        if end as u64 > UPLOAD_BYTES {
            self.submit()?;
            at = 0;
        }
        self.upload.resize(at, 0);
        self.upload.extend_from_slice(data);
        self.upload.resize(self.upload.len().next_multiple_of(4), 0);
        u32::try_from(at).map_err(|_| Error::OutOfMemory)
    }

    /// Submits first where fewer bytes than that can still be uploaded with this batch.
    pub(super) fn reserve(&mut self, bytes: usize) -> Result<(), Error> {
        if (self.upload.len() + bytes) as u64 > UPLOAD_BYTES { self.submit() } else { Ok(()) }
    }

    /// The open compute pass.
    pub(super) fn pass(&mut self) -> &mut wgpu::ComputePass<'static> {
        self.n_commands += 1;
        let pass = match self.pass.take() {
            Some(pass) => pass,
            None => self.open_encoder().begin_compute_pass(&wgpu::ComputePassDescriptor::default()).forget_lifetime(),
        };
        self.pass.insert(pass)
    }

    /// The open encoder, outside of any pass.
    pub(super) fn encoder(&mut self) -> &mut wgpu::CommandEncoder {
        self.n_commands += 1;
        self.pass = None;
        self.open_encoder()
    }

    fn open_encoder(&mut self) -> &mut wgpu::CommandEncoder {
        if self.encoder.is_none() {
            self.since = Instant::now();
        }
        let device = &self.shared.device;
        self.encoder.get_or_insert_with(|| device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default()))
    }

    /// Submits what has gathered if that is enough.
    pub(super) fn submit_if_full(&mut self) -> Result<(), Error> {
        if self.n_commands >= MAX_COMMANDS || (self.n_commands > 0 && self.since.elapsed() > MAX_AGE) {
            self.submit()?;
        }
        Ok(())
    }

    /// Submits what has gathered.
    pub(super) fn submit(&mut self) -> Result<(), Error> {
        self.pass = None;
        self.n_commands = 0;
        if let Some(encoder) = self.encoder.take() {
            let shared = Arc::clone(&self.shared);
            let upload = std::mem::take(&mut self.upload);
            let submitted = shared.checked(|| {
                if !upload.is_empty() {
                    shared.queue.write_buffer(&self.upload_buffer, 0, &upload);
                }
                shared.submit([encoder.finish()])
            });
            self.upload = upload;
            self.upload.clear();
            self.in_flight.push_back(submitted?);
        }
        self.bound_flight()
    }

    /// Writes straight to a buffer, after all that has gathered. Offset and length are multiples of 4.
    pub(super) fn write_now(&mut self, buffer: &wgpu::Buffer, offset: u64, data: &[u8]) -> Result<(), Error> {
        self.submit()?;
        let shared = Arc::clone(&self.shared);
        let submitted = shared.checked(|| {
            shared.queue.write_buffer(buffer, offset, data);
            shared.submit([])
        })?;
        self.in_flight.push_back(submitted);
        self.bound_flight()
    }

    /// Submits what has gathered and waits for all of it.
    pub(super) fn wait(&mut self) -> Result<(), Error> {
        self.submit()?;
        // Submissions finish in order, so the last one stands for all.
        if let Some(last) = self.in_flight.pop_back() {
            self.in_flight.clear();
            self.wait_for(&last)?;
        }
        self.shared.alive()
    }

    fn bound_flight(&mut self) -> Result<(), Error> {
        while self.in_flight.len() > MAX_IN_FLIGHT {
            if let Some(oldest) = self.in_flight.pop_front() {
                self.wait_for(&oldest)?;
            }
        }
        Ok(())
    }

    /// Asks again and again: a wait of wgpu's that times out panics where another thread finds the queue empty meanwhile
    /// (gfx-rs/wgpu #9958, which version 30 has not).
    fn wait_for(&self, is_done: &AtomicBool) -> Result<(), Error> {
        let lost = |why: wgpu::PollError| Error::DeviceLost(why.to_string());
        self.stopped.wait(|| {
            self.shared.device.poll(wgpu::PollType::Poll).map_err(lost)?;
            if is_done.load(Ordering::Acquire) {
                return Ok(true);
            }
            self.shared.alive()?;
            // The device may be this very processor.
            std::thread::yield_now();
            Ok(false)
        })
    }
}
