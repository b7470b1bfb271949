//! Every operation on plain values and on the edges.

use super::{Const, Op, Scalar, Type, eval, from_f64, width};
use Scalar::{Bf16, Bool, F16, F32, I8, I32, I64, U8, U32, U64};

fn c(scalar: Scalar, bits: u64) -> Const {
    Const::scalar(scalar, bits)
}

fn same(op: Op, scalar: Scalar, args: &[u64]) -> u64 {
    let args: Vec<Const> = args.iter().map(|bits| c(scalar, *bits)).collect();
    eval(op, Type::scalar(scalar), &args).lanes[0]
}

fn f(op: Op, args: &[f32]) -> f32 {
    let bits: Vec<u64> = args.iter().map(|x| x.to_bits().into()).collect();
    f32::from_bits(same(op, F32, &bits) as u32)
}

fn conv(from: Scalar, to: Scalar, bits: u64) -> u64 {
    eval(Op::Convert, Type::scalar(to), &[c(from, bits)]).lanes[0]
}

const MIN: u64 = 0x8000_0000;
const M1: u64 = 0xffff_ffff;

#[test]
fn integers_wrap_and_divide_as_wgsl_says() {
    assert_eq!(same(Op::Add, U32, &[M1, 2]), 1);
    assert_eq!(same(Op::Sub, I32, &[0, 1]), M1);
    assert_eq!(same(Op::Mul, U64, &[u64::MAX, 2]), u64::MAX - 1);
    assert_eq!(same(Op::Neg, I32, &[MIN]), MIN);
    assert_eq!(same(Op::Abs, I32, &[MIN]), MIN);
    assert_eq!(same(Op::Abs, I32, &[M1]), 1);
    for (a, b, div, rem) in [(7, 0, 7, 0), (MIN, M1, MIN, 0), (M1, 2, 0, M1), (7, M1 - 1, M1 - 2, 1)] {
        assert_eq!(same(Op::Div, I32, &[a, b]), div, "{a} / {b}");
        assert_eq!(same(Op::Rem, I32, &[a, b]), rem, "{a} % {b}");
    }
    assert_eq!(same(Op::Div, U32, &[M1, 2]), 0x7fff_ffff);
    assert_eq!(same(Op::Div, I64, &[1 << 63, u64::MAX]), 1 << 63);
    assert_eq!(same(Op::MulHi, U32, &[M1, M1]), M1 - 1);
    assert_eq!(same(Op::MulHi, I32, &[M1, M1]), 0);
    assert_eq!(same(Op::MulHi, I32, &[M1, 1]), M1);
    assert_eq!(same(Op::Min, I32, &[M1, 1]), M1);
    assert_eq!(same(Op::Min, U32, &[M1, 1]), 1);
    assert_eq!(same(Op::Max, I64, &[u64::MAX, 1]), 1);
}

#[test]
fn bits_and_shifts() {
    assert_eq!(same(Op::Not, Bool, &[0]), 1);
    assert_eq!(same(Op::Not, Bool, &[1]), 0);
    assert_eq!(same(Op::Not, U32, &[1]), 0xffff_fffe);
    let shift = |op, scalar, a, b| eval(op, Type::scalar(scalar), &[c(scalar, a), Const::u32(b)]).lanes[0];
    assert_eq!(shift(Op::Shl, U32, 1, 33), 2);
    assert_eq!(shift(Op::Shr, I32, MIN, 31), M1);
    assert_eq!(shift(Op::Shr, U32, MIN, 63), 1);
    assert_eq!(shift(Op::Shl, U64, 1, 33), 1 << 33);
    assert_eq!(shift(Op::Shr, I64, 1 << 63, 127), u64::MAX);
    assert_eq!(same(Op::LeadingZeros, U32, &[0]), 32);
    assert_eq!(same(Op::TrailingZeros, U64, &[0]), 64);
    assert_eq!(same(Op::TrailingZeros, I32, &[8]), 3);
    assert_eq!(same(Op::CountOnes, I32, &[M1]), 32);
    assert_eq!(same(Op::ReverseBits, U32, &[1]), MIN);
}

