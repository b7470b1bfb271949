//! How often and where each value is used: decides what is computed at all, and what gets a `let` of its own.

use crate::ir::{Block, Expr, Kernel, Op, Place, StmtKind, ValueId};

/// The uses of a kernel's values.
pub(super) struct Uses {
    values: Vec<Use>,
}

#[derive(Clone, Copy, Default)]
struct Use {
    defined: bool,
    block: u32,
    count: u32,
    elsewhere: bool,
    part: bool,
    added: bool,
}

impl Uses {
    pub(super) fn of(kernel: &Kernel) -> Self {
        let mut walk = Walk { kernel, values: vec![Use::default(); kernel.values.len()], blocks: 0 };
        walk.block(&kernel.body);
        Self { values: walk.values }
    }

    /// Whether it is computed somewhere, and used.
    pub(super) fn used(&self, value: ValueId) -> bool {
        self.get(value).is_some_and(|u| u.defined && u.count > 0)
    }

    /// Whether its text would be repeated, or move into another block, if it were written where it is used.
    pub(super) fn shared(&self, value: ValueId) -> bool {
        self.get(value).is_some_and(|u| u.count > 1 || u.elsewhere || u.part)
    }

    /// Whether it may be an operand of a sum, as it is or by way of something that does not compute.
    pub(super) fn may_be_added(&self, value: ValueId) -> bool {
        self.get(value).is_some_and(|u| u.added)
    }

    fn get(&self, value: ValueId) -> Option<&Use> {
        self.values.get(value.0 as usize)
    }
}

/// Whether control never goes past a statement.
pub(super) fn leaves(kind: &StmtKind) -> bool {
    matches!(kind, StmtKind::Break | StmtKind::Continue | StmtKind::Return)
}

struct Walk<'k> {
    kernel: &'k Kernel,
    values: Vec<Use>,
    blocks: u32,
}

impl Walk<'_> {
    fn block(&mut self, block: &Block) {
        self.blocks += 1;
        let id = self.blocks;
        for stmt in block {
            self.stmt(&stmt.kind, id);
            if leaves(&stmt.kind) {
                break;
            }
        }
    }

    fn stmt(&mut self, kind: &StmtKind, block: u32) {
        match kind {
            StmtKind::Def(value) => {
                self.define(*value, block);
                if let Some(v) = self.kernel.values.get(value.0 as usize) {
                    self.expr(&v.expr, block);
                }
            }
            StmtKind::SetSlot(_, value) => self.touch_to_add(*value, block),
            StmtKind::Store { index, value, access } => {
                self.touch(*index, block);
                match self.kernel[*access].place {
                    Place::Buffer(_) => self.touch(*value, block),
                    Place::Shared(_) | Place::Slot(_) => self.touch_to_add(*value, block),
                }
            }
            StmtKind::If { cond, then, otherwise } => {
                self.touch(*cond, block);
                self.block(then);
                self.block(otherwise);
            }
            StmtKind::For { var, start, end, step, body, .. } => {
                self.touch(*start, block);
                // both are read in every round
                self.touch(*end, u32::MAX);
                self.touch(*step, u32::MAX);
                self.define(*var, self.blocks + 1);
                self.block(body);
            }
            StmtKind::Loop { body } => self.block(body),
            StmtKind::Fault { value, bound, .. } => {
                self.touch(*value, block);
                self.touch(*bound, block);
            }
            StmtKind::Break | StmtKind::Continue | StmtKind::Return | StmtKind::Barrier(_) => {}
            // Lowered before.
            StmtKind::CopyAsync { .. } | StmtKind::CopyCommit | StmtKind::CopyWait(_) => {}
        }
    }

    fn expr(&mut self, expr: &Expr, block: u32) {
        match expr {
            Expr::Const(_) | Expr::Param(_) | Expr::Len(_) | Expr::Builtin(_) | Expr::Slot(_) | Expr::LoopVar => {}
            Expr::Op(Op::Add | Op::Sub | Op::Neg | Op::Abs | Op::Select, operands)
            | Expr::Compose(operands)
            | Expr::Subgroup(_, operands) => {
                for operand in operands {
                    self.touch_to_add(*operand, block);
                }
            }
            Expr::Op(_, operands) => {
                for operand in operands {
                    self.touch(*operand, block);
                }
            }
            Expr::Extract(vector, _) => {
                self.touch_to_add(*vector, block);
                if let Some(u) = self.values.get_mut(vector.0 as usize) {
                    u.part = true;
                }
            }
            Expr::Load { index, .. } | Expr::UniformLoad { index, .. } => self.touch(*index, block),
            Expr::Atomic { index, value, expected, .. } => {
                for operand in [Some(index), value.as_ref(), expected.as_ref()].into_iter().flatten() {
                    self.touch(*operand, block);
                }
            }
        }
    }

    fn define(&mut self, value: ValueId, block: u32) {
        if let Some(u) = self.values.get_mut(value.0 as usize) {
            u.defined = true;
            u.block = block;
        }
    }

    fn touch_to_add(&mut self, value: ValueId, block: u32) {
        self.touch(value, block);
        if let Some(u) = self.values.get_mut(value.0 as usize) {
            u.added = true;
        }
    }

    fn touch(&mut self, value: ValueId, block: u32) {
        if let Some(u) = self.values.get_mut(value.0 as usize) {
            u.count += 1;
            u.elsewhere |= u.block != block;
        }
    }
}
