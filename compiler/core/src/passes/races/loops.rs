//! Loops of the walk: run round by round where the rounds are known, else walked twice.

use super::lanes::{self, Lanes};
use super::walk::{Frame, Walk, leaves, leaves_kernel};
use crate::ir::{Block, Op, StmtKind, Type, ValueId};

/// Rounds of a loop that are run one by one.
const MAX_ROUNDS: usize = 64;

impl Walk<'_> {
    pub(super) fn range(&mut self, var: ValueId, [start, end, step]: [ValueId; 3], body: &Block) {
        let get = |v: ValueId| self.values[v.0 as usize].clone().filter(|l| l.known().is_some());
        let signed = self.kernel[var].ty == Type::I32;
        if let (Some(start), Some(end), Some(step), Some(_)) = (get(start), get(end), get(step), &self.mask)
            && self.rounds(&start, &end, &step, signed).is_some_and(|n| n <= MAX_ROUNDS)
        {
            return self.run_range(var, [start, end, step], signed, body);
        }
        let uniform = [start, end, step].iter().all(|v| !self.varying[v.0 as usize]);
        self.walk_twice(Some(var), uniform, body);
    }

    fn rounds(&self, start: &Lanes, end: &Lanes, step: &Lanes, signed: bool) -> Option<usize> {
        let wide = |v: u32| if signed { i64::from(v as i32) } else { i64::from(v) };
        let rounds = |l: usize| {
            let step = i64::from(step.own[l].max(1));
            let span = (wide(end.own[l]) - wide(start.own[l])).max(0);
            (span + step - 1) / step
        };
        (0..self.n).map(rounds).max().map(|n| n as usize)
    }

    fn run_range(&mut self, var: ValueId, [start, end, step]: [Lanes; 3], signed: bool, body: &Block) {
        let before = self.mask.clone();
        let mut now = start;
        self.loops.push(Frame::default());
        for _ in 0..MAX_ROUNDS {
            let inside = lanes::op(Op::Lt, &[&now, &end], if signed { Type::I32 } else { Type::U32 }, Type::BOOL);
            let (Some(inside), Some(mask)) = (inside, &self.mask) else { break };
            self.mask = Some(mask.iter().zip(&*inside.own).map(|(m, i)| *m && *i != 0).collect());
            if self.nobody() {
                break;
            }
            self.values[var.0 as usize] = Some(now.clone());
            self.block(body);
            self.rejoin_continued();
            now = Lanes::each(self.n, |l| now.own[l].wrapping_add(step.own[l].max(1)));
        }
        let frame = self.loops.pop().unwrap_or_default();
        self.mask = if frame.unclear || self.mask.is_none() || leaves_kernel(body) { None } else { before };
    }

    fn rejoin_continued(&mut self) {
        let Some(frame) = self.loops.last_mut() else { return };
        let continued = std::mem::take(&mut frame.continued);
        if let (Some(mask), false) = (&self.mask, continued.is_empty()) {
            self.mask = Some(mask.iter().zip(continued).map(|(a, b)| *a || b).collect());
        }
    }

    /// Runs a loop if its conditions are known; else walks it with unknowns.
    pub(super) fn repeat(&mut self, body: &Block) {
        if self.mask.is_some() && !self.run_loop(body) {
            self.walk_twice(None, true, body);
        } else if self.mask.is_none() {
            self.walk_twice(None, false, body);
        }
    }

    /// Runs round by round; nothing is changed where that does not reach an end. A round may not hide behind a
    /// condition that is unknown, so those who break are known.
    fn run_loop(&mut self, body: &Block) -> bool {
        if !self.breaks_are_known(body) {
            return false;
        }
        let (mask, slots, uses) = (self.mask.clone(), self.slots.clone(), self.uses.clone());
        let (n_findings, n_barriers, reported) = (self.findings.len(), self.n_barriers, self.reported.clone());
        self.loops.push(Frame::default());
        let mut ended = false;
        for _ in 0..MAX_ROUNDS {
            self.block(body);
            self.rejoin_continued();
            ended = self.nobody();
            if ended || self.mask.is_none() || self.fuel == 0 {
                break;
            }
        }
        let frame = self.loops.pop().unwrap_or_default();
        if ended && !frame.unclear && self.fuel > 0 {
            self.mask = Some(if frame.broke.is_empty() { vec![false; self.n].into() } else { frame.broke.into() });
            return true;
        }
        (self.mask, self.slots, self.uses) = (mask, slots, uses);
        self.findings.truncate(n_findings);
        self.n_barriers = n_barriers;
        self.reported = reported;
        false
    }

    /// Whether one trial of the body meets no unknown condition that a `Break` hangs on.
    fn breaks_are_known(&mut self, body: &Block) -> bool {
        let saved = (self.mask.clone(), self.slots.clone(), self.uses.clone(), self.findings.len(), self.n_barriers);
        let reported = self.reported.clone();
        self.loops.push(Frame::default());
        self.block(body);
        self.loops.pop();
        let known = self.conditions_known(body);
        let n_findings;
        (self.mask, self.slots, self.uses, n_findings, self.n_barriers) = saved;
        self.findings.truncate(n_findings);
        self.reported = reported;
        known
    }

    fn conditions_known(&self, block: &Block) -> bool {
        block.iter().all(|stmt| match &stmt.kind {
            StmtKind::If { cond, then, otherwise } if leaves(then) || leaves(otherwise) => {
                let known = self.values[cond.0 as usize].as_ref().is_some_and(|c| c.known().is_some());
                known && self.conditions_known(then) && self.conditions_known(otherwise)
            }
            StmtKind::For { body, .. } | StmtKind::Loop { body } => !leaves_kernel(body),
            _ => true,
        })
    }

    /// A round and the next, with unknowns for what changes. Whether there is a next is not known either, but a loop
    /// is written for more than one.
    fn walk_twice(&mut self, var: Option<ValueId>, uniform: bool, body: &Block) {
        let (mask, uses, n_barriers) = (self.mask.clone(), self.uses.clone(), self.n_barriers);
        if !uniform {
            self.mask = None;
        }
        for _ in 0..2 {
            self.forget(body);
            if let Some(var) = var {
                self.values[var.0 as usize] = if uniform { Some(self.unknown()) } else { None };
            }
            let inside = self.mask.clone();
            self.loops.push(Frame::default());
            self.block(body);
            let frame = self.loops.pop().unwrap_or_default();
            // Only if all invocations are still there is the next round certain to be like this one.
            self.mask = self.mask.take().filter(|m| !frame.unclear && Some(m) == inside.as_ref());
            if self.mask.is_none() {
                break;
            }
        }
        self.forget(body);
        self.mask = if leaves_kernel(body) { None } else { mask };
        self.uses = if self.n_barriers == n_barriers { uses } else { vec![] };
    }
}
