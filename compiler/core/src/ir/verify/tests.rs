//! Each invariant, broken once.

use super::verify;
use crate::ir::build::Builder;
use crate::ir::{Buffer, Const, Expr, Kernel, Op, ParamKind, Place, Scalar, StmtKind, Type, ValueId};
use crate::source::{FileId, Span};

const SPAN: Span = Span { file: FileId(0), start: 3, end: 4 };

fn kernel(write: impl FnOnce(&mut Builder)) -> Kernel {
    let mut b = Builder::new("k", [8, 1, 1], SPAN);
    write(&mut b);
    b.finish()
}

fn buffer(b: &mut Builder, mutable: bool, atomic: bool) -> Place {
    let kind = Buffer { elem: Type::U32, elems_per_item: 1, mutable, may_alias: false, atomic, packed: None };
    Place::Buffer(b.param("x", ParamKind::Buffer(kind)))
}

#[track_caller]
fn refused(message: &str, write: impl FnOnce(&mut Builder)) {
    let found = verify(&kernel(write)).expect_err(message);
    assert!(found.contains(message), "{found}");
}

#[test]
fn a_sound_kernel_passes() {
    let k = kernel(|b| {
        let x = buffer(b, true, false);
        let (zero, n, one) = (b.u32(0), b.u32(4), b.u32(1));
        b.range(zero, n, one, |b, i| {
            let v = b.load(x, i, "x");
            let sum = b.op(Op::Add, &[v, i]);
            let odd = b.op(Op::Gt, &[sum, one]);
            b.branch(odd, |b| b.push(StmtKind::Break), |b| b.store(x, i, sum, "x"));
        });
        b.barrier();
    });
    assert_eq!(verify(&k), Ok(()));
}

#[test]
fn each_broken_invariant_is_named() {
    refused("before it is defined", |b| {
        let v = b.value(Type::U32, Expr::Const(Const::u32(1)));
        b.op(Op::Not, &[v]);
    });
    refused("defined twice", |b| {
        let v = b.u32(1);
        b.push(StmtKind::Def(v));
    });
    refused("outside the block", |b| {
        let c = b.constant(Const::bool(true));
        let mut inner = ValueId(0);
        b.branch(c, |b| inner = b.op(Op::Not, &[c]), |_| {});
        b.op(Op::Not, &[inner]);
    });
    refused("add on", |b| {
        let (x, y) = (b.u32(1), b.constant(Const::f32(1.0)));
        b.op(Op::Add, &[x, y]);
    });
    refused("declared f32", |b| {
        let x = b.u32(1);
        b.def(Type::F32, Expr::op(Op::Add, &[x, x]));
    });
    refused("outside a loop", |b| b.push(StmtKind::Continue));
    refused("an index is u32", |b| {
        let x = buffer(b, true, false);
        let i = b.constant(Const::i32(0));
        b.load(x, i, "x");
    });
    refused("a condition is bool", |b| {
        let c = b.u32(1);
        b.branch(c, |_| {}, |_| {});
    });
    refused("not mutable", |b| {
        let x = buffer(b, false, false);
        let i = b.u32(0);
        b.store(x, i, i, "x");
    });
    refused("only touched by atomic", |b| {
        let x = buffer(b, true, true);
        let i = b.u32(0);
        b.load(x, i, "x");
    });
    refused("is no array", |b| {
        let slot = b.slot("s", Type::U32, None);
        let i = b.u32(0);
        b.load(Place::Slot(slot), i, "s");
    });
    refused("as a plain variable", |b| {
        let slot = b.slot("s", Type::U32, Some(4));
        b.get(slot);
    });
    refused("bits past its end", |b| {
        b.constant(Const::scalar(Scalar::U8, 256));
    });
    refused("does not exist", |b| b.push(StmtKind::Def(ValueId(9))));
}
