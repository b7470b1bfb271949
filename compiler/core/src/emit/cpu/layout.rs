//! Where everything lies: values in locals, launch words in the block, the rest in the worker's arena.
//!
//! The arena holds, in order: shared arrays, scratch for bit casts, arrays that one leaf uses, and a frame for each
//! invocation with what it keeps from leaf to leaf.

use super::live::{Liveness, Var};
use crate::emit::{EmitError, EmitErrorKind};
use crate::ir::{Kernel, ParamId, ParamKind, Scalar, Shared, SlotId, Type};
use std::collections::BTreeMap;
use wasm_encoder::ValType;
use wgpuc_abi::{KernelParam, KernelParamType, launch};

/// Addresses below this one are never part of a buffer or an arena, so that an address may be formed as
/// `(base + wrapped index) + constant` for constants up to it; see `wgpuc_abi::launch`.
pub(super) const LOWEST_ADDRESS: u32 = launch::CPU_LOWEST_ADDRESS;

/// The largest arena.
const MAX_ARENA: u64 = 1 << 28;

/// Offsets into the arena and the block, in bytes.
#[derive(Debug)]
pub(super) struct Layout {
    /// By shared array.
    pub(super) shared: Vec<u32>,
    /// 32 bytes.
    pub(super) scratch: u32,
    /// Arrays that one leaf uses.
    pub(super) arrays: BTreeMap<SlotId, u32>,
    /// Arrays in the frame, from its start.
    pub(super) frame_arrays: BTreeMap<SlotId, u32>,
    /// What an invocation keeps, from its frame's start.
    pub(super) vars: BTreeMap<Var, u32>,
    /// The first frame.
    pub(super) frames: u32,
    /// The size of a frame.
    pub(super) frame_bytes: u32,
    /// The size of the arena.
    pub(super) arena_bytes: u32,
    /// The launch's words, by parameter: a scalar's value or a buffer's length.
    pub(super) words: Vec<u32>,
    /// The fault record's address.
    pub(super) fault: u32,
    /// By parameter: the buffer's address.
    pub(super) buffers: Vec<u32>,
}

/// How many invocations a workgroup has.
fn n_invocations(kernel: &Kernel) -> u32 {
    kernel.workgroup.iter().product()
}

/// The WebAssembly type of one lane: `f16` and `bf16` are held as the `f32` of that value.
pub(super) fn lane_type(scalar: Scalar) -> ValType {
    match scalar {
        Scalar::I64 | Scalar::U64 => ValType::I64,
        Scalar::F16 | Scalar::Bf16 | Scalar::F32 => ValType::F32,
        Scalar::Bool | Scalar::I8 | Scalar::U8 | Scalar::I32 | Scalar::U32 => ValType::I32,
    }
}

/// Whether a type takes one local per lane, for want of a vector that wide.
pub(super) fn is_wide(ty: Type) -> bool {
    ty.lanes > 1 && lane_type(ty.scalar) == ValType::I64
}

/// The locals of a type: their type, and how many.
pub(super) fn locals_of(ty: Type) -> (ValType, u32) {
    match ty.lanes {
        1 => (lane_type(ty.scalar), 1),
        lanes if is_wide(ty) => (ValType::I64, u32::from(lanes)),
        _ => (ValType::V128, 1),
    }
}

/// The size of a local, in bytes.
pub(super) fn local_bytes(ty: ValType) -> u32 {
    match ty {
        ValType::I64 | ValType::F64 => 8,
        ValType::V128 => 16,
        _ => 4,
    }
}

/// The type of what a variable holds.
pub(super) fn var_type(kernel: &Kernel, var: Var) -> Type {
    match var {
        Var::Alive => Type::U32,
        Var::Value(value) => kernel[value].ty,
        Var::Slot(slot, _) => kernel[slot].ty,
    }
}

