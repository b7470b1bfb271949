//! What ran, as a table for people and as JSON for programs.

use crate::case::Case;
use crate::errors::{Measure, Worst};
use crate::executor::Executor;
use crate::run::Done;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// All cases of one op on one executor.
struct Row<'a> {
    op: &'a str,
    executor: &'a str,
    n_cases: usize,
    n_failed: usize,
    /// The worst error, and the case it was found in.
    worst: Option<(&'a Worst, &'a str)>,
}

const HEADER: [&str; 6] = ["op", "executor", "cases", "largest error", "bound", "worst case"];

/// A line for each op and executor: how many cases, and the error that came nearest to its bound.
#[must_use]
pub fn table(executors: &[Executor], cases: &[Case], done: &[Done]) -> String {
    let lines: Vec<_> = std::iter::once(HEADER.map(str::to_owned)).chain(cells(executors, cases, done)).collect();
    aligned(&lines, &[0; 6])
}

/// The same in parts, for who has one after the other.
pub struct Columns([usize; 6]);

impl Columns {
    /// As wide as what is known before these cases run.
    #[must_use]
    pub fn of(executors: &[Executor], cases: &[Case]) -> Self {
        let mut widths = [0, 0, 0, 0, "same bits".len(), 0];
        widths[0] = cases.iter().map(|c| c.op.chars().count()).max().unwrap_or(0);
        widths[1] = executors.iter().map(|e| e.name.chars().count()).max().unwrap_or(0);
        Self(std::array::from_fn(|at| widths[at].max(HEADER[at].len())))
    }

    /// What stands above.
    #[must_use]
    pub fn header(&self) -> String {
        aligned(&[HEADER.map(str::to_owned)], &self.0)
    }

    /// The lines of what has run.
    #[must_use]
    pub fn lines(&self, executors: &[Executor], cases: &[Case], done: &[Done]) -> String {
        aligned(&cells(executors, cases, done), &self.0)
    }
}

fn cells(executors: &[Executor], cases: &[Case], done: &[Done]) -> Vec<[String; 6]> {
    let mut lines = vec![];
    for row in rows(executors, cases, done) {
        let count = match row.n_failed {
            0 => row.n_cases.to_string(),
            n => format!("{n} of {} failed", row.n_cases),
        };
        let [error, bound, at] = row.worst.map_or(["-", "-", ""].map(str::to_owned), |(worst, case)| {
            [number(worst.measure, worst.error), number(worst.measure, worst.bound), place(worst, case)]
        });
        lines.push([row.op.to_owned(), row.executor.to_owned(), count, error, bound, at]);
    }
    lines
}

/// The failures, each with its case and the executors on which it fails so. What several cases of one place come to, as
/// generated ones of several sizes do, is said once.
#[must_use]
pub fn failures(executors: &[Executor], cases: &[Case], done: &[Done]) -> String {
    let mut alike: BTreeMap<(usize, &str), Vec<&str>> = BTreeMap::new();
    for one in done {
        if let (Some(failure), Some(executor)) = (&one.ran.failure, executors.get(one.executor)) {
            alike.entry((one.case, failure)).or_default().push(&executor.name);
        }
    }
    // Each with the first case that fails so, and how many more there are.
    let mut said: Vec<(&Case, &str, Vec<&str>, usize)> = vec![];
    for ((case, failure), on) in alike {
        let Some(case) = cases.get(case) else { continue };
        let is_same = |(other, why, ..): &&mut (&Case, &str, Vec<&str>, usize)| {
            (&other.op, &other.place, *why) == (&case.op, &case.place, failure)
        };
        match said.iter_mut().find(is_same) {
            Some((.., all, n_more)) => {
                *n_more += 1;
                all.extend(on.into_iter().filter(|name| !all.contains(name)).collect::<Vec<_>>());
            }
            None => said.push((case, failure, on, 0)),
        }
    }
    let mut text = String::new();
    for (case, failure, executors, n_more) in said {
        let more = if n_more == 0 { String::new() } else { format!(", and {n_more} more,") };
        let _ = writeln!(text, "FAILED {}{more} on {}", case.title(), executors.join(", "));
        for line in case.place.iter().map(|place| format!("at {place}")).chain(failure.lines().map(str::to_owned)) {
            let _ = writeln!(text, "  {line}");
        }
        text.push('\n');
    }
    text
}

/// Everything, for programs: a value for each case and executor.
#[must_use]
pub fn json(executors: &[Executor], cases: &[Case], done: &[Done]) -> Value {
    let one = |d: &Done| {
        let worst = d
            .ran
            .worst
            .as_ref()
            .map(|w| json!({ "measure": measure(w.measure), "error": w.error, "bound": w.bound, "at": w.at }));
        json!({
            "op": cases.get(d.case).map(|c| &c.op), "case": cases.get(d.case).map(|c| &c.name),
            "executor": executors.get(d.executor).map(|e| &e.name), "passed": d.ran.failure.is_none(),
            "failure": d.ran.failure, "place": cases.get(d.case).and_then(|c| c.place.as_ref()),
            "worst": worst, "served_by": d.ran.served_by,
        })
    };
    Value::Array(done.iter().map(one).collect())
}

