//! A host of its own: runs a guest that imports `wasi:gpu`, with WASI beside it.

use wasmtime::component::{Linker, ResourceTable};
use wasmtime::{Config, Engine, Result, Store};
use wasmtime_wasi::p2::bindings::sync::Command;
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wgpuc_runtime::{Gpu, GpuCtx, GpuView};

/// What one guest has.
struct Host {
    wasi: WasiCtx,
    table: ResourceTable,
    gpu: GpuCtx,
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl GpuView for Host {
    fn gpu(&mut self) -> &mut GpuCtx {
        &mut self.gpu
    }
}

fn main() -> Result<()> {
    let path = std::env::args().nth(1).ok_or_else(|| wasmtime::Error::msg("usage: embed GUEST.wasm"))?;
    let engine = Engine::new(&Config::new())?;

    // The five lines: a device with kernels, the linker, and the guest's share of the device.
    let gpu = Gpu::builder().kernels(wgpuc_kernels::bundle()).build()?;
    let mut linker = Linker::<Host>::new(&engine);
    gpu.add_to_linker(&mut linker)?;
    let wasi = WasiCtxBuilder::new().inherit_stdio().build();
    let host = Host { wasi, table: ResourceTable::new(), gpu: gpu.ctx()? };

    wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
    println!("{} serves", gpu.device_info().name);
    let component = gpu.load(&engine, &std::fs::read(&path)?)?;
    let mut store = Store::new(&engine, host);
    let command = Command::instantiate(&mut store, &component, &linker)?;
    let done = command.wasi_cli_run().call_run(&mut store)?;
    std::process::exit(i32::from(done.is_err()));
}
