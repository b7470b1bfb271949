//! Parameters, buffers, shared memory, variables, atomics, subgroups and builtins.

use super::{atomic_buffer, buffer, builder, finish, global_index, place, text_of, written};
use crate::ir::build::Builder;
use crate::ir::{AtomicOp, Buffer, Builtin, Expr, Feature, Op, ParamKind, Place, Scalar, SubgroupOp, Type, ValueId};

#[test]
fn scalars_of_every_type() {
    let mut b = builder("scalars");
    let scalars = [Scalar::Bool, Scalar::I32, Scalar::U32, Scalar::F32, Scalar::F16, Scalar::I64, Scalar::U64];
    let params = scalars.map(|s| b.param(&format!("the_{}", s.name()), ParamKind::Scalar(s)));
    let outputs = scalars.map(|s| {
        let stored = if s == Scalar::Bool { Scalar::U32 } else { s };
        b.param(&format!("out_{}", s.name()), buffer(Type::scalar(stored), true))
    });
    let i = global_index(&mut b);
    for ((scalar, param), output) in scalars.into_iter().zip(params).zip(outputs) {
        let mut value = b.def(Type::scalar(scalar), Expr::Param(param));
        if scalar == Scalar::Bool {
            value = b.cast(Op::Convert, value, Type::U32);
        }
        b.store(place(output), i, value, "out");
    }
    let text = written(&finish(b)).text;
    for line in ["the_f32_: f32,", "the_i32_: i32,", "the_bool: u32,", "the_i64_low: u32,", "the_i64_high: u32,"] {
        assert!(text.contains(line), "{line}: {text}");
    }
}

#[test]
fn buffers_of_every_element() {
    for scalar in [Scalar::I32, Scalar::U32, Scalar::F32, Scalar::F16, Scalar::I64, Scalar::U64] {
        for lanes in 1..=4 {
            let ty = Type::vector(scalar, lanes);
            let text = text_of(&format!("copy_{}_{lanes}", scalar.name()), ty, ty, |b, input, out, i| {
                let value = b.load(input, i, "input");
                b.store(out, i, value, "output");
                let known = b.u32(7);
                let value = b.load(input, known, "input");
                b.store(out, known, value, "output");
            });
            assert_eq!(text.contains("array<vec"), matches!(lanes, 2 | 4), "{text}");
        }
    }
}

#[test]
fn a_buffer_that_may_be_another_is_read_write() {
    let mut b = builder("alias");
    let aliased =
        Buffer { elem: Type::F32, elems_per_item: 1, mutable: false, may_alias: true, atomic: false, packed: None };
    b.param("input", ParamKind::Buffer(aliased));
    let text = written(&finish(b)).text;
    assert!(text.contains("var<storage, read_write> input"), "{text}");
}

#[test]
fn shared_memory_and_variables_of_every_type() {
    for scalar in [Scalar::Bool, Scalar::I32, Scalar::F32, Scalar::F16, Scalar::U64] {
        for lanes in 1..=4 {
            let ty = Type::vector(scalar, lanes);
            text_of(&format!("arrays_{}_{lanes}", scalar.name()), Type::U32, Type::U32, |b, input, out, i| {
                let shared = b.shared("tile", ty, 64);
                let array = b.slot("parts", ty, Some(4));
                let single = b.slot("part", ty, None);
                let at = b.load(input, i, "input");
                let known = b.u32(3);
                let value = b.load(Place::Shared(shared), at, "tile");
                b.store(Place::Slot(array), known, value, "parts");
                let value = b.load(Place::Slot(array), at, "parts");
                b.set(single, value);
                let value = b.get(single);
                b.store(Place::Shared(shared), at, value, "tile");
                let uniform_access = b.access(Place::Shared(shared), "tile");
                b.def(ty, Expr::UniformLoad { index: known, access: uniform_access });
                // WGSL refuses a literal past the end, though it is never reached
                let past = b.u32(99);
                let value = b.load(Place::Slot(array), past, "parts");
                b.set(single, value);
                b.store(out, i, at, "output");
            });
        }
    }
}

#[test]
fn vectors_are_taken_apart_and_put_together() {
    let vec4 = Type::vector(Scalar::F32, 4);
    let text = text_of("vectors", vec4, vec4, |b, input, out, i| {
        let value = b.load(input, i, "input");
        let doubled = b.op(Op::Add, &[value, value]);
        let lanes: Vec<_> = (0..4).rev().map(|lane| b.def(Type::F32, Expr::Extract(doubled, lane))).collect();
        let reversed = b.def(vec4, Expr::compose(&lanes));
        b.store(out, i, reversed, "output");
    });
    assert!(text.contains("output[v] = vec4<f32>(v_1.w, v_1.z, v_1.y, v_1.x);"), "{text}");
}

fn atomic(b: &mut Builder, op: AtomicOp, place: Place, at: ValueId, value: ValueId, used: bool) {
    let access = b.access(place, "bins");
    let ty = b.kernel.elem(place);
    let value = (op != AtomicOp::Load).then_some(value);
    let expected = (op == AtomicOp::CompareExchange).then_some(value).flatten();
    let old = b.def(ty, Expr::Atomic { op, index: at, value, expected, access });
    if used {
        let slot = b.slot("old", ty, None);
        b.set(slot, old);
    }
}

