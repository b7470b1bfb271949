//! `let`s of ops: values, structs, temporary buffers, and buffers that a condition chooses; and the launches of the latter,
//! which become one for each way.

use super::choice::Test;
use super::launch::Launch;
use super::order::Node;
use super::value::{Buffer, Choice, Elem, Entity, Ty, Value};
use super::walk::Walk;
use crate::diag::codes::plan;
use crate::source::Span;
use crate::syntax::ast::{self, ExprKind, PatternKind};
use wgpuc_abi::{Arg, Expr, Step};

/// How many buffers a name may choose among.
const MAX_WAYS: usize = 8;

impl Walk<'_, '_> {
    /// `let pattern = value;`
    pub(super) fn let_stmt(
        &mut self,
        pattern: &ast::Pattern,
        value: Option<&ast::Expr>,
        span: Span,
        nodes: &mut Vec<Node>,
    ) {
        let mut bound = vec![];
        match value {
            Some(value) => self.bind_pattern(pattern, value, nodes, &mut bound),
            None => {
                let help = "give it: `let x = if c { a } else { b };`";
                self.not_here::<()>(span, "a `let` of an op has its value at once", help);
                unknown(pattern, &mut bound);
            }
        }
        // All at once: the values are those of the names before.
        for (name, entity) in bound {
            self.scope.add(&name, entity);
        }
    }

    fn bind_pattern(
        &mut self,
        pattern: &ast::Pattern,
        value: &ast::Expr,
        nodes: &mut Vec<Node>,
        bound: &mut Vec<(String, Entity)>,
    ) {
        let name = match &pattern.kind {
            PatternKind::Bind { name, mutable: false } => Some(name),
            PatternKind::Wildcard => None,
            PatternKind::Bind { .. } => {
                let help = "leave out `mut`, and give each value a name of its own";
                self.not_here::<()>(pattern.span, "the values of an op do not change", help);
                return unknown(pattern, bound);
            }
            PatternKind::Tuple(patterns) => return self.bind_parts(pattern, patterns, value, nodes, bound),
            _ => {
                self.not_here::<()>(pattern.span, "a `let` of an op gives names", "write `let name = value;`");
                return unknown(pattern, bound);
            }
        };
        let entity = self.entity(value, name, nodes).unwrap_or(Entity::Unknown);
        if let Some(name) = name {
            bound.push((name.name.clone(), entity));
        }
    }

    /// `let (a, b) = value;`, each part by itself.
    fn bind_parts(
        &mut self,
        whole: &ast::Pattern,
        patterns: &[ast::Pattern],
        value: &ast::Expr,
        nodes: &mut Vec<Node>,
        bound: &mut Vec<(String, Entity)>,
    ) {
        let Some(parts) = parts(value, patterns.len()) else {
            let help = format!("give {} values in parentheses, also by `if` and `match`", patterns.len());
            self.wrong_type::<()>(value.span, "this is no tuple of that many values", &help);
            return unknown(whole, bound);
        };
        for (pattern, part) in patterns.iter().zip(&parts) {
            self.bind_pattern(pattern, part, nodes, bound);
        }
    }

    /// What the right side of a `let` is.
    fn entity(&mut self, value: &ast::Expr, name: Option<&ast::Ident>, nodes: &mut Vec<Node>) -> Option<Entity> {
        match &value.kind {
            ExprKind::Call(path, args)
                if matches!(path.name.name.as_str(), "scratch" | "scratch_zeroed" | "try_scratch") =>
            {
                return self.scratch(path, args, value.span, nodes).map(Entity::Buffer);
            }
            ExprKind::If { cond, then, otherwise: Some(otherwise) } => {
                let ways = plain_value(then).zip(plain_body(otherwise));
                if let Some(ways) = ways.filter(|ways| self.is_buffer(ways.0) && self.is_buffer(ways.1)) {
                    return self.choice(cond, ways, nodes);
                }
            }
            ExprKind::Match { on, arms } if self.is_buffer(value) => return self.choice_of_arms(on, arms, nodes),
            ExprKind::Path(path) if path.qualifier.is_none() => {
                let known = self.scope.get(&path.name.name);
                if let Some(entity @ (Entity::Buffer(_) | Entity::Choice(_) | Entity::Record(_))) = known {
                    return Some(entity.clone());
                }
            }
            ExprKind::Struct(of, given) => return self.let_record(of, given, value.span, nodes).map(Entity::Record),
            _ => {}
        }
        let value = self.value(value)?;
        Some(Entity::Value(self.kept(value, name, nodes)))
    }

