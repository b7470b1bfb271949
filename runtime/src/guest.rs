//! One guest's state: its buffers, its quota, its queue, and what went wrong on the device.
//!
//! It knows nothing of WebAssembly. In: calls with the arguments as the guest gave them. Out: results in the
//! guest's terms; no argument panics or hangs.

use crate::backend::{Cancel, DeviceInfo, Error, Fault, Mark, SessionLimits};
use crate::buffers::{self, Buffer, Table, check_range};
use crate::executor::{self, Frame};
use crate::gpu::Shared;
use crate::memory::Memory;
use crate::program::Program;
use crate::{GpuError, Library};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tracing::field::Empty;
use tracing::{Level, Span, debug, debug_span, enabled};

/// Launches that may be in flight before the host waits: bounds the table that a fault is looked up in.
const MAX_LAUNCHES: usize = 1 << 20;
/// The number of launches that cannot fault.
const NO_FAULT: u32 = u32::MAX;
/// The numbers of recorded launches begin after this one.
const RECORDED: u32 = 1 << 30;

/// What one guest may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Bytes of all its buffers together, temporary ones included.
    pub bytes: u64,
    /// Buffers at a time; at most 65 535.
    pub buffers: u32,
}

/// One guest's memory and queue on a device. A host may also use it for itself.
pub struct Guest {
    gpu: Arc<Shared>,
    memory: Memory,
    table: Table,
    quota: Quota,
    frame: Frame,
    /// Launches since the last wait that can fault; a launch's number is its place here, from 1.
    launches: Vec<LaunchRecord>,
    /// Those of the last recording; and whether some ran since the last wait.
    recorded: Vec<LaunchRecord>,
    is_recording: bool,
    has_replayed: bool,
    served_by: Option<&'static str>,
    /// What the device reported, until the guest next reads.
    failure: Option<GpuError>,
    lost: bool,
}

/// What a launch's number stands for.
#[derive(Clone, Copy)]
struct LaunchRecord {
    program: u32,
    op: u32,
    kernel: u32,
    instance: u32,
}

impl Guest {
    pub(crate) fn new(gpu: Arc<Shared>, quota: Quota) -> Result<Self, Error> {
        let session = gpu.device.open(&SessionLimits { bytes: quota.bytes })?;
        Ok(Self {
            memory: Memory::new(session, quota.bytes),
            table: Table::new(),
            quota,
            frame: Frame::default(),
            launches: Vec::new(),
            recorded: Vec::new(),
            is_recording: false,
            has_replayed: false,
            served_by: None,
            failure: None,
            lost: false,
            gpu,
        })
    }

    /// The device that serves this guest.
    #[must_use]
    pub fn device_info(&self) -> &DeviceInfo {
        &self.gpu.info
    }

    /// A new buffer of `size` bytes, all zero. `storage` is whether kernels may bind it.
    ///
    /// # Errors
    /// `out-of-memory` beyond the quota, `invalid-params` for a size of 0.
    pub fn buffer_create(&mut self, size: u64, storage: bool) -> Result<u32, GpuError> {
        self.timed("buffer-create", |this| {
            if size == 0 {
                return Err(GpuError::InvalidParams("size is 0, but must be at least 1".into()));
            }
            if this.table.len() >= this.quota.buffers.min(buffers::MAX_BUFFERS) {
                return Err(GpuError::OutOfMemory);
            }
            let key = this.memory.create(size)?;
            this.table.insert(Buffer { key, bytes: size, storage }).ok_or_else(|| {
                this.memory.destroy(key, size);
                GpuError::OutOfMemory
            })
        })
    }

    /// Writes `data` at byte `offset`.
    ///
    /// # Errors
    /// `invalid-buffer`, or `invalid-params` past the buffer's end.
    pub fn buffer_write(&mut self, buffer: u32, offset: u64, data: &[u8]) -> Result<(), GpuError> {
        self.timed("buffer-write", |this| {
            let buffer = this.table.get(buffer)?;
            check_range(buffer.bytes, offset, data.len() as u64, ("offset", "the length of data"))?;
            let key = buffer.key;
            if data.is_empty() { Ok(()) } else { Ok(this.memory.session.write(key, offset, data)?) }
        })
    }

    /// Whether [`Self::buffer_read`] of `size` bytes could succeed, without waiting for the device.
    ///
    /// # Errors
    /// As [`Self::buffer_read`].
    pub fn check_read(&mut self, buffer: u32, offset: u64, size: u64) -> Result<(), GpuError> {
        self.alive()?;
        let buffer = self.table.get(buffer)?;
        check_range(buffer.bytes, offset, size, ("offset", "size"))?;
        self.failure.take().map_or(Ok(()), Err)
    }

