//! Patterns that must be proved, and ones that must not; then a check of proofs by trying small launches.

use super::run;
use crate::ir::build::Builder;
use crate::ir::*;
use crate::source::{FileId, Span};

const SPAN: Span = Span { file: FileId(0), start: 0, end: 0 };

pub(super) fn builder(workgroup: [u32; 3]) -> Builder {
    Builder::new("k", workgroup, SPAN)
}

pub(super) fn buffer(b: &mut Builder, name: &str, lanes: u32) -> ParamId {
    let elem = if lanes == 4 { Type::vector(Scalar::F32, 4) } else { Type::F32 };
    let buffer = Buffer { elem, elems_per_item: 1, mutable: true, may_alias: false, atomic: false, packed: None };
    b.param(name, ParamKind::Buffer(buffer))
}

pub(super) fn scalar(b: &mut Builder, name: &str) -> (ParamId, ValueId) {
    let id = b.param(name, ParamKind::Scalar(Scalar::U32));
    (id, b.def(Type::U32, Expr::Param(id)))
}

pub(super) fn builtin(b: &mut Builder, builtin: Builtin) -> ValueId {
    b.def(Type::U32, Expr::Builtin(builtin))
}

pub(super) fn global_id(b: &mut Builder, axis: u8, size: u32) -> ValueId {
    let (group, local) = (builtin(b, Builtin::WorkgroupId(axis)), builtin(b, Builtin::LocalId(axis)));
    let size = b.u32(size);
    let base = b.op(Op::Mul, &[group, size]);
    b.op(Op::Add, &[base, local])
}

pub(super) fn sum(terms: &[(i128, &[FactAtom])]) -> FactExpr {
    FactExpr { terms: terms.iter().map(|(c, a)| (*c, a.to_vec())).collect() }
}

pub(super) fn le(b: &mut Builder, left: &[(i128, &[FactAtom])], right: &[(i128, &[FactAtom])]) {
    b.kernel.facts.push(Fact { left: sum(left), right: sum(right) });
}

fn touch(b: &mut Builder, buffer: ParamId, index: ValueId) {
    b.load(Place::Buffer(buffer), index, "x");
}

fn checks(b: Builder) -> Vec<Check> {
    let mut kernel = b.finish();
    let start = std::time::Instant::now();
    run(&mut kernel);
    let time = start.elapsed();
    let checks: Vec<_> = kernel.accesses.into_iter().map(|a| a.check).collect();
    println!("{time:?} {checks:#?}");
    checks
}

fn proved(b: Builder) {
    let checks = checks(b);
    assert!(checks.iter().all(|c| matches!(c, Check::Proved(_))), "{checks:#?}");
}

fn stays(b: Builder, why: &str) {
    let checks = checks(b);
    assert!(checks.iter().any(|c| matches!(c, Check::Stays(w) if w.contains(why))), "{checks:#?}");
}

use FactAtom::{Len, Param as P};

fn guarded(fact: bool) -> Builder {
    let mut b = builder([256, 1, 1]);
    let x = buffer(&mut b, "x", 1);
    let (n_id, n) = scalar(&mut b, "n");
    if fact {
        le(&mut b, &[(1, &[P(n_id)])], &[(1, &[Len(x)])]);
    }
    let i = global_id(&mut b, 0, 256);
    let inside = b.op(Op::Lt, &[i, n]);
    b.branch(inside, |b| touch(b, x, i), |_| {});
    b
}

#[test]
fn guard() {
    proved(guarded(true));
    stays(guarded(false), "`n <= x.len()` is not known");
}

/// `x[i]` where `i < k` and `m * k <= x.len()`; without the fact, `m` may be 0.
fn first_row(fact: bool) -> Builder {
    let mut b = builder([256, 1, 1]);
    let x = buffer(&mut b, "x", 1);
    let [(m_id, _), (k_id, k)] = ["m", "k"].map(|name| scalar(&mut b, name));
    le(&mut b, &[(1, &[P(m_id), P(k_id)])], &[(1, &[Len(x)])]);
    if fact {
        le(&mut b, &[(1, &[])], &[(1, &[P(m_id)])]);
    }
    let i = global_id(&mut b, 0, 256);
    let inside = b.op(Op::Lt, &[i, k]);
    b.branch(inside, |b| touch(b, x, i), |_| {});
    b
}

