//! Expressions: one arm for each form.

use super::infer::{Digits, Literal};
use super::place::{Lane, Owner, OwnerKind, Place};
use super::resolve::Operand;
use super::types::{Elem, Ty};
use super::value::{Leaves, Val};
use super::{Elaborator, Reported, Res, errors};
use crate::diag::{Diagnostic, codes::types as codes};
use crate::ir::{Const, Op, StmtKind};
use crate::source::Span;
use crate::syntax::ast::{self, Expr, ExprKind, UnaryOp};
use std::rc::Rc;
use wgpuc_abi::Feature;

impl Elaborator<'_> {
    /// The value of an expression. `want` is a type that it would fit: literals take it, nothing is checked.
    pub(super) fn value(&mut self, expr: &Expr, want: Option<&Ty>) -> Res<Val> {
        let span = std::mem::replace(&mut self.b.span, expr.span);
        let val = self.operand(expr, want).and_then(|operand| match operand {
            Operand::Val(val) => Ok(val),
            Operand::Place(place) => self.read(&place),
        });
        self.b.span = span;
        val
    }

    /// The value of an expression that must have a type.
    pub(super) fn typed(&mut self, expr: &Expr, ty: &Ty) -> Res<Val> {
        let val = self.value(expr, Some(ty))?;
        self.unify(ty, &val.ty, expr.span, None)?;
        self.reachable(val, ty)
    }

    /// A value to go on with where an operand is a `return`: what needs it never runs.
    pub(super) fn reachable(&mut self, val: Val, ty: &Ty) -> Res<Val> {
        if val.ty == Ty::Never { self.zero(ty) } else { Ok(val) }
    }

    /// The value of a condition.
    pub(super) fn condition(&mut self, expr: &Expr) -> Res<Val> {
        if let ExprKind::Assign(..) = expr.kind {
            let d = Diagnostic::new(codes::MISMATCHED, expr.span, "this assigns, and is no condition")
                .help("to compare, write `==`");
            return Err(self.report(d));
        }
        self.typed(expr, &Ty::BOOL)
    }

    /// The value or the place that an expression means.
    pub(super) fn operand(&mut self, expr: &Expr, want: Option<&Ty>) -> Res<Operand> {
        let span = std::mem::replace(&mut self.b.span, expr.span);
        let operand = self.any(expr, want);
        self.b.span = span;
        operand
    }

    fn any(&mut self, expr: &Expr, want: Option<&Ty>) -> Res<Operand> {
        let val = match &expr.kind {
            ExprKind::Path(path) => return self.path(path),
            ExprKind::Field(of, name) => return self.field(of, name),
            ExprKind::Index(of, at) => return self.index(of, at, expr.span),
            ExprKind::Int { value, suffix } => self.number(Digits::Int(*value), *suffix, false, expr.span, want)?,
            ExprKind::Float { text, suffix } => {
                self.number(Digits::Float(text.clone()), *suffix, false, expr.span, want)?
            }
            ExprKind::Bool(value) => self.bool_val(*value),
            ExprKind::Str(_) => {
                return Err(self.error(codes::MISPLACED, expr.span, "text stands only in `fault!`"));
            }
            ExprKind::Unary(op, of) => self.unary(*op, of, expr.span, want)?,
            ExprKind::Binary(op, a, b) => self.binary(*op, a, b, expr.span, want)?,
            ExprKind::Assign(to, value) => self.assign(to, value)?,
            ExprKind::AssignOp(op, to, value) => self.assign_op(*op, to, value, expr.span)?,
            ExprKind::Call(path, args) => return self.call(path, args, expr.span, want),
            ExprKind::Method { receiver, name, generics, args } => {
                if let Some(view) = self.view(receiver, name, args, expr.span) {
                    return view;
                }
                self.method(receiver, name, generics, args, expr.span)?
            }
            ExprKind::Cast(of, ty) => self.cast(of, ty, expr.span)?,
            ExprKind::Block(block) => self.scoped(|s| s.block(block, want))?,
            ExprKind::If { cond, then, otherwise } => {
                self.if_expr(cond, then, otherwise.as_deref(), expr.span, want)?
            }
            ExprKind::Match { on, arms } => self.match_expr(on, arms, expr.span, want)?,
            ExprKind::For { .. } | ExprKind::While { .. } => self.loop_expr(expr)?,
            ExprKind::Break => self.leave_round(StmtKind::Break, "break")?,
            ExprKind::Continue => self.leave_round(StmtKind::Continue, "continue")?,
            ExprKind::Return(value) => self.return_expr(value.as_deref(), expr.span)?,
            ExprKind::Tuple(parts) => self.tuple(parts, want)?,
            ExprKind::Array(parts) => self.array(parts, expr.span, want)?,
            ExprKind::Repeat(of, n) => self.repeat(of, n, want)?,
            ExprKind::Struct(name, fields) => self.struct_literal(name, fields, expr.span)?,
            ExprKind::Ref { .. } => {
                let d = Diagnostic::new(codes::REFERENCE, expr.span, "a reference stands only as an argument")
                    .help("use the value itself, without `&`");
                return Err(self.report(d));
            }
            ExprKind::Require(_) | ExprKind::Launch { .. } => return Err(self.only_in_ops(expr)),
            ExprKind::Supports(feature) => self.supports(*feature),
            ExprKind::Fault { what, value, bound } => self.fault(what.as_deref(), value, bound)?,
        };
        Ok(Operand::Val(val))
    }

    fn only_in_ops(&mut self, expr: &Expr) -> Reported {
        let (name, help) = match expr.kind {
            ExprKind::Require(_) => {
                let help = "a kernel reports what should not be with `fault!(\"what\", value, bound)`; a `pub` one with `over` \
                            begins with its `require!`s";
                ("require", help)
            }
            _ => ("launch", "an op is a `pub fn` with `#[op]` before it"),
        };
        let d = Diagnostic::new(codes::MISPLACED, expr.span, format!("`{name}!` stands only in ops"));
        self.report(d.help(help))
    }

    fn number(
        &mut self,
        digits: Digits,
        suffix: Option<wgpuc_abi::Scalar>,
        negative: bool,
        span: Span,
        want: Option<&Ty>,
    ) -> Res<Val> {
        self.literal(Literal { negative, digits, span }, suffix, want)
    }

    fn unary(&mut self, op: UnaryOp, of: &Expr, span: Span, want: Option<&Ty>) -> Res<Val> {
        match (op, &of.kind) {
            // A minus belongs to its literal: `-2147483648` fits `i32`.
            (UnaryOp::Neg, ExprKind::Int { value, suffix }) => {
                return self.number(Digits::Int(*value), *suffix, true, span, want);
            }
            (UnaryOp::Neg, ExprKind::Float { text, suffix }) => {
                return self.number(Digits::Float(text.clone()), *suffix, true, span, want);
            }
            _ => {}
        }
        let val = self.value(of, want)?;
        let (op, verb) = match op {
            UnaryOp::Neg => (Op::Neg, "negate"),
            UnaryOp::Not => (Op::Not, "apply `!` to"),
        };
        self.apply(op, &[(val, of.span)], span, verb)
    }

    fn supports(&mut self, feature: Feature) -> Val {
        self.asked.insert(feature);
        let has = self.features.contains(&feature);
        self.bool_val(has)
    }

    fn fault(&mut self, what: Option<&str>, value: &Expr, bound: &Expr) -> Res<Val> {
        let what = what.map_or_else(|| errors::words(value), str::to_owned);
        let mut words = vec![];
        for expr in [value, bound] {
            let val = self.value(expr, None)?;
            let elem = match self.settle(&val.ty) {
                Ty::Num(elem, 1) => elem,
                _ => return Err(self.unify(&Ty::U32, &val.ty, expr.span, None).err().unwrap_or(Reported)),
            };
            if self.unify_elem(Elem::Known(crate::ir::Scalar::U32), elem, expr.span) {
                words.push(val.leaves[0]);
            } else if elem == Elem::Known(crate::ir::Scalar::I32) {
                words.push(self.convert(Op::Convert, &val, crate::ir::Type::U32).leaves[0]);
            } else {
                return Err(self.unify(&Ty::U32, &val.ty, expr.span, None).err().unwrap_or(Reported));
            }
        }
        let site = self.b.site(&what);
        self.b.push(StmtKind::Fault { site, value: words[0], bound: words[1] });
        Ok(Val::UNIT)
    }

    /// `a.x`: a field, or a lane of a vector.
    fn field(&mut self, of: &Expr, name: &ast::Ident) -> Res<Operand> {
        if let Some(axis) = self.position_lane(of, &name.name) {
            return axis.map(Operand::Val);
        }
        let operand = self.operand(of, None)?;
        let ty = match &operand {
            Operand::Val(val) => self.settle(&val.ty),
            Operand::Place(place) => self.settle(&place.ty),
        };
        if let Ty::Num(_, lanes @ 2..) = ty
            && let Some(lane) = ["x", "y", "z", "w"].iter().position(|n| *n == name.name)
            && lane < usize::from(lanes)
        {
            return Ok(match operand {
                Operand::Val(val) => Operand::Val(self.extract(&val, lane as u8)),
                Operand::Place(place) => Operand::Place(self.place_lane(&place, lane as u8)),
            });
        }
        let at = match &ty {
            Ty::Struct(id) => self.fields(*id)?.iter().position(|(n, _)| *n == name.name),
            Ty::Tuple(parts) => name.name.parse().ok().filter(|at| *at < parts.len()),
            _ => None,
        };
        let Some(at) = at else { return Err(self.unknown_field(&ty, name)) };
        match operand {
            Operand::Place(place) => Ok(Operand::Place(self.place_field(&place, at)?)),
            Operand::Val(val) => {
                let parts = self.parts(&ty)?;
                let mut first = 0;
                for part in &parts[..at] {
                    first += self.n_leaves(part)?;
                }
                let n = self.n_leaves(&parts[at])?;
                let leaves = val.leaves[first..first + n].into();
                Ok(Operand::Val(Val { ty: parts[at].clone(), leaves }))
            }
        }
    }

    fn place_lane(&self, place: &Place, lane: u8) -> Place {
        match &place.ty {
            Ty::Num(elem, _) => Place { ty: Ty::Num(*elem, 1), lane: Some(Lane::Known(lane)), ..place.clone() },
            _ => place.clone(),
        }
    }

    fn unknown_field(&mut self, ty: &Ty, name: &ast::Ident) -> Reported {
        let shown = self.show(ty);
        let mut d = Diagnostic::new(codes::UNKNOWN_FIELD, name.span, format!("`{shown}` has no field `{}`", name.name));
        match ty {
            Ty::Struct(id) => {
                let fields = self.fields(*id).unwrap_or_else(|_| [].into());
                let names: Vec<String> = fields.iter().map(|(name, _)| format!("`{name}`")).collect();
                d = match errors::nearest(&name.name, fields.iter().map(|(name, _)| name.as_str())) {
                    Some(near) => d.help(format!("a similar field exists: `{near}`")),
                    None => d.note(format!("its fields are {}", names.join(", "))),
                };
            }
            Ty::Num(_, lanes @ 2..) => {
                let names = &["`x`", "`y`", "`z`", "`w`"][..usize::from(*lanes).min(4)];
                d = d.note(format!("its lanes are {}", names.join(", ")));
            }
            Ty::Slice(_) | Ty::Array(..) if name.name == "len" => {
                d = d.help("`len` is a method: write `.len()`");
            }
            Ty::Num(..) if super::method::is_core(&name.name) || self.is_function(&name.name) => {
                d = d.help(format!("`{0}` is a method: write `.{0}()`", name.name));
            }
            _ => {}
        }
        self.report(d)
    }

    fn is_function(&self, name: &str) -> bool {
        let item = self.program.lookup(self.file(), name).map(|id| self.program.item(id));
        matches!(item, Some(ast::Item::Function(_)))
    }

    /// `a[i]`.
    fn index(&mut self, of: &Expr, at: &Expr, span: Span) -> Res<Operand> {
        let operand = self.operand(of, None);
        let index = self.value(at, Some(&Ty::U32));
        let (operand, index) = (operand?, index?);
        self.index_type(&index, at.span)?;
        let index = self.reachable(index, &Ty::U32)?;
        let leaf = index.leaves[0];
        match operand {
            Operand::Place(place) => {
                let place = Place { ty: self.settle(&place.ty), ..place };
                Ok(Operand::Place(self.place_index(&place, leaf, span)?))
            }
            Operand::Val(val) => self.index_value(&val, leaf, span),
        }
    }

    fn index_type(&mut self, index: &Val, span: Span) -> Res<()> {
        if self.try_unify(&Ty::U32, &index.ty, span) {
            return Ok(());
        }
        let shown = self.show(&self.settle(&index.ty));
        let d = Diagnostic::new(codes::MISMATCHED, span, format!("cannot index by `{shown}`"))
            .here(format!("expected `u32`, found `{shown}`"));
        let d = match index.ty {
            Ty::Num(Elem::Var(_), 1) => d.help("write a number without a point"),
            Ty::Num(_, 1) => d.help("convert the index: `as u32`"),
            Ty::Num(Elem::Known(crate::ir::Scalar::U32), _) => d.help("take one axis: `.x`"),
            _ => d,
        };
        Err(self.report(d))
    }

    fn index_value(&mut self, val: &Val, index: crate::ir::ValueId, span: Span) -> Res<Operand> {
        let known = self.const_of(index).map(Const::as_u32);
        match (self.settle(&val.ty), known) {
            (Ty::Num(_, lanes @ 2..), Some(at)) => {
                let lane = self.check_lane(at, lanes, span)?;
                Ok(Operand::Val(self.extract(val, lane)))
            }
            (Ty::Num(_, 2..), None) => Ok(Operand::Val(self.lane(val, Lane::Computed(index), span)?)),
            (Ty::Array(of, len), Some(at)) => {
                self.check_index(at, len, span)?;
                let n = self.n_leaves(&of)?;
                let first = at as usize * n;
                Ok(Operand::Val(Val { ty: Ty::clone(&of), leaves: val.leaves[first..first + n].into() }))
            }
            (Ty::Array(..), None) => {
                let owner = Owner::new("array", span, OwnerKind::Let);
                let place = self.variable(&val.ty, owner)?;
                self.write(&place, val)?;
                Ok(Operand::Place(self.place_index(&place, index, span)?))
            }
            (other, _) => Err(self.not_indexable(&other, span)),
        }
    }

    fn tuple(&mut self, parts: &[Expr], want: Option<&Ty>) -> Res<Val> {
        let wants = match want {
            Some(Ty::Tuple(wants)) if wants.len() == parts.len() => Some(wants.clone()),
            _ => None,
        };
        let (mut tys, mut leaves, mut failed) = (vec![], Leaves::new(), false);
        for (at, part) in parts.iter().enumerate() {
            match self.value(part, wants.as_ref().map(|wants| &wants[at])) {
                Ok(val) => {
                    tys.push(val.ty);
                    leaves.extend(val.leaves);
                }
                Err(Reported) => failed = true,
            }
        }
        if failed { Err(Reported) } else { Ok(Val { ty: Ty::Tuple(tys), leaves }) }
    }

    fn array(&mut self, parts: &[Expr], span: Span, want: Option<&Ty>) -> Res<Val> {
        let want = match want {
            Some(Ty::Array(of, _)) => Some((**of).clone()),
            _ => None,
        };
        let mut leaves = Leaves::new();
        let mut of: Option<(Ty, Span)> = None;
        for part in parts {
            let hint = of.as_ref().map(|(ty, _)| ty.clone()).or_else(|| want.clone());
            let val = self.value(part, hint.as_ref())?;
            match &of {
                None => of = Some((val.ty, part.span)),
                Some((ty, first)) => {
                    let why = |s: &Self| (*first, format!("the first element is `{}`", s.show(&s.settle(ty))));
                    self.unify_as(ty, &val.ty, part.span, why)?;
                }
            }
            leaves.extend(val.leaves);
        }
        match of {
            Some((ty, _)) => Ok(Val { ty: Ty::Array(Rc::new(ty), parts.len() as u32), leaves }),
            None => Err(self.error(codes::BAD_LENGTH, span, "an array has at least one element")),
        }
    }

    fn repeat(&mut self, of: &Expr, n: &Expr, want: Option<&Ty>) -> Res<Val> {
        let want = match want {
            Some(Ty::Array(of, _)) => Some((**of).clone()),
            _ => None,
        };
        let val = self.value(of, want.as_ref());
        let len = self.const_u32(n)?;
        let val = val?;
        if len == 0 || (len as usize).saturating_mul(val.leaves.len()) > 1 << 20 {
            let text = format!("an array of {len} elements: it must have at least one, and at most 2^20 numbers");
            return Err(self.error(codes::BAD_LENGTH, n.span, text));
        }
        Ok(Val { ty: Ty::Array(Rc::new(val.ty), len), leaves: val.leaves.repeat(len as usize).into() })
    }

    fn struct_literal(&mut self, name: &ast::Ident, given: &[(ast::Ident, Expr)], span: Span) -> Res<Val> {
        let Some(Ty::Struct(id)) = self.struct_named(name)? else {
            let text = format!("`{}` is not a struct", name.name);
            return Err(self.error(codes::UNKNOWN_TYPE, name.span, text));
        };
        let fields = self.fields(id)?;
        let mut values: Vec<Option<Val>> = vec![None; fields.len()];
        let mut failed = false;
        for (field, value) in given {
            let Some(at) = fields.iter().position(|(n, _)| *n == field.name) else {
                self.unknown_field(&Ty::Struct(id), field);
                failed = true;
                continue;
            };
            if values[at].is_some() {
                let text = format!("field `{}` is given twice", field.name);
                self.error(codes::UNKNOWN_FIELD, field.span, text);
            }
            match self.typed(value, &fields[at].1) {
                Ok(val) => values[at] = Some(val),
                Err(Reported) => {
                    values[at] = Some(Val::UNIT);
                    failed = true;
                }
            }
        }
        let missing: Vec<String> =
            fields.iter().zip(&values).filter(|(_, v)| v.is_none()).map(|((n, _), _)| format!("`{n}`")).collect();
        if !missing.is_empty() {
            let text = format!("`{}` lacks {}", name.name, missing.join(", "));
            return Err(self.error(codes::UNKNOWN_FIELD, span, text));
        }
        if failed {
            return Err(Reported);
        }
        let leaves = values.into_iter().flatten().flat_map(|val| val.leaves).collect();
        Ok(Val { ty: Ty::Struct(id), leaves })
    }

    fn struct_named(&mut self, name: &ast::Ident) -> Res<Option<Ty>> {
        let kind = ast::TypeKind::Named(name.clone());
        let ty = self.resolve_type(&ast::Type { kind, span: name.span })?;
        Ok(matches!(ty, Ty::Struct(_)).then_some(ty))
    }
}
