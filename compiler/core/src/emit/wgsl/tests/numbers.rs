//! Constants: exact, whatever they are, and never where WGSL would evaluate and refuse them.

use super::{body, buffer, builder, finish, global_index, place, text_of, written};
use crate::ir::{Const, Expr, Op, Scalar, Type};

fn stored(bits: u32) -> String {
    text_of(&format!("constant_{bits:08x}"), Type::F32, Type::F32, |b, _, out, i| {
        let value = b.constant(Const::f32(f32::from_bits(bits)));
        b.store(out, i, value, "output");
    })
}

/// What naga reads back of the literal that is stored.
fn read_back(text: &str) -> Option<u32> {
    let module = naga::front::wgsl::parse_str(text).unwrap();
    let expressions = &module.entry_points[0].function.expressions;
    expressions.iter().find_map(|(_, e)| match e {
        naga::Expression::Literal(naga::Literal::F32(value)) => Some(value.to_bits()),
        _ => None,
    })
}

#[test]
fn finite_floats_keep_their_bits() {
    for value in [0.0, -0.0, 1.0, 0.1, -1.5e-38, 3.4e38, f32::MIN_POSITIVE, 1e-45, -1e-40, 16_777_217.0] {
        assert_eq!(read_back(&stored(value.to_bits())), Some(value.to_bits()), "{value:e}");
    }
}

#[test]
fn the_largest_floats_are_bits() {
    for value in [f32::MAX, f32::MIN] {
        let text = stored(value.to_bits());
        assert!(text.contains(&format!("bitcast<f32>({}u)", value.to_bits())), "{text}");
    }
}

#[test]
fn infinities_and_nans_are_variables() {
    for value in [f32::INFINITY, f32::NEG_INFINITY, f32::NAN] {
        let text = stored(value.to_bits());
        assert!(text.contains(&format!("= {}u;", value.to_bits())), "{text}");
        assert!(text.contains("bitcast<f32>(known"), "{text}");
    }
}

#[test]
fn halves_are_exact() {
    let mut b = builder("constant_half");
    let output = b.param("output", buffer(Type::scalar(Scalar::F16), true));
    let i = global_index(&mut b);
    for bits in [0x0001, 0x03ff, 0x3c00, 0x7bff, 0x8000, 0xfc00, 0x7e00] {
        let value = b.constant(Const::scalar(Scalar::F16, bits));
        b.store(place(output), i, value, "output");
    }
    let text = written(&finish(b)).text;
    for literal in ["f16(0.000000059604645f)", "f16(0.00006097555f)", "f16(1f)", "f16(65504f)"] {
        assert!(text.contains(literal), "{literal}: {text}");
    }
}

#[test]
fn wide_integers() {
    let mut b = builder("constant_wide");
    let output = b.param("output", buffer(Type::scalar(Scalar::I64), true));
    let i = global_index(&mut b);
    for bits in [0, 1, u64::MAX, i64::MIN as u64, i64::MAX as u64] {
        let value = b.constant(Const::scalar(Scalar::I64, bits));
        b.store(place(output), i, value, "output");
    }
    written(&finish(b));
}

#[test]
fn nothing_is_evaluated_that_wgsl_refuses() {
    let cases: [(Op, i32, i32); 8] = [
        (Op::Add, i32::MAX, 1),
        (Op::Sub, i32::MIN, 1),
        (Op::Mul, i32::MAX, 2),
        (Op::Div, i32::MIN, -1),
        (Op::Rem, i32::MIN, -1),
        (Op::Div, 1, 0),
        (Op::Rem, 1, 0),
        (Op::MulHi, i32::MIN, i32::MIN),
    ];
    for (n, (op, x, y)) in cases.into_iter().enumerate() {
        text_of(&format!("literals_{n}_{}", op.row().name), Type::I32, Type::I32, |b, _, out, i| {
            let x = b.constant(Const::i32(x));
            let y = b.constant(Const::i32(y));
            let value = b.op(op, &[x, y]);
            b.store(out, i, value, "output");
        });
    }
    text_of("literals_float", Type::F32, Type::F32, |b, _, out, i| {
        let x = b.constant(Const::f32(f32::MAX));
        for op in [Op::Add, Op::Mul, Op::Rem, Op::Min] {
            let value = b.op(op, &[x, x]);
            b.store(out, i, value, "output");
        }
        let x = b.constant(Const::f32(-1.0));
        let root = b.op(Op::Sqrt, &[x]);
        b.store(out, i, root, "output");
        let nan = b.constant(Const::u32(0x7fc0_0000));
        let nan = b.cast(Op::Bitcast, nan, Type::F32);
        b.store(out, i, nan, "output");
    });
}

