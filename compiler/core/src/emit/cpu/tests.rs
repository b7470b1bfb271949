//! Modules are valid WebAssembly; what cannot be one is an error. What they compute is tested where they run, in
//! the runtime's CPU backend.

use super::{CpuModule, emit};
use crate::emit::EmitError;
use crate::ir::build::Builder;
use crate::ir::{
    AtomicOp, Buffer, Builtin, Check, Expr, Kernel, Op, ParamId, ParamKind, Place, Scalar, StmtKind, SubgroupOp, Type,
    ValueId, op,
};
use crate::source::{FileId, Span};
use wasmparser::{Validator, WasmFeatures};

const SPAN: Span = Span { file: FileId(0), start: 0, end: 0 };
const SCALARS: [Scalar; 10] = [
    Scalar::Bool,
    Scalar::I8,
    Scalar::U8,
    Scalar::I32,
    Scalar::U32,
    Scalar::I64,
    Scalar::U64,
    Scalar::F16,
    Scalar::Bf16,
    Scalar::F32,
];

fn kernel(write: impl FnOnce(&mut Builder)) -> Kernel {
    let mut b = Builder::new("test", [8, 4, 1], SPAN);
    write(&mut b);
    let mut kernel = b.finish();
    for access in &mut kernel.accesses {
        access.check = Check::Explicit;
    }
    kernel
}

fn valid(kernel: &Kernel) -> CpuModule {
    let module = emit(kernel).unwrap();
    if let Err(why) = Validator::new_with_features(WasmFeatures::all()).validate_all(&module.bytes) {
        panic!("{why}\n{}", text(&module));
    }
    module
}

fn text(module: &CpuModule) -> String {
    wasmprinter::print_bytes(&module.bytes).unwrap()
}

fn buffer(b: &mut Builder, elem: Type) -> ParamId {
    let buffer = Buffer { elem, elems_per_item: 1, mutable: true, may_alias: false, atomic: false, packed: None };
    b.param("data", ParamKind::Buffer(buffer))
}

fn local_index(b: &mut Builder) -> ValueId {
    b.def(Type::U32, Expr::Builtin(Builtin::LocalIndex))
}

/// `shared[i] = op(shared[i], ...)`, for shared memory holds all types.
fn operation(op: Op, operands: &[Type], result: Type) -> Kernel {
    kernel(|b| {
        let places: Vec<Place> = operands.iter().map(|ty| Place::Shared(b.shared("in", *ty, 32))).collect();
        let out = Place::Shared(b.shared("out", result, 32));
        let i = local_index(b);
        let values: Vec<ValueId> = places.iter().map(|place| b.load(*place, i, "")).collect();
        let value = b.def(result, Expr::op(op, &values));
        b.store(out, i, value, "");
    })
}

#[test]
fn every_operation_on_every_type_is_valid() {
    for op in Op::ALL {
        for scalar in SCALARS {
            for lanes in 1..=4 {
                let ty = Type::vector(scalar, lanes);
                let mut operands = vec![ty; op.row().arity];
                match op.row().rule {
                    op::Rule::Shift => operands[1] = Type::vector(Scalar::U32, lanes),
                    op::Rule::Select => operands[0] = Type::BOOL,
                    _ => {}
                }
                for to in SCALARS {
                    let wanted = Type::vector(to, lanes);
                    let (true, Ok(result)) = (to != ty.scalar, op::result_type(*op, &operands, wanted)) else {
                        continue;
                    };
                    valid(&operation(*op, &operands, result));
                }
            }
        }
    }
}

/// A kernel whose values all follow from where the invocation is needs no memory for them.
#[test]
fn nothing_is_kept_that_is_cheap_to_compute_again() {
    let k = kernel(|b| {
        let data = buffer(b, Type::F32);
        let tile = b.shared("tile", Type::F32, 32);
        let lid = local_index(b);
        let group = b.def(Type::U32, Expr::Builtin(Builtin::WorkgroupId(0)));
        let width = b.u32(32);
        let first = b.op(Op::Mul, &[group, width]);
        let i = b.op(Op::Add, &[first, lid]);
        let value = b.load(Place::Buffer(data), i, "");
        b.store(Place::Shared(tile), lid, value, "");
        b.barrier();
        let last = b.u32(31);
        let other = b.op(Op::Sub, &[last, lid]);
        let value = b.load(Place::Shared(tile), other, "");
        b.store(Place::Buffer(data), i, value, "");
    });
    // The tile, and scratch for bit casts.
    assert_eq!(valid(&k).arena_bytes, 32 * 4 + 32);
}

