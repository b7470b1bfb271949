//! A kernel as a flat list of instructions, so that an invocation can stop at a barrier and go on later.
//!
//! In: a verified kernel and its launch. Out: [`Code`]. A value's place is fixed here: what is the same for all
//! invocations lies in the uniform registers, which are filled once; all else in the invocation's own.

use super::{Arg, Launch, memory::Buffers};
use crate::ir::{
    AccessId, AtomicOp, Block, Builtin, Const, Expr, Kernel, Lanes, Op, Place, SiteId, Stmt, StmtKind, SubgroupOp,
    Type, ValueId,
};
use crate::source::Span;

/// Where a value lies, one word per lane.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reg {
    /// The first word; with [`UNIFORM`] set, in the uniform registers.
    pub(super) at: u32,
    pub(super) ty: Type,
}

/// Marks a [`Reg`] in the uniform registers.
pub(super) const UNIFORM: u32 = 1 << 31;

#[derive(Clone, Copy, Debug)]
pub(super) enum Inst {
    Op {
        op: Op,
        dst: Reg,
        args: [Reg; 3],
    },
    Compose {
        dst: Reg,
        lanes: [Reg; 4],
    },
    Builtin {
        dst: Reg,
        builtin: Builtin,
    },
    /// Copies all lanes.
    Copy {
        dst: Reg,
        src: Reg,
    },
    Load {
        dst: Reg,
        index: Reg,
        access: AccessId,
    },
    Store {
        index: Reg,
        value: Reg,
        access: AccessId,
    },
    Atomic {
        op: AtomicOp,
        dst: Reg,
        index: Reg,
        value: Reg,
        expected: Reg,
        access: AccessId,
    },
    Subgroup {
        op: SubgroupOp,
        dst: Reg,
        args: [Reg; 2],
    },
    UniformLoad {
        dst: Reg,
        index: Reg,
        access: AccessId,
    },
    Jump(u32),
    JumpUnless {
        cond: Reg,
        to: u32,
    },
    /// Starts a loop, or leaves it.
    ForEnter {
        var: Reg,
        start: Reg,
        end: Reg,
        exit: u32,
    },
    /// Goes to the loop's next round, or on.
    ForNext {
        var: Reg,
        end: Reg,
        step: Reg,
        body: u32,
    },
    Return,
    Barrier(crate::ir::Barrier),
    CopyAsync {
        to: Reg,
        into: AccessId,
        from: Reg,
        out_of: AccessId,
        cond: Option<Reg>,
    },
    CopyCommit,
    CopyWait(u32),
    Fault {
        site: SiteId,
        value: Reg,
        bound: Reg,
    },
}

#[derive(Debug)]
pub(super) struct Code {
    pub(super) insts: Vec<Inst>,
    /// The span of each instruction.
    pub(super) spans: Vec<Span>,
    /// The uniform registers' content.
    pub(super) uniform: Vec<u64>,
    /// How many words of registers an invocation has.
    pub(super) n_words: usize,
    /// The slots' places, by id; an array's elements follow each other.
    pub(super) slots: Vec<Reg>,

    /// The type of each word of a slot; these words come first.
    pub(super) slot_types: Vec<Type>,
}

pub(super) fn compile(kernel: &Kernel, launch: &Launch, memory: &Buffers) -> Code {
    let nowhere = Reg { at: UNIFORM, ty: Type::U32 };
    let mut compiler = Compiler {
        kernel,
        launch,
        memory,
        regs: vec![nowhere; kernel.values.len()],
        loops: vec![],
        code: Code { insts: vec![], spans: vec![], uniform: vec![0; 4], n_words: 0, slots: vec![], slot_types: vec![] },
    };
    for slot in &kernel.slots {
        let at = compiler.code.n_words as u32;
        let words = slot.len.unwrap_or(1) as usize * usize::from(slot.ty.lanes);
        compiler.code.n_words += words;
        compiler.code.slots.push(Reg { at, ty: slot.ty });
        compiler.code.slot_types.extend(std::iter::repeat_n(slot.ty, words));
    }
    compiler.block(&kernel.body);
    compiler.emit(Inst::Return, kernel.span);
    compiler.code
}

