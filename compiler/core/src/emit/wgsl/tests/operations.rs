//! Every row of the table of operations, on every type that it takes, for 1 to 4 lanes.

use super::{buffer, builder, finish, global_index, place, written};
use crate::ir::build::Builder;
use crate::ir::op::{Class, Rule};
use crate::ir::{Op, Place, Scalar, Type, ValueId};

const SCALARS: [Scalar; 7] =
    [Scalar::Bool, Scalar::I32, Scalar::U32, Scalar::I64, Scalar::U64, Scalar::F16, Scalar::F32];

/// Bools travel as u32.
fn stored(ty: Type) -> Type {
    if ty.scalar == Scalar::Bool { Type::vector(Scalar::U32, ty.lanes) } else { ty }
}

fn load(b: &mut Builder, place: Place, at: ValueId, ty: Type) -> ValueId {
    let raw = b.load(place, at, "input");
    if ty.scalar == Scalar::Bool { b.cast(Op::Convert, raw, ty) } else { raw }
}

/// `out[i] = op(a[i], b[i], ..)`.
fn check(op: Op, operands: &[Type], result: Type) {
    let lanes = operands.iter().map(|t| format!("{}x{}", t.scalar.name(), t.lanes)).collect::<Vec<_>>().join("_");
    let mut b = builder(&format!("op_{}_{lanes}_to_{}x{}", op.row().name, result.scalar.name(), result.lanes));
    let inputs: Vec<_> =
        ["a", "b", "c"].iter().zip(operands).map(|(name, ty)| b.param(name, buffer(stored(*ty), false))).collect();
    let output = b.param("output", buffer(stored(result), true));
    let i = global_index(&mut b);
    let values: Vec<_> = inputs.iter().zip(operands).map(|(p, ty)| load(&mut b, place(*p), i, *ty)).collect();
    let value = b.cast(op, values[0], result);
    if let crate::ir::Expr::Op(_, all) = &mut b.kernel[value].expr {
        *all = values.into();
    }
    let value = if result == stored(result) { value } else { b.cast(Op::Convert, value, stored(result)) };
    b.store(place(output), i, value, "output");
    let kernel = finish(b);
    written(&kernel);
}

fn all(class: Class) -> impl Iterator<Item = Type> {
    let scalars = SCALARS.into_iter().filter(move |s| class.holds(*s));
    scalars.flat_map(|s| (1..=4).map(move |lanes| Type::vector(s, lanes)))
}

#[test]
fn every_row_on_every_type() {
    for op in Op::ALL {
        let row = op.row();
        match row.rule {
            Rule::Same(class) => all(class).for_each(|ty| check(*op, &vec![ty; row.arity], ty)),
            Rule::Compare(class) => {
                all(class).for_each(|ty| check(*op, &[ty, ty], Type::vector(Scalar::Bool, ty.lanes)));
            }
            Rule::Shift => all(Class::Int).for_each(|ty| check(*op, &[ty, Type::vector(Scalar::U32, ty.lanes)], ty)),
            Rule::Select => all(Class::Any).for_each(|ty| {
                check(*op, &[Type::BOOL, ty, ty], ty);
                check(*op, &[Type::vector(Scalar::Bool, ty.lanes), ty, ty], ty);
            }),
            Rule::Convert => all(Class::Any).for_each(|from| {
                SCALARS.iter().for_each(|to| check(*op, &[from], Type::vector(*to, from.lanes)));
            }),
            Rule::Bitcast => all(Class::Any).filter(|t| t.scalar != Scalar::Bool).for_each(|from| {
                let fits = |to: &Type| to.scalar != Scalar::Bool && to.bytes() == from.bytes();
                all(Class::Any).filter(fits).for_each(|to| check(*op, &[from], to));
            }),
        }
    }
}

#[test]
fn a_product_is_rounded_before_a_sum() {
    let x4 = Type::vector(Scalar::F32, 4);
    let text = super::text_of("product_and_sum", x4, x4, |b, input, output, i| {
        let x = b.load(input, i, "input");
        let square = b.op(Op::Mul, &[x, x]);
        let apart = b.op(Op::Neg, &[square]);
        let sum = b.op(Op::Add, &[apart, x]);
        b.store(output, i, sum, "output");
    });
    assert!(text.contains("let zero = select(0u, 1u, (launch_id == 0u));"), "{text}");
    assert_eq!(text.matches(" ^ ").count(), 1, "{text}");
}

#[test]
fn a_product_that_meets_no_sum_is_left_alone() {
    let text = super::text_of("product", Type::F32, Type::F32, |b, input, output, i| {
        let x = b.load(input, i, "input");
        let square = b.op(Op::Mul, &[x, x]);
        let fused = b.op(Op::MulAdd, &[square, x, x]);
        b.store(output, i, fused, "output");
    });
    assert!(!text.contains("launch_id =="), "{text}");
}
