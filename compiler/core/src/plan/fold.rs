//! Plan expressions made from smaller ones, with what is constant computed at once.
//!
//! Integers are exact: a result that does not fit 64 bits is left for the executor, which has 128.

use wgpuc_abi::{BinaryOp, Expr, UnaryOp};

/// `op a`.
pub(super) fn unary(op: UnaryOp, a: Expr) -> Expr {
    match (op, &a) {
        (UnaryOp::Not, Expr::Bool(value)) => Expr::Bool(!value),
        (UnaryOp::Not, Expr::Unary(UnaryOp::Not, inner)) => (**inner).clone(),
        (UnaryOp::Neg, Expr::Int(value)) if *value != i64::MIN => Expr::Int(-value),
        (UnaryOp::Ilog2, Expr::Int(value)) if *value > 0 => Expr::Int(value.ilog2().into()),
        (UnaryOp::Neg, Expr::F32(bits)) => Expr::F32((-f32::from_bits(*bits)).to_bits()),
        _ => Expr::Unary(op, Box::new(a)),
    }
}

/// `a op b`.
pub(super) fn binary(op: BinaryOp, a: Expr, b: Expr) -> Expr {
    let known = match (&a, &b) {
        (Expr::Int(a), Expr::Int(b)) => integers(op, i128::from(*a), i128::from(*b)),
        (Expr::F32(a), Expr::F32(b)) => op.compare(f32::from_bits(*a), f32::from_bits(*b)).map(Expr::Bool),
        (Expr::Bool(a), Expr::Bool(b)) => bools(op, *a, *b),
        (Expr::Bool(true), other) if op == BinaryOp::And => Some(other.clone()),
        (Expr::Bool(false), other) if op == BinaryOp::Or => Some(other.clone()),
        (Expr::Bool(false), _) if op == BinaryOp::And => Some(Expr::Bool(false)),
        (Expr::Bool(true), _) if op == BinaryOp::Or => Some(Expr::Bool(true)),
        _ => None,
    };
    known.unwrap_or_else(|| Expr::Binary(op, Box::new(a), Box::new(b)))
}

/// `if cond { a } else { b }`.
pub(super) fn select(cond: Expr, a: Expr, b: Expr) -> Expr {
    match cond {
        Expr::Bool(true) => a,
        Expr::Bool(false) => b,
        _ if a == b => a,
        cond => Expr::Select(Box::new(cond), Box::new(a), Box::new(b)),
    }
}

/// The expression with some parts replaced and folded again.
pub(super) fn substitute(expr: &Expr, by: &dyn Fn(&Expr) -> Option<Expr>) -> Expr {
    if let Some(value) = by(expr) {
        return value;
    }
    match expr {
        Expr::Unary(op, a) => unary(*op, substitute(a, by)),
        Expr::Binary(op, a, b) => binary(*op, substitute(a, by), substitute(b, by)),
        Expr::Select(c, a, b) => select(substitute(c, by), substitute(a, by), substitute(b, by)),
        other => other.clone(),
    }
}

/// How many parts an expression has, counted up to `most`.
pub(super) fn n_parts(expr: &Expr, most: usize) -> usize {
    let parts: &[&Expr] = match expr {
        Expr::Unary(_, a) => &[a],
        Expr::Binary(_, a, b) => &[a, b],
        Expr::Select(c, a, b) => &[c, a, b],
        _ => &[],
    };
    parts.iter().fold(1, |n, part| if n < most { n + n_parts(part, most - n) } else { n })
}

/// `None` where the call would fail, or the value is too large to be written down.
fn integers(op: BinaryOp, a: i128, b: i128) -> Option<Expr> {
    match op.compare(a, b) {
        Some(holds) => Some(Expr::Bool(holds)),
        None => i64::try_from(op.integer(a, b)?).ok().map(Expr::Int),
    }
}

fn bools(op: BinaryOp, a: bool, b: bool) -> Option<Expr> {
    let value = match op {
        BinaryOp::And => a && b,
        BinaryOp::Or => a || b,
        BinaryOp::Eq => a == b,
        BinaryOp::Ne => a != b,
        _ => return None,
    };
    Some(Expr::Bool(value))
}