#[test]
fn a_product_bounds_its_factors() {
    proved(first_row(true));
    stays(first_row(false), "`k <= x.len()` is not known");
}

#[test]
fn early_return() {
    let mut b = builder([256, 1, 1]);
    let x = buffer(&mut b, "x", 1);
    let i = global_id(&mut b, 0, 256);
    let len = b.def(Type::U32, Expr::Len(x));
    let outside = b.op(Op::Ge, &[i, len]);
    b.branch(outside, |b| b.push(StmtKind::Return), |_| {});
    touch(&mut b, x, i);
    // The same sum, written once more.
    let again = global_id(&mut b, 0, 256);
    touch(&mut b, x, again);
    proved(b);
}

#[test]
fn unguarded() {
    let mut b = builder([256, 1, 1]);
    let x = buffer(&mut b, "x", 1);
    let i = global_id(&mut b, 0, 256);
    touch(&mut b, x, i);
    stays(b, "x.len()");
}

#[test]
fn what_is_after_a_guard_may_wrap() {
    let mut b = builder([256, 1, 1]);
    let x = buffer(&mut b, "x", 1);
    let (n_id, n) = scalar(&mut b, "n");
    let (_, i) = scalar(&mut b, "i");
    le(&mut b, &[(1, &[P(n_id)])], &[(1, &[Len(x)])]);
    let one = b.u32(1);
    let next = b.op(Op::Add, &[i, one]);
    let inside = b.op(Op::Lt, &[next, n]);
    b.branch(inside, |b| touch(b, x, i), |_| {});
    stays(b, "");
}

#[test]
fn grid_stride() {
    let mut b = builder([256, 1, 1]);
    let x = buffer(&mut b, "x", 1);
    let (n_id, n) = scalar(&mut b, "n");
    le(&mut b, &[(1, &[P(n_id)])], &[(1, &[Len(x)])]);
    let i = global_id(&mut b, 0, 256);
    let groups = builtin(&mut b, Builtin::NumWorkgroups(0));
    let size = b.u32(256);
    let step = b.op(Op::Mul, &[groups, size]);
    b.range(i, n, step, |b, i| touch(b, x, i));
    let slot = b.slot("i", Type::U32, None);
    b.set(slot, i);
    let (body, ()) = b.block(|b| {
        let i = b.get(slot);
        let inside = b.op(Op::Lt, &[i, n]);
        let outside = b.op(Op::Not, &[inside]);
        b.branch(outside, |b| b.push(StmtKind::Break), |_| {});
        touch(b, x, i);
        let i = b.get(slot);
        let next = b.op(Op::Add, &[i, step]);
        b.set(slot, next);
    });
    b.push(StmtKind::Loop { body });
    proved(b);
}

fn matmul(fact: bool) -> Builder {
    let mut b = builder([16, 16, 1]);
    let [x, y, z] = ["a", "b", "c"].map(|name| buffer(&mut b, name, 1));
    let [(m_id, m), (n_id, n), (k_id, k)] = ["m", "n", "k"].map(|name| scalar(&mut b, name));
    let sizes = [(x, m_id, k_id), (y, k_id, n_id), (z, m_id, n_id)];
    for (buffer, rows, columns) in sizes.into_iter().skip(usize::from(!fact)) {
        le(&mut b, &[(1, &[P(rows), P(columns)])], &[(1, &[Len(buffer)])]);
    }
    let (column, row) = (global_id(&mut b, 0, 16), global_id(&mut b, 1, 16));
    let (a, c) = (b.op(Op::Lt, &[row, m]), b.op(Op::Lt, &[column, n]));
    let inside = b.op(Op::And, &[a, c]);
    b.branch(
        inside,
        |b| {
            let (zero, one) = (b.u32(0), b.u32(1));
            b.range(zero, k, one, |b, kk| {
                let at = b.op(Op::Mul, &[row, k]);
                let at = b.op(Op::Add, &[at, kk]);
                touch(b, x, at);
                let at = b.op(Op::Mul, &[kk, n]);
                let at = b.op(Op::Add, &[at, column]);
                touch(b, y, at);
            });
            let at = b.op(Op::Mul, &[row, n]);
            let at = b.op(Op::Add, &[at, column]);
            touch(b, z, at);
        },
        |_| {},
    );
    b
}

