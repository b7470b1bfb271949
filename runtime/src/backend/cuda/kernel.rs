//! Kernels, compiled once for all guests of a device.
//!
//! In: PTX, or machine code of this card. Out: a [`Kernel`] whose parameters lie as [`wgpuc_abi::launch`] says.
#![expect(unsafe_code, reason = "the driver's functions are foreign")]

use super::context::Context;
use super::driver::call;
use crate::backend::{ByCode, Code, Error};
use cudarc::driver::sys::{self, CUfunction_attribute, CUjit_option};
use std::ffi::{CString, c_void};
use std::ptr::without_provenance_mut;
use std::sync::{Arc, Mutex};

/// A compiled kernel.
pub(super) struct Kernel {
    context: Arc<Context>,
    module: sys::CUmodule,
    pub(super) function: sys::CUfunction,
    /// Invocations of a workgroup, per axis.
    pub(super) block: [u32; 3],
    /// Workgroup memory that a launch asks for.
    pub(super) dynamic_shared_bytes: u32,
    /// Whether it is passed the fault record.
    pub(super) faults: bool,
}

// SAFETY: the driver lets any thread use its handles, and nothing of a kernel changes once it is made.
unsafe impl Send for Kernel {}
// SAFETY: as above.
unsafe impl Sync for Kernel {}

/// The kernels of a device in one context, by their code.
pub(super) struct Kernels {
    pub(super) context: Arc<Context>,
    known: Mutex<ByCode<Arc<Kernel>>>,
}

impl Kernels {
    pub(super) fn new(context: Arc<Context>) -> Self {
        Self { context, known: Mutex::default() }
    }

    /// The kernel of that code, compiled where it is not yet: then the driver may wait for all work of the card. The
    /// context must be this thread's.
    pub(super) fn get(&self, code: &Code<'_>) -> Result<Arc<Kernel>, Error> {
        let known = self.known.lock().ok().and_then(|map| map.get(&code.key).cloned());
        if let Some(kernel) = known {
            return Ok(kernel);
        }
        // Without the lock, as compiling takes long. Two guests may compile the same; the first one's stays.
        let span = tracing::debug_span!("compile", instance = %code.instance.name);
        let kernel = Arc::new(span.in_scope(|| Kernel::new(&self.context, code))?);
        match self.known.lock() {
            Ok(mut map) => Ok(Arc::clone(map.entry(code.key).or_insert(kernel))),
            Err(_) => Ok(kernel),
        }
    }
}

impl Kernel {
    fn new(context: &Arc<Context>, code: &Code<'_>) -> Result<Self, Error> {
        let (instance, artifact) = (code.instance, code.artifact);
        let name = &instance.name;
        let dynamic_shared_bytes = artifact.cuda.map_or(0, |cuda| cuda.dynamic_shared_bytes);
        let (needs, has) = (instance.shared_bytes.max(dynamic_shared_bytes), context.card.max_shared_bytes);
        if needs > has {
            return Err(Error::Unsupported(format!(
                "{name} needs {needs} bytes of workgroup memory, and this device has {has}"
            )));
        }
        let entry = CString::new(artifact.entry.as_str())
            .map_err(|_| Error::Kernel(format!("{name}: the entry point's name holds a zero byte")))?;
        let mut this = Self {
            context: Arc::clone(context),
            module: load(context, name, code.bytes)?,
            function: std::ptr::null_mut(),
            block: instance.workgroup,
            dynamic_shared_bytes,
            faults: instance.faults,
        };
        // SAFETY: the module lives as long as `this`, and the name ends in a zero byte.
        context.ok(unsafe { call!(cuModuleGetFunction(&raw mut this.function, this.module, entry.as_ptr())) })?;
        if dynamic_shared_bytes > 0 {
            let most = CUfunction_attribute::CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES;
            let bytes = i32::try_from(dynamic_shared_bytes).unwrap_or(i32::MAX);
            // SAFETY: the function belongs to the module.
            context.ok(unsafe { call!(cuFuncSetAttribute(this.function, most, bytes)) })?;
        }
        Ok(this)
    }
}

impl Drop for Kernel {
    fn drop(&mut self) {
        if self.context.make_current().is_ok() {
            // SAFETY: its last holder is gone; the driver lets launches of it end first.
            let _ = unsafe { call!(cuModuleUnload(self.module)) };
        }
    }
}

/// Loads code, and says what the driver's compiler says where it is refused.
fn load(context: &Context, name: &str, code: &[u8]) -> Result<sys::CUmodule, Error> {
    // PTX is text, which ends in a zero byte; machine code says its own length.
    let mut image = code.to_vec();
    image.push(0);
    let mut log = vec![0u8; 16 << 10];
    let mut options = [CUjit_option::CU_JIT_ERROR_LOG_BUFFER, CUjit_option::CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES];
    let mut values = [log.as_mut_ptr().cast::<c_void>(), without_provenance_mut(log.len())];
    let mut module = std::ptr::null_mut();
    // SAFETY: the image ends as told above; the log is as large as told, and lives through the call, as all else does.
    let loaded = unsafe {
        call!(cuModuleLoadDataEx(
            &raw mut module,
            image.as_ptr().cast(),
            options.len() as u32,
            options.as_mut_ptr(),
            values.as_mut_ptr(),
        ))
    };
    match loaded {
        Ok(()) => Ok(module),
        Err(failure) if !failure.is_fatal() => {
            let said = log.split(|byte| *byte == 0).next().unwrap_or_default();
            let said = String::from_utf8_lossy(said);
            Err(Error::Kernel(format!("{name} cannot be compiled: {failure}\n{}", said.trim())))
        }
        Err(failure) => context.ok(Err(failure)),
    }
}
