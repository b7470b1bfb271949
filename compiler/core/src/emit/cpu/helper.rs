//! Functions that a module brings along where its kernel needs them.
//!
//! Each is written in plain WebAssembly and knows nothing of the kernel.

use super::code::{Code, Label, at};
use wasm_encoder::{Instruction as I, ValType};
use wgpuc_abi::fault;

/// A function beside `run`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Helper {
    /// `(record, launch, site, value, bound, group, invocation)`: reports a fault, if it is the first.
    Fault,
    /// `(x: f32, y: f32) -> f32`: the exact remainder with the sign of `x`.
    Remainder,
    /// `(x: f64) -> f32`: `x` rounded to odd, so that a later rounding to fewer bits is right.
    OddF32,
    /// `(x: f32) -> f32`: the nearest `f16`.
    RoundF16,
    /// `(x: f32) -> i32`: the bits of an `f16` that is held as `f32`.
    PackF16,
    /// `(bits: i32) -> f32`: the value of an `f16`.
    UnpackF16,
    /// `(a: f32, b: f32, c: f32) -> f32`: `a * b + c` of `f16`s, rounded once.
    MulAddF16,
    /// `(x: f32) -> f32`: the nearest `bf16`.
    RoundBf16,
    /// `(x: i32) -> i32`: the bits in reverse order.
    ReverseBits,
}

impl Helper {
    /// The name in the module.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Fault => "fault",
            Self::Remainder => "remainder",
            Self::OddF32 => "odd_f32",
            Self::RoundF16 => "round_f16",
            Self::PackF16 => "pack_f16",
            Self::UnpackF16 => "unpack_f16",
            Self::MulAddF16 => "mul_add_f16",
            Self::RoundBf16 => "round_bf16",
            Self::ReverseBits => "reverse_bits",
        }
    }

    /// Parameters and results.
    pub(super) fn signature(self) -> (Vec<ValType>, Vec<ValType>) {
        use ValType::{F32, F64, I32};
        match self {
            Self::Fault => (vec![I32; 7], vec![]),
            Self::Remainder => (vec![F32; 2], vec![F32]),
            Self::OddF32 => (vec![F64], vec![F32]),
            Self::RoundF16 | Self::RoundBf16 => (vec![F32], vec![F32]),
            Self::PackF16 => (vec![F32], vec![I32]),
            Self::UnpackF16 => (vec![I32], vec![F32]),
            Self::MulAddF16 => (vec![F32; 3], vec![F32]),
            Self::ReverseBits => (vec![I32], vec![I32]),
        }
    }

    /// The helpers that it calls.
    pub(super) fn calls(self) -> &'static [Self] {
        match self {
            Self::MulAddF16 => &[Self::OddF32, Self::RoundF16],
            _ => &[],
        }
    }

    /// The function; `index` gives that of the helpers that it calls.
    pub(super) fn code(self, index: impl Fn(Self) -> u32) -> Code {
        match self {
            Self::Fault => report_fault(),
            Self::Remainder => remainder(),
            Self::OddF32 => odd_f32(),
            Self::RoundF16 => round_f16(),
            Self::PackF16 => pack_f16(),
            Self::UnpackF16 => unpack_f16(),
            Self::MulAddF16 => mul_add_f16(index(Self::OddF32), index(Self::RoundF16)),
            Self::RoundBf16 => round_bf16(),
            Self::ReverseBits => reverse_bits(),
        }
    }
}

fn f32c(value: f32) -> I<'static> {
    I::F32Const(value.into())
}

fn f64c(value: f64) -> I<'static> {
    I::F64Const(value.into())
}

