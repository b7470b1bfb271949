//! Guests on the CUDA backend: what its sessions report becomes the errors of the contract.
#![cfg(feature = "cuda")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

#[path = "support/ptx.rs"]
mod ptx;
pub mod support;

use ptx::{BROKEN, CRASH, FAIL, FILL, Made, NEXT};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use support::{launch, manifest, op, value, words};
use wgpuc_runtime::abi::*;
use wgpuc_runtime::{Backend, Gpu, GpuError, Guest, Quota};

fn bundle() -> Bundle {
    let mut artifacts = BTreeMap::new();
    let buffer = |n: &str| KernelParam {
        name: n.into(),
        ty: KernelParamType::Buffer { elem_bytes: 4, rounds_up: false, writable: true },
    };
    let scalar = KernelParam { name: "a".into(), ty: KernelParamType::Scalar(Scalar::U32) };
    let mut kernel = |made: &Made, params| {
        let mut instance = made.instance();
        for artifact in &mut instance.artifacts {
            let text = made.text().into_bytes();
            artifact.sha256 = Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
            artifacts.insert(artifact.path.clone(), text.into());
        }
        Kernel { name: made.name.into(), docs: String::new(), params, instances: vec![instance] }
    };
    let kernels = vec![
        kernel(&FILL, vec![scalar, buffer("out")]),
        kernel(&NEXT, vec![buffer("a"), buffer("b")]),
        kernel(&FAIL, vec![buffer("a")]),
        kernel(&BROKEN, vec![buffer("a")]),
        kernel(&CRASH, vec![]),
    ];
    let groups = |param| Expr::Binary(BinaryOp::DivCeil, Box::new(Expr::Len { param }), Box::new(Expr::Int(64)));
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
        op("fail", vec![("a", out.clone())], 0, 0, vec![launch(2, Expr::Int(1), vec![Arg::Param(0)])]),
        op(
            "next-twice",
            vec![("a", words(true, false, true)), ("b", words(true, false, true))],
            0,
            1,
            vec![
                Step::Scratch { id: 0, elem_bytes: 4, len: Expr::Len { param: 0 }, zeroed: false, taken: None },
                launch(1, groups(0), vec![Arg::Param(0), Arg::Scratch(0)]),
                launch(1, groups(0), vec![Arg::Scratch(0), Arg::Param(1)]),
            ],
        ),
        op("broken", vec![("a", out)], 0, 0, vec![launch(3, Expr::Int(1), vec![Arg::Param(0)])]),
        op("crash", vec![], 0, 0, vec![launch(4, Expr::Int(1), vec![])]),
    ];
    Bundle { manifest: manifest(items, kernels), artifacts }
}

/// The card here, or `None`, named, where there is none.
fn gpu() -> Option<Gpu> {
    match Gpu::builder().backend(Backend::Cuda).kernels(bundle()).build() {
        Ok(gpu) => {
            eprintln!("on {:?}", gpu.device_info());
            Some(gpu)
        }
        Err(why) => {
            eprintln!("skipped: {why}");
            None
        }
    }
}

fn guest(gpu: &Gpu) -> Guest {
    gpu.guest(Quota { bytes: 1 << 30, buffers: 1000 }).unwrap()
}

fn read_words(guest: &mut Guest, buffer: u32, n: usize) -> Vec<u32> {
    let mut out = vec![0xee; 4 * n];
    guest.buffer_read(buffer, 0, &mut out).unwrap();
    out.chunks_exact(4).map(|c| u32::from_le_bytes(c.try_into().unwrap())).collect()
}

/// One test, as its end takes the card from all.
#[test]
fn guests_compute_and_meet_errors_in_the_terms_of_the_contract() {
    let Some(gpu) = gpu() else { return };
    let mut g = guest(&gpu);
    let a = g.buffer_create(400, true).unwrap();
    g.call("fill", &[10, a.into()]).unwrap();
    (0..1000).for_each(|_| g.call("next", &[a.into(), a.into()]).unwrap());
    assert_eq!(read_words(&mut g, a, 100), (1010..1110).collect::<Vec<_>>());

    g.call("fail", &[a.into()]).unwrap();
    let expected = "fail: index into nodes is 77, but must be below 12 (made_up.rs:41:17, invocation 3)";
    assert_eq!(g.buffer_read(a, 0, &mut [0; 4]), Err(GpuError::KernelError(expected.into())));
    assert_eq!(g.buffer_read(a, 0, &mut [0; 4]), Ok(()));
    let error = g.call("broken", &[a.into()]).unwrap_err().to_string();
    assert!(error.starts_with("broken cannot be compiled") && error.contains("frobnicate"), "{error}");
    assert_eq!(g.buffer_create(1 << 40, true), Err(GpuError::OutOfMemory));

    // A recording takes the temporary buffers that an earlier call has left, and no others.
    let b = g.buffer_create(400, true).unwrap();
    let twice = |g: &mut Guest| g.call("next-twice", &[a.into(), b.into()]);
    let error = g.record(twice).unwrap_err().to_string();
    assert!(error.contains("temporary buffers"), "{error}");
    g.call("fill", &[10, a.into()]).unwrap();
    twice(&mut g).unwrap();
    assert_eq!(read_words(&mut g, b, 2), [12, 13]);
    assert_eq!(g.record(|g| twice(g).and_then(|()| g.call("next", &[b.into(), a.into()]))), Ok(true));
    (0..10).for_each(|_| g.replay().unwrap());
    assert_eq!((read_words(&mut g, a, 2), read_words(&mut g, b, 2)), (vec![40, 41], vec![39, 40]));
    // A fault is told of the op that was recorded, whatever ran since.
    assert_eq!(g.record(|g| g.call("fail", &[a.into()])), Ok(true));
    g.replay().unwrap();
    g.call("next", &[a.into(), a.into()]).unwrap();
    assert_eq!(g.buffer_read(a, 0, &mut [0; 4]), Err(GpuError::KernelError(expected.into())));
    assert_eq!(g.buffer_read(a, 0, &mut [0; 4]), Ok(()));

    g.call("crash", &[]).unwrap();
    assert_eq!(g.buffer_read(a, 0, &mut [0; 4]), Err(GpuError::DeviceUnavailable));
    assert_eq!(g.buffer_create(16, true), Err(GpuError::DeviceUnavailable));
    drop(g);
    assert!(gpu.guest(Quota { bytes: 1 << 30, buffers: 1000 }).is_err());
}
