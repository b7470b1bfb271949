//! The order of a plan's steps: no returns, and every requirement before the first launch.

use wgpuc_abi::{Expr, Step};

/// A step before returns are taken out.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// A step other than `If`.
    Step(Step),
    /// Takes one of two ways.
    If(Expr, Vec<Node>, Vec<Node>),
    /// Ends the call.
    Return,
}

/// The steps of a plan.
pub(super) fn steps(nodes: Vec<Node>) -> Vec<Step> {
    ordered(without_returns(nodes, &[]))
}

/// Requirements before launches, on every way. Values are fixed while a call runs, so going twice over the same way
/// is the same way: once for what may fail, once for the launches.
fn ordered(steps: Vec<Step>) -> Vec<Step> {
    let inner = steps.into_iter().map(|step| match step {
        Step::If { cond, then, otherwise } => Step::If { cond, then: ordered(then), otherwise: ordered(otherwise) },
        step => step,
    });
    let steps: Vec<Step> = inner.collect();
    if !requires_late(&steps, &mut false) {
        return steps;
    }
    let mut out = keep(&steps, &|step| !matches!(step, Step::Launch { .. }));
    out.extend(keep(&steps, &|step| matches!(step, Step::Launch { .. })));
    out
}

/// `if c { return; } rest` becomes `if c {} else { rest }`.
fn without_returns(nodes: Vec<Node>, after: &[Node]) -> Vec<Step> {
    let mut out = vec![];
    let mut nodes = nodes.into_iter().chain(after.iter().cloned());
    while let Some(node) = nodes.next() {
        match node {
            Node::Return => return out,
            Node::Step(step) => out.push(step),
            Node::If(cond, then, otherwise) => {
                let returns = may_return(&then) || may_return(&otherwise);
                let rest: Vec<Node> = if returns { nodes.by_ref().collect() } else { vec![] };
                let (then, otherwise) = (without_returns(then, &rest), without_returns(otherwise, &rest));
                if !(then.is_empty() && otherwise.is_empty()) {
                    out.push(Step::If { cond, then, otherwise });
                }
                if returns {
                    return out;
                }
            }
        }
    }
    out
}

fn may_return(nodes: &[Node]) -> bool {
    nodes.iter().any(|node| match node {
        Node::Return => true,
        Node::If(_, then, otherwise) => may_return(then) || may_return(otherwise),
        Node::Step(_) => false,
    })
}

/// Whether some way meets a requirement, or takes memory, after a launch.
fn requires_late(steps: &[Step], launched: &mut bool) -> bool {
    steps.iter().any(|step| match step {
        Step::Launch { .. } => {
            *launched = true;
            false
        }
        Step::Require { .. } | Step::Scratch { .. } => *launched,
        Step::Let { .. } => false,
        Step::If { then, otherwise, .. } => {
            let (mut a, mut b) = (*launched, *launched);
            let late = requires_late(then, &mut a) || requires_late(otherwise, &mut b);
            *launched = a || b;
            late
        }
    })
}

fn keep(steps: &[Step], wanted: &dyn Fn(&Step) -> bool) -> Vec<Step> {
    let mut out = vec![];
    for step in steps {
        match step {
            Step::If { cond, then, otherwise } => {
                let (then, otherwise) = (keep(then, wanted), keep(otherwise, wanted));
                if !(then.is_empty() && otherwise.is_empty()) {
                    out.push(Step::If { cond: cond.clone(), then, otherwise });
                }
            }
            step if wanted(step) => out.push(step.clone()),
            _ => {}
        }
    }
    out
}