fn report_fault() -> Code {
    let mut code = Code::new(&["record", "launch", "site", "value", "bound", "group", "invocation"]);
    let word = |index: u32| at(index * 4, 4);
    let launch = I::I32AtomicRmwCmpxchg(word(fault::LAUNCH));
    code.put_all(&[I::LocalGet(0), I::I32Const(0), I::LocalGet(1), launch, I::I32Eqz]);
    code.branch(Label::Plain);
    for (local, index) in
        [(2, fault::SITE), (3, fault::VALUE), (4, fault::BOUND), (5, fault::GROUP), (6, fault::INVOCATION)]
    {
        code.put_all(&[I::LocalGet(0), I::LocalGet(local), I::I32Store(word(index))]);
    }
    code.end();
    code
}

/// Long division of the mantissas, in f64, where every f32 is normal.
fn remainder() -> Code {
    let mut code = Code::new(&["x", "y"]);
    let (x, y) = (code.named_local(ValType::I64, "bits_x"), code.named_local(ValType::I64, "bits_y"));
    let (mx, my) = (code.named_local(ValType::I64, "mantissa_x"), code.named_local(ValType::I64, "mantissa_y"));
    let (ex, ey) = (code.named_local(ValType::I64, "exponent_x"), code.named_local(ValType::I64, "exponent_y"));
    // NaN unless |y| > 0 and |x| < inf.
    code.put_all(&[I::LocalGet(1), I::F32Abs, f32c(0.0), I::F32Gt]);
    code.put_all(&[I::LocalGet(0), I::F32Abs, f32c(f32::INFINITY), I::F32Lt, I::I32And, I::I32Eqz]);
    code.branch(Label::Plain);
    code.put_all(&[f32c(f32::NAN), I::Return]);
    code.end();
    code.put_all(&[I::LocalGet(0), I::F32Abs, I::LocalGet(1), I::F32Abs, I::F32Lt]);
    code.branch(Label::Plain);
    code.put_all(&[I::LocalGet(0), I::Return]);
    code.end();
    for (from, bits, mantissa, exponent) in [(0, x, mx, ex), (1, y, my, ey)] {
        code.put_all(&[I::LocalGet(from), I::F32Abs, I::F64PromoteF32, I::I64ReinterpretF64, I::LocalSet(bits)]);
        code.put_all(&[I::LocalGet(bits), I::I64Const((1 << 52) - 1), I::I64And, I::I64Const(1 << 52), I::I64Or]);
        code.put_all(&[I::LocalSet(mantissa), I::LocalGet(bits), I::I64Const(52), I::I64ShrU, I::LocalSet(exponent)]);
    }
    let subtract_if_not_below = |code: &mut Code| {
        code.put_all(&[I::LocalGet(mx), I::LocalGet(my), I::I64Sub, I::LocalGet(mx)]);
        code.put_all(&[I::LocalGet(mx), I::LocalGet(my), I::I64GeU, I::Select, I::LocalSet(mx)]);
    };
    code.block(Label::Break);
    code.repeat(Label::Continue);
    subtract_if_not_below(&mut code);
    code.put_all(&[I::LocalGet(ex), I::LocalGet(ey), I::I64LeS, I::BrIf(1)]);
    code.put_all(&[I::LocalGet(mx), I::I64Const(1), I::I64Shl, I::LocalSet(mx)]);
    code.put_all(&[I::LocalGet(ex), I::I64Const(1), I::I64Sub, I::LocalSet(ex), I::Br(0)]);
    code.end();
    code.end();
    // mantissa * 2^(exponent_y - 1075)
    code.put_all(&[I::LocalGet(mx), I::F64ConvertI64U, I::LocalGet(ey), I::I64Const(52), I::I64Sub]);
    code.put_all(&[I::I64Const(52), I::I64Shl, I::F64ReinterpretI64, I::F64Mul, I::F32DemoteF64]);
    code.put_all(&[I::LocalGet(0), I::F32Copysign]);
    code
}

fn odd_f32() -> Code {
    const LOW: i64 = (1 << 29) - 1;
    let mut code = Code::new(&["x"]);
    let bits = code.local(ValType::I64);
    code.put_all(&[I::LocalGet(0), I::I64ReinterpretF64, I::LocalTee(bits), I::I64Const(!LOW), I::I64And]);
    code.put_all(&[I::LocalGet(bits), I::I64Const(LOW), I::I64And, I::I64Const(0), I::I64Ne, I::I64ExtendI32U]);
    code.put_all(&[I::I64Const(29), I::I64Shl, I::I64Or, I::F64ReinterpretI64, I::F32DemoteF64]);
    code
}