    /// Fills `out` from byte `offset`, after all earlier work.
    ///
    /// # Errors
    /// `invalid-buffer`, `invalid-params` past the buffer's end, and what went wrong on the device since the last
    /// read: `kernel-error` or `device-unavailable`.
    pub fn buffer_read(&mut self, buffer: u32, offset: u64, out: &mut [u8]) -> Result<(), GpuError> {
        self.timed("buffer-read", |this| {
            this.check_read(buffer, offset, out.len() as u64)?;
            let key = this.table.get(buffer)?.key;
            if out.is_empty() {
                this.memory.session.sync()?;
            } else {
                this.memory.session.read(key, offset, out)?;
            }
            this.look_for_fault()?;
            this.failure.take().map_or(Ok(()), Err)
        })
    }

    /// Copies `size` bytes on the device, like memmove where both are one buffer.
    ///
    /// # Errors
    /// `invalid-buffer`, or `invalid-params` past a buffer's end.
    pub fn buffer_copy(
        &mut self,
        (src, src_offset): (u32, u64),
        (dst, dst_offset): (u32, u64),
        size: u64,
    ) -> Result<(), GpuError> {
        self.timed("buffer-copy", |this| {
            let (from, to) = (this.table.get(src)?, this.table.get(dst)?);
            check_range(from.bytes, src_offset, size, ("src-offset", "size"))?;
            check_range(to.bytes, dst_offset, size, ("dst-offset", "size"))?;
            if size == 0 || (from.key == to.key && src_offset == dst_offset) {
                return Ok(());
            }
            Ok(this.memory.session.copy(from.key, src_offset, to.key, dst_offset, size)?)
        })
    }

    /// Frees a buffer. Its id names nothing from now on.
    ///
    /// # Errors
    /// `invalid-buffer`.
    pub fn buffer_destroy(&mut self, buffer: u32) -> Result<(), GpuError> {
        self.timed("buffer-destroy", |this| {
            let buffer = this.table.remove(buffer)?;
            this.memory.destroy(buffer.key, buffer.bytes);
            Ok(())
        })
    }

    /// Returns when all earlier work has finished. What went wrong on the device is told by the next read.
    pub fn sync(&mut self) {
        let result = self.timed("sync", |this| {
            this.memory.session.sync()?;
            this.look_for_fault()
        });
        if let Err(error) = result {
            self.failure.get_or_insert(error);
        }
    }

    /// Calls an op by name. `words` are its parameters, flattened as the canonical ABI does.
    ///
    /// # Errors
    /// `invalid-params` where there is no such op, and what the op itself says.
    pub fn call(&mut self, op: &str, words: &[u64]) -> Result<(), GpuError> {
        let mut programs = self.gpu.programs.iter().enumerate();
        let found = programs.find_map(|(p, program)| Some((p, program.ops.iter().position(|o| o.name == op)?)));
        let (program, op) = found.ok_or_else(|| GpuError::InvalidParams(format!("there is no op {op}")))?;
        self.call_index(program, op, words)
    }

