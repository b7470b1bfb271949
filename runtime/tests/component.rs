//! The way from a component's imports to the device and back.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

pub mod support;

use std::time::{Duration, Instant};
use support::fake_gpu;
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Store};
use wgpuc_runtime::{Gpu, GpuCtx, GpuView, LoadError, Quota, RunError, RunOptions, engine};

struct State(GpuCtx);

impl GpuView for State {
    fn gpu(&mut self) -> &mut GpuCtx {
        &mut self.0
    }
}

fn guest(body: &str) -> String {
    include_str!("support/guest.wat").replace(";; BODY", body)
}

fn call(gpu: &Gpu, body: &str, a: u32, b: u64) -> u32 {
    let engine = Engine::default();
    let component = Component::new(&engine, guest(body)).unwrap();
    gpu.check(&engine, &component, |_| false).unwrap();
    let mut linker = Linker::new(&engine);
    gpu.add_to_linker(&mut linker).unwrap();
    let quota = Quota { bytes: 1 << 26, buffers: 8 };
    let mut store = Store::new(&engine, State(gpu.ctx_with(quota).unwrap()));
    let instance = linker.instantiate(&mut store, &component).unwrap();
    let run = instance.get_typed_func::<(u32, u64), (u32,)>(&mut store, "run").unwrap();
    run.call(&mut store, (a, b)).unwrap().0
}

/// Creates a buffer of `b` bytes, calls something, and gives the result's discriminant, and the error's after it.
fn with_buffer(call: &str) -> String {
    format!(
        "(func (export \"run\") (param $a i32) (param $b i64) (result i32) (local $buf i32)
           (call $create (local.get $b) (i32.const 32) (global.get $ret))
           (if (i32.load8_u (global.get $ret)) (then (return (i32.add (i32.const 1000) (i32.load8_u offset=4 (global.get $ret))))))
           (local.set $buf (i32.load offset=4 (global.get $ret)))
           {call}
           (if (result i32) (i32.load8_u (global.get $ret))
             (then (i32.add (i32.const 100) (i32.load8_u offset=4 (global.get $ret)))) (else (i32.const 0))))"
    )
}

#[test]
fn words_reach_the_executor_and_errors_come_back() {
    let (gpu, device) = fake_gpu();
    let fill = "(call $fill (local.get $a) (i32.const 7) (i32.const 1) (local.get $buf) (global.get $ret))";
    assert_eq!(call(&gpu, &with_buffer(fill), 4, 16), 0);
    let seen = device.log.lock().unwrap().pop().unwrap();
    assert_eq!((seen.instance.as_str(), seen.words), ("fill_other", vec![1, 1, 1, u32::MAX, 7, 4]));
    assert_eq!(call(&gpu, &with_buffer(fill), 5, 16), 104, "invalid-params");
    let foreign = "(call $fill (local.get $a) (i32.const 7) (i32.const 1) (i32.const 0) (global.get $ret))";
    assert_eq!(call(&gpu, &with_buffer(foreign), 4, 16), 101, "invalid-buffer");
    let pair =
        "(call $pair (i32.const 1) (local.get $buf) (i32.const 0) (i32.const 9) (local.get $buf) (global.get $ret))";
    assert_eq!(call(&gpu, &with_buffer(pair), 4, 16), 104);
    for size in [0, 1 << 63, u64::MAX] {
        assert_eq!(call(&gpu, &with_buffer(""), 0, size), if size == 0 { 1004 } else { 1000 });
    }
    let broken = "(call $break (local.get $buf) (global.get $ret))
                  (call $read (local.get $buf) (i64.const 0) (i32.const 16) (global.get $ret))";
    assert_eq!(call(&gpu, &with_buffer(broken), 0, 16), 102, "kernel-error");
}

#[test]
fn more_parameters_than_the_abi_passes_as_values_arrive_too() {
    let (gpu, device) = fake_gpu();
    let wide = "(i32.store (i32.const 668) (i32.const 321)) (i32.store (i32.const 672) (local.get $buf))
                (call $wide (i32.const 600) (global.get $ret))";
    assert_eq!(call(&gpu, &with_buffer(wide), 0, 16), 0);
    let seen = device.log.lock().unwrap().pop().unwrap();
    assert_eq!((seen.words[4], seen.words[5]), (321, 4));
}

#[test]
fn bytes_go_out_and_come_back_in_place() {
    let (gpu, _) = fake_gpu();
    let round = "(i32.store (i32.const 900) (i32.const 0x04030201))
        (call $write (local.get $buf) (i64.const 5) (i32.const 900) (i32.const 4) (global.get $ret))
        (call $read (local.get $buf) (i64.const 5) (local.get $a) (global.get $ret))
        (if (i32.eqz (i32.load8_u (global.get $ret)))
          (then (return (i32.load (i32.load offset=4 (global.get $ret))))))";
    assert_eq!(call(&gpu, &with_buffer(round), 4, 16), 0x0403_0201);
    assert_eq!(call(&gpu, &with_buffer(round), 12, 16), 104, "past the end");
    assert_eq!(call(&gpu, &with_buffer(round), u32::MAX, 16), 104);
}

