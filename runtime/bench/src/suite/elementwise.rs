//! One function of each element.

use super::{Call, Cost, Work};
use crate::bench::Bench;
use crate::numbers::{Numbers, Range};
use crate::{Error, check};
use wgpuc_runtime::GpuError;

/// A function of `kernel-elementwise`.
#[derive(Clone, Copy)]
pub(super) struct Function {
    pub(super) name: &'static str,
    /// Its place in the enum.
    case: u32,
    /// Whether it takes a second array.
    is_binary: bool,
    range: Range,
    reference: fn(f64, f64) -> f64,
}

const fn unary(name: &'static str, case: u32, range: Range, reference: fn(f64, f64) -> f64) -> Function {
    Function { name, case, is_binary: false, range, reference }
}

pub(super) const RELU: Function = unary("elementwise relu", 0, Range::Signed, |a, _| a.max(0.0));
pub(super) const OTHERS: [Function; 6] = [
    unary("elementwise sigmoid", 1, Range::Signed, |a, _| 1.0 / (1.0 + (-a).exp())),
    unary("elementwise tanh", 2, Range::Signed, |a, _| a.tanh()),
    Function { name: "elementwise add", case: 3, is_binary: true, range: Range::Signed, reference: |a, b| a + b },
    unary("elementwise sqrt", 5, Range::Unit, |a, _| a.sqrt()),
    unary("elementwise exp", 6, Range::Signed, |a, _| a.exp()),
    unary("elementwise log", 7, Range::Unit, |a, _| a.ln()),
];

/// `n` elements.
pub(super) struct Elementwise {
    pub(super) function: Function,
    pub(super) n: u32,
}

impl Elementwise {
    fn inputs(&self, seed: u32) -> [Numbers; 2] {
        [Numbers::new(2 * seed, self.function.range), Numbers::new(2 * seed + 1, self.function.range)]
    }
}

impl Work for Elementwise {
    fn op(&self) -> &'static str {
        "kernel-elementwise"
    }

    fn cost(&self) -> Cost {
        let arrays = if self.function.is_binary { 3 } else { 2 };
        Cost { bytes: 4 * arrays * u64::from(self.n), flops: 0 }
    }

    fn prepare(&self, bench: &mut Bench, seed: u32) -> Result<Call, GpuError> {
        let [first, second] = self.inputs(seed);
        let a = bench.random(self.n, first)?;
        let b = if self.function.is_binary { bench.random(self.n, second)? } else { 0 };
        let output = bench.buffer(self.n)?;
        let has_b = u32::from(self.function.is_binary);
        Ok(Call::new(&[self.n, self.function.case, a, has_b, b, output], output, self.n))
    }

    fn check(&self, bench: &mut Bench, call: &Call, seed: u32) -> Result<(), Error> {
        let [a, b] = self.inputs(seed);
        let expected = |i| {
            let value = (self.function.reference)(a.at(i).into(), b.at(i).into());
            (value, value)
        };
        // Any backend's exponential is better than this.
        check::floats(bench, call, expected, 4e-6)
    }
}
