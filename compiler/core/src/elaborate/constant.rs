//! Constants: elaborated like any code, and known when that is done.

use super::infer::{bits_of_int, int_of_bits, int_range};
use super::place::{Owner, OwnerKind};
use super::resolve::Operand;
use super::scope::{Frame, Generic, Local};
use super::types::{Elem, Ty};
use super::value::Val;
use super::{Elaborator, Res, fold};
use crate::diag::{Diagnostic, Diagnostics, codes::types as codes};
use crate::ir::{self, Const, Op, Scalar};
use crate::program::{Binding, ItemId, Program};
use crate::source::{FileId, Span};
use crate::syntax::ast;

/// The value of a constant expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Constant {
    /// Its value; the case's position for a case of an enum.
    pub value: Const,
    /// The enum, for a case.
    pub case_of: Option<ItemId>,
}

impl Constant {
    /// What it is as a generic argument; floats and vectors are none.
    #[must_use]
    pub fn binding(self) -> Option<Binding> {
        let bits = self.value.lanes[0];
        match (self.case_of, self.value.ty.scalar) {
            (Some(id), _) => Some(Binding::Case(id, self.value.as_u32())),
            _ if self.value.ty.lanes != 1 => None,
            (None, Scalar::Bool) => Some(Binding::Bool(self.value.as_bool())),
            (None, scalar) if int_range(scalar).is_some() => {
                i64::try_from(int_of_bits(bits, scalar)).ok().map(Binding::Int)
            }
            _ => None,
        }
    }
}

/// Evaluates a constant expression of a file: an array's length, a workgroup's size, a generic argument.
///
/// `ty` is the type that it must have, where that is known. `env` says what names mean that are not items: generic
/// parameters, each with its type for integers (`u32` where it is none), and the bindings.
///
/// # Errors
/// What is wrong with the expression, or that it is no constant.
pub fn constant(
    program: &Program,
    file: FileId,
    expr: &ast::Expr,
    ty: Option<&ast::Type>,
    env: &[(String, Option<Scalar>, Binding)],
) -> Result<Constant, Diagnostics> {
    let mut elaborator = Elaborator::new(program, expr.span, &[]);
    elaborator.frames.push(Frame::of_file(file, expr.span));
    let generics = env.iter().map(|(name, scalar, binding)| (name.clone(), generic_of(*binding, *scalar))).collect();
    elaborator.frame().generics = generics;
    let value = elaborator.constant_of(expr, ty);
    match value {
        Ok(value) => elaborator.diags.or(value),
        Err(_) if elaborator.diags.is_empty() => Err(super::errors::lost(expr.span).into()),
        Err(_) => Err(elaborator.diags),
    }
}

/// What a binding is inside an instance.
pub(super) fn generic_of(binding: Binding, scalar: Option<Scalar>) -> Generic {
    match binding {
        Binding::Int(value) => {
            let scalar = scalar.unwrap_or(Scalar::U32);
            let bits = bits_of_int(i128::from(value), scalar).unwrap_or_default();
            Generic::Const(Ty::scalar(scalar), Const::scalar(scalar, bits))
        }
        Binding::Bool(value) => Generic::Const(Ty::BOOL, Const::bool(value)),
        Binding::Case(id, case) => Generic::Const(Ty::Enum(id), Const::u32(case)),
        Binding::Scalar(scalar) => Generic::Type(Ty::scalar(scalar)),
        Binding::Vector(scalar, lanes) => Generic::Type(Ty::Num(Elem::Known(scalar), lanes)),
    }
}

