//! Case files: `NAME.cases.toml` beside the kernels. `docs/testing.md` says what stands in them.
//!
//! In: a file's text and the package that it is about. Out: cases, or everything that is wrong with the file.

mod args;
mod each;
mod expr;
mod rust;
mod table;
#[cfg(test)]
mod tests;

use crate::call::{self, Arg, Call, Ending};
use crate::case::{self, Case, Outcome};
use crate::errors::Errors;
use crate::machine::Machine;
use crate::reference::{Expected, Reference};
use crate::tolerance::Tolerance;
use args::Scope;
use std::path::Path;
use std::sync::Arc;
use table::{Report, Value};
use toml::de::DeTable;
use wgpuc_abi::Op;
use wgpuc_core::diag::Diagnostics;
use wgpuc_core::source::{FileId, Sources, Span};

/// What a case file holds.
#[derive(Default)]
pub(crate) struct CaseFile {
    /// Its cases.
    pub(crate) cases: Vec<Case>,
    /// Ops that are not to be called with generated arguments.
    pub(crate) without_generated: Vec<String>,
}

/// What must come of a call.
#[derive(Clone, Debug)]
enum Expectation {
    /// What the interpreter makes of it.
    Interpreter,
    /// These bytes, where there are some, for each parameter.
    Values(Vec<Option<Vec<u8>>>),
    /// A refusal whose message has these words.
    Refused(Vec<String>),
    /// A fault whose message has these words.
    Fault(Vec<String>),
}

const FILE_KEYS: [&str; 3] = ["op", "generated", "case"];
const CASE_KEYS: [&str; 8] = ["name", "op", "for", "args", "expect", "within", "refused", "fault"];

/// Reads a file; files that it names lie in `folder`.
pub(crate) fn read(
    id: FileId,
    sources: &Sources,
    folder: &Path,
    reference: &Arc<Reference>,
    diagnostics: &mut Diagnostics,
) -> CaseFile {
    let mut report = Report { file: id, diagnostics };
    let text = &sources.file(id).text;
    let root = match DeTable::parse(text) {
        Ok(root) => root,
        Err(error) => {
            report.wrong(error.span().unwrap_or(0..0), format!("this is no TOML: {}", error.message()), "");
            return CaseFile::default();
        }
    };
    let mut file = File { sources, folder, reference, op: None, found: CaseFile::default() };
    file.read(&mut report, root.get_ref());
    file.found
}

struct File<'a> {
    sources: &'a Sources,
    folder: &'a Path,
    reference: &'a Arc<Reference>,
    /// The op of every case that names none.
    op: Option<Op>,
    found: CaseFile,
}

impl File<'_> {
    fn read(&mut self, report: &mut Report<'_>, root: &DeTable<'_>) {
        report.keys(root, "setting", &FILE_KEYS);
        let ops: Vec<&Op> = self.reference.interface().ops().collect();
        self.op = match (root.get("op"), &ops[..]) {
            (Some(name), _) => self.op_named(report, name),
            (None, [only]) => Some((*only).clone()),
            (None, _) => None,
        };
        match root.get("generated").map(|value| (value, value.get_ref().as_bool())) {
            Some((_, Some(false))) => {
                let without = self.op.iter().map(|op| op.name.kebab().to_owned());
                self.found.without_generated.extend(without);
            }
            Some((value, None)) => report.wrong(value.span(), "`generated` is `true` or `false`", ""),
            _ => {}
        }
        let cases = root.get("case").and_then(|cases| report.array(cases, "`case`"));
        for (index, value) in cases.unwrap_or_default().iter().enumerate() {
            if let Some(table) = report.table(value, "a case") {
                report.keys(table, "setting of a case", &CASE_KEYS);
                self.case(report, value, table, index);
            }
        }
    }

    fn op_named(&self, report: &mut Report<'_>, value: Value<'_>) -> Option<Op> {
        let name = report.text(value, "`op`")?;
        let ops: Vec<&Op> = self.reference.interface().ops().collect();
        let found = ops.iter().find(|op| op.name.kebab() == name || op.name.snake() == name);
        if found.is_none() {
            let names: Vec<&str> = ops.iter().map(|op| op.name.kebab()).collect();
            report.unknown(value.span(), "op", name, &names);
        }
        found.map(|op| (*op).clone())
    }

    /// Adds a case for each combination of its variables.
    fn case(&mut self, report: &mut Report<'_>, at: Value<'_>, table: &DeTable<'_>, index: usize) {
        let op = match table.get("op") {
            Some(name) => self.op_named(report, name),
            None => self.op.clone(),
        };
        let Some(op) = op else {
            if table.get("op").is_none() {
                report.wrong(at.span(), "this case names no op", "write `op = \"...\"` in it, or above all cases");
            }
            return;
        };
        let name = table.get("name").and_then(|name| report.text(name, "`name`"));
        let name = name.map_or_else(|| format!("case {}", index + 1), str::to_owned);
        let start = Span { file: report.file, start: at.span().start as u32, end: at.span().end as u32 };
        let place = format!("{}:{}", self.sources.shown_name(report.file), self.sources.line_column(start).0);
        for variables in combinations(report, table.get("for")) {
            let mut mistakes = Diagnostics::new();
            let mut own = Report { file: report.file, diagnostics: &mut mistakes };
            let scope = Scope { variables: &variables, interface: self.reference.interface(), folder: self.folder };
            let args = scope.args(&mut own, &op, table);
            let expectation = scope.expectation(&mut own, &op, (table, &args));
            let tolerance = scope.tolerance(&mut own, table);
            if !mistakes.is_empty() {
                report.diagnostics.extend(mistakes);
                // The other combinations have the same mistakes.
                return;
            }
            let suffix: String = variables.iter().map(|(name, value)| format!(", {name} = {value}")).collect();
            let what = case::digest(&(&args, &expectation, &tolerance));
            let expected = Expected::new(Call { op: op.clone(), args });
            let reference = Arc::clone(self.reference);
            let case = Case::new(op.name.kebab(), format!("{name}{suffix}"), move |machine, errors| {
                check(&reference, machine, errors, &expected, &expectation, tolerance)
            });
            self.found.cases.push(case.with(&what).at(place.clone()));
        }
    }
}

