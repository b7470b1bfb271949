//! Runs kernels on the interpreter of the IR and on every device of this machine, and measures how far apart they are.
//!
//! `wgpuc test` and the tests are two faces of it. In: a kernel folder. Out: for each case and [`Executor`], the largest
//! error and its bound. It compiles nothing by itself, and knows the standard kernels only in [`standard`].

mod case;
mod errors;
mod executor;
mod interpreter;
mod machine;
mod package;
mod random;
pub mod report;
mod run;
pub mod standard;

pub use case::{Case, Outcome};
pub use errors::{Errors, Measure, Worst};
pub use executor::Executor;
pub use interpreter::Interpreter;
pub use machine::{Machine, POISON};
pub use package::Package;
pub use random::Random;
pub use run::{Done, run, run_one};
