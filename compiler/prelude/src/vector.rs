//! Vectors of two to four scalars.

use crate::declared;
use crate::float::Float;
use crate::int::{Bits, Int};
use crate::number::{Lanes, Mask, Number, NumberCore, Scalar, Signed, Value};
use crate::{bf16, f16};
use core::ops::{Index, IndexMut};

macro_rules! vectors {
    ($($name:ident $lanes:literal ($($lane:ident),*), $of:literal;)*) => { $(
        #[doc = $of]
        ///
        /// `v.x`, `v[0]`, `v.x = a`; operators lane by lane, also with a scalar on one side.
        #[derive(Clone, Copy, PartialEq, PartialOrd)]
        pub struct $name<T> {
            $(
                /// A lane.
                pub $lane: T,
            )*
        }

        impl<T: Scalar> $name<T> {
            /// The vector with these lanes.
            #[must_use]
            pub const fn new($($lane: T),*) -> Self {
                Self { $($lane),* }
            }

            /// The smaller, lane by lane; of a NaN and a number the number.
            #[must_use]
            pub fn min(self, _other: Self) -> Self {
                declared()
            }

            /// The larger, lane by lane; of a NaN and a number the number.
            #[must_use]
            pub fn max(self, _other: Self) -> Self {
                declared()
            }

            /// `low` below `low`, `high` above `high`; of a NaN, `low`.
            #[must_use]
            pub fn clamp(self, _low: Self, _high: Self) -> Self {
                declared()
            }

            /// The remainder that is not negative, lane by lane. Of floats, one just below zero rounds up to `n`'s magnitude.
            #[must_use]
            pub fn rem_euclid(self, _n: Self) -> Self {
                declared()
            }
        }

        impl<T: Scalar> Value for $name<T> {
            type Scalar = T;
            type Mask = $name<bool>;
            type Bits = $name<usize>;
            type As<U: Scalar> = $name<U>;
            const LANES: usize = $lanes;
        }

        impl<T: Scalar> Mask<$name<T>> for $name<bool> {}
        impl<T: Scalar> Lanes<$name<T>> for T {}

        impl<T> Index<usize> for $name<T> {
            type Output = T;
            fn index(&self, _lane: usize) -> &T {
                declared()
            }
        }

        impl<T> IndexMut<usize> for $name<T> {
            fn index_mut(&mut self, _lane: usize) -> &mut T {
                declared()
            }
        }

        vectors!(@numbers $name i32 usize i64 u64 f32);
        vectors!(@ints $name i32 usize i64 u64);
        impl Signed for $name<i32> {}
        impl Signed for $name<i64> {}
        impl Signed for $name<f32> {}
        impl Float for $name<f32> {}
        impl Bits for $name<f32> {}
    )* };
    (@numbers $name:ident $($ty:ty)*) => { $(impl NumberCore for $name<$ty> {} impl Number for $name<$ty> {})* };
    (@ints $name:ident $($ty:ty)*) => { $(impl Int for $name<$ty> {} impl Bits for $name<$ty> {})* };
}

vectors! {
    Vec2 2 (x, y), "Two scalars.";
    Vec3 3 (x, y, z), "Three scalars.";
    Vec4 4 (x, y, z, w), "Four scalars.";
}

macro_rules! names {
    ($($ty:ty: $x2:ident $x3:ident $x4:ident;)*) => { $(
        #[doc = concat!("Two lanes of `", stringify!($ty), "`.")]
        pub type $x2 = Vec2<$ty>;
        #[doc = concat!("Three lanes of `", stringify!($ty), "`.")]
        pub type $x3 = Vec3<$ty>;
        #[doc = concat!("Four lanes of `", stringify!($ty), "`.")]
        pub type $x4 = Vec4<$ty>;
    )* };
}

names! {
    bool: boolx2 boolx3 boolx4;
    i8: i8x2 i8x3 i8x4;
    u8: u8x2 u8x3 u8x4;
    i32: i32x2 i32x3 i32x4;
    u32: u32x2 u32x3 u32x4;
    i64: i64x2 i64x3 i64x4;
    u64: u64x2 u64x3 u64x4;
    f16: f16x2 f16x3 f16x4;
    bf16: bf16x2 bf16x3 bf16x4;
    f32: f32x2 f32x3 f32x4;
}

use crate::u32;
