//! The body of an op: its statements, in order, to the steps of a plan.

use super::Planner;
use super::choice::Test;
use super::facts::Definitions;
use super::launch::Launch;
use super::loops::Loop;
use super::order::Node;
use super::poly::Poly;
use super::value::{Entity, Scope, Text, Ty, Value};
use crate::diag::Diagnostic;
use crate::elaborate::unused;
use crate::program::ItemId;
use crate::source::FileId;
use crate::syntax::ast::{self, ExprKind, Stmt};
use wgpuc_abi::{BinaryOp, Expr, Name, Step};

/// Longer texts are not repeated in messages: the `let`'s own name stands for them.
pub(super) const MAX_TEXT: usize = 48;

/// The state while an op's body is read.
pub(super) struct Walk<'p, 'a> {
    /// The package.
    pub(super) planner: &'p mut Planner<'a>,
    /// Where names are looked up.
    pub(super) file: FileId,
    /// Parameters and `let`s.
    pub(super) scope: Scope,
    /// What holds here: each is not negative.
    pub(super) facts: Vec<Poly>,
    /// Conditions that are known to hold here, or not to.
    pub(super) known: Vec<(Expr, bool)>,
    /// Results that are no polynomials.
    pub(super) definitions: Definitions,
    /// Functions that are being evaluated.
    pub(super) calling: Vec<ItemId>,
    /// Values that are kept.
    pub(super) n_slots: u32,
    /// Temporary buffers.
    pub(super) n_scratch: u32,
    /// Launches so far, on all ways.
    pub(super) n_launches: u32,
    /// Loops around the statement.
    pub(super) in_loops: u32,
    /// Rounds of all loops so far.
    pub(super) n_rounds: i64,
}

impl<'p, 'a> Walk<'p, 'a> {
    /// Before the first statement.
    pub(super) fn new(planner: &'p mut Planner<'a>, file: FileId) -> Self {
        Self {
            planner,
            file,
            scope: Scope::default(),
            facts: vec![],
            known: vec![],
            definitions: Definitions::default(),
            calling: vec![],
            n_slots: 0,
            n_scratch: 0,
            n_launches: 0,
            in_loops: 0,
            n_rounds: 0,
        }
    }

    /// The steps of a block, and whether every way through it returns.
    pub(super) fn block(&mut self, block: &ast::Block) -> (Vec<Node>, bool) {
        let mark = self.scope.mark();
        let mut nodes = vec![];
        let mut returns = false;
        for stmt in &block.stmts {
            match stmt {
                Stmt::Let { pattern, value, span, .. } => self.let_stmt(pattern, value.as_ref(), *span, &mut nodes),
                Stmt::Const(constant) => self.local_constant(constant),
                Stmt::Expr(expr) => returns |= self.stmt(expr, &mut nodes),
            }
        }
        if let Some(value) = &block.value {
            returns |= self.stmt(value, &mut nodes);
        }
        self.scope.reset(mark);
        (nodes, returns)
    }

    /// `const NAME: T = value;` in a body.
    pub(super) fn local_constant(&mut self, constant: &ast::Const) {
        let value = self.value(&constant.value);
        let entity = match value {
            Some(value) if value.is_known() => Entity::Value(value),
            Some(_) => {
                let help = "use `let`";
                self.wrong_type::<()>(constant.value.span, "this constant is not known while compiling", help);
                Entity::Unknown
            }
            None => Entity::Unknown,
        };
        self.scope.add(&constant.name.name, entity);
    }

    /// A value that is computed once, under that name.
    pub(super) fn kept(&mut self, mut value: Value, name: Option<&ast::Ident>, nodes: &mut Vec<Node>) -> Value {
        if value.text.text.len() > MAX_TEXT
            && let Some(name) = name
        {
            value.text = Text::atom(Name::from_ident(&name.name).kebab());
        }
        let kept = matches!(value.expr, Expr::Unary(..) | Expr::Binary(..) | Expr::Select(..));
        if kept {
            let slot = self.new_slot();
            let name = name.map_or_else(String::new, |name| name.name.clone());
            nodes.push(Node::Step(Step::Let { slot, name, value: value.expr }));
            value.expr = Expr::Slot(slot);
        }
        value
    }

