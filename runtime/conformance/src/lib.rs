//! Runs kernels on the interpreter of the IR and on every device of this machine, and measures how far apart they are.
//!
//! `wgpuc test` and the tests are two faces of it. In: a kernel folder, with case files ([`Folder`]) or the standard one
//! ([`standard`]). Out: for each case and [`Executor`], the largest error and its bound.

mod call;
mod case;
mod cases;
mod errors;
mod executor;
mod fill;
mod folder;
mod generate;
mod interpreter;
mod machine;
mod package;
mod probe;
mod random;
mod reference;
pub mod report;
mod run;
mod shrink;
pub mod standard;
mod tolerance;
mod value;

pub use case::{Case, Outcome};
pub use errors::{Errors, Measure, Worst};
pub use executor::{Executor, Opened};
pub use folder::{Folder, FolderError};
pub use interpreter::Interpreter;
pub use machine::{Machine, POISON, Traits};
pub use package::Package;
pub use random::Random;
pub use run::{Done, Ran, Runner, run, run_one};