    /// Calls an op by its program and place.
    pub(crate) fn call_index(&mut self, program_index: usize, op_index: usize, words: &[u64]) -> Result<(), GpuError> {
        let gpu = Arc::clone(&self.gpu);
        let found = gpu.programs.get(program_index).and_then(|p| Some((p, p.ops.get(op_index)?)));
        let (program, op) = found.ok_or_else(|| GpuError::InvalidParams("there is no such op".into()))?;
        self.timed(&op.name, |this| {
            if this.launches.len() >= MAX_LAUNCHES {
                this.memory.session.sync()?;
                this.look_for_fault()?;
            }
            let (launches, before) =
                if this.is_recording { (&mut this.recorded, RECORDED) } else { (&mut this.launches, 0) };
            let number = |code: &crate::backend::Code<'_>, kernel: usize, instance: usize| {
                if !code.instance.faults {
                    return NO_FAULT;
                }
                let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
                launches.push(LaunchRecord {
                    program: narrow(program_index),
                    op: narrow(op_index),
                    kernel: narrow(kernel),
                    instance: narrow(instance),
                });
                before + narrow(launches.len())
            };
            let room = (&this.table, &mut this.memory, &mut this.frame);
            let by = executor::run(program, op, words, room, gpu.library, number)?;
            if enabled!(Level::DEBUG) {
                Span::current().record("served_by", by);
            }
            this.served_by = Some(by);
            Ok(())
        })
    }

    /// Who served the last call of an op that succeeded: `own`, its own kernels, or the library that did.
    #[must_use]
    pub fn served_by(&self) -> Option<&'static str> {
        self.served_by
    }

    /// Compiles every kernel that the device can run, ahead of its first launch, and starts the library that may serve ops.
    ///
    /// # Errors
    /// `kernel-error` where code is refused.
    pub fn prepare(&mut self) -> Result<(), GpuError> {
        let gpu = Arc::clone(&self.gpu);
        for code in gpu.programs.iter().flat_map(|p| p.codes()) {
            self.memory.session.prepare(&code)?;
        }
        let has_routine = gpu.programs.iter().any(Program::has_routine);
        if has_routine && gpu.library != Library::Own { Ok(self.memory.session.prepare_routines()?) } else { Ok(()) }
    }

    /// Marks this point in the order of the guest's work, for [`Self::elapsed`].
    ///
    /// # Errors
    /// `device-unavailable`.
    pub fn mark(&mut self) -> Result<Mark, GpuError> {
        self.timed("mark", |this| Ok(this.memory.session.mark()?))
    }

    /// The time between two marks of this guest, by the device's own clock where it has one. Waits for the second.
    ///
    /// # Errors
    /// `device-unavailable`, or `kernel-error` for marks that are too old or another backend's.
    pub fn elapsed(&mut self, from: Mark, to: Mark) -> Result<Duration, GpuError> {
        self.timed("elapsed", |this| Ok(this.memory.session.elapsed(from, to)?))
    }

    /// Records the ops that `calls` calls, in place of queueing their launches; for [`Self::replay`]. `false` where the
    /// backend records nothing; then nothing was called.
    ///
    /// # Errors
    /// What `calls` says, and `kernel-error` where it did anything but call ops, or an op took a temporary buffer that no
    /// earlier call has left: call them once before.
    pub fn record(&mut self, calls: impl FnOnce(&mut Self) -> Result<(), GpuError>) -> Result<bool, GpuError> {
        // What earlier replays met is told by the launches that they were of.
        self.sync();
        if !self.timed("record", |this| Ok(this.memory.session.begin_recording()?))? {
            return Ok(false);
        }
        self.recorded.clear();
        self.is_recording = true;
        let called = calls(self);
        self.is_recording = false;
        let ended = self.timed("record", |this| Ok(this.memory.session.end_recording()?));
        called.and(ended).map(|()| true)
    }

    /// Queues the launches of the last recording, of which none waits for the host.
    ///
    /// # Errors
    /// `kernel-error` without a recording, or where a buffer was destroyed since.
    pub fn replay(&mut self) -> Result<(), GpuError> {
        self.timed("replay", |this| {
            this.has_replayed |= !this.recorded.is_empty();
            Ok(this.memory.session.replay()?)
        })
    }

    /// Stops the guest's kernels from another thread, where the backend can.
    #[must_use]
    pub fn cancel_handle(&self) -> Option<Arc<dyn Cancel>> {
        self.memory.session.cancel_handle()
    }

    pub(crate) fn is_of(&self, gpu: &Arc<Shared>) -> bool {
        Arc::ptr_eq(&self.gpu, gpu)
    }

    /// Asks the device for a fault, once all launches have finished; it becomes the guest's next failure.
    fn look_for_fault(&mut self) -> Result<(), GpuError> {
        if self.launches.is_empty() && !self.has_replayed {
            return Ok(());
        }
        if let Some(fault) = self.memory.session.take_fault()? {
            let error = self.describe(&fault);
            self.failure.get_or_insert(error);
        }
        self.launches.clear();
        self.has_replayed = false;
        Ok(())
    }

    fn describe(&self, fault: &Fault) -> GpuError {
        let (launches, number) = match fault.launch.checked_sub(RECORDED) {
            Some(number) => (&self.recorded, number),
            None => (&self.launches, fault.launch),
        };
        let record = (number as usize).checked_sub(1).and_then(|i| launches.get(i));
        let text = record.and_then(|record| {
            let program = self.gpu.programs.get(record.program as usize)?;
            let op = program.ops.get(record.op as usize)?;
            let instance = program.instance(record.kernel as usize, record.instance as usize)?;
            let site = instance.sites.get(fault.site as usize)?;
            let per_group: u64 = instance.workgroup.iter().map(|&n| u64::from(n)).product();
            let invocation = u64::from(fault.group) * per_group + u64::from(fault.invocation);
            // What passes below zero is a large number.
            let signed = fault.value as i32;
            let signed = if signed < 0 { format!(" ({signed} as an i32)") } else { String::new() };
            Some(format!(
                "{}: {} is {}{signed}, but must be below {} ({}:{}:{}, invocation {invocation})",
                op.name, site.what, fault.value, fault.bound, site.file, site.line, site.column
            ))
        });
        GpuError::KernelError(
            text.unwrap_or_else(|| {
                format!("a kernel met the value {}, which must be below {}", fault.value, fault.bound)
            }),
        )
    }

    fn alive(&self) -> Result<(), GpuError> {
        if self.lost { Err(GpuError::DeviceUnavailable) } else { Ok(()) }
    }

    /// Runs one call of the guest's, in a span with its time where someone listens.
    fn timed<R>(&mut self, name: &str, f: impl FnOnce(&mut Self) -> Result<R, GpuError>) -> Result<R, GpuError> {
        self.alive()?;
        let result = if enabled!(Level::DEBUG) {
            let _span = debug_span!("call", name, served_by = Empty).entered();
            let start = Instant::now();
            let result = f(self);
            let micros = format_args!("{:.2}", start.elapsed().as_secs_f64() * 1e6).to_string();
            let error = result.as_ref().err();
            debug!(%micros, error = error.map(tracing::field::display), "done");
            result
        } else {
            f(self)
        };
        self.lost |= matches!(result, Err(GpuError::DeviceUnavailable));
        result
    }
}
