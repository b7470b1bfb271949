//! Kernels as people write them.

use super::*;
use wgpuc_core::ir::{AtomicOp, Const, Expr, StmtKind};

/// `y[i] = a * x[i] + y[i]`, with an early return past the end.
fn saxpy() -> Kernel {
    kernel([256, 1, 1], |b| {
        let a = scalar(b, "a", Scalar::F32);
        let x = buffer(b, "x", Type::F32);
        let y = buffer(b, "y", Type::F32);
        let i = global_id(b);
        let n = b.def(Type::U32, Expr::Len(y));
        let past = b.op(Op::Ge, &[i, n]);
        b.branch(past, |b| b.push(StmtKind::Return), |_| {});
        let (xi, yi) = (load(b, x, i), load(b, y, i));
        let ax = b.op(Op::Mul, &[a, xi]);
        let sum = b.op(Op::Add, &[ax, yi]);
        store(b, y, i, sum);
    })
}

#[test]
fn saxpy_on_all_workers() {
    for n in [1usize, 255, 256, 257, 3_000_001] {
        let x: Vec<u32> = (0..n).map(|i| (i as f32 * 0.5).to_bits()).collect();
        let y: Vec<u32> = (0..n).map(|i| (i as f32).to_bits()).collect();
        let out = run(&saxpy(), [n.div_ceil(256) as u32, 1, 1], &[3.0f32.to_bits()], &[&x, &y]);
        for (i, bits) in out[1].iter().enumerate() {
            assert_eq!(f32::from_bits(*bits), 3.0 * (i as f32 * 0.5) + i as f32, "{i} of {n}");
        }
    }
}

/// One sum per workgroup: a tree in shared memory, with barriers in a loop.
fn reduce() -> Kernel {
    kernel([128, 1, 1], |b| {
        let input = buffer(b, "input", Type::U32);
        let output = buffer(b, "output", Type::U32);
        let tile = b.shared("tile", Type::U32, 128);
        let (i, lid) = (global_id(b), builtin(b, Builtin::LocalIndex));
        let first = load(b, input, i);
        b.store(Place::Shared(tile), lid, first, "");
        let stride = b.slot("stride", Type::U32, None);
        let half = b.u32(64);
        b.set(stride, half);
        let (body, ()) = b.block(|b| {
            let s = b.get(stride);
            let zero = b.u32(0);
            let done = b.op(Op::Eq, &[s, zero]);
            b.branch(done, |b| b.push(StmtKind::Break), |_| {});
            b.barrier();
            let active = b.op(Op::Lt, &[lid, s]);
            b.branch(
                active,
                |b| {
                    let other = b.op(Op::Add, &[lid, s]);
                    let (mine, theirs) = (b.load(Place::Shared(tile), lid, ""), b.load(Place::Shared(tile), other, ""));
                    let sum = b.op(Op::Add, &[mine, theirs]);
                    b.store(Place::Shared(tile), lid, sum, "");
                },
                |_| {},
            );
            let one = b.u32(1);
            let next = b.op(Op::Shr, &[s, one]);
            b.set(stride, next);
        });
        b.push(StmtKind::Loop { body });
        let zero = b.u32(0);
        let leads = b.op(Op::Eq, &[lid, zero]);
        b.branch(
            leads,
            |b| {
                let total = b.load(Place::Shared(tile), zero, "");
                let group = builtin(b, Builtin::WorkgroupId(0));
                store(b, output, group, total);
            },
            |_| {},
        );
    })
}

#[test]
fn reduction_in_shared_memory() {
    let groups = 500;
    let input: Vec<u32> = random_words(1, groups * 128);
    let out = run(&reduce(), [groups as u32, 1, 1], &[], &[&input, &vec![0; groups]]);
    for (sum, part) in out[1].iter().zip(input.chunks(128)) {
        assert_eq!(*sum, part.iter().fold(0u32, |a, b| a.wrapping_add(*b)));
    }
}

