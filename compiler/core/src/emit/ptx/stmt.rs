//! Statements and the expressions that they compute: the walk over the kernel.
//!
//! A slot is a register that is set; control flow is labels and branches. A loop's test stands at its end.

use super::inst::{Class, Inst, Operand, Reg, Ty};
use super::writer::{Writer, constant};
use crate::emit::{EmitError, range};
use crate::ir::{Barrier, Block, Builtin, Expr, Op, SiteId, Stmt, StmtKind, Type, ValueId};
use rustc_hash::FxHashMap;

impl Writer<'_> {
    /// Writes a block; the addresses and products that it computes are known no further.
    pub(super) fn block(&mut self, block: &[Stmt]) -> Result<(), EmitError> {
        self.addresses.push(FxHashMap::default());
        self.products.push(vec![]);
        for stmt in block {
            // A constant is written where it is used.
            if !matches!(stmt.kind, StmtKind::Def(value) if matches!(self.kernel[value].expr, Expr::Const(_))) {
                self.locate(stmt.span);
            }
            self.statement(stmt)?;
            // Nothing behind it is reached.
            if stmt.kind.jumps() {
                break;
            }
        }
        self.addresses.pop();
        self.products.pop();
        Ok(())
    }

    fn statement(&mut self, stmt: &Stmt) -> Result<(), EmitError> {
        match &stmt.kind {
            StmtKind::Def(id) => self.define(*id)?,
            StmtKind::SetSlot(slot, value) => {
                for (to, lane) in self.slot(*slot).into_iter().zip(self.get(*value)?) {
                    self.mov(to, &lane);
                }
            }
            StmtKind::Store { index, value, access } => self.store(*index, *value, *access)?,
            StmtKind::If { cond, then, otherwise } => self.branch(*cond, then, otherwise)?,
            StmtKind::For { var, start, end, step, body, .. } => self.range(*var, [*start, *end, *step], body)?,
            StmtKind::Loop { body } => {
                let [top, end] = ["loop", "left"].map(|what| self.new_label(what));
                self.label(&top);
                self.loops.push([end.clone(), top.clone()]);
                self.block(body)?;
                self.loops.pop();
                self.jump(&top);
                self.label(&end);
            }
            StmtKind::Break => self.leave(0)?,
            StmtKind::Continue => self.leave(1)?,
            StmtKind::Return => self.push(Inst::new("ret", &[], [])),
            StmtKind::Barrier(barrier) => self.barrier(*barrier),
            StmtKind::CopyAsync { to, from, cond } => self.copy_async(*to, *from, *cond)?,
            StmtKind::CopyCommit => self.push(Inst::new("cp.async.commit_group", &[], [])),
            StmtKind::CopyWait(n) => self.push(Inst::new("cp.async.wait_group", &[], [Operand::word(*n)])),
            StmtKind::Fault { site, value, bound } => self.fault(*site, *value, *bound)?,
        }
        Ok(())
    }

    fn jump(&mut self, label: &str) {
        self.push(Inst::new("bra", &[], [Operand::Name(label.to_owned())]));
    }

    fn jump_if(&mut self, cond: Reg, holds: bool, uniform: bool, label: &str) {
        let name = if uniform { "bra.uni" } else { "bra" };
        self.push(Inst::new(name, &[], [Operand::Name(label.to_owned())]).guarded(cond, holds));
    }

    fn leave(&mut self, way: usize) -> Result<(), EmitError> {
        let Some(label) = self.loops.last().map(|labels| labels[way].clone()) else {
            return Err(self.internal("a jump outside a loop"));
        };
        self.jump(&label);
        Ok(())
    }

    fn branch(&mut self, cond: ValueId, then: &Block, otherwise: &Block) -> Result<(), EmitError> {
        let (pred, uniform) = (self.pred(cond)?, self.is_uniform(cond));
        let end = self.new_label("end");
        if then.is_empty() {
            self.jump_if(pred, true, uniform, &end);
            self.block(otherwise)?;
        } else if otherwise.is_empty() {
            self.jump_if(pred, false, uniform, &end);
            self.block(then)?;
        } else {
            let other = self.new_label("else");
            self.jump_if(pred, false, uniform, &other);
            self.block(then)?;
            if !then.last().is_some_and(|stmt| stmt.kind.jumps()) {
                self.jump(&end);
            }
            self.label(&other);
            self.block(otherwise)?;
        }
        self.label(&end);
        Ok(())
    }

    /// `if start < end { i = start; do { .. } while i + step < end }`, where the last part is written so that `i` does
    /// not wrap.
    fn range(&mut self, var: ValueId, bounds: [ValueId; 3], body: &Block) -> Result<(), EmitError> {
        let ty = Ty::of(self.kernel[var].ty.scalar);
        let [start, end, step] = bounds;
        let uniform = bounds.iter().all(|bound| self.is_uniform(*bound));
        let never_wraps = range::never_wraps(self.kernel, end, step, self.kernel[var].ty);
        let [start, end] = [self.scalar(start)?, self.scalar(end)?];
        let step = self.step(step)?;
        let i = self.new_reg(Class::B32);
        let [top, next, left] = ["for", "next", "left"].map(|what| self.new_label(what));
        self.mov(i, &start);
        let none = self.compare("ge", ty, &i.into(), &end);
        self.jump_if(none, true, uniform, &left);
        self.label(&top);
        self.set(var, vec![i.into()]);
        self.loops.push([left.clone(), next.clone()]);
        self.block(body)?;
        self.loops.pop();
        self.label(&next);
        let increase = Inst::new("add", &[ty], [i.into(), i.into(), step.clone()]);
        let again = if never_wraps || step.known() == Some(1) {
            self.push(increase);
            self.compare("lt", ty, &i.into(), &end)
        } else {
            // As i32 the difference may wrap; as u32 it is exact.
            let remaining = self.put("sub", ty, &[end, i.into()]);
            let again = self.compare("gt", Ty::U32, &remaining, &step);
            self.push(increase);
            again
        };
        self.jump_if(again, true, uniform, &top);
        self.label(&left);
        Ok(())
    }

    /// The step, at least one.
    fn step(&mut self, step: ValueId) -> Result<Operand, EmitError> {
        let step = self.scalar(step)?;
        Ok(match step.known() {
            Some(known) => Operand::Imm(Class::B32, known.max(1)),
            None => self.put("max", Ty::U32, &[step, Operand::word(1)]),
        })
    }

    /// `bar.sync` orders all memory for the workgroup; a fence makes its writes seen by the whole device.
    fn barrier(&mut self, barrier: Barrier) {
        if barrier == Barrier::Storage {
            self.push(Inst::new("fence.acq_rel.gpu", &[], []));
        }
        self.push(Inst::new("bar.sync", &[], [Operand::word(0)]));
    }

    fn define(&mut self, id: ValueId) -> Result<(), EmitError> {
        let value = &self.kernel[id];
        let ty = value.ty;
        let lanes = match &value.expr {
            Expr::Const(value) => constant(*value),
            Expr::Param(param) => vec![self.param(*param)?],
            Expr::Len(param) => vec![self.len(*param)],
            Expr::Builtin(builtin) => vec![self.builtin(*builtin)],
            Expr::Op(op, operands) => self.operation(*op, ty, operands)?,
            Expr::Compose(lanes) => lanes.iter().map(|lane| self.scalar(*lane)).collect::<Result<_, _>>()?,
            Expr::Extract(vector, lane) => self.get(*vector)?.into_iter().skip(usize::from(*lane)).take(1).collect(),
            Expr::Slot(slot) => {
                let copy = |writer: &mut Self, reg: Reg| {
                    let to = writer.new_reg(reg.class);
                    writer.mov(to, &reg.into());
                    to.into()
                };
                self.slot(*slot).into_iter().map(|reg| copy(self, reg)).collect()
            }
            Expr::Load { index, access } => self.load(*index, *access)?,
            Expr::UniformLoad { index, access } => {
                self.barrier(Barrier::Workgroup);
                let lanes = self.load(*index, *access)?;
                self.barrier(Barrier::Workgroup);
                lanes
            }
            Expr::Atomic { op, index, value, expected, access } => {
                self.atomic(*op, [Some(*index), *value, *expected], *access, self.is_used(id))?
            }
            Expr::Subgroup(op, operands) => {
                let args = operands.iter().map(|v| self.get(*v)).collect::<Result<Vec<_>, _>>()?;
                let of = operands.first().map_or(ty, |v| self.kernel[*v].ty);
                self.subgroup(*op, of, &args)?
            }
            Expr::LoopVar => return Err(self.internal("a loop's variable is defined by its loop alone")),
        };
        self.set(id, lanes);
        Ok(())
    }

    fn operation(&mut self, op: Op, ty: Type, operands: &[ValueId]) -> Result<Vec<Operand>, EmitError> {
        let args = operands.iter().map(|v| self.get(*v)).collect::<Result<Vec<_>, _>>()?;
        let types: Vec<_> = operands.iter().map(|v| self.kernel[*v].ty).collect();
        let (Some(first), Some(from)) = (args.first(), types.first()) else {
            return Err(self.internal(format!("{op:?} without operands")));
        };
        match op {
            Op::Bitcast => Ok(self.bitcast(*from, ty, first)),
            Op::Convert => Ok(first.iter().map(|lane| self.convert(from.scalar, ty.scalar, lane)).collect()),
            _ => {
                let scalar = if op == Op::Select { ty.scalar } else { from.scalar };
                let lane = |lane: usize| -> Vec<Operand> {
                    // One bool may decide for all lanes.
                    args.iter().filter_map(|arg| arg.get(lane).or(arg.first())).cloned().collect()
                };
                (0..usize::from(ty.lanes)).map(|i| self.lane(op, scalar, &lane(i))).collect()
            }
        }
    }

    /// Fills the fault record, if this is the first fault: see `abi::fault`.
    fn fault(&mut self, site: SiteId, value: ValueId, bound: ValueId) -> Result<(), EmitError> {
        use wgpuc_abi::fault::{BOUND, GROUP, INVOCATION, LAUNCH, SITE, VALUE};
        let (value, bound) = (self.scalar(value)?, self.scalar(bound)?);
        let record = self.fault_record()?;
        let launch = self.launch_id();
        let (group, invocation) = (self.group_index(), self.local_index());
        let word = |index: u32| Operand::At(record, i64::from(index) * 4);
        let before = self.put("atom.global.cas", Ty::B32, &[word(LAUNCH), Operand::word(0), launch]);
        let other = self.compare("ne", Ty::U32, &before, &Operand::word(0));
        let site = Operand::word(site.0);
        for (index, word_value) in
            [(SITE, site), (VALUE, value), (BOUND, bound), (GROUP, group), (INVOCATION, invocation)]
        {
            let word_value = self.reg(&word_value);
            self.push(Inst::new("st.global", &[Ty::U32], [word(index), word_value.into()]).guarded(other, false));
        }
        Ok(())
    }

    /// Something the hardware knows.
    fn builtin(&mut self, builtin: Builtin) -> Operand {
        let axis = |axis: u8| ["x", "y", "z"][usize::from(axis) % 3];
        match builtin {
            Builtin::LocalId(a) => self.special(&format!("%tid.{}", axis(a))),
            Builtin::LocalIndex => self.local_index(),
            Builtin::WorkgroupId(a) => self.special(&format!("%ctaid.{}", axis(a))),
            Builtin::NumWorkgroups(a) => self.special(&format!("%nctaid.{}", axis(a))),
            Builtin::SubgroupSize => Operand::word(super::subgroup::WARP),
            Builtin::SubgroupLane => self.special("%laneid"),
        }
    }
}
