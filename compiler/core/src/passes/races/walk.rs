//! The walk of [`super`]: runs all invocations side by side, as far as their integers are known.

use super::conflict::{self, Stored, Use, conflict};
use super::lanes::{self, Lanes};
use crate::ir::walk::assigned;
use crate::ir::{AccessId, Block, Builtin, Expr, Kernel, Place, Scalar, Shared, SlotId, Stmt, StmtKind, Type, ValueId};
use crate::passes::finding::Finding;
use std::collections::{BTreeSet, HashSet};
use std::rc::Rc;

/// Statements that are run in all.
const FUEL: usize = 40_000;
/// Uses that are kept between two barriers.
const MAX_USES: usize = 400;

/// Which invocations are at a statement; `None` where that is not known.
pub(super) type Mask = Option<Rc<[bool]>>;

/// Where the invocations of a loop that is run went.
#[derive(Debug, Default)]
pub(super) struct Frame {
    pub(super) broke: Vec<bool>,
    pub(super) continued: Vec<bool>,
    /// Some left it, or went on, that are not known.
    pub(super) unclear: bool,
}

pub(super) struct Walk<'k> {
    pub(super) kernel: &'k Kernel,
    pub(super) n: usize,
    pub(super) varying: &'k [bool],
    pub(super) values: Vec<Option<Lanes>>,
    pub(super) slots: Vec<Option<Lanes>>,
    pub(super) mask: Mask,
    /// Since the last barrier.
    pub(super) uses: Vec<Use>,
    pub(super) n_barriers: usize,
    pub(super) loops: Vec<Frame>,
    pub(super) findings: Vec<Finding>,
    pub(super) reported: HashSet<(AccessId, AccessId)>,
    pub(super) next_unknown: u32,
    pub(super) fuel: usize,
}

impl<'k> Walk<'k> {
    pub(super) fn new(kernel: &'k Kernel, n: usize, varying: &'k [bool]) -> Self {
        Self {
            kernel,
            n,
            varying,
            values: vec![None; kernel.values.len()],
            slots: vec![None; kernel.slots.len()],
            mask: Some(vec![true; n].into()),
            uses: vec![],
            n_barriers: 0,
            loops: vec![],
            findings: vec![],
            reported: HashSet::new(),
            next_unknown: 0,
            fuel: FUEL,
        }
    }

    pub(super) fn run(mut self) -> Vec<Finding> {
        self.block(&self.kernel.body);
        self.findings
    }

    pub(super) fn block(&mut self, block: &Block) {
        for stmt in block {
            if self.nobody() || self.fuel == 0 {
                return;
            }
            self.fuel -= 1;
            self.stmt(stmt);
        }
    }

