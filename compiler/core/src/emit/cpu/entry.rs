//! What `run` starts with, and each workgroup: places, parameters, shared memory, frames.

use super::code::at;
use super::layout::{locals_of, var_type};
use super::split::each_stmt;
use super::walk::{ARENA, BLOCK, Emitter};
use crate::emit::EmitError;
use crate::ir::{Builtin, Expr, ParamId, ParamKind, Place, Scalar, SlotId, StmtKind, Type};
use wasm_encoder::{Instruction as I, ValType};

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
    pub(super) record: u32,
    /// Whether the flat index is asked for.
    pub(super) counts: bool,
    /// Whether a workgroup's index along an axis is asked for.
    asks_group: bool,
}

impl Emitter<'_> {
    pub(super) fn open_places(&mut self) {
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
    pub(super) fn open_params(&mut self) {
        let mut values = vec![false; self.kernel.params.len()];
        let mut buffers = vec![false; self.kernel.params.len()];
        each_stmt(&self.kernel.body, &mut |stmt| {
            if let StmtKind::Def(value) = stmt.kind
                && let Expr::Param(param) | Expr::Len(param) = self.kernel[value].expr
            {
                values[param.0 as usize] = true;
            }
        });
        for access in &self.kernel.accesses {
            if let Place::Buffer(param) = access.place {
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
        let (ty, _) = locals_of(Type::scalar(scalar));
        let local = self.code.named_local(ty, &name);
        self.load_scalar(scalar, offset);
        self.code.set(local);
        local
    }

    /// What a workgroup starts with.
    pub(super) fn begin_group(&mut self) -> Result<(), EmitError> {
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

    pub(super) fn zero(&mut self, (ty, n): (ValType, u32), local: u32) {
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
}