#[test]
fn floats_are_ieee() {
    let nan = f32::NAN;
    assert_eq!(f(Op::Min, &[nan, 1.0]), 1.0);
    assert_eq!(f(Op::Max, &[1.0, nan]), 1.0);
    assert!(f(Op::Max, &[nan, nan]).is_nan());
    assert!(f(Op::Min, &[0.0, -0.0]).is_sign_negative());
    assert!(f(Op::Max, &[-0.0, 0.0]).is_sign_positive());
    assert_eq!(f(Op::Round, &[2.5]), 2.0);
    assert_eq!(f(Op::Round, &[-1.5]), -2.0);
    assert_eq!(f(Op::Rem, &[-5.5, 2.0]), -1.5);
    assert!(f(Op::Sqrt, &[-1.0]).is_nan());
    assert_eq!(f(Op::Div, &[1.0, 0.0]), f32::INFINITY);
    // 1 + 2^-12 squared: rounded once the last bit stays, rounded twice it does not.
    let x = 1.0 + 2f32.powi(-12);
    assert_eq!(f(Op::MulAdd, &[x, x, -1.0]), 2f32.powi(-11) + 2f32.powi(-24));
    assert_eq!(same(Op::Neg, F32, &[0x7fc0_0001]), 0xffc0_0001);
    assert_eq!(same(Op::Add, F32, &[0xffc0_0001, 0]), 0x7fc0_0000);
}

#[test]
fn comparisons_with_nan() {
    let nan = Const::f32(f32::NAN);
    for (op, holds) in [(Op::Eq, 0), (Op::Ne, 1), (Op::Lt, 0), (Op::Le, 0), (Op::Gt, 0), (Op::Ge, 0)] {
        assert_eq!(eval(op, Type::BOOL, &[nan, nan]).lanes[0], holds, "{op:?}");
    }
    assert_eq!(eval(Op::Lt, Type::BOOL, &[Const::i32(-1), Const::i32(0)]).lanes[0], 1);
    assert_eq!(eval(Op::Eq, Type::BOOL, &[Const::f32(0.0), Const::f32(-0.0)]).lanes[0], 1);
}

#[test]
fn narrow_floats_round_trip_and_round_to_even() {
    for scalar in [F16, Bf16] {
        for bits in 0..=0xffffu64 {
            let wide = conv(scalar, F32, bits);
            if f32::from_bits(wide as u32).is_nan() {
                continue;
            }
            assert_eq!(conv(F32, scalar, wide), bits, "{scalar:?} {bits:#x}");
        }
    }
    for (x, bits) in [
        (65504.0, 0x7bff),
        (65519.0, 0x7bff),
        (65520.0, 0x7c00),
        (2f64.powi(-24), 1),
        (2f64.powi(-25), 0),
        (1.5 * 2f64.powi(-25), 1),
        (-2f64.powi(-14), 0x8400),
        (1.0 + 2f64.powi(-11), 0x3c00),
        (1.0 + 3.0 * 2f64.powi(-11), 0x3c02),
        (1e300, 0x7c00),
        (f64::NAN, 0x7e00),
    ] {
        assert_eq!(from_f64(F16, x), bits, "{x}");
    }
    assert_eq!(from_f64(Bf16, f64::from(f32::MAX)), 0x7f80);
}

#[test]
fn narrow_arithmetic_rounds_once() {
    // 7 * 37 = 259 lies between the neighbours 258 and 260; f64 alone would lose the tail and round to even.
    let [seven, n37, tail] = [7.0, 37.0, -(2f64.powi(-100))].map(|x| from_f64(Bf16, x));
    assert_eq!(same(Op::MulAdd, Bf16, &[seven, n37, tail]), from_f64(Bf16, 258.0));
    assert_eq!(same(Op::MulAdd, Bf16, &[seven, n37, 0]), from_f64(Bf16, 260.0));
    // (1 + 2^-10)^2 - 1 = 2^-9 + 2^-20, a tie; rounding the product first would give the same or 2^-9 + 2^-19.
    assert_eq!(same(Op::MulAdd, F16, &[0x3c01, 0x3c01, 0xbc00]), 0x1800);
    assert_eq!(same(Op::Add, F16, &[0x7bff, 0x7bff]), 0x7c00);
    // 2^62 + 2^54 + 1 lies just above a tie of bf16, and f64 cannot hold it.
    let above_tie = (1u64 << 62) + (1 << 54) + 1;
    assert_eq!(conv(U64, Bf16, above_tie), conv(U64, Bf16, (1 << 62) + (1 << 55)));
    assert_eq!(conv(U64, Bf16, above_tie - 1), conv(U64, Bf16, 1 << 62));
}

