//! Cases that nobody has written: every op with sizes around the workgroup, and with the edges of its numbers.
//!
//! In: a package. Out: calls that its ops admit, each to be compared with the interpreter; and by name the ops for which
//! none were found.

mod choice;
mod shape;
mod solve;
#[cfg(test)]
mod tests;

use crate::call::Call;
use crate::case::Case;
use crate::reference::{Expected, Reference};
use crate::value::Number;
use choice::{Choice, choices};
pub(crate) use shape::Shape;
pub(crate) use solve::solve as mend;
use std::sync::Arc;
use wgpuc_abi::{Interface, Op};

/// Cases for every op but those named; and what could not be made.
#[must_use]
pub(crate) fn cases(reference: &Arc<Reference>, without: &[String]) -> (Vec<Case>, Vec<String>) {
    let (mut cases, mut notes) = (vec![], vec![]);
    for op in reference.interface().ops() {
        if without.iter().any(|name| name == op.name.kebab()) {
            continue;
        }
        let mut found: Vec<(Choice, Call)> = vec![];
        let mut unmet: Option<String> = None;
        for choice in choices(&reference.package, op) {
            match call(op, reference.interface(), &choice) {
                Ok(call) if found.iter().all(|(_, other)| *other != call) => found.push((choice, call)),
                Ok(_) => {}
                Err(why) => unmet = unmet.or(Some(why)),
            }
        }
        if let (true, Some(why)) = (found.is_empty(), unmet) {
            let name = op.name.kebab();
            notes.push(format!("{name}: no arguments were found for which `{why}` holds; write a case for it"));
        }
        cases.extend(found.into_iter().map(|(choice, call)| case(reference, choice, call)));
    }
    (cases, notes)
}

/// The call that a choice makes, where the op admits one.
fn call(op: &Op, interface: &Interface, choice: &Choice) -> Result<Call, String> {
    let mut shape = Shape::new(op, interface, choice);
    mend(&op.plan.steps, &mut shape)?;
    shape.call(op, interface, choice)
}

fn case(reference: &Arc<Reference>, choice: Choice, call: Call) -> Case {
    let reference = Arc::clone(reference);
    let (op, name) = (call.op.name.kebab().to_owned(), name(&choice, &call, reference.interface()));
    let fixes_float = matches!(choice.fixed, Some((_, Number::Float(_))));
    let exact_only = fixes_float || choice.edges && shape::has_floats(&call.op, reference.interface());
    let expected = Expected::in_short(call, choice.max_steps());
    let case = Case::new(op, name, move |machine, errors| {
        reference.compare(machine, errors, &expected, None).map_err(|error| {
            let (kept, why) = reference.shrunk(machine, &expected, None, error.to_string());
            format!("{why}\n\nkeep it in a file `NAME.cases.toml` beside the kernels:\n\n{kept}").into()
        })
    });
    if exact_only { case.where_exact() } else { case }
}

/// `generated: params.n = 257, params.op = max`, and `edges` where it is about them.
fn name(choice: &Choice, call: &Call, interface: &Interface) -> String {
    let numbers = call.numbers(interface).into_iter().map(|(name, value)| format!("{name} = {value}"));
    let mut parts: Vec<String> = numbers.collect();
    if parts.is_empty() {
        parts.push(format!("{} elements", choice.n));
    }
    parts.extend(choice.edges.then(|| "edges".to_owned()));
    format!("generated: {}", parts.join(", "))
}
