//! Control flow, and what crosses barriers.

use super::*;
use wgpuc_core::ir::{Const, StmtKind};

/// Keeps a plain slot, an array in locals, a vector, a flag and plain values over barriers in a loop.
#[test]
fn invocations_keep_their_state_over_barriers() {
    let k = kernel([64, 1, 1], |b| {
        let n = scalar(b, "n", Scalar::U32);
        let output = buffer(b, "output", Type::U32);
        let tile = b.shared("tile", Type::U32, 64);
        let vector = Type::vector(Scalar::U32, 4);
        let (sum, pair) = (b.slot("sum", Type::U32, None), b.slot("pair", Type::U32, Some(2)));
        let (quad, wide) = (b.slot("quad", vector, None), b.slot("wide", Type::scalar(Scalar::U64), None));
        let lid = builtin(b, Builtin::LocalIndex);
        let [zero, one, three, mask] = [0, 1, 3, 63].map(|c| b.u32(c));
        let seed = load(b, output, lid);
        b.set(sum, zero);
        b.store(Place::Slot(pair), zero, seed, "");
        b.store(Place::Slot(pair), one, zero, "");
        let start = b.def(vector, Expr::compose(&[lid, seed, zero, one]));
        b.set(quad, start);
        let long = b.cast(Op::Convert, lid, Type::scalar(Scalar::U64));
        b.set(wide, long);
        b.range(zero, n, one, |b, i| {
            let shifted = b.op(Op::Add, &[lid, i]);
            b.store(Place::Shared(tile), lid, shifted, "");
            b.barrier();
            let next = b.op(Op::Add, &[lid, three]);
            let next = b.op(Op::And, &[next, mask]);
            let theirs = b.load(Place::Shared(tile), next, "");
            let have = b.get(sum);
            let have = b.op(Op::Add, &[have, theirs]);
            b.set(sum, have);
            let other = b.load(Place::Slot(pair), one, "");
            let other = b.op(Op::Add, &[other, i]);
            b.store(Place::Slot(pair), one, other, "");
            let q = b.get(quad);
            let q = b.op(Op::Add, &[q, q]);
            b.set(quad, q);
            let w = b.get(wide);
            let w = b.op(Op::Mul, &[w, w]);
            b.set(wide, w);
            b.barrier();
        });
        let (s, first) = (b.get(sum), b.load(Place::Slot(pair), zero, ""));
        let second = b.load(Place::Slot(pair), one, "");
        let q = b.get(quad);
        let q1 = b.def(Type::U32, Expr::Extract(q, 1));
        let w = b.get(wide);
        let w = b.cast(Op::Convert, w, Type::U32);
        let mut total = b.op(Op::Add, &[s, first]);
        for part in [second, q1, w] {
            total = b.op(Op::Add, &[total, part]);
        }
        store(b, output, lid, total);
    });
    let seeds = random_words(3, 64);
    for n in [0u32, 1, 5] {
        let out = run(&k, [1, 1, 1], &[n], &[&seeds]);
        for lid in 0..64u32 {
            let seed = seeds[lid as usize];
            let sum: u32 = (0..n).map(|i| ((lid + 3) & 63) + i).sum();
            let wide = (0..n).fold(u64::from(lid), |w, _| w.wrapping_mul(w)) as u32;
            let want = [sum, seed, (0..n).sum(), seed.wrapping_mul(1 << n), wide];
            assert_eq!(out[0][lid as usize], want.iter().fold(0u32, |a, b| a.wrapping_add(*b)), "{lid} {n}");
        }
    }
}

#[test]
fn an_invocation_that_returned_stays_out() {
    let k = kernel([8, 1, 1], |b| {
        let flag = scalar(b, "flag", Scalar::Bool);
        let output = buffer(b, "output", Type::U32);
        let lid = builtin(b, Builtin::LocalIndex);
        let [one, four, ten] = [1, 4, 10].map(|c| b.u32(c));
        b.branch(
            flag,
            |b| {
                b.barrier();
                store(b, output, lid, one);
                let leaves = b.op(Op::Lt, &[lid, four]);
                b.branch(leaves, |b| b.push(StmtKind::Return), |_| {});
            },
            |_| {},
        );
        let value = load(b, output, lid);
        let value = b.op(Op::Add, &[value, ten]);
        store(b, output, lid, value);
    });
    assert_eq!(run(&k, [1, 1, 1], &[1], &[&[0; 8]])[0], [1, 1, 1, 1, 11, 11, 11, 11]);
    assert_eq!(run(&k, [1, 1, 1], &[0], &[&[0; 8]])[0], [10; 8]);
}

