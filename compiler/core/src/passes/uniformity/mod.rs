//! Checks that barriers and subgroup operations are reached by all invocations of a workgroup or by none.
//!
//! `&ir::Kernel` in, findings out. It follows the uniformity analysis of the WGSL specification (section 15.2) where
//! control flow and variables are concerned, as Tint carries it out, and is nowhere more lenient, so what it accepts
//! is accepted there. A subgroup counts as a workgroup.
//!
//! A value is uniform when it is computed in uniform control flow from uniform values. Loops are walked until nothing
//! more turns out to differ.

#[cfg(test)]
mod tests;

use super::finding::{Finding, Kind};
use crate::ir::{Barrier, Block, Builtin, Expr, Kernel, ParamKind, Place, Stmt, StmtKind, SubgroupOp, ValueId};
use crate::source::Span;

/// What must be uniform and is not.
#[must_use]
pub fn check(kernel: &Kernel) -> Vec<Finding> {
    analyse(kernel).0
}

/// For each value whether it may differ between the invocations of a workgroup.
#[must_use]
pub fn varying(kernel: &Kernel) -> Vec<bool> {
    analyse(kernel).1
}

fn analyse(kernel: &Kernel) -> (Vec<Finding>, Vec<bool>) {
    let mut walk = Walk {
        kernel,
        values: vec![None; kernel.values.len()],
        slots: vec![None; kernel.slots.len()],
        flow: None,
        loops: vec![],
        findings: vec![],
    };
    walk.block(&kernel.body);
    (walk.findings, walk.values.iter().map(Option::is_some).collect())
}

/// Why a value differs between invocations.
#[derive(Clone, Copy, Debug)]
enum Why {
    Builtin(Builtin),
    /// Read from what other invocations may write.
    Read(Place),
    Atomic,
    Subgroup,
}

/// Where a difference comes from.
#[derive(Clone, Copy, Debug)]
struct Origin {
    span: Span,
    why: Why,
}

/// The condition that parts the invocations.
#[derive(Clone, Copy, Debug)]
struct Divergence {
    cond: Span,
    origin: Origin,
}

/// What may differ, and why; `None` where it is the same for all.
type Varies = Option<Origin>;

struct Walk<'k> {
    kernel: &'k Kernel,
    values: Vec<Varies>,
    slots: Vec<Varies>,
    flow: Option<Divergence>,
    loops: Vec<Frame>,
    findings: Vec<Finding>,
}

/// What a loop's variables hold where it goes on, and where it is left; `None` where neither happens.
#[derive(Debug, Default)]
struct Frame {
    next: Option<Vec<Varies>>,
    exit: Option<Vec<Varies>>,
}

fn join(into: &mut [Varies], from: &[Varies]) {
    for (a, b) in into.iter_mut().zip(from) {
        *a = a.or(*b);
    }
}

fn join_way(into: &mut Option<Vec<Varies>>, from: &[Varies]) {
    match into {
        Some(into) => join(into, from),
        None => *into = Some(from.to_vec()),
    }
}

