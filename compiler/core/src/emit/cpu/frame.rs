//! The invocations' frames: what they keep from one leaf to another.

use super::code::{Label, at};
use super::layout::{local_bytes, locals_of, var_type};
use super::live::Var;
use super::walk::Emitter;
use crate::ir::ValueId;
use wasm_encoder::{Instruction as I, ValType};

impl Emitter<'_> {
    /// Takes a variable from the frame.
    pub(super) fn load_var(&mut self, var: Var) {
        let Some(offset) = self.layout.vars.get(&var).copied() else { return };
        let (ty, n) = locals_of(var_type(self.kernel, var));
        let local = self.var_local(var);
        for part in 0..n {
            self.code.put_all(&[I::LocalGet(self.places.frame), load_local(ty, offset + part * local_bytes(ty))]);
            self.code.set(local + part);
        }
    }

    /// Leaves a variable in the frame.
    pub(super) fn store_var(&mut self, var: Var) {
        let Some(offset) = self.layout.vars.get(&var).copied() else { return };
        let (ty, n) = locals_of(var_type(self.kernel, var));
        let local = self.var_local(var);
        for part in 0..n {
            self.code.put_all(&[I::LocalGet(self.places.frame), I::LocalGet(local + part)]);
            let memarg = at(offset + part * local_bytes(ty), local_bytes(ty));
            self.code.put(match ty {
                ValType::I64 => I::I64Store(memarg),
                ValType::F32 => I::F32Store(memarg),
                ValType::V128 => I::V128Store(memarg),
                _ => I::I32Store(memarg),
            });
        }
    }

    /// Takes the arena's address from the stack and pushes what the first invocation's frame holds of a value.
    pub(super) fn load_first(&mut self, ty: ValType, value: ValueId) {
        let offset = self.layout.vars.get(&Var::Value(value)).copied().unwrap_or(0);
        self.code.put(load_local(ty, self.layout.frames + offset));
    }

    pub(super) fn set_alive(&mut self, alive: bool) {
        if let Some(offset) = self.layout.vars.get(&Var::Alive) {
            let store = I::I32Store(at(*offset, 4));
            self.code.put_all(&[I::LocalGet(self.places.frame), I::I32Const(i32::from(alive)), store]);
        }
    }

    /// Leaves the invocation if it has returned before.
    pub(super) fn skip_unless_alive(&mut self) {
        if let Some(offset) = self.layout.vars.get(&Var::Alive) {
            self.code.put_all(&[I::LocalGet(self.places.frame), I::I32Load(at(*offset, 4)), I::I32Eqz]);
            self.code.branch(Label::Plain);
            self.code.jump(Label::Invocation);
            self.code.end();
        }
    }
}

fn load_local(ty: ValType, offset: u32) -> I<'static> {
    let memarg = at(offset, local_bytes(ty));
    match ty {
        ValType::I64 => I::I64Load(memarg),
        ValType::F32 => I::F32Load(memarg),
        ValType::V128 => I::V128Load(memarg),
        _ => I::I32Load(memarg),
    }
}
