//! Every operation, against Rust.

use super::*;
use Scalar::{Bf16, Bool, F16, F32, I8, I32, I64, U8, U32, U64};
use wgpuc_core::ir::{Const, ScalarConst};

const N: usize = 4096;

/// `out[i] = op(in0[i], in1[i], ...)` on elements of these types.
fn elementwise(op: Op, operands: &[Type], result: Type) -> Kernel {
    kernel([64, 1, 1], |b| {
        let inputs: Vec<ParamId> = operands.iter().map(|ty| buffer(b, "in", storable(*ty))).collect();
        let output = buffer(b, "out", storable(result));
        let i = global_id(b);
        let values: Vec<ValueId> = inputs.iter().zip(operands).map(|(p, ty)| load_as(b, *p, i, *ty)).collect();
        let out = b.def(result, Expr::op(op, &values));
        store_as(b, output, i, out);
    })
}

/// Bools live in no buffer: they come and go as u32.
fn storable(ty: Type) -> Type {
    if ty.scalar == Bool { Type::vector(U32, ty.lanes) } else { ty }
}

fn load_as(b: &mut Builder, param: ParamId, i: ValueId, ty: Type) -> ValueId {
    let v = load(b, param, i);
    if ty.scalar != Bool {
        return v;
    }
    let one = b.constant(Const::splat(Const::u32(1).lane(0), ty.lanes));
    let bit = b.op(Op::And, &[v, one]);
    b.op(Op::Eq, &[bit, one])
}

fn store_as(b: &mut Builder, param: ParamId, i: ValueId, value: ValueId) {
    let ty = b.kernel[value].ty;
    let value = if ty.scalar == Bool { b.cast(Op::Convert, value, storable(ty)) } else { value };
    store(b, param, i, value);
}

/// Runs an operation on `N` scalars, and again on vectors of 2, 3 and 4 of them: all must agree.
fn apply(op: Op, operands: &[(Scalar, Vec<u64>)], result: Scalar) -> Vec<u64> {
    let mut first: Option<Vec<u64>> = None;
    for lanes in 1..=4u8 {
        let n = N / usize::from(lanes) / 64 * 64;
        let types: Vec<Type> = operands.iter().map(|(s, _)| Type::vector(*s, lanes)).collect();
        let k = elementwise(op, &types, Type::vector(result, lanes));
        let mut words: Vec<Vec<u32>> = operands.iter().map(|(s, values)| pack(*s, values)).collect();
        words.push(vec![0; pack(result, &vec![0; N]).len()]);
        let slices: Vec<&[u32]> = words.iter().map(Vec::as_slice).collect();
        let out = run_with_lens(&k, [n as u32 / 64, 1, 1], &[], &slices, &vec![n as u32; slices.len()]);
        let out = unpack(result, out.last().unwrap());
        let done = n * usize::from(lanes);
        match &first {
            None => first = Some(out),
            Some(first) => {
                for i in 0..done {
                    assert_eq!(out[i], first[i], "{op:?} on {types:?} at {i}");
                }
            }
        }
    }
    first.unwrap()
}

fn stored_bytes(scalar: Scalar) -> usize {
    if scalar == Bool { 4 } else { scalar.bytes() as usize }
}

fn pack(scalar: Scalar, values: &[u64]) -> Vec<u32> {
    let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()[..stored_bytes(scalar)].to_vec()).collect();
    bytes.chunks_exact(4).map(|b| u32::from_le_bytes(b.try_into().unwrap())).collect()
}

fn unpack(scalar: Scalar, words: &[u32]) -> Vec<u64> {
    let bytes: Vec<u8> = words.iter().flat_map(|w| w.to_le_bytes()).collect();
    let one = |b: &[u8]| b.iter().rev().fold(0, |v, byte| v << 8 | u64::from(*byte));
    bytes.chunks_exact(stored_bytes(scalar)).map(one).collect()
}

fn values(scalar: Scalar, seed: u64) -> Vec<u64> {
    let (low, high) = (random_words(seed, N), random_words(seed + 1, N));
    let full = low.iter().zip(&high).map(|(l, h)| u64::from(*l) | u64::from(*h) << 32);
    match scalar {
        Bool => full.map(|v| v & 1).collect(),
        F16 | Bf16 => full.map(|v| v >> 7 & 0xffff).collect(),
        I8 | U8 => full.map(|v| v & 0xff).collect(),
        I32 | U32 | F32 => full.map(|v| v & 0xffff_ffff).collect(),
        I64 | U64 => full.map(|v| if v & 3 == 0 { v >> 40 } else { v }).collect(),
    }
}