    /// Whether an expression names a buffer, or chooses one.
    fn is_buffer(&self, expr: &ast::Expr) -> bool {
        match &expr.kind {
            ExprKind::Path(path) if path.qualifier.is_none() => {
                matches!(self.scope.get(&path.name.name), Some(Entity::Buffer(_) | Entity::Choice(_)))
            }
            ExprKind::If { then, otherwise: Some(otherwise), .. } => {
                let ways = plain_value(then).zip(plain_body(otherwise));
                ways.is_some_and(|(then, otherwise)| self.is_buffer(then) && self.is_buffer(otherwise))
            }
            ExprKind::Match { arms, .. } => {
                arms.iter().all(|(_, body)| plain_body(body).is_some_and(|way| self.is_buffer(way)))
            }
            _ => false,
        }
    }

    /// `if cond { a } else { b }` of buffers.
    fn choice(
        &mut self,
        cond: &ast::Expr,
        (then, otherwise): (&ast::Expr, &ast::Expr),
        nodes: &mut Vec<Node>,
    ) -> Option<Entity> {
        let cond = self.value_of(cond, Ty::Bool)?;
        match cond.expr {
            Expr::Bool(true) => return self.entity(then, None, nodes),
            Expr::Bool(false) => return self.entity(otherwise, None, nodes),
            _ => {}
        }
        let ways = [self.entity(then, None, nodes)?, self.entity(otherwise, None, nodes)?];
        self.one_of(cond, ways, then.span)
    }

    /// `match on { pattern => a, .. }` of buffers.
    fn choice_of_arms(
        &mut self,
        on: &ast::Expr,
        arms: &[(ast::Pattern, ast::Expr)],
        nodes: &mut Vec<Node>,
    ) -> Option<Entity> {
        let on_value = self.value(on)?;
        let tests = self.tests(&on_value, arms, on.span)?;
        let mut chosen: Option<Entity> = None;
        for (test, (_, body)) in tests.into_iter().zip(arms).rev() {
            let way = self.entity(plain_body(body)?, None, nodes)?;
            chosen = Some(match (test, chosen) {
                (Test::When(cond, _), Some(rest)) => match cond.expr {
                    Expr::Bool(true) => way,
                    Expr::Bool(false) => rest,
                    _ => self.one_of(cond, [way, rest], body.span)?,
                },
                _ => way,
            });
        }
        chosen
    }

    /// One of two, by a condition. It is not kept: what another `let` chooses by the same condition goes the same way.
    fn one_of(&mut self, cond: Value, ways: [Entity; 2], span: Span) -> Option<Entity> {
        let n_ways = ways.iter().map(n_ways).sum();
        match &ways {
            [Entity::Buffer(a), Entity::Buffer(b)] if a.arg == b.arg => return Some(ways[0].clone()),
            _ if n_ways > MAX_WAYS => {
                let help = format!("choose among {MAX_WAYS} at the most: each way has launches of its own");
                return self.not_here(span, &format!("this is one of {n_ways} buffers"), &help);
            }
            _ => {}
        }
        Some(Entity::Choice(Box::new(Choice { cond, ways, n_ways })))
    }

    /// A launch; where a condition chooses one of its buffers, one for each way.
    pub(super) fn launches(&mut self, launch: &Launch<'_>, nodes: &mut Vec<Node>) {
        let open = launch.args.iter().find_map(|arg| match self.scope.get(buffer_name(arg)?) {
            Some(Entity::Choice(choice)) => Some(choice.cond.clone()),
            _ => None,
        });
        let Some(cond) = open else { return self.launch_stmt(launch, nodes) };
        let [then, otherwise] = [true, false].map(|holds| {
            let mark = self.scope.mark();
            self.scope.settle(&cond.expr, holds);
            let mut way = vec![];
            self.where_holds(&cond, holds, |walk| walk.launches(launch, &mut way));
            self.scope.reset(mark);
            way
        });
        nodes.push(Node::If(cond.expr, then, otherwise));
    }

    fn scratch(&mut self, path: &ast::Path, args: &[ast::Expr], span: Span, nodes: &mut Vec<Node>) -> Option<Buffer> {
        let form = format!("write `{}::<f32>(n)`", path.name.name);
        let elem = match path.generics.as_slice() {
            [ast::GenericArg::Type(ty)] => self.planner.buffer_elem(ty, self.file, &[])?,
            _ => return self.report(plan::SCRATCH, path.span, "a temporary buffer has one element type", &form),
        };
        let [len] = args else {
            return self.report(plan::SCRATCH, span, "a temporary buffer has one length", &form);
        };
        let value = self.value_of(len, Ty::Int)?;
        if matches!(value.expr, Expr::Int(n) if n <= 0) {
            return self.report(plan::SCRATCH, len.span, "a temporary buffer is not empty", "give at least 1");
        }
        let id = self.n_scratch;
        self.n_scratch += 1;
        let zeroed = path.name.name == "scratch_zeroed";
        let taken = (path.name.name == "try_scratch").then(|| self.new_slot());
        let len = value.expr.clone();
        nodes.push(Node::Step(Step::Scratch { id, elem_bytes: elem.bytes(), len, zeroed, taken }));
        let arg = Arg::Scratch(id);
        Some(Buffer { arg, elem, mutable: true, optional: false, taken, may_alias: false, len: value, span })
    }

