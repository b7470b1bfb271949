//! One invocation's instructions, up to where it must wait for others.

use super::code::{Code, Inst, Reg, UNIFORM, place_name};
use super::copy::Copies;
use super::memory::{Buffers, SharedMemory};
use super::race::{Earlier, Who};
use super::{Error, Fault, Launch, Options, Outcome, RaceSide};
use crate::ir::random::Rng;
use crate::ir::{
    Access, AccessId, AtomicOp, Builtin, Check, Const, Kernel, Lanes, Op, Place, Scalar, SiteId, Type, eval,
};
use crate::source::Span;

/// The state of a run.
#[derive(Debug)]
pub(super) struct Machine<'a> {
    pub(super) kernel: &'a Kernel,
    pub(super) code: &'a Code,
    pub(super) options: &'a Options,
    pub(super) rng: Rng,
    pub(super) shared: SharedMemory,
    /// Registers, `code.n_words` for each invocation.
    pub(super) regs: Vec<u64>,
    /// Each invocation's next instruction.
    pub(super) pcs: Vec<u32>,
    pub(super) waits: Vec<Wait>,
    /// Each invocation's copies that are under way.
    pub(super) copies: Vec<Copies>,
    /// Barriers passed by the workgroup, of any kind and of those that order buffers.
    pub(super) interval: u32,
    pub(super) storage_interval: u32,
    pub(super) group: u32,
    grid: [u32; 3],
    buffers: Buffers,
    steps: u64,
    fault: Option<Fault>,
    padding_written: Option<Span>,
    unwritten_read: Option<Span>,
}

/// What an invocation waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// Nothing: it can run.
    Ready,
    /// The workgroup.
    Barrier,
    /// Its subgroup.
    Subgroup,
    /// It has ended.
    Done,
}

impl<'a> Machine<'a> {
    pub(super) fn new(
        kernel: &'a Kernel,
        code: &'a Code,
        buffers: Buffers,
        grid: [u32; 3],
        options: &'a Options,
    ) -> Self {
        let n = kernel.workgroup.iter().product::<u32>() as usize;
        Self {
            kernel,
            code,
            options,
            rng: Rng::new(!options.seed),
            shared: SharedMemory::default(),
            regs: vec![0; n * code.n_words],
            pcs: vec![0; n],
            waits: vec![Wait::Ready; n],
            copies: (0..n).map(|_| Copies::default()).collect(),
            interval: 0,
            storage_interval: 0,
            group: 0,
            grid,
            buffers,
            steps: 0,
            fault: None,
            padding_written: None,
            unwritten_read: None,
        }
    }

    pub(super) fn outcome(&self) -> Outcome {
        Outcome {
            fault: self.fault,
            padding_written: self.padding_written,
            unwritten_read: self.unwritten_read,
            steps: self.steps,
        }
    }

    pub(super) fn into_buffers(self, launch: &mut Launch) {
        self.buffers.into_launch(launch);
    }

    /// Runs an invocation until it must wait or has ended.
    pub(super) fn advance(&mut self, who: usize) -> Result<(), Error> {
        let code = self.code;
        loop {
            let pc = self.pcs[who] as usize;
            self.steps += 1;
            if self.steps > self.options.max_steps {
                return Err(Error::Steps { span: code.spans[pc], limit: self.options.max_steps });
            }
            self.waits[who] = match &code.insts[pc] {
                Inst::Return => Wait::Done,
                Inst::Barrier(_) | Inst::UniformLoad { .. } => Wait::Barrier,
                Inst::Subgroup { .. } => Wait::Subgroup,
                inst => {
                    self.pcs[who] = self.step(who, pc as u32, inst)?;
                    continue;
                }
            };
            return Ok(());
        }
    }

