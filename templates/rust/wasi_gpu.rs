// The Rust face of `wasi:gpu`: buffers that free themselves, and one function for each op.
//
// A guest that depends on `wit-bindgen` includes it in a module of its own:
//
//     #[allow(dead_code)]
//     mod wasi_gpu {
//         include!(env!("WASI_GPU_RS"));
//     }
//
// All calls are in order, and those that start work on the device do not wait for it: what only the device can notice
// becomes the error of a later download. A buffer lies on the device, so a shared reference is enough to write it, and
// an op that allows it may be given one buffer twice.

use raw::wasi::gpu::compute;

/// The device that serves this guest: there is one.
pub struct Device;

impl Device {
    /// What it is.
    pub fn info() -> DeviceInfo {
        compute::get_device_info()
    }

    /// Returns when all earlier work has finished. What went wrong in it is told by the next download.
    pub fn sync() {
        compute::sync();
    }
}

#[allow(unused_imports)]
pub use compute::{BufferUsage as Usage, DeviceInfo};

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The device, or this guest's quota, has no room.
    OutOfMemory,
    /// No live buffer of this guest has that id.
    InvalidBuffer,
    /// A kernel failed on the device; says which, and why.
    KernelError(String),
    /// There is no device, or it was lost.
    DeviceUnavailable,
    /// An argument is out of range; says which, with the value and the bound.
    InvalidParams(String),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::OutOfMemory => f.write_str("out of memory"),
            Self::InvalidBuffer => f.write_str("invalid buffer"),
            Self::KernelError(details) => write!(f, "kernel error: {details}"),
            Self::DeviceUnavailable => f.write_str("device unavailable"),
            Self::InvalidParams(details) => write!(f, "invalid parameters: {details}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<compute::GpuError> for Error {
    fn from(error: compute::GpuError) -> Self {
        match error {
            compute::GpuError::OutOfMemory => Self::OutOfMemory,
            compute::GpuError::InvalidBuffer => Self::InvalidBuffer,
            compute::GpuError::KernelError(details) => Self::KernelError(details),
            compute::GpuError::DeviceUnavailable => Self::DeviceUnavailable,
            compute::GpuError::InvalidParams(details) => Self::InvalidParams(details),
        }
    }
}

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
pub unsafe trait Element: Copy {}

// SAFETY: plain numbers, as WebAssembly's memory and the device's both hold them.
unsafe impl Element for i8 {}
unsafe impl Element for u8 {}
unsafe impl Element for i16 {}
unsafe impl Element for u16 {}
unsafe impl Element for i32 {}
unsafe impl Element for u32 {}
unsafe impl Element for i64 {}
unsafe impl Element for u64 {}
unsafe impl Element for f32 {}
unsafe impl Element for Float16 {}
unsafe impl Element for BFloat16 {}
// SAFETY: an array has no bytes but its elements'.
unsafe impl<T: Element, const N: usize> Element for [T; N] {}

/// An array on the device, freed when dropped. Positions and lengths are in elements.
#[derive(Debug)]
pub struct Buffer<T> {
    id: u32,
    len: usize,
    element: std::marker::PhantomData<T>,
}

impl<T: Element> Buffer<T> {
    /// What a buffer needs to be bound by kernels, uploaded to, downloaded from and copied.
    pub const DEFAULT_USAGE: Usage = Usage::STORAGE.union(Usage::COPY_SRC).union(Usage::COPY_DST);

    /// The bytes of one call: larger transfers are cut, to bound the guest memory that they take on their way.
    const CHUNK_BYTES: usize = 1 << 26;

    /// A new buffer of `len` elements, all zero.
    pub fn create(len: usize) -> Result<Self, Error> {
        Self::create_for(len, Self::DEFAULT_USAGE)
    }

    /// A new buffer of `len` elements, all zero, for some uses only.
    pub fn create_for(len: usize, usage: Usage) -> Result<Self, Error> {
        let id = compute::buffer_create(Self::to_bytes("len", len)?, usage)?;
        Ok(Self { id, len, element: std::marker::PhantomData })
    }

    /// A new buffer that holds `values`.
    pub fn from_slice(values: &[T]) -> Result<Self, Error> {
        let buffer = Self::create(values.len())?;
        buffer.upload(values)?;
        Ok(buffer)
    }

