//! What WGSL or WebGPU refuse, said before naga would.

use super::{buffer, builder, finish, global_index, place};
use crate::emit::{EmitError, EmitErrorKind, wgsl};
use crate::ir::build::Builder;
use crate::ir::{Check, Expr, Kernel, ParamKind, Scalar, StmtKind, SubgroupOp, Type};

#[track_caller]
fn error(kernel: &Kernel, kind: EmitErrorKind, parts: &[&str]) -> EmitError {
    let error = wgsl::emit(kernel).expect_err("it should be refused");
    assert_eq!(error.kind, kind, "{error}");
    for part in parts {
        assert!(error.to_string().contains(part), "{part}: {error}");
    }
    error
}

fn sized(workgroup: [u32; 3]) -> Kernel {
    let mut b = builder("sized");
    b.kernel.workgroup = workgroup;
    finish(b)
}

#[test]
fn workgroups_over_the_limits() {
    let limit = EmitErrorKind::Limit;
    error(&sized([512, 1, 1]), limit, &["`sized`", "512 along x", "256"]);
    error(&sized([1, 1, 128]), limit, &["128 along z", "64"]);
    error(&sized([32, 32, 1]), limit, &["1024 invocations", "256"]);
    error(&sized([0, 1, 1]), limit, &["0 along x"]);
    assert!(wgsl::emit(&sized([16, 16, 1])).is_ok());
}

#[test]
fn shared_memory_over_the_limit() {
    let mut b = builder("tiles");
    b.shared("a", Type::F32, 4096);
    assert!(wgsl::emit(&finish(b)).is_ok());
    let mut b = builder("tiles");
    b.shared("a", Type::F32, 4096);
    b.shared("b", Type::F32, 1);
    error(&finish(b), EmitErrorKind::Limit, &["`tiles`", "16400 bytes", "16384"]);
    let mut b = builder("tiles");
    b.shared("a", Type::vector(Scalar::F32, 4), u32::MAX);
    error(&finish(b), EmitErrorKind::Limit, &["68719476720 bytes"]);
}

fn many_buffers(count: u32, faults: bool) -> Kernel {
    let mut b = builder("wide");
    for n in 0..count {
        b.param(&format!("buffer_{n}"), buffer(Type::F32, false));
    }
    if faults {
        let (site, zero) = (b.site("x"), b.u32(0));
        b.push(StmtKind::Fault { site, value: zero, bound: zero });
    }
    finish(b)
}

#[test]
fn buffers_over_the_limit() {
    assert!(wgsl::emit(&many_buffers(8, false)).is_ok());
    assert!(wgsl::emit(&many_buffers(7, true)).is_ok());
    error(&many_buffers(9, false), EmitErrorKind::Limit, &["`wide`", "9 buffers", "grants 8"]);
    error(&many_buffers(8, true), EmitErrorKind::Limit, &["9 buffers, one of them the record", "require!"]);
}

#[test]
fn types_that_wgsl_lacks() {
    for scalar in [Scalar::U8, Scalar::I8, Scalar::Bf16] {
        let mut b = builder("bytes");
        b.param("data", buffer(Type::scalar(scalar), false));
        error(&finish(b), EmitErrorKind::Internal, &["buffer `data`", scalar.name(), "not lowered"]);
    }
    let mut b = builder("flags");
    b.param("data", buffer(Type::BOOL, false));
    error(&finish(b), EmitErrorKind::Unsupported, &["`data` holds bool", "u32"]);
}

#[test]
fn types_that_need_a_feature() {
    for (scalar, needs) in [(Scalar::F16, "needs = f16"), (Scalar::U64, "needs = int64")] {
        let mut b = builder("wide");
        b.param("data", buffer(Type::scalar(scalar), false));
        error(&finish(b), EmitErrorKind::Unsupported, &["buffer `data`", needs]);
        let mut b = builder("wide");
        b.param("x", ParamKind::Scalar(scalar));
        error(&finish(b), EmitErrorKind::Unsupported, &["parameter `x`", needs]);
    }
}

fn broken(build: impl FnOnce(&mut Builder)) -> Kernel {
    let mut b = builder("broken");
    build(&mut b);
    finish(b)
}

#[test]
fn what_the_stages_before_must_not_leave() {
    let internal = EmitErrorKind::Internal;
    for check in [Check::Unknown, Check::Stays("index".to_owned())] {
        let mut kernel = broken(|b| {
            let out = b.param("out", buffer(Type::U32, true));
            let i = global_index(b);
            b.store(place(out), i, i, "out");
        });
        kernel.accesses[0].check = check;
        error(&kernel, internal, &["access to out is still unchecked"]);
    }
    let kernel = broken(|b| {
        let out = b.param("out", buffer(Type::U32, true));
        let i = global_index(b);
        let sum = b.def(Type::U32, Expr::subgroup(SubgroupOp::Add, &[i]));
        b.store(place(out), i, sum, "out");
    });
    error(&kernel, internal, &["without the feature subgroups"]);
    let kernel = broken(|b| {
        let out = b.param("out", buffer(Type::U32, true));
        let i = global_index(b);
        let never = b.value(Type::U32, Expr::LoopVar);
        b.store(place(out), i, never, "out");
    });
    error(&kernel, internal, &["used before it is defined"]);
}