fn f(bits: u64) -> f32 {
    f32::from_bits(bits as u32)
}

/// Bits, with all NaNs as one.
fn bits(x: f32) -> u64 {
    if x.is_nan() { 0x7fc0_0000 } else { u64::from(x.to_bits()) }
}

fn check(op: Op, scalar: Scalar, result: Scalar, want: impl Fn(&[u64]) -> u64) {
    let arity = op.row().arity;
    let operands: Vec<(Scalar, Vec<u64>)> = (0..arity as u64).map(|i| (scalar, values(scalar, 11 + 2 * i))).collect();
    let got = apply(op, &operands, result);
    for i in 0..N / 64 * 64 {
        let a: Vec<u64> = operands.iter().map(|(_, v)| v[i]).collect();
        let got = if result == F32 { bits(f(got[i])) } else { got[i] };
        assert_eq!(got, want(&a), "{op:?} on {scalar:?} of {a:x?}");
    }
}

#[test]
fn floats() {
    let one = |op: Op, g: fn(f32) -> f32| check(op, F32, F32, |a| bits(g(f(a[0]))));
    let two = |op: Op, g: fn(f32, f32) -> f32| check(op, F32, F32, |a| bits(g(f(a[0]), f(a[1]))));
    one(Op::Neg, |a| -a);
    one(Op::Abs, f32::abs);
    one(Op::Sqrt, f32::sqrt);
    one(Op::Floor, f32::floor);
    one(Op::Ceil, f32::ceil);
    one(Op::Trunc, f32::trunc);
    one(Op::Round, f32::round_ties_even);
    two(Op::Add, |a, b| a + b);
    two(Op::Sub, |a, b| a - b);
    two(Op::Mul, |a, b| a * b);
    two(Op::Div, |a, b| a / b);
    two(Op::Rem, |a, b| a % b);
    two(Op::Min, |a, b| if a.is_nan() || b < a { b } else { a });
    two(Op::Max, |a, b| if a.is_nan() || b > a { b } else { a });
    check(Op::MulAdd, F32, F32, |a| bits(f(a[0]).mul_add(f(a[1]), f(a[2]))));
}

#[test]
fn comparisons() {
    type Pair<T> = fn(&T, &T) -> bool;
    fn all<T: PartialOrd>() -> [(Op, Pair<T>); 6] {
        [(Op::Eq, T::eq), (Op::Ne, T::ne), (Op::Lt, T::lt), (Op::Le, T::le), (Op::Gt, T::gt), (Op::Ge, T::ge)]
    }
    for (op, g) in all::<f32>() {
        check(op, F32, Bool, |a| g(&f(a[0]), &f(a[1])).into());
    }
    for (op, g) in all::<u32>() {
        check(op, U32, Bool, |a| g(&(a[0] as u32), &(a[1] as u32)).into());
    }
    for (op, g) in all::<i32>() {
        check(op, I32, Bool, |a| g(&(a[0] as i32), &(a[1] as i32)).into());
    }
    for (op, g) in all::<u64>() {
        check(op, U64, Bool, |a| g(&a[0], &a[1]).into());
    }
    for (op, g) in all::<i64>() {
        check(op, I64, Bool, |a| g(&(a[0] as i64), &(a[1] as i64)).into());
    }
}

macro_rules! integers {
    ($name:ident, $scalar:ident, $t:ty, $unsigned:ty) => {
        #[test]
        fn $name() {
            let back = |v: $t| u64::from(v as $unsigned);
            let two = |op: Op, g: fn($t, $t) -> $t| check(op, $scalar, $scalar, |a| back(g(a[0] as $t, a[1] as $t)));
            let one = |op: Op, g: fn($t) -> $t| check(op, $scalar, $scalar, |a| back(g(a[0] as $t)));
            two(Op::Add, <$t>::wrapping_add);
            two(Op::Sub, <$t>::wrapping_sub);
            two(Op::Mul, <$t>::wrapping_mul);
            two(Op::Div, |a, b| a.checked_div(b).unwrap_or(a));
            two(Op::Rem, |a, b| a.checked_rem(b).unwrap_or(0));
            two(Op::Min, <$t>::min);
            two(Op::Max, <$t>::max);
            two(Op::And, |a, b| a & b);
            two(Op::Or, |a, b| a | b);
            two(Op::Xor, |a, b| a ^ b);
            one(Op::Not, |a| !a);
            one(Op::CountOnes, |a| a.count_ones() as $t);
            one(Op::LeadingZeros, |a| a.leading_zeros() as $t);
            one(Op::TrailingZeros, |a| a.trailing_zeros() as $t);
            one(Op::ReverseBits, <$t>::reverse_bits);
            let (a, counts) = (values($scalar, 5), values(U32, 6));
            for (op, g) in [(Op::Shl, <$t>::wrapping_shl as fn($t, u32) -> $t), (Op::Shr, <$t>::wrapping_shr)] {
                let got = apply(op, &[($scalar, a.clone()), (U32, counts.clone())], $scalar);
                for i in 0..N {
                    assert_eq!(got[i], back(g(a[i] as $t, counts[i] as u32)), "{op:?} {:x} {}", a[i], counts[i]);
                }
            }
        }
    };
}

