//! Sessions of the CUDA backend on the card here, with kernels by hand.
#![cfg(feature = "cuda")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

#[path = "support/ptx.rs"]
mod ptx;

use ptx::{BROKEN, FAIL, FILL, ID, Made, NEXT, SHARED, WAIT, device, read, read_words, session};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use wgpuc_runtime::backend::cuda::IdleStream;
use wgpuc_runtime::backend::{Device, Error, Fault, Mark};

#[test]
fn launches_run_in_order_with_writes_and_reads() {
    let Some(device) = device() else { return };
    let mut s = session(&device);
    let a = s.create(400).unwrap();
    assert_eq!(read_words(&mut *s, a, 100), [0; 100]);
    FILL.launch(&mut *s, [2, 1, 1], &[10, 100], &[a]).unwrap();
    s.write(a, 4, &99u32.to_le_bytes()).unwrap();
    for _ in 0..3000 {
        NEXT.launch(&mut *s, [2, 1, 1], &[100, 100], &[a, a]).unwrap();
    }
    let expected: Vec<u32> = (0..100).map(|i| if i == 1 { 3099 } else { 3010 + i }).collect();
    assert_eq!(read_words(&mut *s, a, 100), expected);
    assert_eq!(s.take_fault(), Ok(None));
}

#[test]
fn two_sessions_do_not_meet() {
    let Some(device) = device() else { return };
    let (mut s, mut t) = (session(&device), session(&device));
    let (a, b) = (s.create(256).unwrap(), t.create(256).unwrap());
    FILL.launch(&mut *s, [1, 1, 1], &[5, 64], &[a]).unwrap();
    FAIL.launch(&mut *s, [1, 1, 1], &[64], &[a]).unwrap();
    assert_eq!(read_words(&mut *t, b, 64), [0; 64]);
    assert_eq!(t.take_fault(), Ok(None));
    assert!(s.take_fault().unwrap().is_some());
    assert!(t.read(wgpuc_runtime::backend::BufferKey(7), 0, &mut [0]).is_err());
}

#[test]
fn a_stream_is_one_owners_at_a_time() {
    let Some(device) = device() else { return };
    let name = device.info().name;
    for _ in 0..3 {
        let streams: Vec<IdleStream> = (0..4).map(|_| IdleStream::of(&name).unwrap()).collect();
        let handles: BTreeSet<_> = streams.iter().map(|stream| stream.handle().addr()).collect();
        assert_eq!(handles.len(), streams.len());
        // Sessions that come after one another, and one beside all of those.
        for first in [3, 4] {
            let mut s = session(&device);
            let a = s.create(256).unwrap();
            FILL.launch(&mut *s, [1, 1, 1], &[first, 64], &[a]).unwrap();
            assert_eq!(read_words(&mut *s, a, 2), [first, first + 1]);
        }
    }
    assert!(IdleStream::of("no such card").is_err());
}

#[test]
fn bytes_move_at_any_alignment_as_in_memory() {
    const N: usize = 61;
    let Some(device) = device() else { return };
    let mut s = session(&device);
    let [a, b] = [(); 2].map(|()| s.create(N as u64).unwrap());
    let mut model = [vec![0u8; N], vec![0u8; N]];
    let mut seed = 1u32;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as usize % below
    };
    for round in 0..600 {
        let (from, to) = (random(N), random(N));
        let n = 1 + random(N - from.max(to));
        match round % 3 {
            0 => {
                let data: Vec<u8> = (0..n).map(|i| (round + i) as u8).collect();
                s.write(a, to as u64, &data).unwrap();
                model[0][to..to + n].copy_from_slice(&data);
            }
            1 if from != to => {
                s.copy(a, from as u64, a, to as u64, n as u64).unwrap();
                model[0].copy_within(from..from + n, to);
            }
            _ => {
                s.copy(a, from as u64, b, to as u64, n as u64).unwrap();
                let data = model[0][from..from + n].to_vec();
                model[1][to..to + n].copy_from_slice(&data);
            }
        }
        if round % 10 == 0 {
            assert_eq!(read(&mut *s, a, from as u64, n), model[0][from..from + n]);
        }
    }
    assert_eq!(read(&mut *s, a, 0, N), model[0]);
    assert_eq!(read(&mut *s, b, 0, N), model[1]);
    s.zero(b, N as u64).unwrap();
    assert_eq!(read(&mut *s, b, 0, N), [0; N]);
}

#[test]
fn large_transfers_and_overlaps_go_in_pieces() {
    let Some(device) = device() else { return };
    let mut s = session(&device);
    let n: usize = (70 << 20) + 3;
    let a = s.create(n as u64).unwrap();
    let mut data: Vec<u8> = (0..n).map(|i| (i % 251) as u8).collect();
    s.write(a, 0, &data).unwrap();
    for (from, to, len) in [(0, 5, n - 5), (7, 2, n - 7), (0, 40 << 20, 30 << 20)] {
        s.copy(a, from as u64, a, to as u64, len as u64).unwrap();
        data.copy_within(from..from + len, to);
    }
    // What was written last must be what is read, though both go through the same staging memory.
    s.write(a, 1 << 20, &[9; 100]).unwrap();
    data[1 << 20..][..100].fill(9);
    assert!(read(&mut *s, a, 0, n) == data);
    assert!(read(&mut *s, a, 3, 5 << 20) == data[3..][..5 << 20]);
}