#[test]
fn constant_divisors_and_shifts() {
    let text = text_of("divisors", Type::U32, Type::U32, |b, input, out, i| {
        let x = b.load(input, i, "input");
        for (op, y) in [(Op::Div, 0), (Op::Rem, 0), (Op::Shl, 33), (Op::Shr, 32), (Op::Div, 7)] {
            let y = b.u32(y);
            let value = b.op(op, &[x, y]);
            b.store(out, i, value, "output");
        }
    });
    let body = body(&text);
    for line in ["= input_1;", "= 0u;", "(input_1 << 1u)", "(input_1 >> 0u)", "(input_1 / 7u)"] {
        assert!(body.contains(line), "{line}: {text}");
    }
}

#[test]
fn vector_divisors_with_a_zero() {
    let vec2 = Type::vector(Scalar::U32, 2);
    text_of("divisors_vector", vec2, vec2, |b, input, out, i| {
        let x = b.load(input, i, "input");
        let y = b.constant(Const { ty: vec2, lanes: [0, 3, 0, 0] });
        let value = b.op(Op::Div, &[x, y]);
        b.store(out, i, value, "output");
        let one = b.u32(1);
        let zero = b.u32(0);
        let y = b.def(vec2, Expr::compose(&[one, zero]));
        let value = b.op(Op::Rem, &[x, y]);
        b.store(out, i, value, "output");
    });
}

#[test]
fn a_shift_known_to_be_small_is_not_masked() {
    let text = text_of("shift_small", Type::U32, Type::U32, |b, input, out, i| {
        let x = b.load(input, i, "input");
        let mask = b.u32(7);
        let by = b.op(Op::And, &[x, mask]);
        let value = b.op(Op::Shl, &[x, by]);
        b.store(out, i, value, "output");
    });
    assert!(text.contains("(input_1 << (input_1 & 7u))"), "{text}");
}

#[test]
fn a_minimum_with_a_constant_calls_nothing() {
    let text = text_of("relu", Type::F32, Type::F32, |b, input, out, i| {
        let x = b.load(input, i, "input");
        let zero = b.constant(Const::f32(0.0));
        let value = b.op(Op::Max, &[x, zero]);
        b.store(out, i, value, "output");
    });
    assert!(text.contains("select(0f, input_1, (input_1 > 0f))"), "{text}");
    assert!(!text.contains("max_number"), "{text}");
}

#[test]
fn not_equal_to_itself_tests_the_bits() {
    let text = text_of("is_nan", Type::F32, Type::U32, |b, input, out, i| {
        let x = b.load(input, i, "input");
        let nan = b.op(Op::Ne, &[x, x]);
        let value = b.cast(Op::Convert, nan, Type::U32);
        b.store(out, i, value, "output");
    });
    assert!(text.contains("((bitcast<u32>(input_1) & 2147483647u) > 2139095040u)"), "{text}");
}

#[test]
fn a_nan_differs_from_all() {
    let text = text_of("differs", Type::F32, Type::U32, |b, input, out, i| {
        let x = b.load(input, i, "input");
        let one = b.constant(Const::f32(1.0));
        let differs = b.op(Op::Ne, &[x, one]);
        let value = b.cast(Op::Convert, differs, Type::U32);
        b.store(out, i, value, "output");
    });
    // naga writes `!=` as an ordered comparison in SPIR-V, which is false with a NaN
    assert!(text.contains("u32(!((input_1 == 1f)))"), "{text}");
}

#[test]
fn long_expressions_are_cut() {
    let text = text_of("long", Type::U32, Type::U32, |b, input, out, i| {
        let mut sum = b.load(input, i, "input");
        for n in 0..2000 {
            let n = b.u32(n);
            sum = b.op(Op::Xor, &[sum, n]);
        }
        b.store(out, i, sum, "output");
    });
    assert!(text.lines().all(|line| line.matches('(').count() < 10), "{text}");
}
