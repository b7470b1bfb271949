//! Loops of the kernel, and how they stop when the host asks for it.

use super::code::{Label, at};
use super::walk::Emitter;
use crate::emit::EmitError;
use crate::ir::{Expr, Scalar, ValueId};
use wasm_encoder::{Instruction as I, ValType};
use wgpuc_abi::fault;

/// Loops of known length do not look whether to stop, as long as what they repeat runs no more often than this in
/// each invocation.
const MAX_UNWATCHED: u64 = 1 << 14;

impl Emitter<'_> {
    /// `for var in (start..end).step_by(step)`: `var` never wraps, as what is left is compared with the step.
    pub(super) fn counted(
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

    pub(super) fn endless(&mut self, body: impl FnOnce(&mut Self) -> Result<(), EmitError>) -> Result<(), EmitError> {
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
    pub(super) fn stop_if_asked(&mut self) {
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