#[test]
fn conversions_saturate_and_wrap() {
    let to = |x: f32, scalar| conv(F32, scalar, x.to_bits().into());
    assert_eq!(to(f32::NAN, I32), 0);
    assert_eq!(to(1e20, I32), 0x7fff_ffff);
    assert_eq!(to(-1e20, I32), MIN);
    assert_eq!(to(-1.0, U32), 0);
    assert_eq!(to(1e20, U32), M1);
    assert_eq!(to(1e30, U64), u64::MAX);
    assert_eq!(to(-1e30, I64), 1 << 63);
    assert_eq!(to(-1.9, I32), M1);
    assert_eq!(to(300.0, U8), 255);
    assert_eq!(to(-300.0, I8), 0x80);
    assert_eq!(to(f32::NAN, Bool), 1);
    assert_eq!(to(-0.0, Bool), 0);
    assert_eq!(conv(I32, U8, M1), 0xff);
    assert_eq!(conv(I8, I32, 0x80), 0xffff_ff80);
    assert_eq!(conv(I32, U64, M1), u64::MAX);
    assert_eq!(conv(U32, I64, M1), M1);
    assert_eq!(conv(U32, F32, M1), u64::from(4_294_967_296f32.to_bits()));
    assert_eq!(conv(Bool, F32, 1), u64::from(1f32.to_bits()));
    assert_eq!(conv(U32, Bool, 256), 1);
    assert_eq!(conv(F32, F16, 1e10f32.to_bits().into()), 0x7c00);
}

#[test]
fn select_and_bitcast_work_on_vectors() {
    let v = |lanes| Const { ty: Type::vector(U32, 4), lanes };
    let (a, b) = (v([1, 2, 3, 4]), v([5, 6, 7, 8]));
    let mask = Const { ty: Type::vector(Bool, 4), lanes: [1, 0, 0, 1] };
    assert_eq!(eval(Op::Select, a.ty, &[mask, a, b]).lanes, [1, 6, 7, 4]);
    assert_eq!(eval(Op::Select, a.ty, &[Const::bool(false), a, b]).lanes, [5, 6, 7, 8]);
    let halves = eval(Op::Bitcast, Type::vector(F16, 2), &[Const::u32(0x3c00_8001)]);
    assert_eq!(halves.lanes, [0x8001, 0x3c00, 0, 0]);
    assert_eq!(eval(Op::Bitcast, Type::U32, &[halves]), Const::u32(0x3c00_8001));
    let long = eval(Op::Bitcast, Type::scalar(U64), &[Const { ty: Type::vector(U32, 2), lanes: [1, 2, 0, 0] }]);
    assert_eq!(long.lanes[0], 0x2_0000_0001);
}

#[test]
fn it_is_total_and_stays_within_its_width() {
    let scalars = [Bool, I8, U8, I32, U32, I64, U64, F16, Bf16, F32];
    let samples = [0, 1, 0x7f, 0x80, 0x7c00, 0x7fff_ffff, MIN, M1, 1 << 63, u64::MAX, 0x7fc0_0000];
    for op in Op::ALL {
        for scalar in scalars {
            for to in scalars {
                for (a, b) in samples.iter().flat_map(|a| samples.map(|b| (*a, b))) {
                    let args = [a, b, a].map(|bits| c(scalar, super::int::mask(bits, width(scalar))));
                    let out = eval(*op, Type::scalar(to), &args).lanes[0];
                    if scalar == to && *op != Op::Select {
                        assert_eq!(out, super::int::mask(out, width(to)), "{op:?} {scalar:?}");
                    }
                }
            }
        }
    }
    assert_eq!(eval(Op::Add, Type::U32, &[]), Const::u32(0));
}
