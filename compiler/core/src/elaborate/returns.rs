//! Where a function's `return`s stand: whether each is the last thing that happens on its way.

use crate::syntax::ast::{Block, Expr, ExprKind, Stmt};

/// Whether a function's returns can all be seen as values of its branches.
///
/// They can where each stands last on its way through `if`, `match` and blocks, counting what follows
/// `if c { ...; return a; }` as its other branch.
pub(super) fn are_last(body: &Block) -> bool {
    stmts_are_last(&body.stmts, body.value.as_deref())
}

/// Whether there is a `return` in it.
pub(super) fn contains(block: &Block) -> bool {
    block_any(block, &mut |expr| matches!(expr.kind, ExprKind::Return(_)))
}

/// Whether there is a `return` in an expression.
pub(super) fn expr_contains(expr: &Expr) -> bool {
    any(expr, &mut |expr| matches!(expr.kind, ExprKind::Return(_)))
}

/// Whether a `break` in a loop's body leaves that loop.
pub(super) fn breaks(body: &Block) -> bool {
    fn inside(expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Break => true,
            ExprKind::For { .. } | ExprKind::While { .. } => false,
            _ => parts(expr, &mut |part| inside(part), &mut |block| breaks(block)),
        }
    }
    block_parts(body, &mut |expr| inside(expr))
}

fn stmts_are_last(stmts: &[Stmt], value: Option<&Expr>) -> bool {
    let Some((stmt, rest)) = stmts.split_first() else {
        return value.is_none_or(is_last);
    };
    let nothing_follows = rest.is_empty() && value.is_none();
    match stmt {
        Stmt::Let { value: Some(init), .. } if expr_contains(init) => false,
        Stmt::Expr(expr) if expr_contains(expr) => match &expr.kind {
            ExprKind::If { cond, then, otherwise: None } => {
                !expr_contains(cond)
                    && are_last(then)
                    && (always(then) || nothing_follows)
                    && stmts_are_last(rest, value)
            }
            ExprKind::Return(_) => is_last(expr),
            _ => nothing_follows && is_last(expr),
        },
        _ => stmts_are_last(rest, value),
    }
}

fn is_last(expr: &Expr) -> bool {
    if !expr_contains(expr) {
        return true;
    }
    match &expr.kind {
        ExprKind::Return(value) => value.as_deref().is_none_or(|value| !expr_contains(value)),
        ExprKind::If { cond, then, otherwise } => {
            !expr_contains(cond) && are_last(then) && otherwise.as_deref().is_none_or(is_last)
        }
        ExprKind::Match { on, arms } => !expr_contains(on) && arms.iter().all(|(_, body)| is_last(body)),
        ExprKind::Block(block) => are_last(block),
        _ => false,
    }
}

/// Whether a block always ends with a `return`.
fn always(block: &Block) -> bool {
    fn expr(e: &Expr) -> bool {
        match &e.kind {
            ExprKind::Return(_) => true,
            ExprKind::If { then, otherwise: Some(otherwise), .. } => always(then) && expr(otherwise),
            ExprKind::Match { arms, .. } => arms.iter().all(|(_, body)| expr(body)),
            ExprKind::Block(block) => always(block),
            _ => false,
        }
    }
    match (&block.value, block.stmts.last()) {
        (Some(value), _) => expr(value),
        (None, Some(Stmt::Expr(last))) => expr(last),
        _ => false,
    }
}

/// Whether `test` holds for an expression or any part of it.
fn any(expr: &Expr, test: &mut dyn FnMut(&Expr) -> bool) -> bool {
    if test(expr) {
        return true;
    }
    let test = std::cell::RefCell::new(test);
    parts(expr, &mut |part| any(part, &mut **test.borrow_mut()), &mut |block| {
        block_any(block, &mut **test.borrow_mut())
    })
}

fn block_any(block: &Block, test: &mut dyn FnMut(&Expr) -> bool) -> bool {
    block_parts(block, &mut |expr| any(expr, test))
}

fn block_parts(block: &Block, on_expr: &mut dyn FnMut(&Expr) -> bool) -> bool {
    let in_stmts = block.stmts.iter().any(|stmt| match stmt {
        Stmt::Let { value, .. } => value.as_ref().is_some_and(&mut *on_expr),
        Stmt::Const(_) => false,
        Stmt::Expr(expr) => on_expr(expr),
    });
    in_stmts || block.value.as_ref().is_some_and(|value| on_expr(value))
}

/// Whether any part of an expression is one: the expressions and the blocks that stand directly in it.
fn parts(expr: &Expr, on_expr: &mut dyn FnMut(&Expr) -> bool, on_block: &mut dyn FnMut(&Block) -> bool) -> bool {
    use ExprKind as K;
    match &expr.kind {
        K::Int { .. } | K::Float { .. } | K::Bool(_) | K::Str(_) | K::Path(_) => false,
        K::Break | K::Continue | K::Supports(_) => false,
        K::Unary(_, a) | K::Field(a, _) | K::Cast(a, _) | K::Ref { of: a, .. } | K::Require(a) => on_expr(a),
        K::Binary(_, a, b) | K::Assign(a, b) | K::AssignOp(_, a, b) | K::Index(a, b) | K::Repeat(a, b) => {
            on_expr(a) || on_expr(b)
        }
        K::Fault { value, bound, .. } => on_expr(value) || on_expr(bound),
        K::Call(_, args) | K::Tuple(args) | K::Array(args) => args.iter().any(on_expr),
        K::Method { receiver, args, .. } => on_expr(receiver) || args.iter().any(on_expr),
        K::Launch { grid, args, .. } => grid.iter().chain(args).any(on_expr),
        K::Struct(_, fields) => fields.iter().any(|(_, value)| on_expr(value)),
        K::Return(value) => value.as_deref().is_some_and(on_expr),
        K::Block(block) => on_block(block),
        K::If { cond, then, otherwise } => on_expr(cond) || on_block(then) || otherwise.as_deref().is_some_and(on_expr),
        K::Match { on, arms } => on_expr(on) || arms.iter().any(|(_, body)| on_expr(body)),
        K::For { start, end, step, body, .. } => {
            on_expr(start) || on_expr(end) || step.as_deref().is_some_and(&mut *on_expr) || on_block(body)
        }
        K::While { bound, cond, body } => {
            let mut opt = |e: &Option<Box<Expr>>| e.as_deref().is_some_and(&mut *on_expr);
            opt(bound) || opt(cond) || on_block(body)
        }
    }
}
