//! Calls of functions: each is inlined where it is called.

use super::generics::Bound;
use super::place::{Owner, OwnerKind, Place};
use super::resolve::Operand;
use super::scope::{Frame, Local, Return};
use super::types::{Elem, Ty};
use super::value::Val;
use super::{Elaborator, Reported, Res, returns};
use crate::diag::{Diagnostic, codes::flow, codes::types as codes};
use crate::ir::{Const, StmtKind, Type};
use crate::program::ItemId;
use crate::source::Span;
use crate::syntax::ast::{self, Expr, ExprKind, GenericArg, TypeKind};

/// What is passed for a parameter.
pub(super) enum Arg<'a> {
    /// Still to be evaluated.
    Expr(&'a Expr),
    /// The receiver of a method.
    Operand(Operand, Span, bool),
}

/// What a parameter is bound to.
#[derive(Clone)]
pub(super) enum Passed {
    Val(Val),
    Place(Place),
}

impl Arg<'_> {
    const fn span(&self) -> Span {
        match self {
            Self::Expr(expr) => expr.span,
            Self::Operand(_, span, _) => *span,
        }
    }
}

impl<'p> Elaborator<'p> {
    /// `f(a, b)`, `f32x4::new(a, b, c, d)`.
    pub(super) fn call(&mut self, path: &ast::Path, args: &[Expr], span: Span, want: Option<&Ty>) -> Res<Operand> {
        if let Some(qualifier) = &path.qualifier {
            return self.type_call(qualifier, path, args, span).map(Operand::Val);
        }
        let name = &path.name;
        let Some(id) = self.program.lookup(self.file(), &name.name) else {
            return self.core_call(path, args, span).map(Operand::Val);
        };
        match self.program.item(id) {
            ast::Item::Function(function) => {
                let args: Vec<Arg<'_>> = args.iter().map(Arg::Expr).collect();
                self.inline(id, function, &path.generics, args, span, want).map(Operand::Val)
            }
            ast::Item::Kernel(_) | ast::Item::Op(_) => {
                let d =
                    Diagnostic::new(codes::MISPLACED, span, format!("`{}` cannot be called from a kernel", name.name))
                        .help("kernels are launched by ops; put the code that both need into a function");
                Err(self.report(d))
            }
            _ => Err(self.error(codes::UNKNOWN_NAME, name.span, format!("`{}` is not a function", name.name))),
        }
    }

    /// Inlines a call of a function.
    pub(super) fn inline(
        &mut self,
        id: ItemId,
        function: &'p ast::Function,
        generics: &[GenericArg],
        args: Vec<Arg<'_>>,
        span: Span,
        want: Option<&Ty>,
    ) -> Res<Val> {
        self.check_recursion(id, function, span)?;
        // What a method is called on is no argument of it.
        let receiver = usize::from(matches!(args.first(), Some(Arg::Operand(..))));
        let (n_params, n_args) = (function.params.len() - receiver, args.len() - receiver);
        self.check_count(&function.name.name, n_params, n_args, span)?;
        let bound = self.written_generics(id, function, generics, span);
        let mut passed = vec![];
        let mut failed = false;
        for (param, arg) in function.params.iter().zip(&args) {
            match self.pass(param, function, arg, bound.as_deref().unwrap_or_default()) {
                Ok(value) => passed.push((value, arg.span())),
                Err(Reported) => failed = true,
            }
        }
        let bound = bound?;
        if failed {
            return Err(Reported);
        }
        if passed.iter().any(|(p, _)| matches!(p, Passed::Val(Val { ty: Ty::Never, .. }))) {
            return Ok(Val::NEVER);
        }
        match self.lanes_of_call(function, &passed) {
            Some(lanes) => self.inline_by_lane(id, function, &bound, &passed, lanes, span),
            None => self.inline_passed(id, function, &bound, passed, span, want),
        }
    }

