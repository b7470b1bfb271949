//! What is accepted and what is not, after the WGSL specification.

use super::*;
use crate::ir::build::Builder;
use crate::ir::{AtomicOp, Buffer, Op, ParamId, Scalar, SharedId, Type};
use crate::source::FileId;

/// A kernel and what its tests need; each statement has a span of its own.
struct Case {
    b: Builder,
    lid: ValueId,
    n: ValueId,
    zero: ValueId,
    input: ParamId,
    output: ParamId,
    tile: SharedId,
}

fn case() -> Case {
    let mut b = Builder::new("k", [64, 1, 1], at(0));
    let buffer = |mutable| {
        ParamKind::Buffer(Buffer {
            elem: Type::U32,
            elems_per_item: 1,
            mutable,
            may_alias: false,
            atomic: false,
            packed: None,
        })
    };
    let input = b.param("input", buffer(false));
    let output = b.param("output", buffer(true));
    let n = b.param("n", ParamKind::Scalar(Scalar::U32));
    let tile = b.shared("tile", Type::U32, 64);
    b.span = at(1);
    let lid = b.def(Type::U32, Expr::Builtin(Builtin::LocalId(0)));
    let n = b.def(Type::U32, Expr::Param(n));
    let zero = b.u32(0);
    Case { b, lid, n, zero, input, output, tile }
}

fn at(start: u32) -> Span {
    Span { file: FileId(0), start, end: start + 1 }
}

impl Case {
    fn less(&mut self, a: ValueId, b: ValueId) -> ValueId {
        self.b.span = at(2);
        let cond = self.b.op(Op::Lt, &[a, b]);
        self.b.span = at(9);
        cond
    }

    /// Whether a barrier under this value `< n` is accepted.
    fn accepts(mut self, value: ValueId) -> bool {
        let cond = self.less(value, self.n);
        self.b.branch(cond, Builder::barrier, |_| {});
        check(&self.b.finish()).is_empty()
    }
}

#[test]
fn divergent_condition() {
    let mut c = case();
    let cond = c.less(c.lid, c.n);
    c.b.branch(cond, Builder::barrier, |_| {});
    c.b.barrier();
    let found = check(&c.b.finish());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].kind, Kind::DivergentBarrier);
    assert_eq!(found[0].span, at(9));
    assert_eq!(found[0].labels.iter().map(|l| l.0).collect::<Vec<_>>(), [at(2), at(1)]);
}

#[test]
fn values() {
    let c = case();
    let n = c.n;
    assert!(c.accepts(n));
    let mut c = case();
    let uniform = c.b.load(Place::Buffer(c.input), c.n, "");
    assert!(c.accepts(uniform));
    let mut c = case();
    let own = c.b.load(Place::Buffer(c.input), c.lid, "");
    assert!(!c.accepts(own));
    let mut c = case();
    let written = c.b.load(Place::Buffer(c.output), c.n, "");
    assert!(!c.accepts(written));
    let mut c = case();
    let shared = c.b.load(Place::Shared(c.tile), c.n, "");
    assert!(!c.accepts(shared));
    let mut c = case();
    let access = c.b.access(Place::Shared(c.tile), "");
    let uniform = c.b.def(Type::U32, Expr::UniformLoad { index: c.n, access });
    assert!(c.accepts(uniform));
    let mut c = case();
    let access = c.b.access(Place::Shared(c.tile), "");
    let (op, index) = (AtomicOp::Add, c.n);
    let old = c.b.def(Type::U32, Expr::Atomic { op, index, value: Some(index), expected: None, access });
    assert!(!c.accepts(old));
}

