//! Measures the standard kernels on a device, beside what the device can do at best.
//!
//! [`run`] takes a backend and gives a [`Report`]: every op at sizes from latency-bound to memory-bound, and the
//! ceilings of the same device in the same run. It is the only place that knows ops by name. It prints nothing.

mod bench;
mod ceiling;
mod check;
mod latency;
mod libraries;
mod measure;
mod numbers;
pub mod plot;
mod report;
mod suite;
pub mod table;

pub use report::{Ceilings, DeviceName, Report, Row, Unmeasured};

use bench::Bench;
use libraries::Libraries;
use suite::Case;
use wgpuc_runtime::abi::Bundle;
use wgpuc_runtime::{Backend, BundleError, Gpu, GpuError, GpuSetupError, Library};

include!(concat!(env!("OUT_DIR"), "/kernels/bundle.rs"));

/// Why nothing could be measured.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The device or the kernels for it.
    #[error(transparent)]
    Setup(#[from] GpuSetupError),
    /// The kernels that only measuring needs.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The device failed.
    #[error(transparent)]
    Gpu(#[from] GpuError),
    /// The device has no room, or is gone.
    #[error(transparent)]
    Device(#[from] wgpuc_runtime::backend::Error),
    /// The guest that measures a call's latency.
    #[error("the guest that measures latency: {0}")]
    Guest(String),
    /// A kernel computed something else than it should.
    #[error("{0}")]
    Wrong(String),
    /// No case has such a name.
    #[error("there is no op `{name}` to measure; there are: {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
}

/// What happens while it measures.
#[derive(Debug)]
pub enum Event<'a> {
    /// Something begins: how many cases came before, how many there are, and its name.
    Begins {
        /// Cases before it.
        done: usize,
        /// Cases in all.
        total: usize,
        /// Its name and size.
        what: String,
    },
    /// The ceilings are known.
    Ceilings(&'a DeviceName, &'a Ceilings),
    /// A case was measured, and the libraries here that do the same.
    Row(&'a Row, &'a [Row]),
    /// A case was not measured.
    Unmeasured(&'a Unmeasured),
}

/// Measures the cases whose name and size, as the table has them, contain one of `wanted`; all where there is none. `kernels` hold the standard ops, and
/// `library` may serve them.
///
/// # Errors
/// See [`Error`]. A case that does not fit, would take too long or goes wrong is told, and the others are measured.
pub fn run(
    (backend, library): (Backend, Library),
    kernels: Bundle,
    wanted: &[String],
    mut told: impl FnMut(&Event<'_>),
) -> Result<Report, Error> {
    let cases = chosen(suite::cases(), wanted)?;
    let ours = wgpuc_runtime::bundle::embedded(EMBEDDED)?;
    let builder = Gpu::builder().backend(backend).library(library);
    let gpu = builder.kernels(kernels).kernels(ours).build()?;
    let device = DeviceName::of(gpu.device_info());
    let total = cases.len();
    told(&Event::Begins { done: 0, total, what: "ceilings".to_owned() });
    let ceilings = ceiling::measure(&gpu)?;
    told(&Event::Ceilings(&device, &ceilings));
    let libraries = Libraries::beside(gpu.device_info());
    let mut report = Report { by: OURS.to_owned(), device, ceilings: Some(ceilings), rows: vec![], unmeasured: vec![] };
    for (done, case) in cases.iter().enumerate() {
        told(&Event::Begins { done, total, what: format!("{} {}", case.name, table::size(&case.size)) });
        let pace = report.own_rows().rev().find(|row| row.case == case.name).map(Row::seconds_per_unit);
        match one(&gpu, case, pace)? {
            Ok(row) => {
                let beside = libraries.measure(case);
                told(&Event::Row(&row, &beside));
                report.rows.push(row);
                report.rows.extend(beside);
            }
            Err(unmeasured) => {
                told(&Event::Unmeasured(&unmeasured));
                report.unmeasured.push(unmeasured);
            }
        }
    }
    Ok(report)
}

/// Who measures.
const OURS: &str = "wgpuc";
/// A single call longer than this is not worth waiting for.
const LONGEST_CALL: f64 = 1.0;

/// Measures one case on memory of its own; `pace` is what a unit of its work took at the last size.
fn one(gpu: &Gpu, case: &Case, pace: Option<f64>) -> Result<Result<Row, Unmeasured>, Error> {
    let unmeasured = |why: String, is_failure: bool| {
        Ok(Err(Unmeasured { case: case.name.to_owned(), size: case.size.clone(), why, is_failure }))
    };
    let cost = case.work.cost();
    let expected = pace.unwrap_or(0.0) * cost.units();
    if expected > LONGEST_CALL {
        return unmeasured(format!("a call would take some {expected:.0} s"), false);
    }
    let mut bench = Bench::new(gpu)?;
    match measure::case(&mut bench, case) {
        Ok(timing) => {
            let served_by = bench.guest.served_by().unwrap_or_default().to_owned();
            Ok(Ok(Row { served_by, ..Row::new(OURS, case, &timing) }))
        }
        Err(Error::Gpu(GpuError::OutOfMemory)) => unmeasured("its buffers do not fit on the device".to_owned(), false),
        Err(Error::Wrong(why) | Error::Gpu(GpuError::KernelError(why))) => unmeasured(why, true),
        Err(other) => Err(other),
    }
}

fn chosen(cases: Vec<Case>, wanted: &[String]) -> Result<Vec<Case>, Error> {
    let is_named = |case: &Case, name: &String| format!("{} {}", case.name, table::size(&case.size)).contains(name);
    for name in wanted {
        if !cases.iter().any(|case| is_named(case, name)) {
            let mut known: Vec<&str> = cases.iter().map(|case| case.name).collect();
            known.dedup();
            return Err(Error::Unknown { name: name.clone(), known: known.join(", ") });
        }
    }
    let is_wanted = |case: &Case| wanted.is_empty() || wanted.iter().any(|name| is_named(case, name));
    Ok(cases.into_iter().filter(is_wanted).collect())
}
