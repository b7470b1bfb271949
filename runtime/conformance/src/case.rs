//! A case: one use of an op, with what must come of it.

use crate::errors::Errors;
use crate::machine::{Machine, Traits};
use std::error::Error;
use std::fmt::{self, Debug, Write as _};
use std::hash::{DefaultHasher, Hasher as _};

/// How a case ended; failures are said in full sentences.
pub type Outcome = Result<(), Box<dyn Error>>;

type Body = dyn Fn(&mut Machine, &mut Errors) -> Outcome + Send + Sync;

/// One use of an op, with what must come of it.
pub struct Case {
    /// The op that it is about.
    pub op: String,
    /// What distinguishes it from the op's other cases.
    pub name: String,
    /// Where it is written, for people: `kernels/saxpy.cases.toml:12`.
    pub place: Option<String>,
    /// What tells it from another: alike only where the two do the same.
    digest: u64,
    /// Whether it is only for executors whose floats are IEEE's.
    exact_only: bool,
    /// Whether it would take the interpreter too long.
    devices_only: bool,
    body: Box<Body>,
}

impl Case {
    /// A case that does this.
    pub fn new(
        op: impl Into<String>,
        name: impl Into<String>,
        body: impl Fn(&mut Machine, &mut Errors) -> Outcome + Send + Sync + 'static,
    ) -> Self {
        let (op, name) = (op.into(), name.into());
        let digest = digest(&(&op, &name));
        Self { op, name, place: None, digest, exact_only: false, devices_only: false, body: Box::new(body) }
    }

    /// Written there.
    #[must_use]
    pub fn at(self, place: String) -> Self {
        Self { place: Some(place), ..self }
    }

    /// Which does with this what its name says.
    #[must_use]
    pub(crate) fn with(self, what: &dyn Debug) -> Self {
        Self { digest: digest(&(self.digest, what)), ..self }
    }

    /// What it does, as a number that is another where that has changed.
    #[must_use]
    pub const fn digest(&self) -> u64 {
        self.digest
    }

    /// Only where floats are IEEE's for every operation.
    #[must_use]
    pub fn where_exact(self) -> Self {
        Self { exact_only: true, ..self }
    }

    /// Not by the interpreter, which it would take too long.
    #[must_use]
    pub fn on_devices(self) -> Self {
        Self { devices_only: true, ..self }
    }

    /// Whether it says anything about such an executor.
    #[must_use]
    pub const fn is_for(&self, traits: &Traits) -> bool {
        (traits.is_exact || !self.exact_only) && !(traits.is_interpreter && self.devices_only)
    }

    /// Op and name, for people and filters.
    #[must_use]
    pub fn title(&self) -> String {
        format!("{}: {}", self.op, self.name)
    }

    /// Does what the case is about; `errors` are then what it found, also where it fails.
    ///
    /// # Errors
    /// Where something else came of it than must.
    pub fn run(&self, machine: &mut Machine, errors: &mut Errors) -> Outcome {
        (self.body)(machine, errors)
    }
}

/// A number for all that is to be seen of a value.
pub(crate) fn digest(value: &dyn Debug) -> u64 {
    struct Digest(DefaultHasher);
    impl fmt::Write for Digest {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.write(text.as_bytes());
            Ok(())
        }
    }
    let mut digest = Digest(DefaultHasher::new());
    // Hashing does not fail.
    let _ = write!(digest, "{value:?}");
    digest.0.finish()
}
