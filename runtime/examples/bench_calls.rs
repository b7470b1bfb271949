//! What a call and a byte cost: `cargo run --release -p wgpuc-runtime --example bench_calls [cpu|wgpu]`.
//!
//! Prints nanoseconds per call that does nothing, and GB/s each way for 64 MiB, beside the same interface written
//! with `Vec<u8>` in the same run.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub, reason = "a benchmark")]

use std::time::Instant;
use wasmtime::component::{Component, Linker, flags};
use wasmtime::{Engine, Store, StoreContextMut};
use wgpuc_runtime::{Backend, Gpu, GpuCtx, GpuError, GpuView, engine};

flags! {
    Usage {
        #[component(name = "map-read")]
        const MAP_READ;
        #[component(name = "map-write")]
        const MAP_WRITE;
        #[component(name = "copy-src")]
        const COPY_SRC;
        #[component(name = "copy-dst")]
        const COPY_DST;
        #[component(name = "uniform")]
        const UNIFORM;
        #[component(name = "storage")]
        const STORAGE;
    }
}

struct State {
    gpu: GpuCtx,
    bytes: Vec<u8>,
}

impl GpuView for State {
    fn gpu(&mut self) -> &mut GpuCtx {
        &mut self.gpu
    }
}

const SIZE: usize = 64 << 20;
const ROUNDS: u32 = 8;
const CALLS: u32 = 2_000_000;

/// `run(what, n)`: 0 prepares, 1 writes n times, 2 reads n times, 3 syncs n times, 4 writes
/// to a bad handle n times, 5 calls an op n times.
const BODY: &str = r#"
(global $buf (mut i32) (i32.const 0))
(global $src (mut i32) (i32.const 0))
(func (export "run") (param $what i32) (param $n i64) (result i32)
  (if (i32.eqz (local.get $what)) (then
    (call $create (i64.const 67108864) (i32.const 32) (global.get $ret))
    (global.set $buf (i32.load offset=4 (global.get $ret)))
    (global.set $src (call $realloc (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 67108864)))
    (memory.fill (global.get $src) (i32.const 7) (i32.const 67108864))))
  (block $done (loop $next
    (br_if $done (i64.eqz (local.get $n)))
    (local.set $n (i64.sub (local.get $n) (i64.const 1)))
    (if (i32.eq (local.get $what) (i32.const 1)) (then
      (call $write (global.get $buf) (i64.const 0) (global.get $src) (i32.const 67108864) (global.get $ret))
      (if (i32.load8_u (global.get $ret)) (then unreachable))))
    (if (i32.eq (local.get $what) (i32.const 2)) (then
      (call $reset)
      (call $read (global.get $buf) (i64.const 0) (i32.const 67108864) (global.get $ret))
      (if (i32.load8_u (global.get $ret)) (then unreachable))))
    (if (i32.eq (local.get $what) (i32.const 3)) (then (call $sync)))
    (if (i32.eq (local.get $what) (i32.const 4)) (then
      (call $write (i32.const 0) (i64.const 0) (i32.const 0) (i32.const 0) (global.get $ret))))
    (if (i32.eq (local.get $what) (i32.const 5)) (then
      (call $fill (i32.const 4) (i32.const 5) (i32.const 0) (global.get $buf) (global.get $ret))))
    (br $next)))
  (i32.const 0))
"#;

fn text(compute: &str) -> String {
    let guest = include_str!("../tests/support/guest.wat").replace(";; BODY", BODY);
    guest.replace("wasi:gpu/compute@0.1.0", compute)
}

/// The interface as `bindgen!` would have it.
fn add_baseline(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    let mut vec = linker.instance("baseline:vec/compute@0.1.0")?;
    vec.func_wrap("buffer-create", |mut store: StoreContextMut<'_, State>, (size, _): (u64, Usage)| {
        store.data_mut().bytes = vec![0; usize::try_from(size)?];
        Ok((Ok::<u32, GpuError>(1),))
    })?;
    vec.func_wrap("buffer-write", |mut store: StoreContextMut<'_, State>, (_, _, data): (u32, u64, Vec<u8>)| {
        let n = data.len();
        store.data_mut().bytes[..n].copy_from_slice(&data);
        Ok((Ok::<(), GpuError>(()),))
    })?;
    vec.func_wrap("buffer-read", |store: StoreContextMut<'_, State>, (_, _, size): (u32, u64, u32)| {
        Ok((Ok::<Vec<u8>, GpuError>(store.data().bytes[..size as usize].to_vec()),))
    })?;
    vec.func_wrap("sync", |_: StoreContextMut<'_, State>, (): ()| Ok(()))
}

fn measure(gpu: &Gpu, engine: &Engine, compute: &str) -> wasmtime::Result<[f64; 5]> {
    let component = Component::new(engine, text(compute))?;
    let mut linker = Linker::new(engine);
    gpu.add_to_linker(&mut linker)?;
    add_baseline(&mut linker)?;
    let mut store = Store::new(engine, State { gpu: gpu.ctx()?, bytes: Vec::new() });
    store.set_epoch_deadline(u64::MAX / 2);
    let instance = linker.instantiate(&mut store, &component)?;
    let run = instance.get_typed_func::<(u32, u64), (u32,)>(&mut store, "run")?;
    let mut seconds = |what: u32, n: u32| -> wasmtime::Result<f64> {
        let start = Instant::now();
        run.call(&mut store, (what, n.into()))?;
        Ok(start.elapsed().as_secs_f64() / f64::from(n.max(1)))
    };
    seconds(0, 0)?;
    seconds(1, 1)?;
    seconds(2, 1)?;
    let gb = SIZE as f64 / 1e9;
    Ok([
        gb / seconds(1, ROUNDS)?,
        gb / seconds(2, ROUNDS)?,
        seconds(3, CALLS)? * 1e9,
        seconds(4, CALLS)? * 1e9,
        seconds(5, CALLS / 8)? * 1e9,
    ])
}

#[path = "../tests/support/mod.rs"]
mod support;

fn main() -> wasmtime::Result<()> {
    let backend = std::env::args().nth(1);
    let builder = Gpu::builder();
    let builder = match backend.as_deref() {
        Some("fake") => builder.device(Box::new(support::FakeDevice::default())),
        Some(name) => builder.backend(name.parse()?),
        None => builder.backend(Backend::Cpu),
    };
    let mut bundle = support::bundle();
    if backend.as_deref() == Some("wgpu") {
        // None of the kernels runs here; they only have to be for the device.
        let instances = bundle.manifest.kernels.iter_mut().flat_map(|k| &mut k.instances);
        instances.flat_map(|i| &mut i.artifacts).for_each(|a| a.target = wgpuc_runtime::abi::Target::Wgsl);
    }
    let gpu = builder.kernels(bundle).build()?;
    println!("on {} ({})", gpu.device_info().name, gpu.device_info().backend);
    let engine = engine()?;
    for name in ["wasi:gpu/compute@0.1.0", "baseline:vec/compute@0.1.0"] {
        let [write, read, sync, bad, op] = measure(&gpu, &engine, name)?;
        print!(
            "{name:26} write {write:5.2} GB/s, read {read:5.2} GB/s, sync {sync:4.0} ns, refused write {bad:4.0} ns"
        );
        // Only the made-up device runs the made-up kernels.
        if backend.as_deref() == Some("fake") { println!(", op {op:4.0} ns") } else { println!() }
    }
    Ok(())
}
