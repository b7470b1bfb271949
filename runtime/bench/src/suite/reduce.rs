//! An array to one value.

use super::{Call, Cost, Work};
use crate::bench::Bench;
use crate::numbers::{Numbers, Range};
use crate::{Error, check};
use wgpuc_runtime::GpuError;

/// A reduction of `kernel-reduce`.
#[derive(Clone, Copy)]
pub(super) struct Reduction {
    pub(super) name: &'static str,
    /// Its place in the enum.
    case: u32,
    reference: fn(&Moments) -> f64,
}

pub(super) const SUM: Reduction = Reduction { name: "reduce sum", case: 0, reference: |m| m.sum };
pub(super) const OTHERS: [Reduction; 2] = [
    Reduction { name: "reduce max", case: 1, reference: |m| m.max },
    Reduction { name: "reduce variance", case: 4, reference: |m| m.squares / m.n - (m.sum / m.n).powi(2) },
];

/// `n` elements, which must be multiples of 4 or few.
pub(super) struct Reduce {
    pub(super) what: Reduction,
    pub(super) n: u32,
}

impl Work for Reduce {
    fn op(&self) -> &'static str {
        "kernel-reduce"
    }

    fn cost(&self) -> Cost {
        Cost { bytes: 4 * u64::from(self.n), flops: 0 }
    }

    fn prepare(&self, bench: &mut Bench, seed: u32) -> Result<Call, GpuError> {
        let input = bench.random(self.n, Numbers::new(seed, Range::Unit))?;
        let output = bench.buffer(1)?;
        Ok(Call::new(&[self.n, self.what.case, input, output], output, 1))
    }

    fn check(&self, bench: &mut Bench, call: &Call, seed: u32) -> Result<(), Error> {
        let value = (self.what.reference)(&Moments::of(Numbers::new(seed, Range::Unit), self.n));
        // A workgroup's elements lost would show.
        check::floats(bench, call, |_| (value, value), 4e-6)
    }
}

/// What all reductions follow from.
struct Moments {
    n: f64,
    sum: f64,
    squares: f64,
    max: f64,
}

impl Moments {
    /// Of the first `n` of some numbers, by all cores.
    fn of(numbers: Numbers, n: u32) -> Self {
        let n_threads = std::thread::available_parallelism().map_or(1, |n| n.get() as u32);
        let quads = n.div_ceil(4);
        let share = quads.div_ceil(n_threads);
        let parts: Vec<Self> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..n_threads)
                .map(|t| scope.spawn(move || Self::part(numbers, n, t * share..((t + 1) * share).min(quads))))
                .collect();
            threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
        });
        parts.into_iter().fold(Self { n: n.into(), ..Self::NONE }, |all, part| Self {
            sum: all.sum + part.sum,
            squares: all.squares + part.squares,
            max: all.max.max(part.max),
            ..all
        })
    }

    const NONE: Self = Self { n: 0.0, sum: 0.0, squares: 0.0, max: f64::NEG_INFINITY };

    fn part(numbers: Numbers, n: u32, quads: std::ops::Range<u32>) -> Self {
        let mut all = Self::NONE;
        for quad in quads {
            for x in numbers.quad(quad).into_iter().take((n - 4 * quad).min(4) as usize).map(f64::from) {
                all.sum += x;
                all.squares += x * x;
                all.max = all.max.max(x);
            }
        }
        all
    }
}
