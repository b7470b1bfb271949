//! Arguments that an op's `require!`s admit, found by trying: what is unmet is mended, and all is looked at again.
//!
//! The op itself is asked in the end, so this may be wrong and only fails to find some.

use super::Shape;
use wgpuc_abi::{BinaryOp, Expr, Step, UnaryOp};

/// Mends a shape until every requirement holds; else the first that could not be mended, in the source's words.
pub(crate) fn solve(steps: &[Step], shape: &mut Shape) -> Result<(), String> {
    const ROUNDS: i32 = 64;
    let mut last = String::new();
    for round in 0..ROUNDS {
        let mut walk = Walk { shape, slots: vec![], round };
        let Some((cond, text)) = walk.unmet(steps) else { return Ok(()) };
        if !walk.mend(&cond) {
            return Err(text);
        }
        last = text;
    }
    Err(last)
}

struct Walk<'s> {
    shape: &'s mut Shape,
    /// What each slot was set to, and what that was: looked up, not computed again by each slot that uses it.
    slots: Vec<(u32, Expr, Option<i128>)>,
    /// Which round this is.
    round: i32,
}

impl Walk<'_> {
    /// The first requirement on the way that does not hold.
    fn unmet(&mut self, steps: &[Step]) -> Option<(Expr, String)> {
        for step in steps {
            match step {
                Step::Let { slot, value, .. } => {
                    let now = self.eval(value);
                    self.slots.push((*slot, value.clone(), now));
                }
                Step::Require { cond, text, .. } if self.eval(cond) != Some(1) => {
                    return Some((cond.clone(), text.clone()));
                }
                Step::If { cond, then, otherwise } => {
                    let way = if self.eval(cond) == Some(1) { then } else { otherwise };
                    if let Some(unmet) = self.unmet(way) {
                        return Some(unmet);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// An expression's value, bools as 0 and 1; `None` where it has none, or is a float.
    fn eval(&self, expr: &Expr) -> Option<i128> {
        match expr {
            Expr::Int(value) => Some(i128::from(*value)),
            Expr::Bool(value) => Some(i128::from(*value)),
            Expr::F32(_) => None,
            // Who does not refuses alike everywhere.
            Expr::Supports(_) => Some(1),
            Expr::Param { param, field } => self.shape.number(*param, *field),
            Expr::Len { param } => self.shape.lens.get(*param as usize).map(|len| i128::from(*len)),
            Expr::IsSome { param } => self.shape.given.get(*param as usize).map(|given| i128::from(*given)),
            Expr::Slot(slot) => self.slots.iter().rev().find(|(s, ..)| s == slot).and_then(|(_, _, now)| *now),
            Expr::Unary(UnaryOp::Not, a) => Some(1 - self.eval(a)?),
            Expr::Unary(UnaryOp::Neg, a) => Some(-self.eval(a)?),
            Expr::Unary(UnaryOp::Ilog2, a) => self.eval(a)?.checked_ilog2().map(i128::from),
            Expr::Binary(op, a, b) => match (self.float(a), self.float(b)) {
                (Some(a), Some(b)) => op.compare(a, b).map(i128::from),
                _ => binary(*op, self.eval(a)?, self.eval(b)?),
            },
            Expr::Select(cond, a, b) => self.eval(if self.eval(cond)? == 1 { a } else { b }),
        }
    }

    /// The value of a float that is a parameter or a number.
    fn float(&self, expr: &Expr) -> Option<f64> {
        match expr {
            Expr::F32(bits) => Some(f32::from_bits(*bits).into()),
            Expr::Param { param, field } => self.shape.float(*param, *field),
            Expr::Slot(slot) => self.slots.iter().rev().find(|(s, ..)| s == slot).and_then(|(_, e, _)| self.float(e)),
            Expr::Unary(UnaryOp::Neg, a) => Some(-self.float(a)?),
            _ => None,
        }
    }

    /// Changes the shape so that a condition may hold; whether it could.
    fn mend(&mut self, cond: &Expr) -> bool {
        match cond {
            Expr::Binary(BinaryOp::And, a, b) => {
                let wrong = if self.eval(a) == Some(1) { b } else { a };
                self.mend(wrong)
            }
            Expr::Binary(BinaryOp::Or, a, b) => self.mend(a) || self.mend(b),
            Expr::Binary(op, a, b) => self.mend_comparison(*op, a, b),
            Expr::Unary(UnaryOp::Not, inner) => self.set(inner, 0),
            other => self.set(other, 1),
        }
    }

    fn mend_comparison(&mut self, op: BinaryOp, a: &Expr, b: &Expr) -> bool {
        if let (Some(x), Some(y)) = (self.float(a), self.float(b)) {
            // Ever less, to come between two numbers that are near.
            let step = 0.5f64.powi(self.round);
            let (for_a, for_b) = match op {
                BinaryOp::Gt | BinaryOp::Ne => (y + step, x - step),
                BinaryOp::Lt => (y - step, x + step),
                _ => (y, x),
            };
            // In turns: each side may be what another requirement has just set.
            if self.round / 2 % 2 == 1 {
                return self.set_float(b, for_b) || self.set_float(a, for_a);
            }
            return self.set_float(a, for_a) || self.set_float(b, for_b);
        }
        let (Some(x), Some(y)) = (self.eval(a), self.eval(b)) else { return false };
        let (for_a, for_b) = match op {
            BinaryOp::Gt => (y + 1, x - 1),
            BinaryOp::Lt => (y - 1, x + 1),
            BinaryOp::Ne => (y + 1, x + 1),
            _ => (y, x),
        };
        // A length is changed rather than what it must suffice for.
        if matches!(b, Expr::Len { .. }) {
            return self.set(b, for_b) || self.set(a, for_a);
        }
        self.set(a, for_a) || self.set(b, for_b)
    }

    /// As [`Self::set`], for a float.
    fn set_float(&mut self, expr: &Expr, value: f64) -> bool {
        match expr {
            Expr::Param { param, field } => self.shape.set_float(*param, *field, value),
            Expr::Slot(slot) => {
                let found = self.slots.iter().rev().find(|(s, ..)| s == slot).map(|(_, e, _)| e.clone());
                found.is_some_and(|expr| self.set_float(&expr, value))
            }
            _ => false,
        }
    }

    /// Gives an expression a value by changing what it is made of; whether it could.
    fn set(&mut self, expr: &Expr, value: i128) -> bool {
        match expr {
            Expr::Len { param } => match (self.shape.lens.get_mut(*param as usize), u64::try_from(value)) {
                (Some(len), Ok(value)) => std::mem::replace(len, value) != value,
                _ => false,
            },
            Expr::IsSome { param } => {
                let given = self.shape.given.get_mut(*param as usize);
                given.is_some_and(|given| std::mem::replace(given, value != 0) != (value != 0))
            }
            Expr::Param { param, field } => self.shape.set_number(*param, *field, value),
            Expr::Slot(slot) => {
                let found = self.slots.iter().rev().find(|(s, ..)| s == slot).map(|(_, e, _)| e.clone());
                found.is_some_and(|expr| self.set(&expr, value))
            }
            Expr::Unary(UnaryOp::Ilog2, a) => {
                u32::try_from(value).ok().and_then(|log| 1i128.checked_shl(log)).is_some_and(|power| self.set(a, power))
            }
            Expr::Binary(op, a, b) => self.set_binary(*op, (a, b), value),
            _ => false,
        }
    }

    /// As [`Self::set`], where one side stays as it is.
    fn set_binary(&mut self, op: BinaryOp, (a, b): (&Expr, &Expr), value: i128) -> bool {
        let (Some(x), Some(y)) = (self.eval(a), self.eval(b)) else { return false };
        let up = |value: i128, by: i128| value.checked_div(by).map(|q| q + i128::from(q * by < value));
        match op {
            BinaryOp::Add => self.set(a, value - y) || self.set(b, value - x),
            BinaryOp::Sub => self.set(a, value + y),
            BinaryOp::Mul => {
                up(value, y).is_some_and(|n| self.set(a, n)) || up(value, x).is_some_and(|n| self.set(b, n))
            }
            BinaryOp::Div | BinaryOp::DivCeil => self.set(a, value * y),
            BinaryOp::Rem if y > 0 => self.set(a, x - x % y + value),
            BinaryOp::Shl => self.set(a, value >> y.clamp(0, 127)),
            BinaryOp::Shr => value.checked_mul(1i128 << y.clamp(0, 126)).is_some_and(|value| self.set(a, value)),
            // Bits that are too many; `n & (n - 1)` is 0 of the largest power of two in `n`.
            BinaryOp::BitAnd => self.set(a, x & !(x & y) | value),
            BinaryOp::Min | BinaryOp::Max => (x != value && self.set(a, value)) || self.set(b, value),
            _ => false,
        }
    }
}

/// An operation on integers, and on bools as 0 and 1.
fn binary(op: BinaryOp, a: i128, b: i128) -> Option<i128> {
    match op {
        BinaryOp::And => Some(a & b),
        BinaryOp::Or => Some(a | b),
        op => op.compare(a, b).map(i128::from).or_else(|| op.integer(a, b)),
    }
}