    fn check_recursion(&mut self, id: ItemId, function: &ast::Function, span: Span) -> Res<()> {
        let Some(first) = self.frames.iter().position(|frame| frame.function == Some(id)) else {
            // Helpers that call helpers multiply.
            return self.check_size(span);
        };
        let name = &function.name.name;
        let mut d = Diagnostic::new(flow::RECURSION, span, format!("`{name}` calls itself"))
            .here(format!("`{name}` is called here while it runs"))
            .note("functions are inlined, so none may call itself, also through others");
        for frame in &self.frames[first + 1..] {
            if frame.is_call() {
                d = d.label(frame.call, format!("which `{}` leads to", frame.name));
            }
        }
        self.diags.push(d.help("write it as a loop with a bound"));
        Err(Reported)
    }

    /// What an argument is, before the parameter's type is looked at.
    fn pass(
        &mut self,
        param: &ast::Param,
        function: &ast::Function,
        arg: &Arg<'_>,
        bound: &[Option<super::scope::Generic>],
    ) -> Res<Passed> {
        if let TypeKind::Ref { mutable, .. } = &param.ty.kind {
            return self.pass_reference(param, *mutable, arg);
        }
        let expr = match arg {
            Arg::Operand(Operand::Val(val), ..) => return Ok(Passed::Val(val.clone())),
            Arg::Operand(Operand::Place(place), ..) => return self.read(place).map(Passed::Val),
            Arg::Expr(expr) => expr,
        };
        if let ExprKind::Ref { .. } = &expr.kind {
            let d = Diagnostic::new(codes::REFERENCE, expr.span, format!("`{}` is taken by value", param.name.name))
                .label(param.ty.span, "declared here")
                .help("remove the `&`");
            return Err(self.report(d));
        }
        let want = match &param.ty.kind {
            TypeKind::Scalar(scalar) => Some(Ty::scalar(*scalar)),
            TypeKind::Vector(scalar, lanes) => Some(Ty::known(Type::vector(*scalar, *lanes))),
            TypeKind::Named(name) => {
                let at = function.generics.iter().position(|generic| generic.name.name == name.name);
                match at.and_then(|at| bound.get(at)) {
                    Some(Some(super::scope::Generic::Type(ty))) => Some(ty.clone()),
                    _ => None,
                }
            }
            _ => None,
        };
        self.value(expr, want.as_ref()).map(Passed::Val)
    }

    fn pass_reference(&mut self, param: &ast::Param, mutable: bool, arg: &Arg<'_>) -> Res<Passed> {
        let span = arg.span();
        let (operand, given_mut) = match arg {
            Arg::Operand(operand, _, is_mut) => (operand.clone(), *is_mut),
            Arg::Expr(Expr { kind: ExprKind::Ref { mutable, of }, .. }) => (self.operand(of, None)?, *mutable),
            Arg::Expr(expr) if self.is_reference(expr) => (self.operand(expr, None)?, true),
            Arg::Expr(expr) => {
                let and = if mutable { "&mut " } else { "&" };
                let d = Diagnostic::new(codes::REFERENCE, expr.span, format!("`{}` is a reference", param.name.name))
                    .here("expected a reference")
                    .label(param.ty.span, "declared here")
                    .help(format!("borrow it: `{and}{}`", super::errors::words(expr)));
                return Err(self.report(d));
            }
        };
        if mutable && !given_mut {
            let d = Diagnostic::new(codes::REFERENCE, span, format!("`{}` is a mutable reference", param.name.name))
                .here("expected `&mut`")
                .label(param.ty.span, "declared here")
                .help("write `&mut` instead of `&`");
            return Err(self.report(d));
        }
        match operand {
            Operand::Place(place) => {
                if mutable {
                    self.check_mutable(&place, span)?;
                }
                if !place.is_memory() && place.lane.is_some() {
                    return Err(self.error(codes::REFERENCE, span, "a lane of a vector cannot be borrowed"));
                }
                if !matches!(place.ty, Ty::Array(..) | Ty::Slice(_)) {
                    self.check_assigned(&place)?;
                }
                Ok(Passed::Place(place))
            }
            Operand::Val(val) if mutable => {
                let d = Diagnostic::new(codes::NOT_MUTABLE, span, "cannot borrow this as mutable")
                    .help("put it into a variable: `let mut x = ...;`");
                drop(val);
                Err(self.report(d))
            }
            Operand::Val(val) => Ok(Passed::Val(val)),
        }
    }