impl Elaborator<'_> {
    fn constant_of(&mut self, expr: &ast::Expr, ty: Option<&ast::Type>) -> Res<Constant> {
        let ty = ty.map(|ty| self.resolve_type(ty)).transpose()?;
        let val = self.const_expr(expr, ty.as_ref())?;
        let case_of = match val.ty {
            Ty::Enum(id) => Some(id),
            _ => None,
        };
        match self.known(&val) {
            Some(value) => Ok(Constant { value, case_of }),
            None => Err(self.not_constant(expr.span)),
        }
    }

    /// A constant expression; every leaf of the result is known.
    pub(super) fn const_expr(&mut self, expr: &ast::Expr, ty: Option<&Ty>) -> Res<Val> {
        self.in_constant += 1;
        self.b.open_block();
        let val = self.value(expr, ty);
        let block = self.b.close_block();
        self.in_constant -= 1;
        let mut val = val?;
        if val.ty == Ty::Never {
            return Err(self.not_constant(expr.span));
        }
        if let Some(ty) = ty {
            self.unify(ty, &val.ty, expr.span, None)?;
            val.ty = ty.clone();
        }
        if let Ty::Num(elem, _) = val.ty {
            self.force(elem, expr.span);
            val.ty = self.settle(&val.ty);
        }
        let mut known = Vec::with_capacity(val.leaves.len());
        for leaf in &val.leaves {
            match self.const_of(*leaf) {
                Some(value) => known.push(value),
                None => match fold::run(&self.settled_kernel(), [self.b.ahead(), &block], *leaf) {
                    Ok(value) => known.push(value),
                    Err(fold::Unknown::Open) => return Err(self.not_constant(expr.span)),
                    Err(fold::Unknown::TooLong) => return Err(self.too_long(expr.span)),
                    Err(fold::Unknown::Faulty) => return Err(self.faulty(expr.span)),
                },
            }
        }
        // Written again where it is used: what was computed on the way is not needed.
        val.leaves = known.into_iter().map(|value| self.b.constant(value)).collect();
        Ok(val)
    }

    fn not_constant(&mut self, span: Span) -> super::Reported {
        let d = Diagnostic::new(codes::NOT_CONSTANT, span, "not a constant")
            .here("the compiler must know this value")
            .note("constants are literals, `const` items, const generics, and functions of them");
        self.report(d)
    }

    fn too_long(&mut self, span: Span) -> super::Reported {
        let d = Diagnostic::new(codes::NOT_CONSTANT, span, "this takes too long for a constant")
            .here(format!("more than {} million steps", fold::MAX_STEPS / 1_000_000))
            .help("loop over less, or compute it in the kernel");
        self.report(d)
    }

    fn faulty(&mut self, span: Span) -> super::Reported {
        let d = Diagnostic::new(codes::NOT_CONSTANT, span, "this constant ends in a fault")
            .here("a loop takes more rounds than its `#[bound(..)]`, or a `fault!` is reached");
        self.report(d)
    }

    /// A constant `u32`: a length, a size.
    pub(super) fn const_u32(&mut self, expr: &ast::Expr) -> Res<u32> {
        let val = self.const_expr(expr, Some(&Ty::U32))?;
        self.known(&val).map(Const::as_u32).ok_or(super::Reported)
    }

    /// A use of a `const` item.
    pub(super) fn const_item(&mut self, id: ItemId, item: &ast::Const, span: Span) -> Res<Operand> {
        if let Some(Local::Place(place)) = self.tables.get(&id) {
            return Ok(Operand::Place(place.clone()));
        }
        if self.constants.contains(&id) {
            let text = format!("the constant `{}` needs itself", item.name.name);
            return Err(self.error(codes::CONST_CYCLE, span, text));
        }
        self.check_chain(self.constants.len(), "constants need one another", span)?;
        self.constants.push(id);
        self.enter_file(self.program.file_of(id), span);
        let val = self.const_value_of(item);
        self.leave_file();
        self.constants.pop();
        let val = val?;
        if self.in_constant == 0 && matches!(val.ty, Ty::Array(..)) {
            return self.table(id, item, &val);
        }
        Ok(Operand::Val(val))
    }

    /// The value of a `const`, with the names of the file it stands in.
    pub(super) fn const_value_of(&mut self, item: &ast::Const) -> Res<Val> {
        let ty = self.resolve_type(&item.ty)?;
        self.const_expr(&item.value, Some(&ty))
    }

    /// An array constant becomes a variable that is filled once, when the kernel begins.
    fn table(&mut self, id: ItemId, item: &ast::Const, val: &Val) -> Res<Operand> {
        let owner = Owner::new(&item.name.name, item.name.span, OwnerKind::Let);
        let place = self.variable(&val.ty, owner)?;
        self.b.open_block();
        let known: Vec<_> = val.leaves.iter().filter_map(|leaf| self.const_of(*leaf)).collect();
        let leaves = known.into_iter().map(|value| self.b.constant(value)).collect();
        let written = self.write(&place, &Val { ty: val.ty.clone(), leaves });
        let block = self.b.close_block();
        self.b.put_ahead(block);
        written?;
        self.tables.insert(id, Local::Place(place.clone()));
        Ok(Operand::Place(place))
    }
}

/// Says that an operation on known integers does not fit, where that is so.
pub(super) fn overflow(op: Op, known: &[Const]) -> Option<impl Fn(Span) -> Diagnostic + use<>> {
    let ty = known.first()?.ty;
    let (low, high) = int_range(ty.scalar)?;
    let bad = (0..usize::from(ty.lanes)).find_map(|lane| {
        let at = |i: usize| known.get(i).map_or(0, |value| int_of_bits(value.lanes[lane], value.ty.scalar));
        let (a, b) = (at(0), at(1));
        let (result, sign) = match op {
            Op::Add => (a + b, "+"),
            Op::Sub => (a - b, "-"),
            Op::Mul => (a * b, "*"),
            Op::Neg => (-a, "-"),
            Op::Div | Op::Rem if b == 0 => return Some(format!("`{a}` divided by zero")),
            Op::Shl | Op::Shr if b < 0 || b >= i128::from(ir::eval::width(ty.scalar)) => {
                return Some(format!("shifted by {b} bits, `{}` has {}", ty.scalar.name(), ir::eval::width(ty.scalar)));
            }
            _ => return None,
        };
        let inside = low <= result && result <= high;
        let text = if op == Op::Neg { format!("`-({a})`") } else { format!("`{a} {sign} {b}`") };
        (!inside).then(|| format!("{text} does not fit `{}`", ty.scalar.name()))
    })?;
    Some(move |span| Diagnostic::new(codes::CONST_OVERFLOW, span, "this constant overflows").here(bad.clone()))
}
