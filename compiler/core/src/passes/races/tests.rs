//! Races that must be shown, and code that must be left in peace.

use super::check;
use crate::ir::build::Builder;
use crate::ir::*;
use crate::source::{FileId, Span};

struct Case {
    b: Builder,
    lid: ValueId,
    n: ValueId,
    one: ValueId,
    x: ParamId,
    tile: SharedId,
}

fn case() -> Case {
    let mut b = Builder::new("k", [256, 1, 1], Span { file: FileId(0), start: 0, end: 1 });
    let buffer =
        Buffer { elem: Type::F32, elems_per_item: 1, mutable: false, may_alias: false, atomic: false, packed: None };
    let x = b.param("x", ParamKind::Buffer(buffer));
    let n = b.param("n", ParamKind::Scalar(Scalar::U32));
    let tile = b.shared("tile", Type::F32, 512);
    let lid = b.def(Type::U32, Expr::Builtin(Builtin::LocalIndex));
    let n = b.def(Type::U32, Expr::Param(n));
    let one = b.u32(1);
    Case { b, lid, n, one, x, tile }
}

impl Case {
    fn store(&mut self, index: ValueId) {
        let value = self.b.load(Place::Buffer(self.x), self.lid, "x");
        self.b.store(Place::Shared(self.tile), index, value, "tile");
    }

    fn load(&mut self, index: ValueId) {
        self.b.load(Place::Shared(self.tile), index, "tile");
    }

    fn next(&mut self) -> ValueId {
        self.b.op(Op::Add, &[self.lid, self.one])
    }

    fn races(self) -> usize {
        let kernel = self.b.finish();
        let start = std::time::Instant::now();
        let found = check(&kernel);
        println!("{:?} {found:#?}", start.elapsed());
        found.len()
    }
}

#[test]
fn neighbours() {
    let mut c = case();
    let (lid, next) = (c.lid, c.next());
    c.store(lid);
    c.load(next);
    let kernel = c.b.finish();
    let found = check(&kernel);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].here, "invocation 0 reads `tile[1]`");
    assert_eq!(found[0].labels[0].1, "invocation 1 writes `tile[1]`");
    // With a barrier, or only its own.
    let mut c = case();
    let (lid, next) = (c.lid, c.next());
    c.store(lid);
    c.load(lid);
    c.b.barrier();
    c.load(next);
    assert_eq!(c.races(), 0);
}

#[test]
fn all_write_one_element() {
    let mut c = case();
    let one = c.one;
    c.store(one);
    assert_eq!(c.races(), 1);
    // The same value does no harm.
    let mut c = case();
    let zero = c.b.constant(Const::f32(0.0));
    c.b.store(Place::Shared(c.tile), c.one, zero, "tile");
    assert_eq!(c.races(), 0);
    // Only one of them.
    let mut c = case();
    let zero = c.b.u32(0);
    let first = c.b.op(Op::Eq, &[c.lid, zero]);
    let value = c.b.load(Place::Buffer(c.x), c.lid, "x");
    let (tile, one) = (c.tile, c.one);
    c.b.branch(first, |b| b.store(Place::Shared(tile), one, value, "tile"), |_| {});
    assert_eq!(c.races(), 0);
}

#[test]
fn unknown_conditions_are_passed_over() {
    let mut c = case();
    let inside = c.b.op(Op::Lt, &[c.lid, c.n]);
    let value = c.b.load(Place::Buffer(c.x), c.lid, "x");
    let (tile, one) = (c.tile, c.one);
    c.b.branch(inside, |b| b.store(Place::Shared(tile), one, value, "tile"), |_| {});
    assert_eq!(c.races(), 0);
    // A barrier that depends on the same condition as the use.
    let mut c = case();
    let (lid, next) = (c.lid, c.next());
    let some = c.b.op(Op::Lt, &[c.one, c.n]);
    c.store(lid);
    c.b.branch(some, Builder::barrier, |_| {});
    let tile = c.tile;
    c.b.branch(
        some,
        |b| {
            b.load(Place::Shared(tile), next, "tile");
        },
        |_| {},
    );
    assert_eq!(c.races(), 0);
}

