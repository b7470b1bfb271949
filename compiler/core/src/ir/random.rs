//! Random kernels, for tests of passes and targets.

mod rng;

pub use rng::Rng;
