//! Walks the nodes and statements of a kernel and writes `run`.
//!
//! Its parts in other files: `value` (what computes a value), `memory` (loads, stores, atomics, frames).

use super::code::{Code, Label, at};
use super::error::EmitError;
use super::helper::Helper;
use super::layout::{Layout, locals_of, var_type};
use super::live::{Liveness, Var, is_free};
use super::module::Helpers;
use super::split::{Leaf, Node, Split, each_stmt, operands};
use crate::ir::{Builtin, Expr, Kernel, ParamId, ParamKind, Scalar, SlotId, Stmt, StmtKind, ValueId};
use std::collections::HashMap;
use wasm_encoder::{Instruction as I, ValType};
use wgpuc_abi::{fault, launch};

/// The parameters of `run`.
pub(super) const BLOCK: u32 = 0;
const FIRST_GROUP: u32 = 1;
const N_GROUPS: u32 = 2;
pub(super) const ARENA: u32 = 3;

/// Loops of known length do not look whether to stop, as long as what they repeat runs no more often than this in
/// each invocation.
const MAX_UNWATCHED: u64 = 1 << 14;

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
    unwatched: u64,
}

/// Locals that say where an invocation is.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// The workgroup's flat index.
    pub(super) group: u32,
    /// The workgroup's index along each axis.
    pub(super) groups: [u32; 3],
    /// The grid's size along each axis.
    pub(super) grid: [u32; 3],
    /// The invocation's index along each axis.
    pub(super) local: [u32; 3],
    /// The invocation's flat index.
    pub(super) index: u32,
    /// The address of the invocation's frame.
    pub(super) frame: u32,
    /// The address of the fault record.
    record: u32,
    /// Whether the flat index is asked for.
    counts: bool,
    /// Whether a workgroup's index along an axis is asked for.
    asks_group: bool,
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

    fn open_places(&mut self) {
        let mut asks = Vec::new();
        let mut faults = false;
        each_stmt(&self.kernel.body, &mut |stmt| match stmt.kind {
            StmtKind::Def(value) => {
                if let Expr::Builtin(builtin) = self.kernel[value].expr {
                    asks.push(builtin);
                }
            }
            StmtKind::Fault { .. } => faults = true,
            _ => {}
        });
        let code = &mut self.code;
        let mut local = |name: &str| code.named_local(ValType::I32, name);
        let mut places = Places {
            group: local("group"),
            groups: ["group_x", "group_y", "group_z"].map(&mut local),
            grid: ["grid_x", "grid_y", "grid_z"].map(&mut local),
            local: ["local_x", "local_y", "local_z"].map(&mut local),
            index: local("local_index"),
            frame: local("frame"),
            record: local("record"),
            counts: faults || asks.contains(&Builtin::LocalIndex),
            asks_group: asks.iter().any(|b| matches!(b, Builtin::WorkgroupId(_))),
        };
        let [_, height, depth] = self.kernel.workgroup;
        if height == 1 && depth == 1 {
            (places.index, places.counts) = (places.local[0], false);
        }
        if self.kernel.grid_1d {
            (places.groups[0], places.asks_group) = (places.group, false);
        }
        self.places = places;
        self.code.put_all(&[I::LocalGet(BLOCK), I::I32Load(at(self.layout.fault, 4)), I::LocalSet(self.places.record)]);
        for axis in 0..3u32 {
            self.code.put_all(&[I::LocalGet(BLOCK), I::I32Load(at(axis * 4, 4))]);
            self.code.set(self.places.grid[axis as usize]);
        }
    }

    /// Loads the parameters that the kernel uses into locals.
    fn open_params(&mut self) {
        let mut values = vec![false; self.kernel.params.len()];
        let mut buffers = vec![false; self.kernel.params.len()];
        each_stmt(&self.kernel.body, &mut |stmt| {
            if let StmtKind::Def(value) = stmt.kind {
                if let Expr::Param(param) | Expr::Len(param) = self.kernel[value].expr {
                    values[param.0 as usize] = true;
                }
            }
        });
        for access in &self.kernel.accesses {
            if let crate::ir::Place::Buffer(param) = access.place {
                buffers[param.0 as usize] = true;
            }
        }
        for (i, param) in self.kernel.params.iter().enumerate() {
            if values[i] {
                self.param_locals[i] = Some(self.open_param(ParamId(i as u32), &param.name));
            }
            if buffers[i] {
                let local = self.code.named_local(ValType::I32, &param.name);
                self.code.put_all(&[I::LocalGet(BLOCK), I::I32Load(at(self.layout.buffers[i], 4)), I::LocalSet(local)]);
                self.buffer_locals[i] = Some(local);
            }
        }
    }

    fn open_param(&mut self, id: ParamId, name: &str) -> u32 {
        let offset = self.layout.words[id.0 as usize];
        self.code.get(BLOCK);
        let (scalar, name) = match &self.kernel[id].kind {
            ParamKind::Scalar(scalar) => (*scalar, name.to_owned()),
            ParamKind::Buffer(_) => (Scalar::U32, format!("{name}.len")),
        };
        let (ty, _) = locals_of(crate::ir::Type::scalar(scalar));
        let local = self.code.named_local(ty, &name);
        self.load_scalar(scalar, offset);
        self.code.set(local);
        local
    }

    /// What a workgroup starts with.
    fn begin_group(&mut self) -> Result<(), EmitError> {
        let p = &self.places;
        if p.asks_group {
            let [x, y, z] = p.groups;
            let [nx, ny, _] = p.grid;
            self.code.put_all(&[I::LocalGet(p.group), I::LocalGet(nx), I::I32RemU, I::LocalSet(x)]);
            self.code.put_all(&[I::LocalGet(p.group), I::LocalGet(nx), I::I32DivU, I::LocalTee(z)]);
            self.code.put_all(&[I::LocalGet(ny), I::I32RemU, I::LocalSet(y)]);
            self.code.put_all(&[I::LocalGet(z), I::LocalGet(ny), I::I32DivU, I::LocalSet(z)]);
        }
        for (shared, offset) in self.kernel.shared.iter().zip(&self.layout.shared) {
            if shared.zeroed {
                self.code.put_all(&[I::LocalGet(ARENA), I::I32Const(offset.cast_signed()), I::I32Add, I::I32Const(0)]);
                self.code.i32(shared.elem.bytes() * shared.len);
                self.code.put(I::MemoryFill(0));
            }
        }
        for (i, slot) in self.kernel.slots.iter().enumerate() {
            if self.split.uniform_slots[i] && slot.len.is_none() {
                let local = self.slot_local(SlotId(i as u32), 0);
                self.zero(locals_of(slot.ty), local);
            }
        }
        self.begin_frames()
    }

    /// Sets what the frames must hold before the first leaf.
    fn begin_frames(&mut self) -> Result<(), EmitError> {
        if self.live.zeroed.is_empty() && !self.live.tracks_alive {
            return Ok(());
        }
        self.invocations(true, |e| {
            for var in &e.live.zeroed {
                let (ty, n) = locals_of(var_type(e.kernel, *var));
                let local = e.var_local(*var);
                e.zero((ty, n), local);
                e.store_var(*var);
            }
            if e.live.tracks_alive {
                e.set_alive(true);
            }
            Ok(())
        })
    }

    fn zero(&mut self, (ty, n): (ValType, u32), local: u32) {
        for part in local..local + n {
            self.code.put(match ty {
                ValType::I64 => I::I64Const(0),
                ValType::F32 => I::F32Const(0.0.into()),
                ValType::V128 => I::V128Const(0),
                _ => I::I32Const(0),
            });
            self.code.set(part);
        }
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
    fn invocations(
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

    /// `for var in (start..end).step_by(step)`: `var` never wraps, as what is left is compared with the step.
    fn counted(
        &mut self,
        [var, start, end, step]: [ValueId; 4],
        continues: bool,
        body: impl FnOnce(&mut Self) -> Result<(), EmitError>,
    ) -> Result<(), EmitError> {
        let local = self.value_local(var);
        self.push(start)?;
        self.code.set(local);
        // Read once: what they come from may change, and outside of leaves they may lie in a frame.
        let bound = self.copy_of(end)?.get();
        let by = match self.copy_of(step)? {
            Copy::Const(step) => Copy::Const(step.max(1)),
            Copy::Local(by) => {
                self.code.put_all(&[I::LocalGet(by), I::I32Const(1), I::LocalGet(by), I::Select, I::LocalSet(by)]);
                Copy::Local(by)
            }
        };
        let below = if self.kernel[var].ty.scalar == Scalar::I32 { I::I32LtS } else { I::I32LtU };
        self.code.put_all(&[I::LocalGet(local), bound.clone(), below.clone()]);
        self.code.branch(Label::Break);
        self.code.repeat(if continues { Label::Plain } else { Label::Continue });
        if continues {
            self.code.block(Label::Continue);
        }
        let unwatched = self.unwatched;
        match self.max_rounds(start, end) {
            Some(rounds) if unwatched * rounds <= MAX_UNWATCHED => self.unwatched *= rounds,
            _ => {
                self.stop_if_asked();
                self.unwatched = 1;
            }
        }
        body(self)?;
        self.unwatched = unwatched;
        if continues {
            self.code.end();
        }
        if by == Copy::Const(1) {
            self.code.bump(local, 1);
            self.code.put_all(&[I::LocalGet(local), bound, below, I::BrIf(0)]);
        } else {
            self.code.put_all(&[bound, I::LocalGet(local), I::I32Sub, by.get(), I::I32GtU]);
            self.code.branch(Label::Plain);
            self.code.put_all(&[I::LocalGet(local), by.get(), I::I32Add, I::LocalSet(local), I::Br(1)]);
            self.code.end();
        }
        self.code.end();
        self.code.end();
        Ok(())
    }

    fn endless(&mut self, body: impl FnOnce(&mut Self) -> Result<(), EmitError>) -> Result<(), EmitError> {
        self.code.block(Label::Break);
        self.code.repeat(Label::Continue);
        self.stop_if_asked();
        let unwatched = std::mem::replace(&mut self.unwatched, 1);
        body(self)?;
        self.unwatched = unwatched;
        self.code.jump(Label::Continue);
        self.code.end();
        self.code.end();
        Ok(())
    }

    /// Ends `run` if the host asks for it. The load is atomic so that it is not moved out of a loop.
    fn stop_if_asked(&mut self) {
        self.code.put_all(&[I::LocalGet(self.places.record), I::I32AtomicLoad(at(fault::STOP * 4, 4))]);
        self.code.jump_if(Label::Run);
    }

    /// How often a loop runs at most, if its bounds are known; at least 1.
    fn max_rounds(&self, start: ValueId, end: ValueId) -> Option<u64> {
        let (Expr::Const(start), Expr::Const(end)) = (&self.kernel[start].expr, &self.kernel[end].expr) else {
            return None;
        };
        Some(u64::from(end.as_u32().wrapping_sub(start.as_u32())).max(1))
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
                if self.uses[value.0 as usize] == 1 {
                    if let Some(inner) = depths.get(&value).filter(|d| **d < MAX_DEPTH) {
                        self.inlined[value.0 as usize] = true;
                        depth = depth.max(inner + 1);
                    }
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

    /// The local of a plain slot, or of an element of an array slot in locals.
    pub(super) fn slot_local(&mut self, slot: SlotId, element: u32) -> u32 {
        if let Some(local) = self.slot_locals.get(&(slot, element)) {
            return *local;
        }
        let (ty, n) = locals_of(self.kernel[slot].ty);
        let name = match self.kernel[slot].len {
            Some(_) => format!("{}[{element}]", self.kernel[slot].name),
            None => self.kernel[slot].name.clone(),
        };
        let local = self.code.named_local(ty, &name);
        for _ in 1..n {
            self.code.local(ty);
        }
        self.slot_locals.insert((slot, element), local);
        local
    }

    /// The first local of a value that needs one.
    pub(super) fn value_local(&mut self, value: ValueId) -> u32 {
        if let Some(local) = self.value_locals[value.0 as usize] {
            return local;
        }
        let (ty, n) = locals_of(self.kernel[value].ty);
        let local = self.code.named_local(ty, &format!("v{}", value.0));
        for _ in 1..n {
            self.code.local(ty);
        }
        self.value_locals[value.0 as usize] = Some(local);
        local
    }

    /// The first local of a variable; for `Alive` there is none.
    pub(super) fn var_local(&mut self, var: Var) -> u32 {
        match var {
            Var::Alive => self.places.frame,
            Var::Value(value) => self.value_local(value),
            Var::Slot(slot, element) => self.slot_local(slot, element),
        }
    }

    fn set_slot(&mut self, slot: SlotId, value: ValueId) -> Result<(), EmitError> {
        let local = self.slot_local(slot, 0);
        self.assign(local, value)
    }

    /// Copies a value to the locals from `local` on.
    pub(super) fn assign(&mut self, local: u32, value: ValueId) -> Result<(), EmitError> {
        let (_, n) = locals_of(self.kernel[value].ty);
        if n == 1 {
            self.push(value)?;
            self.code.set(local);
        } else {
            for lane in 0..n as u8 {
                self.push_lane(value, lane)?;
                self.code.set(local + u32::from(lane));
            }
        }
        Ok(())
    }

    /// An i32 value as it is now.
    fn copy_of(&mut self, value: ValueId) -> Result<Copy, EmitError> {
        if let Expr::Const(constant) = self.kernel[value].expr {
            return Ok(Copy::Const(constant.as_u32()));
        }
        let local = self.code.local(ValType::I32);
        self.push(value)?;
        self.code.set(local);
        Ok(Copy::Local(local))
    }
}

/// An i32 value that can be read again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Copy {
    Const(u32),
    Local(u32),
}

impl Copy {
    fn get(self) -> I<'static> {
        match self {
            Self::Const(value) => I::I32Const(value.cast_signed()),
            Self::Local(local) => I::LocalGet(local),
        }
    }
}
