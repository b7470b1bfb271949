//! NVIDIA's driver: loaded when first asked for, its answers as results.
//!
//! It holds no memory and knows no session. In: calls. Out: values, or a [`Failure`] in the driver's words.
#![expect(unsafe_code, reason = "the driver's functions are foreign")]

use cudarc::driver::sys::{self, CUdevice_attribute, CUresult};
use std::ffi::{CStr, c_char, c_int};
use std::fmt;
use std::sync::OnceLock;

/// A call that the driver did not serve.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failure {
    call: &'static str,
    pub code: CUresult,
}

/// Calls a function of the driver by its name, inside of `unsafe`.
macro_rules! call {
    ($function:ident($($argument:expr),* $(,)?)) => {
        $crate::backend::cuda::driver::check(
            stringify!($function),
            cudarc::driver::sys::$function($($argument),*),
        )
    };
}
pub(super) use call;

/// A driver's answer as a result.
pub(super) fn check(call: &'static str, code: CUresult) -> Result<(), Failure> {
    if code == CUresult::CUDA_SUCCESS { Ok(()) } else { Err(Failure { call, code }) }
}

impl Failure {
    /// Whether nothing of this context works from now on.
    pub(super) fn is_fatal(self) -> bool {
        use CUresult::*;
        matches!(
            self.code,
            CUDA_ERROR_DEINITIALIZED
                | CUDA_ERROR_DEVICE_UNAVAILABLE
                | CUDA_ERROR_INVALID_CONTEXT
                | CUDA_ERROR_ECC_UNCORRECTABLE
                | CUDA_ERROR_NVLINK_UNCORRECTABLE
                | CUDA_ERROR_CONTAINED
                | CUDA_ERROR_ILLEGAL_ADDRESS
                | CUDA_ERROR_LAUNCH_TIMEOUT
                | CUDA_ERROR_CONTEXT_IS_DESTROYED
                | CUDA_ERROR_ASSERT
                | CUDA_ERROR_HARDWARE_STACK_ERROR
                | CUDA_ERROR_ILLEGAL_INSTRUCTION
                | CUDA_ERROR_MISALIGNED_ADDRESS
                | CUDA_ERROR_INVALID_ADDRESS_SPACE
                | CUDA_ERROR_INVALID_PC
                | CUDA_ERROR_LAUNCH_FAILED
                | CUDA_ERROR_UNKNOWN
        )
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |get: unsafe fn(CUresult, *mut *const c_char) -> CUresult| {
            let mut text = std::ptr::null();
            // SAFETY: the driver writes one pointer, to a string that it keeps for good, or leaves it null.
            unsafe {
                let known = get(self.code, &raw mut text) == CUresult::CUDA_SUCCESS && !text.is_null();
                known.then(|| CStr::from_ptr(text).to_string_lossy())
            }
        };
        let (name, what) = (text(sys::cuGetErrorName), text(sys::cuGetErrorString));
        write!(f, "{}: {}, {}", self.call, name.as_deref().unwrap_or("?"), what.as_deref().unwrap_or("?"))
    }
}

/// The driver's CUDA version: 12080 for 12.8.
pub(super) fn version() -> Result<u32, String> {
    static VERSION: OnceLock<Result<u32, String>> = OnceLock::new();
    VERSION.get_or_init(load).clone()
}

fn load() -> Result<u32, String> {
    // SAFETY: loading NVIDIA's library runs its initialisers, which is what any user of CUDA does.
    if !unsafe { sys::is_culib_present() } {
        return Err("no NVIDIA driver was found".to_owned());
    }
    let mut version: c_int = 0;
    // SAFETY: neither needs anything before it, and the version is written to a place that lives.
    unsafe {
        call!(cuDriverGetVersion(&raw mut version)).map_err(|why| why.to_string())?;
        // All that is called here is in every driver since; an older one would lack a symbol.
        const OLDEST: c_int = 11_040;
        if version < OLDEST {
            return Err(format!("the NVIDIA driver knows CUDA {}, but must know 11.4; update it", dotted(version)));
        }
        call!(cuInit(0)).map_err(|why| format!("the NVIDIA driver does not start: {why}"))?;
    }
    Ok(u32::try_from(version).unwrap_or(0))
}

