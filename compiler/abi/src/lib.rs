//! What the compiler and the runtime agree on, and nothing else.
//!
//! The [`Manifest`] is the one description that every generator of bindings and every runtime reads: ops with
//! their [`Plan`]s, kernels with their instances and artifacts. Embedded in a program or read from disk it is the
//! same type. [`launch`] fixes how a launch's words and bindings lie in memory, [`fault`] how a kernel reports what
//! only the device can notice.

mod artifact;
pub mod fault;
pub mod launch;
mod manifest;
mod name;
mod plan;
mod routine;

pub use artifact::*;
pub use manifest::*;
pub use name::{Name, is_wit_keyword};
pub use plan::*;
pub use routine::*;