/// A 2-D grid of 16 x 16 tiles, each turned in shared memory.
fn transpose() -> Kernel {
    let mut k = kernel([16, 16, 1], |b| {
        let side = scalar(b, "side", Scalar::U32);
        let input = buffer(b, "input", Type::F32);
        let output = buffer(b, "output", Type::F32);
        let tile = b.shared("tile", Type::F32, 16 * 17);
        let [x, y] = [0, 1].map(|a| builtin(b, Builtin::LocalId(a)));
        let [gx, gy] = [0, 1].map(|a| builtin(b, Builtin::WorkgroupId(a)));
        let (w, pitch) = (b.u32(16), b.u32(17));
        let at = |b: &mut Builder, row: ValueId, width: ValueId, column: ValueId| {
            let start = b.op(Op::Mul, &[row, width]);
            b.op(Op::Add, &[start, column])
        };
        let (column, row) = (at(b, gx, w, x), at(b, gy, w, y));
        let from = at(b, row, side, column);
        let value = load(b, input, from);
        let place = at(b, y, pitch, x);
        b.store(Place::Shared(tile), place, value, "");
        b.barrier();
        let (column, row) = (at(b, gy, w, x), at(b, gx, w, y));
        let turned = at(b, x, pitch, y);
        let value = b.load(Place::Shared(tile), turned, "");
        let to = at(b, row, side, column);
        store(b, output, to, value);
    });
    k.grid_1d = false;
    k
}

#[test]
fn tiles_are_transposed() {
    let side = 128usize;
    let input: Vec<u32> = (0..side * side).map(|i| (i as f32).to_bits()).collect();
    let out = run(&transpose(), [8, 8, 1], &[side as u32], &[&input, &vec![0; side * side]]);
    for (i, bits) in out[1].iter().enumerate() {
        assert_eq!(*bits, input[i % side * side + i / side], "{i}");
    }
}

/// Bins counted in zeroed shared memory, then added to the result; and the extremes.
fn histogram() -> Kernel {
    let mut k = kernel([64, 1, 1], |b| {
        let input = buffer(b, "input", Type::U32);
        let bins = buffer(b, "bins", Type::U32);
        let extremes = buffer(b, "extremes", Type::I32);
        let counts = b.shared("counts", Type::U32, 16);
        let (i, lid) = (global_id(b), builtin(b, Builtin::LocalIndex));
        let value = load(b, input, i);
        let (n, one) = (b.u32(16), b.u32(1));
        let bin = b.op(Op::Rem, &[value, n]);
        atomic(b, Type::U32, AtomicOp::Add, Place::Shared(counts), bin, one);
        let signed = b.cast(Op::Bitcast, value, Type::I32);
        let zero = b.u32(0);
        atomic(b, Type::I32, AtomicOp::Min, Place::Buffer(extremes), zero, signed);
        atomic(b, Type::I32, AtomicOp::Max, Place::Buffer(extremes), one, signed);
        b.barrier();
        let counts_one = b.op(Op::Lt, &[lid, n]);
        b.branch(
            counts_one,
            |b| {
                let count = b.load(Place::Shared(counts), lid, "");
                atomic(b, Type::U32, AtomicOp::Add, Place::Buffer(bins), lid, count);
            },
            |_| {},
        );
    });
    k.shared[0].zeroed = true;
    k
}

fn atomic(b: &mut Builder, ty: Type, op: AtomicOp, place: Place, index: ValueId, value: ValueId) -> ValueId {
    let access = b.access(place, "");
    b.def(ty, Expr::Atomic { op, index, value: Some(value), expected: None, access })
}

#[test]
fn histogram_with_atomics() {
    let groups = 2000;
    let input = random_words(2, groups * 64);
    let out = run(&histogram(), [groups as u32, 1, 1], &[], &[&input, &[0; 16], &[0, 0]]);
    let mut bins = [0; 16];
    input.iter().for_each(|v| bins[*v as usize % 16] += 1);
    assert_eq!(out[1], bins);
    let signed = || input.iter().map(|v| v.cast_signed());
    assert_eq!(out[2], [signed().min().unwrap().cast_unsigned(), signed().max().unwrap().cast_unsigned()]);
}