    /// The buffer that an argument names, and the lanes of the view that it is passed as. The error says whether
    /// something has been reported; else the argument is no buffer.
    pub(super) fn viewed(&mut self, expr: &ast::Expr) -> Result<(Buffer, Option<u8>), bool> {
        let lanes = match &expr.kind {
            ExprKind::Method { name, .. } if name.name == "as_x2" => Some(2),
            ExprKind::Method { .. } => Some(4),
            _ => None,
        };
        let buffer = match buffer_name(expr).and_then(|name| self.scope.get(name)).cloned() {
            Some(Entity::Buffer(buffer)) => buffer,
            Some(Entity::Unknown) => return Err(true),
            _ => return Err(false),
        };
        let Some(lanes) = lanes else { return Ok((buffer, None)) };
        match buffer.elem {
            Elem::Scalar(scalar) => Ok((Buffer { elem: Elem::Vector(scalar, lanes), ..buffer }, Some(lanes))),
            _ => {
                let help = "only a buffer of numbers can be seen as vectors";
                self.report::<()>(plan::LAUNCH_TYPE, expr.span, "this buffer has no view of that kind", help);
                Err(true)
            }
        }
    }
}

/// How many buffers something may be.
fn n_ways(entity: &Entity) -> usize {
    if let Entity::Choice(choice) = entity { choice.n_ways } else { 1 }
}

/// The name of the buffer that an argument may be: `x`, `&x`, `x.as_x4()`.
fn buffer_name(arg: &ast::Expr) -> Option<&str> {
    let base = match &arg.kind {
        ExprKind::Method { receiver, name, args, .. } if args.is_empty() => match name.name.as_str() {
            "as_x2" | "as_x4" => receiver,
            _ => return None,
        },
        ExprKind::Ref { of, .. } => of,
        _ => arg,
    };
    match &base.kind {
        ExprKind::Path(path) => Some(&path.name.name),
        _ => None,
    }
}

/// The parts of a tuple of that many values: one that is written, or that `if`, `match` and blocks give.
fn parts(value: &ast::Expr, n: usize) -> Option<Vec<ast::Expr>> {
    let with = |kind: ExprKind| ast::Expr { kind, span: value.span };
    let block_with = |block: &ast::Block, value| ast::Block { value: Some(Box::new(value)), ..block.clone() };
    match &value.kind {
        ExprKind::Tuple(parts) => (parts.len() == n).then(|| parts.clone()),
        ExprKind::Block(block) => {
            let inner = parts(block.value.as_deref()?, n)?;
            Some(inner.into_iter().map(|part| with(ExprKind::Block(block_with(block, part)))).collect())
        }
        ExprKind::If { cond, then, otherwise: Some(otherwise) } => {
            let (a, b) = (parts(then.value.as_deref()?, n)?, parts(otherwise, n)?);
            let whole = |(a, b)| {
                let otherwise = Some(Box::new(b));
                with(ExprKind::If { cond: cond.clone(), then: block_with(then, a), otherwise })
            };
            Some(a.into_iter().zip(b).map(whole).collect())
        }
        ExprKind::Match { on, arms } => {
            let bodies = arms.iter().map(|(_, body)| parts(body, n)).collect::<Option<Vec<_>>>()?;
            let arms_of = |at: usize| {
                let of = |((pattern, _), parts): (&(ast::Pattern, ast::Expr), &Vec<ast::Expr>)| {
                    (pattern.clone(), parts[at].clone())
                };
                arms.iter().zip(&bodies).map(of).collect()
            };
            Some((0..n).map(|at| with(ExprKind::Match { on: on.clone(), arms: arms_of(at) })).collect())
        }
        _ => None,
    }
}

/// The names of a pattern whose value is wrong: what uses them stays silent.
fn unknown(pattern: &ast::Pattern, bound: &mut Vec<(String, Entity)>) {
    match &pattern.kind {
        PatternKind::Bind { name, .. } => bound.push((name.name.clone(), Entity::Unknown)),
        PatternKind::Tuple(patterns) => patterns.iter().for_each(|pattern| unknown(pattern, bound)),
        _ => {}
    }
}

/// The value of a block that has nothing else.
fn plain_value(block: &ast::Block) -> Option<&ast::Expr> {
    block.value.as_deref().filter(|_| block.stmts.is_empty())
}

/// What follows `else` or `=>`.
fn plain_body(body: &ast::Expr) -> Option<&ast::Expr> {
    match &body.kind {
        ExprKind::Block(block) => plain_value(block),
        _ => Some(body),
    }
}
