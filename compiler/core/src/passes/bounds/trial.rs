//! Runs one invocation of an integer kernel, and panics where an access is out of range whose check says that it is
//! not. Loads give what they like.

use super::fuzz::{CONSTANTS, Random};
use crate::ir::*;
use crate::passes::races::lanes::compute;

/// One invocation.
pub(super) struct Trial<'a> {
    pub(super) kernel: &'a Kernel,
    pub(super) r: &'a mut Random,
    pub(super) params: Vec<u32>,
    pub(super) groups: u32,
    pub(super) group: u32,
    pub(super) local: [u32; 3],
    pub(super) values: Vec<u64>,
    pub(super) slots: Vec<u32>,
    pub(super) fuel: usize,
}

enum Flow {
    Next,
    Break,
    Continue,
    Return,
}

impl Trial<'_> {
    pub(super) fn run(&mut self) {
        self.block(&self.kernel.body);
    }

    fn block(&mut self, block: &Block) -> Flow {
        for stmt in block {
            if self.fuel == 0 {
                return Flow::Return;
            }
            self.fuel -= 1;
            match self.stmt(&stmt.kind) {
                Flow::Next => {}
                flow => return flow,
            }
        }
        Flow::Next
    }

    fn get(&self, v: ValueId) -> u32 {
        self.values[v.0 as usize] as u32
    }

    fn stmt(&mut self, stmt: &StmtKind) -> Flow {
        match stmt {
            StmtKind::Def(v) => self.values[v.0 as usize] = self.eval(*v),
            StmtKind::SetSlot(slot, v) => self.slots[slot.0 as usize] = self.get(*v),
            StmtKind::If { cond, then, otherwise } => {
                return if self.get(*cond) != 0 { self.block(then) } else { self.block(otherwise) };
            }
            StmtKind::For { var, start, end, step, body, .. } => {
                let (mut i, end, step) = (self.get(*start), self.get(*end), self.get(*step).max(1));
                while i < end && self.fuel > 0 {
                    self.values[var.0 as usize] = u64::from(i);
                    match self.block(body) {
                        Flow::Break => break,
                        Flow::Return => return Flow::Return,
                        _ => {}
                    }
                    match i.checked_add(step) {
                        Some(next) => i = next,
                        None => break,
                    }
                }
            }
            StmtKind::Loop { body } => {
                while self.fuel > 0 {
                    self.fuel -= 1;
                    match self.block(body) {
                        Flow::Break => return Flow::Next,
                        Flow::Return => return Flow::Return,
                        _ => {}
                    }
                }
                return Flow::Return;
            }
            StmtKind::Break => return Flow::Break,
            StmtKind::Continue => return Flow::Continue,
            StmtKind::Return => return Flow::Return,
            _ => {}
        }
        Flow::Next
    }

    fn eval(&mut self, v: ValueId) -> u64 {
        let value = &self.kernel[v];
        match &value.expr {
            Expr::Const(c) => c.lanes[0],
            Expr::Param(p) | Expr::Len(p) => u64::from(self.params[p.0 as usize]),
            Expr::Builtin(builtin) => u64::from(match builtin {
                Builtin::LocalId(a) => self.local[*a as usize],
                Builtin::LocalIndex => self.local[0] + self.local[1] * self.kernel.workgroup[0],
                Builtin::WorkgroupId(_) => self.group,
                _ => self.groups,
            }),
            Expr::Op(op, args) => {
                let operands: Vec<u32> = args.iter().map(|a| self.get(*a)).collect();
                u64::from(compute(*op, &operands, self.kernel[args[0]].ty, value.ty).unwrap())
            }
            Expr::Slot(slot) => u64::from(self.slots[slot.0 as usize]),
            Expr::Load { index, access } => {
                let (index, access) = (self.get(*index), &self.kernel[*access]);
                let len = match access.place {
                    Place::Buffer(p) => self.params[p.0 as usize],
                    Place::Shared(s) => self.kernel[s].len,
                    Place::Slot(s) => self.kernel[s].len.unwrap(),
                };
                if let Check::Proved(_) | Check::Explicit = &access.check {
                    assert!(
                        index < len,
                        "{:?}: {index} of {len}; params {:?} groups {} group {} local {:?}",
                        access.check,
                        self.params,
                        self.groups,
                        self.group,
                        self.local
                    );
                }
                u64::from(self.r.pick(CONSTANTS))
            }
            _ => 0,
        }
    }
}
