//! Memory, transfers, limits, and stopping.

use super::*;
use std::time::{Duration, Instant};
use wgpuc_core::ir::StmtKind;

#[test]
fn buffers_are_zero_and_apart() {
    let mut session = open();
    let mut live: Vec<(BufferKey, u8, usize)> = vec![];
    for round in 1..60u8 {
        let bytes = usize::from(round) * 997 % 5000 + 1;
        let key = session.create(bytes as u64).unwrap();
        let mut content = vec![1; bytes];
        session.read(key, 0, &mut content).unwrap();
        assert!(content.iter().all(|b| *b == 0), "a new buffer is not zero");
        session.write(key, 0, &vec![round; bytes]).unwrap();
        live.push((key, round, bytes));
        if round % 3 == 0 {
            let (gone, ..) = live.remove(usize::from(round) % live.len());
            session.destroy(gone);
        }
    }
    for (key, fill, bytes) in live {
        let mut content = vec![0; bytes];
        session.read(key, 0, &mut content).unwrap();
        assert!(content.iter().all(|b| *b == fill));
    }
}

#[test]
fn copies_overlap_like_memmove() {
    let mut session = open();
    let key = session.create(100).unwrap();
    let mut want: Vec<u8> = (0..100).collect();
    session.write(key, 0, &want).unwrap();
    for (from, to, n) in [(3, 10, 50), (40, 7, 60), (0, 0, 100), (99, 0, 1)] {
        session.copy(key, from as u64, key, to as u64, n as u64).unwrap();
        want.copy_within(from..from + n, to);
    }
    let mut got = vec![0; 100];
    session.read(key, 0, &mut got).unwrap();
    assert_eq!(got, want);
}

#[test]
fn what_does_not_fit_is_refused_and_changes_nothing() {
    let mut session = device().open(&SessionLimits { bytes: 1000 }).unwrap();
    assert_eq!(session.create(1001), Err(Error::OutOfMemory));
    assert_eq!(session.create(u64::MAX), Err(Error::OutOfMemory));
    let key = session.create(1000).unwrap();
    assert_eq!(session.create(1), Err(Error::OutOfMemory));
    session.destroy(key);
    session.destroy(key);
    assert!(session.read(key, 0, &mut [0]).is_err());
    let key = session.create(10).unwrap();
    assert!(session.write(key, 15, &[1, 2]).is_err());
    assert!(session.write(key, u64::MAX, &[1, 2]).is_err());
    let mut unlimited = device().open(&SessionLimits { bytes: u64::MAX }).unwrap();
    assert_eq!(unlimited.create(1 << 33), Err(Error::OutOfMemory));
    assert_eq!(unlimited.create(super::super::MAX_GUEST_BYTES), Err(Error::OutOfMemory));
    unlimited.create(1).unwrap();
}

/// Adds one to each word, for ever.
fn endless() -> Kernel {
    kernel([1, 1, 1], |b| {
        let data = buffer(b, "data", Type::U32);
        let i = global_id(b);
        let one = b.u32(1);
        let (body, ()) = b.block(|b| {
            let v = load(b, data, i);
            let v = b.op(Op::Add, &[v, one]);
            store(b, data, i, v);
        });
        b.push(StmtKind::Loop { body });
    })
}

#[test]
fn a_kernel_is_stopped_and_others_go_on() {
    for groups in [1, 64] {
        let mut session = open();
        let compiled = compile(&endless());
        let data = upload(&mut *session, &[0; 64]);
        let cancel = session.cancel_handle().unwrap();
        let start = Instant::now();
        let stopper = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(50));
            cancel.cancel();
        });
        let stopped = launch(&mut *session, &compiled, [groups, 1, 1], &[], &[(data, 64)]);
        assert!(matches!(&stopped, Err(Error::Kernel(why)) if why.contains("time")), "{stopped:?}");
        assert!(start.elapsed() < Duration::from_secs(20));
        stopper.join().unwrap();
        assert!(launch(&mut *session, &compiled, [1, 1, 1], &[], &[(data, 64)]).is_err(), "it stays stopped");
        assert!(session.sync().is_err());

        let k = kernel([64, 1, 1], |b| {
            let data = buffer(b, "data", Type::U32);
            let i = global_id(b);
            store(b, data, i, i);
        });
        assert_eq!(run(&k, [2, 1, 1], &[], &[&[0; 128]])[0], (0..128).collect::<Vec<u32>>());
    }
}

