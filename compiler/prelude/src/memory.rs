//! Workgroup memory, asynchronous copies, and scalars seen as vectors.

use crate::__prelude::declared;
use crate::number::Scalar;
use crate::vector::{Vec2, Vec4};

/// Workgroup memory: `let tile = shared::<[f32; 256]>();`, at the top level of a kernel or helper. What it holds at first
/// is unspecified.
#[must_use]
pub fn shared<T>() -> &'static mut T {
    declared()
}

/// As [`shared`], with zeros at first.
#[must_use]
pub fn shared_zeroed<T>() -> &'static mut T {
    declared()
}

/// `uniform_load(&tile[i])`: the same value for all invocations of a workgroup, between two barriers.
#[must_use]
pub fn uniform_load<T: Copy>(_at: &T) -> T {
    declared()
}

/// Starts to copy an element of 4, 8 or 16 bytes from a buffer to workgroup memory:
/// `copy_async(&mut tile[i], &input[j])`.
pub fn copy_async<T>(_to: &mut T, _from: &T) {}

/// As [`copy_async`]; where the condition does not hold, it reads nothing and writes zero.
pub fn copy_async_or_zero<T>(_to: &mut T, _from: &T, _condition: bool) {}

/// Makes a group of the copies that were started since the last one.
pub fn copy_commit() {}

/// Waits until at most the `N` newest groups of copies are still under way.
pub fn copy_wait<const N: usize>() {}

/// Memory that can be seen as vectors.
pub trait Views {
    /// With two scalars to an element.
    type X2: ?Sized;
    /// With four scalars to an element.
    type X4: ?Sized;

    /// The same memory with two scalars to an element: a buffer's length is rounded up, that of a row of workgroup
    /// memory must be a multiple.
    fn as_x2(&self) -> &'static mut Self::X2 {
        declared()
    }

    /// The same memory with four scalars to an element: a buffer's length is rounded up, that of a row of workgroup
    /// memory must be a multiple.
    fn as_x4(&self) -> &'static mut Self::X4 {
        declared()
    }
}

impl<T: Scalar> Views for [T] {
    type X2 = [Vec2<T>];
    type X4 = [Vec4<T>];
}

impl<T: Row, const N: usize> Views for [T; N] {
    type X2 = [T::Row2; N];
    type X4 = [T::Row4; N];
}

/// What an array of workgroup memory has as elements: scalars, or rows of them.
pub trait Row {
    /// Two scalars, or a row with two to an element.
    type Row2;
    /// Four scalars, or a row with four to an element.
    type Row4;
}

macro_rules! rows {
    ($($ty:ty),*) => { $(impl Row for $ty { type Row2 = Vec2<$ty>; type Row4 = Vec4<$ty>; })* };
}
rows!(i8, u8, i32, usize, i64, u64, f32);

impl<T: Row, const N: usize> Row for [T; N] {
    type Row2 = [T::Row2; N];
    type Row4 = [T::Row4; N];
}
