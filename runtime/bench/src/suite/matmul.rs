//! Products of matrices.

use super::{Call, Cost, Library, Work};
use crate::bench::Bench;
use crate::numbers::{Numbers, Range};
use crate::{Error, check};
use wgpuc_runtime::GpuError;

/// `[m, k]` times `[k, n]`.
pub(super) struct Matmul {
    pub(super) m: u32,
    pub(super) n: u32,
    pub(super) k: u32,
}

impl Matmul {
    fn inputs(seed: u32) -> [Numbers; 2] {
        [Numbers::new(2 * seed, Range::Signed), Numbers::new(2 * seed + 1, Range::Signed)]
    }
}

impl Work for Matmul {
    fn op(&self) -> &'static str {
        "kernel-matmul"
    }

    fn cost(&self) -> Cost {
        let [m, n, k] = [self.m, self.n, self.k].map(u64::from);
        let bytes = 4 * (m * k + k * n + m * n);
        // A thin product is bound by the bytes of its large matrix.
        let is_thin = m.min(n) < 8;
        Cost { bytes, flops: if is_thin { 0 } else { 2 * m * n * k } }
    }

    fn library(&self) -> Option<Library> {
        Some(Library::Sgemm { m: self.m, n: self.n, k: self.k })
    }

    fn prepare(&self, bench: &mut Bench, seed: u32) -> Result<Call, GpuError> {
        let [first, second] = Self::inputs(seed);
        let a = bench.random(self.m * self.k, first)?;
        let b = bench.random(self.k * self.n, second)?;
        let c = bench.buffer(self.m * self.n)?;
        let one = 1f32.to_bits();
        Ok(Call::new(&[self.m, self.k, self.n, 0, 0, one, 0, a, b, c], c, self.m * self.n))
    }

    fn check(&self, bench: &mut Bench, call: &Call, seed: u32) -> Result<(), Error> {
        let [a, b] = Self::inputs(seed);
        let expected = |at: u32| {
            let (row, column) = (at / self.n, at % self.n);
            (0..self.k).fold((0.0, 0.0), |(sum, scale), i| {
                let term = f64::from(a.at(row * self.k + i)) * f64::from(b.at(i * self.n + column));
                (sum + term, scale + term.abs())
            })
        };
        check::floats(bench, call, expected, 1e-5)
    }
}
