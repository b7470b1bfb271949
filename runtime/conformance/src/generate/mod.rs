//! Cases that nobody has written: every op with sizes around the workgroup, and with the edges of its numbers.
//!
//! In: a package. Out: calls that its ops admit, each to be compared with the interpreter; and by name the ops for which
//! none were found.

mod choice;
mod shape;
mod solve;
#[cfg(test)]
mod tests;

use crate::call::{Arg, Call};
use crate::case::{self, Case};
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
        let mut found: Vec<(String, Choice, Call)> = vec![];
        let mut unmet: Option<String> = None;
        for choice in choices(&reference.package, op) {
            match call(op, reference.interface(), &choice) {
                Ok(call) => {
                    let name = name(&choice, &call, reference.interface());
                    if found.iter().all(|(other, ..)| *other != name) {
                        found.push((name, choice, call));
                    }
                }
                Err(why) => unmet = unmet.or(Some(why)),
            }
        }
        if let (true, Some(why)) = (found.is_empty(), unmet) {
            let name = op.name.kebab();
            notes.push(format!("{name}: no arguments were found for which `{why}` holds; write a case for it"));
        }
        cases.extend(found.into_iter().map(|(name, choice, call)| case(reference, name, &choice, call)));
    }
    (cases, notes)
}

/// The call that a choice makes, where the op admits one.
fn call(op: &Op, interface: &Interface, choice: &Choice) -> Result<Call, String> {
    let mut shape = Shape::new(op, interface, choice);
    mend(&op.plan.steps, &mut shape)?;
    shape.call(op, interface, choice)
}

fn case(reference: &Arc<Reference>, name: String, choice: &Choice, call: Call) -> Case {
    let reference = Arc::clone(reference);
    let op = call.op.name.kebab().to_owned();
    let fixes_float = matches!(choice.fixed, Some((_, Number::Float(_))));
    let exact_only = fixes_float || choice.edges && shape::has_floats(&call.op, reference.interface());
    let what = case::digest(&call.args);
    let expected = Expected::in_short(call, choice.max_steps());
    let case = Case::new(op, name, move |machine, errors| {
        reference.compare(machine, errors, &expected, None).map_err(|error| {
            let (kept, why) = reference.shrunk(machine, &expected, None, error.to_string());
            format!("{why}\n\nkeep it in a file `NAME.cases.toml` beside the kernels:\n\n{kept}").into()
        })
    });
    let case = case.with(&what);
    if exact_only { case.where_exact() } else { case }
}

/// `generated: params.n = 257, params.op = max, x.len() = 257, y.len() = 300, without bias, edges`: no two calls have one
/// name. Lengths that are all the same are said once.
fn name(choice: &Choice, call: &Call, interface: &Interface) -> String {
    let numbers = call.numbers(interface).into_iter().map(|(name, value)| format!("{name} = {value}"));
    let mut parts: Vec<String> = numbers.collect();
    let params = call.op.params.iter().map(|param| param.name.kebab()).zip(&call.args);
    let lens: Vec<(&str, u64)> = params.clone().filter_map(|(name, arg)| Some((name, arg.len()?))).collect();
    match &lens[..] {
        [(_, len), rest @ ..] if rest.iter().all(|(_, other)| other == len) => parts.push(format!("{len} elements")),
        lens => parts.extend(lens.iter().map(|(name, len)| format!("{name}.len() = {len}"))),
    }
    parts.extend(params.filter(|(_, arg)| **arg == Arg::Absent).map(|(name, _)| format!("without {name}")));
    parts.extend(choice.edges.then(|| "edges".to_owned()));
    format!("generated: {}", parts.join(", "))
}
