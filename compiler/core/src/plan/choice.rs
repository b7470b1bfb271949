//! `if`, `match` and blocks as values, and the tests that the patterns of a `match` make.

use super::fold;
use super::value::{Entity, Text, Ty, Value};
use super::walk::Walk;
use crate::diag::{Diagnostic, codes::plan};
use crate::elaborate::arms;
use crate::source::Span;
use crate::syntax::ast::{self, Item, PatternKind, Stmt};
use wgpuc_abi::{BinaryOp, Expr, UnaryOp};

/// The most parts of a value that a block or a function names.
const MAX_PARTS: usize = 512;

/// What an arm's pattern asks.
pub(super) enum Test {
    /// Nothing; it may give the value a name.
    Always(Option<String>),
    /// This condition; the values that it covers, where they can be listed.
    When(Value, Vec<i64>),
}

impl Walk<'_, '_> {
    /// A block as a value: its `let`s are part of it.
    pub(super) fn block_value(&mut self, block: &ast::Block) -> Option<Value> {
        let mark = self.scope.mark();
        let value = self.block_value_in(block);
        self.scope.reset(mark);
        value
    }

    fn block_value_in(&mut self, block: &ast::Block) -> Option<Value> {
        for stmt in &block.stmts {
            match stmt {
                Stmt::Let {
                    pattern: ast::Pattern { kind: PatternKind::Bind { name, .. }, .. },
                    value: Some(v),
                    ..
                } => {
                    let entity = self.value(v).and_then(|value| self.short(value, v.span));
                    self.scope.add(&name.name, entity.map_or(Entity::Unknown, Entity::Value));
                }
                Stmt::Let { span, .. } => {
                    return self.not_here(*span, "only `let name = value;` may stand here", "take it apart");
                }
                Stmt::Expr(expr) if !self.calling.is_empty() => {
                    let help = "write `let`s, and an expression at the end; loops and `return` belong to kernels";
                    return self.not_here(expr.span, "in an op, a function is one value", help);
                }
                Stmt::Const(constant) => self.local_constant(constant),
                Stmt::Expr(expr) => {
                    let help = "move it before the value";
                    return self.not_here(expr.span, "a value of an op cannot launch or require anything", help);
                }
            }
        }
        match &block.value {
            Some(value) => self.value(value),
            None => self.wrong_type(block.span, "this block has no value", "end it with an expression without `;`"),
        }
    }

    /// A value that stands wherever it is used: twice as long with each `let` that uses one twice.
    fn short(&mut self, value: Value, span: Span) -> Option<Value> {
        if fold::n_parts(&value.expr, MAX_PARTS) < MAX_PARTS {
            return Some(value);
        }
        self.not_here(span, "this value has too many parts", "compute some of it before, by a `let` of the op itself")
    }

    /// `if` as a value.
    pub(super) fn if_value(
        &mut self,
        cond: &ast::Expr,
        then: &ast::Block,
        otherwise: Option<&ast::Expr>,
        span: Span,
    ) -> Option<Value> {
        let cond = self.value_of(cond, Ty::Bool)?;
        let Some(otherwise) = otherwise else {
            return self.wrong_type(span, "this `if` has a value only where it holds", "add an `else`");
        };
        // What a round never takes need not be right, as among statements.
        match (&cond.expr, self.in_loops > 0) {
            (Expr::Bool(true), true) => return self.block_value(then),
            (Expr::Bool(false), true) => return self.value(otherwise),
            _ => {}
        }
        let a = self.where_holds(&cond, true, |walk| walk.block_value(then));
        let b = self.where_holds(&cond, false, |walk| walk.value(otherwise));
        self.select(cond, a?, b?, span)
    }

    /// `match` as a value.
    pub(super) fn match_value(
        &mut self,
        on: &ast::Expr,
        arms: &[(ast::Pattern, ast::Expr)],
        span: Span,
    ) -> Option<Value> {
        let on_value = self.value(on)?;
        let tests = self.tests(&on_value, arms, on.span)?;
        let mut result: Option<Value> = None;
        for (test, (_, body)) in tests.into_iter().zip(arms).rev() {
            let mark = self.scope.mark();
            let value = match &test {
                Test::Always(name) => {
                    self.name_value(name.as_deref(), &on_value);
                    self.value(body)
                }
                Test::When(cond, _) => self.where_holds(cond, true, |walk| walk.value(body)),
            };
            self.scope.reset(mark);
            result = Some(match (test, result) {
                (Test::When(cond, _), Some(rest)) => self.select(cond, value?, rest, span)?,
                _ => value?,
            });
        }
        result
    }

