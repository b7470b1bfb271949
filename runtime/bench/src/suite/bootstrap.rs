//! Random indices.

use super::{Call, Cost, Library, Work};
use crate::bench::Bench;
use crate::numbers::philox;
use crate::{Error, check};
use wgpuc_runtime::GpuError;

/// Indices below this: no power of two, so that the product matters.
const MAX_INDEX: u32 = 1_000_003;

/// `n` indices.
pub(super) struct Bootstrap {
    pub(super) n: u32,
}

impl Work for Bootstrap {
    fn op(&self) -> &'static str {
        "kernel-bootstrap-sample"
    }

    fn cost(&self) -> Cost {
        Cost { bytes: 4 * u64::from(self.n), flops: 0 }
    }

    fn library(&self) -> Option<Library> {
        Some(Library::Philox { n: self.n })
    }

    fn prepare(&self, bench: &mut Bench, seed: u32) -> Result<Call, GpuError> {
        let output = bench.buffer(self.n)?;
        Ok(Call::new(&[self.n, seed, MAX_INDEX, output], output, self.n))
    }

    fn check(&self, bench: &mut Bench, call: &Call, seed: u32) -> Result<(), Error> {
        let expected = |i: u32| {
            let word = philox([i / 4, 0, 0, 0], [seed, 0])[i as usize % 4];
            ((u64::from(word) * u64::from(MAX_INDEX)) >> 32) as u32
        };
        check::words(bench, call, expected)
    }
}
