//! One guest on the CPU: its memory, its buffers, its launches.

use super::super::{BufferKey, ByCode, Cancel, Code, Error, Fault, Launch, Session, SessionLimits};
use super::allocator::{Allocator, Range};
use super::engine::Modules;
use super::job::{Job, Team, Work};
use super::memory::GuestMemory;
use super::worker::{Program, Stop};
use std::sync::Arc;
use wgpuc_abi::fault;

/// A guest's session.
pub(super) struct CpuSession {
    modules: Arc<Modules>,
    memory: GuestMemory,
    allocator: Allocator,
    team: Arc<Team>,
    stop: Arc<Stop>,
    buffers: Vec<Option<Range>>,
    vacant: Vec<u32>,
    limit_bytes: u64,
    used_bytes: u64,
    record: Range,
    block: Range,
    /// By worker: its arena, as large as the largest that a launch has asked for.
    arenas: Vec<Range>,
    programs: ByCode<Program>,
    /// A launch's block while it is put together.
    staged: Vec<u8>,
}

impl CpuSession {
    pub(super) fn new(modules: Arc<Modules>, limits: &SessionLimits) -> Result<Self, Error> {
        let mut memory = GuestMemory::new(modules.engine())?;
        let mut allocator = Allocator::new();
        let record = take(&mut memory, &mut allocator, u64::from(fault::WORDS) * 4)?;
        let block = take(&mut memory, &mut allocator, 1024)?;
        let stop = Arc::new(Stop::new(memory.flag(record.start + u64::from(fault::STOP) * 4)?));
        let team = Arc::new(Team::new(modules.engine().clone(), memory.shared().clone(), stop.clone()));
        Ok(Self {
            modules,
            memory,
            allocator,
            team,
            stop,
            buffers: vec![],
            vacant: vec![],
            limit_bytes: limits.bytes,
            used_bytes: 0,
            record,
            block,
            arenas: vec![],
            programs: ByCode::default(),
            staged: vec![],
        })
    }

    /// Zeroed memory of the guest.
    fn take(&mut self, bytes: u64) -> Result<Range, Error> {
        take(&mut self.memory, &mut self.allocator, bytes)
    }

    /// Where `bytes` bytes from an offset of a buffer lie.
    fn locate(&self, buffer: BufferKey, offset: u64, bytes: u64) -> Result<u64, Error> {
        let range = self.buffer(buffer)?;
        match offset.checked_add(bytes) {
            Some(end) if end <= padded(range.bytes) => Ok(range.start + offset),
            _ => Err(Error::Unsupported(format!(
                "bytes {offset} to {offset} + {bytes} of a buffer of {} bytes do not exist",
                range.bytes
            ))),
        }
    }

    fn buffer(&self, buffer: BufferKey) -> Result<Range, Error> {
        let slot = self.buffers.get(buffer.0 as usize).copied().flatten();
        slot.ok_or_else(|| Error::Unsupported(format!("the session has no buffer {}", buffer.0)))
    }

    fn program(&mut self, code: &Code<'_>) -> Result<Program, Error> {
        if let Some(program) = self.programs.get(&code.key) {
            return Ok(program.clone());
        }
        let module = self.modules.get(code)?;
        let program = Program { key: code.key, module, name: code.instance.name.as_str().into() };
        self.programs.insert(code.key, program.clone());
        Ok(program)
    }

    /// The addresses of arenas for the first `n` workers, of at least that size each.
    fn arenas(&mut self, n: usize, bytes: u32) -> Result<Vec<u32>, Error> {
        for worker in 0..n {
            let have = self.arenas.get(worker).copied();
            if have.is_some_and(|range| range.bytes >= u64::from(bytes)) {
                continue;
            }
            let range = self.take(u64::from(bytes))?;
            match self.arenas.get_mut(worker) {
                Some(slot) => {
                    let old = std::mem::replace(slot, range);
                    self.allocator.give(old);
                }
                None => self.arenas.push(range),
            }
        }
        Ok(self.arenas.iter().take(n).map(|range| range.address()).collect())
    }

    /// Writes a launch's block: its words, the fault record's address, and the buffers'.
    fn write_block(&mut self, launch: &Launch<'_>) -> Result<(), Error> {
        let mut staged = std::mem::take(&mut self.staged);
        staged.clear();
        for word in launch.words {
            staged.extend_from_slice(&word.to_le_bytes());
        }
        staged.extend_from_slice(&self.record.address().to_le_bytes());
        for buffer in launch.buffers {
            staged.extend_from_slice(&self.buffer(*buffer)?.address().to_le_bytes());
        }
        if staged.len() as u64 > self.block.bytes {
            let larger = self.take((staged.len() as u64).next_power_of_two())?;
            let old = std::mem::replace(&mut self.block, larger);
            self.allocator.give(old);
        }
        self.memory.write(self.block.start, &staged)?;
        self.staged = staged;
        Ok(())
    }

