//! Cuts a kernel at its barriers.
//!
//! What has a barrier inside, or decides whether one is reached, runs once per workgroup, and so do the values that
//! are plainly the same in all its invocations; what lies between becomes leaves, each of which runs once per
//! invocation. A kernel without barriers is a few uniform values and one leaf. That conditions around barriers are
//! uniform is the front end's promise; it is not checked again here.

use crate::ir::{Block, Builtin, Expr, Kernel, SlotId, Stmt, StmtKind, ValueId};
use std::collections::HashSet;

/// A kernel, cut.
#[derive(Debug)]
pub(super) struct Split<'k> {
    /// What runs, in order.
    pub(super) nodes: Vec<Node<'k>>,
    /// By value: computed once per workgroup.
    pub(super) uniform_values: Vec<bool>,
    /// By slot: held once per workgroup.
    pub(super) uniform_slots: Vec<bool>,
    /// How many leaves there are; they are numbered in order.
    pub(super) n_leaves: usize,
}

/// A part of a kernel that is executed once per workgroup; only a leaf has invocations inside.
#[derive(Debug)]
pub(super) enum Node<'k> {
    /// A definition, or a change of a uniform slot.
    Uniform(&'k Stmt),
    /// Code for each invocation, without barriers.
    Leaf(Leaf<'k>),
    /// Both ways may hold barriers.
    If { cond: ValueId, then: Vec<Self>, otherwise: Vec<Self> },
    /// As in the IR.
    For { var: ValueId, start: ValueId, end: ValueId, step: ValueId, body: Vec<Self> },
    /// As in the IR.
    Loop { body: Vec<Self> },
    /// Of the innermost `For` or `Loop` node.
    Break,
    /// Of the innermost `For` or `Loop` node.
    Continue,
    /// Ends the workgroup.
    Return,
}

/// Statements that run once per invocation.
#[derive(Debug)]
pub(super) struct Leaf<'k> {
    /// Its number.
    pub(super) id: usize,
    /// Whether a node around it repeats it.
    pub(super) in_loop: bool,
    /// The statements.
    pub(super) stmts: Vec<&'k Stmt>,
}

/// Cuts the kernel.
pub(super) fn split(kernel: &Kernel) -> Split<'_> {
    let mut cutter = Cutter {
        kernel,
        uniform_values: vec![false; kernel.values.len()],
        uniform_slots: kernel.slots.iter().map(|slot| slot.len.is_none()).collect(),
        n_leaves: 0,
    };
    // Begins with "all slots are uniform" and takes back what that does not bear out.
    while cutter.mark(&kernel.body, Around::default()) {}
    let nodes = cutter.cut(&kernel.body, Around::default());
    let Cutter { uniform_values, uniform_slots, n_leaves, .. } = cutter;
    Split { nodes, uniform_values, uniform_slots, n_leaves }
}

/// What lies around a block that runs once per workgroup.
#[derive(Clone, Copy, Default)]
struct Around {
    /// Whether a barrier may run after it.
    barrier_follows: bool,
    /// Whether a loop that runs once per workgroup is around it.
    in_loop: bool,
}

struct Cutter<'k> {
    kernel: &'k Kernel,
    uniform_values: Vec<bool>,
    uniform_slots: Vec<bool>,
    n_leaves: usize,
}

impl<'k> Cutter<'k> {
    /// Updates what is uniform; whether a slot turned out not to be.
    fn mark(&mut self, block: &Block, around: Around) -> bool {
        let mut changed = false;
        for (i, stmt) in block.iter().enumerate() {
            let around = self.behind(block, i, around);
            let splits = self.splits(stmt, around);
            match &stmt.kind {
                StmtKind::Def(value) => self.uniform_values[value.0 as usize] = self.is_uniform(*value),
                StmtKind::SetSlot(slot, value) if !self.uniform_values[value.0 as usize] => {
                    changed |= self.diverges(*slot);
                }
                StmtKind::If { then, otherwise, .. } if splits => {
                    changed |= self.mark(then, around) | self.mark(otherwise, around);
                }
                StmtKind::For { var, body, .. } if splits => {
                    self.uniform_values[var.0 as usize] = true;
                    changed |= self.mark(body, self.inside(body, around));
                }
                StmtKind::Loop { body } if splits => changed |= self.mark(body, self.inside(body, around)),
                StmtKind::If { .. } | StmtKind::For { .. } | StmtKind::Loop { .. } => {
                    let mut set = vec![];
                    each_stmt(std::slice::from_ref(stmt), &mut |s| {
                        if let StmtKind::SetSlot(slot, _) = s.kind {
                            set.push(slot);
                        }
                    });
                    for slot in set {
                        changed |= self.diverges(slot);
                    }
                }
                _ => {}
            }
        }
        changed
    }

