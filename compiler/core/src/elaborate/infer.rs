//! Type variables: the types of literals, found by use.
//!
//! Only numbers have them. A variable is bound by the first use that fixes it; one that nothing fixes is `i32` or
//! `f32`. Values and operations that were written before it was bound are settled when the kernel is complete.

use super::types::{Elem, Ty};
use super::{Elaborator, Reported};
use crate::diag::{Diagnostic, codes::types as codes};
use crate::ir::op::Class;
use crate::ir::{self, Const};
use crate::source::Span;
use std::rc::Rc;
use wgpuc_abi::Scalar;

/// A type variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct VarId(u32);

/// What a variable may be bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Int,
    Float,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Free(Kind),
    Same(VarId),
    Bound(Scalar, Span),
}

/// All type variables of a kernel.
#[derive(Debug, Default)]
pub(super) struct Vars {
    states: Vec<State>,
}

/// A literal whose type may not be known yet.
#[derive(Clone, Debug)]
pub(super) struct Literal {
    pub(super) negative: bool,
    pub(super) digits: Digits,
    pub(super) span: Span,
}

/// A literal's magnitude.
#[derive(Clone, Debug)]
pub(super) enum Digits {
    Int(u128),
    Float(String),
}

/// An operation whose operands' type must be of a class, once it is known.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) class: Class,
    pub(super) var: VarId,
    pub(super) span: Span,
    pub(super) verb: String,
}

impl Kind {
    const fn takes(self, scalar: Scalar) -> bool {
        match self {
            Self::Int => Class::Int.holds(scalar) || matches!(scalar, Scalar::I8 | Scalar::U8),
            Self::Float => Class::Float.holds(scalar) || matches!(scalar, Scalar::Bf16),
        }
    }

    const fn default(self) -> Scalar {
        match self {
            Self::Int => Scalar::I32,
            Self::Float => Scalar::F32,
        }
    }
}

impl Vars {
    pub(super) fn fresh(&mut self, kind: Kind) -> VarId {
        self.states.push(State::Free(kind));
        VarId(self.states.len() as u32 - 1)
    }

    fn root(&self, mut var: VarId) -> VarId {
        while let Some(State::Same(other)) = self.states.get(var.0 as usize) {
            var = *other;
        }
        var
    }

    fn state(&self, var: VarId) -> (VarId, State) {
        let root = self.root(var);
        (root, self.states.get(root.0 as usize).copied().unwrap_or(State::Free(Kind::Int)))
    }

    fn set(&mut self, var: VarId, state: State) {
        if let Some(slot) = self.states.get_mut(var.0 as usize) {
            *slot = state;
        }
    }

    /// The type, where it is known.
    pub(super) fn bound(&self, var: VarId) -> Option<Scalar> {
        match self.state(var).1 {
            State::Bound(scalar, _) => Some(scalar),
            _ => None,
        }
    }

    /// Whether it is an integer's or a float's.
    pub(super) fn kind(&self, var: VarId) -> Kind {
        match self.state(var).1 {
            State::Free(kind) => kind,
            State::Bound(scalar, _) if Kind::Float.takes(scalar) => Kind::Float,
            _ => Kind::Int,
        }
    }

    /// The place that fixed it.
    pub(super) fn why(&self, var: VarId) -> Option<Span> {
        match self.state(var).1 {
            State::Bound(_, span) => Some(span),
            _ => None,
        }
    }

    /// Binds it; whether it can be that.
    pub(super) fn bind(&mut self, var: VarId, scalar: Scalar, span: Span) -> bool {
        let (root, state) = self.state(var);
        match state {
            State::Free(kind) if kind.takes(scalar) => {
                self.set(root, State::Bound(scalar, span));
                true
            }
            State::Bound(is, _) => is == scalar,
            _ => false,
        }
    }

    /// Makes two the same; whether they can be.
    fn join(&mut self, a: VarId, b: VarId) -> bool {
        let ((a, sa), (b, sb)) = (self.state(a), self.state(b));
        match (sa, sb) {
            _ if a == b => true,
            (State::Bound(x, span), _) => self.bind(b, x, span),
            (_, State::Bound(y, span)) => self.bind(a, y, span),
            (State::Free(x), State::Free(y)) if x == y => {
                // The older one stays: a variable that many literals meet is the root of all, and no chain forms.
                self.set(a.max(b), State::Same(a.min(b)));
                true
            }
            _ => false,
        }
    }

