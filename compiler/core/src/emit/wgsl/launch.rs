//! The launch block: `abi::launch`'s words as a uniform struct with a named member each.
//!
//! What a launch passes is read once, at the start of the entry point, and a folded grid is unfolded there.

use super::function::{Ex, Function, plain};
use super::interface::{Writer, global};
use crate::emit::EmitError;
use crate::ir::{Builtin, Expr, Kernel, Param, ParamId, ParamKind, Scalar, Type, ValueId};
use naga::{AddressSpace, BinaryOperator, BuiltIn, Expression, MathFunction, Statement, TypeInner};
use std::collections::HashMap;
use wgpuc_abi::launch::{self, Word};
use wgpuc_abi::{KernelParam, KernelParamType};

/// The block as the module declares it, and what has been read of it.
pub(super) struct Launch {
    place: Ex,
    words: Vec<Word>,
    read: HashMap<usize, Ex>,
}

impl Launch {
    /// Declares the block as binding 0.
    pub(super) fn declare(kernel: &Kernel, function: &mut Function) -> Self {
        let words = words(kernel);
        let mut members = vec![];
        for (offset, word) in (0..).step_by(4).zip(&words) {
            let (name, scalar) = member(kernel, *word);
            let ty = function.ty(Type::scalar(scalar));
            members.push(naga::StructMember { name: Some(name), ty, binding: None, offset });
        }
        let ty = function.add_type(Some("Launch"), TypeInner::Struct { members, span: 4 * words.len() as u32 });
        let place = function.global(global("launch", AddressSpace::Uniform, Some(0), ty));
        Self { place, words, read: HashMap::new() }
    }
}

fn words(kernel: &Kernel) -> Vec<Word> {
    let param = |p: &Param| {
        let ty = match &p.kind {
            ParamKind::Scalar(scalar) => KernelParamType::Scalar(*scalar),
            ParamKind::Buffer(buffer) => {
                KernelParamType::Buffer { elem_bytes: buffer.elem.bytes(), rounds_up: false, writable: buffer.mutable }
            }
        };
        KernelParam { name: p.name.clone(), ty }
    };
    launch::words(&kernel.params.iter().map(param).collect::<Vec<_>>())
}

fn member(kernel: &Kernel, word: Word) -> (String, Scalar) {
    let param = |index: u32| kernel.params.get(index as usize);
    let name = |index: u32| param(index).map_or("param".to_owned(), |p| plain(&p.name));
    match word {
        Word::Groups(axis) => (format!("groups_{}", ["x", "y", "z"][axis as usize % 3]), Scalar::U32),
        Word::LaunchId => ("launch_id".to_owned(), Scalar::U32),
        Word::Len { param } => (format!("{}_len", name(param)), Scalar::U32),
        Word::Scalar { param: index, part } => match param(index).map(|p| &p.kind) {
            Some(ParamKind::Scalar(scalar @ (Scalar::F32 | Scalar::I32))) => (name(index), *scalar),
            Some(ParamKind::Scalar(Scalar::I64 | Scalar::U64)) => {
                (format!("{}_{}", name(index), if part == 0 { "low" } else { "high" }), Scalar::U32)
            }
            _ => (name(index), Scalar::U32),
        },
    }
}

