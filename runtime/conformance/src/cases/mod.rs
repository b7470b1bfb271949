//! Case files: `NAME.cases.toml` beside the kernels. `docs/testing.md` says what stands in them.
//!
//! In: a file's text and the package that it is about. Out: cases, or everything that is wrong with the file.

mod args;
mod buffer;
mod check;
mod each;
mod expected;
mod expr;
mod quoted;
mod rust;
mod smaller;
mod table;
#[cfg(test)]
mod tests;

use crate::call::{Arg, Call};
use crate::case::{self, Case};
use crate::reference::{Expected, Reference};
use args::Scope;
use check::Check;
use smaller::Written;
use std::collections::HashSet;
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
    /// What each parameter's buffer must begin with, where something is said of it.
    Values(Vec<Option<Want>>),
    /// A refusal whose message has these words.
    Refused(Vec<String>),
    /// A fault whose message has these words.
    Fault(Vec<String>),
}

/// What a buffer must begin with.
#[derive(Clone, Debug)]
struct Want {
    bytes: Vec<u8>,
    /// The expression that says so, where one does.
    by: Option<String>,
}

/// More combinations of variables than this are hardly meant.
const MAX_COMBINATIONS: usize = 10_000;

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
    let text = &sources.file(id).text;
    let mut report = Report { file: id, text, diagnostics };
    let root = match DeTable::parse(text) {
        Ok(root) => root,
        Err(error) => {
            report.wrong(error.span().unwrap_or(0..0), format!("this is no TOML: {}", error.message()), "");
            return CaseFile::default();
        }
    };
    let names = HashSet::new();
    let mut file = File { sources, folder, reference, op: None, is_op_said: false, names, found: CaseFile::default() };
    file.read(&mut report, root.get_ref());
    file.found
}

struct File<'a> {
    sources: &'a Sources,
    folder: &'a Path,
    reference: &'a Arc<Reference>,
    /// The op of every case that names none.
    op: Option<Op>,
    /// Whether one is named, right or wrong.
    is_op_said: bool,
    /// Each case's op and name.
    names: HashSet<(String, String)>,
    found: CaseFile,
}

impl File<'_> {
    fn read(&mut self, report: &mut Report<'_>, root: &DeTable<'_>) {
        report.keys(root, "setting", &FILE_KEYS);
        let ops: Vec<&Op> = self.reference.interface().ops().collect();
        self.is_op_said = root.get("op").is_some();
        self.op = match (root.get("op"), &ops[..]) {
            (Some(name), _) => self.op_named(report, name),
            (None, [only]) => Some((*only).clone()),
            (None, _) => None,
        };
        match root.get("generated").map(|value| (value, value.get_ref().as_bool())) {
            Some((value, Some(false))) => {
                if root.get("op").is_none() && self.op.is_none() {
                    let help = "name the op above it: `op = \"...\"`";
                    report.wrong(value.span(), "`generated` is said of no op", help);
                }
                let without = self.op.iter().map(|op| op.name.kebab().to_owned());
                self.found.without_generated.extend(without);
            }
            Some((value, None)) => report.other_kind(value, "`generated`", "`true` or `false`", ""),
            _ => {}
        }
        let cases =
            root.get("case").and_then(|cases| report.array(cases, "`case`", "write `[[case]]` above each case"));
        for (index, value) in cases.unwrap_or_default().iter().enumerate() {
            if let Some(table) = report.table(value, "a case", "write `[[case]]` above it") {
                let n_told = report.diagnostics.len();
                report.keys(table, "setting of a case", &CASE_KEYS);
                // What a mistyped `args` holds is not missing.
                if table.contains_key("args") || report.diagnostics.len() == n_told {
                    self.case(report, value, table, index);
                }
            }
        }
    }

    fn op_named(&self, report: &mut Report<'_>, value: Value<'_>) -> Option<Op> {
        let name = report.text(value, "`op`", "write `op = \"...\"`")?;
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
            if table.get("op").is_none() && !self.is_op_said {
                report.wrong(at.span(), "this case names no op", "write `op = \"...\"` in it, or above all cases");
            }
            return;
        };
        let named = table.get("name");
        let name = named.and_then(|name| report.text(name, "`name`", "write `name = \"...\"`"));
        let name = name.map_or_else(|| format!("case {}", index + 1), str::to_owned);
        if !self.names.insert((op.name.kebab().to_owned(), name.clone())) {
            let at = named.map_or_else(|| at.span(), |name| name.span());
            let message = format!("another case of `{}` is called `{name}`", op.name.kebab());
            report.wrong(at, message, "call them by what tells them from each other");
        }
        let start = Span { file: report.file, start: at.span().start as u32, end: at.span().end as u32 };
        let place = format!("{}:{}", self.sources.shown_name(report.file), self.sources.line_column(start).0);
        let text: Arc<str> = report.text.into();
        for variables in combinations(report, table.get("for")) {
            let mut mistakes = Diagnostics::new();
            let mut own = Report { file: report.file, text: report.text, diagnostics: &mut mistakes };
            let scope = Scope { variables: &variables, interface: self.reference.interface(), folder: self.folder };
            let args = scope.args(&mut own, &op, (at, table));
            let expectation = scope.expectation(&mut own, &op, (table, &args));
            let stated = scope.tolerance(&mut own, table);
            if !mistakes.is_empty() {
                report.diagnostics.extend(mistakes);
                // The other combinations have the same mistakes.
                return;
            }
            let suffix: String = variables.iter().map(|(name, value)| format!(", {name} = {value}")).collect();
            let what = case::digest(&(&args, &expectation, &stated));
            let expected = Expected::new(Call { op: op.clone(), args });
            let (folder, text) = (self.folder.to_owned(), Arc::clone(&text));
            let written = Written { text, folder, index, variables };
            let check = Check { reference: Arc::clone(self.reference), expected, expectation, stated, written };
            let body = move |machine: &mut _, errors: &mut _| check.run(machine, errors);
            let case = Case::new(op.name.kebab(), format!("{name}{suffix}"), body);
            self.found.cases.push(case.with(&what).at(place.clone()));
        }
    }
}

/// Every combination of the values that `for` lists.
fn combinations(report: &mut Report<'_>, value: Option<Value<'_>>) -> Vec<Vec<(String, i128)>> {
    let mut all = vec![vec![]];
    let help = "write `for.n = [1, 2, 3]`";
    let Some(table) = value.and_then(|value| report.table(value, "`for`", help)) else { return all };
    for (name, values) in table {
        if name.get_ref() == "i" {
            report.wrong(name.span(), "`i` is an element's index in expectations", "call this variable something else");
        }
        let Some(list) = report.array(values, "what a variable takes", help) else { continue };
        if list.is_empty() {
            let message = format!("`{}` takes no values, so this case never runs", name.get_ref());
            report.wrong(values.span(), message, "");
        }
        if all.len().saturating_mul(list.len()) > MAX_COMBINATIONS {
            let message = format!("these are more than {MAX_COMBINATIONS} combinations");
            report.wrong(values.span(), message, "take fewer values, or several cases");
            return vec![];
        }
        let mut more = vec![];
        for value in list {
            match table::integer(value.get_ref()) {
                Some(integer) => more.extend(all.iter().map(|before: &Vec<(String, i128)>| {
                    before.iter().cloned().chain([(name.get_ref().to_string(), integer)]).collect()
                })),
                None => report.other_kind(value, "a value of a variable", "a whole number", ""),
            }
        }
        all = more;
    }
    all
}