#[test]
fn variables() {
    // Set under a divergent condition, though to a constant.
    let mut c = case();
    let slot = c.b.slot("s", Type::U32, None);
    c.b.set(slot, c.zero);
    let cond = c.less(c.lid, c.n);
    let n = c.n;
    c.b.branch(cond, |b| b.set(slot, n), |_| {});
    let value = c.b.get(slot);
    assert!(!c.accepts(value));
    // Set again to the same everywhere.
    let mut c = case();
    let slot = c.b.slot("s", Type::U32, None);
    c.b.set(slot, c.lid);
    c.b.set(slot, c.zero);
    let value = c.b.get(slot);
    assert!(c.accepts(value));
    // An array, of which one element differs.
    let mut c = case();
    let array = c.b.slot("a", Type::U32, Some(4));
    c.b.store(Place::Slot(array), c.zero, c.lid, "");
    let value = c.b.load(Place::Slot(array), c.n, "");
    assert!(!c.accepts(value));
}

#[test]
fn early_return() {
    let mut c = case();
    let cond = c.less(c.lid, c.n);
    c.b.branch(cond, |b| b.push(StmtKind::Return), |_| {});
    c.b.barrier();
    assert_eq!(check(&c.b.finish()).len(), 1);
    let mut c = case();
    let cond = c.less(c.zero, c.n);
    c.b.branch(cond, |b| b.push(StmtKind::Return), |_| {});
    c.b.barrier();
    assert!(check(&c.b.finish()).is_empty());
}

#[test]
fn loops() {
    // A barrier before a divergent break is reached again without those who left; after the loop all meet.
    let mut c = case();
    let cond = c.less(c.lid, c.n);
    let (body, ()) = c.b.block(|b| {
        b.barrier();
        b.branch(cond, |b| b.push(StmtKind::Break), |_| {});
    });
    c.b.push(StmtKind::Loop { body });
    c.b.barrier();
    assert_eq!(check(&c.b.finish()).len(), 1);
    // Rounds by invocation.
    let mut c = case();
    let one = c.b.u32(1);
    let (lid, n, zero) = (c.lid, c.n, c.zero);
    c.b.range(lid, n, one, |b, _| b.barrier());
    c.b.range(zero, n, one, |b, _| b.barrier());
    assert_eq!(check(&c.b.finish()).len(), 1);
    // A variable that differs only from the second round on.
    let mut c = case();
    let slot = c.b.slot("s", Type::U32, None);
    c.b.set(slot, c.zero);
    let (lid, n, zero) = (c.lid, c.n, c.zero);
    c.b.range(zero, n, one, |b, _| {
        let value = b.get(slot);
        let cond = b.op(Op::Lt, &[value, n]);
        b.branch(cond, Builder::barrier, |_| {});
        b.set(slot, lid);
    });
    assert_eq!(check(&c.b.finish()).len(), 1);
    // A return in a loop is missed after it.
    let mut c = case();
    let cond = c.less(c.lid, c.n);
    let (n, zero) = (c.n, c.zero);
    c.b.range(zero, n, one, |b, _| b.branch(cond, |b| b.push(StmtKind::Return), |_| {}));
    c.b.barrier();
    assert_eq!(check(&c.b.finish()).len(), 1);
}

#[test]
fn operands() {
    let mut c = case();
    let access = c.b.access(Place::Shared(c.tile), "");
    c.b.def(Type::U32, Expr::UniformLoad { index: c.lid, access });
    c.b.def(Type::U32, Expr::subgroup(SubgroupOp::Shuffle, &[c.n, c.lid]));
    c.b.def(Type::U32, Expr::subgroup(SubgroupOp::ShuffleXor, &[c.n, c.lid]));
    let kinds: Vec<_> = check(&c.b.finish()).iter().map(|f| f.kind).collect();
    assert_eq!(kinds, [Kind::DivergentOperand, Kind::DivergentOperand]);
    let mut c = case();
    let cond = c.less(c.lid, c.n);
    let n = c.n;
    c.b.branch(
        cond,
        |b| {
            b.def(Type::U32, Expr::subgroup(SubgroupOp::Add, &[n]));
        },
        |_| {},
    );
    assert_eq!(check(&c.b.finish())[0].kind, Kind::DivergentSubgroup);
}
