//! Calls with hostile and with good arguments, without WebAssembly.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

pub mod support;

use support::{fake_gpu, fake_guest};
use wgpuc_runtime::{GpuError, Guest, Quota};

fn invalid(result: Result<(), GpuError>) -> String {
    match result {
        Err(GpuError::InvalidParams(text)) => text,
        other => panic!("expected invalid-params, found {other:?}"),
    }
}

fn read(guest: &mut Guest, buffer: u32, n: usize) -> Result<Vec<u32>, GpuError> {
    let mut bytes = vec![0; 4 * n];
    guest.buffer_read(buffer, 0, &mut bytes)?;
    Ok(bytes.chunks_exact(4).map(|c| u32::from_le_bytes(c.try_into().unwrap())).collect())
}

#[test]
fn a_call_becomes_launches_with_complete_words() {
    let (mut guest, device) = fake_guest();
    let out = guest.buffer_create(4 * 100, true).unwrap();
    guest.call("fill", &[100, 7, 1, out.into()]).unwrap();
    assert_eq!(read(&mut guest, out, 100), Ok(vec![7; 100]));
    let seen = device.log.lock().unwrap().pop().unwrap();
    assert_eq!((seen.instance.as_str(), seen.grid, seen.n_buffers), ("fill_other", [2, 1, 1], 1));
    assert_eq!(seen.words, [2, 1, 1, u32::MAX, 7, 100]);
}

#[test]
fn bad_values_name_argument_value_and_bound() {
    let (mut guest, device) = fake_guest();
    let out = guest.buffer_create(4 * 100, true).unwrap();
    let out64 = u64::from(out);
    for (words, expected) in [
        ([0, 7, 0, out64], "fill: params.n is 0, but must be above 0"),
        ([101, 7, 0, out64], "fill: output.len() is 100, but must be at least 101 (params.n)"),
        ([1 << 31, 7, 0, out64], "fill: output.len() is 100, but must be at least 2147483648 (params.n)"),
        ([100, 7, 2, out64], "fill: params.mode is 2, but must be below 2"),
    ] {
        assert_eq!(invalid(guest.call("fill", &words)), expected);
    }
    assert_eq!(
        invalid(guest.call("narrow", &[5000, 1, out64])),
        "narrow: value is 5242880000, but must be in 0 ..= 4294967295 as a u32"
    );
    assert!(invalid(guest.call("narrow", &[1, 0, out64])).contains("divides by zero"));
    assert!(invalid(guest.call("nothing", &[])).contains("nothing"));
    assert!(invalid(guest.call("fill", &[1])).contains("4 words"));
    assert!(device.log.lock().unwrap().is_empty(), "a failing call launches nothing");
}

#[test]
fn bad_buffers_are_refused() {
    let (mut guest, device) = fake_guest();
    let out = guest.buffer_create(16, true).unwrap();
    let plain = guest.buffer_create(16, false).unwrap();
    let freed = guest.buffer_create(16, true).unwrap();
    guest.buffer_destroy(freed).unwrap();
    for bad in [0, freed, out ^ 0x8000, out ^ 0x10000] {
        assert_eq!(guest.call("fill", &[1, 1, 0, bad.into()]), Err(GpuError::InvalidBuffer));
        assert_eq!(guest.buffer_write(bad, 0, &[1]), Err(GpuError::InvalidBuffer));
        assert_eq!(read(&mut guest, bad, 1), Err(GpuError::InvalidBuffer));
        assert_eq!(guest.buffer_copy((out, 0), (bad, 0), 1), Err(GpuError::InvalidBuffer));
        assert_eq!(guest.buffer_destroy(bad), Err(GpuError::InvalidBuffer));
    }
    assert!(invalid(guest.call("fill", &[1, 1, 0, plain.into()])).contains("`storage`"));
    let mut other = fake_gpu().0.guest(Quota { bytes: 64, buffers: 4 }).unwrap();
    other.buffer_create(16, true).unwrap();
    assert_eq!(other.call("fill", &[1, 1, 0, out.into()]), Err(GpuError::InvalidBuffer));
    assert!(device.log.lock().unwrap().is_empty());
}

#[test]
fn aliases_need_leave_and_options_are_read_only_where_used() {
    let (mut guest, _) = fake_guest();
    let [a, b, out] = [(); 3].map(|()| u64::from(guest.buffer_create(16, true).unwrap()));
    guest.call("pair", &[1, a, 1, b, out]).unwrap();
    guest.call("pair", &[1, a, 1, a, out]).unwrap();
    guest.call("pair", &[0, a, 0, 0, out]).unwrap();
    guest.call("pair", &[0, a, 1, 0xdead, out]).unwrap();
    assert_eq!(guest.call("pair", &[1, a, 1, 0xdead, out]), Err(GpuError::InvalidBuffer));
    assert_eq!(invalid(guest.call("pair", &[1, a, 0, 0, out])), "pair: b is none, but must name a buffer here");
    assert!(invalid(guest.call("pair", &[1, a, 1, b, a])).contains("a and out are both buffer"));
    assert!(invalid(guest.call("pair", &[1, a, 1, out, out])).contains("must be different buffers"));
}

