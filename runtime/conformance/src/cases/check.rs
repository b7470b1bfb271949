//! Makes a case's call, and compares.

use super::smaller::Written;
use super::{Expectation, Want};
use crate::call::{self, Call, Ending};
use crate::case::Outcome;
use crate::errors::Errors;
use crate::machine::Machine;
use crate::reference::{Expected, Reference};
use crate::tolerance::Tolerance;
use std::sync::Arc;

/// A case of a file.
pub(super) struct Check {
    pub(super) reference: Arc<Reference>,
    pub(super) expected: Expected,
    pub(super) expectation: Expectation,
    pub(super) stated: Option<Tolerance>,
    pub(super) written: Written,
}

impl Check {
    /// Makes the call, and fails unless what was expected came of it.
    pub(super) fn run(&self, machine: &mut Machine, errors: &mut Errors) -> Outcome {
        let call = &self.expected.call;
        match &self.expectation {
            Expectation::Interpreter => {
                self.reference.compare(machine, errors, &self.expected, self.stated).map_err(|error| {
                    let (smallest, why) =
                        self.reference.shrunk(machine, &self.expected, self.stated, error.to_string());
                    said(&why, &smallest).into()
                })
            }
            Expectation::Values(wants) => self.compare(machine, errors, call, wants).map_err(|error| {
                let why = error.to_string();
                match self.shrunk(machine, wants, &why) {
                    Some((smallest, why)) => said(&why, &smallest).into(),
                    None => error,
                }
            }),
            Expectation::Refused(words) => match call.run(machine, self.reference.interface())? {
                Ending::Refused(why) => has_words(errors, &why, words),
                other => Err(format!("it should have been refused, but {other}").into()),
            },
            Expectation::Fault(words) => match call.run(machine, self.reference.interface())? {
                Ending::Fault(why) => has_words(errors, &why, words),
                other => Err(format!("it should have met a fault, but {other}").into()),
            },
        }
    }

    /// Makes a call, and fails unless its buffers begin with what they should.
    pub(super) fn compare(
        &self,
        machine: &mut Machine,
        errors: &mut Errors,
        call: &Call,
        wants: &[Option<Want>],
    ) -> Outcome {
        let interface = self.reference.interface();
        let got = match call.run(machine, interface)? {
            Ending::Done(got) => got,
            other => return Err(format!("it should have ended well, but {other}").into()),
        };
        for ((param, want), got) in call.op.params.iter().zip(wants).zip(&got) {
            if let (Some(layout), Some(want)) = (call::layout(param, interface), want) {
                let name = param.name.kebab();
                let Some(part) = got.get(..want.bytes.len()) else {
                    let bytes = layout.bytes.max(1);
                    let (wants, has) = (want.bytes.len() / bytes, got.len() / bytes);
                    return Err(format!("`{name}` is expected to begin with {wants} elements, but has {has}").into());
                };
                let tolerance = self.stated.unwrap_or(Tolerance::Exact);
                tolerance.check(errors, (name, &layout), (part, &want.bytes), !machine.traits.is_exact)?;
            }
        }
        Ok(())
    }
}

/// How a case fails, and the case to keep.
fn said(why: &str, smallest: &str) -> String {
    format!("{why}\n\nthe smallest call that fails so:\n\n{smallest}")
}

fn has_words(errors: &mut Errors, text: &str, words: &[String]) -> Outcome {
    errors.same("the message", &[1], &[1])?;
    match words.iter().find(|word| !text.contains(*word)) {
        Some(word) => Err(format!("the message lacks `{word}`: {text}").into()),
        None => Ok(()),
    }
}