struct Compiler<'a> {
    kernel: &'a Kernel,
    launch: &'a Launch,
    memory: &'a Buffers,
    regs: Vec<Reg>,
    loops: Vec<Loop>,
    code: Code,
}

/// Jumps of the innermost loop that do not know yet where to.
#[derive(Default)]
struct Loop {
    breaks: Vec<usize>,
    continues: Vec<usize>,
}

impl Compiler<'_> {
    fn emit(&mut self, inst: Inst, span: Span) -> usize {
        self.code.insts.push(inst);
        self.code.spans.push(span);
        self.code.insts.len() - 1
    }

    fn here(&self) -> u32 {
        self.code.insts.len() as u32
    }

    /// Lets the jump at `from` go to the next instruction that is written.
    fn land(&mut self, from: usize) {
        let here = self.here();
        if let Some(Inst::Jump(to) | Inst::JumpUnless { to, .. } | Inst::ForEnter { exit: to, .. }) =
            self.code.insts.get_mut(from)
        {
            *to = here;
        }
    }

    fn reg(&self, id: ValueId) -> Reg {
        self.regs[id.0 as usize]
    }

    fn own(&mut self, id: ValueId) -> Reg {
        let reg = Reg { at: self.code.n_words as u32, ty: self.kernel[id].ty };
        self.code.n_words += usize::from(reg.ty.lanes);
        self.regs[id.0 as usize] = reg;
        reg
    }

    fn uniform(&mut self, id: ValueId, lanes: Lanes) {
        let reg = Reg { at: self.code.uniform.len() as u32 | UNIFORM, ty: self.kernel[id].ty };
        self.code.uniform.extend(&lanes[..reg.ty.lanes.into()]);
        self.regs[id.0 as usize] = reg;
    }

    fn block(&mut self, block: &Block) {
        for stmt in block {
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        let span = stmt.span;
        match &stmt.kind {
            StmtKind::Def(id) => self.define(*id),
            StmtKind::SetSlot(slot, value) => {
                let (dst, src) = (self.code.slots[slot.0 as usize], self.reg(*value));
                self.emit(Inst::Copy { dst, src }, span);
            }
            StmtKind::Store { index, value, access } => {
                let inst = Inst::Store { index: self.reg(*index), value: self.reg(*value), access: *access };
                self.emit(inst, self.kernel[*access].span);
            }
            StmtKind::If { cond, then, otherwise } => {
                let skip = self.emit(Inst::JumpUnless { cond: self.reg(*cond), to: 0 }, span);
                self.block(then);
                let end = self.emit(Inst::Jump(0), span);
                self.land(skip);
                self.block(otherwise);
                self.land(end);
            }
            StmtKind::For { var, start, end, step, body, .. } => {
                let var = self.own(*var);
                let (start, end, step) = (self.reg(*start), self.reg(*end), self.reg(*step));
                let enter = self.emit(Inst::ForEnter { var, start, end, exit: 0 }, span);
                let top = self.here();
                let jumps = self.loop_body(body);
                jumps.continues.into_iter().for_each(|from| self.land(from));
                self.emit(Inst::ForNext { var, end, step, body: top }, span);
                self.land(enter);
                jumps.breaks.into_iter().for_each(|from| self.land(from));
            }
            StmtKind::Loop { body } => {
                let top = self.here();
                let jumps = self.loop_body(body);
                jumps.continues.into_iter().for_each(|from| self.land(from));
                self.emit(Inst::Jump(top), span);
                jumps.breaks.into_iter().for_each(|from| self.land(from));
            }
            StmtKind::Break => {
                let from = self.emit(Inst::Jump(0), span);
                self.loops.last_mut().into_iter().for_each(|l| l.breaks.push(from));
            }
            StmtKind::Continue => {
                let from = self.emit(Inst::Jump(0), span);
                self.loops.last_mut().into_iter().for_each(|l| l.continues.push(from));
            }
            StmtKind::Return => drop(self.emit(Inst::Return, span)),
            StmtKind::Barrier(barrier) => drop(self.emit(Inst::Barrier(*barrier), span)),
            StmtKind::CopyAsync { to, from, cond } => {
                let (into, out_of, cond) = (to.access, from.access, cond.map(|cond| self.reg(cond)));
                let (to, from) = (self.reg(to.index), self.reg(from.index));
                self.emit(Inst::CopyAsync { to, into, from, out_of, cond }, span);
            }
            StmtKind::CopyCommit => drop(self.emit(Inst::CopyCommit, span)),
            StmtKind::CopyWait(n) => drop(self.emit(Inst::CopyWait(*n), span)),
            StmtKind::Fault { site, value, bound } => {
                let inst = Inst::Fault { site: *site, value: self.reg(*value), bound: self.reg(*bound) };
                self.emit(inst, span);
            }
        }
    }

    fn loop_body(&mut self, body: &Block) -> Loop {
        self.loops.push(Loop::default());
        self.block(body);
        self.loops.pop().unwrap_or_default()
    }

    fn define(&mut self, id: ValueId) {
        let kernel = self.kernel;
        let value = &kernel[id];
        let inst = match &value.expr {
            Expr::Const(constant) => return self.uniform(id, constant.lanes),
            Expr::Param(param) => {
                let lanes = match self.launch.args.get(param.0 as usize) {
                    Some(Arg::Scalar(Const { lanes, .. })) => *lanes,
                    _ => [0; 4],
                };
                return self.uniform(id, lanes);
            }
            Expr::Len(param) => return self.uniform(id, [self.memory.len(*param).into(), 0, 0, 0]),
            Expr::Builtin(Builtin::NumWorkgroups(axis)) => {
                return self.uniform(id, [self.launch.grid[usize::from(*axis)].into(), 0, 0, 0]);
            }
            Expr::Builtin(builtin) => Inst::Builtin { dst: self.own(id), builtin: *builtin },
            Expr::Op(op, operands) => Inst::Op { op: *op, args: self.operands(operands), dst: self.own(id) },
            Expr::Compose(lanes) => Inst::Compose { lanes: self.operands(lanes), dst: self.own(id) },
            Expr::Extract(vector, lane) => {
                let vector = self.reg(*vector);
                // A lane is a register of its own already.
                self.regs[id.0 as usize] = Reg { at: vector.at + u32::from(*lane), ty: value.ty };
                return;
            }
            Expr::Slot(slot) => Inst::Copy { src: self.code.slots[slot.0 as usize], dst: self.own(id) },
            Expr::Load { index, access } => Inst::Load { index: self.reg(*index), access: *access, dst: self.own(id) },
            Expr::UniformLoad { index, access } => {
                Inst::UniformLoad { index: self.reg(*index), access: *access, dst: self.own(id) }
            }
            Expr::Atomic { op, index, value, expected, access } => {
                let index = self.reg(*index);
                let value = value.map_or(index, |v| self.reg(v));
                let expected = expected.map_or(index, |v| self.reg(v));
                Inst::Atomic { op: *op, index, value, expected, access: *access, dst: self.own(id) }
            }
            Expr::Subgroup(op, operands) => {
                Inst::Subgroup { op: *op, args: self.operands(operands), dst: self.own(id) }
            }
            Expr::LoopVar => return,
        };
        let span = match &value.expr {
            Expr::Load { access, .. } | Expr::Atomic { access, .. } | Expr::UniformLoad { access, .. } => {
                kernel[*access].span
            }
            _ => value.span,
        };
        self.emit(inst, span);
    }

    /// The operands' places; those that are not there are some zero.
    fn operands<const N: usize>(&self, operands: &[ValueId]) -> [Reg; N] {
        let mut regs = [Reg { at: UNIFORM, ty: Type::U32 }; N];
        for (reg, id) in regs.iter_mut().zip(operands) {
            *reg = self.reg(*id);
        }
        regs
    }
}

/// The name of what an access touches, for messages.
pub(super) fn place_name(kernel: &Kernel, place: Place) -> &str {
    match place {
        Place::Buffer(id) => &kernel[id].name,
        Place::Shared(id) => &kernel[id].name,
        Place::Slot(id) => &kernel[id].name,
    }
}
