//! Operators, assignments and conversions.

use super::place::{OwnerKind, Place};
use super::resolve::Operand;
use super::scope::Local;
use super::types::{Elem, Ty};
use super::value::{Leaves, Val};
use super::{Elaborator, Reported, Res};
use crate::diag::{Diagnostic, codes::types as codes};
use crate::ir::op::Rule;
use crate::ir::{Expr as IrExpr, Op, Scalar, StmtKind, Type};
use crate::source::Span;
use crate::syntax::ast::{self, BinaryOp, Expr, ExprKind};

impl Elaborator<'_> {
    /// `a op b`.
    pub(super) fn binary(&mut self, op: BinaryOp, a: &Expr, b: &Expr, span: Span, want: Option<&Ty>) -> Res<Val> {
        if matches!(op, BinaryOp::AndAlso | BinaryOp::OrElse) {
            return self.lazy(op, a, b, span);
        }
        // What the whole would fit, both sides would; but a comparison's sides have nothing to do with its result.
        let want = want.filter(|_| !is_comparison(op));
        let left = self.value(a, want);
        let hint = match (&left, is_shift(op)) {
            (_, true) => Some(Ty::U32),
            (Ok(left), false) => Some(left.ty.clone()),
            (Err(_), false) => None,
        };
        let right = self.value(b, hint.as_ref());
        self.combine(op, (left?, a.span), (right?, b.span), span)
    }

    /// `a op b` of values.
    pub(super) fn combine(&mut self, op: BinaryOp, a: (Val, Span), b: (Val, Span), span: Span) -> Res<Val> {
        let (ir, verb) = ir_op(op);
        if let (Ty::Enum(x), Ty::Enum(y)) = (&a.0.ty, &b.0.ty)
            && x == y
            && matches!(op, BinaryOp::Eq | BinaryOp::Ne)
        {
            return self.op(ir, &[a.0, b.0], span);
        }
        self.apply(ir, &[a, b], span, verb)
    }

    /// An operation on operands that may still have to be made to fit: scalars are spread over lanes, types become
    /// known, and what does not fit is reported.
    pub(super) fn apply(&mut self, op: Op, operands: &[(Val, Span)], span: Span, verb: &str) -> Res<Val> {
        if op.row().rule == Rule::Select {
            return self.select(operands, span);
        }
        if operands.iter().any(|(val, _)| val.ty == Ty::Never) {
            return Ok(Val::NEVER);
        }
        let lanes = self.common_lanes(operands, verb)?;
        let mut vals: Vec<Val> = operands.iter().map(|(val, _)| self.splat(val, lanes)).collect();
        let (Some(first), Some((_, first_span))) = (vals.first().cloned(), operands.first()) else {
            return Err(Reported);
        };
        let Ty::Num(elem, _) = first.ty else { return Err(Reported) };
        match op.row().rule {
            Rule::Shift => {
                vals[1] = self.shift_amount(&vals[1], operands[1].1, verb)?;
                self.require_class(crate::ir::op::Class::Int, elem, span, verb)?;
            }
            Rule::Same(class) | Rule::Compare(class) => {
                for (val, (_, at)) in vals.iter().zip(operands).skip(1) {
                    self.unify_as(&first.ty, &val.ty, *at, |s| (*first_span, s.this_is(&first.ty)))?;
                }
                self.require_class(class, elem, span, verb)?;
            }
            Rule::Convert | Rule::Bitcast | Rule::Select => {}
        }
        self.op(op, &vals, span)
    }

    /// How many lanes the operands have; scalars go with any vector.
    fn common_lanes(&mut self, operands: &[(Val, Span)], verb: &str) -> Res<u8> {
        let mut most: Option<(u8, Span, Ty)> = None;
        for (val, span) in operands {
            let ty = self.settle(&val.ty);
            let Ty::Num(_, lanes) = ty else {
                let text = format!("cannot {verb} `{}`", self.show(&ty));
                return Err(self.error(codes::BAD_OPERAND, *span, text));
            };
            match &most {
                Some((n, at, first)) if *n > 1 && lanes > 1 && *n != lanes => {
                    let d = Diagnostic::new(codes::MISMATCHED, *span, "mismatched types")
                        .here(format!("expected `{}`, found `{}`", self.show(first), self.show(&ty)))
                        .label(*at, self.this_is(first));
                    return Err(self.report(d));
                }
                Some((n, ..)) if *n >= lanes => {}
                _ => most = Some((lanes, *span, ty)),
            }
        }
        Ok(most.map_or(1, |(lanes, ..)| lanes))
    }

    fn shift_amount(&mut self, val: &Val, span: Span, verb: &str) -> Res<Val> {
        let Ty::Num(elem, lanes) = self.settle(&val.ty) else { return Err(Reported) };
        match elem {
            Elem::Known(Scalar::U32) => Ok(val.clone()),
            Elem::Known(scalar) => {
                self.require_class(crate::ir::op::Class::Int, Elem::Known(scalar), span, verb)?;
                Ok(self.convert(Op::Convert, val, Type::vector(Scalar::U32, lanes)))
            }
            Elem::Var(_) => {
                self.unify(&Ty::Num(Elem::Known(Scalar::U32), lanes), &val.ty, span, None)?;
                Ok(val.clone())
            }
        }
    }

    /// `select(cond, a, b)`.
    pub(super) fn select(&mut self, operands: &[(Val, Span)], span: Span) -> Res<Val> {
        let [(cond, cond_span), (a, a_span), (b, b_span)] = operands else { return Err(Reported) };
        if operands.iter().any(|(val, _)| val.ty == Ty::Never) {
            return Ok(Val::NEVER);
        }
        let lanes = cond.ty.lanes().unwrap_or(1);
        self.unify(&Ty::Num(Elem::Known(Scalar::Bool), lanes), &cond.ty, *cond_span, None)?;
        let wide = [a, b].iter().filter_map(|val| val.ty.lanes()).fold(lanes, u8::max);
        let (a, b) = (self.splat(a, wide), self.splat(b, wide));
        self.unify_as(&a.ty, &b.ty, *b_span, |s| (*a_span, s.this_is(&a.ty)))?;
        match &a.ty {
            Ty::Num(_, n) if *n == lanes || lanes == 1 => {}
            _ if lanes == 1 => {}
            _ => {
                let text = format!("a condition of {lanes} lanes selects among values of {lanes} lanes");
                return Err(self.error(codes::MISMATCHED, span, text));
            }
        }
        self.choose(cond, &a, &b, span)
    }

    /// One of two values of one type, both computed, leaf by leaf.
    pub(super) fn choose(&mut self, cond: &Val, a: &Val, b: &Val, span: Span) -> Res<Val> {
        let tys = self.leaf_types(&a.ty)?;
        let mut leaves = Leaves::with_capacity(tys.len());
        for ((ty, x), y) in tys.into_iter().zip(&a.leaves).zip(&b.leaves) {
            if x == y {
                leaves.push(*x);
                continue;
            }
            let (x, y) = (Val::leaf(ty.clone(), *x), Val::leaf(ty, *y));
            leaves.push(self.op(Op::Select, &[cond.clone(), x, y], span)?.leaves[0]);
        }
        Ok(Val { ty: a.ty.clone(), leaves })
    }

    /// The type of each leaf of a value.
    pub(super) fn leaf_types(&mut self, ty: &Ty) -> Res<Vec<Ty>> {
        Ok(match ty {
            Ty::Num(..) | Ty::Enum(_) => vec![ty.clone()],
            Ty::Array(of, n) => {
                let one = self.leaf_types(of)?;
                let n_all = one.len() * *n as usize;
                one.into_iter().cycle().take(n_all).collect()
            }
            Ty::Struct(_) | Ty::Tuple(_) => {
                let mut all = vec![];
                for part in self.parts(ty)? {
                    all.extend(self.leaf_types(&part)?);
                }
                all
            }
            Ty::Slice(_) | Ty::Atomic(_) | Ty::Never => vec![],
        })
    }

    /// `a && b`, `a || b`: the right side is computed only where it matters, or where that cannot be noticed.
    fn lazy(&mut self, op: BinaryOp, a: &Expr, b: &Expr, span: Span) -> Res<Val> {
        let left = self.condition(a);
        let decided = op == BinaryOp::OrElse;
        if let Ok(left) = &left {
            match self.known(left) {
                Some(known) if known.as_bool() == decided => return Ok(left.clone()),
                Some(_) => return self.condition(b),
                None => {}
            }
        }
        let before = self.unassigned.clone();
        let (block, right) = self.nested(|s| s.condition(b));
        self.unassigned = before;
        let (left, right) = (left?, right?);
        if right.ty == Ty::Never || !super::control::is_pure(&self.b.kernel, &block) {
            return self.lazy_branch(&left, block, &right, decided);
        }
        block.into_iter().for_each(|stmt| self.b.push(stmt.kind));
        let ir = if decided { Op::Or } else { Op::And };
        self.op(ir, &[left, right], span)
    }

    fn lazy_branch(&mut self, left: &Val, mut block: crate::ir::Block, right: &Val, decided: bool) -> Res<Val> {
        let slot = self.b.slot(if decided { "or" } else { "and" }, Type::BOOL, None);
        self.b.set(slot, left.leaves[0]);
        if let Some(leaf) = right.leaves.first() {
            block.push(crate::ir::Stmt { kind: StmtKind::SetSlot(slot, *leaf), span: self.b.span });
        }
        let (then, otherwise) = if decided { (vec![], block) } else { (block, vec![]) };
        self.b.push(StmtKind::If { cond: left.leaves[0], then, otherwise });
        let leaf = self.b.def(Type::BOOL, IrExpr::Slot(slot));
        Ok(Val::leaf(Ty::BOOL, leaf))
    }

    /// `to = value`.
    pub(super) fn assign(&mut self, to: &Expr, value: &Expr) -> Res<Val> {
        if let Some(at) = self.deferred_named(to) {
            let assigned = self.assign_deferred(at, to, value);
            if assigned.is_err() {
                self.forget_deferred(at);
            }
            return assigned;
        }
        let place = self.assignable(to);
        let want = place.as_ref().ok().map(|place| place.ty.clone());
        let val = self.value(value, want.as_ref());
        let (place, val) = (place?, val?);
        if val.ty == Ty::Never {
            return Ok(val);
        }
        self.unify_as(&place.ty, &val.ty, value.span, |_| place.owner.declared())?;
        self.b.span = to.span;
        self.write(&place, &val)?;
        Ok(Val::UNIT)
    }

    /// `to op= value`.
    pub(super) fn assign_op(&mut self, op: BinaryOp, to: &Expr, value: &Expr, span: Span) -> Res<Val> {
        let place = self.assignable(to);
        let hint = match (&place, is_shift(op)) {
            (_, true) => Some(Ty::U32),
            (Ok(place), false) => Some(place.ty.clone()),
            (Err(_), false) => None,
        };
        let right = self.value(value, hint.as_ref());
        let (place, right) = (place?, right?);
        if right.ty == Ty::Never {
            return Ok(right);
        }
        let old = self.read(&place)?;
        let new = self.combine(op, (old, to.span), (right, value.span), span)?;
        self.unify_as(&place.ty, &new.ty, value.span, |_| place.owner.declared())?;
        self.write(&place, &new)?;
        Ok(Val::UNIT)
    }

    fn deferred_named(&self, to: &Expr) -> Option<usize> {
        let ExprKind::Path(ast::Path { qualifier: None, name, .. }) = &to.kind else { return None };
        match self.local(&name.name) {
            Some(Local::Deferred(at)) => Some(*at),
            _ => None,
        }
    }

    /// A variable whose assignment is wrong says nothing more.
    fn forget_deferred(&mut self, at: usize) {
        for local in self.frame().scopes.iter_mut().flat_map(|scope| scope.values_mut()) {
            if matches!(local, Local::Deferred(other) if *other == at) {
                *local = Local::Wrong;
            }
        }
        self.unassigned.remove(&at);
    }

    /// Assigns a variable that was declared without a value; the first time shows its type.
    fn assign_deferred(&mut self, at: usize, to: &Expr, value: &Expr) -> Res<Val> {
        let deferred = self.deferred[at].clone();
        let known = deferred.place.as_ref().map(|place| place.ty.clone()).or(deferred.ty);
        let val = self.value(value, known.as_ref())?;
        if val.ty == Ty::Never {
            return Ok(val);
        }
        if let Some(ty) = &known {
            self.unify_as(ty, &val.ty, value.span, |_| deferred.owner.declared())?;
        }
        let again = !self.unassigned.contains(&at);
        let place = match deferred.place {
            Some(place) => place,
            None => self.variable(&known.unwrap_or(val.ty.clone()), deferred.owner.clone())?,
        };
        if again && deferred.owner.kind == OwnerKind::Let {
            self.check_mutable(&place, to.span)?;
        }
        self.write(&place, &val)?;
        self.deferred[at].place = Some(place);
        self.unassigned.remove(&at);
        Ok(Val::UNIT)
    }

    /// A place that may be assigned.
    fn assignable(&mut self, to: &Expr) -> Res<Place> {
        match self.operand(to, None)? {
            Operand::Place(place) => {
                self.check_mutable(&place, to.span)?;
                if place.index.is_none() && self.is_reference(to) {
                    let d = Diagnostic::new(codes::NOT_A_PLACE, to.span, "a whole array behind a reference")
                        .help("assign its elements, one by one");
                    if matches!(place.ty, Ty::Array(..) | Ty::Slice(_)) {
                        return Err(self.report(d));
                    }
                }
                Ok(Place { ty: self.settle(&place.ty), ..place })
            }
            Operand::Val(_) => {
                let root = root_name(to);
                let declared = root.filter(|name| matches!(self.local(&name.name), Some(Local::Val(_))));
                match declared {
                    Some(name) => {
                        let text = format!("cannot assign to `{}`, which is not declared as mutable", name.name);
                        let d = Diagnostic::new(codes::NOT_MUTABLE, to.span, text)
                            .here("cannot assign")
                            .help(format!("make it mutable: `mut {}`", name.name));
                        Err(self.report(d))
                    }
                    None => Err(self.error(codes::NOT_A_PLACE, to.span, "this cannot be assigned")),
                }
            }
        }
    }

    /// `of as ty`.
    pub(super) fn cast(&mut self, of: &Expr, ty: &ast::Type, span: Span) -> Res<Val> {
        let to = self.resolve_type(ty)?;
        let is_literal = matches!(of.kind, ExprKind::Int { .. } | ExprKind::Float { .. } | ExprKind::Unary(..));
        let val = self.value(of, is_literal.then_some(&to))?;
        let from = self.settle(&val.ty);
        let Ty::Num(Elem::Known(target), 1) = to else { return Err(self.bad_cast(&from, &to, span)) };
        match from {
            Ty::Never => Ok(val),
            Ty::Enum(_) if is_int(target) => {
                let val = Val { ty: Ty::U32, ..val };
                Ok(self.convert(Op::Convert, &val, Type::scalar(target)))
            }
            Ty::Num(elem, 1) => {
                let is_bool = elem == Elem::Known(Scalar::Bool);
                let from_bool = is_bool && target != Scalar::Bool && !is_int(target);
                if from_bool || (target == Scalar::Bool && !is_bool) {
                    return Err(self.bad_cast(&from, &to, span));
                }
                Ok(self.convert(Op::Convert, &val, Type::scalar(target)))
            }
            _ => Err(self.bad_cast(&from, &to, span)),
        }
    }

    fn bad_cast(&mut self, from: &Ty, to: &Ty, span: Span) -> Reported {
        let (shown, target) = (self.show(from), self.show(to));
        let d = Diagnostic::new(codes::BAD_CAST, span, format!("cannot convert `{shown}` to `{target}`"));
        let d = match (from, to) {
            (Ty::Num(Elem::Known(Scalar::Bool), 1), _) => d.help("go through an integer: `as u32 as f32`"),
            (_, Ty::Num(Elem::Known(Scalar::Bool), 1)) => d.help("compare instead: `!= 0`"),
            (Ty::Num(_, 2..), Ty::Num(Elem::Known(scalar), _)) => {
                d.help(format!("vectors are converted lane by lane with `.cast::<{}>()`", scalar.name()))
            }
            _ => d,
        };
        self.report(d)
    }
}