    /// Lanes, where a function of a scalar `self` is called on a vector.
    fn lanes_of_call(&self, function: &ast::Function, passed: &[(Passed, Span)]) -> Option<u8> {
        let param = function.params.first().filter(|param| param.name.name == "self")?;
        match (&param.ty.kind, passed.first()) {
            (TypeKind::Scalar(_), Some((Passed::Val(Val { ty: Ty::Num(_, lanes @ 2..), .. }), _))) => Some(*lanes),
            _ => None,
        }
    }

    /// Calls a function of scalars for each lane of its receiver; other arguments may be vectors or scalars.
    fn inline_by_lane(
        &mut self,
        id: ItemId,
        function: &'p ast::Function,
        bound: &Bound,
        passed: &[(Passed, Span)],
        lanes: u8,
        span: Span,
    ) -> Res<Val> {
        let mut results = vec![];
        let mut elem = Elem::Known(crate::ir::Scalar::F32);
        for lane in 0..lanes {
            let mut args = vec![];
            for (value, at) in passed {
                args.push(match value {
                    Passed::Val(val) if val.ty.lanes() == Some(lanes) => (Passed::Val(self.extract(val, lane)), *at),
                    other => (other.clone(), *at),
                });
            }
            let result = self.inline_passed(id, function, bound, args, span, None)?;
            match (&result.ty, result.leaves.as_slice()) {
                (Ty::Num(e, 1), [leaf]) => {
                    elem = *e;
                    results.push(*leaf);
                }
                _ => {
                    let text =
                        format!("`{}` cannot be applied lane by lane: its result is no scalar", function.name.name);
                    return Err(self.error(codes::BAD_OPERAND, span, text));
                }
            }
        }
        Ok(self.compose(elem, &results))
    }

    /// Inlines a call whose arguments are there.
    pub(super) fn inline_passed(
        &mut self,
        id: ItemId,
        function: &'p ast::Function,
        bound: &Bound,
        passed: Vec<(Passed, Span)>,
        span: Span,
        want: Option<&Ty>,
    ) -> Res<Val> {
        self.called.insert(id);
        self.check_chain(self.frames.len(), "functions call one another", span)?;
        let mut frame = Frame::of_file(self.program.file_of(id), span);
        frame.function = Some(id);
        frame.name.clone_from(&function.name.name);
        for (generic, value) in function.generics.iter().zip(bound) {
            if let Some(value) = value {
                frame.generics.push((generic.name.name.clone(), value.clone()));
            }
        }
        let outer = self.b.span;
        let (in_constant, unassigned) = (self.in_constant, self.unassigned.clone());
        self.frames.push(frame);
        let result = self.inline_in_frame(function, passed, span, want);
        self.frames.pop();
        self.in_constant = in_constant;
        self.unassigned = unassigned;
        self.b.span = outer;
        result
    }

