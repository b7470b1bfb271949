//! Walks the nodes and statements of a kernel and writes `run`.
//!
//! Each other file adds a part to [`Emitter`], named after it.

use super::code::{Code, Label, at};
use super::entry::Places;
use super::helper::Helper;
use super::layout::{Layout, locals_of, var_type};
use super::live::{Liveness, is_free};
use super::module::Helpers;
use super::split::{Leaf, Node, Split, each_stmt, operands};
use crate::emit::EmitError;
use crate::ir::{Kernel, SlotId, Stmt, StmtKind, ValueId};
use std::collections::HashMap;
use wasm_encoder::{Instruction as I, ValType};
use wgpuc_abi::launch;

/// The parameters of `run`.
pub(super) const BLOCK: u32 = 0;
const FIRST_GROUP: u32 = 1;
const N_GROUPS: u32 = 2;
pub(super) const ARENA: u32 = 3;

/// Writes one kernel.
pub(super) struct Emitter<'a> {
    pub(super) kernel: &'a Kernel,
    pub(super) split: &'a Split<'a>,
    pub(super) live: &'a Liveness,
    pub(super) layout: &'a Layout,
    pub(super) code: Code,
    pub(super) helpers: Helpers,
    /// By value: how often it is used.
    pub(super) uses: Vec<u32>,
    /// By value: its first local.
    pub(super) value_locals: Vec<Option<u32>>,
    /// By value: computed where it is used, its only use.
    pub(super) inlined: Vec<bool>,
    pub(super) slot_locals: HashMap<(SlotId, u32), u32>,
    /// By parameter: a scalar's value, or a buffer's length.
    pub(super) param_locals: Vec<Option<u32>>,
    /// By parameter: a buffer's address.
    pub(super) buffer_locals: Vec<Option<u32>>,
    pub(super) places: Places,
    /// Inside a leaf's loop over invocations.
    pub(super) in_leaf: bool,
    /// How often code at this point may run before it looks whether to stop.
    pub(super) unwatched: u64,
}

impl<'a> Emitter<'a> {
    pub(super) fn new(kernel: &'a Kernel, split: &'a Split<'a>, live: &'a Liveness, layout: &'a Layout) -> Self {
        let mut uses = vec![0; kernel.values.len()];
        each_stmt(&kernel.body, &mut |stmt| {
            for value in operands(kernel, stmt) {
                uses[value.0 as usize] += 1;
            }
        });
        Self {
            kernel,
            split,
            live,
            layout,
            code: Code::new(&["block", "first_group", "n_groups", "arena"]),
            helpers: Helpers::default(),
            uses,
            value_locals: vec![None; kernel.values.len()],
            inlined: vec![false; kernel.values.len()],
            slot_locals: HashMap::new(),
            param_locals: vec![None; kernel.params.len()],
            buffer_locals: vec![None; kernel.params.len()],
            places: Places::default(),
            in_leaf: false,
            unwatched: 1,
        }
    }

    /// The code, and the helpers that it calls.
    pub(super) fn finish(self) -> (Code, Vec<Helper>) {
        (self.code, self.helpers.into_list())
    }

    /// Writes `run`.
    pub(super) fn kernel(&mut self) -> Result<(), EmitError> {
        self.open_places();
        self.open_params();
        self.code.get(FIRST_GROUP);
        self.code.set(self.places.group);
        let end = self.code.named_local(ValType::I32, "end_group");
        self.code.put_all(&[I::LocalGet(FIRST_GROUP), I::LocalGet(N_GROUPS), I::I32Add, I::LocalTee(end)]);
        self.code.put_all(&[I::LocalGet(FIRST_GROUP), I::I32GtU]);
        self.code.branch(Label::Run);
        self.code.repeat(Label::Plain);
        self.code.block(Label::Group);
        self.stop_if_asked();
        self.begin_group()?;
        let split = self.split;
        self.nodes(&split.nodes)?;
        self.code.end();
        self.code.bump(self.places.group, 1);
        self.code.put_all(&[I::LocalGet(self.places.group), I::LocalGet(end), I::I32LtU, I::BrIf(0)]);
        self.code.end();
        self.code.end();
        Ok(())
    }

