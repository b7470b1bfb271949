//! The wgpu backend on whatever adapter is here, lavapipe and SwiftShader included.
#![cfg(feature = "wgpu")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

pub mod support;

use std::collections::BTreeMap;
use support::{instance, launch, manifest, name, op, value, words};
use wgpuc_runtime::abi::*;
use wgpuc_runtime::{Backend, Gpu, GpuError, Guest, Quota};

const HEAD: &str = "
struct Block { x: u32, y: u32, z: u32, id: u32, a: u32, b: u32 }
@group(0) @binding(0) var<uniform> block: Block;
";

/// `out[i] = a + i`, over a folded grid.
const FILL: &str = "
@group(0) @binding(2) var<storage, read_write> out: array<u32>;
@compute @workgroup_size(64) fn main(@builtin(workgroup_id) g: vec3<u32>, @builtin(local_invocation_index) l: u32) {
    let group = g.y * 65535u + g.x;
    if group >= block.x { return; }
    let i = group * 64u + l;
    if i < block.b { out[i] = block.a + i; }
}";

/// `b[i] = a[i] + 1`.
const NEXT: &str = "
@group(0) @binding(2) var<storage, read_write> a: array<u32>;
@group(0) @binding(3) var<storage, read_write> b: array<u32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) g: vec3<u32>) {
    if g.x < block.b { b[g.x] = a[g.x] + 1u; }
}";

/// Every invocation past 2 fails.
const FAIL: &str = "
@group(0) @binding(1) var<storage, read_write> fault: array<atomic<u32>, 8>;
@group(0) @binding(2) var<storage, read_write> a: array<u32>;
@compute @workgroup_size(64) fn main(@builtin(workgroup_id) g: vec3<u32>, @builtin(local_invocation_index) l: u32) {
    if l == 3u && atomicCompareExchangeWeak(&fault[0], 0u, block.id).exchanged {
        atomicStore(&fault[2], 77u);
        atomicStore(&fault[3], 12u);
        atomicStore(&fault[4], g.x);
        atomicStore(&fault[5], l);
    }
    if l < block.a { a[l] = 5u; }
}";

fn bundle() -> Bundle {
    let mut artifacts = BTreeMap::new();
    let buffer = |n: &str| KernelParam {
        name: n.into(),
        ty: KernelParamType::Buffer { elem_bytes: 4, rounds_up: false, writable: true },
    };
    let scalar = KernelParam { name: "a".into(), ty: KernelParamType::Scalar(Scalar::U32) };
    let mut kernel = |n: &str, params, code: &str, faults| Kernel {
        name: n.into(),
        docs: String::new(),
        params,
        instances: vec![instance(Target::Wgsl, n, &format!("{HEAD}{code}"), faults, &mut artifacts)],
    };
    let mut kernels = vec![
        kernel("fill", vec![scalar, buffer("out")], FILL, false),
        kernel("next", vec![buffer("a"), buffer("b")], NEXT, false),
        kernel("fail", vec![buffer("a")], FAIL, true),
        kernel("broken", vec![buffer("a")], "fn main( {", false),
    ];
    kernels
        .iter_mut()
        .flat_map(|k| &mut k.instances)
        .flat_map(|i| &mut i.artifacts)
        .for_each(|a| a.entry = "main".into());
    let groups = |param| bin64(Expr::Len { param });
    let one = || Expr::Int(1);
    let out = words(true, false, false);
    let items = vec![
        op(
            "fill",
            vec![("a", value(Scalar::U32)), ("out", out.clone())],
            0,
            0,
            vec![launch(0, groups(1), vec![Arg::Scalar(Expr::Param { param: 0, field: None }), Arg::Param(1)])],
        ),
        op(
            "next",
            vec![("a", words(true, false, true)), ("b", words(true, false, true))],
            0,
            0,
            vec![launch(1, groups(1), vec![Arg::Param(0), Arg::Param(1)])],
        ),
        op("fail", vec![("a", out.clone())], 0, 0, vec![launch(2, one(), vec![Arg::Param(0)])]),
        op("broken", vec![("a", out)], 0, 0, vec![launch(3, one(), vec![Arg::Param(0)])]),
    ];
    assert_eq!(name("ops").kebab(), "ops");
    Bundle { manifest: manifest(items, kernels), artifacts }
}