fn round_f16() -> Code {
    let mut code = Code::new(&["x"]);
    let (a, bits) = (code.local(ValType::F32), code.local(ValType::I32));
    code.put_all(&[I::LocalGet(0), I::F32Abs, I::LocalTee(a), f32c(6.103_515_6e-5), I::F32Lt]);
    code.branch(Label::Plain);
    // Below 2^-14 the last place is 2^-24, as it is for f32 between 0.5 and 1.
    code.put_all(&[I::LocalGet(a), f32c(0.5), I::F32Add, f32c(0.5), I::F32Sub]);
    code.put_all(&[I::LocalGet(0), I::F32Copysign, I::Return]);
    code.end();
    code.put_all(&[I::LocalGet(0), I::LocalGet(0), I::F32Ne]);
    code.branch(Label::Plain);
    code.put_all(&[I::LocalGet(0), I::Return]);
    code.end();
    code.put_all(&[I::LocalGet(a), f32c(65520.0), I::F32Ge]);
    code.branch(Label::Plain);
    code.put_all(&[f32c(f32::INFINITY), I::LocalGet(0), I::F32Copysign, I::Return]);
    code.end();
    code.put_all(&[I::LocalGet(0), I::I32ReinterpretF32, I::LocalTee(bits), I::I32Const(0xfff), I::I32Add]);
    code.put_all(&[I::LocalGet(bits), I::I32Const(13), I::I32ShrU, I::I32Const(1), I::I32And, I::I32Add]);
    code.put_all(&[I::I32Const(!0x1fff), I::I32And, I::F32ReinterpretI32]);
    code
}

fn pack_f16() -> Code {
    let mut code = Code::new(&["x"]);
    let (a, bits) = (code.local(ValType::F32), code.local(ValType::I32));
    code.put_all(&[I::LocalGet(0), I::F32Abs, I::LocalTee(a), I::I32ReinterpretF32, I::LocalSet(bits)]);
    // The sign, to be joined with one of three magnitudes.
    code.put_all(&[I::LocalGet(0), I::I32ReinterpretF32, I::I32Const(16), I::I32ShrU, I::I32Const(0x8000), I::I32And]);
    // Normal, and too large or NaN: the exponent is 31.
    code.put_all(&[I::LocalGet(bits), I::I32Const(112 << 23), I::I32Sub, I::I32Const(13), I::I32ShrU]);
    code.put_all(&[I::I32Const(0x7c00), I::LocalGet(a), I::LocalGet(a), I::F32Ne, I::I32Const(9), I::I32Shl, I::I32Or]);
    code.put_all(&[I::LocalGet(a), f32c(65536.0), I::F32Lt, I::Select]);
    // Below the normal numbers: a multiple of 2^-24.
    code.put_all(&[I::LocalGet(a), f32c(16_777_216.0), I::F32Mul, I::I32TruncSatF32U]);
    code.put_all(&[I::LocalGet(a), f32c(6.103_515_6e-5), I::F32Lt, I::I32Eqz, I::Select, I::I32Or]);
    code
}

fn unpack_f16() -> Code {
    let mut code = Code::new(&["bits"]);
    code.put_all(&[I::LocalGet(0), I::I32Const(0x7fff), I::I32And, I::I32Const(13), I::I32Shl, I::F32ReinterpretI32]);
    // 2^112 moves the exponent from f16's bias to f32's, and makes small numbers normal.
    code.put_all(&[f32c(f32::from_bits((127 + 112) << 23)), I::F32Mul, I::I32ReinterpretF32]);
    code.put_all(&[I::I32Const(0x7f80_0000), I::I32Const(0), I::LocalGet(0), I::I32Const(0x7c00), I::I32And]);
    code.put_all(&[I::I32Const(0x7c00), I::I32Eq, I::Select, I::I32Or]);
    code.put_all(&[I::LocalGet(0), I::I32Const(0x8000), I::I32And, I::I32Const(16), I::I32Shl, I::I32Or]);
    code.put(I::F32ReinterpretI32);
    code
}