fn root_name(expr: &Expr) -> Option<&ast::Ident> {
    match &expr.kind {
        ExprKind::Path(path) => Some(&path.name),
        ExprKind::Field(of, _) | ExprKind::Index(of, _) => root_name(of),
        _ => None,
    }
}

pub(super) fn is_int(scalar: Scalar) -> bool {
    super::infer::int_range(scalar).is_some()
}

const fn is_shift(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::Shl | BinaryOp::Shr)
}

const fn is_comparison(op: BinaryOp) -> bool {
    use BinaryOp::{Eq, Ge, Gt, Le, Lt, Ne};
    matches!(op, Eq | Ne | Lt | Le | Gt | Ge)
}

/// The operation, and what a message calls it.
const fn ir_op(op: BinaryOp) -> (Op, &'static str) {
    match op {
        BinaryOp::Add => (Op::Add, "add"),
        BinaryOp::Sub => (Op::Sub, "subtract"),
        BinaryOp::Mul => (Op::Mul, "multiply"),
        BinaryOp::Div => (Op::Div, "divide"),
        BinaryOp::Rem => (Op::Rem, "take the remainder of"),
        BinaryOp::And | BinaryOp::AndAlso => (Op::And, "apply `&` to"),
        BinaryOp::Or | BinaryOp::OrElse => (Op::Or, "apply `|` to"),
        BinaryOp::Xor => (Op::Xor, "apply `^` to"),
        BinaryOp::Shl => (Op::Shl, "shift"),
        BinaryOp::Shr => (Op::Shr, "shift"),
        BinaryOp::Eq => (Op::Eq, "compare"),
        BinaryOp::Ne => (Op::Ne, "compare"),
        BinaryOp::Lt => (Op::Lt, "order"),
        BinaryOp::Le => (Op::Le, "order"),
        BinaryOp::Gt => (Op::Gt, "order"),
        BinaryOp::Ge => (Op::Ge, "order"),
    }
}