#[test]
fn a_workgroup_returns_before_a_barrier() {
    let k = kernel([4, 1, 1], |b| {
        let output = buffer(b, "output", Type::U32);
        let (group, i) = (builtin(b, Builtin::WorkgroupId(0)), global_id(b));
        let one = b.u32(1);
        let odd = b.op(Op::And, &[group, one]);
        let odd = b.op(Op::Eq, &[odd, one]);
        b.branch(odd, |b| b.push(StmtKind::Return), |_| {});
        b.barrier();
        store(b, output, i, one);
    });
    assert_eq!(run(&k, [3, 1, 1], &[], &[&[0; 12]])[0], [1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1]);
}

/// Bounds around barriers that come from shared memory, or from a buffer by way of the first invocation.
#[test]
fn uniform_bounds_from_memory() {
    let k = kernel([16, 1, 1], |b| {
        let bounds = buffer(b, "bounds", Type::U32);
        let output = buffer(b, "output", Type::U32);
        let cell = b.shared("cell", Type::U32, 2);
        let lid = builtin(b, Builtin::LocalIndex);
        let [zero, one] = [0, 1].map(|c| b.u32(c));
        let outer = load(b, bounds, zero);
        b.store(Place::Shared(cell), zero, zero, "");
        b.range(zero, outer, one, |b, _| {
            let leads = b.op(Op::Eq, &[lid, zero]);
            b.branch(
                leads,
                |b| {
                    let n = b.load(Place::Shared(cell), zero, "");
                    let n = b.op(Op::Add, &[n, one]);
                    b.store(Place::Shared(cell), zero, n, "");
                },
                |_| {},
            );
            let access = b.access(Place::Shared(cell), "");
            let inner = b.def(Type::U32, Expr::UniformLoad { index: zero, access });
            b.range(zero, inner, one, |b, _| {
                b.barrier();
                let have = load(b, output, lid);
                let have = b.op(Op::Add, &[have, lid]);
                store(b, output, lid, have);
            });
        });
    });
    let out = run(&k, [1, 1, 1], &[], &[&[4], &[0; 16]]);
    assert_eq!(out[1], (0..16).map(|lid| lid * (1 + 2 + 3 + 4)).collect::<Vec<u32>>());
}

/// A slot that is the same for all keeps its value for a reader that comes before its next change.
#[test]
fn uniform_slots_change_in_order() {
    let k = kernel([4, 1, 1], |b| {
        let output = buffer(b, "output", Type::U32);
        let phase = b.slot("phase", Type::U32, None);
        let lid = builtin(b, Builtin::LocalIndex);
        let [zero, two, five, seven] = [0, 2, 5, 7].map(|c| b.u32(c));
        let before = b.get(phase);
        b.set(phase, five);
        let low = b.op(Op::Lt, &[lid, two]);
        let write = |b: &mut Builder| {
            let p = b.get(phase);
            let p = b.op(Op::Add, &[p, before]);
            store(b, output, lid, p);
        };
        b.branch(low, write, |_| {});
        b.set(phase, seven);
        b.branch(low, |_| {}, write);
        b.barrier();
        let p = b.get(phase);
        let first = b.op(Op::Eq, &[lid, zero]);
        b.branch(first, |b| store(b, output, lid, p), |_| {});
    });
    assert_eq!(run(&k, [1, 1, 1], &[], &[&[9; 4]])[0], [7, 5, 7, 7]);
}