/// The product is exact in f64; the sum is rounded to odd there (Boldo and Melquiond, "Emulation of a FMA and
/// correctly-rounded sums", 2008), and then once more.
fn mul_add_f16(odd_f32: u32, round_f16: u32) -> Code {
    let mut code = Code::new(&["a", "b", "c"]);
    let [p, c, s, t, e] = std::array::from_fn(|_| code.local(ValType::F64));
    let bits = code.local(ValType::I64);
    code.put_all(&[I::LocalGet(0), I::F64PromoteF32, I::LocalGet(1), I::F64PromoteF32, I::F64Mul, I::LocalSet(p)]);
    code.put_all(&[I::LocalGet(2), I::F64PromoteF32, I::LocalSet(c)]);
    code.put_all(&[I::LocalGet(p), I::LocalGet(c), I::F64Add, I::LocalTee(s), I::LocalGet(p), I::F64Sub]);
    code.put_all(&[I::LocalSet(t), I::LocalGet(p), I::LocalGet(s), I::LocalGet(t), I::F64Sub, I::F64Sub]);
    code.put_all(&[I::LocalGet(c), I::LocalGet(t), I::F64Sub, I::F64Add, I::LocalSet(e)]);
    code.put_all(&[I::LocalGet(s), I::I64ReinterpretF64, I::LocalSet(bits)]);
    code.put_all(&[I::LocalGet(e), I::F64Abs, f64c(0.0), I::F64Gt]);
    code.put_all(&[I::LocalGet(bits), I::I32WrapI64, I::I32Const(1), I::I32And, I::I32Eqz, I::I32And]);
    code.branch(Label::Plain);
    code.put_all(&[I::LocalGet(bits), I::I64Const(1), I::I64Const(-1), I::LocalGet(e), f64c(0.0), I::F64Gt]);
    code.put_all(&[I::LocalGet(s), f64c(0.0), I::F64Gt, I::I32Eq, I::Select, I::I64Add, I::LocalSet(bits)]);
    code.end();
    code.put_all(&[I::LocalGet(bits), I::F64ReinterpretI64, I::Call(odd_f32), I::Call(round_f16)]);
    code
}

fn round_bf16() -> Code {
    let mut code = Code::new(&["x"]);
    let bits = code.local(ValType::I32);
    code.put_all(&[I::LocalGet(0), I::I32ReinterpretF32, I::LocalTee(bits), I::I32Const(0x7fff), I::I32Add]);
    code.put_all(&[I::LocalGet(bits), I::I32Const(16), I::I32ShrU, I::I32Const(1), I::I32And, I::I32Add]);
    code.put_all(&[I::LocalGet(bits), I::I32Const(0x0040_0000), I::I32Or]);
    code.put_all(&[I::LocalGet(0), I::LocalGet(0), I::F32Eq, I::Select]);
    code.put_all(&[I::I32Const(!0xffff), I::I32And, I::F32ReinterpretI32]);
    code
}

fn reverse_bits() -> Code {
    let mut code = Code::new(&["x"]);
    for (shift, mask) in [(1, 0x5555_5555), (2, 0x3333_3333), (4, 0x0f0f_0f0f), (8, 0x00ff_00ff)] {
        code.put_all(&[I::LocalGet(0), I::I32Const(shift), I::I32ShrU, I::I32Const(mask), I::I32And]);
        code.put_all(&[I::LocalGet(0), I::I32Const(mask), I::I32And, I::I32Const(shift), I::I32Shl, I::I32Or]);
        code.set(0);
    }
    code.put_all(&[I::LocalGet(0), I::I32Const(16), I::I32Rotl]);
    code
}
