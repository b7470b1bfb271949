//! What a call costs when the device has next to nothing to do.

use crate::bench::Bench;
use crate::numbers::{Numbers, Range};
use crate::report::Ceilings;
use crate::{Error, measure};
use std::time::{Duration, Instant};
use wasmtime::Store;
use wasmtime::component::{Component, Linker};
use wgpuc_runtime::{Gpu, GpuCtx, GpuError, GpuView, Guest};

/// As each sample is taken for itself, so many that a few late ones do not matter.
const SAMPLES: usize = 400;
/// What one figure may take.
const ENOUGH: Duration = Duration::from_millis(400);
/// Elements of the small op.
const SMALL: u32 = 1024;

/// The latencies among the ceilings; the others are left at 0.
pub(crate) fn measure(gpu: &Gpu) -> Result<Ceilings, Error> {
    let latencies = of_host(gpu)?;
    let small_op_of_guest = of_guest(gpu).map_err(|why| Error::Guest(format!("{why:#}")))?;
    Ok(Ceilings { small_op_of_guest, ..latencies })
}

fn of_host(gpu: &Gpu) -> Result<Ceilings, Error> {
    let mut bench = Bench::new(gpu)?;
    let output = bench.buffer(SMALL)?;
    let idle = [u64::from(output)];
    let input = bench.random(SMALL, Numbers::new(1, Range::Signed))?;
    let small = [SMALL, 0, input, 0, 0, output].map(u64::from);
    let nothing = |guest: &mut Guest| guest.call("nothing", &idle);
    measure::warm_up(|n| measure::sample(&mut bench.guest, n, nothing))?;
    let launch = measure::time(|n| measure::sample(&mut bench.guest, n, nothing))?.seconds;
    let is_recorded = measure::record(&mut bench.guest, 1, nothing)?;
    let launch_recorded = is_recorded.then(|| measure::replayed(&mut bench.guest, 1)).transpose()?;
    let launch_and_sync = median(|| -> Result<(), GpuError> {
        bench.guest.call("nothing", &idle)?;
        bench.guest.sync();
        Ok(())
    })?;
    let small_op = median(|| {
        bench.guest.call("kernel-elementwise", &small)?;
        bench.word(output, 0)
    })?;
    Ok(Ceilings { launch, launch_recorded, launch_and_sync, small_op, ..Ceilings::default() })
}

struct State {
    gpu: GpuCtx,
}

impl GpuView for State {
    fn gpu(&mut self) -> &mut GpuCtx {
        &mut self.gpu
    }
}

/// Seconds from the call of a small op to its result, within a guest.
fn of_guest(gpu: &Gpu) -> wasmtime::Result<f64> {
    let engine = wgpuc_runtime::engine()?;
    let component = Component::new(&engine, include_str!("guest.wat"))?;
    let mut linker = Linker::new(&engine);
    gpu.add_to_linker(&mut linker)?;
    let mut store = Store::new(&engine, State { gpu: gpu.ctx()? });
    store.set_epoch_deadline(u64::MAX / 2);
    let instance = linker.instantiate(&mut store, &component)?;
    let run = instance.get_typed_func::<(u32,), (u32,)>(&mut store, "run")?;
    median(|| match run.call(&mut store, (1,))? {
        (0,) => Ok(()),
        _ => Err(wasmtime::Error::msg("a call failed")),
    })
}

/// The median of the host's time for one call, after a first one that does not count.
fn median<T, E>(mut call: impl FnMut() -> Result<T, E>) -> Result<f64, E> {
    call()?;
    let began = Instant::now();
    let mut seconds = vec![];
    while seconds.is_empty() || (seconds.len() < SAMPLES && began.elapsed() < ENOUGH) {
        let began = Instant::now();
        call()?;
        seconds.push(began.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    Ok(seconds[seconds.len() / 2])
}
