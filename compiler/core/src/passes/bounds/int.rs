//! The machine's integer types as ranges.

use super::poly::Poly;
use crate::ir::{Scalar, Type};

/// A machine integer type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Int {
    pub(super) bits: u32,
    pub(super) signed: bool,
}

impl Int {
    /// The type, where it is one integer.
    pub(super) fn of(ty: Type) -> Option<Self> {
        let (bits, signed) = match ty.scalar {
            Scalar::I8 => (8, true),
            Scalar::U8 => (8, false),
            Scalar::I32 => (32, true),
            Scalar::U32 => (32, false),
            Scalar::I64 => (64, true),
            Scalar::U64 => (64, false),
            Scalar::Bool | Scalar::F16 | Scalar::Bf16 | Scalar::F32 => return None,
        };
        (ty.lanes == 1).then_some(Self { bits, signed })
    }

    pub(super) fn low(self) -> i128 {
        if self.signed { -(1 << (self.bits - 1)) } else { 0 }
    }

    pub(super) fn high(self) -> i128 {
        self.low() + (1 << self.bits) - 1
    }

    /// The number of the type that those bits are.
    pub(super) fn wrap(self, value: i128) -> i128 {
        (value - self.low()).rem_euclid(1 << self.bits) + self.low()
    }

    /// The same sum modulo the type's size, with the coefficients that are nearest to zero.
    pub(super) fn centred(self, poly: &Poly) -> Poly {
        let signed = Self { bits: self.bits, signed: true };
        poly.map(|c| signed.wrap(c))
    }
}