impl Walk<'_> {
    /// Whether the end of the block can be reached.
    fn block(&mut self, block: &Block) -> bool {
        block.iter().all(|stmt| self.stmt(stmt))
    }

    fn stmt(&mut self, stmt: &Stmt) -> bool {
        match &stmt.kind {
            StmtKind::Def(value) => self.def(*value),
            StmtKind::SetSlot(slot, value) => self.slots[slot.0 as usize] = self.here(self.varies(*value)),
            StmtKind::Store { index, value, access } => {
                if let Place::Slot(slot) = self.kernel[*access].place {
                    let old = self.slots[slot.0 as usize];
                    let new = old.or(self.varies(*value)).or(self.varies(*index));
                    self.slots[slot.0 as usize] = self.here(new);
                }
            }
            StmtKind::If { cond, then, otherwise } => return self.branch(*cond, then, otherwise),
            StmtKind::For { var, start, end, step, body, .. } => {
                let bounds = [*start, *end, *step];
                let varies = bounds.iter().find_map(|v| self.varies(*v));
                let parts = varies.map(|origin| {
                    let bound = bounds.iter().find(|v| self.varies(**v).is_some());
                    Divergence { cond: bound.map_or(stmt.span, |v| self.kernel[*v].span), origin }
                });
                self.repeat(Some((*var, parts)), body);
            }
            StmtKind::Loop { body } => return self.repeat(None, body),
            StmtKind::Break | StmtKind::Continue => {
                if let Some(frame) = self.loops.last_mut() {
                    let leaves = matches!(stmt.kind, StmtKind::Break);
                    join_way(if leaves { &mut frame.exit } else { &mut frame.next }, &self.slots);
                }
                return false;
            }
            StmtKind::Return => return false,
            StmtKind::Barrier(barrier) => {
                let name = match barrier {
                    Barrier::Workgroup => "workgroup_barrier()",
                    Barrier::Storage => "storage_barrier()",
                };
                self.require_uniform_flow(Kind::DivergentBarrier, name, stmt.span);
            }
            StmtKind::Fault { .. } => {}
            StmtKind::CopyAsync { .. } | StmtKind::CopyCommit | StmtKind::CopyWait(_) => {}
        }
        true
    }

    fn varies(&self, value: ValueId) -> Varies {
        self.values[value.0 as usize]
    }

    /// What is computed where only some invocations are differs from the others.
    fn here(&self, varies: Varies) -> Varies {
        varies.or(self.flow.map(|d| d.origin))
    }

    fn def(&mut self, id: ValueId) {
        let value = &self.kernel[id];
        let because = |why| Some(Origin { span: value.span, why });
        let any = |me: &Self, of: &[ValueId]| of.iter().find_map(|v| me.varies(*v));
        let varies = match &value.expr {
            Expr::Const(_) | Expr::Param(_) | Expr::Len(_) => None,
            Expr::LoopVar => self.varies(id),
            // Nothing else is uniform in WGSL, the size of a subgroup included.
            Expr::Builtin(Builtin::WorkgroupId(_) | Builtin::NumWorkgroups(_)) => None,
            Expr::Builtin(builtin) => because(Why::Builtin(*builtin)),
            Expr::Op(_, of) | Expr::Compose(of) => any(self, of),
            Expr::Extract(of, _) => self.varies(*of),
            Expr::Slot(slot) => self.slots[slot.0 as usize],
            Expr::Load { index, access } => match self.kernel[*access].place {
                Place::Slot(slot) => self.slots[slot.0 as usize].or(self.varies(*index)),
                place if self.is_constant(place) => self.varies(*index),
                place => because(Why::Read(place)),
            },
            Expr::Atomic { .. } => because(Why::Atomic),
            Expr::Subgroup(op, of) => {
                self.require_uniform_flow(Kind::DivergentSubgroup, subgroup(*op), value.span);
                if let (SubgroupOp::ShuffleXor | SubgroupOp::ShuffleDown | SubgroupOp::ShuffleUp, [_, by]) =
                    (op, of.as_slice())
                {
                    self.require_uniform(*by, subgroup(*op), value.span);
                }
                because(Why::Subgroup)
            }
            Expr::UniformLoad { index, .. } => {
                self.require_uniform_flow(Kind::DivergentBarrier, "uniform_load()", value.span);
                self.require_uniform(*index, "uniform_load()", value.span);
                None
            }
        };
        self.values[id.0 as usize] = self.here(varies);
    }

    /// Whether nobody writes to it while the kernel runs.
    fn is_constant(&self, place: Place) -> bool {
        let Place::Buffer(param) = place else { return false };
        match &self.kernel[param].kind {
            ParamKind::Buffer(buffer) => !buffer.mutable && !buffer.may_alias && !buffer.atomic,
            ParamKind::Scalar(_) => true,
        }
    }

    fn branch(&mut self, cond: ValueId, then: &Block, otherwise: &Block) -> bool {
        let (flow, slots) = (self.flow, self.slots.clone());
        let span = self.kernel[cond].span;
        let inside = flow.or(self.varies(cond).map(|origin| Divergence { cond: span, origin }));
        self.flow = inside;
        let then_ends = self.block(then);
        let then_flow = self.flow;
        let mut after = std::mem::replace(&mut self.slots, slots);
        self.flow = inside;
        let otherwise_ends = self.block(otherwise);
        if then_ends && otherwise_ends {
            join(&mut self.slots, &after);
        } else if then_ends {
            std::mem::swap(&mut self.slots, &mut after);
        }
        // Those who left are missing from here on; else all meet again.
        let leaves = escapes(then) || escapes(otherwise);
        self.flow = if leaves { then_flow.or(self.flow) } else { flow };
        then_ends || otherwise_ends
    }

    /// Walks a loop until nothing more differs; whether it can be left. `range` is the variable of a `for`, and what
    /// parts the invocations where its bounds differ.
    fn repeat(&mut self, range: Option<(ValueId, Option<Divergence>)>, body: &Block) -> bool {
        let before = self.flow;
        let n_findings = self.findings.len();
        let mut head = self.slots.clone();
        let mut flow = before.or(range.and_then(|(_, parts)| parts));
        loop {
            self.findings.truncate(n_findings);
            self.slots.clone_from(&head);
            self.flow = flow;
            if let Some((var, parts)) = range {
                self.values[var.0 as usize] = self.here(parts.map(|d| d.origin));
            }
            self.loops.push(Frame::default());
            let ends = self.block(body);
            let mut frame = self.loops.pop().unwrap_or_default();
            if ends {
                join_way(&mut frame.next, &self.slots);
            }
            let mut next = head.clone();
            join(&mut next, frame.next.as_deref().unwrap_or_default());
            let next_flow = flow.or(self.flow);
            let count = |slots: &[Varies]| slots.iter().flatten().count();
            let stable = count(&next) == count(&head) && next_flow.is_some() == flow.is_some();
            (head, flow) = (next, next_flow);
            if stable {
                self.flow = if returns(body) { flow } else { before };
                if range.is_some() {
                    join_way(&mut frame.exit, &head);
                }
                let left = frame.exit.is_some();
                self.slots = frame.exit.unwrap_or(head);
                return left;
            }
        }
    }

    fn require_uniform_flow(&mut self, kind: Kind, what: &str, span: Span) {
        let Some(Divergence { cond, origin }) = self.flow else { return };
        self.findings.push(Finding {
            kind,
            message: format!("`{what}` is not reached by every invocation of the workgroup"),
            span,
            here: "all invocations must get here, or none".to_owned(),
            labels: vec![(cond, "this differs between invocations".to_owned()), self.explain(origin)],
            help: "move it out of the condition, or make the condition the same for the whole workgroup, as \
                   `uniform_load(&flag[0])` is"
                .to_owned(),
        });
    }

    fn require_uniform(&mut self, value: ValueId, what: &str, span: Span) {
        let Some(origin) = self.varies(value) else { return };
        let at = self.kernel[value].span;
        self.findings.push(Finding {
            kind: Kind::DivergentOperand,
            message: format!("an operand of `{what}` differs between the invocations of the workgroup"),
            span,
            here: "all invocations must pass the same".to_owned(),
            labels: vec![(at, "this differs between invocations".to_owned()), self.explain(origin)],
            help: "compute it from constants, parameters, `workgroup_id()` or `uniform_load`".to_owned(),
        });
    }

    fn explain(&self, origin: Origin) -> (Span, String) {
        let text = match origin.why {
            Why::Builtin(Builtin::SubgroupSize) => "the size may differ between subgroups".to_owned(),
            Why::Builtin(Builtin::SubgroupLane) => "each invocation has its own lane".to_owned(),
            Why::Builtin(_) => "each invocation has its own id".to_owned(),
            Why::Read(Place::Shared(shared)) => {
                format!("`{}` is workgroup memory: others may write it meanwhile", self.kernel[shared].name)
            }
            Why::Read(Place::Buffer(param)) => {
                format!("`{}` can be written: invocations may see different values", self.kernel[param].name)
            }
            Why::Read(Place::Slot(slot)) => format!("`{}` differs", self.kernel[slot].name),
            Why::Atomic => "each invocation gets its own old value".to_owned(),
            Why::Subgroup => "subgroups get different results".to_owned(),
        };
        (origin.span, text)
    }
}

