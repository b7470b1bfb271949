//! Random values.

use super::{Generator, Rng};
use crate::ir::op::{Class, Rule};
use crate::ir::{Access, Check, Const, Expr, Op, ParamKind, Place, Scalar, Type, ValueId, eval, op};

/// Some number of that type: often one that an operation treats specially.
pub(super) fn number(scalar: Scalar, rng: &mut Rng) -> u64 {
    let small = [0.0, 1.0, 2.0, -1.0, 3.0, 0.5, -2.5, 7.0, 31.0, 32.0, 255.0][rng.below(11)];
    let width = eval::width(scalar);
    match rng.below(10) {
        0..7 => eval::from_f64(scalar, small),
        7 => rng.bits() >> (64 - width),
        8 => u64::MAX >> (64 - width),
        _ => 1 << (width - 1),
    }
}

impl Generator {
    /// A value of that type: one in scope, or a new one.
    pub(super) fn get(&mut self, ty: Type) -> ValueId {
        self.pick(ty, false).unwrap_or_else(|| self.constant(ty))
    }

    /// A value of that type that is the same for all invocations of a workgroup.
    pub(super) fn get_uniform(&mut self, ty: Type) -> ValueId {
        self.pick(ty, true).unwrap_or_else(|| self.constant(ty))
    }

    fn pick(&mut self, ty: Type, uniform: bool) -> Option<ValueId> {
        if self.rng.chance(15) {
            return None;
        }
        let fits: Vec<ValueId> =
            self.scope.iter().filter(|v| v.ty == ty && (v.uniform || !uniform)).map(|v| v.id).collect();
        // The newest are the most interesting.
        let newest = &fits[fits.len().saturating_sub(6)..];
        let from = if self.rng.chance(60) { newest } else { &fits };
        self.rng.pick(from).copied()
    }

    /// Puts a new value in scope.
    pub(super) fn expr(&mut self) {
        match self.rng.below(20) {
            0 => {
                let slot = self.rng.pick(&self.slots.clone()).copied();
                let id = slot.map(|slot| self.b.get(slot));
                self.know_all(id);
            }
            1 => {
                let ty = self.type_();
                let lanes: Vec<ValueId> = (0..ty.lanes).map(|_| self.get(Type::scalar(ty.scalar))).collect();
                if lanes.len() > 1 {
                    let id = self.b.def(ty, Expr::compose(&lanes));
                    self.know(id, false);
                }
            }
            2 => {
                let ty = self.type_();
                if ty.lanes > 1 {
                    let (vector, lane) = (self.get(ty), self.rng.below(ty.lanes.into()) as u8);
                    let id = self.b.def(Type::scalar(ty.scalar), Expr::Extract(vector, lane));
                    self.know(id, false);
                }
            }
            3..6 => self.load(),
            _ => self.operation(),
        }
    }

    fn know_all(&mut self, ids: impl IntoIterator<Item = ValueId>) {
        for id in ids {
            self.know(id, false);
        }
    }

    /// A load of what this invocation may read at any time.
    fn load(&mut self) {
        let own: Vec<Place> = self.outputs.iter().chain(&self.tiles).copied().collect();
        let (place, index) = match self.rng.below(6) {
            0 if !own.is_empty() => {
                let place = own[self.rng.below(own.len())];
                (place, if matches!(place, Place::Shared(_)) { self.local } else { self.global })
            }
            1 if !self.arrays.is_empty() => self.array(),
            _ => {
                let place = self.inputs[self.rng.below(self.inputs.len())];
                (place, self.index(place))
            }
        };
        let id = self.b.load(place, index, "random load");
        self.know(id, false);
    }

    /// An array slot and an index into it.
    pub(super) fn array(&mut self) -> (Place, ValueId) {
        let (slot, len) = self.arrays[self.rng.below(self.arrays.len())];
        if self.rng.chance(50) {
            let at = self.rng.below(len as usize) as u32;
            return (Place::Slot(slot), self.b.u32(at));
        }
        (Place::Slot(slot), self.index(Place::Slot(slot)))
    }

