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

/// Adds to bytes, which share words, and scales halves, four at a time.
#[allow(clippy::too_many_arguments)]
pub fn brighten(
    by: i32,
    scale: f32,
    pixels: &Buffer<u8>,
    gains: &Buffer<BFloat16>,
) -> Result<(), Error> {
    Ok(raw::local::kernels::kernels::brighten(by, scale, pixels.id(), gains.id())?)
}

/// The interface as wit-bindgen has it.
#[allow(
    clippy::all,
    dead_code,
    missing_docs,
    unreachable_pub,
    unsafe_code,
    unused_imports
)]
pub mod raw {
    #[allow(dead_code, clippy::all)]
    pub mod local {
        pub mod kernels {
            #[allow(dead_code, async_fn_in_trait, unused_imports, clippy::all)]
            pub mod kernels {
                #[used]
                #[doc(hidden)]
                static __FORCE_SECTION_REF: fn() = super::super::super::__link_custom_section_describing_imports;
                use super::super::super::_rt;
                pub type BufferId = super::super::super::wasi::gpu::compute::BufferId;
                pub type GpuError = super::super::super::wasi::gpu::compute::GpuError;
                #[allow(unused_unsafe, clippy::all)]
                /// Adds to bytes, which share words, and scales halves, four at a time.
                #[allow(async_fn_in_trait)]
                pub fn brighten(
                    by: i32,
                    scale: f32,
                    pixels: BufferId,
                    gains: BufferId,
                ) -> ::core::result::Result<(), GpuError> {
                    unsafe {
                        #[cfg_attr(target_pointer_width = "64", repr(align(8)))]
                        #[cfg_attr(target_pointer_width = "32", repr(align(4)))]
                        struct RetArea(
                            [::core::mem::MaybeUninit<
                                u8,
                            >; 4 * ::core::mem::size_of::<*const u8>()],
                        );
                        let mut ret_area = RetArea(
                            [::core::mem::MaybeUninit::uninit(); 4
                                * ::core::mem::size_of::<*const u8>()],
                        );
                        let ptr0 = ret_area.0.as_mut_ptr().cast::<u8>();
                        #[cfg(target_arch = "wasm32")]
                        #[link(wasm_import_module = "local:kernels/kernels@0.1.0")]
                        unsafe extern "C" {
                            #[link_name = "brighten"]
                            fn wit_import1(_: i32, _: f32, _: i32, _: i32, _: *mut u8);
                        }
                        #[cfg(not(target_arch = "wasm32"))]
                        unsafe extern "C" fn wit_import1(
                            _: i32,
                            _: f32,
                            _: i32,
                            _: i32,
                            _: *mut u8,
                        ) {
                            unreachable!()
                        }
                        wit_import1(
                            _rt::as_i32(&by),
                            _rt::as_f32(&scale),
                            _rt::as_i32(pixels),
                            _rt::as_i32(gains),
                            ptr0,
                        );
                        let l2 = i32::from(*ptr0.add(0).cast::<u8>());
                        let result11 = match l2 {
                            0 => {
                                let e = ();
                                Ok(e)
                            }
                            1 => {
                                let e = {
                                    let l3 = i32::from(
                                        *ptr0.add(::core::mem::size_of::<*const u8>()).cast::<u8>(),
                                    );
                                    use super::super::super::wasi::gpu::compute::GpuError as V10;
                                    let v10 = match l3 {
                                        0 => V10::OutOfMemory,
                                        1 => V10::InvalidBuffer,
                                        2 => {
                                            let e10 = {
                                                let l4 = *ptr0
                                                    .add(2 * ::core::mem::size_of::<*const u8>())
                                                    .cast::<*mut u8>();
                                                let l5 = *ptr0
                                                    .add(3 * ::core::mem::size_of::<*const u8>())
                                                    .cast::<usize>();
                                                let len6 = l5;
                                                let bytes6 = _rt::Vec::from_raw_parts(
                                                    l4.cast(),
                                                    len6,
                                                    len6,
                                                );
                                                _rt::string_lift(bytes6)
                                            };
                                            V10::KernelError(e10)
                                        }
                                        3 => V10::DeviceUnavailable,
                                        n => {
                                            debug_assert_eq!(n, 4, "invalid enum discriminant");
                                            let e10 = {
                                                let l7 = *ptr0
                                                    .add(2 * ::core::mem::size_of::<*const u8>())
                                                    .cast::<*mut u8>();
                                                let l8 = *ptr0
                                                    .add(3 * ::core::mem::size_of::<*const u8>())
                                                    .cast::<usize>();
                                                let len9 = l8;
                                                let bytes9 = _rt::Vec::from_raw_parts(
                                                    l7.cast(),
                                                    len9,
                                                    len9,
                                                );
                                                _rt::string_lift(bytes9)
                                            };
                                            V10::InvalidParams(e10)
                                        }
                                    };
                                    v10
                                };
                                Err(e)
                            }
                            _ => _rt::invalid_enum_discriminant(),
                        };
                        result11
                    }
                }
            }
        }
    }
    #[allow(dead_code, clippy::all)]
    pub mod wasi {
        pub mod gpu {
            /// Device memory: create, fill, copy, read back and free buffers.
            #[allow(dead_code, async_fn_in_trait, unused_imports, clippy::all)]
            pub mod compute {
                #[used]
                #[doc(hidden)]
                static __FORCE_SECTION_REF: fn() = super::super::super::__link_custom_section_describing_imports;
                use super::super::super::_rt;
                wit_bindgen::rt::bitflags::bitflags! {
                    #[doc =
                    " What a buffer is meant for. Kernels bind buffers that carry `storage`; the rest are hints."]
                    #[derive(PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Clone, Copy)]
                    pub struct BufferUsage : u8 { const MAP_READ = 1 << 0; const
                    MAP_WRITE = 1 << 1; const COPY_SRC = 1 << 2; const COPY_DST = 1 << 3;
                    const UNIFORM = 1 << 4; const STORAGE = 1 << 5; }
                }
                /// Names a buffer of this guest. 0 never names one.
                pub type BufferId = u32;
                /// Why a call failed.
                #[derive(Clone)]
                pub enum GpuError {
                    /// The device, or this guest's quota, has no room.
                    OutOfMemory,
                    /// No live buffer of this guest has that id.
                    InvalidBuffer,
                    /// A kernel failed on the device; says which, and why.
                    KernelError(_rt::String),
                    /// There is no device, or it was lost.
                    DeviceUnavailable,
                    /// An argument is out of range; says which, with the value and the bound.
                    InvalidParams(_rt::String),
                }
                impl ::core::fmt::Debug for GpuError {
                    fn fmt(
                        &self,
                        f: &mut ::core::fmt::Formatter<'_>,
                    ) -> ::core::fmt::Result {
                        match self {
                            GpuError::OutOfMemory => {
                                f.debug_tuple("GpuError::OutOfMemory").finish()
                            }
                            GpuError::InvalidBuffer => {
                                f.debug_tuple("GpuError::InvalidBuffer").finish()
                            }
                            GpuError::KernelError(e) => {
                                f.debug_tuple("GpuError::KernelError").field(e).finish()
                            }
                            GpuError::DeviceUnavailable => {
                                f.debug_tuple("GpuError::DeviceUnavailable").finish()
                            }
                            GpuError::InvalidParams(e) => {
                                f.debug_tuple("GpuError::InvalidParams").field(e).finish()
                            }
                        }
                    }
                }
                impl ::core::fmt::Display for GpuError {
                    fn fmt(
                        &self,
                        f: &mut ::core::fmt::Formatter<'_>,
                    ) -> ::core::fmt::Result {
                        write!(f, "{:?}", self)
                    }
                }
                impl ::core::error::Error for GpuError {}
                /// The device that serves this guest.
                #[derive(Clone)]
                pub struct DeviceInfo {
                    /// The device's own name, for example "NVIDIA H200".
                    pub name: _rt::String,
                    /// "cuda", "vulkan", "metal", "dx12", "gl", "webgpu" or "cpu".
                    pub backend: _rt::String,
                    /// Device memory, in bytes.
                    pub total_memory: u64,
                    /// False for a software implementation.
                    pub is_hardware: bool,
                    /// CUDA compute capability ("9.0"), or the API's version.
                    pub compute_capability: _rt::String,
                }
                impl ::core::fmt::Debug for DeviceInfo {
                    fn fmt(
                        &self,
                        f: &mut ::core::fmt::Formatter<'_>,
                    ) -> ::core::fmt::Result {
                        f.debug_struct("DeviceInfo")
                            .field("name", &self.name)
                            .field("backend", &self.backend)
                            .field("total-memory", &self.total_memory)
                            .field("is-hardware", &self.is_hardware)
                            .field("compute-capability", &self.compute_capability)
                            .finish()
                    }
                }
                #[allow(unused_unsafe, clippy::all)]
                #[allow(async_fn_in_trait)]
                pub fn get_device_info() -> DeviceInfo {
                    unsafe {
                        #[repr(align(8))]
                        struct RetArea(
                            [::core::mem::MaybeUninit<
                                u8,
                            >; 16 + 6 * ::core::mem::size_of::<*const u8>()],
                        );
                        let mut ret_area = RetArea(
                            [::core::mem::MaybeUninit::uninit(); 16
                                + 6 * ::core::mem::size_of::<*const u8>()],
                        );
                        let ptr0 = ret_area.0.as_mut_ptr().cast::<u8>();
                        #[cfg(target_arch = "wasm32")]
                        #[link(wasm_import_module = "wasi:gpu/compute@0.1.0")]
                        unsafe extern "C" {
                            #[link_name = "get-device-info"]
                            fn wit_import1(_: *mut u8);
                        }
                        #[cfg(not(target_arch = "wasm32"))]
                        unsafe extern "C" fn wit_import1(_: *mut u8) {
                            unreachable!()
                        }
                        wit_import1(ptr0);
                        let l2 = *ptr0.add(0).cast::<*mut u8>();
                        let l3 = *ptr0
                            .add(::core::mem::size_of::<*const u8>())
                            .cast::<usize>();
                        let len4 = l3;
                        let bytes4 = _rt::Vec::from_raw_parts(l2.cast(), len4, len4);
                        let l5 = *ptr0
                            .add(2 * ::core::mem::size_of::<*const u8>())
                            .cast::<*mut u8>();
                        let l6 = *ptr0
                            .add(3 * ::core::mem::size_of::<*const u8>())
                            .cast::<usize>();
                        let len7 = l6;
                        let bytes7 = _rt::Vec::from_raw_parts(l5.cast(), len7, len7);
                        let l8 = *ptr0
                            .add(4 * ::core::mem::size_of::<*const u8>())
                            .cast::<i64>();
                        let l9 = i32::from(
                            *ptr0
                                .add(8 + 4 * ::core::mem::size_of::<*const u8>())
                                .cast::<u8>(),
                        );
                        let l10 = *ptr0
                            .add(8 + 5 * ::core::mem::size_of::<*const u8>())
                            .cast::<*mut u8>();
                        let l11 = *ptr0
                            .add(8 + 6 * ::core::mem::size_of::<*const u8>())
                            .cast::<usize>();
                        let len12 = l11;
                        let bytes12 = _rt::Vec::from_raw_parts(l10.cast(), len12, len12);
                        let result13 = DeviceInfo {
                            name: _rt::string_lift(bytes4),
                            backend: _rt::string_lift(bytes7),
                            total_memory: l8 as u64,
                            is_hardware: _rt::bool_lift(l9 as u8),
                            compute_capability: _rt::string_lift(bytes12),
                        };
                        result13
                    }
                }
                #[allow(unused_unsafe, clippy::all)]
                /// A new buffer of `size` bytes, all zero.
                #[allow(async_fn_in_trait)]
                pub fn buffer_create(
                    size: u64,
                    usage: BufferUsage,
                ) -> ::core::result::Result<BufferId, GpuError> {
                    unsafe {
                        #[cfg_attr(target_pointer_width = "64", repr(align(8)))]
                        #[cfg_attr(target_pointer_width = "32", repr(align(4)))]
                        struct RetArea(
                            [::core::mem::MaybeUninit<
                                u8,
                            >; 4 * ::core::mem::size_of::<*const u8>()],
                        );
                        let mut ret_area = RetArea(
                            [::core::mem::MaybeUninit::uninit(); 4
                                * ::core::mem::size_of::<*const u8>()],
                        );
                        let flags0 = usage;
                        let ptr1 = ret_area.0.as_mut_ptr().cast::<u8>();
                        #[cfg(target_arch = "wasm32")]
                        #[link(wasm_import_module = "wasi:gpu/compute@0.1.0")]
                        unsafe extern "C" {
                            #[link_name = "buffer-create"]
                            fn wit_import2(_: i64, _: i32, _: *mut u8);
                        }
                        #[cfg(not(target_arch = "wasm32"))]
                        unsafe extern "C" fn wit_import2(_: i64, _: i32, _: *mut u8) {
                            unreachable!()
                        }
                        wit_import2(
                            _rt::as_i64(&size),
                            (flags0.bits() >> 0) as i32,
                            ptr1,
                        );
                        let l3 = i32::from(*ptr1.add(0).cast::<u8>());
                        let result13 = match l3 {
                            0 => {
                                let e = {
                                    let l4 = *ptr1
                                        .add(::core::mem::size_of::<*const u8>())
                                        .cast::<i32>();
                                    l4 as u32
                                };
                                Ok(e)
                            }
                            1 => {
                                let e = {
                                    let l5 = i32::from(
                                        *ptr1.add(::core::mem::size_of::<*const u8>()).cast::<u8>(),
                                    );
                                    let v12 = match l5 {
                                        0 => GpuError::OutOfMemory,
                                        1 => GpuError::InvalidBuffer,
                                        2 => {
                                            let e12 = {
                                                let l6 = *ptr1
                                                    .add(2 * ::core::mem::size_of::<*const u8>())
                                                    .cast::<*mut u8>();
                                                let l7 = *ptr1
                                                    .add(3 * ::core::mem::size_of::<*const u8>())
                                                    .cast::<usize>();
                                                let len8 = l7;
                                                let bytes8 = _rt::Vec::from_raw_parts(
                                                    l6.cast(),
                                                    len8,
                                                    len8,
                                                );
                                                _rt::string_lift(bytes8)
                                            };
                                            GpuError::KernelError(e12)
                                        }
                                        3 => GpuError::DeviceUnavailable,
                                        n => {
                                            debug_assert_eq!(n, 4, "invalid enum discriminant");
                                            let e12 = {
                                                let l9 = *ptr1
                                                    .add(2 * ::core::mem::size_of::<*const u8>())
                                                    .cast::<*mut u8>();
                                                let l10 = *ptr1
                                                    .add(3 * ::core::mem::size_of::<*const u8>())
                                                    .cast::<usize>();
                                                let len11 = l10;
                                                let bytes11 = _rt::Vec::from_raw_parts(
                                                    l9.cast(),
                                                    len11,
                                                    len11,
                                                );
                                                _rt::string_lift(bytes11)
                                            };
                                            GpuError::InvalidParams(e12)
                                        }
                                    };
                                    v12
                                };
                                Err(e)
                            }
                            _ => _rt::invalid_enum_discriminant(),
                        };
                        result13
                    }
                }
                #[allow(unused_unsafe, clippy::all)]
                /// Writes `data` at byte `offset`.
                #[allow(async_fn_in_trait)]
                pub fn buffer_write(
                    buffer: BufferId,
                    offset: u64,
                    data: &[u8],
                ) -> ::core::result::Result<(), GpuError> {
                    unsafe {
                        #[cfg_attr(target_pointer_width = "64", repr(align(8)))]
                        #[cfg_attr(target_pointer_width = "32", repr(align(4)))]
                        struct RetArea(
                            [::core::mem::MaybeUninit<
                                u8,
                            >; 4 * ::core::mem::size_of::<*const u8>()],
                        );
                        let mut ret_area = RetArea(
                            [::core::mem::MaybeUninit::uninit(); 4
                                * ::core::mem::size_of::<*const u8>()],
                        );
                        let vec0 = data;
                        let ptr0 = vec0.as_ptr().cast::<u8>();
                        let len0 = vec0.len();
                        let ptr1 = ret_area.0.as_mut_ptr().cast::<u8>();
                        #[cfg(target_arch = "wasm32")]
                        #[link(wasm_import_module = "wasi:gpu/compute@0.1.0")]
                        unsafe extern "C" {
                            #[link_name = "buffer-write"]
                            fn wit_import2(
                                _: i32,
                                _: i64,
                                _: *mut u8,
                                _: usize,
                                _: *mut u8,
                            );
                        }
                        #[cfg(not(target_arch = "wasm32"))]
                        unsafe extern "C" fn wit_import2(
                            _: i32,
                            _: i64,
                            _: *mut u8,
                            _: usize,
                            _: *mut u8,
                        ) {
                            unreachable!()
                        }
                        wit_import2(
                            _rt::as_i32(buffer),
                            _rt::as_i64(&offset),
                            ptr0.cast_mut(),
                            len0,
                            ptr1,
                        );
                        let l3 = i32::from(*ptr1.add(0).cast::<u8>());
                        let result12 = match l3 {
                            0 => {
                                let e = ();
                                Ok(e)
                            }
                            1 => {
                                let e = {
                                    let l4 = i32::from(
                                        *ptr1.add(::core::mem::size_of::<*const u8>()).cast::<u8>(),
                                    );
                                    let v11 = match l4 {
                                        0 => GpuError::OutOfMemory,
                                        1 => GpuError::InvalidBuffer,
                                        2 => {
                                            let e11 = {
                                                let l5 = *ptr1
                                                    .add(2 * ::core::mem::size_of::<*const u8>())
                                                    .cast::<*mut u8>();
                                                let l6 = *ptr1
                                                    .add(3 * ::core::mem::size_of::<*const u8>())
                                                    .cast::<usize>();
                                                let len7 = l6;
                                                let bytes7 = _rt::Vec::from_raw_parts(
                                                    l5.cast(),
                                                    len7,
                                                    len7,
                                                );
                                                _rt::string_lift(bytes7)
                                            };
                                            GpuError::KernelError(e11)
                                        }
                                        3 => GpuError::DeviceUnavailable,
                                        n => {
                                            debug_assert_eq!(n, 4, "invalid enum discriminant");
                                            let e11 = {
                                                let l8 = *ptr1
                                                    .add(2 * ::core::mem::size_of::<*const u8>())
                                                    .cast::<*mut u8>();
                                                let l9 = *ptr1
                                                    .add(3 * ::core::mem::size_of::<*const u8>())
                                                    .cast::<usize>();
                                                let len10 = l9;
                                                let bytes10 = _rt::Vec::from_raw_parts(
                                                    l8.cast(),
                                                    len10,
                                                    len10,
                                                );
                                                _rt::string_lift(bytes10)
                                            };
                                            GpuError::InvalidParams(e11)
                                        }
                                    };
                                    v11
                                };
                                Err(e)
                            }
                            _ => _rt::invalid_enum_discriminant(),
                        };
                        result12
                    }
                }
                #[allow(unused_unsafe, clippy::all)]
                /// Reads `size` bytes from byte `offset`, after all earlier work on the buffer.
                #[allow(async_fn_in_trait)]
                pub fn buffer_read(
                    buffer: BufferId,
                    offset: u64,
                    size: u32,
                ) -> ::core::result::Result<_rt::Vec<u8>, GpuError> {
                    unsafe {
                        #[cfg_attr(target_pointer_width = "64", repr(align(8)))]
                        #[cfg_attr(target_pointer_width = "32", repr(align(4)))]
                        struct RetArea(
                            [::core::mem::MaybeUninit<
                                u8,
                            >; 4 * ::core::mem::size_of::<*const u8>()],
                        );
                        let mut ret_area = RetArea(
                            [::core::mem::MaybeUninit::uninit(); 4
                                * ::core::mem::size_of::<*const u8>()],
                        );
                        let ptr0 = ret_area.0.as_mut_ptr().cast::<u8>();
                        #[cfg(target_arch = "wasm32")]
                        #[link(wasm_import_module = "wasi:gpu/compute@0.1.0")]
                        unsafe extern "C" {
                            #[link_name = "buffer-read"]
                            fn wit_import1(_: i32, _: i64, _: i32, _: *mut u8);
                        }
                        #[cfg(not(target_arch = "wasm32"))]
                        unsafe extern "C" fn wit_import1(
                            _: i32,
                            _: i64,
                            _: i32,
                            _: *mut u8,
                        ) {
                            unreachable!()
                        }
                        wit_import1(
                            _rt::as_i32(buffer),
                            _rt::as_i64(&offset),
                            _rt::as_i32(&size),
                            ptr0,
                        );
                        let l2 = i32::from(*ptr0.add(0).cast::<u8>());
                        let result14 = match l2 {
                            0 => {
                                let e = {
                                    let l3 = *ptr0
                                        .add(::core::mem::size_of::<*const u8>())
                                        .cast::<*mut u8>();
                                    let l4 = *ptr0
                                        .add(2 * ::core::mem::size_of::<*const u8>())
                                        .cast::<usize>();
                                    let len5 = l4;
                                    <_ as From<
                                        _rt::Vec<_>,
                                    >>::from(_rt::Vec::from_raw_parts(l3.cast(), len5, len5))
                                };
                                Ok(e)
                            }
                            1 => {
                                let e = {
                                    let l6 = i32::from(
                                        *ptr0.add(::core::mem::size_of::<*const u8>()).cast::<u8>(),
                                    );
                                    let v13 = match l6 {
                                        0 => GpuError::OutOfMemory,
                                        1 => GpuError::InvalidBuffer,
                                        2 => {
                                            let e13 = {
                                                let l7 = *ptr0
                                                    .add(2 * ::core::mem::size_of::<*const u8>())
                                                    .cast::<*mut u8>();
                                                let l8 = *ptr0
                                                    .add(3 * ::core::mem::size_of::<*const u8>())
                                                    .cast::<usize>();
                                                let len9 = l8;
                                                let bytes9 = _rt::Vec::from_raw_parts(
                                                    l7.cast(),
                                                    len9,
                                                    len9,
                                                );
                                                _rt::string_lift(bytes9)
                                            };
                                            GpuError::KernelError(e13)
                                        }
                                        3 => GpuError::DeviceUnavailable,
                                        n => {
                                            debug_assert_eq!(n, 4, "invalid enum discriminant");
                                            let e13 = {
                                                let l10 = *ptr0
                                                    .add(2 * ::core::mem::size_of::<*const u8>())
                                                    .cast::<*mut u8>();
                                                let l11 = *ptr0
                                                    .add(3 * ::core::mem::size_of::<*const u8>())
                                                    .cast::<usize>();
                                                let len12 = l11;
                                                let bytes12 = _rt::Vec::from_raw_parts(
                                                    l10.cast(),
                                                    len12,
                                                    len12,
                                                );
                                                _rt::string_lift(bytes12)
                                            };
                                            GpuError::InvalidParams(e13)
                                        }
                                    };
                                    v13
                                };
                                Err(e)
                            }
                            _ => _rt::invalid_enum_discriminant(),
                        };
                        result14
                    }
                }
                #[allow(unused_unsafe, clippy::all)]
                /// Copies `size` bytes on the device.
                #[allow(async_fn_in_trait)]
                pub fn buffer_copy(
                    src: BufferId,
                    src_offset: u64,
                    dst: BufferId,
                    dst_offset: u64,
                    size: u64,
                ) -> ::core::result::Result<(), GpuError> {
                    unsafe {
                        #[cfg_attr(target_pointer_width = "64", repr(align(8)))]
                        #[cfg_attr(target_pointer_width = "32", repr(align(4)))]
                        struct RetArea(
                            [::core::mem::MaybeUninit<
                                u8,
                            >; 4 * ::core::mem::size_of::<*const u8>()],
                        );
                        let mut ret_area = RetArea(
                            [::core::mem::MaybeUninit::uninit(); 4
                                * ::core::mem::size_of::<*const u8>()],
                        );
                        let ptr0 = ret_area.0.as_mut_ptr().cast::<u8>();
                        #[cfg(target_arch = "wasm32")]
                        #[link(wasm_import_module = "wasi:gpu/compute@0.1.0")]
                        unsafe extern "C" {
                            #[link_name = "buffer-copy"]
                            fn wit_import1(
                                _: i32,
                                _: i64,
                                _: i32,
                                _: i64,
                                _: i64,
                                _: *mut u8,
                            );
                        }
                        #[cfg(not(target_arch = "wasm32"))]
                        unsafe extern "C" fn wit_import1(
                            _: i32,
                            _: i64,
                            _: i32,
                            _: i64,
                            _: i64,
                            _: *mut u8,
                        ) {
                            unreachable!()
                        }
                        wit_import1(
                            _rt::as_i32(src),
                            _rt::as_i64(&src_offset),
                            _rt::as_i32(dst),
                            _rt::as_i64(&dst_offset),
                            _rt::as_i64(&size),
                            ptr0,
                        );
                        let l2 = i32::from(*ptr0.add(0).cast::<u8>());
                        let result11 = match l2 {
                            0 => {
                                let e = ();
                                Ok(e)
                            }
                            1 => {
                                let e = {
                                    let l3 = i32::from(
                                        *ptr0.add(::core::mem::size_of::<*const u8>()).cast::<u8>(),
                                    );
                                    let v10 = match l3 {
                                        0 => GpuError::OutOfMemory,
                                        1 => GpuError::InvalidBuffer,
                                        2 => {
                                            let e10 = {
                                                let l4 = *ptr0
                                                    .add(2 * ::core::mem::size_of::<*const u8>())
                                                    .cast::<*mut u8>();
                                                let l5 = *ptr0
                                                    .add(3 * ::core::mem::size_of::<*const u8>())
                                                    .cast::<usize>();
                                                let len6 = l5;
                                                let bytes6 = _rt::Vec::from_raw_parts(
                                                    l4.cast(),
                                                    len6,
                                                    len6,
                                                );
                                                _rt::string_lift(bytes6)
                                            };
                                            GpuError::KernelError(e10)
                                        }
                                        3 => GpuError::DeviceUnavailable,
                                        n => {
                                            debug_assert_eq!(n, 4, "invalid enum discriminant");
                                            let e10 = {
                                                let l7 = *ptr0
                                                    .add(2 * ::core::mem::size_of::<*const u8>())
                                                    .cast::<*mut u8>();
                                                let l8 = *ptr0
                                                    .add(3 * ::core::mem::size_of::<*const u8>())
                                                    .cast::<usize>();
                                                let len9 = l8;
                                                let bytes9 = _rt::Vec::from_raw_parts(
                                                    l7.cast(),
                                                    len9,
                                                    len9,
                                                );
                                                _rt::string_lift(bytes9)
                                            };
                                            GpuError::InvalidParams(e10)
                                        }
                                    };
                                    v10
                                };
                                Err(e)
                            }
                            _ => _rt::invalid_enum_discriminant(),
                        };
                        result11
                    }
                }
                #[allow(unused_unsafe, clippy::all)]
                /// Frees a buffer. Its id names nothing from now on.
                #[allow(async_fn_in_trait)]
                pub fn buffer_destroy(
                    buffer: BufferId,
                ) -> ::core::result::Result<(), GpuError> {
                    unsafe {
                        #[cfg_attr(target_pointer_width = "64", repr(align(8)))]
                        #[cfg_attr(target_pointer_width = "32", repr(align(4)))]
                        struct RetArea(
                            [::core::mem::MaybeUninit<
                                u8,
                            >; 4 * ::core::mem::size_of::<*const u8>()],
                        );
                        let mut ret_area = RetArea(
                            [::core::mem::MaybeUninit::uninit(); 4
                                * ::core::mem::size_of::<*const u8>()],
                        );
                        let ptr0 = ret_area.0.as_mut_ptr().cast::<u8>();
                        #[cfg(target_arch = "wasm32")]
                        #[link(wasm_import_module = "wasi:gpu/compute@0.1.0")]
                        unsafe extern "C" {
                            #[link_name = "buffer-destroy"]
                            fn wit_import1(_: i32, _: *mut u8);
                        }
                        #[cfg(not(target_arch = "wasm32"))]
                        unsafe extern "C" fn wit_import1(_: i32, _: *mut u8) {
                            unreachable!()
                        }
                        wit_import1(_rt::as_i32(buffer), ptr0);
                        let l2 = i32::from(*ptr0.add(0).cast::<u8>());
                        let result11 = match l2 {
                            0 => {
                                let e = ();
                                Ok(e)
                            }
                            1 => {
                                let e = {
                                    let l3 = i32::from(
                                        *ptr0.add(::core::mem::size_of::<*const u8>()).cast::<u8>(),
                                    );
                                    let v10 = match l3 {
                                        0 => GpuError::OutOfMemory,
                                        1 => GpuError::InvalidBuffer,
                                        2 => {
                                            let e10 = {
                                                let l4 = *ptr0
                                                    .add(2 * ::core::mem::size_of::<*const u8>())
                                                    .cast::<*mut u8>();
                                                let l5 = *ptr0
                                                    .add(3 * ::core::mem::size_of::<*const u8>())
                                                    .cast::<usize>();
                                                let len6 = l5;
                                                let bytes6 = _rt::Vec::from_raw_parts(
                                                    l4.cast(),
                                                    len6,
                                                    len6,
                                                );
                                                _rt::string_lift(bytes6)
                                            };
                                            GpuError::KernelError(e10)
                                        }
                                        3 => GpuError::DeviceUnavailable,
                                        n => {
                                            debug_assert_eq!(n, 4, "invalid enum discriminant");
                                            let e10 = {
                                                let l7 = *ptr0
                                                    .add(2 * ::core::mem::size_of::<*const u8>())
                                                    .cast::<*mut u8>();
                                                let l8 = *ptr0
                                                    .add(3 * ::core::mem::size_of::<*const u8>())
                                                    .cast::<usize>();
                                                let len9 = l8;
                                                let bytes9 = _rt::Vec::from_raw_parts(
                                                    l7.cast(),
                                                    len9,
                                                    len9,
                                                );
                                                _rt::string_lift(bytes9)
                                            };
                                            GpuError::InvalidParams(e10)
                                        }
                                    };
                                    v10
                                };
                                Err(e)
                            }
                            _ => _rt::invalid_enum_discriminant(),
                        };
                        result11
                    }
                }
                #[allow(unused_unsafe, clippy::all)]
                /// Returns when all earlier work has finished.
                #[allow(async_fn_in_trait)]
                pub fn sync() -> () {
                    unsafe {
                        #[cfg(target_arch = "wasm32")]
                        #[link(wasm_import_module = "wasi:gpu/compute@0.1.0")]
                        unsafe extern "C" {
                            #[link_name = "sync"]
                            fn wit_import0();
                        }
                        #[cfg(not(target_arch = "wasm32"))]
                        unsafe extern "C" fn wit_import0() {
                            unreachable!()
                        }
                        wit_import0();
                    }
                }
            }
        }
    }
    mod _rt {
        #![allow(dead_code, unused_imports, clippy::all)]
        pub use alloc_crate::string::String;
        pub use alloc_crate::vec::Vec;
        pub unsafe fn string_lift(bytes: Vec<u8>) -> String {
            if cfg!(debug_assertions) {
                String::from_utf8(bytes).unwrap()
            } else {
                unsafe { String::from_utf8_unchecked(bytes) }
            }
        }
        pub unsafe fn bool_lift(val: u8) -> bool {
            if cfg!(debug_assertions) {
                match val {
                    0 => false,
                    1 => true,
                    _ => panic!("invalid bool discriminant"),
                }
            } else {
                val != 0
            }
        }
        pub fn as_i64<T: AsI64>(t: T) -> i64 {
            t.as_i64()
        }
        pub trait AsI64 {
            fn as_i64(self) -> i64;
        }
        impl<'a, T: Copy + AsI64> AsI64 for &'a T {
            fn as_i64(self) -> i64 {
                (*self).as_i64()
            }
        }
        impl AsI64 for i64 {
            #[inline]
            fn as_i64(self) -> i64 {
                self as i64
            }
        }
        impl AsI64 for u64 {
            #[inline]
            fn as_i64(self) -> i64 {
                self as i64
            }
        }
        pub unsafe fn invalid_enum_discriminant<T>() -> T {
            if cfg!(debug_assertions) {
                panic!("invalid enum discriminant")
            } else {
                unsafe { core::hint::unreachable_unchecked() }
            }
        }
        pub fn as_i32<T: AsI32>(t: T) -> i32 {
            t.as_i32()
        }
        pub trait AsI32 {
            fn as_i32(self) -> i32;
        }
        impl<'a, T: Copy + AsI32> AsI32 for &'a T {
            fn as_i32(self) -> i32 {
                (*self).as_i32()
            }
        }
        impl AsI32 for i32 {
            #[inline]
            fn as_i32(self) -> i32 {
                self as i32
            }
        }
        impl AsI32 for u32 {
            #[inline]
            fn as_i32(self) -> i32 {
                self as i32
            }
        }
        impl AsI32 for i16 {
            #[inline]
            fn as_i32(self) -> i32 {
                self as i32
            }
        }
        impl AsI32 for u16 {
            #[inline]
            fn as_i32(self) -> i32 {
                self as i32
            }
        }
        impl AsI32 for i8 {
            #[inline]
            fn as_i32(self) -> i32 {
                self as i32
            }
        }
        impl AsI32 for u8 {
            #[inline]
            fn as_i32(self) -> i32 {
                self as i32
            }
        }
        impl AsI32 for char {
            #[inline]
            fn as_i32(self) -> i32 {
                self as i32
            }
        }
        impl AsI32 for usize {
            #[inline]
            fn as_i32(self) -> i32 {
                self as i32
            }
        }
        pub fn as_f32<T: AsF32>(t: T) -> f32 {
            t.as_f32()
        }
        pub trait AsF32 {
            fn as_f32(self) -> f32;
        }
        impl<'a, T: Copy + AsF32> AsF32 for &'a T {
            fn as_f32(self) -> f32 {
                (*self).as_f32()
            }
        }
        impl AsF32 for f32 {
            #[inline]
            fn as_f32(self) -> f32 {
                self as f32
            }
        }
        extern crate alloc as alloc_crate;
    }
    #[cfg(target_arch = "wasm32")]
    #[unsafe(
        link_section = "component-type:wit-bindgen:0.63.0:local:kernels@0.1.0:kernels-guest:encoded world"
    )]
    #[doc(hidden)]
    #[allow(clippy::octal_escapes)]
    pub static __WIT_BINDGEN_COMPONENT_TYPE: [u8; 912] = *b"\
\0asm\x0d\0\x01\0\0\x19\x16wit-component-encoding\x04\0\x07\x8c\x06\x01A\x02\x01\
A\x06\x01B\x1a\x01n\x06\x08map-read\x09map-write\x08copy-src\x08copy-dst\x07unif\
orm\x07storage\x04\0\x0cbuffer-usage\x03\0\0\x01y\x04\0\x09buffer-id\x03\0\x02\x01\
q\x05\x0dout-of-memory\0\0\x0einvalid-buffer\0\0\x0ckernel-error\x01s\0\x12devic\
e-unavailable\0\0\x0einvalid-params\x01s\0\x04\0\x09gpu-error\x03\0\x04\x01r\x05\
\x04names\x07backends\x0ctotal-memoryw\x0bis-hardware\x7f\x12compute-capabilitys\
\x04\0\x0bdevice-info\x03\0\x06\x01@\0\0\x07\x04\0\x0fget-device-info\x01\x08\x01\
j\x01\x03\x01\x05\x01@\x02\x04sizew\x05usage\x01\0\x09\x04\0\x0dbuffer-create\x01\
\x0a\x01p}\x01j\0\x01\x05\x01@\x03\x06buffer\x03\x06offsetw\x04data\x0b\0\x0c\x04\
\0\x0cbuffer-write\x01\x0d\x01j\x01\x0b\x01\x05\x01@\x03\x06buffer\x03\x06offset\
w\x04sizey\0\x0e\x04\0\x0bbuffer-read\x01\x0f\x01@\x05\x03src\x03\x0asrc-offsetw\
\x03dst\x03\x0adst-offsetw\x04sizew\0\x0c\x04\0\x0bbuffer-copy\x01\x10\x01@\x01\x06\
buffer\x03\0\x0c\x04\0\x0ebuffer-destroy\x01\x11\x01@\0\x01\0\x04\0\x04sync\x01\x12\
\x03\0\x16wasi:gpu/compute@0.1.0\x05\0\x02\x03\0\0\x09buffer-id\x02\x03\0\0\x09g\
pu-error\x01B\x07\x02\x03\x02\x01\x01\x04\0\x09buffer-id\x03\0\0\x02\x03\x02\x01\
\x02\x04\0\x09gpu-error\x03\0\x02\x01j\0\x01\x03\x01@\x04\x02byz\x05scalev\x06pi\
xels\x01\x05gains\x01\0\x04\x04\0\x08brighten\x01\x05\x03\0\x1blocal:kernels/ker\
nels@0.1.0\x05\x03\x04\0!local:kernels/kernels-guest@0.1.0\x04\0\x0b\x13\x01\0\x0d\
kernels-guest\x03\0\0\0G\x09producers\x01\x0cprocessed-by\x02\x0dwit-component\x07\
0.262.0\x10wit-bindgen-rust\x060.63.0";
    #[inline(never)]
    #[doc(hidden)]
    pub fn __link_custom_section_describing_imports() {
        wit_bindgen::rt::maybe_link_cabi_realloc();
    }
}