/// Whether control may leave the block by other ways than its end.
fn escapes(block: &Block) -> bool {
    returns(block) || breaks(block)
}

fn returns(block: &Block) -> bool {
    block.iter().any(|stmt| match &stmt.kind {
        StmtKind::Return => true,
        StmtKind::If { then, otherwise, .. } => returns(then) || returns(otherwise),
        StmtKind::For { body, .. } | StmtKind::Loop { body } => returns(body),
        _ => false,
    })
}

/// Whether it leaves or continues a loop around it.
fn breaks(block: &Block) -> bool {
    block.iter().any(|stmt| match &stmt.kind {
        StmtKind::Break | StmtKind::Continue => true,
        StmtKind::If { then, otherwise, .. } => breaks(then) || breaks(otherwise),
        _ => false,
    })
}

fn subgroup(op: SubgroupOp) -> &'static str {
    match op {
        SubgroupOp::Add => "subgroup_add()",
        SubgroupOp::Min => "subgroup_min()",
        SubgroupOp::Max => "subgroup_max()",
        SubgroupOp::ExclusiveAdd => "subgroup_exclusive_add()",
        SubgroupOp::InclusiveAdd => "subgroup_inclusive_add()",
        SubgroupOp::All => "subgroup_all()",
        SubgroupOp::Any => "subgroup_any()",
        SubgroupOp::Ballot => "subgroup_ballot()",
        SubgroupOp::BroadcastFirst => "subgroup_broadcast_first()",
        SubgroupOp::Shuffle => "subgroup_shuffle()",
        SubgroupOp::ShuffleXor => "subgroup_shuffle_xor()",
        SubgroupOp::ShuffleDown => "subgroup_shuffle_down()",
        SubgroupOp::ShuffleUp => "subgroup_shuffle_up()",
    }
}
