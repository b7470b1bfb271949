//! Methods: the core's, then functions whose first parameter is `self`. And what stands behind a type's name.

use super::call::Arg;
use super::place::{Cell, Place, Store};
use super::resolve::Operand;
use super::types::{Elem, Ty};
use super::value::Val;
use super::{Elaborator, Reported, Res, errors};
use crate::diag::{Diagnostic, Use, codes::types as codes, foreign};
use crate::ir::{AtomicOp, Expr as IrExpr, Op, Scalar, Type};
use crate::source::Span;
use crate::syntax::ast::{self, Expr, GenericArg};

/// The core's methods that are one operation, and how a message says what they do.
pub(super) const OPS: &[(&str, Op)] = &[
    ("abs", Op::Abs),
    ("min", Op::Min),
    ("max", Op::Max),
    ("sqrt", Op::Sqrt),
    ("floor", Op::Floor),
    ("ceil", Op::Ceil),
    ("trunc", Op::Trunc),
    ("round", Op::Round),
    ("mul_add", Op::MulAdd),
    ("mul_hi", Op::MulHi),
    ("count_ones", Op::CountOnes),
    ("leading_zeros", Op::LeadingZeros),
    ("trailing_zeros", Op::TrailingZeros),
    ("reverse_bits", Op::ReverseBits),
    ("wrapping_add", Op::Add),
    ("wrapping_sub", Op::Sub),
    ("wrapping_mul", Op::Mul),
];

pub(super) const ATOMICS: &[(&str, AtomicOp, usize)] = &[
    ("load", AtomicOp::Load, 0),
    ("store", AtomicOp::Store, 1),
    ("add", AtomicOp::Add, 1),
    ("sub", AtomicOp::Sub, 1),
    ("min", AtomicOp::Min, 1),
    ("max", AtomicOp::Max, 1),
    ("and", AtomicOp::And, 1),
    ("or", AtomicOp::Or, 1),
    ("xor", AtomicOp::Xor, 1),
    ("exchange", AtomicOp::Exchange, 1),
    ("compare_exchange", AtomicOp::CompareExchange, 2),
];

/// Other methods, for suggestions.
pub(super) const OTHERS: &[&str] = &["len", "cast", "to_bits", "div_ceil"];

/// Whether numbers have a method of that name.
pub(crate) fn is_core(name: &str) -> bool {
    OPS.iter().any(|(method, _)| *method == name) || OTHERS.contains(&name)
}