#[test]
fn files_that_are_no_guests_are_refused_with_the_reason() {
    let (gpu, _) = fake_gpu();
    let engine = engine().unwrap();
    for (bytes, expected) in [
        (&b""[..], "empty"),
        (b"#!/bin/sh", "no WebAssembly file"),
        (b"\0asm\x09\0\0\0", "version"),
        (b"\0asm\x0d\0\x01\0\xff\xff", "cannot be compiled"),
        (b"\0asm\x01\0\0\0\xff\xff", "cannot be compiled"),
    ] {
        let error = gpu.load(&engine, bytes).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn unknown_and_mistyped_imports_are_all_named() {
    let (gpu, _) = fake_gpu();
    let engine = engine().unwrap();
    let check = |text: &str| {
        let component = Component::new(&engine, text).unwrap();
        gpu.check(&engine, &component, |_| false).unwrap_err().to_string()
    };
    let text = check(
        r#"(component (import "made:up/thing@1.0.0" (instance (export "f" (func)))) (import "other" (func))
           (import "test:kernels/ops@1.0.0" (instance
             (export "spin" (func (param "a" u32) (result (result))))
             (export "turn" (func)))))"#,
    );
    for part in ["`made:up/thing@1.0.0`", "`other`", "`turn`", "`spin`", "0 parameters", "wasi:gpu/compute@0.1.0"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let text = check(
        &guest("(func (export \"run\") (param i32 i64) (result i32) unreachable)").replace("\"other\"", "\"else\""),
    );
    assert!(text.contains("`params` differs"), "{text}");
    // A core module that asks for nothing is as good as any; half a header, or what it asks for of nobody, is not.
    assert!(gpu.load(&engine, b"\0asm\x01\0\0\0").is_ok());
    assert!(gpu.load(&engine, b"\0asm\x01").is_err());
    let unknown = gpu.load(&engine, br#"(module (import "made-up" "f" (func)))"#).map(|_| ());
    assert!(matches!(&unknown, Err(LoadError::Imports(e)) if e.to_string().contains("made-up")), "{unknown:?}");
}

/// A program that exports `wasi:cli/run`; `body` is its `run`.
fn command(body: &str) -> String {
    guest(&format!("{body} (func (export \"main\") (result i32) (drop (call $go (i32.const 0) (i64.const 16))) (i32.const 0))
        (func (export \"run\") (param i32 i64) (result i32) (i32.const 0))"))
    .replace(
        "(func (export \"run\") (param \"a\" u32) (param \"b\" u64) (result u32) (canon lift (core func $main \"run\"))))",
        "(func $f (result (result)) (canon lift (core func $main \"main\")))
         (instance $cli (export \"run\" (func $f)))
         (export \"wasi:cli/run@0.2.0\" (instance $cli)))",
    )
}

fn run(body: &str, timeout: Duration) -> Result<i32, RunError> {
    let (gpu, _) = fake_gpu();
    gpu.run(command(body).as_bytes(), &RunOptions { timeout: Some(timeout), ..Default::default() })
}

#[test]
fn a_guest_that_never_returns_is_stopped_in_its_code_and_in_a_kernel() {
    let looping = "(func $go (param i32 i64) (result i32) (loop $l (br $l)) unreachable)";
    let kernel = "(func $go (param i32 i64) (result i32) (call $spin (global.get $ret)) (loop $l (br $l)) unreachable)";
    for body in [looping, kernel] {
        let start = Instant::now();
        let result = run(body, Duration::from_millis(300));
        assert!(matches!(result, Err(RunError::Timeout(_))), "{result:?}");
        assert!(start.elapsed() < Duration::from_secs(20));
    }
}

#[test]
fn a_guest_that_ends_gives_its_code_and_a_trap_is_told() {
    let ends = "(func $go (param i32 i64) (result i32) (call $sync) (i32.const 0))";
    assert_eq!(run(ends, Duration::from_secs(60)).unwrap(), 0);
    let traps = "(func $go (param i32 i64) (result i32) unreachable)";
    let error = run(traps, Duration::from_secs(60)).unwrap_err().to_string();
    assert!(error.contains("unreachable"), "{error}");
}

/// As C code declares imports by hand: no bindings, so no `component-type` section.
const RAW: &str = r#"(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi:gpu/compute@0.1.0" "buffer-create" (func $create (param i64 i32 i32)))
  (import "test:kernels/ops@1.0.0" "fill" (func $fill (param i32 i32 i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
  (func (export "_start")
    (call $create (i64.const 16) (i32.const 32) (i32.const 64))
    (call $fill (i32.const 4) (i32.const 5) (i32.const 0) (i32.load (i32.const 68)) (i32.const 64))
    (if (i32.load8_u (i32.const 64)) (then (call $exit (i32.const 9))))
    (call $exit (i32.const 0))))"#;

#[test]
fn core_modules_with_raw_imports_and_preview1_run() {
    let (gpu, device) = fake_gpu();
    let module = wat::parse_str(RAW).unwrap();
    let code = gpu.run(&module, &RunOptions::default()).unwrap();
    assert_eq!(code, 0);
    let seen = device.log.lock().unwrap().pop().unwrap();
    assert_eq!((seen.instance.as_str(), seen.words), ("fill_plain", vec![1, 1, 1, u32::MAX, 5, 4]));
}