#[test]
fn counted_loops_never_wrap() {
    let cases: [(u32, u32, u32, u32); 8] = [
        (0, 10, 1, 10),
        (0, 10, 3, 4),
        (10, 10, 1, 0),
        (11, 10, 1, 0),
        (u32::MAX - 3, u32::MAX, 1, 3),
        (u32::MAX - 3, u32::MAX, 2, 2),
        (0, u32::MAX, 1 << 31, 2),
        (0, 3, 0, 3),
    ];
    for (start, end, step, count) in cases {
        for constant in [false, true] {
            let k = kernel([1, 1, 1], |b| {
                let passed = ["start", "end", "step"].map(|name| scalar(b, name, Scalar::U32));
                let output = buffer(b, "output", Type::U32);
                let [s, e, st] = if constant { [start, end, step].map(|c| b.u32(c)) } else { passed };
                let [zero, one] = [0, 1].map(|c| b.u32(c));
                b.range(s, e, st, |b, _| {
                    let n = load(b, output, zero);
                    let n = b.op(Op::Add, &[n, one]);
                    store(b, output, zero, n);
                });
            });
            let out = run(&k, [1, 1, 1], &[start, end, step], &[&[0]]);
            assert_eq!(out[0], [count], "{start}..{end} by {step}");
        }
    }
}

#[test]
fn signed_loops_break_and_continue() {
    let k = kernel([1, 1, 1], |b| {
        let output = buffer(b, "output", Type::I32);
        let zero = b.u32(0);
        let [start, end, step, odd, stop] = [-5, 100, 1, 1, 7].map(|c| b.constant(Const::i32(c)));
        b.range(start, end, step, |b, i| {
            let bit = b.op(Op::And, &[i, odd]);
            let is_odd = b.op(Op::Eq, &[bit, odd]);
            b.branch(is_odd, |b| b.push(StmtKind::Continue), |_| {});
            let past = b.op(Op::Gt, &[i, stop]);
            b.branch(past, |b| b.push(StmtKind::Break), |_| {});
            let sum = load(b, output, zero);
            let sum = b.op(Op::Add, &[sum, i]);
            store(b, output, zero, sum);
        });
    });
    let want: i32 = (-5..=7).filter(|i| i % 2 == 0).sum();
    assert_eq!(run(&k, [1, 1, 1], &[], &[&[0]])[0], [want.cast_unsigned()]);
}

/// Arrays with computed indices: one that a leaf keeps to itself, and one that lives across a barrier.
#[test]
fn arrays_with_computed_indices() {
    let k = kernel([32, 1, 1], |b| {
        let output = buffer(b, "output", Type::U32);
        let (short, long) = (b.slot("short", Type::U32, Some(8)), b.slot("long", Type::U32, Some(8)));
        let lid = builtin(b, Builtin::LocalIndex);
        let [zero, one, seven, eight] = [0, 1, 7, 8].map(|c| b.u32(c));
        b.range(zero, eight, one, |b, i| {
            let v = b.op(Op::Mul, &[i, lid]);
            b.store(Place::Slot(short), i, v, "");
            b.store(Place::Slot(long), i, v, "");
        });
        let at = b.op(Op::And, &[lid, seven]);
        let mine = b.load(Place::Slot(short), at, "");
        b.barrier();
        let kept = b.load(Place::Slot(long), at, "");
        let sum = b.op(Op::Add, &[mine, kept]);
        store(b, output, lid, sum);
    });
    let out = run(&k, [1, 1, 1], &[], &[&[0; 32]]);
    assert_eq!(out[0], (0..32).map(|lid| 2 * lid * (lid & 7)).collect::<Vec<u32>>());
}

/// A slot that is only set on some paths reads as zero on the others, in every invocation.
#[test]
fn an_unset_slot_is_zero() {
    for barrier in [false, true] {
        let k = kernel([8, 1, 1], |b| {
            let output = buffer(b, "output", Type::U32);
            let slot = b.slot("slot", Type::U32, None);
            let lid = builtin(b, Builtin::LocalIndex);
            let i = global_id(b);
            let four = b.u32(4);
            let low = b.op(Op::Lt, &[lid, four]);
            b.branch(low, |b| b.set(slot, lid), |_| {});
            if barrier {
                b.barrier();
            }
            let value = b.get(slot);
            store(b, output, i, value);
        });
        let want = [0, 1, 2, 3, 0, 0, 0, 0];
        assert_eq!(run(&k, [2, 1, 1], &[], &[&[9; 16]])[0], [want, want].concat(), "{barrier}");
    }
}

