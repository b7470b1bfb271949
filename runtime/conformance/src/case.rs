//! A case: one use of an op, with what must come of it.

use crate::errors::Errors;
use crate::machine::Machine;
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
    body: Box<Body>,
}

impl Case {
    /// A case that does this.
    pub fn new(
        op: impl Into<String>,
        name: impl Into<String>,
        body: impl Fn(&mut Machine, &mut Errors) -> Outcome + Send + Sync + 'static,
    ) -> Self {
        Self { op: op.into(), name: name.into(), body: Box::new(body) }
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