#[test]
fn every_atomic_operation() {
    use AtomicOp::{Add, And, CompareExchange, Exchange, Load, Max, Min, Or, Store, Sub, Xor};
    for shared in [false, true] {
        for signed in [false, true] {
            let ty = if signed { Type::I32 } else { Type::U32 };
            let ops = [Load, Store, Add, Sub, Min, Max, And, Or, Xor, Exchange, CompareExchange];
            let k = kernel([1, 1, 1], |b| {
                let cells = buffer(b, "cells", ty);
                let olds = buffer(b, "olds", ty);
                let own = b.shared("own", ty, ops.len() as u32);
                let operand = b.constant(Const::scalar(ty.scalar, 0xffff_fff5));
                for (i, op) in (0..).zip(ops) {
                    let index = b.u32(i);
                    let place = if shared { Place::Shared(own) } else { Place::Buffer(cells) };
                    if shared {
                        let cell = load(b, cells, index);
                        b.store(place, index, cell, "");
                    }
                    let access = b.access(place, "");
                    let expected = (op == CompareExchange).then_some(load(b, cells, index));
                    let value = (op != Load).then_some(operand);
                    let old = b.def(ty, Expr::Atomic { op, index, value, expected, access });
                    store(b, olds, index, old);
                    if shared {
                        let cell = b.load(place, index, "");
                        store(b, cells, index, cell);
                    }
                }
            });
            let start = [20u32; 11];
            let out = run(&k, [1, 1, 1], &[], &[&start, &[0; 11]]);
            let v = 0xffff_fff5u32;
            let (low, high) = if signed { (v, 20) } else { (20, v) };
            assert_eq!(out[0], [20, v, 9, 31, low, high, 20 & v, 20 | v, 20 ^ v, v, v], "{shared} {signed}");
            for (i, old) in out[1].iter().enumerate().filter(|(i, _)| *i != 1) {
                assert_eq!(*old, 20, "{i}");
            }
        }
    }
}

#[test]
fn the_first_fault_is_reported() {
    let k = kernel([32, 1, 1], |b| {
        let data = buffer(b, "data", Type::U32);
        let i = global_id(b);
        let n = b.def(Type::U32, Expr::Len(data));
        let fits = b.op(Op::Lt, &[i, n]);
        b.site("another");
        let site = b.site("");
        b.branch(fits, |b| store(b, data, i, i), |b| b.push(StmtKind::Fault { site, value: i, bound: n }));
    });
    let mut session = open();
    let compiled = compile(&k);
    let data = upload(&mut *session, &[9; 40]);
    launch(&mut *session, &compiled, [1, 1, 1], &[], &[(data, 40)]).unwrap();
    assert_eq!(session.take_fault().unwrap(), None);
    launch(&mut *session, &compiled, [2, 1, 1], &[], &[(data, 40)]).unwrap();
    let fault = session.take_fault().unwrap().unwrap();
    assert_eq!((fault.launch, fault.site, fault.value, fault.bound), (7, 1, 40, 40));
    assert_eq!((fault.group, fault.invocation), (1, 8));
    assert_eq!(session.take_fault().unwrap(), None);
    assert_eq!(download(&mut *session, data, 40), (0..40).collect::<Vec<u32>>());
}

#[test]
fn vectors_of_each_width_load_and_store() {
    for lanes in 2..=4u8 {
        let ty = Type::vector(Scalar::F32, lanes);
        let k = kernel([8, 1, 1], |b| {
            let input = buffer(b, "input", ty);
            let output = buffer(b, "output", ty);
            let i = global_id(b);
            let v = load(b, input, i);
            let two = b.constant(Const::splat(Const::f32(2.0).lane(0), lanes));
            let mut out = b.op(Op::Mul, &[v, two]);
            // Turn the lanes around.
            let turned: Vec<ValueId> = (0..lanes).rev().map(|l| b.def(Type::F32, Expr::Extract(out, l))).collect();
            out = b.def(ty, Expr::compose(&turned));
            store(b, output, i, out);
        });
        let n = 64 * usize::from(lanes);
        let input: Vec<u32> = (0..n).map(|i| (i as f32).to_bits()).collect();
        let out = run_with_lens(&k, [8, 1, 1], &[], &[&input, &vec![7; n + 4]], &[64, 64]);
        for (i, vector) in out[1][..n].chunks(lanes.into()).enumerate() {
            for (l, bits) in vector.iter().enumerate() {
                let from = i * usize::from(lanes) + usize::from(lanes) - 1 - l;
                assert_eq!(f32::from_bits(*bits), 2.0 * from as f32, "x{lanes} {i} {l}");
            }
        }
        assert_eq!(out[1][n..], [7; 4], "the last store wrote past its end");
    }
}
