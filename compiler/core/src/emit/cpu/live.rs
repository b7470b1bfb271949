//! Finds what must outlive a leaf: the values and slots that an invocation computes before a barrier and needs
//! after it.
//!
//! Works on the nodes of [`super::split`]; the result says, for each leaf, what it takes from the invocation's frame
//! at its start, recomputes, and leaves there at its end.

use super::split::{Leaf, Node, Split, defined, expr_operands, has_return, operands};
use crate::ir::{Builtin, Expr, Kernel, Op, Place, Scalar, SlotId, Stmt, StmtKind, ValueId};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// What an invocation keeps from one leaf to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Var {
    /// Whether it has not returned.
    Alive,
    /// A value.
    Value(ValueId),
    /// A plain slot (element 0), or an element of an array slot that lives in locals.
    Slot(SlotId, u32),
}

/// What crosses the borders of leaves.
#[derive(Debug, Default)]
pub(super) struct Liveness {
    /// By leaf.
    pub(super) leaves: Vec<Crossing>,
    /// Everything that some leaf keeps.
    pub(super) kept: BTreeSet<Var>,
    /// Kept slots that may be read before anything is stored in them: the workgroup begins with zeros there.
    pub(super) zeroed: BTreeSet<Var>,
    /// Whether invocations may return with leaves still to run.
    pub(super) tracks_alive: bool,
    /// Array slots that are only accessed with constant indices, and so live in locals.
    pub(super) promoted: HashSet<SlotId>,
    /// Array slots that must outlive a leaf.
    pub(super) kept_arrays: BTreeSet<SlotId>,
}

/// What crosses one leaf's borders.
#[derive(Clone, Debug, Default)]
pub(super) struct Crossing {
    /// Taken from the frame at the start.
    pub(super) loads: BTreeSet<Var>,
    /// Zero at the start.
    pub(super) zeroed: BTreeSet<Var>,
    /// Left in the frame at the end.
    pub(super) stores: BTreeSet<Var>,
    /// Computed again at the start; operands come before what uses them.
    pub(super) recomputed: Vec<ValueId>,
}

/// An array of more elements than this stays in memory.
const MAX_PROMOTED: u32 = 64;
/// A value of more operations than this is kept and not computed again.
const MAX_RECOMPUTED: u32 = 8;

/// Finds what crosses the borders of leaves.
pub(super) fn analyse(kernel: &Kernel, split: &Split<'_>) -> Liveness {
    let mut analysis = Analysis {
        kernel,
        uniform: &split.uniform_values,
        uniform_slots: &split.uniform_slots,
        n_leaves: split.n_leaves,
        promoted: promoted(kernel),
        asked_at_zero: HashSet::new(),
        effects: vec![Effects::default(); split.n_leaves],
        live_out: vec![BTreeSet::new(); split.n_leaves],
        arrays: BTreeMap::new(),
        tracks_alive: false,
    };
    analysis.find_asked_at_zero(&split.nodes);
    each_leaf(&split.nodes, &mut |leaf| analysis.summarise(leaf));
    let zeroed = analysis.before(&split.nodes, BTreeSet::new(), &Exits::default());
    analysis.finish(zeroed)
}

/// Visits the leaves in order.
pub(super) fn each_leaf<'n, 'k>(nodes: &'n [Node<'k>], visit: &mut impl FnMut(&'n Leaf<'k>)) {
    for node in nodes {
        match node {
            Node::Leaf(leaf) => visit(leaf),
            Node::If { then, otherwise, .. } => {
                each_leaf(then, visit);
                each_leaf(otherwise, visit);
            }
            Node::For { body, .. } | Node::Loop { body } => each_leaf(body, visit),
            Node::Uniform(_) | Node::Break | Node::Continue | Node::Return => {}
        }
    }
}

/// Whether a value needs no computing: it is a constant, or always in a local.
pub(super) fn is_free(expr: &Expr) -> bool {
    matches!(expr, Expr::Const(_) | Expr::Param(_) | Expr::Len(_) | Expr::Builtin(_))
}

