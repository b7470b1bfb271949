//! A kernel as text.

use super::print;
use crate::ir::build::Builder;
use crate::ir::{Buffer, Check, Const, Fact, FactAtom, FactExpr, Op, ParamKind, Place, Scalar, StmtKind, Type};
use crate::source::{FileId, Span};

#[test]
fn a_kernel_reads_like_a_small_program() {
    let mut b = Builder::new("sum", [64, 1, 1], Span { file: FileId(0), start: 0, end: 1 });
    let n = b.param("n", ParamKind::Scalar(Scalar::U32));
    let four = Type::vector(Scalar::F32, 4);
    let kind = Buffer { elem: four, elems_per_item: 1, mutable: true, may_alias: true, atomic: false, packed: None };
    let x = b.param("x", ParamKind::Buffer(kind));
    let tile = b.shared("tile", Type::F32, 64);
    let acc = b.slot("acc", Type::F32, None);
    b.slot("n", Type::U32, Some(2));
    let term = |atom| FactExpr { terms: vec![(4, vec![atom]), (-1, vec![])] };
    b.kernel.facts.push(Fact { left: term(FactAtom::Param(n)), right: term(FactAtom::Len(x)) });
    let zero = b.u32(0);
    let start = b.constant(Const::f32(0.5));
    let limit = b.def(Type::U32, super::super::Expr::Param(n));
    b.set(acc, start);
    b.range(zero, limit, zero, |b, i| {
        let v = b.load(Place::Buffer(x), i, "index into x");
        b.kernel.accesses[0].check = Check::Proved("i < n".into());
        let big = b.op(Op::Lt, &[i, limit]);
        b.branch(big, |b| b.store(Place::Buffer(x), i, v, "index into x"), |b| b.push(StmtKind::Break));
    });
    b.barrier();
    let sum = b.get(acc);
    b.store(Place::Shared(tile), zero, sum, "index into tile");
    let expected = "\
kernel sum workgroup [64, 1, 1] grid 1d {
    param n#0: u32
    param x: &mut [f32x4] may alias
    shared tile: [f32; 64]
    let mut acc: f32
    let mut n#1: [u32; 2]
    given 4 * n#0 + -1 <= 4 * len(x) + -1
    %0: u32 = 0
    %1: f32 = 0.5
    %2: u32 = param n#0
    acc = %1
    for %3: u32 in %0..%2 step %0 {
        %4: f32x4 = load x[%3] // proved: i < n
        %5: bool = lt %3, %2
        if %5 {
            store x[%3] = %4
        } else {
            break
        }
    }
    barrier workgroup
    %6: f32 = acc
    store tile[%0] = %6
}
";
    assert_eq!(print(&b.finish()), expected);
}