    pub(super) fn show(&self, var: VarId) -> &'static str {
        match self.state(var).1 {
            State::Bound(scalar, _) => scalar.name(),
            State::Free(Kind::Int) => "{integer}",
            State::Free(Kind::Float) => "{float}",
            State::Same(_) => "_",
        }
    }
}

impl Elaborator<'_> {
    /// The type with bound variables replaced.
    pub(super) fn settle(&self, ty: &Ty) -> Ty {
        match ty {
            Ty::Num(elem, lanes) => Ty::Num(self.settle_elem(*elem), *lanes),
            Ty::Tuple(parts) => Ty::Tuple(parts.iter().map(|part| self.settle(part)).collect()),
            Ty::Array(of, len) => Ty::Array(self.settle_inner(of), *len),
            Ty::Slice(of) => Ty::Slice(self.settle_inner(of)),
            other => other.clone(),
        }
    }

    /// The same one where nothing in it was open.
    fn settle_inner(&self, ty: &Rc<Ty>) -> Rc<Ty> {
        match &**ty {
            Ty::Num(Elem::Known(_), _) => Rc::clone(ty),
            Ty::Array(of, _) if Rc::ptr_eq(of, &self.settle_inner(of)) => Rc::clone(ty),
            open => Rc::new(self.settle(open)),
        }
    }

    pub(super) fn settle_elem(&self, elem: Elem) -> Elem {
        match elem {
            Elem::Var(var) => self.vars.bound(var).map_or(elem, Elem::Known),
            known @ Elem::Known(_) => known,
        }
    }

    /// The lane's type now: what it is bound to, else its default, which then is its type.
    pub(super) fn force(&mut self, elem: Elem, span: Span) -> Scalar {
        match elem {
            Elem::Known(scalar) => scalar,
            Elem::Var(var) => {
                let scalar = self.vars.bound(var).unwrap_or_else(|| self.vars.kind(var).default());
                self.vars.bind(var, scalar, span);
                scalar
            }
        }
    }

    /// Makes `found` the same type as `expected`, silently; whether it can be.
    pub(super) fn try_unify(&mut self, expected: &Ty, found: &Ty, span: Span) -> bool {
        match (expected, found) {
            (_, Ty::Never) => true,
            (Ty::Num(a, n), Ty::Num(b, m)) => n == m && self.unify_elem(*a, *b, span),
            (Ty::Tuple(a), Ty::Tuple(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.try_unify(a, b, span))
            }
            (Ty::Array(a, n), Ty::Array(b, m)) => n == m && self.try_unify(a, b, span),
            (Ty::Slice(a), Ty::Slice(b)) => self.try_unify(a, b, span),
            (a, b) => a == b,
        }
    }

    pub(super) fn unify_elem(&mut self, a: Elem, b: Elem, span: Span) -> bool {
        match (a, b) {
            (Elem::Known(a), Elem::Known(b)) => a == b,
            (Elem::Known(scalar), Elem::Var(var)) | (Elem::Var(var), Elem::Known(scalar)) => {
                self.vars.bind(var, scalar, span)
            }
            (Elem::Var(a), Elem::Var(b)) => self.vars.join(a, b),
        }
    }

    /// Makes `found` the same type as `expected`, or says that it is not. `why` is where the expectation comes from.
    pub(super) fn unify(&mut self, expected: &Ty, found: &Ty, span: Span, why: Why) -> Result<(), Reported> {
        if self.try_unify(expected, found, span) {
            return Ok(());
        }
        let (want, have) = (self.show(expected), self.show(found));
        let mut d = Diagnostic::new(codes::MISMATCHED, span, "mismatched types")
            .here(format!("expected `{want}`, found `{have}`"));
        if let Some((at, text)) = why {
            d = d.label(at, text);
        }
        for (ty, name) in [(expected, &want), (found, &have)] {
            if let Ty::Num(Elem::Var(var), _) = ty
                && let Some(at) = self.vars.why(*var).filter(|at| *at != span)
            {
                d = d.label(at, format!("`{name}` because of this use"));
            }
        }
        let help = match (expected, found) {
            (Ty::Num(_, 1), Ty::Num(_, 2..)) => Some("take one lane of the vector: `.x`".to_owned()),
            (Ty::Num(_, 1), Ty::Num(elem, 1)) => {
                let is_literal = matches!(elem, Elem::Var(var) if self.vars.bound(*var).is_none());
                instead_of(&want, &have, is_literal)
            }
            _ => None,
        };
        if let Some(help) = help {
            d = d.help(help);
        }
        Err(self.report(d))
    }

    /// As [`Self::unify`], for where saying why takes longer than unifying.
    pub(super) fn unify_as(
        &mut self,
        expected: &Ty,
        found: &Ty,
        span: Span,
        why: impl FnOnce(&Self) -> (Span, String),
    ) -> Result<(), Reported> {
        if self.try_unify(expected, found, span) {
            return Ok(());
        }
        let why = why(self);
        self.unify(expected, found, span, Some(why))
    }

    /// The label of what another type must agree with.
    pub(super) fn this_is(&self, ty: &Ty) -> String {
        format!("this is `{}`", self.show(&self.settle(ty)))
    }

    /// Says that an operation needs a type of that class; checked now or once the type is known.
    pub(super) fn require_class(&mut self, class: Class, elem: Elem, span: Span, verb: &str) -> Result<(), Reported> {
        match self.settle_elem(elem) {
            Elem::Known(scalar) if class.holds(scalar) => Ok(()),
            Elem::Known(scalar) => {
                let d = bad_operand(scalar, span, verb);
                Err(self.report(d))
            }
            Elem::Var(var) => {
                if class.holds(self.vars.kind(var).default()) {
                    self.pending.push(Pending { class, var, span, verb: verb.to_owned() });
                    return Ok(());
                }
                let scalar = self.force(elem, span);
                Err(self.report(bad_operand(scalar, span, verb)))
            }
        }
    }

    /// The kernel as it would be if nothing more were to bind the variables that are free.
    pub(super) fn settled_kernel(&self) -> ir::Kernel {
        let mut kernel = self.b.kernel.clone();
        let scalar_of = |var: VarId| self.vars.bound(var).unwrap_or_else(|| self.vars.kind(var).default());
        for (value, var) in &self.value_vars {
            kernel[*value].ty.scalar = scalar_of(*var);
        }
        for (slot, var) in &self.slot_vars {
            kernel[*slot].ty.scalar = scalar_of(*var);
        }
        for (value, (literal, var)) in &self.literals {
            if let Ok(constant) = literal.value(scalar_of(*var)) {
                kernel[*value].expr = ir::Expr::Const(constant);
            }
        }
        kernel
    }

    /// Binds what is still free to its default and gives every value and slot its type.
    pub(super) fn settle_all(&mut self) {
        for i in 0..self.value_vars.len() {
            let (value, var) = self.value_vars[i];
            let span = self.b.kernel[value].span;
            let scalar = self.force(Elem::Var(var), span);
            self.b.kernel[value].ty.scalar = scalar;
            if let Some((literal, _)) = self.literals.remove(&value) {
                match literal.value(scalar) {
                    Ok(constant) => self.b.kernel[value].expr = ir::Expr::Const(constant),
                    Err(d) => drop(self.report(*d)),
                }
            }
        }
        for i in 0..self.slot_vars.len() {
            let (slot, var) = self.slot_vars[i];
            let scalar = self.force(Elem::Var(var), self.b.kernel[slot].span);
            self.b.kernel[slot].ty.scalar = scalar;
        }
        for pending in std::mem::take(&mut self.pending) {
            let scalar = self.force(Elem::Var(pending.var), pending.span);
            if !pending.class.holds(scalar) {
                self.report(bad_operand(scalar, pending.span, &pending.verb));
            }
        }
    }
}

