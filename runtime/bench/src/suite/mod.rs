//! What is measured: a table of the standard ops and their sizes.

mod average;
mod batch_predict;
mod bootstrap;
mod elementwise;
mod find_split;
mod matmul;
mod reduce;

use crate::Error;
use crate::bench::Bench;
pub(crate) use crate::report::Cost;
use wgpuc_runtime::GpuError;

/// An op at one size.
pub(crate) struct Case {
    /// The op, and what of it.
    pub(crate) name: &'static str,
    /// Numbers with `x` between: what a peer's row is found by.
    pub(crate) size: String,
    pub(crate) work: Box<dyn Work>,
}

/// How to call an op, and what should come out.
pub(crate) trait Work {
    /// The op's name.
    fn op(&self) -> &'static str;
    /// What a call must do.
    fn cost(&self) -> Cost;
    /// Bytes of a set of buffers.
    fn footprint(&self) -> u64 {
        self.cost().bytes
    }
    /// Whether calls share one set of buffers, so that it lies in the cache.
    fn in_cache(&self) -> bool {
        false
    }
    /// What of CUDA's libraries does the same.
    fn library(&self) -> Option<Library> {
        None
    }
    /// Makes a set of buffers; another seed, other numbers.
    fn prepare(&self, bench: &mut Bench, seed: u32) -> Result<Call, GpuError>;
    /// Compares the output of such a call with what it should be.
    fn check(&self, bench: &mut Bench, call: &Call, seed: u32) -> Result<(), Error>;
}

/// A routine of CUDA's libraries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Library {
    /// cuBLAS: `[m, k]` times `[k, n]`.
    Sgemm { m: u32, n: u32, k: u32 },
    /// cuRAND: so many words of Philox.
    Philox { n: u32 },
}

/// A call with its buffers.
pub(crate) struct Call {
    /// The parameters, flattened.
    pub(crate) words: Vec<u64>,
    pub(crate) output: u32,
    /// Words that it writes there.
    pub(crate) n_output: u32,
}

impl Call {
    fn new(words: &[u32], output: u32, n_output: u32) -> Self {
        Self { words: words.iter().map(|word| u64::from(*word)).collect(), output, n_output }
    }
}

const KI: u32 = 1 << 10;
const MI: u32 = 1 << 20;

/// All cases: each op by growing size.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = vec![];
    let mut add = |name, size: &[u32], work: Box<dyn Work>| {
        let size = size.iter().map(u32::to_string).collect::<Vec<_>>().join("x");
        cases.push(Case { name, size, work });
    };
    for n in [4 * KI, 64 * KI, MI, 16 * MI, 64 * MI, 1024 * MI] {
        add("elementwise relu", &[n], Box::new(elementwise::Elementwise { function: elementwise::RELU, n }));
    }
    for function in &elementwise::OTHERS {
        add(function.name, &[64 * MI], Box::new(elementwise::Elementwise { function: *function, n: 64 * MI }));
    }
    for n in [10_000, 100_000, 1_000_000, 16 * MI, 64 * MI, 1024 * MI] {
        add("reduce sum", &[n], Box::new(reduce::Reduce { what: reduce::SUM, n }));
    }
    for what in &reduce::OTHERS {
        add(what.name, &[64 * MI], Box::new(reduce::Reduce { what: *what, n: 64 * MI }));
    }
    for n in [10_000, 100_000, 1_000_000, 10_000_000, 100_000_000] {
        add("bootstrap-sample", &[n], Box::new(bootstrap::Bootstrap { n }));
    }
    for rows in [1_000, 10_000, 100_000, 1_000_000] {
        add("average", &[rows, 100], Box::new(average::Average { rows, trees: 100 }));
    }
    for n in [64, 128, 256, 512, 1024, 2048, 4096, 8192] {
        add("matmul", &[n, n, n], Box::new(matmul::Matmul { m: n, n, k: n }));
    }
    for (name, m, n, k) in [
        ("matmul of one row", 1, 4096, 4096),
        ("matmul of few rows", 4, 4096, 4096),
        ("matmul of few rows", 16, 4096, 4096),
        ("matmul of few rows", 64, 4096, 4096),
        ("matmul of few columns", 4096, 64, 4096),
        ("matmul of small depth", 4096, 4096, 64),
        ("matmul of odd shape", 127, 4093, 1021),
    ] {
        add(name, &[m, n, k], Box::new(matmul::Matmul { m, n, k }));
    }
    for (name, rows, features, shape) in [
        ("batch-predict of diabetes", 89, 10, batch_predict::DIABETES),
        ("batch-predict", 1_000, 32, batch_predict::LARGE),
        ("batch-predict", 32_000, 32, batch_predict::LARGE),
        ("batch-predict", 1_000_000, 32, batch_predict::LARGE),
    ] {
        let size = [rows, features, shape.trees, shape.depth];
        add(name, &size, Box::new(batch_predict::BatchPredict::new(rows, features, shape)));
    }
    let shape = batch_predict::DIABETES;
    let kept = Box::new(batch_predict::BatchPredict::new(89, 10, shape).in_cache());
    add("batch-predict in cache", &[89, 10, shape.trees, shape.depth], kept);
    for (samples, features, thresholds) in [(353, 10, 128), (20_000, 32, 256), (200_000, 32, 256)] {
        let size = [samples, features, thresholds];
        add("find-split", &size, Box::new(find_split::FindSplit { samples, features, thresholds }));
    }
    cases
}