    /// Executes one instruction; gives the next one's place.
    fn step(&mut self, who: usize, pc: u32, inst: &Inst) -> Result<u32, Error> {
        match *inst {
            Inst::Op { op, dst, ref args } => self.op(who, op, dst, args),
            Inst::Compose { dst, ref lanes } => {
                let mut out = [0; 4];
                for (lane, reg) in out.iter_mut().zip(lanes).take(dst.ty.lanes.into()) {
                    *lane = self.word(who, reg.at);
                }
                self.set(who, dst, &out);
            }
            Inst::Builtin { dst, builtin } => {
                let value = self.builtin(who, builtin);
                self.set(who, dst, &[value.into(), 0, 0, 0]);
            }
            Inst::Copy { dst, src } => {
                let lanes = self.get(who, src);
                self.set(who, dst, &lanes);
            }
            Inst::Load { dst, index, access } => {
                let index = self.word(who, index.at) as u32;
                let lanes =
                    if self.in_range(who, index, access)? { self.load(who, pc, index, access)? } else { [0; 4] };
                self.set(who, dst, &lanes);
            }
            Inst::Store { index, value, access } => {
                let index = self.word(who, index.at) as u32;
                if self.in_range(who, index, access)? {
                    let lanes = self.get(who, value);
                    self.store(who, pc, index, &lanes, access)?;
                }
            }
            Inst::Atomic { op, dst, index, value, expected, access } => {
                let index = self.word(who, index.at) as u32;
                let operands = [value, expected].map(|reg| self.word(who, reg.at));
                let old = if self.in_range(who, index, access)? { self.atomic(op, index, operands, access) } else { 0 };
                self.set(who, dst, &[old, 0, 0, 0]);
            }
            Inst::Jump(to) => return Ok(to),
            Inst::JumpUnless { cond, to } => {
                if self.word(who, cond.at) == 0 {
                    return Ok(to);
                }
            }
            Inst::ForEnter { var, start, end, exit } => {
                let [first, end] = [start, end].map(|reg| number(var.ty, self.word(who, reg.at)));
                if first >= end {
                    return Ok(exit);
                }
                self.set(who, var, &[u64::from(first as u32), 0, 0, 0]);
            }
            Inst::ForNext { var, end, step, body } => {
                let [value, end] = [var, end].map(|reg| number(var.ty, self.word(who, reg.at)));
                let next = value + self.word(who, step.at).max(1) as i64;
                if next < end {
                    self.set(who, var, &[u64::from(next as u32), 0, 0, 0]);
                    return Ok(body);
                }
            }
            Inst::Fault { site, value, bound } => {
                let [value, bound] = [value, bound].map(|reg| self.word(who, reg.at) as u32);
                self.fail(who, site, value, bound);
            }
            Inst::CopyAsync { .. } => self.start_copy(who, pc, inst)?,
            Inst::CopyCommit => self.copies[who].commit(),
            Inst::CopyWait(n) => self.wait_for_copies(who, pc, n)?,
            Inst::Return | Inst::Barrier(_) | Inst::UniformLoad { .. } | Inst::Subgroup { .. } => return Ok(pc),
        }
        Ok(pc + 1)
    }

    fn op(&mut self, who: usize, op: Op, dst: Reg, args: &[Reg; 3]) {
        let args = args.map(|reg| Const { ty: reg.ty, lanes: self.get(who, reg) });
        let out = eval::eval(op, dst.ty, &args);
        self.set(who, dst, &out.lanes);
    }

    /// One word of an invocation's or the uniform registers.
    pub(super) fn word(&self, who: usize, at: u32) -> u64 {
        if at & UNIFORM == 0 {
            self.regs[who * self.code.n_words + at as usize]
        } else {
            self.code.uniform[(at & !UNIFORM) as usize]
        }
    }

    pub(super) fn get(&self, who: usize, reg: Reg) -> Lanes {
        let mut lanes = [0; 4];
        for (lane, at) in lanes.iter_mut().zip(reg.at..reg.at + u32::from(reg.ty.lanes)) {
            *lane = self.word(who, at);
        }
        lanes
    }

    pub(super) fn set(&mut self, who: usize, reg: Reg, lanes: &Lanes) {
        let at = who * self.code.n_words + reg.at as usize;
        let n = usize::from(reg.ty.lanes);
        self.regs[at..at + n].copy_from_slice(&lanes[..n]);
    }

    fn builtin(&self, who: usize, builtin: Builtin) -> u32 {
        let flat = who as u32;
        match builtin {
            Builtin::LocalId(axis) => along(flat, self.kernel.workgroup, axis),
            Builtin::LocalIndex => flat,
            Builtin::WorkgroupId(axis) => along(self.group, self.grid, axis),
            Builtin::NumWorkgroups(axis) => self.grid[usize::from(axis)],
            Builtin::SubgroupSize => self.options.subgroup_size,
            Builtin::SubgroupLane => flat % self.options.subgroup_size,
        }
    }

    /// Whether an index is in range; if not, that is a fault, or a wrong claim of a pass.
    pub(super) fn in_range(&mut self, who: usize, index: u32, access: AccessId) -> Result<bool, Error> {
        let Access { place, span, site, check } = &self.kernel[access];
        let bound = match *place {
            Place::Buffer(id) => self.buffers.bound(id),
            Place::Shared(id) => self.kernel[id].len.into(),
            Place::Slot(id) => self.kernel[id].len.unwrap_or(0).into(),
        };
        if u64::from(index) < bound {
            return Ok(true);
        }
        match check {
            Check::Proved(reason) => Err(Error::UnsoundProof { span: *span, index, bound, reason: reason.clone() }),
            Check::Explicit => Err(Error::FailedCheck { span: *span, index, bound }),
            Check::Unknown | Check::Stays(_) => {
                self.fail(who, *site, index, u32::try_from(bound).unwrap_or(u32::MAX));
                Ok(false)
            }
        }
    }

    fn fail(&mut self, who: usize, site: SiteId, value: u32, bound: u32) {
        let fault = Fault { site, value, bound, group: self.group, invocation: who as u32 };
        self.fault.get_or_insert(fault);
    }