#[test]
fn matrices() {
    proved(matmul(true));
    stays(matmul(false), "`m * k <= a.len()` is not known");
}

#[test]
fn tiles() {
    let mut b = builder([16, 16, 1]);
    let tile = b.shared("tile", Type::F32, 16 * 17);
    let (tx, ty) = (builtin(&mut b, Builtin::LocalId(0)), builtin(&mut b, Builtin::LocalId(1)));
    let (t, pitch, mask) = (b.u32(16), b.u32(17), b.u32(15));
    let at = b.op(Op::Mul, &[ty, pitch]);
    let at = b.op(Op::Add, &[at, tx]);
    b.load(Place::Shared(tile), at, "x");
    let j = builtin(&mut b, Builtin::LocalIndex);
    let (low, high) = (b.op(Op::Rem, &[j, t]), b.op(Op::Div, &[j, t]));
    let at = b.op(Op::Mul, &[low, pitch]);
    let at = b.op(Op::Add, &[at, high]);
    b.load(Place::Shared(tile), at, "x");
    let four = b.u32(4);
    let (low, high) = (b.op(Op::And, &[j, mask]), b.op(Op::Shr, &[j, four]));
    let at = b.op(Op::Mul, &[high, pitch]);
    let at = b.op(Op::Add, &[at, low]);
    b.load(Place::Shared(tile), at, "x");
    let at = b.op(Op::Shl, &[high, four]);
    let at = b.op(Op::Or, &[at, low]);
    b.load(Place::Shared(tile), at, "x");
    let last = b.u32(16 * 17 - 1);
    b.load(Place::Shared(tile), last, "x");
    proved(b);
}

#[test]
fn vec4_views() {
    let mut b = builder([256, 1, 1]);
    let (x, x4) = (buffer(&mut b, "x", 1), buffer(&mut b, "x4", 4));
    let (n_id, n) = scalar(&mut b, "n");
    le(&mut b, &[(1, &[P(n_id)])], &[(4, &[Len(x4)])]);
    le(&mut b, &[(1, &[P(n_id)])], &[(1, &[Len(x)])]);
    le(&mut b, &[(1, &[P(n_id)])], &[(1 << 31, &[])]);
    let i = global_id(&mut b, 0, 256);
    let (three, four) = (b.u32(3), b.u32(4));
    let up = b.op(Op::Add, &[n, three]);
    let n4 = b.op(Op::Div, &[up, four]);
    let inside = b.op(Op::Lt, &[i, n4]);
    b.branch(inside, |b| touch(b, x4, i), |_| {});
    let whole = b.op(Op::Div, &[n, four]);
    let inside = b.op(Op::Lt, &[i, whole]);
    b.branch(
        inside,
        |b| {
            let at = b.op(Op::Mul, &[i, four]);
            let at = b.op(Op::Add, &[at, three]);
            touch(b, x, at);
        },
        |_| {},
    );
    proved(b);
}

#[test]
fn tree_reduction() {
    let mut b = builder([256, 1, 1]);
    let x = b.shared("x", Type::F32, 256);
    let lid = builtin(&mut b, Builtin::LocalIndex);
    let s = b.slot("s", Type::U32, None);
    let start = b.u32(128);
    b.set(s, start);
    let (body, ()) = b.block(|b| {
        let (now, zero, one) = (b.get(s), b.u32(0), b.u32(1));
        let more = b.op(Op::Gt, &[now, zero]);
        b.branch(more, |_| {}, |b| b.push(StmtKind::Break));
        let inside = b.op(Op::Lt, &[lid, now]);
        b.branch(
            inside,
            |b| {
                let other = b.op(Op::Add, &[lid, now]);
                let value = b.load(Place::Shared(x), other, "x");
                b.store(Place::Shared(x), lid, value, "x");
            },
            |_| {},
        );
        b.barrier();
        let half = b.op(Op::Shr, &[now, one]);
        b.set(s, half);
    });
    b.push(StmtKind::Loop { body });
    proved(b);
}