    pub(super) fn new_slot(&mut self) -> u32 {
        self.n_slots += 1;
        self.n_slots - 1
    }

    /// A statement; whether every way through it returns.
    fn stmt(&mut self, expr: &ast::Expr, nodes: &mut Vec<Node>) -> bool {
        match &expr.kind {
            ExprKind::Require(cond) => self.require(cond, nodes),
            ExprKind::Launch { kernel, grid, args } => {
                self.launches(&Launch { kernel, grid, args, span: expr.span }, nodes)
            }
            ExprKind::Return(None) => {
                nodes.push(Node::Return);
                return true;
            }
            ExprKind::Return(Some(value)) => {
                let help = "write `return;`: results go into buffers";
                self.not_here::<()>(value.span, "an op has no result", help);
            }
            ExprKind::Block(block) => {
                let (inner, returns) = self.block(block);
                nodes.extend(inner);
                return returns;
            }
            ExprKind::If { cond, then, otherwise } => return self.if_stmt(cond, then, otherwise.as_deref(), nodes),
            ExprKind::Match { on, arms } => return self.match_stmt(on, arms, nodes),
            ExprKind::Tuple(parts) if parts.is_empty() => {}
            ExprKind::For { var, start, end, step, reversed, body, .. } => {
                let step = step.as_deref();
                return self.for_stmt(&Loop { var, start, end, step, reversed: *reversed, body }, nodes);
            }
            ExprKind::While { .. } => {
                let help = "write `for i in 0..4`, launch more workgroups at once, or put the loop into the kernel";
                self.not_here::<()>(expr.span, "an op only has loops over constants", help);
            }
            ExprKind::Assign(..) | ExprKind::AssignOp(..) => {
                let help = "bind a new value with `let`; buffers are written by kernels";
                self.not_here::<()>(expr.span, "the values of an op do not change", help);
            }
            ExprKind::Fault { .. } => {
                let help = "use `require!(cond)`";
                self.not_here::<()>(expr.span, "`fault!` belongs to kernels", help);
            }
            ExprKind::Break | ExprKind::Continue => {
                let help = "write `if` around what some rounds leave out";
                self.not_here::<()>(expr.span, "all rounds of an op's loop are whole", help);
            }
            _ => self.dropped(expr),
        }
        false
    }

    /// A value that nothing uses: it is checked all the same.
    fn dropped(&mut self, expr: &ast::Expr) {
        let Some(value) = self.value(expr) else { return };
        let diagnostic = unused::unused(expr);
        let diagnostic = match value.ty {
            // In place of the help for kernels, which assign.
            Ty::Bool => {
                Diagnostic { help: vec![], ..diagnostic }.help("to demand it of every call, write `require!(...)`")
            }
            _ => diagnostic,
        };
        self.planner.diagnostics.push(diagnostic);
    }

    pub(super) fn require(&mut self, cond: &ast::Expr, nodes: &mut Vec<Node>) {
        if let ExprKind::Binary(ast::BinaryOp::AndAlso, a, b) = &cond.kind {
            self.require(a, nodes);
            self.require(b, nodes);
            return;
        }
        let Some(value) = self.value_of(cond, Ty::Bool) else { return };
        if value.expr == Expr::Bool(true) {
            return;
        }
        // Of `u32`s, `n < 0` never does.
        if value.expr == Expr::Bool(false) || value.says.0.iter().any(Poly::is_negative) {
            let help = "every call would fail: correct the condition";
            self.wrong_type::<()>(cond.span, "this never holds", help);
            return;
        }
        let (mut left, mut right) = (String::new(), String::new());
        if let (ExprKind::Binary(_, a, b), Expr::Binary(op, ..)) = (&cond.kind, &value.expr)
            && is_comparison(*op)
            && let (Some(a), Some(b)) = (self.value(a), self.value(b))
        {
            (left, right) = (a.text.text, b.text.text);
        }
        self.assume(&value, true);
        let text = value.text.text;
        nodes.push(Node::Step(Step::Require { cond: value.expr, text, left, right }));
    }

