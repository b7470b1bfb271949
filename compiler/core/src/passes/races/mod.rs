//! Finds races on workgroup memory that can be shown: two invocations that certainly use one element between two
//! barriers, one of them storing. What it cannot decide it passes over, so a kernel without findings may still race.
//!
//! `&ir::Kernel` in, findings out. All invocations of a workgroup are run side by side on integers ([`lanes`]); loops
//! whose rounds are known are run, others are walked twice with unknowns in place of what changes, so that the end of
//! a round meets the start of the next. Of a condition that is the same for all but unknown, both ways are walked.

mod conflict;
pub(super) mod lanes;
mod loops;
#[cfg(test)]
mod tests;
mod walk;

use super::finding::{Finding, Kind};
use super::uniformity;
use crate::ir::{Kernel, SharedId};
use conflict::Use;

/// The races that can be shown; one for each pair of accesses.
#[must_use]
pub fn check(kernel: &Kernel) -> Vec<Finding> {
    let n: u64 = kernel.workgroup.iter().map(|n| u64::from(*n)).product();
    if kernel.shared.iter().all(|s| s.atomic) || !(2..=1024).contains(&n) {
        return vec![];
    }
    let varying = uniformity::varying(kernel);
    walk::Walk::new(kernel, n as usize, &varying).run()
}

fn finding(kernel: &Kernel, old: &Use, new: &Use, (first, second): (usize, usize)) -> Finding {
    let name = |shared: SharedId| &kernel[shared].name;
    let verb = |of: &Use| if of.stored.is_some() { "writes" } else { "reads" };
    let id = |lane: usize| {
        let [x, y, _] = kernel.workgroup.map(|n| n as usize);
        match kernel.workgroup {
            [_, 1, 1] => format!("invocation {lane}"),
            [_, _, 1] => format!("invocation ({}, {})", lane % x, lane / x),
            _ => format!("invocation ({}, {}, {})", lane % x, lane / x % y, lane / (x * y)),
        }
    };
    let index = |of: &Use, lane: usize| match of.index.known() {
        Some(known) => format!("`{}[{}]`", name(of.shared), known[lane]),
        None => format!("the same element of `{}`", name(of.shared)),
    };
    let same = old.access == new.access;
    let here = match same {
        true => {
            format!("{} and {} both {} {}", id(first), id(second), verb(new).trim_end_matches('s'), index(new, second))
        }
        false => format!("{} {} {}", id(second), verb(new), index(new, second)),
    };
    let labels = match same {
        true => vec![],
        false => vec![(old.span, format!("{} {} {}", id(first), verb(old), index(old, first)))],
    };
    Finding {
        kind: Kind::SharedRace,
        message: format!("two invocations use one element of `{}` with no barrier between", name(new.shared)),
        span: new.span,
        here,
        labels,
        help: match same && new.stored.is_some() {
            true => "let one invocation write it, or give each its own element".to_owned(),
            false => "put `workgroup_barrier()` between the two, where every invocation reaches it".to_owned(),
        },
    }
}
