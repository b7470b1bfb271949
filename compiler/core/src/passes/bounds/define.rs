//! What each value is: a sum over atoms for an integer, a [`Cond`] for a bool, and the facts that come with it.

use super::U32;
use super::facts::Origin;
use super::int::Int;
use super::poly::Poly;
use super::state::{Cond, Held, State};
use crate::ir::{Builtin, Expr, FactAtom, Op, ParamId, ParamKind, Place, Type, ValueId};
use std::rc::Rc;

impl State<'_> {
    /// Takes note of a value that is computed here.
    pub(super) fn define(&mut self, id: ValueId) {
        let kernel = self.kernel;
        let value = &kernel[id];
        if value.ty == Type::BOOL {
            self.conds[id.0 as usize] = Some(self.bool_of(&value.expr));
        }
        let Some(int) = Int::of(value.ty) else { return };
        let sum = self.int_of(id, &value.expr, int);
        self.ints[id.0 as usize] = Some(sum.unwrap_or_else(|| self.fresh(Origin::Value(id), int)));
    }

    fn bool_of(&mut self, expr: &Expr) -> Rc<Cond> {
        match expr {
            Expr::Const(value) => Rc::new(Cond::Known(value.as_bool())),
            Expr::Slot(slot) => match &self.slots[slot.0 as usize] {
                Held::Bool(cond) => cond.clone(),
                _ => Rc::new(Cond::Opaque),
            },
            Expr::Op(op, args) => Rc::new(self.bool_op(*op, args)),
            _ => Rc::new(Cond::Opaque),
        }
    }

    fn bool_op(&mut self, op: Op, args: &[ValueId]) -> Cond {
        match (op, args) {
            (Op::Not, [a]) => Cond::Not(self.cond(*a)),
            (Op::And, [a, b]) => Cond::And(self.cond(*a), self.cond(*b)),
            (Op::Or, [a, b]) => Cond::Or(self.cond(*a), self.cond(*b)),
            (Op::Select, [c, a, b]) => Cond::Choice(self.cond(*c), self.cond(*a), self.cond(*b)),
            (Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge, [a, b]) => {
                let sum = |v: &ValueId| self.ints[v.0 as usize].clone();
                match (Int::of(self.kernel[*a].ty), sum(a), sum(b)) {
                    (Some(int), Some(a), Some(b)) => Cond::Compare(op, a, b, int),
                    _ => Cond::Opaque,
                }
            }
            _ => Cond::Opaque,
        }
    }

    /// A sum that equals the integer modulo its type's size; `None` where it is not followed.
    fn int_of(&mut self, id: ValueId, expr: &Expr, int: Int) -> Option<Poly> {
        match expr {
            Expr::Const(value) => Some(Poly::constant(int.wrap(i128::from(value.lanes[0])))),
            Expr::Param(param) => Some(self.launch(FactAtom::Param(*param), int)),
            Expr::Len(param) => Some(self.len(*param)),
            Expr::Builtin(builtin) => self.builtin(*builtin),
            Expr::Op(op, args) => self.int_op(id, *op, args, int),
            Expr::Extract(vector, lane) => match &self.kernel[*vector].expr {
                Expr::Compose(lanes) if lanes.len() == usize::from(self.kernel[*vector].ty.lanes) => {
                    self.ints[lanes.get(*lane as usize)?.0 as usize].clone()
                }
                _ => None,
            },
            Expr::Load { index, access } => {
                let Place::Buffer(param) = self.kernel[*access].place else { return None };
                let index = self.number(*index)?;
                self.is_constant(param).then(|| self.atom(Origin::Read(param, index, int), int.low(), int.high()))
            }
            Expr::Slot(slot) => match &self.slots[slot.0 as usize] {
                Held::Int(sum) => Some(sum.clone()),
                _ => {
                    // Whatever it holds, it is the same until it is set again.
                    let sum = self.fresh(Origin::Slot(*slot), int);
                    self.slots[slot.0 as usize] = Held::Int(sum.clone());
                    Some(sum)
                }
            },
            _ => None,
        }
    }

    /// Whether nobody writes to the buffer while the kernel runs.
    fn is_constant(&self, param: ParamId) -> bool {
        match &self.kernel[param].kind {
            ParamKind::Buffer(buffer) => !buffer.mutable && !buffer.may_alias && !buffer.atomic,
            ParamKind::Scalar(_) => false,
        }
    }

    fn launch(&mut self, atom: FactAtom, int: Int) -> Poly {
        self.atom(Origin::Launch(atom), int.low(), int.high())
    }

    /// The length of a buffer, in items.
    pub(super) fn len(&mut self, param: ParamId) -> Poly {
        self.launch(FactAtom::Len(param), U32)
    }

    fn groups(&mut self, axis: u8) -> Poly {
        self.atom(Origin::Launch(FactAtom::Groups(axis)), 1, U32.high())
    }

    /// The atom of a kernel's fact.
    pub(super) fn fact_atom(&mut self, atom: FactAtom) -> Option<Poly> {
        Some(match atom {
            FactAtom::Param(param) => {
                let ParamKind::Scalar(scalar) = self.kernel.params.get(param.0 as usize)?.kind else { return None };
                self.launch(atom, Int::of(Type::scalar(scalar))?)
            }
            FactAtom::Len(param) => self.len(param),
            FactAtom::Groups(axis) => self.groups(axis),
        })
    }

    fn builtin(&mut self, builtin: Builtin) -> Option<Poly> {
        let origin = Origin::Builtin(builtin);
        Some(match builtin {
            Builtin::LocalId(axis) => match self.kernel.workgroup.get(axis as usize)? {
                0 | 1 => Poly::constant(0),
                n => self.atom(origin, 0, i128::from(*n) - 1),
            },
            Builtin::LocalIndex => {
                let [x, y, _] = self.kernel.workgroup.map(i128::from);
                let ids = [0, 1, 2].map(|axis| self.builtin(Builtin::LocalId(axis)));
                let [Some(ix), Some(iy), Some(iz)] = ids else { return None };
                ix.add_scaled(&iy, x)?.add_scaled(&iz, x * y)?
            }
            Builtin::WorkgroupId(axis) => {
                let (id, groups) = (self.atom(origin, 0, U32.high() - 1), self.groups(axis));
                self.learn_lt(&id, &groups);
                id
            }
            Builtin::NumWorkgroups(axis) => self.groups(axis),
            Builtin::SubgroupSize => self.atom(origin, 1, 128),
            Builtin::SubgroupLane => {
                let lane = self.atom(origin, 0, 127);
                let size = self.atom(Origin::Builtin(Builtin::SubgroupSize), 1, 128);
                self.learn_lt(&lane, &size);
                lane
            }
        })
    }

    fn int_op(&mut self, id: ValueId, op: Op, args: &[ValueId], int: Int) -> Option<Poly> {
        let sums: Vec<Option<Poly>> = args.iter().map(|a| self.ints[a.0 as usize].clone()).collect();
        match (op, sums.as_slice()) {
            (Op::Neg, [Some(a)]) => a.scale(-1),
            (Op::Not, [Some(a)]) => a.scale(-1)?.plus(-1),
            (Op::Add, [Some(a), Some(b)]) => a.add(b),
            (Op::Sub, [Some(a), Some(b)]) => a.sub(b),
            (Op::Mul, [Some(a), Some(b)]) => a.mul(b),
            (Op::Bitcast, [Some(a)]) if int.bits == 32 => Some(a.clone()),
            (Op::Convert, [source]) => self.convert(args[0], source.as_ref(), int),
            (Op::Select, [_, Some(a), Some(b)]) => Some(self.join(&self.cond(args[0]), a, b, int, Origin::Value(id))),
            (Op::Shl, [Some(a), Some(_)]) => match self.known_shift(args[1], int) {
                Some(by) => a.scale(1 << by),
                None => self.pure(op, args, int),
            },
            _ => self.pure(op, args, int),
        }
        .map(|sum| if sum.terms().iter().any(|(_, c)| c.abs() > int.high()) { int.centred(&sum) } else { sum })
    }

    fn convert(&mut self, source: ValueId, sum: Option<&Poly>, int: Int) -> Option<Poly> {
        let from = self.kernel[source].ty;
        if from == Type::BOOL {
            let (one, zero) = (Poly::constant(1), Poly::constant(0));
            return Some(self.join(&self.cond(source), &one, &zero, int, Origin::Value(source)));
        }
        let from = Int::of(from)?;
        // A narrower result only keeps low bits; a wider one takes the number as it is.
        if int.bits <= from.bits { sum.cloned() } else { Some(self.exact(sum?, from)) }
    }

    /// The shift's distance, where it is known.
    fn known_shift(&mut self, by: ValueId, int: Int) -> Option<u32> {
        Some((self.number(by)?.as_constant()? as u32) % int.bits)
    }

    /// An operation that asks for its operands' exact numbers.
    fn pure(&mut self, op: Op, args: &[ValueId], int: Int) -> Option<Poly> {
        let numbers: Option<Vec<Poly>> = args.iter().map(|a| self.number(*a)).collect();
        let numbers = numbers?;
        match (op, numbers.as_slice()) {
            (Op::Div, [a, b]) => self.quotient(a, b, int),
            (Op::Rem, [a, b]) => self.remainder(a, b, int),
            (Op::Shr, [a, b]) => match self.known_shift(args[1], int) {
                Some(by) => self.quotient_floor(a, 1 << by, int),
                None => Some(self.shifted_right(a, b, int)),
            },
            (Op::Shl, [a, b]) => Some(self.shifted_left(a, b, int)),
            (Op::And, [a, b]) => self.masked(a, b, int),
            (Op::Or | Op::Xor, [a, b]) => self.joined_bits(op, a, b, int),
            (Op::Min | Op::Max, [a, b]) => self.extreme(op, a, b, int),
            (Op::MulHi, [a, b]) if !int.signed => {
                let (below_a, below_b) = (self.positive(a), self.positive(b));
                let high = self.pure_atom(op, &numbers, int);
                for (operand, positive) in [(a, below_a), (b, below_b)] {
                    self.facts.learn_le(&high, &operand.plus(-i128::from(positive))?);
                }
                Some(high)
            }
            (Op::CountOnes | Op::LeadingZeros | Op::TrailingZeros, [_]) => {
                let atom = self.pure_atom(op, &numbers, int);
                self.facts.learn_le(&Poly::constant(0), &atom);
                self.facts.learn_le(&atom, &Poly::constant(i128::from(int.bits)));
                Some(atom)
            }
            (Op::Abs, [a]) if self.le(&Poly::constant(0), a) => Some(a.clone()),
            _ => Some(self.pure_atom(op, &numbers, int)),
        }
    }

    pub(super) fn pure_atom(&mut self, op: Op, numbers: &[Poly], int: Int) -> Poly {
        self.atom(Origin::Pure(op, numbers.to_vec(), int), int.low(), int.high())
    }

    pub(super) fn positive(&self, number: &Poly) -> bool {
        self.le(&Poly::constant(1), number)
    }

    /// `a << b` for an unknown `b`.
    fn shifted_left(&mut self, a: &Poly, b: &Poly, int: Int) -> Poly {
        let ((low, high), (least, most)) = (self.facts.range(a), self.facts.range(b));
        // The range of a product of several numbers may be far wider than the type.
        let high = high.min(int.high());
        let atom = self.pure_atom(Op::Shl, &[a.clone(), b.clone()], int);
        let known = (0..=high).contains(&low) && (0..=most).contains(&least) && most < i128::from(int.bits);
        if known && high <= int.high() >> most {
            self.facts.learn_le(&Poly::constant(low << least), &atom);
            self.facts.learn_le(&atom, &Poly::constant(high << most));
            self.facts.learn_le(a, &atom);
        }
        atom
    }

    /// `a >> b` for an unknown `b`.
    fn shifted_right(&mut self, a: &Poly, b: &Poly, int: Int) -> Poly {
        let atom = self.pure_atom(Op::Shr, &[a.clone(), b.clone()], int);
        if self.le(&Poly::constant(0), a) {
            self.facts.learn_le(&Poly::constant(0), &atom);
            self.facts.learn_le(&atom, a);
        }
        atom
    }

    fn masked(&mut self, a: &Poly, b: &Poly, int: Int) -> Option<Poly> {
        if let (Some(a), Some(b)) = (a.as_constant(), b.as_constant()) {
            return Some(Poly::constant(int.wrap(a & b)));
        }
        for (value, mask) in [(a, b), (b, a)] {
            let Some(mask) = mask.as_constant() else { continue };
            let cleared = !mask & ((1 << int.bits) - 1);
            if mask >= 0 && (mask & (mask + 1)) == 0 {
                let size = Poly::constant(mask + 1);
                let quotient = self.quotient_floor(value, mask + 1, int)?;
                return self.rest_of_any_sign(value, &size, &quotient, int);
            }
            if (cleared & (cleared + 1)) == 0 {
                return self.quotient_floor(value, cleared + 1, int)?.scale(cleared + 1);
            }
        }
        let atom = self.pure_atom(Op::And, &[a.clone(), b.clone()], int);
        for operand in [a, b] {
            if self.le(&Poly::constant(0), operand) {
                self.facts.learn_le(&Poly::constant(0), &atom);
                self.facts.learn_le(&atom, operand);
            }
        }
        Some(atom)
    }

    fn joined_bits(&mut self, op: Op, a: &Poly, b: &Poly, int: Int) -> Option<Poly> {
        if let (Some(a), Some(b)) = (a.as_constant(), b.as_constant()) {
            return Some(Poly::constant(int.wrap(if op == Op::Or { a | b } else { a ^ b })));
        }
        let (range_a, range_b) = (self.facts.range(a), self.facts.range(b));
        if range_a.0 < 0 || range_b.0 < 0 {
            return Some(self.pure_atom(op, &[a.clone(), b.clone()], int));
        }
        for (high, low, low_max) in [(a, b, range_b.1), (b, a, range_a.1)] {
            // Bits that never meet: the same as a sum.
            let shared = [high.content(), high.offset().abs()].into_iter().filter(|c| *c != 0);
            let zeros = shared.map(i128::trailing_zeros).min().unwrap_or(63);
            if zeros < 64 && low_max < 1 << zeros {
                return high.add(low);
            }
        }
        let atom = self.pure_atom(op, &[a.clone(), b.clone()], int);
        let top = 128 - (range_a.1 | range_b.1).leading_zeros();
        if top < int.bits {
            self.facts.learn_le(&atom, &Poly::constant((1 << top) - 1));
        }
        self.facts.learn_le(&atom, &a.add(b)?);
        self.facts.learn_le(&Poly::constant(0), &atom);
        if op == Op::Or {
            self.facts.learn_le(a, &atom);
            self.facts.learn_le(b, &atom);
        }
        Some(atom)
    }

    /// `min(a, b)` or `max(a, b)`.
    fn extreme(&mut self, op: Op, a: &Poly, b: &Poly, int: Int) -> Option<Poly> {
        if self.le(a, b) {
            return Some(if op == Op::Min { a.clone() } else { b.clone() });
        }
        if self.le(b, a) {
            return Some(if op == Op::Min { b.clone() } else { a.clone() });
        }
        let (range_a, range_b) = (self.facts.range(a), self.facts.range(b));
        let atom = self.pure_atom(op, &[a.clone(), b.clone()], int);
        if op == Op::Min {
            [a, b].into_iter().for_each(|operand| self.facts.learn_le(&atom, operand));
            self.facts.learn_le(&Poly::constant(range_a.0.min(range_b.0)), &atom);
        } else {
            [a, b].into_iter().for_each(|operand| self.facts.learn_le(operand, &atom));
            self.facts.learn_le(&atom, &Poly::constant(range_a.1.max(range_b.1)));
            // `max(x, 1) - 1 <= x`.
            if range_a.0 >= 0 && range_b.0 >= 0 {
                self.facts.learn_le(&atom, &a.add(b)?);
            }
        }
        Some(atom)
    }
}