#[test]
fn a_fault_is_told_once() {
    let Some(device) = device() else { return };
    let mut s = session(&device);
    let a = s.create(16).unwrap();
    for _ in 0..2 {
        FAIL.launch(&mut *s, [1, 1, 1], &[4], &[a]).unwrap();
        s.sync().unwrap();
        let fault = Fault { launch: ID, site: 0, value: 77, bound: 12, group: 0, invocation: 3 };
        assert_eq!(s.take_fault(), Ok(Some(fault)));
        assert_eq!(s.take_fault(), Ok(None));
    }
    // Many at once: one of them is told.
    FAIL.launch(&mut *s, [100_000, 1, 1], &[4], &[a]).unwrap();
    assert!(s.take_fault().unwrap().is_some_and(|fault| fault.group < 100_000 && fault.value == 77));
}

#[test]
fn refused_code_and_grids_are_errors_of_the_call() {
    let Some(device) = device() else { return };
    let mut s = session(&device);
    let a = s.create(256).unwrap();
    let broken = BROKEN.prepare(&mut *s).unwrap_err().to_string();
    assert!(broken.starts_with("broken cannot be compiled: ") && broken.contains("frobnicate"), "{broken}");
    for grid in [[1 << 31, 1, 1], [1, 65_536, 1], [1, 1, 65_536]] {
        let error = FILL.launch(&mut *s, grid, &[1, 64], &[a]).unwrap_err().to_string();
        assert!(error.contains("fill would run"), "{error}");
    }
    let wide = Made { block: 2048, ..FILL };
    let error = wide.launch(&mut *s, [1, 1, 1], &[1, 64], &[a]).unwrap_err().to_string();
    assert!(error.starts_with("fill cannot be launched: cuLaunchKernel: CUDA_ERROR_INVALID_VALUE"), "{error}");
    // A grid as large as may be, most of which leaves at once.
    FILL.launch(&mut *s, [(1 << 22) + 1, 1, 1], &[1, 64], &[a]).unwrap();
    assert_eq!(read_words(&mut *s, a, 2), [1, 2]);
}

#[test]
fn workgroup_memory_beyond_48_kib_is_asked_for() {
    let Some(device) = device() else { return };
    let mut s = session(&device);
    let a = s.create(4).unwrap();
    match SHARED.launch(&mut *s, [1, 1, 1], &[1], &[a]) {
        Ok(()) => assert_eq!(read_words(&mut *s, a, 1), [1234]),
        Err(error) => assert!(error.to_string().contains("needs 102400 bytes of workgroup memory"), "{error}"),
    }
    let error = Made { dynamic_shared_bytes: 1 << 20, ..SHARED }.launch(&mut *s, [1, 1, 1], &[1], &[a]).unwrap_err();
    assert!(error.to_string().contains("shared needs 1048576 bytes of workgroup memory"), "{error}");
}

#[test]
fn marks_measure_the_device() {
    let Some(device) = device() else { return };
    let mut s = session(&device);
    WAIT.prepare(&mut *s).unwrap();
    let start = s.mark().unwrap();
    WAIT.launch(&mut *s, [1, 1, 1], &[20], &[]).unwrap();
    let end = s.mark().unwrap();
    let elapsed = s.elapsed(start, end).unwrap();
    assert!(elapsed > Duration::from_millis(19) && elapsed < Duration::from_secs(5), "{elapsed:?}");
    let mut last = end;
    for _ in 0..5000 {
        last = s.mark().unwrap();
    }
    assert!(s.elapsed(start, last).unwrap_err().to_string().contains("marks"));
    assert!(s.elapsed(Mark::Host(Instant::now()), last).is_err());
    assert_eq!(s.elapsed(last, last), Ok(Duration::ZERO));
}

