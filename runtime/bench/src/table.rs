//! A report as lines of text, with what others needed for the same beside it.

use crate::report::{Ceilings, DeviceName, Report, Row, Unmeasured};
use std::fmt::Write as _;

/// The device and its ceilings, and the heads of the columns.
#[must_use]
pub fn head(device: &DeviceName, ceilings: &Ceilings) -> String {
    let Ceilings {
        copy,
        multiply_add,
        launch,
        launch_recorded,
        launch_and_sync,
        small_op,
        small_op_of_guest,
        upload,
        download,
    } = *ceilings;
    let recorded = launch_recorded.map(|launch| format!(" ({} recorded)", time(launch))).unwrap_or_default();
    let version = if device.version.is_empty() { String::new() } else { format!(", {}", device.version) };
    format!(
        "{} ({}{version})\n\
         copy {}, read and written; multiply-add in registers {}\n\
         to the device {}, from it {} (64 MiB)\n\
         launch {}{recorded}, launch and wait {}; a small op to its result {}, called by a guest {}\n\n\
         {:<26} {:<24} {:>9} {:>14} {:>10}\n",
        device.name,
        device.backend,
        bytes_per_second(copy),
        flops_per_second(multiply_add),
        bytes_per_second(upload),
        bytes_per_second(download),
        time(launch),
        time(launch_and_sync),
        time(small_op),
        time(small_op_of_guest),
        "op",
        "size",
        "time",
        "rate",
        "of ceiling",
    )
}

/// One op at one size, and what others needed for it, in this run and in their own reports. A peer's factor is how many
/// times faster than the peer this is. What is recorded does not wait for the host: see [`Row::recorded`].
#[must_use]
pub fn row(row: &Row, beside: &[Row], ceilings: &Ceilings, peers: &[Report]) -> String {
    let rate = if row.flops > 0 { flops_per_second(row.rate()) } else { bytes_per_second(row.rate()) };
    let mut line = format!(
        "{:<26} {:<24} {:>9} {rate:>14} {:>8.1} %",
        row.case,
        size(&row.size),
        time(row.seconds),
        100.0 * row.share(ceilings),
    );
    if let Some(recorded) = row.recorded {
        let _ = write!(line, "   recorded {}", time(recorded));
    }
    if !["", "own"].contains(&row.served_by.as_str()) {
        let _ = write!(line, "   served by {}", row.served_by);
    }
    let others = peers.iter().flat_map(|report| &report.rows);
    let others = others.filter(|peer| beside.iter().all(|known| known.by != peer.by));
    for peer in beside.iter().chain(others) {
        if peer.case == row.case && peer.size == row.size {
            let _ = write!(line, "   {} {} (x{:.2})", peer.by, time(peer.seconds), peer.seconds / row.seconds);
            if let (Some(ours), Some(its)) = (row.recorded, peer.recorded) {
                let _ = write!(line, ", recorded {} (x{:.2})", time(its), its / ours);
            }
        }
    }
    line.push('\n');
    line
}

/// A case that was not measured.
#[must_use]
pub fn unmeasured(case: &Unmeasured) -> String {
    let what = if case.is_failure { "FAILED" } else { "skipped" };
    format!("{:<26} {:<24} {what}: {}\n", case.case, size(&case.size), case.why)
}

/// A size as people write it.
#[must_use]
pub fn size(size: &str) -> String {
    let Ok(n) = size.parse::<u64>() else { return size.replace('x', " x ") };
    for (unit, name) in [(1 << 30, "Gi"), (1 << 20, "Mi"), (1_000_000, "M"), (1 << 10, "Ki"), (1_000, "k")] {
        if n >= unit && n % unit == 0 {
            return format!("{} {name}", n / unit);
        }
    }
    size.to_owned()
}

fn time(seconds: f64) -> String {
    match seconds {
        s if s < 1e-3 => format!("{} us", digits(s * 1e6)),
        s if s < 1.0 => format!("{} ms", digits(s * 1e3)),
        s => format!("{} s", digits(s)),
    }
}

pub(crate) fn bytes_per_second(rate: f64) -> String {
    format!("{} GB/s", digits(rate / 1e9))
}

pub(crate) fn flops_per_second(rate: f64) -> String {
    match rate {
        r if r < 1e12 => format!("{} GFLOP/s", digits(r / 1e9)),
        r => format!("{} TFLOP/s", digits(r / 1e12)),
    }
}

/// At least three digits.
fn digits(x: f64) -> String {
    match x {
        x if x < 10.0 => format!("{x:.2}"),
        x if x < 100.0 => format!("{x:.1}"),
        x => format!("{x:.0}"),
    }
}
