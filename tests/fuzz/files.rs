//! Guests that are cut short or have bytes exchanged: each is loaded or refused, whatever it is.

use super::trials;
use wgpuc_core::ir::random::Rng;
use wgpuc_runtime::{Backend, Gpu, engine};

/// A component with an op of the standard kernels as its import.
const COMPONENT: &str = r#"(component
    (import "wasi:gpu/compute@0.1.0" (instance $compute (export "sync" (func))))
    (alias export $compute "sync" (func $sync))
    (core func $lowered (canon lower (func $sync)))
    (core module $m
        (import "" "sync" (func $sync))
        (memory (export "memory") 1)
        (data (i32.const 8) "some data")
        (func (export "run") (result i32) (call $sync) (i32.const 0)))
    (core instance $i (instantiate $m (with "" (instance (export "sync" (func $lowered))))))
    (func (export "run") (result u32) (canon lift (core func $i "run"))))"#;

/// A core module as a C compiler makes it of raw imports: of WASI preview 1, and of an op.
const MODULE: &str = r#"(module
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (import "wasi:gpu/ml-kernels@0.1.0" "kernel-average" (func (param i32 i32 i32 i32 i32)))
    (memory (export "memory") 1)
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
    (func (export "_start") (call $exit (i32.const 0))))"#;

#[test]
fn broken_guests_are_refused_without_a_panic() {
    let gpu = Gpu::builder().backend(Backend::Cpu).kernels(wgpuc_kernels::bundle()).build().unwrap();
    let engine = engine().unwrap();
    for text in [COMPONENT, MODULE] {
        let whole = wat::parse_str(text).unwrap();
        if let Err(error) = gpu.load(&engine, &whole) {
            panic!("{error}\n{text}");
        }
        for len in 0..whole.len() {
            assert!(gpu.load(&engine, &whole[..len]).is_err() || ends_a_section(&whole, len), "{len} bytes of {text}");
        }
        let (mut loaded, mut refused) = (0, 0);
        for seed in 0..trials(300) {
            match gpu.load(&engine, &mutated(&whole, seed)) {
                Ok(_) => loaded += 1,
                Err(error) => {
                    refused += 1;
                    assert!(!error.to_string().is_empty(), "seed {seed}");
                }
            }
        }
        assert!(loaded > 0 && refused > 0, "{loaded} loaded, {refused} refused");
    }
}

/// Whether a file that is cut there is a whole one, if a shorter one.
fn ends_a_section(bytes: &[u8], len: usize) -> bool {
    wasmparser::Validator::new_with_features(wasmparser::WasmFeatures::all()).validate_all(&bytes[..len]).is_ok()
}

/// A file with one to four bytes changed, left out or put in, behind its header.
fn mutated(whole: &[u8], seed: u64) -> Vec<u8> {
    let mut rng = Rng::new(seed);
    let mut bytes = whole.to_vec();
    for _ in 0..=rng.below(4) {
        let at = 8 + rng.below(bytes.len() - 8);
        match rng.below(4) {
            0 => bytes[at] = rng.bits() as u8,
            1 => bytes[at] ^= 1 << rng.below(8),
            2 => _ = bytes.remove(at),
            _ => bytes.insert(at, rng.bits() as u8),
        }
    }
    bytes
}