    fn if_stmt(
        &mut self,
        cond: &ast::Expr,
        then: &ast::Block,
        otherwise: Option<&ast::Expr>,
        nodes: &mut Vec<Node>,
    ) -> bool {
        let cond = match self.value_of(cond, Ty::Bool) {
            Some(cond) => cond,
            // Which rounds take which way is not known, and what a round never takes need not be right.
            None if self.in_loops > 0 => return false,
            // The ways are checked all the same.
            None => Value::bool(true),
        };
        // What no round takes another one does, where it is looked at.
        if let (Expr::Bool(holds), true) = (&cond.expr, self.in_loops > 0) {
            return match (holds, otherwise) {
                (true, _) => {
                    let (inner, returns) = self.block(then);
                    nodes.extend(inner);
                    returns
                }
                (false, Some(otherwise)) => self.stmt(otherwise, nodes),
                (false, None) => false,
            };
        }
        let (a, a_returns) = self.where_holds(&cond, true, |walk| walk.block(then));
        let (b, b_returns) = self.where_holds(&cond, false, |walk| {
            let mut nodes = vec![];
            let returns = otherwise.is_some_and(|otherwise| walk.stmt(otherwise, &mut nodes));
            (nodes, returns)
        });
        match (a_returns, b_returns) {
            (true, false) => self.assume(&cond, false),
            (false, true) => self.assume(&cond, true),
            _ => {}
        }
        match cond.expr {
            Expr::Bool(true) => nodes.extend(a),
            Expr::Bool(false) => nodes.extend(b),
            cond => nodes.push(Node::If(cond, a, b)),
        }
        a_returns && b_returns
    }

    fn match_stmt(&mut self, on: &ast::Expr, arms: &[(ast::Pattern, ast::Expr)], nodes: &mut Vec<Node>) -> bool {
        let Some(value) = self.value(on) else { return false };
        let Some(tests) = self.tests(&value, arms, on.span) else { return false };
        let (known, facts) = (self.known.len(), self.facts.len());
        let mut ways = vec![];
        for (test, (_, body)) in tests.into_iter().zip(arms) {
            let mark = self.scope.mark();
            let mut way = vec![];
            let cond = match test {
                Test::Always(name) => {
                    self.name_value(name.as_deref(), &value);
                    None
                }
                Test::When(cond, _) => Some(cond),
            };
            let always = Value::bool(true);
            let holds = cond.as_ref().unwrap_or(&always);
            let returns = self.where_holds(holds, true, |walk| walk.stmt(body, &mut way));
            self.scope.reset(mark);
            if let Some(cond) = &cond {
                self.assume(cond, false);
            }
            let last = cond.is_none();
            ways.push((cond, way, returns));
            if last {
                break;
            }
        }
        self.known.truncate(known);
        self.facts.truncate(facts);
        let returns = ways.iter().all(|(_, _, returns)| *returns);
        let folded = ways.into_iter().rev().fold(vec![], |rest, (cond, way, _)| match cond.map(|cond| cond.expr) {
            None | Some(Expr::Bool(true)) => way,
            Some(Expr::Bool(false)) => rest,
            Some(cond) => vec![Node::If(cond, way, rest)],
        });
        nodes.extend(folded);
        returns
    }
}

fn is_comparison(op: BinaryOp) -> bool {
    use BinaryOp::{Eq, Ge, Gt, Le, Lt, Ne};
    matches!(op, Eq | Ne | Lt | Le | Gt | Ge)
}