    fn inline_in_frame(
        &mut self,
        function: &'p ast::Function,
        passed: Vec<(Passed, Span)>,
        span: Span,
        want: Option<&Ty>,
    ) -> Res<Val> {
        let mut locals = vec![];
        let mut failed = false;
        for (param, (value, at)) in function.params.iter().zip(passed) {
            match self.receive(function, param, value, at) {
                Ok(value) => locals.push((param, value)),
                Err(Reported) => failed = true,
            }
        }
        if failed {
            return Err(Reported);
        }
        self.find_from_result(function, want);
        for generic in &function.generics {
            if self.generic(&generic.name.name).is_none() {
                let text = format!("cannot find out what `{}` of `{}` is", generic.name.name, function.name.name);
                let d = Diagnostic::new(codes::BAD_GENERICS, span, text)
                    .label(generic.name.span, "declared here")
                    .help(format!("write it: `{}::<...>(...)`", function.name.name));
                self.frame().generics.clear();
                return Err(self.report(d));
            }
        }
        self.order_generics(function);
        for (param, value) in locals {
            let local = self.param_local(param, value)?;
            self.bind(&param.name.name, local);
        }
        let result = match &function.result {
            Some(ty) => self.resolve_type(ty)?,
            None => Ty::UNIT,
        };
        self.frame().result = Some(result.clone());
        self.body(function, &result)
    }

    /// Binds generics that only the result's type names.
    fn find_from_result(&mut self, function: &ast::Function, want: Option<&Ty>) {
        if let (Some(ast::Type { kind: TypeKind::Named(name), .. }), Some(want)) = (&function.result, want) {
            let is_type = |g: &ast::Generic| g.name.name == name.name && matches!(g.kind, ast::GenericKind::Type(_));
            if function.generics.iter().any(is_type) && self.generic(&name.name).is_none() {
                self.frame().generics.push((name.name.clone(), super::scope::Generic::Type(want.clone())));
            }
        }
    }

    /// Puts the generics in the order of their declaration, for messages.
    fn order_generics(&mut self, function: &ast::Function) {
        let at = |name: &str| function.generics.iter().position(|g| g.name.name == name);
        self.frame().generics.sort_by_key(|(name, _)| at(name));
    }

    /// Checks an argument against its parameter, in the callee's frame.
    fn receive(&mut self, function: &ast::Function, param: &ast::Param, value: Passed, span: Span) -> Res<Passed> {
        match (&param.ty.kind, value) {
            (TypeKind::Ref { to, .. }, Passed::Place(place)) => {
                let place = Place { ty: self.settle(&place.ty), ..place };
                self.match_type(&function.generics, to, &place.ty, span)?;
                Ok(Passed::Place(place))
            }
            (TypeKind::Ref { to, .. }, Passed::Val(val)) => {
                self.match_type(&function.generics, to, &val.ty, span)?;
                Ok(Passed::Val(val))
            }
            (_, Passed::Val(val)) => {
                let val = self.widen(param, val);
                self.match_type(&function.generics, &param.ty, &val.ty, span)?;
                Ok(Passed::Val(val))
            }
            (_, place @ Passed::Place(_)) => Ok(place),
        }
    }

    /// A scalar where the parameter's generic type is bound to a vector.
    fn widen(&mut self, param: &ast::Param, val: Val) -> Val {
        let TypeKind::Named(name) = &param.ty.kind else { return val };
        let lanes = match self.generic(&name.name) {
            Some(super::scope::Generic::Type(Ty::Num(_, lanes @ 2..))) => *lanes,
            _ => return val,
        };
        self.splat(&val, lanes)
    }

    fn param_local(&mut self, param: &ast::Param, value: Passed) -> Res<Local> {
        let name = &param.name;
        match value {
            Passed::Place(place) => {
                let mutable = matches!(param.ty.kind, TypeKind::Ref { mutable: true, .. });
                let kind = if mutable { OwnerKind::RefMut } else { OwnerKind::Ref };
                Ok(Local::Place(Place { owner: Owner::new(&name.name, name.span, kind), ..place }))
            }
            Passed::Val(val) if param.mutable => {
                let place = self.variable(&val.ty, Owner::new(&name.name, name.span, OwnerKind::Mut))?;
                self.write(&place, &val)?;
                Ok(Local::Place(place))
            }
            Passed::Val(val) => match self.keep(&name.name, name.span, val)? {
                // A borrowed array constant stays a reference inside.
                Local::Place(place) if matches!(param.ty.kind, TypeKind::Ref { .. }) => {
                    Ok(Local::Place(Place { owner: Owner::new(&name.name, name.span, OwnerKind::Ref), ..place }))
                }
                local => Ok(local),
            },
        }
    }

