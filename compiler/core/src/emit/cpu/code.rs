//! A WebAssembly function being written: its bytes, locals and open labels.
//!
//! Knows nothing of the IR.

use wasm_encoder::{BlockType, Encode, Function, Instruction, MemArg, NameMap, ValType};

/// A function's body under construction.
#[derive(Debug)]
pub(super) struct Code {
    bytes: Vec<u8>,
    n_params: u32,
    locals: Vec<ValType>,
    names: Vec<(u32, String)>,
    labels: Vec<Label>,
}

/// What an open block is for: branches name it, and not its depth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    /// Never the target of a branch by name.
    Plain,
    /// Leaving it leaves a loop of the kernel.
    Break,
    /// Leaving or repeating it goes on with a loop's next round.
    Continue,
    /// Leaving it ends the invocation's part in a leaf.
    Invocation,
    /// Leaving it ends the workgroup.
    Group,
    /// Leaving it ends `run`.
    Run,
}

impl Code {
    /// An empty function that takes parameters of these names.
    pub(super) fn new(params: &[&str]) -> Self {
        let names = (0..).zip(params).map(|(i, name)| (i, (*name).to_owned())).collect();
        Self { bytes: vec![], n_params: params.len() as u32, locals: vec![], names, labels: vec![] }
    }

    /// Appends an instruction that opens and closes no block.
    pub(super) fn put(&mut self, instruction: Instruction<'_>) {
        instruction.encode(&mut self.bytes);
    }

    /// Appends several.
    pub(super) fn put_all(&mut self, instructions: &[Instruction<'_>]) {
        for instruction in instructions {
            instruction.encode(&mut self.bytes);
        }
    }

    /// A new local.
    pub(super) fn local(&mut self, ty: ValType) -> u32 {
        self.locals.push(ty);
        self.n_params + self.locals.len() as u32 - 1
    }

    /// A new local with a name for readers.
    pub(super) fn named_local(&mut self, ty: ValType, name: &str) -> u32 {
        let local = self.local(ty);
        self.names.push((local, name.to_owned()));
        local
    }

    pub(super) fn get(&mut self, local: u32) {
        self.put(Instruction::LocalGet(local));
    }

    pub(super) fn set(&mut self, local: u32) {
        self.put(Instruction::LocalSet(local));
    }

    pub(super) fn i32(&mut self, value: u32) {
        self.put(Instruction::I32Const(value.cast_signed()));
    }

    /// Adds a constant to an i32 local.
    pub(super) fn bump(&mut self, local: u32, by: u32) {
        self.get(local);
        self.i32(by);
        self.put(Instruction::I32Add);
        self.set(local);
    }

    pub(super) fn block(&mut self, label: Label) {
        self.open(Instruction::Block(BlockType::Empty), label);
    }

    pub(super) fn repeat(&mut self, label: Label) {
        self.open(Instruction::Loop(BlockType::Empty), label);
    }

    /// Takes the condition from the stack.
    pub(super) fn branch(&mut self, label: Label) {
        self.open(Instruction::If(BlockType::Empty), label);
    }

    pub(super) fn otherwise(&mut self) {
        self.put(Instruction::Else);
    }

    pub(super) fn end(&mut self) {
        self.put(Instruction::End);
        self.labels.pop();
    }

    /// Branches to the innermost block with that label. Without one, which a verified kernel never asks for, traps.
    pub(super) fn jump(&mut self, label: Label) {
        match self.depth(label) {
            Some(depth) => self.put(Instruction::Br(depth)),
            None => self.put(Instruction::Unreachable),
        }
    }

    /// Takes a condition from the stack, and branches where it holds.
    pub(super) fn jump_if(&mut self, label: Label) {
        match self.depth(label) {
            Some(depth) => self.put(Instruction::BrIf(depth)),
            None => self.put_all(&[Instruction::Drop, Instruction::Unreachable]),
        }
    }

    fn depth(&self, label: Label) -> Option<u32> {
        self.labels.iter().rev().position(|l| *l == label).map(|depth| depth as u32)
    }

    /// The whole function, and the names of its locals.
    pub(super) fn finish(mut self) -> (Function, NameMap) {
        self.put(Instruction::End);
        let mut function = Function::new_with_locals_types(self.locals.iter().copied());
        function.raw(self.bytes);
        let mut names = NameMap::new();
        for (local, name) in &self.names {
            names.append(*local, name);
        }
        (function, names)
    }

    fn open(&mut self, instruction: Instruction<'_>, label: Label) {
        self.put(instruction);
        self.labels.push(label);
    }
}

/// A place in the module's one memory, `offset` bytes past the address on the stack. `align_bytes` is a power of two.
pub(super) fn at(offset: u32, align_bytes: u32) -> MemArg {
    MemArg { offset: u64::from(offset), align: align_bytes.trailing_zeros(), memory_index: 0 }
}