/// `while s > 0 { if lid < s { tile[lid] += tile[lid + s] } barrier; s >>= 1 }`
fn reduction(barrier: bool) -> usize {
    let mut c = case();
    let (tile, lid, one) = (c.tile, c.lid, c.one);
    c.store(lid);
    c.b.barrier();
    let s = c.b.slot("s", Type::U32, None);
    let start = c.b.u32(128);
    c.b.set(s, start);
    let (body, ()) = c.b.block(|b| {
        let (now, zero) = (b.get(s), b.u32(0));
        let more = b.op(Op::Gt, &[now, zero]);
        b.branch(more, |_| {}, |b| b.push(StmtKind::Break));
        let inside = b.op(Op::Lt, &[lid, now]);
        b.branch(
            inside,
            |b| {
                let other = b.op(Op::Add, &[lid, now]);
                let x = b.load(Place::Shared(tile), other, "tile");
                let y = b.load(Place::Shared(tile), lid, "tile");
                let sum = b.op(Op::Add, &[x, y]);
                b.store(Place::Shared(tile), lid, sum, "tile");
            },
            |_| {},
        );
        if barrier {
            b.barrier();
        }
        let half = b.op(Op::Shr, &[now, one]);
        b.set(s, half);
    });
    c.b.push(StmtKind::Loop { body });
    c.races()
}

#[test]
fn tree_reduction() {
    assert_eq!(reduction(true), 0);
    assert!(reduction(false) > 0);
}

/// `for k0 in (0..n).step_by(1) { tile[lid] = ..; barrier; .. tile[lid + 1] ..; [barrier] }`
fn tiled(last_barrier: bool, range: bool) -> usize {
    let mut c = case();
    let next = c.next();
    let (tile, x, lid, n, one) = (c.tile, c.x, c.lid, c.n, c.one);
    let zero = c.b.u32(0);
    let body = |b: &mut Builder| {
        let value = b.load(Place::Buffer(x), lid, "x");
        b.store(Place::Shared(tile), lid, value, "tile");
        b.barrier();
        b.load(Place::Shared(tile), next, "tile");
        if last_barrier {
            b.barrier();
        }
    };
    if range {
        c.b.range(zero, n, one, |b, _| body(b));
    } else {
        let slot = c.b.slot("k", Type::U32, None);
        c.b.set(slot, zero);
        let (body, ()) = c.b.block(|b| {
            let k = b.get(slot);
            let more = b.op(Op::Lt, &[k, n]);
            b.branch(more, |_| {}, |b| b.push(StmtKind::Break));
            body(b);
            let k = b.op(Op::Add, &[k, one]);
            b.set(slot, k);
        });
        c.b.push(StmtKind::Loop { body });
    }
    c.races()
}

#[test]
fn around_a_loop() {
    for range in [true, false] {
        assert_eq!(tiled(true, range), 0);
        assert_eq!(tiled(false, range), 1);
    }
}

#[test]
fn two_buffers_in_turn() {
    // The half that is written is not the one that is read; which is which changes.
    let mut c = case();
    let next = c.next();
    let (tile, x, lid, n, one) = (c.tile, c.x, c.lid, c.n, c.one);
    let half = c.b.slot("half", Type::U32, None);
    let zero = c.b.u32(0);
    c.b.set(half, zero);
    c.b.range(zero, n, one, |b, _| {
        let (now, size) = (b.get(half), b.u32(256));
        let base = b.op(Op::Mul, &[now, size]);
        let at = b.op(Op::Add, &[base, lid]);
        let value = b.load(Place::Buffer(x), lid, "x");
        b.store(Place::Shared(tile), at, value, "tile");
        b.barrier();
        let at = b.op(Op::Add, &[base, next]);
        b.load(Place::Shared(tile), at, "tile");
        let other = b.op(Op::Sub, &[one, now]);
        b.set(half, other);
    });
    assert_eq!(c.races(), 0);
}

#[test]
fn known_rounds() {
    // Each invocation fills its own elements, 256 apart.
    let mut c = case();
    let (tile, x, lid, one) = (c.tile, c.x, c.lid, c.one);
    let (end, step) = (c.b.u32(512), c.b.u32(256));
    c.b.range(lid, end, step, |b, i| {
        let value = b.load(Place::Buffer(x), i, "x");
        b.store(Place::Shared(tile), i, value, "tile");
    });
    c.b.barrier();
    c.b.range(lid, end, step, |b, i| {
        b.load(Place::Shared(tile), i, "tile");
    });
    assert_eq!(c.races(), 0);
    // One apart: they overlap.
    let mut c = case();
    let (tile, x, lid) = (c.tile, c.x, c.lid);
    let two = c.b.u32(2);
    let end = c.b.op(Op::Add, &[lid, two]);
    c.b.range(lid, end, one, |b, i| {
        let value = b.load(Place::Buffer(x), lid, "x");
        b.store(Place::Shared(tile), i, value, "tile");
    });
    assert_eq!(c.races(), 1);
}
