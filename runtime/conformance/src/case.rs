//! A case: one use of an op, with what must come of it.

use crate::errors::Errors;
use crate::machine::{Machine, Traits};
use std::error::Error;

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
    /// Whether it is only for executors whose floats are IEEE's.
    exact_only: bool,
    body: Box<Body>,
}

impl Case {
    /// A case that does this.
    pub fn new(
        op: impl Into<String>,
        name: impl Into<String>,
        body: impl Fn(&mut Machine, &mut Errors) -> Outcome + Send + Sync + 'static,
    ) -> Self {
        Self { op: op.into(), name: name.into(), place: None, exact_only: false, body: Box::new(body) }
    }

    /// Written there.
    #[must_use]
    pub fn at(self, place: String) -> Self {
        Self { place: Some(place), ..self }
    }

    /// Only where floats are IEEE's for every operation.
    #[must_use]
    pub fn where_exact(self) -> Self {
        Self { exact_only: true, ..self }
    }

    /// Whether it says anything about such an executor.
    #[must_use]
    pub const fn is_for(&self, traits: &Traits) -> bool {
        traits.is_exact || !self.exact_only
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
