//! Scores of candidate thresholds.

use super::{Call, Cost, Work};
use crate::bench::Bench;
use crate::numbers::{Numbers, Range};
use crate::{Error, check};
use wgpuc_runtime::GpuError;

/// The feature that is split.
const FEATURE: u32 = 3;

/// A node of `samples` samples.
pub(super) struct FindSplit {
    pub(super) samples: u32,
    pub(super) features: u32,
    pub(super) thresholds: u32,
}

impl FindSplit {
    /// The data, the labels, the indices and the thresholds.
    fn inputs(seed: u32) -> [Numbers; 4] {
        [0, 1, 2, 3].map(|i| Numbers::new(4 * seed + i, Range::Signed))
    }
}

impl Work for FindSplit {
    fn op(&self) -> &'static str {
        "kernel-find-split"
    }

    fn cost(&self) -> Cost {
        // The column, the labels and the indices; the thresholds and the scores.
        Cost { bytes: 4 * (3 * u64::from(self.samples) + 2 * u64::from(self.thresholds)), flops: 0 }
    }

    fn footprint(&self) -> u64 {
        self.cost().bytes + 4 * u64::from(self.samples) * u64::from(self.features - 1)
    }

    fn prepare(&self, bench: &mut Bench, seed: u32) -> Result<Call, GpuError> {
        let [data, labels, indices, thresholds] = Self::inputs(seed);
        let data = bench.random(self.samples * self.features, data)?;
        let labels = bench.random(self.samples, labels)?;
        let drawn: Vec<u32> = (0..self.samples).map(|i| indices.below(i, self.samples)).collect();
        let indices = bench.upload(&drawn)?;
        let thresholds = bench.random(self.thresholds, thresholds)?;
        let output = bench.buffer(self.thresholds)?;
        let words = [self.samples, self.features, FEATURE, self.thresholds, data, labels, indices, thresholds, output];
        Ok(Call::new(&words, output, self.thresholds))
    }

    fn check(&self, bench: &mut Bench, call: &Call, seed: u32) -> Result<(), Error> {
        let [data, labels, indices, thresholds] = Self::inputs(seed);
        let drawn: Vec<(f32, f64)> = (0..self.samples)
            .map(|i| indices.below(i, self.samples))
            .map(|i| (data.at(i * self.features + FEATURE), labels.at(i).into()))
            .collect();
        let expected = |t: u32| {
            let threshold = thresholds.at(t);
            let side = |is_left: bool| {
                let of_side = || drawn.iter().filter(|(x, _)| (*x <= threshold) == is_left).map(|(_, y)| y);
                let (n, sum) = of_side().fold((0.0, 0.0), |(n, sum), y| (n + 1.0, sum + y));
                let deviations: f64 = of_side().map(|y| (y - sum / n).powi(2)).sum();
                if n > 0.0 { deviations } else { f64::INFINITY }
            };
            let score = side(true) + side(false);
            (score, if score.is_finite() { score } else { 0.0 })
        };
        check::floats(bench, call, expected, 1e-5)
    }
}