#[test]
fn a_trap_is_an_error_and_the_session_lives() {
    // "Proved" wrongly: far past the end of the guest's memory.
    let k = kernel([1, 1, 1], |b| {
        let data = buffer(b, "data", Type::U32);
        let far = b.u32(0x3fff_0000);
        store(b, data, far, far);
    });
    let mut session = open();
    let data = upload(&mut *session, &[1, 2]);
    let failed = launch(&mut *session, &compile(&k), [1, 1, 1], &[], &[(data, 2)]);
    assert!(matches!(&failed, Err(Error::Kernel(why)) if why.contains("out of bounds")), "{failed:?}");
    assert_eq!(download(&mut *session, data, 2), [1, 2]);
}

#[test]
fn code_that_is_no_kernel_is_refused() {
    let mut session = open();
    let k = kernel([1, 1, 1], |_| {});
    for bytes in [b"not wasm".to_vec(), b"\0asm\x01\0\0\0".to_vec(), vec![]] {
        let compiled = Compiled { bytes, ..compile(&k) };
        let failed = launch(&mut *session, &compiled, [1, 1, 1], &[], &[]);
        assert!(matches!(failed, Err(Error::Kernel(_))), "{failed:?}");
    }
    let grid = launch(&mut *session, &compile(&k), [1 << 16, 1 << 16, 1], &[], &[]);
    assert!(matches!(grid, Err(Error::Unsupported(_))), "{grid:?}");
}

/// Not a check but a measurement: `cargo test --release -p wgpuc-runtime speed -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn speed() {
    const MIB_64: usize = 64 << 20;
    let best = |name: &str, scale: f64, unit: &str, act: &mut dyn FnMut()| {
        let times = (0..7).map(|_| {
            let start = Instant::now();
            act();
            start.elapsed().as_secs_f64()
        });
        let best = times.fold(f64::INFINITY, f64::min);
        println!("{name}: {:.2} {unit}", scale / best);
    };
    let mut session = open();
    let mut data = vec![1u8; MIB_64];
    let gb = MIB_64 as f64 / 1e9;
    let mut copy = vec![2u8; MIB_64];
    best("memcpy, for comparison", gb, "GB/s", &mut || copy.copy_from_slice(&data));
    best("memcpy to new memory, for comparison", gb, "GB/s", &mut || drop(std::hint::black_box(data.clone())));
    let mut fresh = open();
    best("write of new memory", gb, "GB/s", &mut || {
        let key = fresh.create(MIB_64 as u64).unwrap();
        fresh.write(key, 0, &data).unwrap();
    });
    let key = session.create(MIB_64 as u64).unwrap();
    best("write", gb, "GB/s", &mut || session.write(key, 0, &data).unwrap());
    best("read", gb, "GB/s", &mut || session.read(key, 0, &mut data).unwrap());

    let vector = Type::vector(Scalar::F32, 4);
    let scale = |ty: Type| {
        kernel([256, 1, 1], |b| {
            let (x, y) = (buffer(b, "x", ty), buffer(b, "y", ty));
            let (i, n) = (global_id(b), b.def(Type::U32, Expr::Len(y)));
            let past = b.op(Op::Ge, &[i, n]);
            b.branch(past, |b| b.push(StmtKind::Return), |_| {});
            let v = load(b, x, i);
            let sum = b.op(Op::Add, &[v, v]);
            store(b, y, i, sum);
        })
    };
    let other = session.create(MIB_64 as u64).unwrap();
    for (name, ty) in [("scale f32x4", vector), ("scale f32", Type::F32)] {
        let n = MIB_64 as u32 / ty.bytes();
        let compiled = compile(&scale(ty));
        let mut go = |n: u32| launch(&mut *session, &compiled, [n.div_ceil(256), 1, 1], &[], &[(key, n), (other, n)]);
        go(1).unwrap();
        best(name, 2.0 * gb, "GB/s", &mut || go(n).unwrap());
        best("smallest launch", 1e-3, "thousand/s", &mut || go(1).unwrap());
    }
    let start = Instant::now();
    let compiled = compile(&scale(vector));
    let empty = launch(&mut *session, &compiled, [1, 1, 1], &[], &[(key, 0), (other, 0)]);
    println!("compile and first launch: {:?} ({} bytes) {empty:?}", start.elapsed(), compiled.bytes.len());
}
