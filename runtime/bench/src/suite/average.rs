//! Means of rows.

use super::{Call, Cost, Work};
use crate::bench::Bench;
use crate::numbers::{Numbers, Range};
use crate::{Error, check};
use wgpuc_runtime::GpuError;

/// `rows` means of `trees` numbers each.
pub(super) struct Average {
    pub(super) rows: u32,
    pub(super) trees: u32,
}

impl Work for Average {
    fn op(&self) -> &'static str {
        "kernel-average"
    }

    fn cost(&self) -> Cost {
        Cost { bytes: 4 * u64::from(self.rows) * (u64::from(self.trees) + 1), flops: 0 }
    }

    fn prepare(&self, bench: &mut Bench, seed: u32) -> Result<Call, GpuError> {
        let input = bench.random(self.rows * self.trees, Numbers::new(seed, Range::Unit))?;
        let output = bench.buffer(self.rows)?;
        Ok(Call::new(&[self.trees, self.rows, input, output], output, self.rows))
    }

    fn check(&self, bench: &mut Bench, call: &Call, seed: u32) -> Result<(), Error> {
        let numbers = Numbers::new(seed, Range::Unit);
        let expected = |row: u32| {
            let sum: f64 = (0..self.trees).map(|t| f64::from(numbers.at(row * self.trees + t))).sum();
            let mean = sum / f64::from(self.trees);
            (mean, mean)
        };
        check::floats(bench, call, expected, 1e-6)
    }
}