fn rows<'a>(executors: &'a [Executor], cases: &'a [Case], done: &'a [Done]) -> Vec<Row<'a>> {
    let mut rows: Vec<Row<'a>> = vec![];
    for one in done {
        let (Some(case), Some(executor)) = (cases.get(one.case), executors.get(one.executor)) else { continue };
        let at = rows.iter().position(|r| r.op == case.op && r.executor == executor.name).unwrap_or_else(|| {
            rows.push(Row { op: &case.op, executor: &executor.name, n_cases: 0, n_failed: 0, worst: None });
            rows.len() - 1
        });
        let row = &mut rows[at];
        row.n_cases += 1;
        row.n_failed += usize::from(one.ran.failure.is_some());
        if let Some(worst) = &one.ran.worst
            && row.worst.is_none_or(|(old, _)| (worst.share(), worst.bound) > (old.share(), old.bound))
        {
            row.worst = Some((worst, &case.name));
        }
    }
    // All executors of an op side by side, in the order in which the ops first come.
    let order: Vec<&str> = cases.iter().map(|c| c.op.as_str()).collect();
    rows.sort_by_key(|row| order.iter().position(|op| *op == row.op));
    rows
}

/// Where the worst error is; where there is none, no place is worse than another.
fn place(worst: &Worst, case: &str) -> String {
    if worst.error == 0.0 {
        return String::new();
    }
    if worst.at.is_empty() { case.to_owned() } else { format!("{case}: {}", worst.at) }
}

fn number(measure: Measure, value: f64) -> String {
    match measure {
        Measure::Differing if value == 0.0 => "same bits".to_owned(),
        Measure::Differing => format!("{value} differ"),
        Measure::Ulp => format!("{value:.3} ULP"),
        Measure::Relative => format!("{value:.2e}"),
    }
}

const fn measure(measure: Measure) -> &'static str {
    match measure {
        Measure::Differing => "differing",
        Measure::Ulp => "ulp",
        Measure::Relative => "relative",
    }
}

/// Columns as wide as their widest cell, and at least as wide as told.
fn aligned<const N: usize>(lines: &[[String; N]], least: &[usize; N]) -> String {
    let width = |column: usize| lines.iter().map(|l| l[column].chars().count()).fold(least[column], usize::max);
    let widths: Vec<usize> = (0..N).map(width).collect();
    let mut text = String::new();
    for line in lines {
        let cells: Vec<String> = line.iter().zip(&widths).map(|(cell, w)| format!("{cell:<w$}")).collect();
        let _ = writeln!(text, "{}", cells.join("  ").trim_end());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{failures, table};
    use crate::{Case, Done, Executor, Measure, Ran, Worst};

    #[test]
    fn where_nothing_is_off_no_place_is_the_worst() {
        let cases = [Case::new("sum", "exact", |_, _| Ok(())), Case::new("dot", "near", |_, _| Ok(()))];
        let done = [0.0, 0.5].into_iter().enumerate().map(|(case, error)| {
            let worst = Worst { measure: Measure::Ulp, error, bound: 4.0, at: "y[3]".to_owned() };
            Done { executor: 0, case, ran: Ran { worst: Some(worst), ..Ran::default() } }
        });
        let table = table(&[Executor::interpreter(0)], &cases, &done.collect::<Vec<_>>());
        assert!(table.contains("near: y[3]") && !table.contains("exact"), "{table}");
    }

    #[test]
    fn what_comes_to_the_same_is_said_once() {
        let case = |name: &str| Case::new("sum", name, |_, _| Ok(()));
        let cases = [case("generated: 4"), case("generated: 5"), case("by hand").at("k/sum.cases.toml:3".to_owned())];
        let executors = [Executor::interpreter(0), Executor::interpreter(4)];
        let done = [(0, 0), (0, 1), (1, 1), (0, 2)].map(|(executor, case)| {
            let failure = Some("y[0] is 1, not 2".to_owned());
            Done { executor, case, ran: Ran { failure, ..Ran::default() } }
        });
        assert_eq!(
            failures(&executors, &cases, &done),
            "FAILED sum: generated: 4, and 1 more, on interpreter, interpreter, subgroups of 4\n  y[0] is 1, not 2\n\n\
             FAILED sum: by hand on interpreter\n  at k/sum.cases.toml:3\n  y[0] is 1, not 2\n\n"
        );
    }
}