    fn select(&mut self, cond: Value, a: Value, b: Value, span: Span) -> Option<Value> {
        if a.ty != b.ty {
            let message = format!("the ways give {} and {}", self.type_name(a.ty), self.type_name(b.ty));
            return self.wrong_type(span, &message, "all must give one type");
        }
        let text = format!("if {} {{ {} }} else {{ {} }}", cond.text.text, a.text.text, b.text.text);
        Some(self.select_value(cond, a, b, Text { text, level: 0 }))
    }

    /// `if cond { a } else { b }` of values of one type.
    pub(super) fn select_value(&mut self, cond: Value, a: Value, b: Value, text: Text) -> Value {
        let expr = fold::select(cond.expr.clone(), a.expr.clone(), b.expr.clone());
        let ty = a.ty;
        if expr == a.expr || expr == b.expr {
            let value = if expr == a.expr { a } else { b };
            // Of two that are the same, what one says may only be so on its way.
            let says = if let Expr::Bool(_) = cond.expr { value.says } else { (vec![], vec![]) };
            return Value { says, ..value };
        }
        let mut value = Value::new(expr, ty, text);
        if ty == Ty::Int {
            let expr = value.expr.clone();
            value.poly = self.define(&expr, &[a.poly, b.poly]);
        }
        value
    }

    /// Goes on where a condition holds, or where it does not; what that says is in force there.
    pub(super) fn where_holds<R>(&mut self, cond: &Value, holds: bool, go: impl FnOnce(&mut Self) -> R) -> R {
        let (facts, known) = (self.facts.len(), self.known.len());
        self.assume(cond, holds);
        let result = go(self);
        self.facts.truncate(facts);
        self.known.truncate(known);
        result
    }

    /// From here on the condition holds, or does not.
    pub(super) fn assume(&mut self, cond: &Value, holds: bool) {
        let says = if holds { &cond.says.0 } else { &cond.says.1 };
        self.facts.extend(says.iter().cloned());
        self.know(&cond.expr, holds);
    }

    /// Notes what a condition's truth says of its parts.
    fn know(&mut self, cond: &Expr, holds: bool) {
        match cond {
            Expr::Unary(UnaryOp::Not, inner) => self.know(inner, !holds),
            Expr::Binary(op, a, b) if *op == if holds { BinaryOp::And } else { BinaryOp::Or } => {
                self.know(a, holds);
                self.know(b, holds);
            }
            cond => self.known.push((cond.clone(), holds)),
        }
    }

    /// Gives a value a name, without keeping it in a slot.
    pub(super) fn name_value(&mut self, name: Option<&str>, value: &Value) {
        if let Some(name) = name {
            self.scope.add(name, Entity::Value(value.clone()));
        }
    }

    /// The tests of a match's arms, the last of which needs none.
    pub(super) fn tests(&mut self, on: &Value, arms: &[(ast::Pattern, ast::Expr)], span: Span) -> Option<Vec<Test>> {
        let mut tests = vec![];
        let mut complete = true;
        for (pattern, _) in arms {
            match self.test(on, pattern) {
                Some(test) => tests.push(test),
                None => complete = false,
            }
        }
        if !complete {
            return None;
        }
        let takes_all = tests.iter().position(|test| matches!(test, Test::Always(_)));
        if let Some([(first, _), (next, _), ..]) = takes_all.and_then(|at| arms.get(at..)) {
            self.planner.diagnostics.push(arms::unreachable(first.span, next.span));
            return None;
        }
        if takes_all.is_none() {
            self.covers_all(on, &tests, span)?;
            if let Some(last) = tests.last_mut() {
                *last = Test::Always(None);
            }
        }
        Some(tests)
    }