impl Elaborator<'_> {
    /// `receiver.name(args)`.
    pub(super) fn method(
        &mut self,
        receiver: &Expr,
        name: &ast::Ident,
        generics: &[GenericArg],
        args: &[Expr],
        span: Span,
    ) -> Res<Val> {
        let operand = self.operand(receiver, None)?;
        let ty = match &operand {
            Operand::Val(val) => self.settle(&val.ty),
            Operand::Place(place) => self.settle(&place.ty),
        };
        match (&ty, &operand) {
            (Ty::Atomic(scalar), Operand::Place(place)) => return self.atomic(place, *scalar, name, args, span),
            (Ty::Array(..) | Ty::Slice(_), _) if name.name == "len" => {
                self.check_count("len", 0, args.len(), span)?;
                return self.len(&ty, &operand);
            }
            (Ty::Num(..), _) => {
                if let Some(val) = self.core_method(receiver, &operand, name, generics, args, span) {
                    return val;
                }
            }
            _ => {}
        }
        if let Some(id) = self.program.lookup(self.file(), &name.name)
            && let ast::Item::Function(function) = self.program.item(id)
            && function.params.first().is_some_and(|param| param.name.name == "self")
        {
            let mut passed = vec![Arg::Operand(operand, receiver.span, true)];
            passed.extend(args.iter().map(Arg::Expr));
            return self.inline(id, function, generics, passed, span, None);
        }
        Err(self.unknown_method(&ty, name))
    }

    fn unknown_method(&mut self, ty: &Ty, name: &ast::Ident) -> Reported {
        let shown = self.show(ty);
        let text = format!("`{shown}` has no method `{}`", name.name);
        let mut d = Diagnostic::new(codes::UNKNOWN_METHOD, name.span, text);
        let core = OPS.iter().map(|(name, _)| *name).chain(OTHERS.iter().copied());
        let atomics = ATOMICS.iter().map(|(name, ..)| *name);
        let functions: Vec<&str> = self
            .program
            .visible_names(self.file())
            .filter(|name| {
                let item = self.program.lookup(self.file(), name).map(|id| self.program.item(id));
                let Some(ast::Item::Function(function)) = item else { return false };
                function.params.first().is_some_and(|param| param.name.name == "self")
            })
            .collect();
        let near = match ty {
            Ty::Atomic(_) => errors::nearest(&name.name, atomics),
            _ => errors::nearest(&name.name, core.chain(functions)),
        };
        let is_atomic = ATOMICS.iter().any(|(method, ..)| *method == name.name);
        if is_atomic && !matches!(ty, Ty::Atomic(_)) && near.is_none() {
            d.code = codes::ATOMIC;
            d = d.note("this is a method of atomics").help("declare the elements as `Atomic<u32>` or `Atomic<i32>`");
        }
        if let Some(help) = foreign(&name.name, Use::Method) {
            d = d.help(help);
        } else if let Some(item) = self.program.hidden(&name.name) {
            d = errors::hidden(d, item);
        } else if let Some(near) = near {
            d = d.help(format!("a similar method exists: `{near}`"));
        }
        if matches!(ty, Ty::Slice(_) | Ty::Array(..)) {
            d = d.note("a slice has `.len()` and `x[i]`");
        }
        self.report(d)
    }

    fn len(&mut self, ty: &Ty, operand: &Operand) -> Res<Val> {
        match (ty, operand) {
            (Ty::Array(_, len), _) => Ok(self.u32_val(*len)),
            (_, Operand::Place(place)) => match place.buffer() {
                Some(param) => {
                    let leaf = self.b.def(Type::U32, IrExpr::Len(param));
                    Ok(Val::leaf(Ty::U32, leaf))
                }
                None => Err(Reported),
            },
            _ => Err(Reported),
        }
    }

    /// A method of numbers; `None` where the core has none of that name.
    fn core_method(
        &mut self,
        receiver: &Expr,
        operand: &Operand,
        name: &ast::Ident,
        generics: &[GenericArg],
        args: &[Expr],
        span: Span,
    ) -> Option<Res<Val>> {
        let op = OPS.iter().find(|(method, _)| *method == name.name).map(|(_, op)| *op);
        if op.is_none() && !OTHERS.contains(&name.name.as_str()) {
            return None;
        }
        let val = match operand {
            Operand::Val(val) => Ok(val.clone()),
            Operand::Place(place) => {
                let outer = std::mem::replace(&mut self.b.span, receiver.span);
                let val = self.read(place);
                self.b.span = outer;
                val
            }
        };
        let val = match val {
            Ok(val) => val,
            Err(Reported) => return Some(Err(Reported)),
        };
        Some(match (name.name.as_str(), op) {
            (_, Some(op)) => self.op_method(op, (val, receiver.span), name, args, span),
            ("cast", _) => self.cast_method(&val, generics, args, span),
            ("to_bits", _) => self.bits_of(&val, args, span),
            ("div_ceil", _) => match self.arguments(name, 1, args, &val.ty, span) {
                Ok(rest) => self.div_ceil((val, receiver.span), rest[0].clone(), span),
                Err(Reported) => Err(Reported),
            },
            _ => return None,
        })
    }

    /// The values of a core function's arguments.
    pub(super) fn arguments(
        &mut self,
        name: &ast::Ident,
        n: usize,
        args: &[Expr],
        like: &Ty,
        span: Span,
    ) -> Res<Vec<(Val, Span)>> {
        self.check_count(&name.name, n, args.len(), span)?;
        let vals: Vec<Res<Val>> = args.iter().map(|arg| self.value(arg, Some(like))).collect();
        let vals: Vec<Val> = vals.into_iter().collect::<Res<_>>()?;
        vals.into_iter().zip(args).map(|(val, arg)| Ok((self.reachable(val, like)?, arg.span))).collect()
    }

    pub(super) fn op_method(
        &mut self,
        op: Op,
        first: (Val, Span),
        name: &ast::Ident,
        args: &[Expr],
        span: Span,
    ) -> Res<Val> {
        let mut operands = self.arguments(name, op.row().arity - 1, args, &first.0.ty, span)?;
        operands.insert(0, first);
        let in_constant = self.in_constant;
        if name.name.starts_with("wrapping_") {
            self.in_constant = 0;
        }
        let val = self.apply(op, &operands, span, &format!("take `{}` of", name.name));
        self.in_constant = in_constant;
        let val = val?;
        match (op, val.ty.lanes()) {
            // Counts of bits are u32, whatever is counted.
            (Op::CountOnes | Op::LeadingZeros | Op::TrailingZeros, Some(lanes)) => {
                if let Ty::Num(elem, _) = val.ty {
                    self.force(elem, span);
                }
                Ok(self.convert(Op::Convert, &val, Type::vector(Scalar::U32, lanes)))
            }
            _ => Ok(val),
        }
    }

    /// `x.cast::<i32>()`.
    fn cast_method(&mut self, val: &Val, generics: &[GenericArg], args: &[Expr], span: Span) -> Res<Val> {
        self.check_count("cast", 0, args.len(), span)?;
        let to = match generics {
            [GenericArg::Type(ty)] => self.resolve_type(ty)?,
            _ => {
                let d = Diagnostic::new(codes::BAD_GENERICS, span, "`cast` needs the type to convert to")
                    .help("write `.cast::<f32>()`");
                return Err(self.report(d));
            }
        };
        let (Ty::Num(Elem::Known(target), to_lanes), Ty::Num(elem, lanes)) = (&to, self.settle(&val.ty)) else {
            let text = format!("cannot convert to `{}`", self.show(&to));
            return Err(self.error(codes::BAD_CAST, span, text));
        };
        let is_bool = elem == Elem::Known(Scalar::Bool);
        if (*target == Scalar::Bool && !is_bool) || (*to_lanes != 1 && *to_lanes != lanes) {
            let text = format!("cannot convert `{}` to `{}`", self.show(&self.settle(&val.ty)), self.show(&to));
            return Err(self.error(codes::BAD_CAST, span, text));
        }
        Ok(self.convert(Op::Convert, val, Type::vector(*target, lanes)))
    }

    fn bits_of(&mut self, val: &Val, args: &[Expr], span: Span) -> Res<Val> {
        self.check_count("to_bits", 0, args.len(), span)?;
        let Ty::Num(elem, lanes) = self.settle(&val.ty) else { return Err(Reported) };
        if !self.unify_elem(Elem::Known(Scalar::F32), elem, span) {
            let text = format!("`{}` has no method `to_bits`", self.show(&self.settle(&val.ty)));
            let d = Diagnostic::new(codes::UNKNOWN_METHOD, span, text).note("it is a method of `f32` and its vectors");
            return Err(self.report(d));
        }
        Ok(self.convert(Op::Bitcast, val, Type::vector(Scalar::U32, lanes)))
    }

    /// The quotient of unsigned integers, rounded up; without the overflow of `(a + b - 1) / b`.
    pub(super) fn div_ceil(&mut self, a: (Val, Span), b: (Val, Span), span: Span) -> Res<Val> {
        let quotient = self.apply(Op::Div, &[a.clone(), b.clone()], span, "divide")?;
        let Ty::Num(elem, lanes) = quotient.ty else { return Err(Reported) };
        if !self.unify_elem(Elem::Known(Scalar::U32), elem, span)
            && !matches!(self.settle_elem(elem), Elem::Known(Scalar::U64))
        {
            let text = format!("`div_ceil` is for unsigned integers, not `{}`", self.show(&self.settle(&quotient.ty)));
            return Err(self.error(codes::BAD_OPERAND, span, text));
        }
        let scalar = self.force(elem, span);
        let rest = self.apply(Op::Rem, &[a, b], span, "divide")?;
        let zero = self.zero(&quotient.ty)?;
        let more = self.op(Op::Ne, &[rest, zero], span)?;
        let more = self.convert(Op::Convert, &more, Type::vector(scalar, lanes));
        self.op(Op::Add, &[quotient, more], span)
    }

    /// A method of an atomic.
    fn atomic(&mut self, place: &Place, scalar: Scalar, name: &ast::Ident, args: &[Expr], span: Span) -> Res<Val> {
        let Some((_, op, n)) = ATOMICS.iter().copied().find(|(method, ..)| *method == name.name) else {
            return Err(self.unknown_method(&Ty::Atomic(scalar), name));
        };
        let ty = Ty::scalar(scalar);
        let given = self.arguments(name, n, args, &ty, span)?;
        for (val, at) in &given {
            self.unify_as(&ty, &val.ty, *at, |_| place.owner.declared())?;
        }
        let (Store::Cells(cells), Some(index)) = (&place.store, place.index) else { return Err(Reported) };
        let Some(cell @ (Cell::Buffer(_) | Cell::Shared(_))) = cells.first().copied() else { return Err(Reported) };
        let access = self.access(cell, index, place);
        let leaf = |at: usize| given.get(at).and_then(|(val, _)| val.leaves.first().copied());
        let (expected, value) = if n == 2 { (leaf(0), leaf(1)) } else { (None, leaf(0)) };
        let old = self.b.def(Type::scalar(scalar), IrExpr::Atomic { op, index, value, expected, access });
        Ok(if op == AtomicOp::Store { Val::UNIT } else { Val::leaf(ty, old) })
    }

    /// `f32x4::new(...)`, `F::splat(x)`, `f32::from_bits(b)`, and methods called by their full name.
    pub(super) fn type_call(
        &mut self,
        qualifier: &ast::Ident,
        path: &ast::Path,
        args: &[Expr],
        span: Span,
    ) -> Res<Val> {
        let ty = self.qualifier_type(qualifier, &path.name)?;
        let ty = self.settle(&ty);
        let Ty::Num(elem, lanes) = ty else { return Err(self.unknown_associated(&ty, &path.name)) };
        let scalar = self.force(elem, span);
        let name = &path.name;
        match name.name.as_str() {
            "new" => self.new_vector(scalar, lanes, name, args, span),
            "splat" => {
                let one = Ty::scalar(scalar);
                let vals = self.arguments(name, 1, args, &one, span)?;
                self.unify(&one, &vals[0].0.ty, vals[0].1, None)?;
                Ok(self.splat(&vals[0].0, lanes))
            }
            "from_bits" if scalar == Scalar::F32 => {
                let bits = Ty::known(Type::vector(Scalar::U32, lanes));
                let vals = self.arguments(name, 1, args, &bits, span)?;
                let val = self.splat(&vals[0].0, lanes);
                self.unify(&bits, &val.ty, vals[0].1, None)?;
                Ok(self.convert(Op::Bitcast, &val, Type::vector(scalar, lanes)))
            }
            _ => match args.split_first() {
                Some((receiver, rest)) => {
                    let is_core = OPS.iter().any(|(method, _)| *method == name.name);
                    let is_function = self.program.lookup(self.file(), &name.name).is_some();
                    if !is_core && !is_function && !OTHERS.contains(&name.name.as_str()) {
                        return Err(self.unknown_associated(&Ty::known(Type::vector(scalar, lanes)), name));
                    }
                    self.typed(receiver, &Ty::known(Type::vector(scalar, lanes)))?;
                    self.method(receiver, name, &path.generics, rest, span)
                }
                None => Err(self.unknown_associated(&Ty::known(Type::vector(scalar, lanes)), name)),
            },
        }
    }

    /// A vector of scalars and shorter vectors, which have as many lanes together.
    fn new_vector(&mut self, scalar: Scalar, lanes: u8, name: &ast::Ident, args: &[Expr], span: Span) -> Res<Val> {
        if lanes == 1 {
            return Err(self.unknown_associated(&Ty::scalar(scalar), name));
        }
        self.check_count("new", usize::from(lanes), args.len(), span)?;
        let one = Ty::scalar(scalar);
        let vals: Vec<Res<Val>> = args.iter().map(|arg| self.typed(arg, &one)).collect();
        let vals: Vec<Val> = vals.into_iter().collect::<Res<_>>()?;
        let leaves: Vec<_> = vals.iter().flat_map(|val| val.leaves.iter().copied()).collect();
        if leaves.len() != usize::from(lanes) {
            return Err(Reported);
        }
        Ok(self.compose(Elem::Known(scalar), &leaves))
    }
}