    fn nodes(&mut self, nodes: &[Node<'_>]) -> Result<(), EmitError> {
        for node in nodes {
            match node {
                Node::Uniform(stmt) => self.stmt(stmt)?,
                Node::Leaf(leaf) => self.leaf(leaf)?,
                Node::If { cond, then, otherwise } => {
                    self.push(*cond)?;
                    self.code.branch(Label::Plain);
                    self.nodes(then)?;
                    if !otherwise.is_empty() {
                        self.code.otherwise();
                        self.nodes(otherwise)?;
                    }
                    self.code.end();
                }
                Node::For { var, start, end, step, body } => {
                    self.counted([*var, *start, *end, *step], true, |e| e.nodes(body))?;
                }
                Node::Loop { body } => self.endless(|e| e.nodes(body))?,
                Node::Break => self.code.jump(Label::Break),
                Node::Continue => self.code.jump(Label::Continue),
                Node::Return => self.code.jump(Label::Group),
            }
        }
        Ok(())
    }

    /// Runs a leaf for each invocation.
    fn leaf(&mut self, leaf: &Leaf<'_>) -> Result<(), EmitError> {
        self.plan_inlining(&leaf.stmts);
        let crossing = &self.live.leaves[leaf.id];
        let framed = !crossing.loads.is_empty()
            || !crossing.stores.is_empty()
            || self.live.tracks_alive
            || !self.layout.frame_arrays.is_empty();
        self.invocations(framed, |e| {
            if e.live.tracks_alive {
                e.skip_unless_alive();
            }
            for var in &crossing.zeroed {
                let local = e.var_local(*var);
                e.zero(locals_of(var_type(e.kernel, *var)), local);
            }
            for var in &crossing.loads {
                e.load_var(*var);
            }
            for value in &crossing.recomputed {
                e.inlined[value.0 as usize] = false;
                e.define(*value)?;
            }
            for stmt in &leaf.stmts {
                e.stmt(stmt)?;
            }
            for var in &crossing.stores {
                e.store_var(*var);
            }
            Ok(())
        })
    }

    /// Loops over the invocations of the workgroup; `framed` if the body uses the frame.
    pub(super) fn invocations(
        &mut self,
        framed: bool,
        body: impl FnOnce(&mut Self) -> Result<(), EmitError>,
    ) -> Result<(), EmitError> {
        self.in_leaf = true;
        let (workgroup, local) = (self.kernel.workgroup, self.places.local);
        let (index, frame, counts) = (self.places.index, self.places.frame, self.places.counts);
        if counts {
            self.code.put_all(&[I::I32Const(0), I::LocalSet(index)]);
        }
        if framed {
            self.code.get(ARENA);
            self.code.i32(self.layout.frames);
            self.code.put_all(&[I::I32Add, I::LocalSet(frame)]);
        }
        for axis in [2, 1, 0] {
            self.code.put_all(&[I::I32Const(0), I::LocalSet(local[axis])]);
            if workgroup[axis] > 1 {
                self.code.repeat(Label::Plain);
            }
        }
        self.code.block(Label::Invocation);
        body(self)?;
        self.code.end();
        if counts {
            self.code.bump(index, 1);
        }
        if framed {
            self.code.bump(frame, self.layout.frame_bytes);
        }
        for axis in [0, 1, 2] {
            if workgroup[axis] > 1 {
                self.code.bump(local[axis], 1);
                self.code.get(local[axis]);
                self.code.i32(workgroup[axis]);
                self.code.put_all(&[I::I32Ne, I::BrIf(0)]);
                self.code.end();
            }
        }
        self.in_leaf = false;
        Ok(())
    }

    fn block(&mut self, block: &[Stmt]) -> Result<(), EmitError> {
        self.plan_inlining(&block.iter().collect::<Vec<_>>());
        for stmt in block {
            self.stmt(stmt)?;
        }
        Ok(())
    }

    fn stmt(&mut self, stmt: &Stmt) -> Result<(), EmitError> {
        match &stmt.kind {
            StmtKind::Def(value) => self.define(*value)?,
            StmtKind::SetSlot(slot, value) => self.set_slot(*slot, *value)?,
            StmtKind::Store { index, value, access } => self.store(*index, *value, *access)?,
            StmtKind::If { cond, then, otherwise } => {
                self.push(*cond)?;
                self.code.branch(Label::Plain);
                self.block(then)?;
                if !otherwise.is_empty() {
                    self.code.otherwise();
                    self.block(otherwise)?;
                }
                self.code.end();
            }
            StmtKind::For { var, start, end, step, body, .. } => {
                let continues = super::split::has_continue(body);
                self.counted([*var, *start, *end, *step], continues, |e| e.block(body))?;
            }
            StmtKind::Loop { body } => self.endless(|e| e.block(body))?,
            StmtKind::Break => self.code.jump(Label::Break),
            StmtKind::Continue => self.code.jump(Label::Continue),
            StmtKind::Return => {
                if self.live.tracks_alive {
                    self.set_alive(false);
                }
                self.code.jump(Label::Invocation);
            }
            StmtKind::Barrier(_) => {}
            StmtKind::Fault { site, value, bound } => self.fault(site.0, *value, *bound)?,
            StmtKind::CopyAsync { .. } | StmtKind::CopyCommit | StmtKind::CopyWait(_) => {
                return Err(EmitError::internal(self.kernel, "an asynchronous copy that was not lowered"));
            }
        }
        Ok(())
    }

    fn fault(&mut self, site: u32, value: ValueId, bound: ValueId) -> Result<(), EmitError> {
        let report = self.helpers.index(Helper::Fault);
        self.code.get(self.places.record);
        self.code.put_all(&[I::LocalGet(BLOCK), I::I32Load(at((launch::HEADER_WORDS - 1) * 4, 4))]);
        self.code.i32(site);
        self.push(value)?;
        self.push(bound)?;
        self.code.get(self.places.group);
        if self.in_leaf {
            self.code.get(self.places.index);
        } else {
            self.code.i32(0);
        }
        self.code.put(I::Call(report));
        Ok(())
    }

    /// Decides which values of a block are computed where they are used: the pure ones whose only use is in the
    /// same block.
    fn plan_inlining(&mut self, block: &[&Stmt]) {
        const MAX_DEPTH: u32 = 32;
        let mut depths: HashMap<ValueId, u32> = HashMap::new();
        for stmt in block {
            let used = operands(self.kernel, stmt);
            let mut depth = 1;
            for value in used {
                if let (1, Some(inner)) = (self.uses[value.0 as usize], depths.get(&value))
                    && *inner < MAX_DEPTH
                {
                    self.inlined[value.0 as usize] = true;
                    depth = depth.max(inner + 1);
                }
            }
            if let StmtKind::Def(value) = stmt.kind {
                let v = &self.kernel[value];
                if super::live::is_pure(&v.expr) && !is_free(&v.expr) && locals_of(v.ty).1 == 1 {
                    depths.insert(value, depth);
                }
            }
        }
    }
}