    fn check_running(&self) -> Result<(), Error> {
        if self.stop.is_set() { Err(Stop::error()) } else { Ok(()) }
    }
}

impl Session for CpuSession {
    fn create(&mut self, bytes: u64) -> Result<BufferKey, Error> {
        let used = self.used_bytes.checked_add(bytes).filter(|used| *used <= self.limit_bytes);
        let used = used.ok_or(Error::OutOfMemory)?;
        let range = self.take(bytes)?;
        self.used_bytes = used;
        let key = match self.vacant.pop() {
            Some(key) => key,
            None => {
                self.buffers.push(None);
                self.buffers.len() as u32 - 1
            }
        };
        if let Some(slot) = self.buffers.get_mut(key as usize) {
            *slot = Some(range);
        }
        Ok(BufferKey(key))
    }

    fn destroy(&mut self, buffer: BufferKey) {
        if let Some(range) = self.buffers.get_mut(buffer.0 as usize).and_then(Option::take) {
            self.allocator.give(range);
            self.used_bytes -= range.bytes;
            self.vacant.push(buffer.0);
        }
    }

    fn write(&mut self, buffer: BufferKey, offset: u64, data: &[u8]) -> Result<(), Error> {
        let address = self.locate(buffer, offset, data.len() as u64)?;
        self.memory.write(address, data)
    }

    fn read(&mut self, buffer: BufferKey, offset: u64, out: &mut [u8]) -> Result<(), Error> {
        let address = self.locate(buffer, offset, out.len() as u64)?;
        self.memory.read(address, out)
    }

    fn copy(
        &mut self,
        src: BufferKey,
        src_offset: u64,
        dst: BufferKey,
        dst_offset: u64,
        bytes: u64,
    ) -> Result<(), Error> {
        let from = self.locate(src, src_offset, bytes)?;
        let to = self.locate(dst, dst_offset, bytes)?;
        self.memory.copy(from, to, bytes)
    }

    fn zero(&mut self, buffer: BufferKey, bytes: u64) -> Result<(), Error> {
        let address = self.locate(buffer, 0, bytes)?;
        self.memory.zero(address, bytes)
    }

    fn prepare(&mut self, code: &Code<'_>) -> Result<(), Error> {
        let program = self.program(code)?;
        self.team.prepare(&program)
    }

    fn launch(&mut self, launch: &Launch<'_>) -> Result<(), Error> {
        self.check_running()?;
        let [x, y, z] = launch.grid;
        let n_groups = x
            .checked_mul(y)
            .and_then(|xy| xy.checked_mul(z))
            .ok_or_else(|| Error::Unsupported(format!("a grid of {x} x {y} x {z} workgroups has more than 2^32")))?;
        if n_groups == 0 {
            return Ok(());
        }
        let program = self.program(launch.code)?;
        self.write_block(launch)?;
        let arena_bytes = launch.code.artifact.arena_bytes;
        let first_arena = self.arenas(1, arena_bytes)?.first().copied().unwrap_or(0);
        let work = Work { program, block: self.block.address(), n_groups };
        let (next, each) = self.team.run_alone(&work, first_arena)?;
        if next < n_groups {
            let n_workers = self.team.n_workers().min((n_groups - next) as usize);
            let arenas = self.arenas(n_workers, arena_bytes)?;
            Job::run(&self.team, work, arenas, next, each)?;
        }
        Ok(())
    }

    fn sync(&mut self) -> Result<(), Error> {
        self.check_running()
    }

    fn take_fault(&mut self) -> Result<Option<Fault>, Error> {
        // All but the word that is the host's.
        let mut bytes = [0; fault::STOP as usize * 4];
        self.memory.read(self.record.start, &mut bytes)?;
        let mut words = [0; fault::WORDS as usize];
        for (word, four) in words.iter_mut().zip(bytes.chunks_exact(4)) {
            *word = four.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte));
        }
        let fault = Fault::from_record(&words);
        if fault.is_some() {
            self.memory.zero(self.record.start, bytes.len() as u64)?;
        }
        Ok(fault)
    }

    fn cancel_handle(&self) -> Option<Arc<dyn Cancel>> {
        Some(self.stop.clone())
    }
}

/// Zeroed memory.
fn take(memory: &mut GuestMemory, allocator: &mut Allocator, bytes: u64) -> Result<Range, Error> {
    let (range, dirty) = allocator.take(bytes).ok_or(Error::OutOfMemory)?;
    let ready = memory.reach(allocator.end()).and_then(|()| memory.zero(range.start, dirty));
    if let Err(error) = ready {
        allocator.give(range);
        return Err(error);
    }
    memory.will_use(range.start + dirty, range.bytes.saturating_sub(dirty));
    Ok(range)
}

/// The size of a buffer with its padding.
fn padded(bytes: u64) -> u64 {
    bytes.saturating_add(15) & !15
}
