//! What was measured, as values: the form of `--json`, which the programs of `tests/bench` print too.

use crate::measure::Timing;
use crate::suite::Case;
use serde::{Deserialize, Serialize};
use wgpuc_runtime::backend::DeviceInfo;

/// What one program measured on one device.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// The program.
    pub by: String,
    /// The device.
    pub device: DeviceName,
    /// What the device can do at best, as this program found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ceilings: Option<Ceilings>,
    /// What was measured.
    pub rows: Vec<Row>,
    /// What was not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unmeasured: Vec<Unmeasured>,
}

/// What a device calls itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DeviceName {
    /// Its name.
    pub name: String,
    /// `cuda`, `vulkan`, `cpu` ...
    pub backend: String,
    /// The CUDA compute capability, or the API's version.
    #[serde(default)]
    pub version: String,
}

/// What a device can do at best. Times in seconds, rates in bytes or operations a second.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Ceilings {
    /// A copy of a large buffer: bytes read and written.
    pub copy: f64,
    /// Multiply-adds of f32 in registers: two operations each.
    pub multiply_add: f64,
    /// A launch of nothing, one behind the other.
    pub launch: f64,
    /// The same, recorded: see [`Row::recorded`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub launch_recorded: Option<f64>,
    /// A launch of nothing, and waiting for it.
    pub launch_and_sync: f64,
    /// A small op and reading its result, called by the host itself.
    pub small_op: f64,
    /// The same, called by a guest.
    pub small_op_of_guest: f64,
    /// 64 MiB to the device.
    pub upload: f64,
    /// 64 MiB from the device.
    pub download: f64,
}

/// One op at one size.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Row {
    /// The program, or the library that it called.
    pub by: String,
    /// What served its calls: `own` kernels, or a library in place of them; empty of others' calls.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub served_by: String,
    /// The op.
    pub case: String,
    /// Its size: a number, or several with `x` between.
    pub size: String,
    /// The bytes that a call must read and write.
    pub bytes: u64,
    /// The f32 operations that a call must do, where they and not the bytes bound it; else 0.
    #[serde(default)]
    pub flops: u64,
    /// What a call takes: the median.
    pub seconds: f64,
    /// The first decile.
    #[serde(default)]
    pub low: f64,
    /// The last decile.
    #[serde(default)]
    pub high: f64,
    /// Calls of a sample.
    #[serde(default)]
    pub calls: u32,
    /// Samples.
    #[serde(default)]
    pub samples: usize,
    /// Sets of buffers that the calls went round.
    #[serde(default)]
    pub sets: usize,
    /// What a short call takes where no launch waits for the host: the median among calls that were recorded and are queued
    /// at once (on CUDA, a graph).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<f64>,
}

/// A case that was not measured.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Unmeasured {
    /// The op.
    pub case: String,
    /// Its size.
    pub size: String,
    /// Why.
    pub why: String,
    /// Whether the op went wrong; else it is too large or too slow here.
    pub is_failure: bool,
}

/// What a call must do at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cost {
    pub(crate) bytes: u64,
    pub(crate) flops: u64,
}

impl Cost {
    /// The larger of the two counts, to compare sizes of one op by.
    pub(crate) fn units(self) -> f64 {
        self.bytes.max(self.flops) as f64
    }
}

impl Report {
    /// What the program itself measured of itself: the rows but those of libraries that it called.
    pub(crate) fn own_rows(&self) -> impl DoubleEndedIterator<Item = &Row> {
        self.rows.iter().filter(|row| row.by == self.by)
    }
}

impl DeviceName {
    pub(crate) fn of(info: &DeviceInfo) -> Self {
        Self { name: info.name.clone(), backend: info.backend.clone(), version: info.compute_capability.clone() }
    }
}

impl Row {
    /// Operations or bytes a second, whichever bounds the op.
    #[must_use]
    pub fn rate(&self) -> f64 {
        let amount = if self.flops > 0 { self.flops } else { self.bytes };
        amount as f64 / self.seconds
    }

    /// The rate's share of the device's own.
    #[must_use]
    pub fn share(&self, ceilings: &Ceilings) -> f64 {
        let ceiling = if self.flops > 0 { ceilings.multiply_add } else { ceilings.copy };
        self.rate() / ceiling
    }

    /// A case's row, by a program or a library.
    pub(crate) fn new(by: &str, case: &Case, timing: &Timing) -> Self {
        let Cost { bytes, flops } = case.work.cost();
        let Timing { seconds, low, high, calls, samples, sets, recorded } = *timing;
        Self {
            by: by.to_owned(),
            served_by: String::new(),
            case: case.name.to_owned(),
            size: case.size.clone(),
            bytes,
            flops,
            seconds,
            low,
            high,
            calls,
            samples,
            sets,
            recorded,
        }
    }

    pub(crate) fn seconds_per_unit(&self) -> f64 {
        self.seconds / Cost { bytes: self.bytes, flops: self.flops }.units()
    }
}