    fn covers_all(&mut self, on: &Value, tests: &[Test], span: Span) -> Option<()> {
        let covered = |value: i64| tests.iter().any(|t| matches!(t, Test::When(_, values) if values.contains(&value)));
        let missing: Vec<String> = match on.ty {
            Ty::Enum(id) => match self.planner.program.item(id) {
                Item::Enum(e) => {
                    let cases = (0..).zip(&e.cases).filter(|(at, _)| !covered(*at));
                    cases.map(|(_, case)| format!("`{}::{}`", e.name.name, case.name.name)).collect()
                }
                _ => vec![],
            },
            Ty::Bool => [(0, "`false`"), (1, "`true`")]
                .into_iter()
                .filter(|(at, _)| !covered(*at))
                .map(|(_, name)| name.to_owned())
                .collect(),
            Ty::Int | Ty::F32 => vec!["all other numbers".to_owned()],
        };
        if missing.is_empty() {
            return Some(());
        }
        let diagnostic = Diagnostic::new(plan::MATCH, span, "this `match` does not cover all values")
            .here(format!("missing: {}", missing.join(", ")))
            .help("add arms for them, or a last arm `_ => ...`");
        self.planner.diagnostics.push(diagnostic);
        None
    }

    fn test(&mut self, on: &Value, pattern: &ast::Pattern) -> Option<Test> {
        match &pattern.kind {
            PatternKind::Wildcard => Some(Test::Always(None)),
            PatternKind::Bind { name, .. } => match self.item(&name.name) {
                Some((_, Item::Const(_))) => {
                    let path = ast::Path { qualifier: None, name: name.clone(), generics: vec![], span: name.span };
                    let value = ast::Expr { kind: ast::ExprKind::Path(path), span: pattern.span };
                    self.equals(on, &value)
                }
                _ => {
                    if let Ty::Enum(id) = on.ty
                        && let Some(d) = arms::hidden_case(self.planner.program.item(id), name)
                    {
                        self.planner.diagnostics.push(d);
                        return None;
                    }
                    Some(Test::Always(Some(name.name.clone())))
                }
            },
            PatternKind::Value(value) => self.equals(on, value),
            PatternKind::Range(lo, hi) => {
                let (lo, hi) = (self.value_of(lo, Ty::Int)?, self.value_of(hi, Ty::Int)?);
                if on.ty != Ty::Int {
                    return self.wrong_type(pattern.span, "only integers have ranges", "list the values");
                }
                let text = Text::atom("");
                let above = self.combine(BinaryOp::Le, lo, on.clone(), Ty::Bool, text.clone());
                let below = self.combine(BinaryOp::Le, on.clone(), hi, Ty::Bool, text.clone());
                Some(Test::When(self.combine(BinaryOp::And, above, below, Ty::Bool, text), vec![]))
            }
            PatternKind::Or(patterns) => self.any_of(on, patterns),
            PatternKind::Tuple(_) => self.wrong_type(pattern.span, "an op has no tuples", "match one value"),
        }
    }

    fn any_of(&mut self, on: &Value, patterns: &[ast::Pattern]) -> Option<Test> {
        let mut any: Option<(Value, Vec<i64>)> = None;
        for pattern in patterns {
            match (self.test(on, pattern)?, any) {
                (Test::Always(name), _) => return Some(Test::Always(name)),
                (Test::When(cond, covers), None) => any = Some((cond, covers)),
                (Test::When(cond, covers), Some((first, mut all))) => {
                    all.extend(covers);
                    any = Some((self.combine(BinaryOp::Or, first, cond, Ty::Bool, Text::atom("")), all));
                }
            }
        }
        any.map(|(cond, covers)| Test::When(cond, covers))
    }

    fn equals(&mut self, on: &Value, value: &ast::Expr) -> Option<Test> {
        let value_span = value.span;
        let value = self.value_of(value, on.ty)?;
        let covers = match value.expr {
            Expr::Int(at) => vec![at],
            Expr::Bool(value) => vec![i64::from(value)],
            Expr::F32(_) => vec![],
            _ => return self.wrong_type(value_span, "a pattern is known while compiling", "compare it with `if`"),
        };
        let text = Text { text: format!("{} == {}", on.text.within(3), value.text.within(4)), level: 3 };
        Some(Test::When(self.combine(BinaryOp::Eq, on.clone(), value, Ty::Bool, text), covers))
    }
}