/// Every combination of the values that `for` lists.
fn combinations(report: &mut Report<'_>, value: Option<Value<'_>>) -> Vec<Vec<(String, i128)>> {
    let mut all = vec![vec![]];
    let Some(table) = value.and_then(|value| report.table(value, "`for`")) else { return all };
    for (name, values) in table {
        let Some(list) = report.array(values, "what a variable takes") else { continue };
        if list.is_empty() {
            let message = format!("`{}` takes no values, so this case never runs", name.get_ref());
            report.wrong(values.span(), message, "");
        }
        let mut more = vec![];
        for value in list {
            match table::integer(value.get_ref()) {
                Some(integer) => more.extend(all.iter().map(|before: &Vec<(String, i128)>| {
                    before.iter().cloned().chain([(name.get_ref().to_string(), integer)]).collect()
                })),
                None => report.wrong(value.span(), "a variable takes whole numbers", ""),
            }
        }
        all = more;
    }
    all
}

/// Makes the call, and fails unless what was expected came of it.
fn check(
    reference: &Reference,
    machine: &mut Machine,
    errors: &mut Errors,
    expected: &Expected,
    expectation: &Expectation,
    stated: Option<Tolerance>,
) -> Outcome {
    let call = &expected.call;
    let wants = match expectation {
        Expectation::Interpreter => {
            return reference.compare(machine, errors, expected, stated).map_err(|error| {
                let (smallest, why) = reference.shrunk(machine, expected, stated, error.to_string());
                format!("{why}\n\nthe smallest call that fails so:\n\n{smallest}").into()
            });
        }
        Expectation::Values(wants) => wants,
        Expectation::Refused(words) | Expectation::Fault(words) => {
            let is_refusal = matches!(expectation, Expectation::Refused(_));
            return match call.run(machine, reference.interface())? {
                Ending::Refused(why) if is_refusal => has_words(errors, &why, words),
                Ending::Fault(why) if !is_refusal => has_words(errors, &why, words),
                other if is_refusal => Err(format!("it should have been refused, but {other}").into()),
                other => Err(format!("it should have met a fault, but {other}").into()),
            };
        }
    };
    let got = match call.run(machine, reference.interface())? {
        Ending::Done(got) => got,
        other => return Err(format!("it should have ended well, but {other}").into()),
    };
    for ((param, want), got) in call.op.params.iter().zip(wants).zip(&got) {
        if let (Some(layout), Some(want)) = (call::layout(param, reference.interface()), want) {
            let tolerance = stated.unwrap_or(Tolerance::Exact);
            let Some(part) = got.get(..want.len()) else {
                let (name, bytes) = (param.name.kebab(), layout.bytes.max(1));
                let (wants, has) = (want.len() / bytes, got.len() / bytes);
                return Err(format!("`{name}` is expected to begin with {wants} elements, but has {has}").into());
            };
            tolerance.check(errors, (param.name.kebab(), &layout), (part, want), !machine.traits.is_exact)?;
        }
    }
    Ok(())
}

fn has_words(errors: &mut Errors, text: &str, words: &[String]) -> Outcome {
    errors.same("the message", &[1], &[1])?;
    match words.iter().find(|word| !text.contains(*word)) {
        Some(word) => Err(format!("the message lacks `{word}`: {text}").into()),
        None => Ok(()),
    }
}