    fn diverges(&mut self, slot: SlotId) -> bool {
        std::mem::replace(&mut self.uniform_slots[slot.0 as usize], false)
    }

    /// Whether a value that is defined where code runs once per workgroup is the same in all invocations.
    fn is_uniform(&self, value: ValueId) -> bool {
        let uniform = |v: &ValueId| self.uniform_values[v.0 as usize];
        match &self.kernel[value].expr {
            Expr::Const(_) | Expr::Param(_) | Expr::Len(_) | Expr::UniformLoad { .. } => true,
            Expr::Builtin(builtin) => matches!(builtin, Builtin::WorkgroupId(_) | Builtin::NumWorkgroups(_)),
            Expr::Op(_, operands) | Expr::Compose(operands) => operands.iter().all(uniform),
            Expr::Extract(vector, _) => uniform(vector),
            Expr::Slot(slot) => self.uniform_slots[slot.0 as usize],
            Expr::Load { .. } | Expr::Atomic { .. } | Expr::Subgroup(..) | Expr::LoopVar => false,
        }
    }

    fn cut(&mut self, block: &'k Block, around: Around) -> Vec<Node<'k>> {
        let mut nodes = vec![];
        let mut leaf: Vec<&'k Stmt> = vec![];
        for (i, stmt) in block.iter().enumerate() {
            let around = self.behind(block, i, around);
            match &stmt.kind {
                StmtKind::Def(value) if self.uniform_values[value.0 as usize] => {
                    if matches!(self.kernel[*value].expr, Expr::UniformLoad { .. }) {
                        self.flush(&mut leaf, &mut nodes, around);
                    }
                    // A pure value may as well be computed before the leaf that stands before it.
                    nodes.push(Node::Uniform(stmt));
                }
                StmtKind::SetSlot(slot, _) if self.uniform_slots[slot.0 as usize] => {
                    if self.reads(&leaf, *slot) {
                        self.flush(&mut leaf, &mut nodes, around);
                    }
                    nodes.push(Node::Uniform(stmt));
                }
                _ if self.splits(stmt, around) => {
                    self.flush(&mut leaf, &mut nodes, around);
                    match self.node(stmt, around) {
                        Some(node @ (Node::Break | Node::Continue | Node::Return)) => {
                            nodes.push(node);
                            return nodes;
                        }
                        node => nodes.extend(node),
                    }
                }
                _ => leaf.push(stmt),
            }
        }
        self.flush(&mut leaf, &mut nodes, around);
        nodes
    }

    /// The node of a statement that splits; none for a barrier, whose work is done by having split.
    fn node(&mut self, stmt: &'k Stmt, around: Around) -> Option<Node<'k>> {
        Some(match &stmt.kind {
            StmtKind::If { cond, then, otherwise } => {
                Node::If { cond: *cond, then: self.cut(then, around), otherwise: self.cut(otherwise, around) }
            }
            StmtKind::For { var, start, end, step, body, .. } => {
                let body = self.cut(body, self.inside(body, around));
                Node::For { var: *var, start: *start, end: *end, step: *step, body }
            }
            StmtKind::Loop { body } => Node::Loop { body: self.cut(body, self.inside(body, around)) },
            StmtKind::Break => Node::Break,
            StmtKind::Continue => Node::Continue,
            StmtKind::Return => Node::Return,
            _ => return None,
        })
    }

    fn flush(&mut self, leaf: &mut Vec<&'k Stmt>, nodes: &mut Vec<Node<'k>>, around: Around) {
        if !leaf.is_empty() {
            nodes.push(Node::Leaf(Leaf { id: self.n_leaves, in_loop: around.in_loop, stmts: std::mem::take(leaf) }));
            self.n_leaves += 1;
        }
    }

    /// What lies around statement `i` of a block.
    fn behind(&self, block: &Block, i: usize, around: Around) -> Around {
        Around { barrier_follows: around.barrier_follows || self.has_barrier(&block[i + 1..]), ..around }
    }

    /// What lies around the body of a loop that runs once per workgroup.
    fn inside(&self, body: &Block, around: Around) -> Around {
        Around { barrier_follows: around.barrier_follows || self.has_barrier(body), in_loop: true }
    }

    /// Whether a statement runs once per workgroup because a barrier depends on it.
    fn splits(&self, stmt: &Stmt, around: Around) -> bool {
        let of_one = std::slice::from_ref(stmt);
        self.has_barrier(of_one)
            || (around.in_loop && leaves_loop(of_one))
            || (around.barrier_follows && has_return(of_one))
    }

    fn has_barrier(&self, block: &[Stmt]) -> bool {
        any_stmt(block, &|stmt| match stmt.kind {
            StmtKind::Barrier(_) => true,
            StmtKind::Def(value) => matches!(self.kernel[value].expr, Expr::UniformLoad { .. }),
            _ => false,
        })
    }

    /// Whether a leaf reads a slot in nested code, where the read is not a uniform definition of its own.
    fn reads(&self, leaf: &[&Stmt], slot: SlotId) -> bool {
        leaf.iter().any(|stmt| {
            any_stmt(std::slice::from_ref(*stmt), &|s| match s.kind {
                StmtKind::Def(value) => self.kernel[value].expr == Expr::Slot(slot),
                _ => false,
            })
        })
    }
}

/// Whether a `Break` or `Continue` in these statements is of a loop around them.
fn leaves_loop(block: &[Stmt]) -> bool {
    block.iter().any(|stmt| match &stmt.kind {
        StmtKind::Break | StmtKind::Continue => true,
        StmtKind::If { then, otherwise, .. } => leaves_loop(then) || leaves_loop(otherwise),
        _ => false,
    })
}

/// Whether a `Continue` in these statements is of the loop whose body they are.
pub(super) fn has_continue(block: &[Stmt]) -> bool {
    block.iter().any(|stmt| match &stmt.kind {
        StmtKind::Continue => true,
        StmtKind::If { then, otherwise, .. } => has_continue(then) || has_continue(otherwise),
        _ => false,
    })
}

/// Whether these statements hold a `Return`.
pub(super) fn has_return(block: &[Stmt]) -> bool {
    any_stmt(block, &|stmt| matches!(stmt.kind, StmtKind::Return))
}

/// Whether a predicate holds for a statement, or for one nested in it.
fn any_stmt(block: &[Stmt], predicate: &impl Fn(&Stmt) -> bool) -> bool {
    block.iter().any(|stmt| {
        predicate(stmt)
            || match &stmt.kind {
                StmtKind::If { then, otherwise, .. } => any_stmt(then, predicate) || any_stmt(otherwise, predicate),
                StmtKind::For { body, .. } | StmtKind::Loop { body } => any_stmt(body, predicate),
                _ => false,
            }
    })
}

/// Visits all statements, with those nested in them.
pub(super) fn each_stmt<'k>(block: &'k [Stmt], visit: &mut impl FnMut(&'k Stmt)) {
    for stmt in block {
        visit(stmt);
        match &stmt.kind {
            StmtKind::If { then, otherwise, .. } => {
                each_stmt(then, visit);
                each_stmt(otherwise, visit);
            }
            StmtKind::For { body, .. } | StmtKind::Loop { body } => each_stmt(body, visit),
            _ => {}
        }
    }
}

/// The values that a statement itself uses, without those of nested statements.
pub(super) fn operands(kernel: &Kernel, stmt: &Stmt) -> Vec<ValueId> {
    match &stmt.kind {
        StmtKind::Def(value) => expr_operands(&kernel[*value].expr),
        StmtKind::SetSlot(_, value) => vec![*value],
        StmtKind::Store { index, value, .. } => vec![*index, *value],
        StmtKind::If { cond, .. } => vec![*cond],
        StmtKind::For { start, end, step, .. } => vec![*start, *end, *step],
        StmtKind::Fault { value, bound, .. } => vec![*value, *bound],
        StmtKind::CopyAsync { to, from, cond } => [to.index, from.index].into_iter().chain(*cond).collect(),
        StmtKind::Loop { .. } | StmtKind::Break | StmtKind::Continue | StmtKind::Return => vec![],
        StmtKind::Barrier(_) | StmtKind::CopyCommit | StmtKind::CopyWait(_) => vec![],
    }
}

/// The values that an expression uses.
pub(super) fn expr_operands(expr: &Expr) -> Vec<ValueId> {
    match expr {
        Expr::Op(_, operands) | Expr::Compose(operands) | Expr::Subgroup(_, operands) => operands.to_vec(),
        Expr::Extract(vector, _) => vec![*vector],
        Expr::Load { index, .. } | Expr::UniformLoad { index, .. } => vec![*index],
        Expr::Atomic { index, value, expected, .. } => {
            [Some(*index), *value, *expected].into_iter().flatten().collect()
        }
        Expr::Const(_) | Expr::Param(_) | Expr::Len(_) | Expr::Builtin(_) | Expr::Slot(_) | Expr::LoopVar => vec![],
    }
}

/// The values that a statement and those nested in it define.
pub(super) fn defined(stmts: &[&Stmt]) -> HashSet<ValueId> {
    let mut defined = HashSet::new();
    for stmt in stmts {
        each_stmt(std::slice::from_ref(*stmt), &mut |s| match &s.kind {
            StmtKind::Def(value) => _ = defined.insert(*value),
            StmtKind::For { var, .. } => _ = defined.insert(*var),
            _ => {}
        });
    }
    defined
}
