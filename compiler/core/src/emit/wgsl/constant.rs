//! Known values in WGSL: literals where it has them, and variables where it would refuse or fold one.
//!
//! Note \[opaque\]: WGSL evaluates an expression of literals when it is compiled, and refuses one that overflows,
//! divides by zero, shifts too far, or is not finite. A variable that was just set is no such expression.

use super::function::Ex;
use super::interface::Writer;
use crate::emit::range;
use crate::ir::{Const, Scalar, ScalarConst, Type, ValueId};
use naga::Literal;

impl Writer<'_> {
    /// The value's constant, where WGSL's text for it is made of literals only.
    pub(super) fn known(&self, id: ValueId) -> Option<Const> {
        range::known(self.kernel, id)
    }

    /// A constant, computed in the open block.
    pub(super) fn constant(&mut self, constant: Const) -> Ex {
        let ty = constant.ty;
        let first = constant.lane(0);
        if (1..ty.lanes).all(|lane| constant.lane(lane) == first) {
            let value = self.scalar_constant(first);
            return self.function.splat(value, ty.lanes);
        }
        let lanes = (0..ty.lanes).map(|lane| self.scalar_constant(constant.lane(lane))).collect();
        self.function.vector(ty, lanes)
    }

    /// The constant, but not as an expression of literals. See Note \[opaque\].
    pub(super) fn opaque(&mut self, constant: Const) -> Ex {
        let value = self.constant(constant);
        let ty = self.function.ty(constant.ty);
        let variable = self.function.local("known", ty);
        self.function.store(variable, value);
        let value = self.function.load(variable);
        self.function.name(value, "known");
        value
    }

    /// Computes infinities and NaNs once, where the whole kernel sees them.
    pub(super) fn prepare_non_finite(&mut self, constant: Const) {
        for lane in 0..constant.ty.lanes {
            let Some(bits) = non_finite(constant.lane(lane)) else { continue };
            if self.non_finite.contains_key(&bits) {
                continue;
            }
            let opaque = self.opaque(Const::u32(bits));
            let value = self.function.bitcast(opaque, Scalar::F32);
            let name = match f32::from_bits(bits) {
                f32::INFINITY => "infinity",
                f32::NEG_INFINITY => "minus_infinity",
                _ => "nan",
            };
            self.function.name(value, name);
            self.non_finite.insert(bits, value);
        }
    }

    fn scalar_constant(&mut self, constant: ScalarConst) -> Ex {
        let bits = constant.bits;
        if let Some(single) = non_finite(constant) {
            let value = match self.non_finite.get(&single) {
                Some(known) => *known,
                None => self.function.u32(0),
            };
            return match constant.scalar {
                Scalar::F16 => self.function.convert(value, Scalar::F16),
                _ => value,
            };
        }
        match constant.scalar {
            Scalar::I64 => self.function.wide_literal(Literal::I64(bits as i64)),
            Scalar::U64 => self.function.wide_literal(Literal::U64(bits)),
            Scalar::F16 => {
                let single = self.function.literal(Scalar::F32, half_to_single(bits as u16));
                self.function.convert(single, Scalar::F16)
            }
            // its shortest decimal is above it, which Tint refuses
            Scalar::F32 if f32::from_bits(bits as u32).abs() == f32::MAX => {
                let bits = self.function.u32(bits as u32);
                self.function.bitcast(bits, Scalar::F32)
            }
            scalar => self.function.literal(scalar, bits as u32),
        }
    }

    /// Zero in every lane.
    pub(super) fn zero(&mut self, ty: Type) -> Ex {
        self.constant(Const::zero(ty))
    }
}

/// The bits as f32, if it is an infinity or a NaN.
fn non_finite(constant: ScalarConst) -> Option<u32> {
    let single = match constant.scalar {
        Scalar::F32 => constant.bits as u32,
        Scalar::F16 => half_to_single(constant.bits as u16),
        _ => return None,
    };
    (!f32::from_bits(single).is_finite()).then_some(single)
}

/// The bits of an f16 as those of the same f32.
fn half_to_single(half: u16) -> u32 {
    let sign = u32::from(half >> 15) << 31;
    let (exponent, fraction) = (u32::from(half >> 10) & 31, u32::from(half) & 0x3ff);
    match exponent {
        // a multiple of 2^-24, exact as f32
        0 => sign | (fraction as f32 / 16_777_216.0).to_bits(),
        31 => sign | 0x7f80_0000 | fraction << 13,
        _ => sign | (exponent + 112) << 23 | fraction << 13,
    }
}
