//! Runs code that has no inputs: constants whose functions have loops and variables.
//!
//! It is put into a kernel of its own, which stores the wanted value's lanes, and given to the interpreter.

use crate::interp::{self, Launch, Options};
use crate::ir::build::Builder;
use crate::ir::{self, Buffer, Const, Expr, Op, ParamKind, Place, Scalar, Stmt, StmtKind, Type, ValueId};

/// The most instructions that a constant may take.
pub(super) const MAX_STEPS: u64 = 10_000_000;

/// Why there is no value.
pub(super) enum Unknown {
    /// It depends on more than constants.
    Open,
    /// It takes more than [`MAX_STEPS`].
    TooLong,
    /// A loop takes more rounds than it says, or a `fault!` is reached.
    Faulty,
}

/// The value that `block`, after `ahead`, computes for `leaf`.
pub(super) fn run(kernel: &ir::Kernel, [ahead, block]: [&[Stmt]; 2], leaf: ValueId) -> Result<Const, Unknown> {
    let ty = kernel[leaf].ty;
    if !is_closed(kernel, block) || matches!(ty.scalar, Scalar::F16 | Scalar::Bf16) {
        return Err(Unknown::Open);
    }
    let words_per_lane = ty.scalar.bytes().div_ceil(4);
    let mut b = Builder::new("constant", [1; 3], kernel[leaf].span);
    b.kernel.slots.clone_from(&kernel.slots);
    b.kernel.values.clone_from(&kernel.values);
    b.kernel.accesses.clone_from(&kernel.accesses);
    b.kernel.accesses.iter_mut().filter(|access| !matches!(access.place, Place::Slot(_))).for_each(|access| {
        // Of no statement that stays: but the verifier looks at all of them.
        access.place = Place::Buffer(ir::ParamId(0));
    });
    b.kernel.sites.clone_from(&kernel.sites);
    let buffer =
        Buffer { elem: Type::U32, elems_per_item: 1, mutable: true, may_alias: false, atomic: false, packed: None };
    let out = b.param("out", ParamKind::Buffer(buffer));
    b.put_ahead(ahead.to_vec());
    block.iter().for_each(|stmt| b.push(stmt.kind.clone()));
    let mut at = 0;
    for lane in 0..ty.lanes {
        let value = if ty.lanes == 1 { leaf } else { b.def(Type::scalar(ty.scalar), Expr::Extract(leaf, lane)) };
        for word in words(&mut b, value, ty.scalar) {
            let index = b.u32(at);
            b.store(Place::Buffer(out), index, word, "constant");
            at += 1;
        }
    }
    let kernel = b.finish();
    let bytes = vec![0; usize::from(ty.lanes) * words_per_lane as usize * 4];
    let mut launch = Launch { grid: [1; 3], args: interp::args(&kernel, &[]), buffers: vec![bytes] };
    match interp::run(&kernel, &mut launch, &Options { max_steps: MAX_STEPS, ..Options::default() }) {
        Ok(outcome) if outcome.fault.is_none() => {}
        Ok(_) => return Err(Unknown::Faulty),
        Err(interp::Error::Steps { .. }) => return Err(Unknown::TooLong),
        _ => return Err(Unknown::Open),
    }
    let mut value = Const::zero(ty);
    let lanes = launch.buffers.first().into_iter().flat_map(|bytes| bytes.chunks(words_per_lane as usize * 4));
    for (lane, bytes) in value.lanes.iter_mut().zip(lanes) {
        *lane = bytes.iter().rev().fold(0, |bits, byte| bits << 8 | u64::from(*byte));
    }
    Ok(value)
}

/// A scalar as one or two words.
fn words(b: &mut Builder, value: ValueId, scalar: Scalar) -> Vec<ValueId> {
    match scalar {
        Scalar::U32 => vec![value],
        Scalar::I32 | Scalar::F32 => vec![b.cast(Op::Bitcast, value, Type::U32)],
        Scalar::I64 | Scalar::U64 => {
            let both = b.cast(Op::Bitcast, value, Type::vector(Scalar::U32, 2));
            [0, 1].map(|lane| b.def(Type::U32, Expr::Extract(both, lane))).to_vec()
        }
        // Bool and the small integers: each holds fewer values than a word.
        _ => vec![b.cast(Op::Convert, value, Type::U32)],
    }
}

/// Whether it needs nothing from a launch and leaves nothing behind.
fn is_closed(kernel: &ir::Kernel, block: &[Stmt]) -> bool {
    block.iter().all(|stmt| match &stmt.kind {
        StmtKind::Def(value) => match &kernel[*value].expr {
            Expr::Const(_) | Expr::Op(..) | Expr::Compose(_) | Expr::Extract(..) | Expr::Slot(_) => true,
            Expr::Load { access, .. } => matches!(kernel[*access].place, Place::Slot(_)),
            _ => false,
        },
        StmtKind::SetSlot(..) | StmtKind::Break | StmtKind::Continue | StmtKind::Fault { .. } => true,
        StmtKind::Store { access, .. } => matches!(kernel[*access].place, Place::Slot(_)),
        StmtKind::If { then, otherwise, .. } => is_closed(kernel, then) && is_closed(kernel, otherwise),
        StmtKind::For { body, .. } | StmtKind::Loop { body } => is_closed(kernel, body),
        StmtKind::Return | StmtKind::Barrier(_) => false,
        StmtKind::CopyAsync { .. } | StmtKind::CopyCommit | StmtKind::CopyWait(_) => false,
    })
}
