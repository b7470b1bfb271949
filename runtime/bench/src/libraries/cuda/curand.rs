//! cuRAND's generator that is measured, found in its library at run time.
//!
//! By hand, as cudarc looks for fewer versions of the library than there are. Addresses go in as the driver gives them.
#![expect(unsafe_code, reason = "the library is C: its types are as its header declares them")]

use anyhow::{Result, ensure};
use libloading::Library;
use std::ffi::{c_int, c_uint, c_void};
use wgpuc_runtime::backend::cuda::library;

/// What the library goes by.
const NAMES: [&str; 2] = ["libcurand.so.10", "curand64_10.dll"];
/// cuRAND's number for Philox4x32-10.
const PHILOX: c_int = 161;

type Handle = *mut c_void;
type CreateGenerator = unsafe extern "C" fn(*mut Handle, c_int) -> c_int;
type SetStream = unsafe extern "C" fn(Handle, Handle) -> c_int;
type Destroy = unsafe extern "C" fn(Handle) -> c_int;
type Generate = unsafe extern "C" fn(Handle, *mut c_uint, usize) -> c_int;

/// What the library made, and the library, which must stay as long.
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

/// cuRAND's generator of the kind that ours is.
pub(super) struct Philox {
    owned: Owned,
    generate: Generate,
}

impl Philox {
    /// Where cuRAND is here, with its work on that stream.
    pub(super) fn find(stream: *mut c_void) -> Option<Self> {
        let library = library::open(&NAMES).ok()?;
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