#[test]
fn temporaries_count_and_a_failing_call_launches_nothing() {
    let (mut guest, device) = fake_guest();
    let out = u64::from(guest.buffer_create(16, true).unwrap());
    // 2^16 * 2^16 * 4 bytes would wrap to 0 in 32 bits.
    assert_eq!(guest.call("grow", &[1 << 16, 1 << 16, out]), Err(GpuError::OutOfMemory));
    assert_eq!(guest.call("grow", &[u32::MAX.into(), u32::MAX.into(), out]), Err(GpuError::OutOfMemory));
    assert!(device.log.lock().unwrap().is_empty());
    for _ in 0..100 {
        guest.call("grow", &[10, 10, out]).unwrap();
    }
    assert_eq!(*device.live.lock().unwrap(), 2, "one buffer and one temporary, used again");
    // An idle temporary gives way to the guest's own buffers.
    guest.buffer_create((1 << 20) - 16, true).unwrap();
}

#[test]
fn a_temporary_that_need_not_be_there() {
    let (mut guest, _) = fake_guest();
    let out = guest.buffer_create(16, true).unwrap();
    for (n, expected) in [(10, 1), (1 << 20, 2), (u32::MAX, 2), (10, 1)] {
        guest.call("room", &[n.into(), out.into()]).unwrap();
        assert_eq!(read(&mut guest, out, 1), Ok(vec![expected]), "{n} words of a quota of 2^18");
    }
}

#[test]
fn quotas_hold() {
    let (mut guest, _) = fake_guest();
    for size in [(1 << 20) + 1, 1 << 63, u64::MAX] {
        assert_eq!(guest.buffer_create(size, true), Err(GpuError::OutOfMemory));
    }
    assert!(matches!(guest.buffer_create(0, true), Err(GpuError::InvalidParams(_))));
    let all = guest.buffer_create(1 << 20, true).unwrap();
    assert_eq!(guest.buffer_create(1, true), Err(GpuError::OutOfMemory));
    guest.buffer_destroy(all).unwrap();
    for _ in 0..8 {
        guest.buffer_create(1, true).unwrap();
    }
    assert_eq!(guest.buffer_create(1, true), Err(GpuError::OutOfMemory));
}

#[test]
fn ranges_hold_in_any_direction() {
    let (mut guest, _) = fake_guest();
    let buffer = guest.buffer_create(10, true).unwrap();
    guest.buffer_write(buffer, 3, &[1, 2, 3, 4, 5]).unwrap();
    guest.buffer_copy((buffer, 3), (buffer, 5), 5).unwrap();
    let mut out = [9; 10];
    guest.buffer_read(buffer, 0, &mut out).unwrap();
    assert_eq!(out, [0, 0, 0, 1, 2, 1, 2, 3, 4, 5]);
    for (offset, n) in [(11, 0), (10, 1), (u64::MAX, 1), (u64::MAX - 1, 2), (1 << 63, 4)] {
        let text = invalid(guest.buffer_write(buffer, offset, &vec![0; n]));
        assert!(text.contains("10"), "{text}");
        invalid(guest.buffer_read(buffer, offset, &mut vec![0; n]));
        invalid(guest.buffer_copy((buffer, 0), (buffer, offset), n as u64));
        invalid(guest.buffer_copy((buffer, offset), (buffer, 0), n as u64));
    }
    invalid(guest.buffer_copy((buffer, 1), (buffer, 0), u64::MAX));
    guest.buffer_write(buffer, 10, &[]).unwrap();
}

#[test]
fn a_fault_is_told_once_by_the_next_read() {
    let (mut guest, _) = fake_guest();
    let a = guest.buffer_create(16, true).unwrap();
    let expected = "break-it: index into nodes is 77, but must be below 12 (made_up.rs:41:17, invocation 131)";
    for wait in [false, true] {
        guest.call("break-it", &[a.into()]).unwrap();
        guest.call("break-it", &[a.into()]).unwrap();
        if wait {
            guest.sync();
        }
        guest.buffer_write(a, 0, &[1]).unwrap();
        assert_eq!(read(&mut guest, a, 1), Err(GpuError::KernelError(expected.into())));
        assert_eq!(read(&mut guest, a, 1).map(|v| v.len()), Ok(1));
    }
}
