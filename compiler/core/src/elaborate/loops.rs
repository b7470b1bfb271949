//! Loops, and what leaves them: `break`, `continue`, `return`.

use super::infer::{Digits, Literal};
use super::scope::Return;
use super::types::{Elem, Ty};
use super::value::Val;
use super::{Elaborator, Reported, Res};
use crate::diag::{Diagnostic, codes::flow, codes::types as codes};
use crate::ir::op::Class;
use crate::ir::{self, Block, Const, Expr as IrExpr, Op, Scalar, Stmt, StmtKind, Type, ValueId};
use crate::source::Span;
use crate::syntax::ast::{self, Expr, ExprKind};

/// The most rounds that `#[unroll]` writes out.
const MAX_UNROLLED: usize = 1024;
/// What a `break` or `continue` meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Round {
    /// A loop of the IR.
    Loop,
    /// A loop that is written out; in a loop of one round of the IR where it has a `break`.
    Unrolled { in_loop: bool },
}

/// The parts of a `for`.
struct For<'a> {
    var: &'a ast::Pattern,
    start: &'a Expr,
    end: &'a Expr,
    step: Option<&'a Expr>,
    reversed: bool,
    body: &'a ast::Block,
}

impl Elaborator<'_> {
    pub(super) fn loop_expr(&mut self, expr: &Expr) -> Res<Val> {
        match &expr.kind {
            ExprKind::For { var, start, end, step, reversed, unroll, body } => {
                let parts = For { var, start, end, step: step.as_deref(), reversed: *reversed, body };
                if *unroll { self.unrolled(&parts, expr.span) } else { self.for_loop(&parts, expr.span) }
            }
            ExprKind::While { bound, cond, body } => {
                self.while_loop(bound.as_deref(), cond.as_deref(), body, expr.span)
            }
            _ => Err(Reported),
        }
    }

    /// The bounds and the step of a `for`, of one integer type.
    fn range(&mut self, parts: &For<'_>) -> Res<(Val, Val, Option<Val>)> {
        let start = self.value(parts.start, None);
        let hint = start.as_ref().ok().map(|start| start.ty.clone());
        let end = self.value(parts.end, hint.as_ref());
        let step = parts.step.map(|step| self.value(step, Some(&Ty::U32)));
        let (start, end) = (start?, end?);
        let why = |s: &Self| (parts.start.span, format!("the range starts with `{}`", s.show(&s.settle(&start.ty))));
        self.unify_as(&start.ty, &end.ty, parts.end.span, why)?;
        match self.settle(&start.ty) {
            Ty::Num(elem, 1) => self.require_class(Class::Int32, elem, parts.start.span, "count in")?,
            other => {
                let text = format!("cannot count in `{}`", self.show(&other));
                return Err(self.error(codes::BAD_OPERAND, parts.start.span, text));
            }
        }
        let step = step.transpose()?.map(|step| self.reachable(step, &Ty::U32)).transpose()?;
        if let (Some(step), Some(at)) = (&step, parts.step) {
            if self.settle(&step.ty) != self.settle(&start.ty) || matches!(step.ty, Ty::Num(Elem::Var(_), _)) {
                self.unify(&Ty::U32, &step.ty, at.span, None)?;
            }
            if self.known(step).is_some_and(|step| step.lanes[0] == 0) {
                return Err(self.error(codes::BAD_LENGTH, at.span, "a step of zero"));
            }
        }
        Ok((start, end, step))
    }

    fn for_loop(&mut self, parts: &For<'_>, span: Span) -> Res<Val> {
        let range = self.range(parts);
        let (start, end, step) = match range {
            Ok(range) => range,
            Err(Reported) => {
                self.check_body(parts);
                return Err(Reported);
            }
        };
        let last = if parts.reversed { Some(self.last_of(&start, &end, step.as_ref(), span)?) } else { None };
        let step_leaf = match &step {
            Some(step) => step.leaves[0],
            None => self.b.u32(1),
        };
        let Ty::Num(elem, _) = start.ty else { return Err(Reported) };
        let var = self.loop_var(elem, parts.var.span);
        let (block, done) = self.round(Round::Loop, |s| {
            let mut value = Val::leaf(start.ty.clone(), var);
            if let Some(last) = &last {
                let passed = s.op(Op::Sub, &[value, start.clone()], span)?;
                value = s.op(Op::Sub, &[last.clone(), passed], span)?;
            }
            let pat = s.pattern(parts.var, &value.ty, false)?;
            s.bind_pattern(&pat, &value)?;
            s.unit_block(parts.body)
        });
        let (start, end) = (start.leaves[0], end.leaves[0]);
        self.b.push(StmtKind::For { var, start, end, step: step_leaf, unroll: false, body: block });
        self.after_loop(Round::Loop);
        done.map(|_| Val::UNIT)
    }

    /// The last value of a range: `start + (end - 1 - start) / step * step`. Of an empty one, nothing in particular.
    fn last_of(&mut self, start: &Val, end: &Val, step: Option<&Val>, span: Span) -> Res<Val> {
        let Ty::Num(elem, _) = start.ty else { return Err(Reported) };
        let number = |n: i128| Literal { negative: n < 0, digits: Digits::Int(n.unsigned_abs()), span };
        let one = self.literal_of(number(1), elem)?;
        let last = self.op(Op::Sub, &[end.clone(), one], span)?;
        let Some(step) = step else { return Ok(last) };
        let step = match (self.known_int(step), self.settle_elem(elem)) {
            (Some(step), _) => self.literal_of(number(step), elem)?,
            (None, Elem::Known(scalar)) => self.convert(Op::Convert, step, Type::scalar(scalar)),
            (None, Elem::Var(_)) => {
                let leaf = self.def(elem, 1, IrExpr::op(Op::Convert, &step.leaves));
                Val::leaf(start.ty.clone(), leaf)
            }
        };
        let room = self.op(Op::Sub, &[last, start.clone()], span)?;
        let rounds = self.op(Op::Div, &[room, step.clone()], span)?;
        let way = self.op(Op::Mul, &[rounds, step], span)?;
        self.op(Op::Add, &[start.clone(), way], span)
    }

    fn loop_var(&mut self, elem: Elem, span: Span) -> ValueId {
        let outer = std::mem::replace(&mut self.b.span, span);
        let elem = self.settle_elem(elem);
        let scalar = match elem {
            Elem::Known(scalar) => scalar,
            Elem::Var(_) => Scalar::I32,
        };
        let var = self.b.value(Type::scalar(scalar), IrExpr::LoopVar);
        if let Elem::Var(v) = elem {
            self.value_vars.push((var, v));
        }
        self.b.span = outer;
        var
    }

    /// Elaborates a loop's body, as often as it may run.
    fn round<T>(&mut self, round: Round, body: impl FnOnce(&mut Self) -> T) -> (Block, T) {
        let before = self.unassigned.clone();
        self.frame().rounds.push(round);
        let result = self.nested(body);
        self.frame().rounds.pop();
        self.unassigned = before;
        result
    }

    /// After a loop that returns may have left: leaves what encloses it too.
    fn after_loop(&mut self, round: Round) {
        if round == (Round::Unrolled { in_loop: false }) {
            return;
        }
        let frame = self.frame();
        let used = frame.flag_loops.iter().any(|depth| *depth > frame.n_loops());
        let n_loops = frame.n_loops();
        let Return::Loop { flag, .. } = frame.on_return else { return };
        if !used {
            return;
        }
        // What left this loop leaves the loop around it as well.
        frame.flag_loops.retain(|depth| *depth <= n_loops);
        if n_loops > 0 {
            frame.flag_loops.push(n_loops);
        }
        let cond = self.b.get(flag);
        let leave = Stmt { kind: StmtKind::Break, span: self.b.span };
        self.b.push(StmtKind::If { cond, then: vec![leave], otherwise: vec![] });
    }

    /// Reports what is wrong in the body of a `for` whose range is wrong.
    fn check_body(&mut self, parts: &For<'_>) {
        let _ = self.round(Round::Loop, |s| {
            if let ast::PatternKind::Bind { name, .. } = &parts.var.kind {
                s.bind(&name.name, super::scope::Local::Wrong);
            }
            s.unit_block(parts.body)
        });
    }

    /// A block whose value nothing uses.
    fn unit_block(&mut self, body: &ast::Block) -> Res<Val> {
        let val = self.block(body, Some(&Ty::UNIT))?;
        let span = body.value.as_ref().map_or(body.span, |value| value.span);
        self.unify(&Ty::UNIT, &val.ty, span, None)?;
        Ok(val)
    }

    /// `#[unroll] for`: its body once for each value.
    fn unrolled(&mut self, parts: &For<'_>, span: Span) -> Res<Val> {
        let (start, end, step) = match self.range(parts) {
            Ok(range) => range,
            Err(Reported) => {
                self.check_body(parts);
                return Err(Reported);
            }
        };
        let Ty::Num(elem, _) = start.ty else { return Err(Reported) };
        let mut values = self.unrolled_values(parts, (&start, &end, step.as_ref()), span)?;
        if parts.reversed {
            values.reverse();
        }
        let has_break = super::returns::breaks(parts.body);
        let round = Round::Unrolled { in_loop: has_break };
        if has_break {
            self.b.open_block();
        }
        self.frame().rounds.push(round);
        self.frame().nesting += 1;
        let done = self.unrolled_rounds(parts, elem, &values);
        self.frame().nesting -= 1;
        self.frame().rounds.pop();
        if has_break {
            self.b.push(StmtKind::Break);
            let body = self.b.close_block();
            self.b.push(StmtKind::Loop { body });
            self.after_loop(round);
        }
        match done? {
            Val { ty: Ty::Never, .. } if !has_break => Ok(Val::NEVER),
            _ => Ok(Val::UNIT),
        }
    }

    fn unrolled_values(
        &mut self,
        parts: &For<'_>,
        (start, end, step): (&Val, &Val, Option<&Val>),
        span: Span,
    ) -> Res<Vec<i128>> {
        let mut known = vec![];
        let bounds = [(Some(start), Some(parts.start)), (Some(end), Some(parts.end)), (step, parts.step)];
        for (val, expr) in bounds {
            let (Some(val), Some(expr)) = (val, expr) else { continue };
            match self.known_int(val) {
                Some(value) => known.push(value),
                None => {
                    let d = Diagnostic::new(codes::NOT_CONSTANT, expr.span, "an unrolled loop needs constant bounds")
                        .here("the compiler must know this value")
                        .help("remove `#[unroll]`, or loop over constants");
                    return Err(self.report(d));
                }
            }
        }
        let (low, high) = (known[0], known[1]);
        let by = known.get(2).copied().unwrap_or(1).max(1) as usize;
        let n = (high - low).max(0) as usize;
        if n.div_ceil(by) > MAX_UNROLLED {
            let text = format!("{} rounds are too many to write out; at most {MAX_UNROLLED}", n.div_ceil(by));
            return Err(self.error(codes::BAD_LENGTH, span, text));
        }
        Ok((low..high).step_by(by).collect())
    }

    fn unrolled_rounds(&mut self, parts: &For<'_>, elem: Elem, values: &[i128]) -> Res<Val> {
        for value in values {
            self.count_unrolled(parts.var.span)?;
            let val = self.scoped(|s| {
                let digits = Digits::Int(value.unsigned_abs());
                let literal = Literal { negative: *value < 0, digits, span: parts.var.span };
                let val = s.literal_of(literal, elem)?;
                let pat = s.pattern(parts.var, &val.ty, false)?;
                s.bind_pattern(&pat, &val)?;
                s.unit_block(parts.body)
            })?;
            if val.ty == Ty::Never {
                return Ok(val);
            }
        }
        Ok(Val::UNIT)
    }

    /// `while` and `loop`, with a counter that ends them.
    fn while_loop(&mut self, bound: Option<&Expr>, cond: Option<&Expr>, body: &ast::Block, span: Span) -> Res<Val> {
        let bound = match bound {
            Some(bound) => self.typed(bound, &Ty::U32),
            None => {
                let what = if cond.is_some() { "while" } else { "loop" };
                let d = Diagnostic::new(flow::UNBOUNDED_LOOP, span, format!("this `{what}` may run forever"))
                    .help(format!("state the most rounds that it may take: `#[bound(n)] {what} ...`"))
                    .note("a loop that goes on for longer is reported as a fault of the launch");
                Err(self.report(d))
            }
        };
        let (zero, one) = (self.b.u32(0), self.b.u32(1));
        let counter = self.b.slot("rounds", Type::U32, None);
        self.b.set(counter, zero);
        let (body_block, done) = self.round(Round::Loop, |s| {
            let cond = cond.map(|cond| (s.condition(cond), cond.span)).map(|(val, _)| val).transpose();
            if let Ok(Some(cond)) = &cond {
                s.leave_unless(cond)?;
            }
            if let Ok(bound) = &bound {
                s.count_round(counter, one, bound, span)?;
            }
            let body = s.unit_block(body);
            cond?;
            body
        });
        self.b.push(StmtKind::Loop { body: body_block });
        self.after_loop(Round::Loop);
        bound?;
        done?;
        // Without a condition and a `break`, only a `return` leaves it, or the fault.
        let endless = cond.is_none() && !super::returns::breaks(body);
        Ok(if endless { Val::NEVER } else { Val::UNIT })
    }

    fn leave_unless(&mut self, cond: &Val) -> Res<()> {
        let leave = Stmt { kind: StmtKind::Break, span: self.b.span };
        match self.known(cond).map(Const::as_bool) {
            Some(true) => {}
            _ => self.b.push(StmtKind::If { cond: cond.leaves[0], then: vec![], otherwise: vec![leave] }),
        }
        Ok(())
    }

    fn count_round(&mut self, counter: ir::SlotId, one: ValueId, bound: &Val, span: Span) -> Res<()> {
        let outer = std::mem::replace(&mut self.b.span, span);
        let rounds = self.b.get(counter);
        let over = self.b.op(Op::Ge, &[rounds, bound.leaves[0]]);
        let site = self.b.site("loop bound");
        let fault = StmtKind::Fault { site, value: rounds, bound: bound.leaves[0] };
        let then = [fault, StmtKind::Break].map(|kind| Stmt { kind, span }).to_vec();
        self.b.push(StmtKind::If { cond: over, then, otherwise: vec![] });
        let next = self.b.op(Op::Add, &[rounds, one]);
        self.b.set(counter, next);
        self.b.span = outer;
        Ok(())
    }

    /// `break` and `continue`.
    pub(super) fn leave_round(&mut self, kind: StmtKind, word: &str) -> Res<Val> {
        let span = self.b.span;
        let is_break = matches!(kind, StmtKind::Break);
        match self.frame().rounds.last() {
            None => Err(self.error(codes::MISPLACED, span, format!("`{word}` outside of a loop"))),
            Some(Round::Unrolled { .. }) if !is_break => {
                let d = Diagnostic::new(codes::MISPLACED, span, "`continue` in an unrolled loop")
                    .help("put the rest of the body into an `if`, or remove `#[unroll]`");
                Err(self.report(d))
            }
            Some(_) => {
                self.b.push(kind);
                Ok(Val::NEVER)
            }
        }
    }

    /// `return`.
    pub(super) fn return_expr(&mut self, value: Option<&Expr>, span: Span) -> Res<Val> {
        let ty = self.frame().result.clone().unwrap_or(Ty::UNIT);
        let val = match value {
            Some(value) => self.value(value, Some(&ty))?,
            None => Val::UNIT,
        };
        if val.ty == Ty::Never {
            return Ok(val);
        }
        let val = self.fit_result(&ty, val, value.map_or(span, |value| value.span))?;
        let on_return = self.frame().on_return.clone();
        match on_return {
            Return::Kernel => self.b.push(StmtKind::Return),
            Return::Tail => return Ok(val),
            Return::Loop { result, flag } => {
                if let Some(result) = result {
                    self.write(&result, &val)?;
                }
                let depth = self.frame().n_loops();
                if depth > 0 {
                    self.frame().flag_loops.push(depth);
                    let yes = self.b.constant(Const::bool(true));
                    self.b.set(flag, yes);
                }
                self.b.push(StmtKind::Break);
            }
            Return::Nothing => return Err(self.error(codes::MISPLACED, span, "`return` outside of a function")),
        }
        Ok(Val::NEVER)
    }
}
