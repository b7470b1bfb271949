//! One thread's view of a session: a wasmtime store, with an instance of each kernel that it has run.

use super::super::{ByCode, Cancel, CodeKey, Error};
use super::memory::Flag;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use wasmtime::{Engine, Extern, Instance, Module, SharedMemory, Store, TypedFunc};

/// The type of a kernel's `run`: block, first group, number of groups, arena.
type Run = TypedFunc<(u32, u32, u32, u32), ()>;

/// What a worker runs.
#[derive(Clone)]
pub(super) struct Program {
    pub(super) key: CodeKey,
    pub(super) module: Module,
    /// The instance's name, for messages.
    pub(super) name: Arc<str>,
}

/// A store, and the instances in it.
pub(super) struct Worker {
    store: Store<()>,
    runs: ByCode<Run>,
}

impl Worker {
    pub(super) fn new(engine: &Engine) -> Self {
        Self { store: Store::new(engine, ()), runs: ByCode::default() }
    }

    /// Makes sure that a program can run.
    pub(super) fn prepare(&mut self, program: &Program, memory: &SharedMemory) -> Result<(), Error> {
        if self.runs.contains_key(&program.key) {
            return Ok(());
        }
        let run = Instance::new(&mut self.store, &program.module, &[Extern::SharedMemory(memory.clone())])
            .and_then(|instance| instance.get_typed_func(&mut self.store, "run"))
            .map_err(|e| Error::Kernel(format!("kernel `{}` is not a module for the CPU: {e:#}", program.name)))?;
        self.runs.insert(program.key, run);
        Ok(())
    }

    /// Runs some workgroups of a prepared program.
    pub(super) fn run(&mut self, program: &Program, at: (u32, u32, u32, u32)) -> Result<(), Error> {
        let run = self.runs.get(&program.key);
        let run = run.ok_or_else(|| Error::Kernel(format!("kernel `{}` was not prepared", program.name)))?;
        run.call(&mut self.store, at).map_err(|e| {
            // The root is the trap; what surrounds it are addresses.
            Error::Kernel(format!("kernel `{}` failed: {}", program.name, e.root_cause()))
        })
    }
}

/// Stops all workers of a session.
pub(super) struct Stop {
    /// What kernels look at.
    flag: Flag,
    set: AtomicBool,
}

impl Stop {
    pub(super) fn new(flag: Flag) -> Self {
        Self { flag, set: AtomicBool::new(false) }
    }

    pub(super) fn is_set(&self) -> bool {
        self.set.load(Ordering::SeqCst)
    }

    /// What a stopped session answers.
    pub(super) fn error() -> Error {
        Error::Kernel("the kernel was stopped: the guest's time was up".into())
    }
}

impl Cancel for Stop {
    fn cancel(&self) {
        self.set.store(true, Ordering::SeqCst);
        self.flag.set();
    }
}
