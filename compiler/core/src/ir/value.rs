//! Known values: what constants hold and the interpreter computes with.

use super::{Scalar, Type};

/// One number or bool, as the low bits of a word; the bits above its size are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScalarConst {
    /// Its type.
    pub scalar: Scalar,
    /// Its bits: floats as IEEE lays them out, signed integers in two's complement, bools as 0 and 1.
    pub bits: u64,
}

/// Up to four lanes, each as its bits.
pub type Lanes = [u64; 4];

/// A scalar or a vector. Lanes past the type's count are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Const {
    /// Its type.
    pub ty: Type,
    /// Its lanes' bits.
    pub lanes: Lanes,
}

impl Const {
    /// A scalar of that type, from its bits.
    #[must_use]
    pub const fn scalar(scalar: Scalar, bits: u64) -> Self {
        Self { ty: Type::scalar(scalar), lanes: [bits, 0, 0, 0] }
    }

    /// A `u32`.
    #[must_use]
    pub const fn u32(value: u32) -> Self {
        Self::scalar(Scalar::U32, value as u64)
    }

    /// An `i32`.
    #[must_use]
    pub const fn i32(value: i32) -> Self {
        Self::scalar(Scalar::I32, value as u32 as u64)
    }

    /// An `f32`.
    #[must_use]
    pub const fn f32(value: f32) -> Self {
        Self::scalar(Scalar::F32, value.to_bits() as u64)
    }

    /// A `bool`.
    #[must_use]
    pub const fn bool(value: bool) -> Self {
        Self::scalar(Scalar::Bool, value as u64)
    }

    /// All lanes zero.
    #[must_use]
    pub const fn zero(ty: Type) -> Self {
        Self { ty, lanes: [0; 4] }
    }

    /// The same scalar in each lane.
    #[must_use]
    pub const fn splat(value: ScalarConst, lanes: u8) -> Self {
        let mut out = Self::zero(Type::vector(value.scalar, lanes));
        let mut i = 0;
        while i < lanes as usize {
            out.lanes[i] = value.bits;
            i += 1;
        }
        out
    }

    /// One lane.
    #[must_use]
    pub const fn lane(self, lane: u8) -> ScalarConst {
        ScalarConst { scalar: self.ty.scalar, bits: self.lanes[lane as usize & 3] }
    }

    /// The value as `u32`: the low half of its first lane.
    #[must_use]
    pub const fn as_u32(self) -> u32 {
        self.lanes[0] as u32
    }

    /// The first lane as `f32`.
    #[must_use]
    pub const fn as_f32(self) -> f32 {
        f32::from_bits(self.lanes[0] as u32)
    }

    /// The first lane as `bool`.
    #[must_use]
    pub const fn as_bool(self) -> bool {
        self.lanes[0] != 0
    }
}