#[test]
fn what_crosses_a_barrier_has_a_frame() {
    let k = kernel(|b| {
        let data = buffer(b, Type::U32);
        let lid = local_index(b);
        let value = b.load(Place::Buffer(data), lid, "");
        b.barrier();
        b.store(Place::Buffer(data), lid, value, "");
    });
    assert_eq!(valid(&k).arena_bytes, 32 + 32 * 8);
}

#[test]
fn the_text_has_the_source_s_names() {
    let k = kernel(|b| {
        let data = buffer(b, Type::U32);
        let sum = b.slot("sum", Type::U32, None);
        let lid = local_index(b);
        let value = b.load(Place::Buffer(data), lid, "");
        b.set(sum, value);
        let (zero, one) = (b.u32(0), b.u32(1));
        b.range(zero, value, one, |b, i| {
            let s = b.get(sum);
            let s = b.op(Op::Add, &[s, i]);
            b.set(sum, s);
        });
        let value = b.get(sum);
        b.store(Place::Buffer(data), lid, value, "");
    });
    let text = text(&valid(&k));
    for part in ["(module $test", "$run", "(param $block i32)", "local.get $data", "local.set $sum", "$local_x"] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn loops_and_returns_around_barriers_are_valid() {
    valid(&kernel(|b| {
        let data = buffer(b, Type::vector(Scalar::U64, 3));
        let lid = local_index(b);
        let wide = b.load(Place::Buffer(data), lid, "");
        let slot = b.slot("slot", Type::vector(Scalar::U64, 3), None);
        b.set(slot, wide);
        let (zero, one) = (b.u32(0), b.u32(1));
        let flag = b.param("flag", ParamKind::Scalar(Scalar::Bool));
        let flag = b.def(Type::BOOL, Expr::Param(flag));
        b.range(zero, one, one, |b, _| {
            b.branch(flag, |b| b.push(StmtKind::Continue), |b| b.barrier());
            b.branch(flag, |b| b.push(StmtKind::Break), |_| {});
            b.barrier();
            b.branch(flag, |b| b.push(StmtKind::Return), |_| {});
            let value = b.get(slot);
            let value = b.op(Op::Add, &[value, wide]);
            b.set(slot, value);
        });
        let value = b.get(slot);
        b.store(Place::Buffer(data), lid, value, "");
        b.push(StmtKind::Return);
    }));
}

fn refused(kernel: &Kernel) -> String {
    let EmitError { message, .. } = emit(kernel).unwrap_err();
    message
}

#[test]
fn what_the_target_lacks_is_an_error() {
    let subgroups = kernel(|b| {
        let data = buffer(b, Type::U32);
        let lid = local_index(b);
        let sum = b.def(Type::U32, Expr::subgroup(SubgroupOp::Add, &[lid]));
        b.store(Place::Buffer(data), lid, sum, "");
    });
    assert!(refused(&subgroups).contains("subgroups"));

    let mut unchecked = kernel(|b| {
        let data = buffer(b, Type::U32);
        let lid = local_index(b);
        b.store(Place::Buffer(data), lid, lid, "");
    });
    unchecked.accesses[0].check = Check::Unknown;
    assert!(refused(&unchecked).contains("neither proved nor checked"));

    let large = kernel(|b| _ = b.shared("large", Type::F32, u32::MAX));
    assert!(refused(&large).contains("working memory"));

    let atomic = kernel(|b| {
        let data = buffer(b, Type::scalar(Scalar::U64));
        let lid = local_index(b);
        let access = b.access(Place::Buffer(data), "");
        let ty = Type::scalar(Scalar::U64);
        b.def(ty, Expr::Atomic { op: AtomicOp::Load, index: lid, value: None, expected: None, access });
    });
    assert!(refused(&atomic).contains("atomic"));
}