#[test]
fn every_place_of_a_3d_grid() {
    let mut k = kernel([2, 3, 2], |b| {
        let output = buffer(b, "output", Type::vector(Scalar::U32, 4));
        let [lx, ly, lz] = [0, 1, 2].map(|a| builtin(b, Builtin::LocalId(a)));
        let [gx, gy, gz] = [0, 1, 2].map(|a| builtin(b, Builtin::WorkgroupId(a)));
        let [nx, ny] = [0, 1].map(|a| builtin(b, Builtin::NumWorkgroups(a)));
        let index = builtin(b, Builtin::LocalIndex);
        let [twelve, ten] = [12, 10].map(|c| b.u32(c));
        let mut group = b.op(Op::Mul, &[gz, ny]);
        group = b.op(Op::Add, &[group, gy]);
        group = b.op(Op::Mul, &[group, nx]);
        group = b.op(Op::Add, &[group, gx]);
        let at = b.op(Op::Mul, &[group, twelve]);
        let at = b.op(Op::Add, &[at, index]);
        let digits = |b: &mut Builder, x: ValueId, y: ValueId, z: ValueId| {
            let zy = b.op(Op::Mul, &[z, ten]);
            let zy = b.op(Op::Add, &[zy, y]);
            let zyx = b.op(Op::Mul, &[zy, ten]);
            b.op(Op::Add, &[zyx, x])
        };
        let (l, g) = (digits(b, lx, ly, lz), digits(b, gx, gy, gz));
        let v = b.def(Type::vector(Scalar::U32, 4), Expr::compose(&[l, g, index, group]));
        store(b, output, at, v);
    });
    k.grid_1d = false;
    let groups = 3 * 2 * 4;
    let out = run_with_lens(&k, [3, 2, 4], &[], &[&vec![0; groups * 12 * 4]], &[(groups * 12) as u32]);
    for (i, v) in (0u32..).zip(out[0].chunks(4)) {
        let (l, g) = (i % 12, i / 12);
        let digits = |x, y, z| z * 100 + y * 10 + x;
        assert_eq!(v, [digits(l % 2, l / 2 % 3, l / 6), digits(g % 3, g / 3 % 2, g / 6), l, g]);
    }
}

/// Indices that wrap below zero before a constant brings them back, which the emitter folds into an offset.
#[test]
fn offsets_fold_even_where_indices_wrap() {
    let k = kernel([8, 1, 1], |b| {
        let output = buffer(b, "output", Type::U32);
        let lid = builtin(b, Builtin::LocalIndex);
        let [two, five] = [2, 5].map(|c| b.u32(c));
        let low = b.op(Op::Sub, &[lid, five]);
        let at = b.op(Op::Add, &[low, five]);
        let twice = b.op(Op::Mul, &[lid, two]);
        store(b, output, at, twice);
    });
    assert_eq!(run(&k, [1, 1, 1], &[], &[&[0; 8]])[0], [0, 2, 4, 6, 8, 10, 12, 14]);
}

/// The only leaf stands in a loop and hands its slot on to its next round, beginning with zero.
#[test]
fn a_slot_goes_from_round_to_round() {
    let k = kernel([4, 1, 1], |b| {
        let n = scalar(b, "n", Scalar::U32);
        let output = buffer(b, "output", Type::U32);
        let slot = b.slot("slot", Type::U32, None);
        let lid = builtin(b, Builtin::LocalIndex);
        let i = global_id(b);
        let [zero, one] = [0, 1].map(|c| b.u32(c));
        b.range(zero, n, one, |b, _| {
            b.barrier();
            let value = b.get(slot);
            let value = b.op(Op::Add, &[value, lid]);
            b.set(slot, value);
            store(b, output, i, value);
        });
    });
    let want = [0, 5, 10, 15];
    assert_eq!(run(&k, [2, 1, 1], &[5], &[&[9; 8]])[0], [want, want].concat());
}