#[test]
fn binary_search() {
    let mut b = builder([256, 1, 1]);
    let x = buffer(&mut b, "x", 1);
    let (n_id, n) = scalar(&mut b, "n");
    le(&mut b, &[(1, &[P(n_id)])], &[(1, &[Len(x)])]);
    let (low, high) = (b.slot("low", Type::U32, None), b.slot("high", Type::U32, None));
    let zero = b.u32(0);
    b.set(low, zero);
    b.set(high, n);
    let (body, ()) = b.block(|b| {
        let (l, h, one) = (b.get(low), b.get(high), b.u32(1));
        let more = b.op(Op::Lt, &[l, h]);
        b.branch(more, |_| {}, |b| b.push(StmtKind::Break));
        let width = b.op(Op::Sub, &[h, l]);
        let half = b.op(Op::Shr, &[width, one]);
        let mid = b.op(Op::Add, &[l, half]);
        let value = b.load(Place::Buffer(x), mid, "x");
        let right = b.op(Op::Lt, &[value, value]);
        let next = b.op(Op::Add, &[mid, one]);
        b.branch(right, |b| b.set(low, next), |b| b.set(high, mid));
    });
    b.push(StmtKind::Loop { body });
    proved(b);
}

#[test]
fn clamped_neighbours() {
    let mut b = builder([256, 1, 1]);
    let x = buffer(&mut b, "x", 1);
    let (n_id, n) = scalar(&mut b, "n");
    le(&mut b, &[(1, &[P(n_id)])], &[(1, &[Len(x)])]);
    let i = global_id(&mut b, 0, 256);
    let (zero, one) = (b.u32(0), b.u32(1));
    let outside = b.op(Op::Ge, &[i, n]);
    b.branch(outside, |b| b.push(StmtKind::Return), |_| {});
    let has_left = b.op(Op::Gt, &[i, zero]);
    let left = b.op(Op::Sub, &[i, one]);
    let left = b.op(Op::Select, &[has_left, left, zero]);
    touch(&mut b, x, left);
    let slot = b.slot("right", Type::U32, None);
    b.set(slot, i);
    let right = b.op(Op::Add, &[i, one]);
    let has_right = b.op(Op::Lt, &[right, n]);
    b.branch(has_right, |b| b.set(slot, right), |_| {});
    let right = b.get(slot);
    touch(&mut b, x, right);
    let last = b.op(Op::Sub, &[n, one]);
    let clamped = b.op(Op::Min, &[right, last]);
    touch(&mut b, x, clamped);
    let chunk = b.u32(100);
    let end = b.op(Op::Add, &[i, chunk]);
    let end = b.op(Op::Min, &[end, n]);
    b.range(i, end, one, |b, j| touch(b, x, j));
    proved(b);
}

#[test]
fn data_bounded_by_a_guard() {
    let mut b = builder([256, 1, 1]);
    let x = buffer(&mut b, "x", 1);
    let (n_id, n) = scalar(&mut b, "n_features");
    le(&mut b, &[(1, &[P(n_id)])], &[(1, &[Len(x)])]);
    let i = global_id(&mut b, 0, 256);
    let inside = b.op(Op::Lt, &[i, n]);
    b.branch(
        inside,
        |b| {
            let value = b.load(Place::Buffer(x), i, "x");
            let feature = b.cast(Op::Convert, value, Type::I32);
            let zero = b.constant(Const::i32(0));
            let leaf = b.op(Op::Lt, &[feature, zero]);
            b.branch(leaf, |b| b.push(StmtKind::Return), |_| {});
            let feature = b.cast(Op::Convert, feature, Type::U32);
            let fits = b.op(Op::Lt, &[feature, n]);
            b.branch(fits, |b| touch(b, x, feature), |_| {});
        },
        |_| {},
    );
    proved(b);
}

/// `let mut i = 0; for _ in 0..n { [a[i];] if n < k { i = 100; leave } i = 0 } [a[i]]`
fn left_early(leave: StmtKind, after: bool) -> Builder {
    let mut b = builder([64, 1, 1]);
    let a = b.slot("a", Type::F32, Some(8));
    let i = b.slot("i", Type::U32, None);
    let ((_, n), zero, one, far) = (scalar(&mut b, "n"), b.u32(0), b.u32(1), b.u32(100));
    b.set(i, zero);
    let read = |b: &mut Builder| {
        let at = b.get(i);
        b.load(Place::Slot(a), at, "a");
    };
    b.range(zero, n, one, |b, k| {
        if !after {
            read(b);
        }
        let cond = b.op(Op::Lt, &[n, k]);
        let moved = |b: &mut Builder| {
            b.set(i, far);
            b.push(leave);
        };
        b.branch(cond, moved, |_| {});
        b.set(i, zero);
    });
    if after {
        read(&mut b);
    }
    b
}