/// Where an expectation comes from, and what to say of it.
pub(super) type Why = Option<(Span, String)>;

/// What to write in place of a scalar of the wrong type.
fn instead_of(want: &str, have: &str, is_literal: bool) -> Option<String> {
    let float = want.starts_with('f') || want == "bf16";
    Some(match (want, have) {
        _ if is_literal && float => format!("write a number with a point, as `1.0`, for `{want}`"),
        // The number stands first: `2 * x`.
        ("{integer}", "f32" | "f16") => format!("write a number with a point, as `1.0`, for `{have}`"),
        (_, "{float}") if is_literal => {
            "write a number without a point, as `2`; for floats, convert the other: `i as f32`".to_owned()
        }
        ("bool", _) => "compare it: `x != 0`, `x > 0.0`".to_owned(),
        (_, "bool") if float => "choose a number: `select(x, 1.0, 0.0)`".to_owned(),
        ("{float}", _) if have != "bool" && !is_literal => "convert it: `as f32`".to_owned(),
        _ if want.starts_with('{') => return None,
        _ => format!("convert it: `as {want}`"),
    })
}

fn bad_operand(scalar: Scalar, span: Span, verb: &str) -> Diagnostic {
    let name = scalar.name();
    let d = Diagnostic::new(codes::BAD_OPERAND, span, format!("cannot {verb} `{name}`"));
    match scalar {
        Scalar::U8 | Scalar::I8 => d.note(format!("`{name}` is for storage only")).help("convert it first: `as i32`"),
        Scalar::Bf16 => d.note(format!("`{name}` is for storage only")).help("convert it first: `as f32`"),
        Scalar::F32 | Scalar::F16 if verb.ends_with("`^` to") => d.help("`^` works on bits; multiply: `x * x`"),
        Scalar::F32 | Scalar::F16 if verb.ends_with("`!` to") => d.help("compare it: `x == 0.0`"),
        Scalar::U32 if verb == "negate" => d.help("convert it first: `-(x as i32)`"),
        _ => d,
    }
}

