//! The one wasmtime engine of all kernels, and their compiled modules.

use super::super::{Code, Error};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use wasmtime::{Config, Engine, Module, OptLevel};

/// Compiled kernels, by the digest of their artifact. Kept while the device lives: a host has a fixed set.
pub(super) struct Modules {
    engine: Engine,
    compiled: Mutex<HashMap<String, Arc<Slot>>>,
}

type Slot = OnceLock<Result<Module, String>>;

impl Modules {
    pub(super) fn new() -> Result<Self, Error> {
        let engine = Engine::new(&config())
            .map_err(|e| Error::Unsupported(format!("the CPU backend does not run on this machine: {e:#}")))?;
        Ok(Self { engine, compiled: Mutex::default() })
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The compiled form of some code, compiled by the first who asks.
    pub(super) fn get(&self, code: &Code<'_>) -> Result<Module, Error> {
        let slot = {
            let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
            compiled.entry(code.artifact.sha256.clone()).or_default().clone()
        };
        let module = slot.get_or_init(|| Module::from_binary(&self.engine, code.bytes).map_err(|e| format!("{e:#}")));
        module.clone().map_err(|why| {
            let name = &code.instance.name;
            Error::Kernel(format!("the artifact `{}` of kernel `{name}` does not compile: {why}", code.artifact.path))
        })
    }
}

fn config() -> Config {
    let mut config = Config::new();
    config
        .cranelift_opt_level(OptLevel::Speed)
        .wasm_threads(true)
        .shared_memory(true)
        // A memory that never moves, with guard pages past all that 32 bits reach: no bounds checks, and its base
        // is loop-invariant.
        .memory_reservation(super::MAX_GUEST_BYTES)
        .memory_may_move(false)
        // `mul_add` is rounded once: see the compiler's `emit/cpu`.
        .relaxed_simd_deterministic(true);
    // No epochs: kernels look by themselves whether to stop, at a third of the cost in their inner loops.
    config
}