#[test]
fn a_recording_is_replayed_until_a_buffer_of_its_own_goes() {
    let Some(device) = device() else { return };
    let mut s = session(&device);
    let [a, b] = [(); 2].map(|()| s.create(256).unwrap());
    let nothing = Err(Error::Unsupported("there is no recording, or a buffer was destroyed since".to_owned()));
    assert_eq!(s.replay(), nothing);
    [FILL, NEXT].iter().for_each(|kernel| kernel.prepare(&mut *s).unwrap());
    assert_eq!(s.begin_recording(), Ok(true));
    NEXT.launch(&mut *s, [1, 1, 1], &[64, 64], &[a, b]).unwrap();
    NEXT.launch(&mut *s, [1, 1, 1], &[64, 64], &[b, a]).unwrap();
    s.end_recording().unwrap();
    assert_eq!(read_words(&mut *s, a, 1), [0], "it was queued, too");
    for _ in 0..3 {
        s.replay().unwrap();
    }
    assert_eq!((read_words(&mut *s, a, 64), read_words(&mut *s, b, 1)), (vec![6; 64], vec![5]));
    // All else is refused, and harms nothing.
    assert_eq!(s.begin_recording(), Ok(true));
    NEXT.launch(&mut *s, [1, 1, 1], &[64, 64], &[a, a]).unwrap();
    assert!(s.read(a, 0, &mut [0; 4]).is_err() && s.write(a, 0, &[1; 4]).is_err() && s.create(64).is_err());
    assert!(s.sync().is_err() && s.mark().is_err() && s.begin_recording().is_err() && s.replay().is_err());
    assert!(s.copy(a, 0, b, 0, 4).unwrap_err().to_string().starts_with("only launches are recorded"));
    s.end_recording().unwrap();
    s.replay().unwrap();
    assert_eq!(read_words(&mut *s, a, 64), [7; 64]);
    FILL.launch(&mut *s, [1, 1, 1], &[10, 64], &[a]).unwrap();
    assert_eq!(read_words(&mut *s, a, 2), [10, 11]);
    // A buffer that goes takes the recording with it, also while it is made.
    for is_early in [false, true] {
        let c = s.create(256).unwrap();
        s.begin_recording().unwrap();
        NEXT.launch(&mut *s, [1, 1, 1], &[64, 64], &[a, c]).unwrap();
        if is_early {
            s.destroy(c);
            assert!(s.end_recording().is_err());
        } else {
            s.end_recording().unwrap();
            s.destroy(c);
        }
        assert_eq!(s.replay(), nothing);
    }
    // Dropped while it records.
    s.begin_recording().unwrap();
}

#[test]
fn memory_runs_out_and_comes_back() {
    let Some(device) = device() else { return };
    let mut s = session(&device);
    assert_eq!(s.create(1 << 50), Err(Error::OutOfMemory));
    assert_eq!(s.create(u64::MAX - 3), Err(Error::OutOfMemory));
    for _ in 0..2 {
        let total = device.info().total_memory;
        let mut all = vec![];
        let error = loop {
            match s.create(total / 16) {
                Ok(buffer) => all.push(buffer),
                Err(error) => break error,
            }
            assert!(all.len() < 17, "more than there is");
        };
        assert_eq!(error, Error::OutOfMemory);
        let first = *all.first().expect("some fit");
        assert_eq!(read(&mut *s, first, total / 16 - 3, 3), [0; 3]);
        s.write(first, total / 16 - 3, &[1, 2, 3]).unwrap();
        all.into_iter().for_each(|buffer| s.destroy(buffer));
    }
}

#[test]
fn a_buffer_may_go_while_work_on_it_waits() {
    let Some(device) = device() else { return };
    let mut s = session(&device);
    let (a, out) = (s.create(4 << 20).unwrap(), s.create(4 << 20).unwrap());
    WAIT.launch(&mut *s, [1, 1, 1], &[50], &[]).unwrap();
    FILL.launch(&mut *s, [1 << 14, 1, 1], &[3, 1 << 20], &[a]).unwrap();
    NEXT.launch(&mut *s, [1 << 14, 1, 1], &[1 << 20, 1 << 20], &[a, out]).unwrap();
    s.destroy(a);
    // Likely in the same place.
    let b = s.create(4 << 20).unwrap();
    assert_eq!(read_words(&mut *s, b, 1 << 20), vec![0; 1 << 20]);
    assert!(read_words(&mut *s, out, 1 << 20).iter().zip(4..).all(|(word, want)| *word == want));
    WAIT.launch(&mut *s, [1, 1, 1], &[50], &[]).unwrap();
    drop(s);
}

#[test]
fn a_wait_can_be_given_up() {
    let Some(device) = device() else { return };
    let (mut s, mut other) = (session(&device), session(&device));
    let cancel = s.cancel_handle().unwrap();
    let (a, b) = (s.create(16).unwrap(), other.create(256).unwrap());
    // The driver loads a kernel only while none runs.
    FILL.prepare(&mut *other).unwrap();
    WAIT.launch(&mut *s, [1, 1, 1], &[3000], &[]).unwrap();
    let stop = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        cancel.cancel();
    });
    let start = Instant::now();
    let error = s.read(a, 0, &mut [0; 16]).unwrap_err();
    assert!(matches!(&error, Error::DeviceLost(why) if why.contains("time is up")), "{error}");
    assert!(matches!(s.create(16), Err(Error::DeviceLost(_))));
    let given_up = start.elapsed();
    // Another session goes on, also while that kernel still runs.
    FILL.launch(&mut *other, [1, 1, 1], &[1, 64], &[b]).unwrap();
    assert_eq!(read_words(&mut *other, b, 2), [1, 2]);
    let served = start.elapsed();
    drop(s);
    let closed = start.elapsed();
    assert!(closed < Duration::from_secs(2), "given up {given_up:?}, other served {served:?}, closed {closed:?}");
    stop.join().unwrap();
}