impl Literal {
    /// The constant that it is as that type, rounded once.
    pub(super) fn value(&self, scalar: Scalar) -> Result<Const, Box<Diagnostic>> {
        let bits = match &self.digits {
            Digits::Int(magnitude) => int_bits(*magnitude, self.negative, scalar),
            Digits::Float(text) => float_bits(text, self.negative, scalar),
        };
        bits.map(|bits| Const::scalar(scalar, bits)).ok_or_else(|| {
            let name = scalar.name();
            let d = Diagnostic::new(codes::LITERAL_RANGE, self.span, format!("literal out of range for `{name}`"));
            Box::new(match (self.negative, int_range(scalar)) {
                (true, Some((0, _))) => d.here(format!("`{name}` has no negative values")),
                (_, Some((low, high))) => d.note(format!("`{name}` goes from {low} to {high}")),
                _ => d,
            })
        })
    }
}

/// The least and the largest value of an integer type.
pub(super) const fn int_range(scalar: Scalar) -> Option<(i128, i128)> {
    Some(match scalar {
        Scalar::I8 => (i8::MIN as i128, i8::MAX as i128),
        Scalar::U8 => (0, u8::MAX as i128),
        Scalar::I32 => (i32::MIN as i128, i32::MAX as i128),
        Scalar::U32 => (0, u32::MAX as i128),
        Scalar::I64 => (i64::MIN as i128, i64::MAX as i128),
        Scalar::U64 => (0, u64::MAX as i128),
        _ => return None,
    })
}

/// The bits of an integer as that type, where it fits.
pub(super) fn bits_of_int(value: i128, scalar: Scalar) -> Option<u64> {
    let (low, high) = int_range(scalar)?;
    let mask = u64::MAX >> (64 - scalar.bytes() * 8);
    (low <= value && value <= high).then_some(value as u64 & mask)
}

/// The integer that those bits are.
pub(super) fn int_of_bits(bits: u64, scalar: Scalar) -> i128 {
    match scalar {
        Scalar::I8 => i128::from(bits as u8 as i8),
        Scalar::I32 => i128::from(bits as u32 as i32),
        Scalar::I64 => i128::from(bits as i64),
        _ => i128::from(bits),
    }
}

fn int_bits(magnitude: u128, negative: bool, scalar: Scalar) -> Option<u64> {
    let value = i128::try_from(magnitude).ok()?;
    bits_of_int(if negative { -value } else { value }, scalar)
}

fn float_bits(text: &str, negative: bool, scalar: Scalar) -> Option<u64> {
    let bits = match scalar {
        Scalar::F32 => {
            let value: f32 = text.parse().ok()?;
            value.is_finite().then_some(u64::from(value.to_bits()))?
        }
        Scalar::F16 | Scalar::Bf16 => {
            let value: f64 = text.parse().ok()?;
            let bits = ir::eval::from_f64(scalar, value);
            let infinite = ir::eval::as_f64(scalar, bits).is_infinite();
            (!infinite).then_some(bits)?
        }
        _ => return None,
    };
    let sign = 1 << (scalar.bytes() * 8 - 1);
    Some(if negative { bits | sign } else { bits })
}
