//! A card's primary context, of which the driver keeps one per process.
//!
//! Kept as long as the process lives: after an illegal access or the like, the driver serves that process no more, not
//! even with a new context. In: a [`Card`]. Out: a [`Context`], to which all that sessions take belongs.
#![expect(unsafe_code, reason = "the driver's functions are foreign")]

use super::driver::{Card, Failure, call};
use super::idle::IdleStreams;
use super::pinned::Reserve;
use crate::backend::Error;
use cudarc::driver::sys;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// A card's context, its pool of memory, and what is kept for sessions to come.
pub(super) struct Context {
    pub card: Card,
    raw: sys::CUcontext,
    pool: Option<sys::CUmemoryPool>,
    /// Pinned memory that is kept for later.
    pub reserve: Reserve,
    /// Streams that are kept for later.
    pub idle_streams: IdleStreams,
    lost: OnceLock<String>,
}

// SAFETY: the driver lets any thread use its handles, and nothing else here is shared without a lock.
unsafe impl Send for Context {}
// SAFETY: as above.
unsafe impl Sync for Context {}

/// The context of each card by its handle, kept for the process's life as the driver itself does.
static CONTEXTS: Mutex<BTreeMap<sys::CUdevice, Arc<Context>>> = Mutex::new(BTreeMap::new());

impl Context {
    /// The context of a card.
    pub(super) fn of(card: &Card) -> Result<Arc<Self>, Error> {
        let mut contexts = CONTEXTS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(context) = contexts.get(&card.raw) {
            return Ok(Arc::clone(context));
        }
        let failed = |why: Failure| Error::DeviceLost(format!("{} cannot be opened: {why}", card.name));
        let context = Arc::new(Self::new(card).map_err(failed)?);
        contexts.insert(card.raw, Arc::clone(&context));
        Ok(context)
    }

    fn new(card: &Card) -> Result<Self, Failure> {
        let mut raw = std::ptr::null_mut();
        // SAFETY: the card came from the driver, which writes the context's handle.
        unsafe {
            call!(cuDevicePrimaryCtxRetain(&raw mut raw, card.raw))?;
            call!(cuCtxSetCurrent(raw))?;
        }
        let pool = card.has_pools.then(|| pool(card)).transpose()?;
        Ok(Self {
            card: card.clone(),
            raw,
            pool,
            reserve: Reserve::new()?,
            idle_streams: IdleStreams::default(),
            lost: OnceLock::new(),
        })
    }

    /// Makes it this thread's context, as almost every call of the driver needs it. Costs some tens of nanoseconds.
    pub(super) fn make_current(&self) -> Result<(), Failure> {
        // SAFETY: the context is retained for the process's life.
        unsafe { call!(cuCtxSetCurrent(self.raw)) }
    }

    /// Makes it this thread's context, unless it is lost.
    pub(super) fn enter(&self) -> Result<(), Error> {
        if let Some(why) = self.lost.get() {
            return Err(Error::DeviceLost(why.clone()));
        }
        self.ok(self.make_current())
    }

    /// A call's result in the terms of a backend; notes whether the context is gone.
    pub(super) fn ok<T>(&self, result: Result<T, Failure>) -> Result<T, Error> {
        result.map_err(|failure| {
            if failure.is_fatal() {
                let why = || format!("{failure}; restart the host to use {} again", self.card.name);
                Error::DeviceLost(self.lost.get_or_init(why).clone())
            } else if failure.code == sys::CUresult::CUDA_ERROR_OUT_OF_MEMORY {
                Error::OutOfMemory
            } else {
                Error::Kernel(failure.to_string())
            }
        })
    }

    /// Where stream-ordered memory comes from, if the card has it.
    pub(super) fn pool(&self) -> Option<sys::CUmemoryPool> {
        self.pool
    }
}

/// A pool that keeps what is freed, so that the next buffer costs no call of the system.
fn pool(card: &Card) -> Result<sys::CUmemoryPool, Failure> {
    let properties = sys::CUmemPoolProps {
        allocType: sys::CUmemAllocationType::CU_MEM_ALLOCATION_TYPE_PINNED,
        handleTypes: sys::CUmemAllocationHandleType::CU_MEM_HANDLE_TYPE_NONE,
        location: sys::CUmemLocation { type_: sys::CUmemLocationType::CU_MEM_LOCATION_TYPE_DEVICE, id: card.raw },
        win32SecurityAttributes: std::ptr::null_mut(),
        maxSize: 0,
        usage: 0,
        reserved: [0; 54],
    };
    let (mut pool, mut keep) = (std::ptr::null_mut(), u64::MAX);
    let threshold = sys::CUmemPool_attribute::CU_MEMPOOL_ATTR_RELEASE_THRESHOLD;
    // SAFETY: the properties live through the call, and the threshold is a 64-bit number, as that attribute's is.
    unsafe {
        call!(cuMemPoolCreate(&raw mut pool, &raw const properties))?;
        call!(cuMemPoolSetAttribute(pool, threshold, (&raw mut keep).cast()))?;
    }
    Ok(pool)
}