#[test]
fn every_way_around_and_out_of_a_loop_counts() {
    stays(left_early(StmtKind::Continue, false), "");
    stays(left_early(StmtKind::Continue, true), "");
    stays(left_early(StmtKind::Break, true), "");
    proved(left_early(StmtKind::Break, false));
    proved(left_early(StmtKind::Return, true));
}

#[test]
fn bounds_that_only_the_end_of_a_round_gives() {
    // `let mut at = 0; if room > 0 { for _ in 0..n { x[at]; at = next(); if at >= room { return } } x[at] }`
    let mut b = builder([64, 1, 1]);
    let x = buffer(&mut b, "x", 1);
    let ((room_id, room), (_, n)) = (scalar(&mut b, "room"), scalar(&mut b, "n"));
    le(&mut b, &[(1, &[P(room_id)])], &[(1, &[Len(x)])]);
    let (at, zero, one) = (b.slot("at", Type::U32, None), b.u32(0), b.u32(1));
    b.set(at, zero);
    let some = b.op(Op::Gt, &[room, zero]);
    b.branch(
        some,
        |b| {
            b.range(zero, n, one, |b, _| {
                let now = b.get(at);
                let value = b.load(Place::Buffer(x), now, "x");
                let next = b.cast(Op::Bitcast, value, Type::U32);
                b.set(at, next);
                let outside = b.op(Op::Ge, &[next, room]);
                b.branch(outside, |b| b.push(StmtKind::Return), |_| {});
            });
            let now = b.get(at);
            touch(b, x, now);
        },
        |_| {},
    );
    proved(b);
}

#[test]
fn quotients_by_unknowns() {
    // The warps of a workgroup: `div_ceil(256, subgroup_size())`, written with a remainder.
    let mut b = builder([256, 1, 1]);
    let partial = b.shared("partial", Type::F32, 256);
    let size = builtin(&mut b, Builtin::SubgroupSize);
    let (all, zero, one) = (b.u32(256), b.u32(0), b.u32(1));
    let (whole, rest) = (b.op(Op::Div, &[all, size]), b.op(Op::Rem, &[all, size]));
    let more = b.op(Op::Ne, &[rest, zero]);
    let more = b.cast(Op::Convert, more, Type::U32);
    let n = b.op(Op::Add, &[whole, more]);
    b.range(zero, n, one, |b, j| {
        b.load(Place::Shared(partial), j, "partial");
    });
    proved(b);
}

#[test]
fn short_circuits() {
    // `let mut and = c; if c { and = i < n }; if and { x[i] }`, and the read twice of what nobody writes.
    let mut b = builder([64, 1, 1]);
    let indices =
        Buffer { elem: Type::U32, elems_per_item: 1, mutable: false, may_alias: false, atomic: false, packed: None };
    let indices = b.param("indices", ParamKind::Buffer(indices));
    let x = buffer(&mut b, "x", 1);
    let (n_id, n) = scalar(&mut b, "n");
    le(&mut b, &[(1, &[P(n_id)])], &[(1, &[Len(x)])]);
    le(&mut b, &[(1, &[])], &[(1, &[Len(indices)])]);
    let (and, zero) = (b.slot("and", Type::BOOL, None), b.u32(0));
    let some = b.op(Op::Gt, &[n, zero]);
    b.set(and, some);
    b.branch(
        some,
        |b| {
            let i = b.load(Place::Buffer(indices), zero, "indices");
            let inside = b.op(Op::Lt, &[i, n]);
            b.set(and, inside);
        },
        |_| {},
    );
    let both = b.get(and);
    b.branch(
        both,
        |b| {
            let i = b.load(Place::Buffer(indices), zero, "indices");
            touch(b, x, i);
        },
        |_| {},
    );
    proved(b);
}
