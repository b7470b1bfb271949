//! The routines of cuBLAS and cuRAND that are measured, found in their libraries at run time.
//!
//! By hand, as cudarc looks for fewer versions of the libraries than there are. Addresses go in and out as the driver
//! gives them.
#![expect(unsafe_code, reason = "the libraries are C: their types are as their headers declare them")]

use anyhow::{Result, ensure};
use libloading::Library;
use std::ffi::{c_int, c_uint, c_void};

/// The ends of the libraries' names, the newest first.
const BLAS_NAMES: [&str; 3] = ["libcublas.so.13", "libcublas.so.12", "cublas64_13.dll"];
const RANDOM_NAMES: [&str; 2] = ["libcurand.so.10", "curand64_10.dll"];
/// cuRAND's number for Philox4x32-10.
const PHILOX: c_int = 161;

type Handle = *mut c_void;
type Create = unsafe extern "C" fn(*mut Handle) -> c_int;
type CreateGenerator = unsafe extern "C" fn(*mut Handle, c_int) -> c_int;
type SetStream = unsafe extern "C" fn(Handle, Handle) -> c_int;
type Destroy = unsafe extern "C" fn(Handle) -> c_int;
type Generate = unsafe extern "C" fn(Handle, *mut c_uint, usize) -> c_int;
#[rustfmt::skip]
type Sgemm = unsafe extern "C" fn(
    Handle, c_int, c_int, c_int, c_int, c_int,
    *const f32, *const f32, c_int, *const f32, c_int, *const f32, *mut f32, c_int,
) -> c_int;

/// What a library made, and the library, which must stay as long.
struct Owned {
    handle: Handle,
    destroy: Destroy,
    _library: Library,
}

impl Drop for Owned {
    fn drop(&mut self) {
        // SAFETY: the handle is the library's own and is used no more; the library goes after it.
        let _ = unsafe { (self.destroy)(self.handle) };
    }
}

/// The first of those libraries that is here.
fn open(names: &[&str]) -> Option<Library> {
    // SAFETY: NVIDIA's libraries do nothing but set up their own state when they are loaded.
    names.iter().find_map(|name| unsafe { Library::new(*name) }.ok())
}

/// cuBLAS.
pub(super) struct Blas {
    owned: Owned,
    sgemm: Sgemm,
}

impl Blas {
    /// Where it is here, with its work on that stream.
    pub(super) fn find(stream: *mut c_void) -> Option<Self> {
        let library = open(&BLAS_NAMES)?;
        // SAFETY: the types are those of cublas_v2.h, whose names end in `_v2` in the library.
        let (create, set_stream, destroy, sgemm) = unsafe {
            (
                *library.get::<Create>(b"cublasCreate_v2\0").ok()?,
                *library.get::<SetStream>(b"cublasSetStream_v2\0").ok()?,
                *library.get::<Destroy>(b"cublasDestroy_v2\0").ok()?,
                *library.get::<Sgemm>(b"cublasSgemm_v2\0").ok()?,
            )
        };
        let mut handle = std::ptr::null_mut();
        // SAFETY: it writes a handle, or says that it did not.
        (unsafe { create(&raw mut handle) } == 0).then_some(())?;
        let owned = Owned { handle, destroy, _library: library };
        // SAFETY: both live.
        (unsafe { set_stream(owned.handle, stream) } == 0).then_some(Self { owned, sgemm })
    }

    /// `c = a b`, row-major: `[m, k]` times `[k, n]`. f32 all the way, as ours: TF32 is only on request.
    ///
    /// # Safety
    /// The addresses are of matrices of that size on the card, which nothing else uses.
    pub(super) unsafe fn multiply(&self, (m, n, k): (c_int, c_int, c_int), a: u64, b: u64, c: u64) -> Result<()> {
        let (one, zero) = (1f32, 0f32);
        let (a, b, c) = (a as *const f32, b as *const f32, c as *mut f32);
        let handle = self.owned.handle;
        // It thinks in columns: the transposed product of the matrices as they lie.
        // SAFETY: the sizes are the matrices' own, as the caller promises; the factors are read before it returns.
        let status = unsafe { (self.sgemm)(handle, 0, 0, n, m, k, &raw const one, b, n, a, k, &raw const zero, c, n) };
        ensure!(status == 0, "cublasSgemm failed with status {status}");
        Ok(())
    }
}

/// cuRAND's generator of the kind that ours is.
pub(super) struct Philox {
    owned: Owned,
    generate: Generate,
}

impl Philox {
    /// Where cuRAND is here, with its work on that stream.
    pub(super) fn find(stream: *mut c_void) -> Option<Self> {
        let library = open(&RANDOM_NAMES)?;
        // SAFETY: the types are those of curand.h.
        let (create, set_stream, destroy, generate) = unsafe {
            (
                *library.get::<CreateGenerator>(b"curandCreateGenerator\0").ok()?,
                *library.get::<SetStream>(b"curandSetStream\0").ok()?,
                *library.get::<Destroy>(b"curandDestroyGenerator\0").ok()?,
                *library.get::<Generate>(b"curandGenerate\0").ok()?,
            )
        };
        let mut handle = std::ptr::null_mut();
        // SAFETY: it writes a generator, or says that it did not.
        (unsafe { create(&raw mut handle, PHILOX) } == 0).then_some(())?;
        let owned = Owned { handle, destroy, _library: library };
        // SAFETY: both live.
        (unsafe { set_stream(owned.handle, stream) } == 0).then_some(Self { owned, generate })
    }

    /// Random words.
    ///
    /// # Safety
    /// The address is of `n` words on the card, which nothing else uses.
    pub(super) unsafe fn fill(&self, words: u64, n: usize) -> Result<()> {
        // SAFETY: as the caller promises.
        let status = unsafe { (self.generate)(self.owned.handle, words as *mut c_uint, n) };
        ensure!(status == 0, "curandGenerate failed with status {status}");
        Ok(())
    }
}
