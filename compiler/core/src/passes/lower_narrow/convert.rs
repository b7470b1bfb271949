//! Conversions from and to narrow types, by value and by bits.

use super::{Lower, half};
use crate::ir::op::Class;
use crate::ir::{Const, Expr, Op, Scalar, Type, ValueId};

impl Lower<'_> {
    /// A constant as it is held.
    pub(super) fn constant(&mut self, value: Const) -> ValueId {
        let ty = self.narrow.held(value.ty);
        let mut held = Const { ty, ..value };
        if value.ty.scalar == Scalar::I8 {
            held.lanes = held.lanes.map(|bits| u64::from(i32::from(bits as u8 as i8).cast_unsigned()));
        }
        self.def(ty, Expr::Const(held))
    }

    /// The bits of a narrow value, as u32; no bit above them is set.
    pub(super) fn bits_of(&mut self, value: ValueId, scalar: Scalar) -> ValueId {
        match scalar {
            Scalar::I8 => {
                let bits = self.cast(Op::Bitcast, value, Scalar::U32);
                self.masked(bits, 1)
            }
            _ => value,
        }
    }

    /// The narrow value whose bits are the lowest of a u32.
    pub(super) fn of_bits(&mut self, bits: ValueId, scalar: Scalar) -> ValueId {
        match scalar {
            Scalar::I8 => {
                let bits = self.cast(Op::Bitcast, bits, Scalar::I32);
                self.sign_extended(bits)
            }
            _ => self.masked(bits, scalar.bytes()),
        }
    }

    /// The lowest bytes of a u32.
    pub(super) fn masked(&mut self, value: ValueId, bytes: u32) -> ValueId {
        self.op_u32(Op::And, value, u32::MAX >> (32 - 8 * bytes))
    }

    /// The lowest byte of an i32 as a signed number.
    pub(super) fn sign_extended(&mut self, value: ValueId) -> ValueId {
        let high = self.op_u32(Op::Shl, value, 24);
        self.op_u32(Op::Shr, high, 24)
    }

    /// The value in a type that holds all of its type and that targets compute with; a wide one stays.
    pub(super) fn widen(&mut self, value: ValueId, scalar: Scalar) -> ValueId {
        match scalar {
            Scalar::Bf16 => {
                let bits = self.op_u32(Op::Shl, value, 16);
                self.cast(Op::Bitcast, bits, Scalar::F32)
            }
            Scalar::F16 if self.narrow.f16 => half::to_f32(self, value),
            _ => value,
        }
    }

    /// `value as to`.
    pub(super) fn convert(&mut self, value: ValueId, from: Type, to: Scalar) -> ValueId {
        if from.scalar == to {
            return value;
        }
        let wide = self.widen(value, from.scalar);
        if !self.narrow.holds(to) {
            return self.cast(Op::Convert, wide, to);
        }
        let is_float = Class::Float.holds(self.ty(wide).scalar);
        let lanes = from.lanes;
        match to {
            Scalar::U8 => {
                let value = self.cast(Op::Convert, wide, Scalar::U32);
                if is_float { self.op_u32(Op::Min, value, 255) } else { self.masked(value, 1) }
            }
            Scalar::I8 => {
                let value = self.cast(Op::Convert, wide, Scalar::I32);
                if !is_float {
                    return self.sign_extended(value);
                }
                let [most, least] = [i32::from(i8::MAX), i32::from(i8::MIN)]
                    .map(|bound| self.number(Scalar::I32, bound.cast_unsigned().into(), lanes));
                let value = self.op(Op::Min, &[value, most]);
                self.op(Op::Max, &[value, least])
            }
            _ => {
                let single = self.single(wide, from.scalar);
                if to == Scalar::Bf16 { self.round_bf16(single) } else { half::round(self, single) }
            }
        }
    }

    /// The value as f32, exact, or to odd where it has more digits, so that it may be rounded once more.
    fn single(&mut self, wide: ValueId, from: Scalar) -> ValueId {
        match self.ty(wide).scalar {
            Scalar::F32 => wide,
            Scalar::I32 | Scalar::U32 | Scalar::I64 | Scalar::U64 if !self.narrow.holds(from) => self.int_to_odd(wide),
            _ => self.cast(Op::Convert, wide, Scalar::F32),
        }
    }

    /// An integer as f32: cut to 24 digits, the last of them one if any was lost.
    fn int_to_odd(&mut self, value: ValueId) -> ValueId {
        let Type { scalar, lanes } = self.ty(value);
        let (unsigned, width) = match scalar {
            Scalar::I64 | Scalar::U64 => (Scalar::U64, 64),
            _ => (Scalar::U32, 32),
        };
        let is_signed = scalar != unsigned;
        let magnitude = if is_signed { self.op(Op::Abs, &[value]) } else { value };
        let magnitude = self.cast(Op::Bitcast, magnitude, unsigned);
        let zeros = self.op(Op::LeadingZeros, &[magnitude]);
        let zeros = self.cast(Op::Convert, zeros, Scalar::U32);
        let zeros = self.op_u32(Op::Min, zeros, width - 24);
        let most = self.number(Scalar::U32, u64::from(width - 24), lanes);
        let shift = self.op(Op::Sub, &[most, zeros]);
        let high = self.op(Op::Shr, &[magnitude, shift]);
        let kept = self.op(Op::Shl, &[high, shift]);
        let [none, one] = [0, 1].map(|bits| self.number(unsigned, bits, lanes));
        let last = self.op(Op::Shl, &[one, shift]);
        let lost = self.op(Op::Ne, &[kept, magnitude]);
        let odd = self.op(Op::Select, &[lost, last, none]);
        let odd = self.op(Op::Or, &[kept, odd]);
        let single = self.cast(Op::Convert, odd, Scalar::F32);
        if !is_signed {
            return single;
        }
        let zero = self.number(scalar, 0, lanes);
        let is_negative = self.op(Op::Lt, &[value, zero]);
        let negative = self.op(Op::Neg, &[single]);
        self.op(Op::Select, &[is_negative, negative, single])
    }

    /// The upper half of an f32, rounded to nearest even.
    fn round_bf16(&mut self, single: ValueId) -> ValueId {
        let lanes = self.ty(single).lanes;
        let bits = self.cast(Op::Bitcast, single, Scalar::U32);
        let last = self.op_u32(Op::Shr, bits, 16);
        let last = self.op_u32(Op::And, last, 1);
        let half = self.op_u32(Op::Add, last, 0x7fff);
        let rounded = self.op(Op::Add, &[bits, half]);
        let rounded = self.op_u32(Op::Shr, rounded, 16);
        let magnitude = self.op_u32(Op::And, bits, 0x7fff_ffff);
        let is_nan = self.op_u32(Op::Gt, magnitude, 0x7f80_0000);
        let nan = self.number(Scalar::U32, 0x7fc0, lanes);
        self.op(Op::Select, &[is_nan, nan, rounded])
    }

    /// The same bits as another type.
    pub(super) fn bitcast(&mut self, value: ValueId, from: Type, to: Type) -> ValueId {
        if from == to {
            return value;
        }
        let words = if self.narrow.holds(from.scalar) { self.packed(value, from) } else { self.words_of(value, from) };
        if self.narrow.holds(to.scalar) {
            return self.unpacked(&words, to);
        }
        let words = self.vector(words);
        let whole = Type { lanes: padded_lanes(to), ..to };
        let value = if self.ty(words) == whole { words } else { self.def(whole, Expr::op(Op::Bitcast, &[words])) };
        if whole == to {
            return value;
        }
        let mut lanes = self.lanes(value);
        lanes.truncate(to.lanes.into());
        self.vector(lanes)
    }

    /// The bits of a wide value as words.
    fn words_of(&mut self, value: ValueId, from: Type) -> Vec<ValueId> {
        let mut lanes = self.lanes(value);
        while lanes.len() < usize::from(padded_lanes(from)) {
            lanes.push(self.number(from.scalar, 0, 1));
        }
        let whole = self.vector(lanes);
        let ty = Type::vector(Scalar::U32, (self.ty(whole).bytes() / 4) as u8);
        let words = if self.ty(whole) == ty { whole } else { self.def(ty, Expr::op(Op::Bitcast, &[whole])) };
        self.lanes(words)
    }
}

/// As many lanes as fill words: an f16 is half a word.
const fn padded_lanes(ty: Type) -> u8 {
    match ty.scalar {
        Scalar::F16 => ty.lanes.next_multiple_of(2),
        _ => ty.lanes,
    }
}