integers!(integers_u32, U32, u32, u32);
integers!(integers_i32, I32, i32, u32);
integers!(integers_u64, U64, u64, u64);
integers!(integers_i64, I64, i64, u64);

#[test]
fn signs_and_high_halves() {
    check(Op::Neg, I32, I32, |a| u64::from((a[0] as i32).wrapping_neg().cast_unsigned()));
    check(Op::Abs, I32, I32, |a| u64::from((a[0] as i32).wrapping_abs().cast_unsigned()));
    check(Op::Neg, I64, I64, |a| (a[0] as i64).wrapping_neg().cast_unsigned());
    check(Op::Abs, I64, I64, |a| (a[0] as i64).wrapping_abs().cast_unsigned());
    check(Op::MulHi, U32, U32, |a| (a[0] * a[1]) >> 32);
    check(Op::MulHi, I32, I32, |a| u64::from(((i64::from(a[0] as i32) * i64::from(a[1] as i32)) >> 32) as u32));
    check(Op::Not, Bool, Bool, |a| a[0] ^ 1);
    check(Op::Xor, Bool, Bool, |a| a[0] ^ a[1]);
}

#[test]
fn selection() {
    for scalar in [F32, U32, U64, F16, U8] {
        let operands = [(Bool, values(Bool, 1)), (scalar, values(scalar, 2)), (scalar, values(scalar, 4))];
        let got = apply(Op::Select, &operands, scalar);
        for i in 0..N {
            let want = operands[if operands[0].1[i] == 1 { 1 } else { 2 }].1[i];
            let both_nan = scalar == F16 && want & 0x7c00 == 0x7c00 && want & 0x3ff != 0;
            assert!(got[i] == want || both_nan, "{scalar:?} {i}: {:x} {want:x}", got[i]);
        }
    }
}

/// The nearest value with `precision` bits and that least exponent and largest exponent, ties to even: exact, by
/// f64, from an exact f64.
fn round_to(x: f64, precision: i32, least: i32, largest: i32) -> f64 {
    if !x.is_finite() || x == 0.0 {
        return x;
    }
    let exponent = (((x.to_bits() >> 52) & 0x7ff) as i32 - 1023).max(least);
    let unit = 2f64.powi(exponent - precision + 1);
    let rounded = (x / unit).round_ties_even() * unit;
    if rounded.abs() >= 2f64.powi(largest + 1) { f64::INFINITY.copysign(x) } else { rounded }
}

fn to_f16(x: f64) -> u64 {
    let sign = u64::from(x.is_sign_negative()) << 15;
    let r = round_to(x, 11, -14, 15).abs();
    if r.is_nan() {
        return 0x7e00;
    }
    if r == f64::INFINITY {
        return sign | 0x7c00;
    }
    if r < 2f64.powi(-14) {
        return sign | (r * 2f64.powi(24)) as u64;
    }
    let exponent = ((r.to_bits() >> 52) as i32) - 1023;
    sign | ((exponent + 15) as u64) << 10 | ((r / 2f64.powi(exponent) - 1.0) * 1024.0) as u64
}

fn from_f16(bits: u64) -> f64 {
    let sign = if bits & 0x8000 != 0 { -1.0 } else { 1.0 };
    let mantissa = (bits & 0x3ff) as f64;
    sign * match bits >> 10 & 31 {
        0 => mantissa * 2f64.powi(-24),
        31 if mantissa == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        e => (1.0 + mantissa / 1024.0) * 2f64.powi(e as i32 - 15),
    }
}

