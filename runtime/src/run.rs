//! Running a guest's `main`, with WASI, limits on memory and time, and a device.
//!
//! In: a guest's bytes and [`RunOptions`]. Out: its exit code.

use crate::backend::Cancel;
use crate::load::LoadError;
use crate::{Gpu, GpuCtx, GpuView, Quota};
use std::future::{Future, poll_fn};
use std::path::PathBuf;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};
use wasmtime::component::{Linker, ResourceTable};
use wasmtime::{Config, Engine, ResourceLimiter, Store, StoreLimits, StoreLimitsBuilder, UpdateDeadline};
use wasmtime_wasi::p2::bindings::Command;
use wasmtime_wasi::{FsPerms, I32Exit, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

/// What a guest gets. The default: this process's standard streams, no files, no limits but the device's.
#[derive(Clone, Debug, Default)]
pub struct RunOptions {
    /// The arguments, the program's name first.
    pub args: Vec<String>,
    /// Environment variables.
    pub env: Vec<(String, String)>,
    /// Folders: the host's, and the name that the guest sees.
    pub dirs: Vec<(PathBuf, String)>,
    /// Its share of the device; [`Gpu::default_quota`] unless told.
    pub quota: Option<Quota>,
    /// The most bytes of its own memory.
    pub memory_bytes: Option<usize>,
    /// The most time that it may take, to compile and to run.
    pub timeout: Option<Duration>,
}

/// Why a guest did not end by itself.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Its file is no guest for this host.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A folder cannot be given to it.
    #[error("cannot open the folder {folder}: {why}")]
    Folder {
        /// The host's folder.
        folder: PathBuf,
        /// Why.
        why: String,
    },
    /// The device has no room for another guest, or is lost.
    #[error(transparent)]
    Device(#[from] crate::backend::Error),
    /// It is not a program.
    #[error("the guest cannot be started: {0}")]
    Start(String),
    /// It ran out of time.
    #[error("the guest was stopped: it ran longer than {0:?}")]
    Timeout(Duration),
    /// It trapped.
    #[error("the guest failed: {0}")]
    Trap(String),
}

/// What wasmtime may charge for one call's data; lists are borrowed here and cost the host nothing.
const HOSTCALL_FUEL: usize = 1 << 32;

struct State {
    wasi: WasiCtx,
    table: ResourceTable,
    gpu: GpuCtx,
    limits: Limits,
}

/// The limits on a guest's own memory, and whether it met them.
struct Limits {
    inner: StoreLimits,
    refused: bool,
}

impl ResourceLimiter for Limits {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        let grows = self.inner.memory_growing(current, desired, maximum)?;
        self.refused |= !grows;
        Ok(grows)
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        self.inner.table_growing(current, desired, maximum)
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl GpuView for State {
    fn gpu(&mut self) -> &mut GpuCtx {
        &mut self.gpu
    }
}

/// An engine as [`Gpu::run`] uses it: calls cost the least, and a guest can be stopped.
///
/// # Errors
/// Where this machine cannot run WebAssembly.
pub fn engine() -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    config.concurrency_support(false).epoch_interruption(true);
    Engine::new(&config)
}

impl Gpu {
    /// Runs a guest to its end and gives its exit code.
    ///
    /// # Errors
    /// See [`RunError`].
    pub fn run(&self, guest: &[u8], options: &RunOptions) -> Result<i32, RunError> {
        let began = Instant::now();
        let engine = engine().map_err(start)?;
        let component = self.load(&engine, guest)?;
        // Compiling cannot be stopped, but what took too long does not begin to run.
        let left = options.timeout.map(|timeout| timeout.saturating_sub(began.elapsed()));
        if left.is_some_and(|left| left.is_zero()) {
            return Err(RunError::Timeout(options.timeout.unwrap_or_default()));
        }
        let mut linker = Linker::<State>::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker).map_err(start)?;
        self.add_to_linker(&mut linker).map_err(start)?;
        let gpu = self.ctx_with(options.quota.unwrap_or_else(|| self.default_quota()))?;
        let cancel = gpu.with(|guest| guest.cancel_handle()).ok().flatten();
        let mut limits = StoreLimitsBuilder::new();
        if let Some(bytes) = options.memory_bytes {
            limits = limits.memory_size(bytes);
        }
        let state = State {
            wasi: wasi(options)?,
            table: ResourceTable::new(),
            gpu,
            limits: Limits { inner: limits.build(), refused: false },
        };
        let mut store = Store::new(&engine, state);
        store.limiter(|state| &mut state.limits);
        store.set_hostcall_fuel(HOSTCALL_FUEL);
        let clock = Clock::start(&engine, left, cancel);
        let expired = Arc::clone(&clock.shared);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(move |_| match expired.is_over() {
            true => Err(wasmtime::Error::msg("out of time")),
            false => Ok(UpdateDeadline::Continue(1)),
        });
        let guest = async {
            let command = Command::instantiate_async(&mut store, &component, &linker).await.map_err(start)?;
            let result = command.wasi_cli_run().call_run(&mut store).await;
            Ok(result.map(|exit| exit.map_or(1, |()| 0)))
        };
        let ended = wasmtime_wasi::runtime::in_tokio(clock.race(guest));
        match (ended, options.timeout) {
            (None, timeout) => Err(RunError::Timeout(timeout.unwrap_or_default())),
            (Some(Err(_)), Some(timeout)) if clock.shared.is_over() => Err(RunError::Timeout(timeout)),
            (Some(Err(error)), _) => Err(error),
            (Some(Ok(Ok(code))), _) => Ok(code),
            (Some(Ok(Err(trap))), timeout) => match (trap.downcast_ref::<I32Exit>(), timeout) {
                (Some(exit), _) => Ok(exit.0),
                (None, Some(timeout)) if clock.shared.is_over() => Err(RunError::Timeout(timeout)),
                (None, _) => Err(RunError::Trap(format!("{trap:#}{}", why(&trap, &store.data().limits, options)))),
            },
        }
    }
}