    /// Writes `values` to its start.
    pub fn upload(&self, values: &[T]) -> Result<(), Error> {
        self.upload_at(0, values)
    }

    /// Writes `values` from element `at`.
    pub fn upload_at(&self, at: usize, values: &[T]) -> Result<(), Error> {
        let offset = Self::to_bytes("at", at)?;
        // SAFETY: an element has no padding, so all bytes are initialised.
        let bytes = unsafe { std::slice::from_raw_parts(values.as_ptr().cast::<u8>(), size_of_val(values)) };
        let (first, rest) = bytes.split_at(bytes.len().min(Self::CHUNK_BYTES));
        compute::buffer_write(self.id, offset, first)?;
        for (idx, part) in (1..).zip(rest.chunks(Self::CHUNK_BYTES)) {
            compute::buffer_write(self.id, offset + idx * Self::CHUNK_BYTES as u64, part)?;
        }
        Ok(())
    }

    /// Reads all of it, after all earlier work.
    pub fn download(&self) -> Result<Vec<T>, Error> {
        self.download_range(0..self.len)
    }

    /// Reads some of its elements, after all earlier work.
    pub fn download_range(&self, range: std::ops::Range<usize>) -> Result<Vec<T>, Error> {
        let len = range.end.saturating_sub(range.start);
        let mut values = Vec::new();
        values.try_reserve_exact(len).map_err(|_| Error::OutOfMemory)?;
        self.read(range.start, &mut values.spare_capacity_mut()[..len])?;
        // SAFETY: `read` has filled the first `len` elements.
        unsafe { values.set_len(len) };
        Ok(values)
    }

    /// Fills `values` from element `at`, after all earlier work.
    pub fn download_into(&self, at: usize, values: &mut [T]) -> Result<(), Error> {
        let len = values.len();
        // SAFETY: `read` writes nothing but whole values.
        self.read(at, unsafe { std::slice::from_raw_parts_mut(values.as_mut_ptr().cast(), len) })
    }

    /// Copies `len` elements of `src` from `src_at` to `dst_at` here, on the device; both may be one buffer.
    pub fn copy_from(&self, src: &Self, src_at: usize, dst_at: usize, len: usize) -> Result<(), Error> {
        let from = Self::to_bytes("src_at", src_at)?;
        let to = Self::to_bytes("dst_at", dst_at)?;
        Ok(compute::buffer_copy(src.id, from, self.id, to, Self::to_bytes("len", len)?)?)
    }

    /// How many elements it has.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it has no elements.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Its size in bytes.
    pub fn bytes(&self) -> u64 {
        self.len as u64 * size_of::<T>() as u64
    }

    /// Its name in the interface.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Fills all of `values` from element `at`.
    fn read(&self, at: usize, values: &mut [std::mem::MaybeUninit<T>]) -> Result<(), Error> {
        let mut offset = Self::to_bytes("at", at)?;
        let mut next = values.as_mut_ptr().cast::<u8>();
        let mut left = size_of_val(values);
        loop {
            let part = left.min(Self::CHUNK_BYTES);
            let bytes = compute::buffer_read(self.id, offset, part as u32)?;
            if bytes.len() != part {
                return Err(Error::KernelError(format!("the host sent {} bytes instead of {part}", bytes.len())));
            }
            // SAFETY: `next` has room for `left` bytes, of which these are the first.
            unsafe { next.copy_from_nonoverlapping(bytes.as_ptr(), part) };
            next = next.wrapping_add(part);
            offset += part as u64;
            left -= part;
            if left == 0 {
                return Ok(());
            }
        }
    }

    /// `n` elements in bytes.
    fn to_bytes(what: &str, n: usize) -> Result<u64, Error> {
        let bytes = (n as u64).checked_mul(size_of::<T>() as u64);
        bytes.ok_or_else(|| Error::InvalidParams(format!("{what} is {n} elements, beyond 2^64 bytes")))
    }
}

impl<T> Drop for Buffer<T> {
    fn drop(&mut self) {
        // an id that this type holds is live until here, so an error can only say that the device is gone
        let _ = compute::buffer_destroy(self.id);
    }
}
