//! Values: trees of IR values, flattened in the order of their fields and elements; and their folding.

use super::infer::{Digits, Kind, Literal};
use super::types::{Elem, Ty};
use super::{Elaborator, Res, constant};
use crate::ir::{self, Const, Expr, Op, ScalarConst, ValueId, op};
use crate::source::Span;
use smallvec::{SmallVec, smallvec};
use wgpuc_abi::Scalar;

/// The leaves of a value: of most there is one.
pub(super) type Leaves = SmallVec<[ValueId; 4]>;

/// A value of any type.
#[derive(Clone, Debug)]
pub(super) struct Val {
    pub(super) ty: Ty,
    /// One for each leaf: fields in order, an array's elements one after the other.
    pub(super) leaves: Leaves,
}

impl Val {
    pub(super) const UNIT: Self = Self { ty: Ty::UNIT, leaves: Leaves::new_const() };
    pub(super) const NEVER: Self = Self { ty: Ty::Never, leaves: Leaves::new_const() };

    pub(super) fn leaf(ty: Ty, leaf: ValueId) -> Self {
        Self { ty, leaves: smallvec![leaf] }
    }
}

impl Elaborator<'_> {
    /// Computes a value of that type here.
    pub(super) fn def(&mut self, elem: Elem, lanes: u8, expr: Expr) -> ValueId {
        let elem = self.settle_elem(elem);
        match elem {
            Elem::Known(scalar) => self.b.def(ir::Type::vector(scalar, lanes), expr),
            Elem::Var(var) => {
                let value = self.b.def(ir::Type::vector(Scalar::I32, lanes), expr);
                self.value_vars.push((value, var));
                value
            }
        }
    }

    pub(super) fn def_ty(&mut self, ty: &Ty, expr: Expr) -> ValueId {
        match ty {
            Ty::Num(elem, lanes) => self.def(*elem, *lanes, expr),
            Ty::Atomic(scalar) => self.def(Elem::Known(*scalar), 1, expr),
            _ => self.def(Elem::Known(Scalar::U32), 1, expr),
        }
    }

    pub(super) fn constant_val(&mut self, value: Const) -> Val {
        let leaf = self.b.constant(value);
        Val::leaf(Ty::known(value.ty), leaf)
    }

    pub(super) fn u32_val(&mut self, value: u32) -> Val {
        self.constant_val(Const::u32(value))
    }

    pub(super) fn bool_val(&mut self, value: bool) -> Val {
        self.constant_val(Const::bool(value))
    }

    /// The value, where it is known while the kernel is elaborated.
    pub(super) fn const_of(&self, value: ValueId) -> Option<Const> {
        match &self.b.kernel[value].expr {
            Expr::Const(constant) => match self.literals.get(&value) {
                None => Some(*constant),
                Some((literal, var)) => literal.value(self.vars.bound(*var)?).ok(),
            },
            _ => None,
        }
    }

    /// The integer that a value of one leaf is, of whatever type.
    pub(super) fn known_int(&self, val: &Val) -> Option<i128> {
        let [leaf] = val.leaves.as_slice() else { return None };
        if let Some((Literal { negative, digits: Digits::Int(n), .. }, _)) = self.literals.get(leaf) {
            let n = i128::try_from(*n).ok()?;
            return Some(if *negative { -n } else { n });
        }
        let value = self.const_of(*leaf)?;
        super::infer::int_range(value.ty.scalar)?;
        Some(super::infer::int_of_bits(value.lanes[0], value.ty.scalar))
    }

    /// The constant that a value of one leaf is.
    pub(super) fn known(&self, val: &Val) -> Option<Const> {
        match val.leaves.as_slice() {
            [leaf] => self.const_of(*leaf),
            _ => None,
        }
    }

    /// A literal, of the wanted type where that fits, else of a type that its use will say.
    pub(super) fn literal(&mut self, literal: Literal, suffix: Option<Scalar>, want: Option<&Ty>) -> Res<Val> {
        let kind = match literal.digits {
            Digits::Int(_) => Kind::Int,
            Digits::Float(_) => Kind::Float,
        };
        let var = self.vars.fresh(kind);
        let hint = suffix.or_else(|| match want.map(|want| self.settle(want)) {
            Some(Ty::Num(Elem::Known(scalar), _)) => Some(scalar),
            _ => None,
        });
        if let Some(scalar) = hint
            && !self.vars.bind(var, scalar, literal.span)
            && suffix == Some(scalar)
        {
            // `1f32`: a float written without a point
            return self.typed_literal(&literal, scalar);
        }
        self.literal_of(literal, Elem::Var(var))
    }

    /// A literal of a type that may not be known yet.
    pub(super) fn literal_of(&mut self, literal: Literal, elem: Elem) -> Res<Val> {
        match self.settle_elem(elem) {
            Elem::Known(scalar) => self.typed_literal(&literal, scalar),
            elem @ Elem::Var(var) => {
                let leaf = self.def(elem, 1, Expr::Const(Const::i32(0)));
                self.literals.insert(leaf, (literal, var));
                Ok(Val::leaf(Ty::Num(elem, 1), leaf))
            }
        }
    }

    fn typed_literal(&mut self, literal: &Literal, scalar: Scalar) -> Res<Val> {
        let literal = match (&literal.digits, super::infer::int_range(scalar)) {
            (Digits::Int(n), None) => Literal { digits: Digits::Float(n.to_string()), ..literal.clone() },
            _ => literal.clone(),
        };
        match literal.value(scalar) {
            Ok(value) => Ok(self.constant_val(value)),
            Err(d) => Err(self.report(*d)),
        }
    }

    /// A pure operation on operands whose types fit, folded where they are known.
    pub(super) fn op(&mut self, op: Op, operands: &[Val], span: Span) -> Res<Val> {
        let elem_lanes = |val: &Val| match &val.ty {
            Ty::Num(elem, lanes) => (*elem, *lanes),
            _ => (Elem::Known(Scalar::U32), 1),
        };
        let leaves: Leaves = operands.iter().flat_map(|val| val.leaves.iter().copied()).collect();
        let (elem, lanes) =
            operands.get(if op == Op::Select { 1 } else { 0 }).map_or((Elem::Known(Scalar::U32), 1), elem_lanes);
        let elem = match op.row().rule {
            op::Rule::Compare(_) => Elem::Known(Scalar::Bool),
            _ => self.settle_elem(elem),
        };
        let known: Option<SmallVec<[Const; 4]>> = leaves.iter().map(|leaf| self.const_of(*leaf)).collect();
        if let (Some(known), Elem::Known(scalar)) = (known, elem) {
            // The prelude's functions on bits wrap.
            if self.in_constant > 0 && self.program.is_own(span.file) {
                self.check_overflow(op, &known, span)?;
            }
            let value = ir::eval::eval(op, ir::Type::vector(scalar, lanes), &known);
            return Ok(self.constant_val(value));
        }
        let leaf = self.def(elem, lanes, Expr::Op(op, leaves));
        Ok(Val::leaf(Ty::Num(elem, lanes), leaf))
    }

    fn check_overflow(&mut self, op: Op, known: &[Const], span: Span) -> Res<()> {
        match constant::overflow(op, known) {
            Some(d) => Err(self.report(d(span))),
            None => Ok(()),
        }
    }

    /// `Convert` or `Bitcast` to a type; nothing where it has that type.
    pub(super) fn convert(&mut self, op: Op, val: &Val, to: ir::Type) -> Val {
        let Some(leaf) = val.leaves.first().copied() else { return val.clone() };
        if self.settle(&val.ty) == Ty::known(to) {
            return val.clone();
        }
        if let Some(value) = self.const_of(leaf) {
            let value = ir::eval::eval(op, to, &[value]);
            return self.constant_val(value);
        }
        let leaf = self.b.cast(op, leaf, to);
        Val::leaf(Ty::known(to), leaf)
    }

    /// The scalar in each of `lanes` lanes.
    pub(super) fn splat(&mut self, val: &Val, lanes: u8) -> Val {
        let (Ty::Num(elem, 1), Some(leaf)) = (&val.ty, val.leaves.first().copied()) else { return val.clone() };
        if lanes == 1 {
            return val.clone();
        }
        self.compose(*elem, &vec![leaf; lanes as usize])
    }

    /// A vector of its lanes.
    pub(super) fn compose(&mut self, elem: Elem, lanes: &[ValueId]) -> Val {
        let n = lanes.len() as u8;
        let elem = self.settle_elem(elem);
        let known: Option<SmallVec<[Const; 4]>> = lanes.iter().map(|leaf| self.const_of(*leaf)).collect();
        if let (Some(known), Elem::Known(scalar)) = (known, elem) {
            let mut value = Const::zero(ir::Type::vector(scalar, n));
            for (lane, from) in value.lanes.iter_mut().zip(&known) {
                *lane = from.lanes[0];
            }
            return self.constant_val(value);
        }
        let leaf = self.def(elem, n, Expr::compose(lanes));
        Val::leaf(Ty::Num(elem, n), leaf)
    }

    /// One lane of a vector.
    pub(super) fn extract(&mut self, val: &Val, lane: u8) -> Val {
        let (Ty::Num(elem, _), Some(leaf)) = (&val.ty, val.leaves.first().copied()) else { return val.clone() };
        if let Some(value) = self.const_of(leaf) {
            let ScalarConst { scalar, bits } = value.lane(lane);
            return self.constant_val(Const::scalar(scalar, bits));
        }
        if let Expr::Compose(lanes) = &self.b.kernel[leaf].expr
            && let Some(lane) = lanes.get(usize::from(lane)).copied()
        {
            return Val::leaf(Ty::Num(*elem, 1), lane);
        }
        let leaf = self.def(*elem, 1, Expr::Extract(leaf, lane));
        Val::leaf(Ty::Num(*elem, 1), leaf)
    }

    /// All leaves zero.
    pub(super) fn zero(&mut self, ty: &Ty) -> Res<Val> {
        let n = self.n_leaves(ty)?;
        let mut leaves = Leaves::with_capacity(n);
        self.push_zeros(ty, &mut leaves)?;
        Ok(Val { ty: ty.clone(), leaves })
    }

    fn push_zeros(&mut self, ty: &Ty, leaves: &mut Leaves) -> Res<()> {
        match ty {
            Ty::Num(Elem::Var(var), _) => {
                let digits = match self.vars.kind(*var) {
                    Kind::Int => Digits::Int(0),
                    Kind::Float => Digits::Float("0.0".to_owned()),
                };
                let literal = Literal { negative: false, digits, span: self.b.span };
                leaves.extend(self.literal(literal, None, Some(ty))?.leaves);
            }
            Ty::Num(Elem::Known(scalar), lanes) => {
                leaves.push(self.b.constant(Const::zero(ir::Type::vector(*scalar, *lanes))));
            }
            Ty::Enum(_) | Ty::Atomic(_) => leaves.push(self.b.u32(0)),
            Ty::Array(of, n) => {
                let start = leaves.len();
                if *n > 0 {
                    self.push_zeros(of, leaves)?;
                    let one = Leaves::from(&leaves[start..]);
                    (1..*n).for_each(|_| leaves.extend_from_slice(&one));
                }
            }
            Ty::Struct(_) | Ty::Tuple(_) => {
                for part in self.parts(ty)? {
                    self.push_zeros(&part, leaves)?;
                }
            }
            Ty::Slice(_) | Ty::Never => {}
        }
        Ok(())
    }
}