fn bin64(len: Expr) -> Expr {
    Expr::Binary(BinaryOp::DivCeil, Box::new(len), Box::new(Expr::Int(64)))
}

const QUOTA: Quota = Quota { bytes: 1 << 30, buffers: 1000 };

/// A guest on the adapter here, or `None`, named, where there is none.
fn guest() -> Option<Guest> {
    gpu().map(|gpu| gpu.guest(QUOTA).unwrap())
}

fn gpu() -> Option<Gpu> {
    match Gpu::builder().backend(Backend::Wgpu).kernels(bundle()).build() {
        Ok(gpu) => {
            eprintln!("on {:?}", gpu.device_info());
            Some(gpu)
        }
        Err(why) if std::env::var_os("CI").is_none() => {
            eprintln!("skipped: {why}");
            None
        }
        Err(why) => panic!("{why}"),
    }
}

fn read(guest: &mut Guest, buffer: u32, from: u64, n: usize) -> Vec<u8> {
    let mut out = vec![0xee; n];
    guest.buffer_read(buffer, from, &mut out).unwrap();
    out
}

fn read_words(guest: &mut Guest, buffer: u32, n: usize) -> Vec<u32> {
    read(guest, buffer, 0, 4 * n).chunks_exact(4).map(|c| u32::from_le_bytes(c.try_into().unwrap())).collect()
}

#[test]
fn launches_run_in_order_with_writes_and_reads() {
    let Some(mut guest) = guest() else { return };
    let a = guest.buffer_create(400, true).unwrap();
    assert_eq!(read_words(&mut guest, a, 100), vec![0; 100]);
    guest.call("fill", &[10, a.into()]).unwrap();
    guest.buffer_write(a, 4, &99u32.to_le_bytes()).unwrap();
    for _ in 0..1000 {
        guest.call("next", &[a.into(), a.into()]).unwrap();
    }
    let expected: Vec<u32> = (0..100).map(|i| if i == 1 { 1099 } else { 1010 + i }).collect();
    assert_eq!(read_words(&mut guest, a, 100), expected);
}

#[test]
fn guests_on_threads_read_at_the_same_time() {
    let Some(gpu) = gpu() else { return };
    let guests = [(); 4].map(|()| gpu.guest(QUOTA).unwrap());
    std::thread::scope(|scope| {
        for mut guest in guests {
            scope.spawn(move || {
                let a = guest.buffer_create(256, true).unwrap();
                for round in 1..=300 {
                    guest.call("next", &[a.into(), a.into()]).unwrap();
                    assert_eq!(read_words(&mut guest, a, 64), vec![round; 64]);
                }
            });
        }
    });
}

#[test]
fn one_buffer_may_be_bound_twice_where_the_op_says_so() {
    let Some(mut guest) = guest() else { return };
    let [a, b] = [(); 2].map(|()| guest.buffer_create(256, true).unwrap());
    guest.call("next", &[a.into(), b.into()]).unwrap();
    guest.call("next", &[b.into(), b.into()]).unwrap();
    assert_eq!(read_words(&mut guest, b, 64), vec![2; 64]);
    assert_eq!(read_words(&mut guest, a, 64), vec![0; 64]);
}

#[test]
fn long_grids_are_folded() {
    let Some(mut guest) = guest() else { return };
    let n = 65_536 * 64 + 5;
    let a = guest.buffer_create(4 * n, true).unwrap();
    guest.call("fill", &[1, a.into()]).unwrap();
    let last = read(&mut guest, a, 4 * (n - 6), 24);
    let last: Vec<u64> = last.chunks_exact(4).map(|c| u32::from_le_bytes(c.try_into().unwrap()).into()).collect();
    assert_eq!(last, (n - 5..=n).collect::<Vec<_>>());
}

