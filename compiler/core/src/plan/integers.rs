//! Integers of ops: operators on values of the right types, what they say as facts, and the methods of integers.

use super::facts::comparison;
use super::fold;
use super::poly::Poly;
use super::value::{Text, Ty, Value};
use super::walk::Walk;
use crate::syntax::ast::{self, BinaryOp as AstOp};
use wgpuc_abi::{BinaryOp, Expr, UnaryOp};

/// Methods of integers about powers of two.
pub(super) const ABOUT_POWERS: [&str; 3] = ["ilog2", "is_power_of_two", "next_power_of_two"];

impl Walk<'_, '_> {
    /// `a op b` of operands of the right types.
    pub(super) fn combine(&mut self, op: BinaryOp, left: Value, right: Value, ty: Ty, text: Text) -> Value {
        let expr = fold::binary(op, left.expr, right.expr);
        let mut value = Value::new(expr, ty, text);
        if let Expr::Int(known) = value.expr {
            value.poly = Poly::constant(i128::from(known));
        } else if ty == Ty::Int {
            value.poly = self.integer_poly(op, &value.expr, left.poly, right.poly);
        } else {
            value.says = match op {
                BinaryOp::And => ([left.says.0, right.says.0].concat(), vec![]),
                BinaryOp::Or => (vec![], [left.says.1, right.says.1].concat()),
                op if left.ty == Ty::Int => comparison(op, &left.poly, &right.poly),
                _ => (vec![], vec![]),
            };
            if op == BinaryOp::Eq && right.poly.as_constant() == Some(0) {
                value.says.0.extend(self.definitions.divides(&left.poly, &self.facts));
            }
        }
        value
    }

    fn integer_poly(&mut self, op: BinaryOp, expr: &Expr, left: Poly, right: Poly) -> Poly {
        // Larger ones say nothing of what fits a kernel.
        let power = || right.as_constant().filter(|by| (0..=64).contains(by)).map(|by| 1i128 << by);
        let poly = match op {
            BinaryOp::Add => left.add(&right),
            BinaryOp::Sub => left.sub(&right),
            BinaryOp::Mul => left.mul(&right),
            BinaryOp::Shl => power().and_then(|power| left.scale(power)),
            _ => None,
        };
        // A shift to the right divides.
        let right = if op == BinaryOp::Shr { power().map_or_else(Poly::default, Poly::constant) } else { right };
        poly.unwrap_or_else(|| self.define(expr, &[left, right]))
    }

    /// The atom of a result that is no polynomial; what it satisfies is in force from here on, also where nobody computes it.
    pub(super) fn define(&mut self, expr: &Expr, operands: &[Poly]) -> Poly {
        let (atom, facts) = self.definitions.define(expr, operands, &self.facts);
        self.facts.extend(facts);
        Poly::atom(atom)
    }

    /// The result's type, where the operands' types fit the operator.
    pub(super) fn operand_types(
        &mut self,
        op: AstOp,
        left: &Value,
        right: &Value,
        a: &ast::Expr,
        b: &ast::Expr,
    ) -> Option<Ty> {
        use AstOp::{Add, And, AndAlso, Div, Eq, Ge, Gt, Le, Lt, Mul, Ne, Or, OrElse, Rem, Shl, Shr, Sub, Xor};
        if left.ty != right.ty {
            let message = format!("the two sides are {} and {}", self.type_name(left.ty), self.type_name(right.ty));
            return self.wrong_type(a.span.to(b.span), &message, "both must have one type");
        }
        let (fits, gives) = match op {
            Add | Sub | Mul | Div | Rem | And | Or | Xor | Shl | Shr => (left.ty == Ty::Int, Ty::Int),
            AndAlso | OrElse => (left.ty == Ty::Bool, Ty::Bool),
            Lt | Le | Gt | Ge => (matches!(left.ty, Ty::Int | Ty::F32), Ty::Bool),
            Eq | Ne => (true, Ty::Bool),
        };
        if !fits {
            let message = format!("this operator does not take {}", self.type_name(left.ty));
            let help = match left.ty {
                Ty::F32 => "an op only compares floats: compute in the kernel",
                _ => "arithmetic takes integers, `&&` and `||` take bools",
            };
            return self.wrong_type(a.span.to(b.span), &message, help);
        }
        match (op, &right.expr) {
            (Div | Rem, Expr::Int(0)) => self.by_zero(b),
            (Shl | Shr, Expr::Int(by)) if !(0..128).contains(by) => {
                let help = "shift by 0 to 127: integers of an op have 128 bits";
                self.wrong_type(b.span, "this is no number of bits", help)
            }
            _ => Some(gives),
        }
    }

