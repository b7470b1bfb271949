//! What the forms of an instance are compiled to: the code of each target that a form is for.

use super::forms::Asked;
use super::instance::Form;
use super::machine::{self, Assembler, Usage};
use crate::diag::codes::flow as codes;
use crate::diag::{Diagnostic, Diagnostics};
use crate::emit::{self, EmitError, EmitErrorKind};
use crate::ir;
use crate::passes;
use crate::source::Sources;
use std::borrow::Cow;
use wgpuc_abi::{CudaCode, Target};

/// Emitted code.
#[derive(Clone, Debug)]
pub struct Code {
    /// What kind of code it is.
    pub target: Target,
    /// The entry point.
    pub entry: String,
    /// The file's content.
    pub bytes: Vec<u8>,
    /// Working memory of a CPU module.
    pub arena_bytes: u32,
    /// What CUDA code needs.
    pub cuda: Option<CudaCode>,
    /// What machine code takes of the device.
    pub usage: Option<Usage>,
}

impl Code {
    fn new(target: Target, entry: String, bytes: Vec<u8>) -> Self {
        Self { target, entry, bytes, arena_bytes: 0, cuda: None, usage: None }
    }

    /// Where it lies in the bundle, if it is of this form.
    pub(super) fn path(&self, form: &Form) -> String {
        let stem = form.file_stem();
        match (self.target, self.cuda) {
            (Target::Cpu, _) => format!("cpu/{stem}.wasm"),
            (Target::Wgsl, _) => format!("wgsl/{stem}.wgsl"),
            (Target::Cubin, Some(cuda)) => format!("cubin/sm_{}/{stem}.cubin", cuda.sm),
            (Target::Cubin, None) => format!("cubin/{stem}.cubin"),
            (Target::Ptx, _) => format!("ptx/{stem}.ptx"),
        }
    }
}

/// What to compile to, with nothing left open.
#[derive(Clone, Copy, Debug)]
pub(super) struct Goal<'a> {
    pub(super) targets: &'a [Target],
    /// What machine code is for.
    pub(super) architectures: &'a [u32],
    pub(super) assembler: Option<&'a Assembler>,
    /// See `Options::proofs`.
    pub(super) proofs: bool,
    pub(super) sources: &'a Sources,
}

/// Compiles the forms of one instance.
pub(super) fn compile(forms: &mut [Form], asked: &Asked, goal: &Goal<'_>) -> Result<(), Diagnostics> {
    let faults = forms.iter().any(|form| emit::faults(&form.lowered));
    let setting = emit::ptx::Setting { faults, sources: Some(goal.sources) };
    // Machine code is made of PTX.
    let [wants_ptx, wants_cubin] = [Target::Ptx, Target::Cubin].map(|target| goal.targets.contains(&target));
    let only_between = (wants_cubin && !wants_ptx).then_some(Target::Ptx);
    let emitted_targets = goal.targets.iter().filter(|target| **target != Target::Cubin);
    let targets: Vec<Target> = emitted_targets.copied().chain(only_between).collect();
    for form in forms.iter_mut() {
        for target in targets.iter().filter(|target| asked.is_for(&form.kernel.features, **target)) {
            let kernel = lowered_for(&form.lowered, *target);
            form.code.push(emitted(&kernel, *target, &setting)?);
        }
    }
    if wants_cubin {
        machine::assemble(forms, goal.architectures, goal.assembler)?;
    }
    forms.iter_mut().for_each(|form| form.code.retain(|code| Some(code.target) != only_between));
    Ok(())
}

/// A kernel that went through the passes, with what the target lacks in terms of what it has.
#[must_use]
pub fn lowered_for(kernel: &ir::Kernel, target: Target) -> Cow<'_, ir::Kernel> {
    let mut kernel = Cow::Borrowed(kernel);
    let has_copies = target == Target::Ptx && kernel.features.iter().any(|f| f.is_cuda());
    let mut changed = false;
    if !kernel.shared.is_empty() {
        changed |= !has_copies && passes::lower_copies::run(kernel.to_mut());
        changed |= target == Target::Wgsl && passes::lower_views::run(kernel.to_mut());
    }
    changed |= target == Target::Wgsl && passes::lower_narrow::run(kernel.to_mut());
    if changed {
        passes::simplify::run(kernel.to_mut());
    }
    kernel
}

fn emitted(kernel: &ir::Kernel, target: Target, setting: &emit::ptx::Setting<'_>) -> Result<Code, Diagnostics> {
    let code = match target {
        Target::Cpu => emit::cpu::emit(kernel).map(|module| Code {
            arena_bytes: module.arena_bytes,
            ..Code::new(target, "run".to_owned(), module.bytes)
        }),
        Target::Wgsl => emit::wgsl::emit(kernel).map(|wgsl| Code::new(target, wgsl.entry, wgsl.text.into_bytes())),
        Target::Ptx => emit::ptx::emit(kernel, setting)
            .map(|ptx| Code { cuda: Some(ptx.cuda), ..Code::new(target, ptx.entry, ptx.text.into_bytes()) }),
        Target::Cubin => Err(EmitError::internal(kernel, "machine code is not emitted but assembled")),
    };
    code.map_err(|error| refused(&error).into())
}

fn refused(error: &EmitError) -> Diagnostic {
    let code = match error.kind {
        EmitErrorKind::Limit => codes::SHARED_TOO_LARGE,
        EmitErrorKind::Unsupported => codes::TARGET_LACKS,
        EmitErrorKind::Internal => codes::INTERNAL,
    };
    Diagnostic::new(code, error.span, error.to_string())
}