/// An f16's bits, with all NaNs as one.
fn same_f16(bits: u64) -> u64 {
    if bits & 0x7c00 == 0x7c00 && bits & 0x3ff != 0 { 0x7e00 } else { bits }
}

#[test]
fn half_floats() {
    let check16 = |op: Op, g: &dyn Fn(f64, f64) -> f64| {
        let (a, b) = (values(F16, 21), values(F16, 23));
        let operands = [(F16, a.clone()), (F16, b.clone())];
        let got = apply(op, &operands[..op.row().arity], F16);
        for i in 0..N {
            let want = to_f16(g(from_f16(a[i]), from_f16(b[i])));
            assert_eq!(same_f16(got[i]), want, "{op:?} {:x} {:x}", a[i], b[i]);
        }
    };
    check16(Op::Add, &|a, b| a + b);
    check16(Op::Sub, &|a, b| a - b);
    check16(Op::Mul, &|a, b| a * b);
    check16(Op::Rem, &|a, b| a % b);
    check16(Op::Neg, &|a, _| -a);
    check16(Op::Floor, &|a, _| a.floor());
    check16(Op::Max, &|a, b| if a.is_nan() || b > a { b } else { a });
    // A quotient or root of 11-bit numbers, rounded to 53 bits, never lies on a border of 11 bits by rounding.
    check16(Op::Div, &|a, b| a / b);
    check16(Op::Sqrt, &|a, _| a.sqrt());
}

#[test]
fn half_mul_add_is_rounded_once() {
    let [a, b, c] = [31, 33, 35].map(|seed| values(F16, seed));
    let got = apply(Op::MulAdd, &[(F16, a.clone()), (F16, b.clone()), (F16, c.clone())], F16);
    for i in 0..N {
        let [x, y, z] = [a[i], b[i], c[i]].map(from_f16);
        // An exact sum in 128-bit integers, in units of 2^-48.
        let want = if x.is_finite() && y.is_finite() && z.is_finite() {
            let unit = 2f64.powi(48);
            let exact = (x * y * unit) as i128 + (z * unit) as i128;
            if exact == 0 { to_f16(x * y + z) } else { to_f16(odd_f64(exact) / unit) }
        } else {
            to_f16(x * y + z)
        };
        assert_eq!(same_f16(got[i]), want, "{x} * {y} + {z}");
    }
}

/// An integer as f64, rounded to odd.
fn odd_f64(x: i128) -> f64 {
    let bits = 128 - x.unsigned_abs().leading_zeros() as i32;
    let drop = (bits - 53).max(0);
    let kept = x.unsigned_abs() >> drop;
    let sticky = u128::from(kept << drop != x.unsigned_abs());
    ((kept | sticky) as f64 * 2f64.powi(drop)).copysign(if x < 0 { -1.0 } else { 1.0 })
}

#[test]
fn conversions() {
    let ints = [I8, U8, I32, U32, I64, U64];
    for from in ints {
        let a = values(from, 41);
        let exact = |v: u64| match from {
            I8 => i128::from(v as i8),
            I32 => i128::from(v as i32),
            I64 => i128::from(v as i64),
            _ => i128::from(v),
        };
        for to in [I8, U8, I32, U32, I64, U64, F32, F16, Bf16, Bool] {
            let got = apply(Op::Convert, &[(from, a.clone())], to);
            for i in 0..N {
                let x = exact(a[i]);
                let want = match to {
                    Bool => u64::from(x != 0),
                    F32 => u64::from((x as f32).to_bits()),
                    F16 => to_f16(odd_f64(x)),
                    Bf16 => u64::from((round_to(odd_f64(x), 8, -126, 127) as f32).to_bits() >> 16),
                    _ => (x as u64) & (u64::MAX >> (64 - 8 * to.bytes())),
                };
                assert_eq!(got[i], want, "{x} as {to:?} from {from:?}");
            }
        }
    }
    for from in [F32, F16, Bf16] {
        let a = values(from, 43);
        let exact = |v: u64| match from {
            F32 => f(v),
            F16 => from_f16(v) as f32,
            _ => f32::from_bits((v as u32) << 16),
        };
        for to in [I8, U8, I32, U32, I64, U64, F32, F16, Bf16, Bool] {
            let got = apply(Op::Convert, &[(from, a.clone())], to);
            for i in 0..N {
                let x = exact(a[i]);
                let want = match to {
                    Bool => u64::from(x != 0.0),
                    I8 => u64::from((x as i8).cast_unsigned()),
                    U8 => u64::from(x as u8),
                    I32 => u64::from((x as i32).cast_unsigned()),
                    U32 => u64::from(x as u32),
                    I64 => (x as i64).cast_unsigned(),
                    U64 => x as u64,
                    F32 => bits(x),
                    F16 => to_f16(f64::from(x)),
                    Bf16 if x.is_nan() => 0x7fc0,
                    Bf16 => u64::from((round_to(f64::from(x), 8, -126, 127) as f32).to_bits() >> 16),
                };
                let got = match to {
                    F32 => bits(f(got[i])),
                    F16 => same_f16(got[i]),
                    Bf16 if f((got[i]) << 16).is_nan() => 0x7fc0,
                    _ => got[i],
                };
                assert_eq!(got, want, "{x} as {to:?} from {from:?}");
            }
        }
    }
}

