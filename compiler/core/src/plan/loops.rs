//! Loops of ops: written out while compiling, as the rounds of a plan are known.

use super::order::Node;
use super::value::{Entity, Ty, Value};
use super::walk::Walk;
use crate::diag::codes::plan;
use crate::syntax::ast::{self, PatternKind};
use wgpuc_abi::Expr;

/// The most rounds of all loops of an op together: each becomes steps of its plan.
const MAX_ROUNDS: i64 = 1024;

/// `for var in start..end` of an op.
pub(super) struct Loop<'a> {
    pub(super) var: &'a ast::Pattern,
    pub(super) start: &'a ast::Expr,
    pub(super) end: &'a ast::Expr,
    pub(super) step: Option<&'a ast::Expr>,
    pub(super) reversed: bool,
    pub(super) body: &'a ast::Block,
}

impl Walk<'_, '_> {
    /// The body once for each value of the variable; whether a round certainly returns.
    pub(super) fn for_stmt(&mut self, the: &Loop<'_>, nodes: &mut Vec<Node>) -> bool {
        let name = match &the.var.kind {
            PatternKind::Bind { name, mutable: false } => Some(name),
            PatternKind::Wildcard => None,
            _ => {
                let help = "write `for i in 0..4`";
                self.not_here::<()>(the.var.span, "a loop of an op counts in one name", help);
                return false;
            }
        };
        let Some(rounds) = self.rounds(the) else { return false };
        self.in_loops += 1;
        let mut returns = false;
        for round in rounds {
            let mark = self.scope.mark();
            let n_wrong = self.planner.diagnostics.len();
            if let Some(name) = name {
                self.scope.add(&name.name, Entity::Value(Value::int(round)));
            }
            let (inner, leaves) = self.block(the.body);
            self.scope.reset(mark);
            // One mistake is wrong in many rounds, each time with another number.
            self.planner.diagnostics.drop_known(n_wrong);
            nodes.extend(inner);
            returns = leaves;
            if leaves {
                break;
            }
        }
        self.in_loops -= 1;
        returns
    }

    /// The values of the variable.
    fn rounds(&mut self, the: &Loop<'_>) -> Option<Vec<i64>> {
        let [start, end] = [the.start, the.end].map(|bound| self.known_int(bound));
        let step = the.step.map_or(Some(1), |step| self.known_int(step));
        let (start, end, step) = (start?, end?, step?);
        let Some(by) = usize::try_from(step).ok().filter(|by| *by > 0) else {
            let at = the.step.unwrap_or(the.start);
            return self.wrong_type(at.span, "this step leads nowhere", "give at least 1");
        };
        let n_rounds = self.n_rounds.saturating_add(end.saturating_sub(start).max(0) / step);
        if n_rounds > MAX_ROUNDS {
            let help = format!("an op has at most {MAX_ROUNDS} in all: launch more workgroups at once");
            return self.wrong_type(the.start.span.to(the.end.span), "too many rounds for an op", &help);
        }
        self.n_rounds = n_rounds;
        let mut rounds: Vec<i64> = (start..end).step_by(by).collect();
        if the.reversed {
            rounds.reverse();
        }
        Some(rounds)
    }

    fn known_int(&mut self, bound: &ast::Expr) -> Option<i64> {
        match self.value_of(bound, Ty::Int)?.expr {
            Expr::Int(known) => Some(known),
            _ => {
                let help =
                    "loop over constants; what depends on the call is the grid of a launch, or a loop of a kernel";
                self.report(plan::NOT_IN_OP, bound.span, "an op loops as often as is known while compiling", help)
            }
        }
    }
}
