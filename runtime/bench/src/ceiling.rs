//! What a device can do at best.

use crate::bench::Bench;
use crate::numbers::{Numbers, Range};
use crate::report::Ceilings;
use crate::{Error, latency, measure};
use std::time::Instant;
use wgpuc_runtime::{Gpu, GpuError, Guest};

/// The largest copy.
const MAX_COPY: u64 = 2 << 30;
/// The smallest, on devices with little room.
const MIN_COPY: u64 = 16 << 20;
/// What transfers between host and device move.
const TRANSFER: usize = 64 << 20;
/// Transfers each way; the median counts.
const TRANSFERS: usize = 9;
/// Workgroups of the loop of multiply-adds: some for each unit of any device.
const GROUPS: u32 = 132 * 32;

/// Measures them all.
pub(crate) fn measure(gpu: &Gpu) -> Result<Ceilings, Error> {
    let latencies = latency::measure(gpu)?;
    Ok(Ceilings {
        copy: copy(gpu)?,
        multiply_add: multiply_add(&mut Bench::new(gpu)?)?,
        upload: transfer(gpu, |bench, buffer, host| bench.guest.buffer_write(buffer, 0, host))?,
        download: transfer(gpu, |bench, buffer, host| bench.guest.buffer_read(buffer, 0, host))?,
        ..latencies
    })
}

/// Bytes a second that a copy reads and writes, the driver's or a kernel's, whichever is faster; of the largest buffers
/// that there is room for.
fn copy(gpu: &Gpu) -> Result<f64, Error> {
    let mut bytes = MAX_COPY;
    loop {
        let mut bench = Bench::new(gpu)?;
        match copy_of(&mut bench, bytes) {
            Err(GpuError::OutOfMemory) if bytes > MIN_COPY => bytes /= 2,
            other => return Ok(other?),
        }
    }
}

fn copy_of(bench: &mut Bench, bytes: u64) -> Result<f64, GpuError> {
    if 4 * bytes > bench.room {
        return Err(GpuError::OutOfMemory);
    }
    let n = (bytes / 4) as u32;
    let from = bench.random(n, Numbers::new(1, Range::Signed))?;
    let to = bench.buffer(n)?;
    let by_driver = |guest: &mut Guest| guest.buffer_copy((from, 0), (to, 0), bytes);
    let words = [n, from, to].map(u64::from);
    let by_kernel = |guest: &mut Guest| guest.call("copy-words", &words);
    let driver = measure::time(|n| measure::sample(&mut bench.guest, n, by_driver))?.seconds;
    let kernel = measure::time(|n| measure::sample(&mut bench.guest, n, by_kernel))?.seconds;
    Ok(2.0 * bytes as f64 / driver.min(kernel))
}

/// Operations a second of the loop of multiply-adds.
fn multiply_add(bench: &mut Bench) -> Result<f64, Error> {
    let output = bench.buffer(GROUPS * 256)?;
    // Enough that every chain has reached its limit.
    let mut rounds = 8;
    loop {
        let words = [GROUPS, rounds, 0.5f32.to_bits(), 1f32.to_bits(), output].map(u64::from);
        let compute = |guest: &mut Guest| guest.call("multiply-add", &words);
        let timing = measure::time(|n| measure::sample(&mut bench.guest, n, compute))?;
        // So long that starting and ending it does not matter.
        if timing.seconds > 2e-3 || rounds >= 1 << 16 {
            let last = f32::from_bits(bench.word(output, GROUPS * 256 - 1)?);
            if last != 64.0 {
                return Err(Error::Wrong(format!("a chain of multiply-adds ends in {last}, and should end in 64")));
            }
            return Ok(f64::from(GROUPS) * 256.0 * 256.0 * 2.0 * f64::from(rounds) / timing.seconds);
        }
        rounds *= 4;
    }
}

/// Bytes a second between host and device.
fn transfer(gpu: &Gpu, move_bytes: impl Fn(&mut Bench, u32, &mut [u8]) -> Result<(), GpuError>) -> Result<f64, Error> {
    let mut bench = Bench::new(gpu)?;
    let mut host = vec![0x5a; TRANSFER];
    let buffer = bench.buffer((TRANSFER / 4) as u32)?;
    let mut seconds = vec![];
    for _ in 0..TRANSFERS {
        let began = Instant::now();
        move_bytes(&mut bench, buffer, &mut host)?;
        bench.guest.sync();
        seconds.push(began.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    Ok(TRANSFER as f64 / seconds[TRANSFERS / 2])
}
