//! Marks in a session's work by the device's own clock.
//!
//! In: places in the batch. Out: times between them. A device without timestamps has no [`Clock`]; its marks are the
//! host's.

use super::Shared;
use super::session::WgpuSession;
use crate::backend::{Error, Mark, host_elapsed};
use std::time::{Duration, Instant};

/// Marks that are kept: what one query set holds at most.
const MAX_MARKS: u32 = wgpu::QUERY_SET_MAX_QUERIES;
/// The second of two resolved timestamps stands here.
const SECOND: u64 = wgpu::QUERY_RESOLVE_BUFFER_ALIGNMENT;

/// Timestamps of a session, the newest [`MAX_MARKS`] of them.
pub(super) struct Clock {
    queries: wgpu::QuerySet,
    resolved: wgpu::Buffer,
    /// Nanoseconds of a tick.
    period: f64,
    n_marks: u32,
}

impl Clock {
    fn new(shared: &Shared) -> Result<Self, Error> {
        shared.checked(|| Self {
            queries: shared.device.create_query_set(&wgpu::QuerySetDescriptor {
                label: Some("marks"),
                ty: wgpu::QueryType::Timestamp,
                count: MAX_MARKS,
            }),
            resolved: shared.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("times of marks"),
                size: SECOND + 8,
                usage: wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC,
                mapped_at_creation: false,
            }),
            period: f64::from(shared.queue.get_timestamp_period()),
            n_marks: 0,
        })
    }

    /// Where a mark's timestamp lies; `None` where a newer one has its place.
    fn place(&self, mark: u32) -> Option<u32> {
        let age = self.n_marks.wrapping_sub(mark);
        (1..=MAX_MARKS).contains(&age).then_some(mark % MAX_MARKS)
    }
}

impl WgpuSession {
    /// Writes a timestamp behind all that has gathered.
    pub(super) fn stamp(&mut self) -> Result<Mark, Error> {
        if !self.shared.device.features().contains(wgpu::Features::TIMESTAMP_QUERY) {
            self.wait()?;
            return Ok(Mark::Host(Instant::now()));
        }
        let clock = match self.clock.take() {
            Some(clock) => clock,
            None => Clock::new(&self.shared)?,
        };
        let clock = self.clock.insert(clock);
        let mark = clock.n_marks;
        clock.n_marks = mark.wrapping_add(1);
        let timestamp_writes = Some(wgpu::ComputePassTimestampWrites {
            query_set: &clock.queries,
            beginning_of_pass_write_index: Some(mark % MAX_MARKS),
            end_of_pass_write_index: None,
        });
        // The beginning of an empty pass: not every device can write timestamps between passes.
        drop(self.batch.encoder().begin_compute_pass(&wgpu::ComputePassDescriptor { label: None, timestamp_writes }));
        self.batch.submit_if_full()?;
        Ok(Mark::Device(mark))
    }

    /// The time between two marks.
    pub(super) fn between(&mut self, from: Mark, to: Mark) -> Result<Duration, Error> {
        let (Mark::Device(first), Mark::Device(second), Some(clock)) = (from, to, &self.clock) else {
            return host_elapsed(from, to);
        };
        let (Some(first), Some(second)) = (clock.place(first), clock.place(second)) else {
            return Err(Error::Unsupported(format!("only the last {MAX_MARKS} marks of a session are kept")));
        };
        let (resolved, period) = (clock.resolved.clone(), clock.period);
        let encoder = self.batch.encoder();
        encoder.resolve_query_set(&clock.queries, first..first + 1, &resolved, 0);
        encoder.resolve_query_set(&clock.queries, second..second + 1, &resolved, SECOND);
        let mut bytes = [0; SECOND as usize + 8];
        self.read_chunk(Some((&resolved, 0)), &mut bytes)?;
        let ticks = |at: usize| bytes.iter().skip(at).take(8).rev().fold(0, |all, &byte| all << 8 | u64::from(byte));
        let ticks = ticks(SECOND as usize).saturating_sub(ticks(0));
        Ok(Duration::from_secs_f64(ticks as f64 * period * 1e-9))
    }
}