fn start(why: wasmtime::Error) -> RunError {
    let text = format!("{why:#}");
    let is_no_program = text.contains("exported instance named `wasi:cli/run");
    RunError::Start(if is_no_program {
        "it has no `main`: a component must export `wasi:cli/run`, a core module `_start`".to_owned()
    } else {
        text
    })
}

/// Why a guest may have trapped, as far as can be told: it wanted more memory than it gets, or was linked without `main`.
fn why(trap: &wasmtime::Error, limits: &Limits, options: &RunOptions) -> String {
    // What LLVM's linker calls in place of a function that was nowhere defined.
    if format!("{trap:#}").contains("undefined_weak:main") {
        return "; the guest has no `main`".to_owned();
    }
    match options.memory_bytes.filter(|_| limits.refused) {
        Some(bytes) => format!("; its memory was not let grow beyond {} MiB", bytes >> 20),
        None => String::new(),
    }
}

fn wasi(options: &RunOptions) -> Result<WasiCtx, RunError> {
    let mut wasi = WasiCtxBuilder::new();
    wasi.inherit_stdio().args(&options.args).envs(&options.env).allow_blocking_current_thread(true);
    for (folder, name) in &options.dirs {
        wasi.preopened_dir(folder, name, FsPerms::ReadWrite)
            .map_err(|why| RunError::Folder { folder: folder.clone(), why: format!("{why:#}") })?;
    }
    Ok(wasi.build())
}

/// Stops a guest when its time is up: in its own code, in a kernel, and in a wait.
struct Clock {
    shared: Arc<Alarm>,
}

struct Alarm {
    is_over: AtomicBool,
    /// Whether the guest has ended, and who waits for it.
    state: Mutex<(bool, Option<Waker>)>,
    ended: Condvar,
}

impl Alarm {
    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }

    /// Waits until the guest has ended or its time is up; true where time is up.
    fn wait(&self, timeout: Duration) -> bool {
        let deadline = Instant::now() + timeout;
        let Ok(mut state) = self.state.lock() else { return false };
        while !state.0 {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            match self.ended.wait_timeout(state, left) {
                Ok((next, _)) => state = next,
                Err(_) => return false,
            }
        }
        false
    }

    fn ring(&self, engine: &Engine, cancel: Option<&dyn Cancel>) {
        self.is_over.store(true, Ordering::SeqCst);
        engine.increment_epoch();
        if let Some(cancel) = cancel {
            cancel.cancel();
        }
        if let Some(waker) = self.state.lock().ok().and_then(|mut state| state.1.take()) {
            waker.wake();
        }
    }
}

impl Clock {
    fn start(engine: &Engine, timeout: Option<Duration>, cancel: Option<Arc<dyn Cancel>>) -> Self {
        let alarm = Alarm { is_over: AtomicBool::new(false), state: Mutex::new((false, None)), ended: Condvar::new() };
        let shared = Arc::new(alarm);
        if let Some(timeout) = timeout {
            let (alarm, engine) = (Arc::clone(&shared), engine.clone());
            std::thread::spawn(move || {
                if alarm.wait(timeout) {
                    alarm.ring(&engine, cancel.as_deref());
                }
            });
        }
        Self { shared }
    }

    /// The guest's end, or `None` where its time is up first.
    async fn race<R>(&self, guest: impl Future<Output = R>) -> Option<R> {
        let mut guest = pin!(guest);
        poll_fn(|cx| {
            if let Poll::Ready(end) = guest.as_mut().poll(cx) {
                return Poll::Ready(Some(end));
            }
            if let Ok(mut state) = self.shared.state.lock() {
                state.1 = Some(cx.waker().clone());
            }
            if self.shared.is_over() { Poll::Ready(None) } else { Poll::Pending }
        })
        .await
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        if let Ok(mut state) = self.shared.state.lock() {
            state.0 = true;
        }
        self.shared.ended.notify_all();
    }
}