fn dotted(version: c_int) -> String {
    format!("{}.{}", version / 1000, version % 1000 / 10)
}

/// The newest PTX that a driver of that CUDA version knows.
pub(super) fn ptx_version(cuda: u32) -> [u32; 2] {
    // From the release notes of the PTX documentation; a driver knows all that earlier ones did.
    const SINCE: [(u32, [u32; 2]); 17] = [
        (11_040, [7, 4]),
        (11_050, [7, 5]),
        (11_060, [7, 6]),
        (11_070, [7, 7]),
        (11_080, [7, 8]),
        (12_000, [8, 0]),
        (12_010, [8, 1]),
        (12_020, [8, 2]),
        (12_030, [8, 3]),
        (12_040, [8, 4]),
        (12_050, [8, 5]),
        (12_070, [8, 6]),
        (12_080, [8, 7]),
        (12_090, [8, 8]),
        (13_000, [9, 0]),
        (13_010, [9, 1]),
        (13_020, [9, 2]),
    ];
    SINCE.iter().rev().find(|(since, _)| *since <= cuda).map_or([0, 0], |(_, version)| *version)
}

/// One NVIDIA device.
#[derive(Clone, Debug)]
pub(super) struct Card {
    pub raw: sys::CUdevice,
    pub name: String,
    pub total_memory: u64,
    /// 90 for compute capability 9.0.
    pub sm: u32,
    /// The most workgroup memory that a launch may ask for, in bytes.
    pub max_shared_bytes: u32,
    /// Whether it has stream-ordered memory pools.
    pub has_pools: bool,
}

/// Every device that the driver shows: `CUDA_VISIBLE_DEVICES` is its own business.
pub(super) fn cards() -> Result<Vec<Card>, String> {
    version()?;
    let mut count: c_int = 0;
    // SAFETY: the driver is loaded and started, and the count is written to a place that lives.
    unsafe { call!(cuDeviceGetCount(&raw mut count)) }.map_err(|why| why.to_string())?;
    (0..count).map(|ordinal| Card::new(ordinal).map_err(|why| why.to_string())).collect()
}

impl Card {
    fn new(ordinal: c_int) -> Result<Self, Failure> {
        let (mut raw, mut name, mut total_memory) = (0, [0 as c_char; 256], 0);
        // SAFETY: the driver is started, and each value is written to a place that lives and is as large as told.
        unsafe {
            call!(cuDeviceGet(&raw mut raw, ordinal))?;
            call!(cuDeviceGetName(name.as_mut_ptr(), name.len() as c_int, raw))?;
            call!(cuDeviceTotalMem_v2(&raw mut total_memory, raw))?;
        }
        let name = name.iter().take_while(|c| **c != 0).map(|c| *c as u8).collect::<Vec<_>>();
        let attribute = |attribute| {
            let mut value = 0;
            // SAFETY: as above.
            unsafe { call!(cuDeviceGetAttribute(&raw mut value, attribute, raw)) }?;
            Ok(u32::try_from(value).unwrap_or(0))
        };
        use CUdevice_attribute::*;
        let major = attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)?;
        let minor = attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR)?;
        Ok(Self {
            raw,
            name: String::from_utf8_lossy(&name).into_owned(),
            total_memory: total_memory as u64,
            sm: major * 10 + minor,
            max_shared_bytes: attribute(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN)?,
            has_pools: attribute(CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED)? != 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::ptx_version;

    #[test]
    fn a_driver_knows_the_ptx_of_its_time() {
        assert_eq!(ptx_version(11_000), [0, 0]);
        assert_eq!(ptx_version(11_080), [7, 8]);
        assert_eq!(ptx_version(12_060), [8, 5]);
        assert_eq!(ptx_version(13_000), [9, 0]);
        assert_eq!(ptx_version(20_000), [9, 2]);
    }
}
