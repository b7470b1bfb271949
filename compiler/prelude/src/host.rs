//! What ops do: temporary buffers, and what a launch passes.

use crate::atomic::{Atomic, AtomicScalar};
use crate::declared;
use crate::vector::{Vec2, Vec4};

/// A temporary buffer of `len` elements. Where there is no room for it, the call fails.
#[must_use]
pub fn scratch<T>(_len: usize) -> &'static mut [T] {
    declared()
}

/// As [`scratch`], with zeros at first.
#[must_use]
pub fn scratch_zeroed<T>(_len: usize) -> &'static mut [T] {
    declared()
}

/// As [`scratch`]; where there is no room for it, the call does not fail, and `is_some()` of the buffer says so.
#[must_use]
pub fn try_scratch<T>(_len: usize) -> Option<&'static mut [T]> {
    declared()
}

/// What an op may do with a buffer that may be absent, once `is_some()` holds.
pub trait Buffer<T> {
    /// How many elements it has.
    fn len(&self) -> usize {
        declared()
    }

    /// Whether it has none.
    fn is_empty(&self) -> bool {
        declared()
    }

    /// The same memory with two scalars to an element; the length is rounded up.
    fn as_x2(&self) -> &'static mut [Vec2<T>] {
        declared()
    }

    /// The same memory with four scalars to an element; the length is rounded up.
    fn as_x4(&self) -> &'static mut [Vec4<T>] {
        declared()
    }
}

impl<T> Buffer<T> for Option<&[T]> {}
impl<T> Buffer<T> for Option<&mut [T]> {}

/// What a launch may pass where a kernel takes a `P`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(message = "a launch cannot pass `{Self}` where the kernel takes `{P}`")]
pub trait Passed<P> {}

/// An argument of a launch as the kernel takes it.
#[doc(hidden)]
pub fn passed<A: Passed<P>, P>(_arg: &A) -> P {
    declared()
}

// Numbers, bools, enums and structs of them, and buffers, as they are.
impl<T> Passed<T> for T {}
impl<T> Passed<&[T]> for &mut [T] {}
impl<T: AtomicScalar> Passed<&[Atomic<T>]> for &mut [T] {}
impl<T> Passed<&[T]> for Option<&[T]> {}
impl<T> Passed<&[T]> for Option<&mut [T]> {}
impl<T> Passed<&mut [T]> for Option<&mut [T]> {}
impl<T: AtomicScalar> Passed<&[Atomic<T>]> for Option<&mut [T]> {}

/// Integers of an op are exact, whatever their type.
macro_rules! integers {
    ($($from:ty => $($to:ty)*;)*) => { $($(impl Passed<$to> for $from {})*)* };
}
integers! {
    i32 => usize i64 u64;
    usize => i32 i64 u64;
    i64 => i32 usize u64;
    u64 => i32 usize i64;
}