#[test]
fn bit_casts() {
    let v = Type::vector;
    let pairs = [
        (v(F32, 1), v(U32, 1)),
        (v(U32, 1), v(F32, 1)),
        (v(F32, 4), v(I32, 4)),
        (v(U32, 2), v(U64, 1)),
        (v(U64, 1), v(I32, 2)),
        (v(I64, 2), v(F32, 4)),
        (v(U32, 4), v(U64, 2)),
        (v(U8, 4), v(U32, 1)),
        (v(U32, 1), v(I8, 4)),
        (v(U32, 1), v(F16, 2)),
        (v(F16, 4), v(U32, 2)),
        (v(U64, 3), v(I64, 3)),
    ];
    for (from, to) in pairs {
        assert_eq!(from.bytes(), to.bytes());
        let k = elementwise(Op::Bitcast, &[from], to);
        // No NaN of an f16 among them: its payload is not kept.
        let words: Vec<u32> =
            random_words(51, 64 * from.bytes() as usize / 4).iter().map(|w| w & 0x3fff_3fff).collect();
        let out = run_with_lens(&k, [1, 1, 1], &[], &[&words, &vec![0; words.len()]], &[64, 64]);
        assert_eq!(out[1], words, "{from} to {to}");
    }
}

/// Scalar parameters of every type, and constants, as vectors and alone.
#[test]
fn parameters_and_constants() {
    let k = kernel([1, 1, 1], |b| {
        let params = [U32, I64, Bool, F16, U64, F32, Bf16, I8].map(|s| scalar(b, "p", s));
        let words = buffer(b, "words", Type::U32);
        let longs = buffer(b, "longs", Type::vector(U64, 2));
        let halves = buffer(b, "halves", Type::vector(F16, 2));
        let bools = b.constant(Const::splat(ScalarConst { scalar: Bool, bits: 1 }, 3));
        let mut out = vec![];
        for p in params {
            let ty = if b.kernel[p].ty.scalar == Bool { Type::U32 } else { Type::F32 };
            let p = b.cast(Op::Convert, p, ty);
            out.push(b.cast(Op::Convert, p, Type::I32));
        }
        let lane = b.def(Type::BOOL, Expr::Extract(bools, 2));
        out.push(b.cast(Op::Convert, lane, Type::I32));
        for (i, value) in (0..).zip(out) {
            let i = b.u32(i);
            let value = b.cast(Op::Bitcast, value, Type::U32);
            store(b, words, i, value);
        }
        let zero = b.u32(0);
        let mut pair = Const::splat(ScalarConst { scalar: U64, bits: 1 << 40 }, 2);
        pair.lanes[1] = 5;
        let pair = b.constant(pair);
        store(b, longs, zero, pair);
        let half = b.constant(Const::splat(ScalarConst { scalar: F16, bits: 0x3e00 }, 2));
        store(b, halves, zero, half);
    });
    let minus_nine = (-9i64).cast_unsigned();
    let scalars = [
        12,
        minus_nine as u32,
        (minus_nine >> 32) as u32,
        1,
        0x4700,
        44,
        0,
        (-3.5f32).to_bits(),
        0x4120,
        (-6i32).cast_unsigned(),
    ];
    let out = run(&k, [1, 1, 1], &scalars, &[&[0; 9], &[0; 4], &[0; 1]]);
    let signed: Vec<i32> = out[0].iter().map(|w| w.cast_signed()).collect();
    assert_eq!(signed, [12, -9, 1, 7, 44, -3, 10, -6, 1]);
    assert_eq!(out[1], [0, 256, 5, 0]);
    assert_eq!(out[2], [0x3e00_3e00]);
}
