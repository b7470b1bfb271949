//! Atomics, in buffers and in workgroup memory.

use crate::declared;

/// What an atomic may hold: `u32` or `i32`.
pub trait AtomicScalar: Copy {}

impl AtomicScalar for usize {}
impl AtomicScalar for i32 {}

/// A number that invocations change together, each method in one step; all but `store` give the value that it had
/// before.
pub struct Atomic<T: AtomicScalar> {
    _value: T,
}

macro_rules! updates {
    ($($name:ident $doc:literal;)*) => { $(
        #[doc = $doc]
        ///
        /// Gives the value before.
        pub fn $name(&self, _value: T) -> T {
            declared()
        }
    )* };
}

impl<T: AtomicScalar> Atomic<T> {
    /// The value.
    #[must_use]
    pub fn load(&self) -> T {
        declared()
    }

    /// Sets the value.
    pub fn store(&self, _value: T) {}

    updates! {
        add "Adds to the value; wraps.";
        sub "Subtracts from the value; wraps.";
        min "Keeps the smaller.";
        max "Keeps the larger.";
        and "Keeps the bits that both have.";
        or "Adds the bits of `value`.";
        xor "Flips the bits of `value`.";
        exchange "Sets the value.";
    }

    /// Sets the value to `new` where it is `expected`. Gives the value before.
    pub fn compare_exchange(&self, _expected: T, _new: T) -> T {
        declared()
    }
}
