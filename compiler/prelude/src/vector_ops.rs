//! Operators of vectors, lane by lane, with a vector or a scalar on either side.

use crate::declared;
use crate::number::Scalar;
use crate::vector::{Vec2, Vec3, Vec4};
use core::cmp::Ordering;
use core::ops::{
    Add, AddAssign, BitAnd, BitAndAssign, BitOr, BitOrAssign, BitXor, BitXorAssign, Div, DivAssign, Mul, MulAssign,
    Neg, Not, Rem, RemAssign, Shl, ShlAssign, Shr, ShrAssign, Sub, SubAssign,
};

macro_rules! binary {
    ($vec:ident, $($op:ident $method:ident $assign:ident $assign_method:ident),*) => { $(
        impl<T: Scalar + $op<Output = T>> $op for $vec<T> {
            type Output = Self;
            fn $method(self, _other: Self) -> Self {
                declared()
            }
        }

        impl<T: Scalar + $op<Output = T>> $op<T> for $vec<T> {
            type Output = Self;
            fn $method(self, _other: T) -> Self {
                declared()
            }
        }

        impl<T: Scalar + $op<Output = T>> $assign for $vec<T> {
            fn $assign_method(&mut self, _other: Self) {}
        }

        impl<T: Scalar + $op<Output = T>> $assign<T> for $vec<T> {
            fn $assign_method(&mut self, _other: T) {}
        }
    )* };
}

macro_rules! scalar_first {
    ($vec:ident, $op:ident $method:ident, $($ty:ty)*) => { $(
        impl $op<$vec<$ty>> for $ty {
            type Output = $vec<$ty>;
            fn $method(self, _other: $vec<$ty>) -> $vec<$ty> {
                declared()
            }
        }
    )* };
}

macro_rules! shift {
    ($vec:ident, $($op:ident $method:ident $assign:ident $assign_method:ident),*) => { $(
        impl<T: Scalar> $op<usize> for $vec<T> {
            type Output = Self;
            fn $method(self, _by: usize) -> Self {
                declared()
            }
        }

        impl<T: Scalar> $op<$vec<usize>> for $vec<T> {
            type Output = Self;
            fn $method(self, _by: $vec<usize>) -> Self {
                declared()
            }
        }

        impl<T: Scalar> $assign<usize> for $vec<T> {
            fn $assign_method(&mut self, _by: usize) {}
        }
    )* };
}

macro_rules! comparison {
    ($vec:ident, $($ty:ty)*) => { $(
        impl PartialEq<$vec<$ty>> for $ty {
            fn eq(&self, _other: &$vec<$ty>) -> bool {
                declared()
            }
        }

        impl PartialOrd<$vec<$ty>> for $ty {
            fn partial_cmp(&self, _other: &$vec<$ty>) -> Option<Ordering> {
                declared()
            }
        }

        impl PartialEq<$ty> for $vec<$ty> {
            fn eq(&self, _other: &$ty) -> bool {
                declared()
            }
        }

        impl PartialOrd<$ty> for $vec<$ty> {
            fn partial_cmp(&self, _other: &$ty) -> Option<Ordering> {
                declared()
            }
        }
    )* };
}

macro_rules! operators {
    ($($vec:ident),*) => { $(
        binary! { $vec,
            Add add AddAssign add_assign,
            Sub sub SubAssign sub_assign,
            Mul mul MulAssign mul_assign,
            Div div DivAssign div_assign,
            Rem rem RemAssign rem_assign,
            BitAnd bitand BitAndAssign bitand_assign,
            BitOr bitor BitOrAssign bitor_assign,
            BitXor bitxor BitXorAssign bitxor_assign
        }
        scalar_first!($vec, Add add, i32 usize i64 u64 f32);
        scalar_first!($vec, Sub sub, i32 usize i64 u64 f32);
        scalar_first!($vec, Mul mul, i32 usize i64 u64 f32);
        scalar_first!($vec, Div div, i32 usize i64 u64 f32);
        scalar_first!($vec, Rem rem, i32 usize i64 u64 f32);
        scalar_first!($vec, BitAnd bitand, bool i32 usize i64 u64);
        scalar_first!($vec, BitOr bitor, bool i32 usize i64 u64);
        scalar_first!($vec, BitXor bitxor, bool i32 usize i64 u64);
        comparison!($vec, i32 usize i64 u64 f32);
        shift!($vec, Shl shl ShlAssign shl_assign, Shr shr ShrAssign shr_assign);

        impl<T: Scalar + Neg<Output = T>> Neg for $vec<T> {
            type Output = Self;
            fn neg(self) -> Self {
                declared()
            }
        }

        impl<T: Scalar + Not<Output = T>> Not for $vec<T> {
            type Output = Self;
            fn not(self) -> Self {
                declared()
            }
        }
    )* };
}

operators!(Vec2, Vec3, Vec4);