    /// The body of a function, with its returns.
    fn body(&mut self, function: &'p ast::Function, result: &Ty) -> Res<Val> {
        if !returns::contains(&function.body) || returns::are_last(&function.body) {
            self.frame().on_return = Return::Tail;
            let val = self.block(&function.body, Some(result))?;
            let span = function.body.value.as_ref().map_or(function.body.span, |value| value.span);
            return self.fit_result(result, val, span);
        }
        let place = match result {
            Ty::Tuple(parts) if parts.is_empty() => None,
            _ => Some(self.variable(result, Owner::new("result", function.name.span, OwnerKind::Mut))?),
        };
        let flag = self.b.slot("returned", Type::BOOL, None);
        self.frame().on_return = Return::Loop { result: place.clone(), flag };
        self.b.open_block();
        let done = self.loop_body(function, result, place.as_ref());
        let body = self.b.close_block();
        let ends = done?;
        if body_sets(&body, flag) {
            let no = self.b.constant(Const::bool(false));
            self.b.set(flag, no);
        }
        // A loop that runs into its bound leaves without a result.
        if let (Some(place), true) = (&place, ends) {
            let zero = self.zero(result)?;
            self.write(place, &zero)?;
        }
        self.b.push(StmtKind::Loop { body });
        match place {
            Some(place) => self.read(&place),
            None => Ok(Val::UNIT),
        }
    }

    /// The body inside the loop of one round; whether it ends without a value of its own.
    fn loop_body(&mut self, function: &'p ast::Function, result: &Ty, place: Option<&Place>) -> Res<bool> {
        let val = self.block(&function.body, Some(result))?;
        let ends = val.ty == Ty::Never;
        if !ends {
            let span = function.body.value.as_ref().map_or(function.body.span, |value| value.span);
            let val = self.fit_result(result, val, span)?;
            if let Some(place) = place {
                self.write(place, &val)?;
            }
        }
        self.b.push(StmtKind::Break);
        Ok(ends)
    }

    /// The function's result, of its type. A scalar result of a function whose generic is a vector has its lanes.
    pub(super) fn fit_result(&mut self, ty: &Ty, val: Val, span: Span) -> Res<Val> {
        if let (Ty::Num(want, 1), Ty::Num(have, lanes @ 2..)) = (ty, &val.ty) {
            let is_generic = |generic: &super::scope::Generic| matches!(generic, super::scope::Generic::Type(Ty::Num(_, n)) if n == lanes);
            let lane_wise = self.frame().generics.iter().any(|(_, generic)| is_generic(generic));
            if lane_wise && self.unify_elem(*want, *have, span) {
                return Ok(val);
            }
        }
        let why = self.frame().function.map(|id| self.program.item(id).name().span);
        let name = self.frame().name.clone();
        let why = why.map(|at| (at, format!("`{name}` returns `{}`", self.show(ty))));
        self.unify(ty, &val.ty, span, why)?;
        if val.ty == Ty::Never { Ok(val) } else { Ok(Val { ty: ty.clone(), ..val }) }
    }
}

/// Whether a block sets a slot, at any depth.
fn body_sets(block: &crate::ir::Block, slot: crate::ir::SlotId) -> bool {
    block.iter().any(|stmt| match &stmt.kind {
        StmtKind::SetSlot(s, _) => *s == slot,
        StmtKind::If { then, otherwise, .. } => body_sets(then, slot) || body_sets(otherwise, slot),
        StmtKind::For { body, .. } | StmtKind::Loop { body } => body_sets(body, slot),
        _ => false,
    })
}