impl Writer<'_> {
    /// Writes what stands before the kernel's own code.
    pub(super) fn start(&mut self) -> Result<(), EmitError> {
        if self.kernel.grid_1d {
            self.unfold()?;
        }
        for index in 0..self.kernel.values.len() {
            let id = ValueId(index as u32);
            if !self.uses.used(id) {
                continue;
            }
            let value = match &self.kernel[id].expr {
                Expr::Param(param) => self.read_param(*param)?,
                Expr::Len(param) => self.word(Word::Len { param: param.0 })?,
                Expr::Builtin(Builtin::NumWorkgroups(axis)) => self.word(Word::Groups(u32::from(*axis)))?,
                Expr::Const(constant) => {
                    self.prepare_non_finite(*constant);
                    continue;
                }
                _ => continue,
            };
            self.values[index] = Some(value);
        }
        self.prepare_zero()
    }

    /// A long grid of one axis is dispatched as x and y; the workgroups past its end leave.
    fn unfold(&mut self) -> Result<(), EmitError> {
        let vec3 = Type::vector(Scalar::U32, 3);
        let id = self.function.builtin(BuiltIn::WorkGroupId, "workgroup_id", vec3);
        let dispatched = self.function.builtin(BuiltIn::NumWorkGroups, "num_workgroups", vec3);
        let (x, y, row) = (self.function.lane(id, 0), self.function.lane(id, 1), self.function.lane(dispatched, 0));
        let before = self.function.binary(BinaryOperator::Multiply, y, row);
        let group = self.function.binary(BinaryOperator::Add, before, x);
        self.function.name(group, "group");
        let groups = self.word(Word::Groups(0))?;
        let past = self.function.binary(BinaryOperator::GreaterEqual, group, groups);
        self.function.leave_if(past, Statement::Return { value: None });
        self.group = Some(group);
        Ok(())
    }

    /// A word of the block. Only for the start: what it gives is read once and used everywhere.
    pub(super) fn word(&mut self, word: Word) -> Result<Ex, EmitError> {
        let index = self.word_index(word)?;
        if let Some(known) = self.launch.read.get(&index) {
            return Ok(*known);
        }
        let value = self.word_here(word)?;
        self.function.name(value, &member(self.kernel, word).0);
        self.launch.read.insert(index, value);
        Ok(value)
    }

    /// A word of the block, read in the open block.
    pub(super) fn word_here(&mut self, word: Word) -> Result<Ex, EmitError> {
        let index = self.word_index(word)? as u32;
        let pointer = self.function.compute(Expression::AccessIndex { base: self.launch.place, index });
        Ok(self.function.load(pointer))
    }

    fn word_index(&self, word: Word) -> Result<usize, EmitError> {
        let index = self.launch.words.iter().position(|w| *w == word);
        index.ok_or_else(|| self.internal(format!("the launch block has no {word:?}")))
    }

    fn read_param(&mut self, id: ParamId) -> Result<Ex, EmitError> {
        if let Some(known) = self.params.get(&id) {
            return Ok(*known);
        }
        let kernel = self.kernel;
        let Some(ParamKind::Scalar(scalar)) = kernel.params.get(id.0 as usize).map(|p| &p.kind) else {
            return Err(self.internal(format!("parameter {} is not a scalar", id.0)));
        };
        let low = self.word(Word::Scalar { param: id.0, part: 0 })?;
        let value = match scalar {
            Scalar::Bool => {
                let zero = self.function.u32(0);
                self.function.binary(BinaryOperator::NotEqual, low, zero)
            }
            Scalar::I64 | Scalar::U64 => {
                let high = self.word(Word::Scalar { param: id.0, part: 1 })?;
                self.join_words(*scalar, low, high)
            }
            Scalar::F16 => {
                let both = self.function.math(MathFunction::Unpack2x16float, &[low]);
                self.function.name(both, "halves");
                let first = self.function.lane(both, 0);
                self.function.convert(first, Scalar::F16)
            }
            _ => low,
        };
        self.function.name(value, &kernel[id].name);
        self.params.insert(id, value);
        Ok(value)
    }

    /// The flat number of the workgroup, and of the invocation in it.
    pub(super) fn position(&mut self) -> Result<(Ex, Ex), EmitError> {
        let invocation = self.function.builtin(BuiltIn::LocalInvocationIndex, "local_index", Type::U32);
        if let Some(group) = self.group {
            return Ok((group, invocation));
        }
        let id = self.function.builtin(BuiltIn::WorkGroupId, "workgroup_id", Type::vector(Scalar::U32, 3));
        let (x, y) = (self.word_here(Word::Groups(0))?, self.word_here(Word::Groups(1))?);
        let lane = [0, 1, 2].map(|axis| self.function.lane(id, axis));
        let planes = self.function.binary(BinaryOperator::Multiply, lane[2], y);
        let rows = self.function.binary(BinaryOperator::Add, planes, lane[1]);
        let rows = self.function.binary(BinaryOperator::Multiply, rows, x);
        let group = self.function.binary(BinaryOperator::Add, rows, lane[0]);
        Ok((group, invocation))
    }
}
