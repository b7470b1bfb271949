// Typed calls of a package's ops for a Rust host, over `wgpuc_runtime::Guest`.
//
// A host includes it in a module of its own, and gives its `Guest` the same kernels as it was generated from:
//
//     #[allow(dead_code)]
//     mod ops {
//         include!(concat!(env!("OUT_DIR"), "/host/ops.rs"));
//     }
//
// All calls are in order, and those that start work on the device do not wait for it: what only the device can notice
// becomes the error of a later download.

use wgpuc_runtime::{GpuError, Guest};

const _: () = assert!(cfg!(target_endian = "little"), "a device's memory is little-endian");

/// The bits of an IEEE 754 half-precision number.
#[repr(transparent)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Float16(pub u16);

/// The bits of a bfloat16: the upper half of an `f32`'s.
#[repr(transparent)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BFloat16(pub u16);

/// What a buffer may hold.
///
/// # Safety
/// Any bytes make a value, and no byte of a value is padding.
#[allow(unsafe_code, reason = "lets transfers pass the bytes of whole slices")]
pub unsafe trait Element: Copy {}

/// Implements [`Element`].
macro_rules! plain {
    ($($type:ty)*) => {$(
        // SAFETY: a number, or a struct of numbers whose layout is checked to have no padding.
        #[allow(unsafe_code, reason = "see Element")]
        unsafe impl Element for $type {}
    )*};
}
plain!(i8 u8 i16 u16 i32 u32 i64 u64 f32 Float16 BFloat16);

// SAFETY: an array has no bytes but its elements'.
#[allow(unsafe_code, reason = "see Element")]
unsafe impl<T: Element, const N: usize> Element for [T; N] {}

/// An array on the device. It is freed with [`Self::destroy`], or with the [`Guest`] that it was made for.
#[derive(Debug)]
pub struct Buffer<T> {
    id: u32,
    len: usize,
    element: std::marker::PhantomData<T>,
}

#[allow(unsafe_code, reason = "see Element")]
impl<T: Element> Buffer<T> {
    /// A new buffer of `len` elements, all zero.
    pub fn create(guest: &mut Guest, len: usize) -> Result<Self, GpuError> {
        let id = guest.buffer_create(Self::to_bytes("len", len)?, true)?;
        Ok(Self { id, len, element: std::marker::PhantomData })
    }

    /// A new buffer that holds `values`.
    pub fn from_slice(guest: &mut Guest, values: &[T]) -> Result<Self, GpuError> {
        let buffer = Self::create(guest, values.len())?;
        buffer.upload(guest, 0, values)?;
        Ok(buffer)
    }

    /// Writes `values` from element `at`.
    pub fn upload(&self, guest: &mut Guest, at: usize, values: &[T]) -> Result<(), GpuError> {
        // SAFETY: an element has no padding, so all bytes are initialised.
        let bytes = unsafe { std::slice::from_raw_parts(values.as_ptr().cast::<u8>(), size_of_val(values)) };
        guest.buffer_write(self.id, Self::to_bytes("at", at)?, bytes)
    }

    /// Reads all of it, after all earlier work.
    pub fn download(&self, guest: &mut Guest) -> Result<Vec<T>, GpuError> {
        // SAFETY: any bytes make an element, zeros too.
        let mut values = vec![unsafe { std::mem::zeroed() }; self.len];
        self.download_into(guest, 0, &mut values)?;
        Ok(values)
    }

    /// Fills `values` from element `at`, after all earlier work.
    pub fn download_into(&self, guest: &mut Guest, at: usize, values: &mut [T]) -> Result<(), GpuError> {
        let size = size_of_val(values);
        // SAFETY: an element has no padding, and any bytes make one.
        let bytes = unsafe { std::slice::from_raw_parts_mut(values.as_mut_ptr().cast::<u8>(), size) };
        guest.buffer_read(self.id, Self::to_bytes("at", at)?, bytes)
    }

    /// Frees it.
    pub fn destroy(self, guest: &mut Guest) -> Result<(), GpuError> {
        guest.buffer_destroy(self.id)
    }

    /// How many elements it has.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it has no elements.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Its name in the guest.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// `n` elements in bytes.
    fn to_bytes(what: &str, n: usize) -> Result<u64, GpuError> {
        let bytes = (n as u64).checked_mul(size_of::<T>() as u64);
        bytes.ok_or_else(|| GpuError::InvalidParams(format!("{what} is {n} elements, beyond 2^64 bytes")))
    }
}

/// Adds to bytes, which share words, and scales halves, four at a time.
#[allow(clippy::too_many_arguments)]
pub fn brighten(
    guest_: &mut Guest,
    by: i32,
    scale: f32,
    pixels: &Buffer<u8>,
    gains: &Buffer<BFloat16>,
) -> Result<(), GpuError> {
    guest_
        .call(
            "brighten",
            &[
                i64::from(by) as u64,
                u64::from(scale.to_bits()),
                u64::from(pixels.id()),
                u64::from(gains.id()),
            ],
        )
}