/// What a leaf does, before it is known what is live after it.
#[derive(Clone, Debug, Default)]
struct Effects {
    /// Needed from before, as some path reads it first.
    exposed: BTreeSet<Var>,
    /// Set on every path.
    killed: BTreeSet<Var>,
    /// Set on some path.
    written: BTreeSet<Var>,
    recomputed: Vec<ValueId>,
}

/// What is live where a break or a continue leads.
#[derive(Clone, Default)]
struct Exits {
    on_break: BTreeSet<Var>,
    on_continue: BTreeSet<Var>,
}

struct Analysis<'a> {
    kernel: &'a Kernel,
    uniform: &'a [bool],
    uniform_slots: &'a [bool],
    n_leaves: usize,
    promoted: HashSet<SlotId>,
    asked_at_zero: HashSet<ValueId>,
    effects: Vec<Effects>,
    live_out: Vec<BTreeSet<Var>>,
    /// By array slot in memory: the leaf that uses it, or none where it must outlive a leaf.
    arrays: BTreeMap<SlotId, Option<usize>>,
    tracks_alive: bool,
}

impl Analysis<'_> {
    /// Values that the workgroup's flow asks of invocation 0: they must be kept.
    fn find_asked_at_zero(&mut self, nodes: &[Node<'_>]) {
        for node in nodes {
            let asked = self.asked(node);
            self.asked_at_zero.extend(asked);
            match node {
                Node::If { then, otherwise, .. } => {
                    self.find_asked_at_zero(then);
                    self.find_asked_at_zero(otherwise);
                }
                Node::For { body, .. } | Node::Loop { body } => self.find_asked_at_zero(body),
                _ => {}
            }
        }
    }

    fn asked(&self, node: &Node<'_>) -> Vec<ValueId> {
        let used = match node {
            Node::Uniform(stmt) => operands(self.kernel, stmt),
            Node::If { cond, .. } => vec![*cond],
            Node::For { start, end, step, .. } => vec![*start, *end, *step],
            _ => vec![],
        };
        used.into_iter().filter(|v| !self.uniform[v.0 as usize] && !is_free(&self.kernel[*v].expr)).collect()
    }

    fn summarise(&mut self, leaf: &Leaf<'_>) {
        let mut effects = Effects::default();
        let own = defined(&leaf.stmts);
        let mut killed = BTreeSet::new();
        for stmt in &leaf.stmts {
            self.stmt(stmt, leaf, &own, &mut killed, &mut effects);
            if let StmtKind::Def(value) = stmt.kind {
                killed.insert(Var::Value(value));
                effects.written.insert(Var::Value(value));
            }
            let more_follows = leaf.in_loop || leaf.id + 1 < self.n_leaves;
            self.tracks_alive |= more_follows && has_return(std::slice::from_ref(*stmt));
        }
        effects.killed = killed;
        self.effects[leaf.id] = effects;
    }

    fn block(
        &mut self,
        block: &[Stmt],
        leaf: &Leaf<'_>,
        own: &HashSet<ValueId>,
        mut killed: BTreeSet<Var>,
        effects: &mut Effects,
    ) -> BTreeSet<Var> {
        for stmt in block {
            self.stmt(stmt, leaf, own, &mut killed, effects);
        }
        killed
    }

    fn stmt(
        &mut self,
        stmt: &Stmt,
        leaf: &Leaf<'_>,
        own: &HashSet<ValueId>,
        killed: &mut BTreeSet<Var>,
        effects: &mut Effects,
    ) {
        for value in operands(self.kernel, stmt) {
            if !own.contains(&value) {
                self.needs(value, effects);
            }
        }
        match &stmt.kind {
            StmtKind::Def(value) => match &self.kernel[*value].expr {
                Expr::Slot(slot) if !self.uniform_slots[slot.0 as usize] => read(Var::Slot(*slot, 0), killed, effects),
                Expr::Load { index, access } | Expr::Atomic { index, access, .. } => {
                    self.touch(self.kernel[*access].place, *index, false, leaf, killed, effects);
                }
                _ => {}
            },
            StmtKind::SetSlot(slot, _) => write(Var::Slot(*slot, 0), killed, effects),
            StmtKind::Store { index, access, .. } => {
                self.touch(self.kernel[*access].place, *index, true, leaf, killed, effects);
            }
            StmtKind::If { then, otherwise, .. } => {
                let left = self.block(then, leaf, own, killed.clone(), effects);
                let right = self.block(otherwise, leaf, own, killed.clone(), effects);
                *killed = match (jumps(then), jumps(otherwise)) {
                    (true, _) => right,
                    (false, true) => left,
                    (false, false) => left.intersection(&right).copied().collect(),
                };
            }
            StmtKind::For { body, .. } | StmtKind::Loop { body } => {
                self.block(body, leaf, own, killed.clone(), effects);
            }
            _ => {}
        }
    }

    /// An access to an array slot; accesses to other places are none of our concern.
    fn touch(
        &mut self,
        place: Place,
        index: ValueId,
        writes: bool,
        leaf: &Leaf<'_>,
        killed: &mut BTreeSet<Var>,
        effects: &mut Effects,
    ) {
        let Place::Slot(slot) = place else { return };
        match (self.promoted.contains(&slot), &self.kernel[index].expr) {
            (true, Expr::Const(at)) => {
                let var = Var::Slot(slot, at.as_u32());
                if writes { write(var, killed, effects) } else { read(var, killed, effects) }
            }
            _ => {
                let user = (!leaf.in_loop).then_some(leaf.id);
                let entry = self.arrays.entry(slot).or_insert(user);
                if *entry != user {
                    *entry = None;
                }
            }
        }
    }

    /// A leaf needs a value that it does not define.
    fn needs(&self, value: ValueId, effects: &mut Effects) {
        if self.uniform[value.0 as usize] || is_free(&self.kernel[value].expr) {
            return;
        }
        match self.cost(value) {
            Some(cost) if cost <= MAX_RECOMPUTED && !self.asked_at_zero.contains(&value) => {
                self.recompute(value, effects);
            }
            _ => _ = effects.exposed.insert(Var::Value(value)),
        }
    }

    fn recompute(&self, value: ValueId, effects: &mut Effects) {
        let ready = self.uniform[value.0 as usize] || is_free(&self.kernel[value].expr);
        if ready || effects.recomputed.contains(&value) {
            return;
        }
        for operand in expr_operands(&self.kernel[value].expr) {
            self.recompute(operand, effects);
        }
        effects.recomputed.push(value);
    }

    /// How many operations give a value again, if it depends only on the invocation's place and uniform values.
    fn cost(&self, value: ValueId) -> Option<u32> {
        if self.uniform[value.0 as usize] || is_free(&self.kernel[value].expr) {
            return Some(0);
        }
        let of = |operands: &[ValueId]| {
            operands.iter().try_fold(1u32, |sum, v| Some(sum + self.cost(*v)?)).filter(|sum| *sum <= MAX_RECOMPUTED)
        };
        let narrow = self.kernel[value].ty.scalar != Scalar::F16;
        match &self.kernel[value].expr {
            Expr::Op(op, operands) if narrow && !matches!(op, Op::Div | Op::Rem | Op::Sqrt | Op::Bitcast) => {
                of(operands)
            }
            Expr::Compose(operands) => of(operands),
            Expr::Extract(vector, _) => of(&[*vector]),
            _ => None,
        }
    }

    /// What is live before some nodes, given what is after them; notes what is live after each leaf.
    fn before(&mut self, nodes: &[Node<'_>], mut live: BTreeSet<Var>, exits: &Exits) -> BTreeSet<Var> {
        for node in nodes.iter().rev() {
            match node {
                Node::Leaf(leaf) => {
                    self.live_out[leaf.id].extend(live.iter().copied());
                    let effects = &self.effects[leaf.id];
                    live.retain(|var| !effects.killed.contains(var));
                    live.extend(effects.exposed.iter().copied());
                }
                Node::If { then, otherwise, .. } => {
                    let left = self.before(then, live.clone(), exits);
                    live = self.before(otherwise, live, exits);
                    live.extend(left);
                }
                Node::For { body, .. } => live = self.around_loop(body, live, true),
                Node::Loop { body } => live = self.around_loop(body, live, false),
                Node::Break => live.clone_from(&exits.on_break),
                Node::Continue => live.clone_from(&exits.on_continue),
                Node::Return => live.clear(),
                Node::Uniform(_) => {}
            }
            live.extend(self.asked(node).into_iter().map(Var::Value));
        }
        live
    }

    fn around_loop(&mut self, body: &[Node<'_>], after: BTreeSet<Var>, may_skip: bool) -> BTreeSet<Var> {
        let mut head = if may_skip { after.clone() } else { BTreeSet::new() };
        loop {
            let exits = Exits { on_break: after.clone(), on_continue: head.clone() };
            let mut next = self.before(body, head.clone(), &exits);
            next.extend(head.iter().copied());
            if next == head {
                return head;
            }
            head = next;
        }
    }

    fn finish(self, live_at_start: BTreeSet<Var>) -> Liveness {
        let mut leaves: Vec<Crossing> = vec![];
        for (effects, out) in self.effects.into_iter().zip(self.live_out) {
            let stores: BTreeSet<Var> = effects.written.intersection(&out).copied().collect();
            let mut loads = effects.exposed;
            loads.extend(stores.difference(&effects.killed).copied());
            leaves.push(Crossing { loads, stores, zeroed: BTreeSet::new(), recomputed: effects.recomputed });
        }
        // What no leaf leaves behind is zero for one that reads it before it sets it.
        let kept: BTreeSet<Var> = leaves.iter().flat_map(|leaf| &leaf.stores).copied().collect();
        for leaf in &mut leaves {
            let (loads, zeroed) = std::mem::take(&mut leaf.loads).into_iter().partition(|var| kept.contains(var));
            (leaf.loads, leaf.zeroed) = (loads, zeroed);
        }
        let zeroed = live_at_start.intersection(&kept).copied().collect();
        let kept_arrays = self.arrays.iter().filter(|(_, user)| user.is_none()).map(|(slot, _)| *slot).collect();
        let Self { tracks_alive, promoted, .. } = self;
        Liveness { leaves, kept, zeroed, tracks_alive, promoted, kept_arrays }
    }
}

/// Whether a block never runs past its end.
fn jumps(block: &[Stmt]) -> bool {
    matches!(block.last().map(|s| &s.kind), Some(StmtKind::Break | StmtKind::Continue | StmtKind::Return))
}

fn read(var: Var, killed: &BTreeSet<Var>, effects: &mut Effects) {
    if !killed.contains(&var) {
        effects.exposed.insert(var);
    }
}

fn write(var: Var, killed: &mut BTreeSet<Var>, effects: &mut Effects) {
    killed.insert(var);
    effects.written.insert(var);
}

/// The array slots that can live in locals.
fn promoted(kernel: &Kernel) -> HashSet<SlotId> {
    let mut promoted: HashSet<SlotId> = (0..)
        .map(SlotId)
        .zip(&kernel.slots)
        .filter(|(_, slot)| slot.len.is_some_and(|len| len <= MAX_PROMOTED))
        .map(|(id, _)| id)
        .collect();
    super::split::each_stmt(&kernel.body, &mut |stmt| {
        let (index, access) = match &stmt.kind {
            StmtKind::Store { index, access, .. } => (*index, *access),
            StmtKind::Def(value) => match &kernel[*value].expr {
                Expr::Load { index, access } => (*index, *access),
                _ => return,
            },
            _ => return,
        };
        if let Place::Slot(slot) = kernel[access].place {
            let len = kernel[slot].len.unwrap_or(0);
            if !matches!(&kernel[index].expr, Expr::Const(at) if at.as_u32() < len) {
                promoted.remove(&slot);
            }
        }
    });
    promoted
}

/// Whether an expression is the same wherever it is computed, and touches no memory.
pub(super) fn is_pure(expr: &Expr) -> bool {
    matches!(expr, Expr::Op(..) | Expr::Compose(_) | Expr::Extract(..)) || is_free(expr)
}

/// Whether a builtin differs between the invocations of a workgroup.
pub(super) fn is_per_invocation(builtin: Builtin) -> bool {
    !matches!(builtin, Builtin::WorkgroupId(_) | Builtin::NumWorkgroups(_))
}
