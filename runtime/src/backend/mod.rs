//! What a backend is: a device that makes sessions, and a session that holds one guest's memory and queue.
//!
//! A backend never sees a guest, a handle or a plan: its callers have checked every range and every argument.
//! In: bytes, launches with their words. Out: bytes and fault records.

pub use routine::{Gemm, Routine};

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;
use std::time::{Duration, Instant};
use wgpuc_abi as abi;

pub mod cpu;
#[cfg(feature = "cuda")]
pub mod cuda;
mod routine;
#[cfg(any(feature = "cuda", feature = "wgpu"))]
mod wait;
#[cfg(feature = "wgpu")]
pub mod wgpu;

/// What a device says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceInfo {
    /// The device's own name.
    pub name: String,
    /// `cuda`, `vulkan`, `metal`, `dx12`, `gl`, `webgpu` or `cpu`.
    pub backend: String,
    /// Its memory, in bytes; 0 where nothing tells.
    pub total_memory: u64,
    /// False for a software implementation.
    pub is_hardware: bool,
    /// The CUDA compute capability, or the API's version.
    pub compute_capability: String,
}

/// The place of the device with that number, or with that in its name; of the first where none is asked for.
pub(crate) fn pick(devices: &[DeviceInfo], which: Option<&str>) -> Result<usize, String> {
    let Some(which) = which else {
        return if devices.is_empty() { Err("it shows none".to_owned()) } else { Ok(0) };
    };
    let is_named = |device: &DeviceInfo| device.name.to_lowercase().contains(&which.to_lowercase());
    let found = match which.parse() {
        Ok(index) => Some(index).filter(|index| *index < devices.len()),
        Err(_) => devices.iter().position(is_named),
    };
    found.ok_or_else(|| {
        let all: Vec<_> = devices.iter().enumerate().map(|(i, device)| format!("{i}: {}", device.name)).collect();
        format!("`{which}` is neither a number nor part of a name of those that there are ({})", all.join(", "))
    })
}

/// Why a backend could not do something.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No room for a buffer.
    #[error("the device is out of memory")]
    OutOfMemory,
    /// The device is gone, and with it all buffers; says why.
    #[error("the device was lost: {0}")]
    DeviceLost(String),
    /// A kernel could not be compiled or run; says which, and why.
    #[error("{0}")]
    Kernel(String),
    /// The device cannot do this.
    #[error("{0}")]
    Unsupported(String),
}

/// A device that guests share.
pub trait Device: Send + Sync {
    /// Name, memory and kind.
    fn info(&self) -> DeviceInfo;
    /// The artifacts that it runs.
    fn target(&self) -> abi::Target;
    /// What it has beyond the floor that every device of its target has.
    fn features(&self) -> &[abi::Feature];
    /// Whether it can run that form of a kernel.
    fn runs(&self, artifact: &abi::Artifact) -> bool {
        artifact.target == self.target() && artifact.needs.iter().all(|need| self.features().contains(need))
    }
    /// What code it takes, for people.
    fn takes(&self) -> String {
        self.target().name().to_owned()
    }
    /// The library that its sessions can serve routines by, as [`crate::Library`] names it.
    ///
    /// # Errors
    /// Why there is none, and what to do.
    fn library(&self) -> Result<&'static str, String> {
        Err(format!("the backend `{}` has no such library; use the backend `cuda`", self.info().backend))
    }
    /// Memory and a queue for one guest.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] or [`Error::DeviceLost`].
    fn open(&self, limits: &SessionLimits) -> Result<Box<dyn Session>, Error>;
}

/// What one guest may use of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    /// Bytes of all its buffers together.
    pub bytes: u64,
}

