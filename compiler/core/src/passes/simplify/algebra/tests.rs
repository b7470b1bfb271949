//! Every rule on special values.

use super::{Simple, simplify};
use crate::ir::build::Builder;
use crate::ir::eval::{as_f64, eval, from_f64, width};
use crate::ir::{Const, Expr, Kernel, Op, ParamKind, Scalar, Type, ValueId, op};
use crate::source::{FileId, Span};

const SCALARS: [Scalar; 5] = [Scalar::Bool, Scalar::I32, Scalar::U32, Scalar::I64, Scalar::F32];

/// Numbers that operations treat specially.
fn samples(scalar: Scalar) -> Vec<u64> {
    let ones = u64::MAX >> (64 - width(scalar));
    let mut bits = vec![0, 1 & ones, ones, ones >> 1, (ones >> 1) + 1];
    bits.extend([1.0, -1.0, 2.0, 0.5, 32.0, 64.0, -0.0, f64::INFINITY, f64::NAN].map(|x| from_f64(scalar, x)));
    bits.sort_unstable();
    bits.dedup();
    bits
}

/// The value of `id` where the parameter is `x`.
fn value(kernel: &Kernel, id: ValueId, x: Const) -> Const {
    match &kernel[id].expr {
        Expr::Const(value) => *value,
        Expr::Op(op, operands) => apply(kernel, *op, operands, kernel[id].ty, x),
        _ => x,
    }
}

fn apply(kernel: &Kernel, op: Op, operands: &[ValueId], ty: Type, x: Const) -> Const {
    let args: Vec<Const> = operands.iter().map(|id| value(kernel, *id, x)).collect();
    eval(op, ty, &args)
}

/// Defines `op` in every way on the given value and on constants.
fn applications(b: &mut Builder, op: Op, on: &[ValueId]) -> Vec<ValueId> {
    let row = op.row();
    let mut found = vec![];
    let mut tuples: Vec<Vec<ValueId>> = vec![vec![]];
    for _ in 0..row.arity {
        tuples = tuples.iter().flat_map(|t| on.iter().map(|v| [t.as_slice(), &[*v]].concat())).collect();
    }
    for operands in tuples {
        let types: Vec<Type> = operands.iter().map(|v| b.kernel[*v].ty).collect();
        let wanted = match op {
            Op::Convert | Op::Bitcast => SCALARS.map(Type::scalar).to_vec(),
            _ => vec![Type::U32],
        };
        for wanted in wanted.into_iter().filter(|ty| op != Op::Bitcast || *ty != Type::BOOL) {
            if let Ok(ty) = op::result_type(op, &types, wanted) {
                found.push(b.def(ty, Expr::op(op, &operands)));
            }
        }
    }
    found
}

fn check(b: &mut Builder, id: ValueId, scalar: Scalar) {
    let ty = b.kernel[id].ty;
    let simple = simplify(&b.kernel, id);
    if matches!(simple, Simple::Same) {
        return;
    }
    for x in samples(scalar) {
        let x = Const::scalar(scalar, x);
        let before = value(&b.kernel, id, x);
        let after = match &simple {
            Simple::Same => before,
            Simple::Value(other) => value(&b.kernel, *other, x),
            Simple::Const(constant) => *constant,
            Simple::Op(op, operands) => apply(&b.kernel, *op, operands, ty, x),
            Simple::OpConst(op, operand, constant) => {
                let constant = b.def(constant.ty, Expr::Const(*constant));
                apply(&b.kernel, *op, &[*operand, constant], ty, x)
            }
        };
        let nan = [before, after].iter().all(|v| as_f64(ty.scalar, v.lanes[0]).is_nan());
        let expr = &b.kernel[id].expr;
        let inner: Vec<_> = match expr {
            Expr::Op(_, operands) => operands.iter().map(|v| &b.kernel[*v].expr).collect(),
            _ => vec![],
        };
        assert!((before == after && after.ty == ty) || nan, "{expr:?} of {inner:?}, x = {x:?}: {before:?}, {after:?}");
    }
}

#[test]
fn every_rule_holds_for_every_operation_on_one_value_and_constants() {
    for scalar in SCALARS {
        let mut b = Builder::new("k", [1, 1, 1], Span { file: FileId(0), start: 0, end: 1 });
        let param = b.param("x", ParamKind::Scalar(scalar));
        let x = b.def(Type::scalar(scalar), Expr::Param(param));
        let mut simple = vec![x];
        simple.extend(samples(scalar).into_iter().map(|bits| b.constant(Const::scalar(scalar, bits))));
        simple.extend([0, 1, 31, 32, 63, 64].map(|n| b.u32(n)));
        let (no, yes) = (b.constant(Const::bool(false)), b.constant(Const::bool(true)));
        for op in Op::ALL.iter().filter(|op| op.row().arity < 3) {
            for inner in applications(&mut b, *op, &simple) {
                check(&mut b, inner, scalar);
                let mut varies = false;
                b.kernel[inner].expr.for_each_operand(|operand| varies |= operand == x);
                if !varies {
                    continue;
                }
                let n_values = b.kernel.values.len();
                let ty = b.kernel[inner].ty;
                let mut on = vec![inner];
                on.extend([0, 1].map(|n| b.def(ty, Expr::Const(Const::scalar(ty.scalar, n)))));
                on.extend((ty == b.kernel[x].ty).then_some(x));
                for outer in Op::ALL.iter().filter(|op| op.row().arity < 3) {
                    for outer in applications(&mut b, *outer, &on) {
                        check(&mut b, outer, scalar);
                    }
                }
                if ty == Type::BOOL {
                    for (one, other) in [(no, yes), (yes, no), (inner, no), (x, simple[1])] {
                        let select = b.op(Op::Select, &[inner, one, other]);
                        check(&mut b, select, scalar);
                        let not = b.op(Op::Not, &[inner]);
                        let select = b.op(Op::Select, &[not, one, other]);
                        check(&mut b, select, scalar);
                    }
                }
                b.kernel.values.truncate(n_values);
            }
        }
    }
}

#[test]
fn vectors_that_are_taken_apart_and_put_together() {
    let mut b = Builder::new("k", [1, 1, 1], Span { file: FileId(0), start: 0, end: 1 });
    let ty = Type::vector(Scalar::U32, 2);
    let slot = b.slot("v", ty, None);
    let v = b.get(slot);
    let [x, y] = [0, 1].map(|lane| b.def(Type::U32, Expr::Extract(v, lane)));
    let compose =
        |b: &mut Builder, lanes: &[ValueId]| b.def(Type::vector(Scalar::U32, lanes.len() as u8), Expr::compose(lanes));
    let whole = compose(&mut b, &[x, y]);
    assert!(matches!(simplify(&b.kernel, whole), Simple::Value(id) if id == v));
    let swapped = compose(&mut b, &[y, x]);
    assert!(matches!(simplify(&b.kernel, swapped), Simple::Same));
    let larger = compose(&mut b, &[x, y, x]);
    assert!(matches!(simplify(&b.kernel, larger), Simple::Same));
    let lane = b.def(Type::U32, Expr::Extract(swapped, 0));
    assert!(matches!(simplify(&b.kernel, lane), Simple::Value(id) if id == y));
}