    fn who(&self, who: usize, pc: u32, place: Place) -> Who {
        let interval = if matches!(place, Place::Buffer(_)) { self.storage_interval } else { self.interval };
        Who { group: self.group, invocation: who as u32, interval, pc }
    }

    pub(super) fn load(&mut self, who: usize, pc: u32, index: u32, access: AccessId) -> Result<Lanes, Error> {
        let place = self.kernel[access].place;
        self.has_landed(pc, index, place)?;
        let me = self.who(who, pc, place);
        if let (Place::Shared(id), None) = (place, self.unwritten_read)
            && self.shared.is_unwritten(id, index)
        {
            self.unwritten_read = Some(self.kernel[access].span);
        }
        let (lanes, race) = match place {
            Place::Buffer(id) => (self.buffers.load(id, index), self.buffers.note(id, index, me, None)),
            Place::Shared(id) => (self.shared.load(id, index), self.shared.note(id, index, me, None)),
            Place::Slot(id) => (self.get(who, self.element(id, index)), None),
        };
        race.map_or(Ok(lanes), |earlier| Err(self.race(place, index, earlier, me, false)))
    }

    pub(super) fn store(
        &mut self,
        who: usize,
        pc: u32,
        index: u32,
        lanes: &Lanes,
        access: AccessId,
    ) -> Result<(), Error> {
        let place = self.kernel[access].place;
        self.has_landed(pc, index, place)?;
        let me = self.who(who, pc, place);
        let race = match place {
            Place::Buffer(id) => {
                let race = self.buffers.note(id, index, me, Some(lanes));
                if self.buffers.store(id, index, lanes) {
                    self.padding_written.get_or_insert(self.kernel[access].span);
                }
                race
            }
            Place::Shared(id) => {
                let race = self.shared.note(id, index, me, Some(lanes));
                self.shared.store(id, index, *lanes);
                race
            }
            Place::Slot(id) => {
                self.set(who, self.element(id, index), lanes);
                None
            }
        };
        race.map_or(Ok(()), |earlier| Err(self.race(place, index, earlier, me, true)))
    }

    /// An element of an array slot.
    fn element(&self, slot: crate::ir::SlotId, index: u32) -> Reg {
        let Reg { at, ty } = self.code.slots[slot.0 as usize];
        Reg { at: at + index * u32::from(ty.lanes), ty }
    }

    fn race(&self, place: Place, index: u32, (earlier, wrote): Earlier, me: Who, writes: bool) -> Error {
        let side = |who: Who, writes| RaceSide {
            span: self.code.spans[who.pc as usize],
            writes,
            group: who.group,
            invocation: who.invocation,
        };
        Error::Race {
            place: format!("{}[{index}]", place_name(self.kernel, place)),
            first: side(earlier, wrote),
            second: side(me, writes),
        }
    }

    /// An element of shared memory, read where nothing can race with it.
    pub(super) fn load_uniform(&self, index: u32, access: AccessId) -> Lanes {
        match self.kernel[access].place {
            Place::Shared(id) => self.shared.load(id, index),
            _ => [0; 4],
        }
    }

    /// An atomic operation on an index in range; gives the old value.
    fn atomic(&mut self, op: AtomicOp, index: u32, [value, expected]: [u64; 2], access: AccessId) -> u64 {
        let place = self.kernel[access].place;
        let ty = self.kernel.elem(place);
        let old = match place {
            Place::Buffer(id) => self.buffers.load(id, index)[0],
            Place::Shared(id) => self.shared.load(id, index)[0],
            Place::Slot(_) => 0,
        };
        let combine = |op| eval::eval(op, ty, &[old, value].map(|bits| Const::scalar(ty.scalar, bits))).lanes[0];
        let new = match op {
            AtomicOp::Load => return old,
            AtomicOp::CompareExchange if old != expected => return old,
            AtomicOp::Store | AtomicOp::Exchange | AtomicOp::CompareExchange => value,
            AtomicOp::Add => combine(Op::Add),
            AtomicOp::Sub => combine(Op::Sub),
            AtomicOp::Min => combine(Op::Min),
            AtomicOp::Max => combine(Op::Max),
            AtomicOp::And => combine(Op::And),
            AtomicOp::Or => combine(Op::Or),
            AtomicOp::Xor => combine(Op::Xor),
        };
        match place {
            Place::Buffer(id) => drop(self.buffers.store(id, index, &[new, 0, 0, 0])),
            Place::Shared(id) => self.shared.store(id, index, [new, 0, 0, 0]),
            Place::Slot(_) => {}
        }
        old
    }
}

/// The place along an axis of a flat index, x fastest.
fn along(flat: u32, size: [u32; 3], axis: u8) -> u32 {
    match axis {
        0 => flat % size[0].max(1),
        1 => flat / size[0].max(1) % size[1].max(1),
        _ => flat / size[0].max(1) / size[1].max(1),
    }
}

/// A loop bound as a number.
fn number(ty: Type, bits: u64) -> i64 {
    if ty.scalar == Scalar::I32 { i64::from(bits as i32) } else { bits as i64 }
}