    /// An index: in range, or perhaps not where faults are allowed.
    pub(super) fn index(&mut self, place: Place) -> ValueId {
        let index = self.get(Type::U32);
        if self.options.faults && self.rng.chance(15) {
            return index;
        }
        let bound = match place {
            Place::Buffer(param) => {
                let len = self.b.def(Type::U32, Expr::Len(param));
                match &self.b.kernel[param].kind {
                    ParamKind::Buffer(buffer) if buffer.elems_per_item > 1 => {
                        let n = buffer.elems_per_item;
                        let n = self.b.u32(n);
                        self.b.op(Op::Mul, &[len, n])
                    }
                    _ => len,
                }
            }
            Place::Shared(id) => self.b.u32(self.b.kernel[id].len),
            Place::Slot(id) => self.b.u32(self.b.kernel[id].len.unwrap_or(1)),
        };
        self.b.op(Op::Rem, &[index, bound])
    }

    fn operation(&mut self) {
        let Some(op) = self.rng.pick(Op::ALL).copied() else { return };
        let Some((operands, ty)) = self.operands(op) else { return };
        let types: Vec<Type> = operands.iter().map(|v| self.b.kernel[*v].ty).collect();
        let Ok(ty) = op::result_type(op, &types, ty) else { return };
        let uniform = operands.iter().all(|v| self.scope.iter().any(|known| known.id == *v && known.uniform));
        let id = self.b.def(ty, Expr::op(op, &operands));
        self.know(id, uniform);
    }

    /// Operands for an operation, and the wanted type where they leave it open.
    fn operands(&mut self, op: Op) -> Option<(Vec<ValueId>, Type)> {
        let row = op.row();
        let operands = match row.rule {
            Rule::Same(class) | Rule::Compare(class) => {
                let ty = self.of_class(class, op)?;
                (0..row.arity).map(|_| self.get(ty)).collect()
            }
            Rule::Shift => {
                let ty = self.of_class(Class::Int, op)?;
                vec![self.get(ty), self.get(Type::vector(Scalar::U32, ty.lanes))]
            }
            Rule::Select => {
                let ty = self.type_();
                let lanes = if self.rng.chance(50) { 1 } else { ty.lanes };
                vec![self.get(Type::vector(Scalar::Bool, lanes)), self.get(ty), self.get(ty)]
            }
            Rule::Convert => {
                let from = self.scope[self.rng.below(self.scope.len())];
                let mut to = Type::vector(self.type_().scalar, from.ty.lanes);
                if self.options.narrow && self.rng.chance(30) {
                    to.scalar = [Scalar::U8, Scalar::I8, Scalar::F16, Scalar::Bf16][self.rng.below(4)];
                }
                return Some((vec![from.id], to));
            }
            Rule::Bitcast => {
                let from = self.scope[self.rng.below(self.scope.len())];
                let fits: Vec<Type> =
                    self.types.iter().filter(|t| t.bytes() == from.ty.bytes() && self.may_cast(**t)).copied().collect();
                let to = *self.rng.pick(&fits)?;
                return self.may_cast(from.ty).then(|| (vec![from.id], to));
            }
        };
        Some((operands, Type::U32))
    }

    fn may_cast(&self, ty: Type) -> bool {
        let is_float = matches!(ty.scalar, Scalar::F32 | Scalar::F16 | Scalar::Bf16);
        ty.scalar != Scalar::Bool && (!is_float || self.options.float_bits)
    }

    fn of_class(&mut self, class: Class, op: Op) -> Option<Type> {
        let rounds = matches!(op, Op::Div | Op::Rem | Op::Sqrt | Op::MulAdd) && !self.options.inexact;
        let fits = |ty: &&Type| class.holds(ty.scalar) && !(rounds && Class::Float.holds(ty.scalar));
        let fits: Vec<Type> = self.types.iter().filter(fits).copied().collect();
        self.rng.pick(&fits).copied()
    }

    /// A small u32, from 0 to `mask`, which is one less than a power of two.
    pub(super) fn small(&mut self, mask: u32, uniform: bool) -> ValueId {
        let value = if uniform { self.get_uniform(Type::U32) } else { self.get(Type::U32) };
        let mask = self.b.constant(Const::u32(mask));
        self.b.op(Op::And, &[value, mask])
    }

    /// Says of a new access that it was proved: for those that are in range by construction.
    pub(super) fn proved(&mut self) {
        if let Some(Access { check, .. }) = self.b.kernel.accesses.last_mut() {
            *check = Check::Proved("by construction".to_owned());
        }
    }
}
