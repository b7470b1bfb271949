//! Conversions of one lane, and the same bits seen as another type.
//!
//! What has no instruction goes through f32: it holds every f16 and bf16, and an integer that it rounds is beyond
//! every f16. A bf16 gets an integer rounded to odd first (Boldo and Melquiond, "Emulation of FMA", 2008), so that
//! rounding it again is rounding once.

use super::inst::{Class, Inst, Operand, Ty};
use super::writer::Writer;
use crate::ir::{Scalar, Type};

impl Writer<'_> {
    /// One lane of `as`.
    pub(super) fn convert(&mut self, from: Scalar, to: Scalar, a: &Operand) -> Operand {
        use Scalar::{Bf16, Bool, F16, F32};
        match (from, to) {
            _ if from == to => a.clone(),
            (Bool, _) => self.bool_as(to, a),
            (F16, Bool) | (Bf16, Bool) => {
                let wide = self.widened(from, a);
                self.convert(F32, Bool, &wide)
            }
            (F32, Bool) => self.compare("neu", Ty::F32, a, &Operand::Imm(Class::F32, 0)).into(),
            (_, Bool) => self.compare("ne", Ty::of(from), a, &Operand::Imm(Class::of(from), 0)).into(),
            (F16 | Bf16, F32) => self.widened(from, a),
            (F32, F16) => self.put_as("cvt.rn", &[Ty::F16, Ty::F32], Class::F16, std::slice::from_ref(a)),
            (F32, Bf16) => self.round_to_bf16(a),
            (F16 | Bf16, _) => {
                let wide = self.widened(from, a);
                self.convert(F32, to, &wide)
            }
            (F32, _) => self.float_to_int(to, a),
            (_, F32) => self.put_as("cvt.rn", &[Ty::F32, Ty::of(from)], Class::F32, std::slice::from_ref(a)),
            (_, F16) => {
                let wide = self.convert(from, F32, a);
                self.convert(F32, F16, &wide)
            }
            (_, Bf16) => {
                let odd = self.int_to_odd(from, a);
                self.round_to_bf16(&odd)
            }
            _ => self.int_to_int(from, to, a),
        }
    }

    fn bool_as(&mut self, to: Scalar, a: &Operand) -> Operand {
        let one = match to {
            Scalar::F16 => 0x3c00,
            Scalar::Bf16 => 0x3f80,
            Scalar::F32 => 0x3f80_0000,
            _ => 1,
        };
        let class = Class::of(to);
        if let Some(known) = a.known() {
            return Operand::Imm(class, if known == 0 { 0 } else { one });
        }
        let pred = self.reg(a);
        self.choose(class, pred, &Operand::Imm(class, one), &Operand::Imm(class, 0))
    }

    fn widened(&mut self, from: Scalar, a: &Operand) -> Operand {
        if from == Scalar::Bf16 { self.bf16_to_f32(a) } else { self.f16_to_f32(a) }
    }

    pub(super) fn f16_to_f32(&mut self, a: &Operand) -> Operand {
        let a = self.reg(a);
        self.put_as("cvt", &[Ty::F32, Ty::F16], Class::F32, &[a.into()])
    }

    /// A bf16 is the upper half of an f32.
    pub(super) fn bf16_to_f32(&mut self, a: &Operand) -> Operand {
        let [zero, a] = [&Operand::Imm(Class::B16, 0), a].map(|half| self.reg(half).into());
        self.put_as("mov", &[Ty::B32], Class::F32, &[Operand::Vector(vec![zero, a])])
    }

    /// To nearest, halves to even: adds to the bits what carries into the upper half. A NaN is the one without payload.
    fn round_to_bf16(&mut self, a: &Operand) -> Operand {
        let bits = self.as_class(a, Class::B32);
        let odd = self.put("bfe", Ty::U32, &[bits.clone(), Operand::word(16), Operand::word(1)]);
        let half = self.put("add", Ty::U32, &[odd, Operand::word(0x7fff)]);
        let sum = self.put("add", Ty::U32, &[bits, half]);
        let nan = self.compare("nan", Ty::F32, a, a);
        let rounded = self.choose(Class::B32, nan, &Operand::word(0x7fc0_0000), &sum);
        let [low, high] = [Class::B16; 2].map(|class| self.new_reg(class).into());
        self.push(Inst::new("mov", &[Ty::B32], [Operand::Vector(vec![low, Operand::clone(&high)]), rounded]));
        high
    }

    /// An integer as f32, cut off; the last bit is set where something was.
    fn int_to_odd(&mut self, from: Scalar, a: &Operand) -> Operand {
        let ty = Ty::of(from);
        let cut = self.put_as("cvt.rz", &[Ty::F32, ty], Class::F32, std::slice::from_ref(a));
        let back = self.put_as("cvt.rzi", &[ty, Ty::F32], ty.class(), std::slice::from_ref(&cut));
        let inexact = self.compare("ne", ty, &back, a);
        let sticky = self.choose(Class::B32, inexact, &Operand::word(1), &Operand::word(0));
        let bits = self.as_class(&cut, Class::B32);
        let bits = self.put("or", Ty::B32, &[bits, sticky]);
        self.as_class(&bits, Class::F32)
    }

    /// Towards zero, to the ends where it is beyond them; a NaN is zero.
    fn float_to_int(&mut self, to: Scalar, a: &Operand) -> Operand {
        let ty = Ty::of(to);
        let whole = self.put_as("cvt.rzi", &[ty, Ty::F32], ty.class(), std::slice::from_ref(a));
        match to {
            Scalar::U8 => self.put("min", Ty::U32, &[whole, Operand::word(255)]),
            Scalar::I8 => {
                let low = self.put("max", Ty::S32, &[whole, Operand::word(-128i32 as u32)]);
                self.put("min", Ty::S32, &[low, Operand::word(127)])
            }
            // Only the 32-bit conversions promise it.
            Scalar::I64 | Scalar::U64 => {
                let nan = self.compare("nan", Ty::F32, a, a);
                self.choose(Class::B64, nan, &Operand::Imm(Class::B64, 0), &whole)
            }
            _ => whole,
        }
    }

    fn int_to_int(&mut self, from: Scalar, to: Scalar, a: &Operand) -> Operand {
        match (Class::of(from), Class::of(to)) {
            (Class::B32, Class::B64) if Ty::of(from) == Ty::S32 => {
                self.put_as("cvt", &[Ty::S64, Ty::S32], Class::B64, std::slice::from_ref(a))
            }
            (Class::B32, Class::B64) => self.put_as("cvt", &[Ty::U64, Ty::U32], Class::B64, std::slice::from_ref(a)),
            (Class::B64, Class::B32) => {
                let low = self.put_as("cvt", &[Ty::U32, Ty::U64], Class::B32, std::slice::from_ref(a));
                self.wrap(to, low)
            }
            _ => self.wrap(to, a.clone()),
        }
    }

    /// The low byte, extended, where the type is a byte.
    fn wrap(&mut self, to: Scalar, a: Operand) -> Operand {
        match to {
            Scalar::U8 => self.put("and", Ty::B32, &[a, Operand::word(255)]),
            Scalar::I8 => self.put("bfe", Ty::S32, &[a, Operand::word(0), Operand::word(8)]),
            _ => a,
        }
    }

    /// The same bits as another type.
    pub(super) fn bitcast(&mut self, from: Type, to: Type, lanes: &[Operand]) -> Vec<Operand> {
        if from.lanes == to.lanes {
            let class = Class::of(to.scalar);
            let cast = |lane: &Operand| {
                let same = self.as_class(lane, class);
                self.wrap(to.scalar, same)
            };
            return lanes.iter().map(cast).collect();
        }
        let words = self.words(from.scalar, lanes);
        let mut out = self.split(to.scalar, &words);
        out.truncate(to.lanes.into());
        out
    }

    /// Lanes as words of 32 bits; the last one may have some to spare.
    pub(super) fn words(&mut self, scalar: Scalar, lanes: &[Operand]) -> Vec<Operand> {
        match scalar.bytes() {
            1 => lanes.chunks(4).map(|bytes| self.join_bytes(bytes)).collect(),
            2 => lanes.chunks(2).map(|halves| self.join_halves(halves)).collect(),
            8 => lanes.iter().flat_map(|lane| self.unpack(Ty::B64, Class::B32, lane)).collect(),
            _ => lanes.iter().map(|lane| self.as_class(lane, Class::B32)).collect(),
        }
    }

    fn join_bytes(&mut self, bytes: &[Operand]) -> Operand {
        let mut word = Operand::word(0);
        for (byte, at) in bytes.iter().zip((0..).step_by(8)) {
            let low = self.put("and", Ty::B32, &[byte.clone(), Operand::word(255)]);
            let moved = self.put("shl", Ty::B32, &[low, Operand::word(at)]);
            word = self.put("or", Ty::B32, &[word, moved]);
        }
        word
    }

    fn join_halves(&mut self, halves: &[Operand]) -> Operand {
        let zero = Operand::Imm(Class::B16, 0);
        let [low, high] = [0, 1].map(|i| self.reg(halves.get(i).unwrap_or(&zero)).into());
        self.put("mov", Ty::B32, &[Operand::Vector(vec![low, high])])
    }

    /// Words as lanes of a scalar.
    pub(super) fn split(&mut self, scalar: Scalar, words: &[Operand]) -> Vec<Operand> {
        let class = Class::of(scalar);
        match scalar.bytes() {
            1 => {
                let places = words.iter().flat_map(|word| (0..32).step_by(8).map(move |at| (word.clone(), at)));
                let byte = |(word, at)| self.put("bfe", Ty::of(scalar), &[word, Operand::word(at), Operand::word(8)]);
                places.map(byte).collect()
            }
            2 => words.iter().flat_map(|word| self.unpack(Ty::B32, class, word)).collect(),
            8 => words.chunks(2).map(|pair| self.join_words(pair)).collect(),
            _ => words.iter().map(|word| self.as_class(word, class)).collect(),
        }
    }

    /// Two words as 64 bits, the low one first.
    pub(super) fn join_words(&mut self, pair: &[Operand]) -> Operand {
        let pair = pair.iter().map(|word| self.reg(word).into()).collect();
        self.put("mov", Ty::B64, &[Operand::Vector(pair)])
    }

    /// The halves of a value, the low one first.
    fn unpack(&mut self, whole: Ty, half: Class, value: &Operand) -> [Operand; 2] {
        let value = self.reg(value);
        let halves: [Operand; 2] = [half; 2].map(|class| self.new_reg(class).into());
        self.push(Inst::new("mov", &[whole], [Operand::Vector(halves.to_vec()), value.into()]));
        halves
    }
}