/// One guest's memory and queue on a device. Work is done in order, and may be deferred until [`Self::read`] or
/// [`Self::sync`].
pub trait Session: Send {
    /// A buffer of `bytes` zeros, at least 1; it starts at a 16-byte boundary and is padded to 16.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] or [`Error::DeviceLost`].
    fn create(&mut self, bytes: u64) -> Result<BufferKey, Error>;
    /// Frees a buffer, once earlier work on it is done.
    fn destroy(&mut self, buffer: BufferKey);
    /// Writes `data` at byte `offset`, of any alignment, within the buffer.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] or [`Error::DeviceLost`].
    fn write(&mut self, buffer: BufferKey, offset: u64, data: &[u8]) -> Result<(), Error>;
    /// Fills `out` from byte `offset`, after all earlier work.
    ///
    /// # Errors
    /// Whatever earlier work met, as far as it is no fault of a kernel's own.
    fn read(&mut self, buffer: BufferKey, offset: u64, out: &mut [u8]) -> Result<(), Error>;
    /// Copies `bytes` bytes, like memmove where both are one buffer and overlap.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] or [`Error::DeviceLost`].
    fn copy(
        &mut self,
        src: BufferKey,
        src_offset: u64,
        dst: BufferKey,
        dst_offset: u64,
        bytes: u64,
    ) -> Result<(), Error>;
    /// Zeroes `bytes` bytes from the buffer's start, up to the padding.
    ///
    /// # Errors
    /// As [`Self::write`].
    fn zero(&mut self, buffer: BufferKey, bytes: u64) -> Result<(), Error> {
        const ZEROS: [u8; 4096] = [0; 4096];
        let mut offset = 0;
        while offset < bytes {
            let n = (bytes - offset).min(ZEROS.len() as u64);
            self.write(buffer, offset, &ZEROS[..usize::try_from(n).unwrap_or(ZEROS.len())])?;
            offset += n;
        }
        Ok(())
    }
    /// Compiles ahead of the first launch.
    ///
    /// # Errors
    /// [`Error::Kernel`] where the code is refused.
    fn prepare(&mut self, code: &Code<'_>) -> Result<(), Error>;
    /// Queues a launch.
    ///
    /// # Errors
    /// [`Error::Kernel`] where the code or the grid is refused.
    fn launch(&mut self, launch: &Launch<'_>) -> Result<(), Error>;
    /// Starts the library that serves routines, ahead of the first; where there is none, nothing.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    fn prepare_routines(&mut self) -> Result<(), Error> {
        Ok(())
    }
    /// Queues a routine by a library of the backend's, and says which. `None` where nothing was queued: there is no
    /// library, the routine is beyond it or, with `only_if_faster`, it was not measured to be faster than launches.
    ///
    /// # Errors
    /// [`Error::Kernel`] where the library failed; with `only_if_faster`, that is `None`.
    fn routine(&mut self, _: &Routine, _only_if_faster: bool) -> Result<Option<&'static str>, Error> {
        Ok(None)
    }
    /// Returns when all earlier work has finished.
    ///
    /// # Errors
    /// As [`Self::read`].
    fn sync(&mut self) -> Result<(), Error>;
    /// The first fault since the last call of this; clears the record. For use after [`Self::sync`] or
    /// [`Self::read`].
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    fn take_fault(&mut self) -> Result<Option<Fault>, Error>;
    /// Marks this point in the order of work, for [`Self::elapsed`]. A backend without clocks of its own waits for all
    /// earlier work and looks at the host's.
    ///
    /// # Errors
    /// As [`Self::sync`].
    fn mark(&mut self) -> Result<Mark, Error> {
        self.sync()?;
        Ok(Mark::Host(Instant::now()))
    }
    /// The time that passed between two marks of this session, on the device where it has clocks. Waits for the second.
    ///
    /// # Errors
    /// As [`Self::sync`].
    fn elapsed(&mut self, from: Mark, to: Mark) -> Result<Duration, Error> {
        host_elapsed(from, to)
    }
    /// From here on, launches (and [`Self::zero`]) are recorded for [`Self::replay`] in place of being queued, until
    /// [`Self::end_recording`]; everything else is refused. Where that is `false`, the backend records nothing, and nothing has begun.
    ///
    /// # Errors
    /// [`Error::DeviceLost`], or [`Error::Unsupported`] while it records.
    fn begin_recording(&mut self) -> Result<bool, Error> {
        Ok(false)
    }
    /// Ends what [`Self::begin_recording`] began.
    ///
    /// # Errors
    /// [`Error::Kernel`] where the recording was broken off, [`Error::Unsupported`] where a buffer was destroyed meanwhile.
    fn end_recording(&mut self) -> Result<(), Error> {
        Err(Error::Unsupported("this backend records nothing".to_owned()))
    }
    /// Queues all launches of the last recording at once, so that none waits for the host.
    ///
    /// # Errors
    /// [`Error::Unsupported`] without a recording, or where one of its buffers was destroyed.
    fn replay(&mut self) -> Result<(), Error> {
        Err(Error::Unsupported("this backend records nothing".to_owned()))
    }
    /// Stops running kernels from another thread, where the backend can.
    fn cancel_handle(&self) -> Option<Arc<dyn Cancel>>;
}