#[test]
fn every_atomic_operation() {
    use AtomicOp::{Add, And, CompareExchange, Exchange, Load, Max, Min, Or, Store, Sub, Xor};
    for ty in [Type::U32, Type::I32] {
        let mut b = builder(&format!("atomics_{}", ty.scalar.name()));
        let bins = b.param("bins", atomic_buffer(ty));
        let local = b.shared("local_bins", ty, 16);
        b.kernel[local].atomic = true;
        let i = global_index(&mut b);
        let value = b.cast(Op::Convert, i, ty);
        for op in [Load, Store, Add, Sub, Min, Max, And, Or, Xor, Exchange, CompareExchange] {
            for used in [true, false] {
                atomic(&mut b, op, place(bins), i, value, used);
                atomic(&mut b, op, Place::Shared(local), i, value, used);
            }
        }
        let text = written(&finish(b)).text;
        for call in ["atomicLoad(", "atomicStore(", "atomicSub(", "atomicExchange(", "atomicCompareExchangeWeak("] {
            assert!(text.contains(call), "{call}: {text}");
        }
    }
}

#[test]
fn every_subgroup_operation() {
    let mut b = builder("subgroups");
    b.kernel.features = vec![Feature::Subgroups];
    let out = b.param("out", buffer(Type::F32, true));
    let flags = b.param("flags", buffer(Type::vector(Scalar::U32, 4), true));
    let i = global_index(&mut b);
    let x = b.load(place(out), i, "out");
    let lane = b.def(Type::U32, Expr::Builtin(Builtin::SubgroupLane));
    let size = b.def(Type::U32, Expr::Builtin(Builtin::SubgroupSize));
    let one = b.u32(1);
    let cond = b.op(Op::Lt, &[lane, size]);
    use SubgroupOp::*;
    for op in [Add, Min, Max, ExclusiveAdd, InclusiveAdd, BroadcastFirst] {
        let value = b.def(Type::F32, Expr::subgroup(op, &[x]));
        b.store(place(out), i, value, "out");
    }
    for op in [Shuffle, ShuffleXor, ShuffleDown, ShuffleUp] {
        let value = b.def(Type::F32, Expr::subgroup(op, &[x, one]));
        b.store(place(out), i, value, "out");
    }
    let all = b.def(Type::BOOL, Expr::subgroup(All, &[cond]));
    let any = b.def(Type::BOOL, Expr::subgroup(Any, &[cond]));
    let both = b.op(Op::And, &[all, any]);
    let ballot = b.def(Type::vector(Scalar::U32, 4), Expr::subgroup(Ballot, &[both]));
    b.store(place(flags), i, ballot, "flags");
    let wgsl = written(&finish(b));
    assert!(!wgsl.text.contains("enable"), "{}", wgsl.text);
    assert!(wgsl.browser_text().is_some_and(|t| t.starts_with("enable subgroups;\n")));
}

#[test]
fn every_builtin_of_a_grid() {
    let mut b = builder("builtins");
    b.kernel.grid_1d = false;
    b.kernel.workgroup = [8, 4, 2];
    let out = b.param("out", buffer(Type::U32, true));
    let mut sum = b.def(Type::U32, Expr::Builtin(Builtin::LocalIndex));
    for axis in 0..3 {
        for builtin in [Builtin::LocalId(axis), Builtin::WorkgroupId(axis), Builtin::NumWorkgroups(axis)] {
            let value = b.def(Type::U32, Expr::Builtin(builtin));
            sum = b.op(Op::Add, &[sum, value]);
        }
    }
    b.store(place(out), sum, sum, "out");
    let text = written(&finish(b)).text;
    assert!(!text.contains("num_workgroups"), "{text}");
}

#[test]
fn the_other_axes_of_a_line_are_zero() {
    let text = text_of("line_axes", Type::U32, Type::U32, |b, _, out, i| {
        for builtin in [Builtin::WorkgroupId(1), Builtin::WorkgroupId(2), Builtin::NumWorkgroups(0)] {
            let value = b.def(Type::U32, Expr::Builtin(builtin));
            b.store(out, i, value, "output");
        }
    });
    assert!(text.contains("output[v] = 0u;"), "{text}");
    assert!(text.contains("output[v] = groups_x;"), "{text}");
}

#[test]
fn a_value_used_in_another_block_is_computed_where_it_is_defined() {
    let text = text_of("hoisted", Type::U32, Type::U32, |b, input, out, i| {
        let x = b.load(input, i, "input");
        let square = b.op(Op::Mul, &[x, x]);
        let (start, step) = (b.u32(0), b.u32(1));
        b.range(start, x, step, |b, k| b.store(out, k, square, "output"));
    });
    assert!(text.contains("let v = (input_1 * input_1);\n    i = 0u;"), "{text}");
}