    /// `min`, `max` and `div_ceil`.
    pub(super) fn two_integers(&mut self, name: &str, a: &ast::Expr, b: &ast::Expr) -> Option<Value> {
        let (left, right) = (self.value_of(a, Ty::Int), self.value_of(b, Ty::Int));
        let (left, right) = (left?, right?);
        let op = match name {
            "min" => BinaryOp::Min,
            "max" => BinaryOp::Max,
            _ if right.expr == Expr::Int(0) => return self.by_zero(b),
            _ => BinaryOp::DivCeil,
        };
        let text = Text::atom(format!("{}({}, {})", name.replace('_', "-"), left.text.text, right.text.text));
        Some(self.combine(op, left, right, Ty::Int, text))
    }

    fn by_zero<T>(&mut self, divisor: &ast::Expr) -> Option<T> {
        self.wrong_type(divisor.span, "this divides by zero", "divide by what is at least 1")
    }

    /// One of [`ABOUT_POWERS`].
    pub(super) fn about_powers(&mut self, name: &str, of: &ast::Expr) -> Option<Value> {
        let n = self.value_of(of, Ty::Int)?;
        let text = |n: &Value| Text::atom(format!("{}.{}()", n.text.within(Text::ATOM), name.replace('_', "-")));
        let (text, one) = (text(&n), Value::int(1));
        Some(match name {
            "ilog2" if matches!(n.expr, Expr::Int(known) if known < 1) => {
                return self.wrong_type(of.span, "this is the logarithm of less than 1", "give at least 1");
            }
            "ilog2" => self.ilog2(n, text),
            // `n & (n - 1)` is without the lowest bit.
            "is_power_of_two" => {
                let below = self.combine(BinaryOp::Sub, n.clone(), one.clone(), Ty::Int, text.clone());
                let others = self.combine(BinaryOp::BitAnd, n.clone(), below, Ty::Int, text.clone());
                let is_one = self.combine(BinaryOp::Eq, others, Value::int(0), Ty::Bool, text.clone());
                let is_some = self.combine(BinaryOp::Ge, n, one, Ty::Bool, text.clone());
                self.combine(BinaryOp::And, is_some, is_one, Ty::Bool, text)
            }
            _ => {
                let below = self.combine(BinaryOp::Sub, n.clone(), one.clone(), Ty::Int, text.clone());
                let below = self.combine(BinaryOp::Max, below, one.clone(), Ty::Int, text.clone());
                let log = self.ilog2(below, text.clone());
                let log = self.combine(BinaryOp::Add, log, one.clone(), Ty::Int, text.clone());
                let power = self.combine(BinaryOp::Shl, one.clone(), log, Ty::Int, text.clone());
                let is_one = self.combine(BinaryOp::Le, n.clone(), one.clone(), Ty::Bool, text.clone());
                let value = self.select_value(is_one, one, power, text);
                self.facts.extend(value.poly.sub(&n.poly));
                value
            }
        })
    }

    fn ilog2(&mut self, n: Value, text: Text) -> Value {
        let value = Value::new(fold::unary(UnaryOp::Ilog2, n.expr), Ty::Int, text);
        let poly = match value.expr {
            Expr::Int(known) => Poly::constant(known.into()),
            _ => self.define(&value.expr, &[n.poly]),
        };
        Value { poly, ..value }
    }
}

/// The plan's operator, how it is written, and how tightly it binds.
pub(super) fn operator(op: AstOp) -> (BinaryOp, &'static str, u8) {
    match op {
        AstOp::OrElse => (BinaryOp::Or, "||", 0),
        AstOp::AndAlso => (BinaryOp::And, "&&", 1),
        AstOp::Eq => (BinaryOp::Eq, "==", 3),
        AstOp::Ne => (BinaryOp::Ne, "!=", 3),
        AstOp::Lt => (BinaryOp::Lt, "<", 3),
        AstOp::Le => (BinaryOp::Le, "<=", 3),
        AstOp::Gt => (BinaryOp::Gt, ">", 3),
        AstOp::Ge => (BinaryOp::Ge, ">=", 3),
        AstOp::Or => (BinaryOp::BitOr, "|", 4),
        AstOp::Xor => (BinaryOp::BitXor, "^", 5),
        AstOp::And => (BinaryOp::BitAnd, "&", 6),
        AstOp::Shl => (BinaryOp::Shl, "<<", 7),
        AstOp::Shr => (BinaryOp::Shr, ">>", 7),
        AstOp::Add => (BinaryOp::Add, "+", 8),
        AstOp::Sub => (BinaryOp::Sub, "-", 8),
        AstOp::Mul => (BinaryOp::Mul, "*", 9),
        AstOp::Div => (BinaryOp::Div, "/", 9),
        AstOp::Rem => (BinaryOp::Rem, "%", 9),
    }
}