#[test]
fn bytes_move_at_any_alignment_as_in_memory() {
    let Some(mut guest) = guest() else { return };
    const N: usize = 61;
    let [a, b] = [(); 2].map(|()| guest.buffer_create(N as u64, true).unwrap());
    let mut model = [vec![0u8; N], vec![0u8; N]];
    let mut seed = 1u32;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as usize % below
    };
    for round in 0..300 {
        let (from, to) = (random(N), random(N));
        let n = random(N - from.max(to) + 1);
        match round % 3 {
            0 => {
                let data: Vec<u8> = (0..n).map(|i| (round + i) as u8).collect();
                guest.buffer_write(a, to as u64, &data).unwrap();
                model[0][to..to + n].copy_from_slice(&data);
            }
            1 => {
                guest.buffer_copy((a, from as u64), (a, to as u64), n as u64).unwrap();
                model[0].copy_within(from..from + n, to);
            }
            _ => {
                guest.buffer_copy((a, from as u64), (b, to as u64), n as u64).unwrap();
                let data = model[0][from..from + n].to_vec();
                model[1][to..to + n].copy_from_slice(&data);
            }
        }
        if round % 10 == 0 {
            assert_eq!(read(&mut guest, a, from as u64, n), model[0][from..from + n]);
        }
    }
    assert_eq!(read(&mut guest, a, 0, N), model[0]);
    assert_eq!(read(&mut guest, b, 0, N), model[1]);
}

#[test]
fn large_transfers_and_overlaps_go_in_pieces() {
    let Some(mut guest) = guest() else { return };
    let n: usize = (34 << 20) + 3;
    let a = guest.buffer_create(n as u64, true).unwrap();
    let mut data: Vec<u8> = (0..n).map(|i| (i % 251) as u8).collect();
    guest.buffer_write(a, 0, &data).unwrap();
    for (from, to, len) in [(0, 5, n - 5), (7, 2, n - 7)] {
        guest.buffer_copy((a, from as u64), (a, to as u64), len as u64).unwrap();
        data.copy_within(from..from + len, to);
    }
    assert!(read(&mut guest, a, 0, n) == data);
}

#[test]
fn faults_and_refused_code_are_errors_of_the_call() {
    let Some(mut guest) = guest() else { return };
    let a = guest.buffer_create(256, true).unwrap();
    for _ in 0..2 {
        guest.call("fail", &[a.into()]).unwrap();
        let expected = "fail: index into nodes is 77, but must be below 12 (made_up.rs:41:17, invocation 3)";
        let result = guest.buffer_read(a, 0, &mut [0; 4]);
        assert_eq!(result, Err(GpuError::KernelError(expected.into())));
        assert_eq!(guest.buffer_read(a, 0, &mut [0; 4]), Ok(()));
    }
    let error = guest.call("broken", &[a.into()]).unwrap_err();
    assert!(matches!(&error, GpuError::KernelError(text) if text.contains("broken cannot be compiled")), "{error}");
    guest.call("fill", &[1, a.into()]).unwrap();
    assert_eq!(read_words(&mut guest, a, 2), [1, 2]);
    assert_eq!(guest.buffer_create(1 << 40, true), Err(GpuError::OutOfMemory));
}

#[test]
fn marks_tell_the_time_of_the_work_between_them() {
    let Some(mut guest) = guest() else { return };
    let n = 4 << 20;
    let a = guest.buffer_create(4 * n, true).unwrap();
    let fill = |guest: &mut Guest, rounds: u64| {
        let from = guest.mark().unwrap();
        (0..rounds).for_each(|_| guest.call("fill", &[1, a.into()]).unwrap());
        (from, guest.mark().unwrap())
    };
    // The first one compiles.
    fill(&mut guest, 1);
    guest.sync();
    let (first, second) = fill(&mut guest, 2);
    let (third, last) = fill(&mut guest, 20);
    let few = guest.elapsed(first, second).unwrap();
    let many = guest.elapsed(third, last).unwrap();
    assert!(!few.is_zero() && few < many, "{few:?}, {many:?}");
    assert!(guest.elapsed(first, last).unwrap() >= few + many);
    // A device keeps as many marks as one query set holds; the host's marks never age.
    for _ in 0..5000 {
        guest.mark().unwrap();
    }
    let old = guest.elapsed(first, last);
    assert!(old.is_ok() || matches!(&old, Err(GpuError::KernelError(why)) if why.contains("marks")), "{old:?}");
}