/// Stops the work of one session from another thread; what it runs or waits for then fails.
pub trait Cancel: Send + Sync {
    /// Stops it, for good.
    fn cancel(&self);
}

/// A point in the order of a session's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A time on the host, with no work under way.
    Host(Instant),
    /// A number that the session gave.
    Device(u32),
}

/// The time between two marks of the host's clock.
pub(crate) fn host_elapsed(from: Mark, to: Mark) -> Result<Duration, Error> {
    match (from, to) {
        (Mark::Host(from), Mark::Host(to)) => Ok(to.saturating_duration_since(from)),
        _ => Err(Error::Unsupported("these marks were made by another backend".to_owned())),
    }
}

/// Names a buffer of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BufferKey(pub u32);

/// Names a piece of code in this process; the same key is always the same code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CodeKey(pub u64);

/// What is known of code, found at each launch.
pub(crate) type ByCode<T> = HashMap<CodeKey, T, BuildHasherDefault<CodeHasher>>;

/// Keys count up, and no guest chooses them: a product spreads them.
#[derive(Default)]
pub(crate) struct CodeHasher(u64);

impl Hasher for CodeHasher {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64((*byte).into()));
    }

    fn write_u64(&mut self, word: u64) {
        // 2^64 over the golden ratio: Fibonacci hashing (Knuth, TAOCP 6.4).
        self.0 = (self.0 ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Code for a device.
#[derive(Clone, Copy, Debug)]
pub struct Code<'a> {
    /// What a backend caches its compiled form by.
    pub key: CodeKey,
    /// The form that fits the device.
    pub artifact: &'a abi::Artifact,
    /// The kernel.
    pub kernel: &'a abi::Kernel,
    /// The kernel's instance.
    pub instance: &'a abi::Instance,
    /// The artifact's content, its digest checked.
    pub bytes: &'a [u8],
}

/// One launch of a kernel.
#[derive(Clone, Copy, Debug)]
pub struct Launch<'a> {
    /// What runs.
    pub code: &'a Code<'a>,
    /// The launch's number, which a fault repeats; never 0.
    pub id: u32,
    /// Workgroups per axis, none 0.
    pub grid: [u32; 3],
    /// The complete block of [`abi::launch::words`].
    pub words: &'a [u32],
    /// Buffers in the order of the kernel's buffer parameters.
    pub buffers: &'a [BufferKey],
}

/// A fault that a kernel reported: see [`abi::fault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The launch's number.
    pub launch: u32,
    /// Index into the instance's sites.
    pub site: u32,
    /// What was out of range.
    pub value: u32,
    /// What it had to stay below.
    pub bound: u32,
    /// The flat index of the workgroup.
    pub group: u32,
    /// The flat index of the invocation in its workgroup.
    pub invocation: u32,
}

impl Fault {
    /// The fault in a record, or `None` where it is still clear.
    #[must_use]
    pub fn from_record(words: &[u32; abi::fault::WORDS as usize]) -> Option<Self> {
        let word = |index: u32| words.get(index as usize).copied().unwrap_or(0);
        (word(abi::fault::LAUNCH) != 0).then(|| Self {
            launch: word(abi::fault::LAUNCH),
            site: word(abi::fault::SITE),
            value: word(abi::fault::VALUE),
            bound: word(abi::fault::BOUND),
            group: word(abi::fault::GROUP),
            invocation: word(abi::fault::INVOCATION),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{DeviceInfo, pick};

    #[test]
    fn a_device_is_picked_by_number_or_name() {
        let device = |name: &str| DeviceInfo {
            name: name.to_owned(),
            backend: "cuda".to_owned(),
            total_memory: 0,
            is_hardware: true,
            compute_capability: String::new(),
        };
        let devices = [device("NVIDIA H200"), device("NVIDIA GeForce RTX 4090")];
        assert_eq!(pick(&devices, None), Ok(0));
        assert_eq!(pick(&devices, Some("1")), Ok(1));
        assert_eq!(pick(&devices, Some("RTX 4090")), Ok(1));
        assert_eq!(pick(&devices, Some("h200")), Ok(0));
        assert!(pick(&devices, Some("2")).unwrap_err().contains("1: NVIDIA GeForce RTX 4090"));
        assert!(pick(&[], None).is_err());
    }
}