/// Gives everything its place.
pub(super) fn layout(kernel: &Kernel, live: &Liveness) -> Result<Layout, EmitError> {
    let mut arena = Region::default();
    let mut own = |s: &Shared| arena.take(u64::from(s.elem.bytes()) * u64::from(s.len), 16);
    let places: Vec<_> = kernel.shared.iter().map(|s| s.view_of.is_none().then(|| own(s))).collect();
    let of_view = |s: &Shared| s.view_of.and_then(|of| places.get(of.0 as usize).copied().flatten());
    let shared = kernel.shared.iter().zip(&places).map(|(s, place)| place.or(of_view(s)).unwrap_or(0)).collect();
    let scratch = arena.take(32, 16);
    let mut arrays = BTreeMap::new();
    let mut frame = Region::default();
    let mut frame_arrays = BTreeMap::new();
    for (id, slot) in (0..).map(SlotId).zip(&kernel.slots) {
        let Some(len) = slot.len.filter(|_| !live.promoted.contains(&id)) else { continue };
        let bytes = u64::from(slot.ty.bytes()) * u64::from(len);
        if live.kept_arrays.contains(&id) {
            frame_arrays.insert(id, frame.take(bytes, 16));
        } else {
            arrays.insert(id, arena.take(bytes, 16));
        }
    }
    let alive = live.tracks_alive.then_some(Var::Alive);
    let mut kept: Vec<Var> = live.kept.iter().copied().chain(alive).collect();
    kept.sort_by_key(|var| std::cmp::Reverse(local_bytes(locals_of(var_type(kernel, *var)).0)));
    let mut vars = BTreeMap::new();
    for var in kept {
        let (ty, n) = locals_of(var_type(kernel, var));
        vars.insert(var, frame.take(u64::from(local_bytes(ty) * n), u64::from(local_bytes(ty))));
    }
    frame.align(if frame.align >= 16 { 16 } else { 8 });
    let frames = arena.take(frame.end * u64::from(n_invocations(kernel)), 16);
    arena.align(16);
    if arena.end > MAX_ARENA {
        let message = format!(
            "a workgroup needs {} bytes of working memory on the CPU target, which has {MAX_ARENA}: make the \
             workgroup, its shared arrays or the variables that live across barriers smaller",
            arena.end
        );
        return Err(EmitError::new(EmitErrorKind::Limit, kernel, kernel.span, message));
    }
    let (words, fault, buffers) = block_offsets(kernel);
    let (frame_bytes, arena_bytes) = (frame.end as u32, arena.end as u32);
    Ok(Layout { shared, scratch, arrays, frame_arrays, vars, frames, frame_bytes, arena_bytes, words, fault, buffers })
}

/// Where the block holds each parameter's word, the fault record's address, and each buffer's address.
fn block_offsets(kernel: &Kernel) -> (Vec<u32>, u32, Vec<u32>) {
    let params: Vec<KernelParam> = kernel
        .params
        .iter()
        .map(|param| {
            let ty = match &param.kind {
                ParamKind::Scalar(scalar) => KernelParamType::Scalar(*scalar),
                ParamKind::Buffer(b) => {
                    KernelParamType::Buffer { elem_bytes: b.item_bytes(), rounds_up: false, writable: b.mutable }
                }
            };
            KernelParam { name: param.name.clone(), ty }
        })
        .collect();
    let words = launch::words(&params);
    let offset_of = |param: u32| {
        let found = words.iter().position(|word| match word {
            launch::Word::Scalar { param: p, part: 0 } | launch::Word::Len { param: p } => *p == param,
            _ => false,
        });
        found.unwrap_or(0) as u32 * 4
    };
    let offsets = (0..params.len() as u32).map(offset_of).collect();
    let fault = words.len() as u32 * 4;
    let mut next = fault;
    let buffers = (0..params.len() as u32)
        .map(|i| {
            next += if matches!(kernel[ParamId(i)].kind, ParamKind::Buffer(_)) { 4 } else { 0 };
            next
        })
        .collect();
    (offsets, fault, buffers)
}

/// A growing piece of memory.
#[derive(Default)]
struct Region {
    end: u64,
    align: u64,
}

impl Region {
    /// Takes some bytes; the result is only meaningful while the whole stays under [`MAX_ARENA`].
    fn take(&mut self, bytes: u64, align: u64) -> u32 {
        self.align(align);
        let start = self.end;
        self.end += bytes;
        start as u32
    }

    fn align(&mut self, align: u64) {
        self.end = self.end.next_multiple_of(align);
        self.align = self.align.max(align);
    }
}