    pub(super) fn nobody(&self) -> bool {
        self.mask.as_ref().is_some_and(|m| !m.contains(&true))
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Def(value) => self.def(*value),
            StmtKind::SetSlot(slot, value) => self.set(*slot, self.values[value.0 as usize].clone()),
            StmtKind::Store { index, value, access } => {
                let known = self.values[value.0 as usize].clone();
                let stored = Stored { value: *value, known, source: self.source(*value, 8) };
                self.touch(*access, *index, Some(&stored));
            }
            StmtKind::CopyAsync { to, from, .. } => {
                let stored = Stored { value: from.index, known: None, source: self.source(from.index, 0) };
                self.touch(to.access, to.index, Some(&stored));
            }
            StmtKind::If { cond, then, otherwise } => self.branch(*cond, then, otherwise),
            StmtKind::For { var, start, end, step, body, .. } => self.range(*var, [*start, *end, *step], body),
            StmtKind::Loop { body } => self.repeat(body),
            StmtKind::Break | StmtKind::Continue => self.leave(matches!(stmt.kind, StmtKind::Break)),
            StmtKind::Return => self.mask = self.mask.as_ref().map(|_| vec![false; self.n].into()),
            StmtKind::Barrier(_) => self.barrier(),
            StmtKind::Fault { .. } | StmtKind::CopyCommit | StmtKind::CopyWait(_) => {}
        }
    }

    fn barrier(&mut self) {
        self.uses.clear();
        self.n_barriers += 1;
    }

    fn leave(&mut self, breaks: bool) {
        let Some(frame) = self.loops.last_mut() else { return };
        match &self.mask {
            Some(mask) => {
                let into = if breaks { &mut frame.broke } else { &mut frame.continued };
                into.resize(mask.len(), false);
                into.iter_mut().zip(&**mask).for_each(|(a, b)| *a |= b);
                self.mask = Some(vec![false; self.n].into());
            }
            None => frame.unclear = true,
        }
    }

    pub(super) fn unknown(&mut self) -> Lanes {
        self.next_unknown += 1;
        Lanes::unknown(self.next_unknown, self.n)
    }

    fn set(&mut self, slot: SlotId, new: Option<Lanes>) {
        let old = self.slots[slot.0 as usize].take();
        self.slots[slot.0 as usize] = match &self.mask {
            None => None,
            Some(mask) if mask.iter().all(|m| *m) => new,
            Some(mask) => old.zip(new).filter(|(a, b)| a.shared == b.shared).map(|(a, b)| {
                let own = (0..self.n).map(|l| if mask[l] { b.own[l] } else { a.own[l] }).collect();
                Lanes { shared: a.shared, own }
            }),
        };
    }

    fn def(&mut self, id: ValueId) {
        let value = &self.kernel[id];
        match &value.expr {
            Expr::Load { index, access } => self.touch(*access, *index, None),
            Expr::UniformLoad { .. } => self.barrier(),
            _ => {}
        }
        let word = matches!(value.ty.scalar, Scalar::U32 | Scalar::I32 | Scalar::Bool) && value.ty.lanes == 1;
        let lanes = if word { self.eval(&value.expr) } else { None };
        // What all invocations share is one unknown.
        let lanes = match lanes {
            None if word && !self.varying[id.0 as usize] => Some(self.unknown()),
            lanes => lanes,
        };
        if let (Expr::Slot(slot), Some(_)) = (&value.expr, &self.mask) {
            self.slots[slot.0 as usize].clone_from(&lanes);
        }
        self.values[id.0 as usize] = lanes;
    }

    fn eval(&self, expr: &Expr) -> Option<Lanes> {
        let n = self.n;
        let get = |v: &ValueId| self.values[v.0 as usize].as_ref();
        match expr {
            Expr::Const(value) => Some(Lanes::splat(value.as_u32(), n)),
            Expr::Builtin(Builtin::LocalIndex) => Some(Lanes::each(n, |lane| lane as u32)),
            Expr::Builtin(Builtin::LocalId(axis)) => {
                let [x, y, _] = self.kernel.workgroup.map(|n| n as usize);
                Some(Lanes::each(n, |lane| match axis {
                    0 => (lane % x) as u32,
                    1 => (lane / x % y) as u32,
                    _ => (lane / (x * y)) as u32,
                }))
            }
            Expr::Op(op, args) => {
                let operands: Option<Vec<&Lanes>> = args.iter().map(get).collect();
                let first = self.kernel[*args.first()?].ty;
                // The type of a select is that of what it selects.
                let from = if *op == crate::ir::Op::Select { Type::BOOL } else { first };
                lanes::op(*op, &operands?, from, Type::U32)
            }
            Expr::Extract(vector, lane) => match &self.kernel[*vector].expr {
                Expr::Compose(parts) => get(parts.get(*lane as usize)?).cloned(),
                _ => None,
            },
            Expr::Slot(slot) => self.slots[slot.0 as usize].clone(),
            _ => None,
        }
    }

    /// A use of an element, or of all elements that one of a view shows.
    fn touch(&mut self, access: AccessId, index: ValueId, stored: Option<&Stored>) {
        let Place::Shared(shared) = self.kernel[access].place else { return };
        let (Some(mask), Some(index)) = (self.mask.clone(), self.values[index.0 as usize].clone()) else { return };
        let Shared { view_of, elem, .. } = self.kernel[shared];
        let (shared, lanes) = view_of.map_or((shared, 1), |of| (of, u32::from(elem.lanes)));
        for lane in 0..lanes {
            let (span, mask) = (self.kernel[access].span, mask.clone());
            let index = index.element(lanes, lane);
            let elements = conflict::elements(&index, &mask);
            self.note(Use { access, shared, span, mask, index, elements, stored: stored.cloned() });
        }
    }

    fn note(&mut self, new: Use) {
        let access = new.access;
        if self.kernel[new.shared].atomic || self.uses.len() >= MAX_USES {
            return;
        }
        let pairs = self.uses.iter().chain(std::iter::once(&new));
        let found: Vec<_> = pairs.filter_map(|old| conflict(old, &new).map(|lanes| (old.clone(), lanes))).collect();
        for (old, lanes) in found {
            if self.reported.insert((old.access.min(access), old.access.max(access))) {
                self.findings.push(super::finding(self.kernel, &old, &new, lanes));
            }
        }
        self.uses.push(new);
    }

    /// A number for each invocation that tells apart where its value comes from.
    fn source(&self, value: ValueId, depth: usize) -> Option<Rc<[u32]>> {
        let apart = |lanes: &Lanes| lanes.own.iter().any(|v| *v != lanes.own[0]);
        if let Some(lanes) = &self.values[value.0 as usize] {
            return apart(lanes).then(|| lanes.own.clone());
        }
        match &self.kernel[value].expr {
            Expr::Load { index, .. } => {
                let lanes = self.values[index.0 as usize].as_ref()?;
                apart(lanes).then(|| lanes.own.clone())
            }
            Expr::Op(crate::ir::Op::Select, _) => None,
            Expr::Op(_, args) if depth > 0 => args.iter().find_map(|a| self.source(*a, depth - 1)),
            _ => None,
        }
    }

    fn branch(&mut self, cond: ValueId, then: &Block, otherwise: &Block) {
        let known = self.values[cond.0 as usize].clone().filter(|c| c.known().is_some());
        match (known, &self.mask) {
            (Some(cond), Some(_)) => self.split(&cond, then, otherwise),
            (None, Some(_)) if !self.varying[cond.0 as usize] => self.either(then, otherwise),
            _ => self.unclear(then, otherwise),
        }
    }

    /// Both ways, each with the invocations that take it.
    fn split(&mut self, cond: &Lanes, then: &Block, otherwise: &Block) {
        let Some(mask) = self.mask.clone() else { return };
        let part =
            |wanted: bool| -> Mask { Some((0..self.n).map(|l| mask[l] && (cond.own[l] != 0) == wanted).collect()) };
        let others = part(false);
        self.mask = part(true);
        self.block(then);
        let after = std::mem::replace(&mut self.mask, others);
        self.block(otherwise);
        self.mask = match (after, self.mask.take()) {
            (Some(a), Some(b)) => Some(a.iter().zip(&*b).map(|(a, b)| *a || *b).collect()),
            _ => None,
        };
    }

    /// All invocations take one of the ways, it is not known which. What is used on the way is forgotten after it:
    /// a later condition may exclude it.
    fn either(&mut self, then: &Block, otherwise: &Block) {
        let (mask, uses, slots, n_barriers) =
            (self.mask.clone(), self.uses.clone(), self.slots.clone(), self.n_barriers);
        self.block(then);
        let then_mask = std::mem::replace(&mut self.mask, mask);
        let then_slots = std::mem::replace(&mut self.slots, slots);
        self.uses.clone_from(&uses);
        self.block(otherwise);
        let gone = |mask: &Mask| mask.as_ref().is_some_and(|m| !m.contains(&true));
        match (gone(&then_mask), gone(&self.mask)) {
            (true, _) => {}
            (false, true) => (self.mask, self.slots) = (then_mask, then_slots),
            (false, false) => {
                self.slots = self
                    .slots
                    .iter()
                    .zip(then_slots)
                    .map(|(a, b)| a.clone().filter(|a| Some(a) == b.as_ref()))
                    .collect();
                self.mask =
                    then_mask.zip(self.mask.take()).map(|(a, b)| a.iter().zip(&*b).map(|(a, b)| *a && *b).collect());
            }
        }
        self.uses = if self.n_barriers == n_barriers { uses } else { vec![] };
    }

    /// Some invocations take one way, some the other, it is not known which.
    fn unclear(&mut self, then: &Block, otherwise: &Block) {
        let before = self.mask.take();
        self.block(then);
        self.block(otherwise);
        self.forget(then);
        self.forget(otherwise);
        let stays = !leaves(then) && !leaves(otherwise);
        self.mask = if stays { before } else { None };
    }

    pub(super) fn forget(&mut self, block: &Block) {
        let mut set = BTreeSet::new();
        assigned(block, &mut set);
        set.into_iter().for_each(|slot| self.slots[slot.0 as usize] = None);
    }
}

pub(super) fn leaves(block: &Block) -> bool {
    leaves_kernel(block)
        || block.iter().any(|stmt| match &stmt.kind {
            StmtKind::Break | StmtKind::Continue => true,
            StmtKind::If { then, otherwise, .. } => leaves(then) || leaves(otherwise),
            _ => false,
        })
}

pub(super) fn leaves_kernel(block: &Block) -> bool {
    block.iter().any(|stmt| match &stmt.kind {
        StmtKind::Return => true,
        StmtKind::If { then, otherwise, .. } => leaves_kernel(then) || leaves_kernel(otherwise),
        StmtKind::For { body, .. } | StmtKind::Loop { body } => leaves_kernel(body),
        _ => false,
    })
}
