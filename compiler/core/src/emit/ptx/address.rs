//! Addresses of elements. What two indices differ by, if it is a constant, becomes an offset in the instruction, so
//! that neighbouring accesses share an address.
//!
//! In workgroup memory addresses have 32 bits and wrap as indices do, so an index is taken apart into a sum of
//! products, and all arrays share the addresses. In the others a constant is taken out only of a sum that cannot wrap.

use super::inst::{Class, Operand, Reg, Ty};
use super::layout::{SHARED, stride_bytes};
use super::writer::Writer;
use crate::emit::{EmitError, range};
use crate::ir::{Expr, Op, ParamId, Place, Scalar, SharedId, SlotId, ValueId};

/// How many operations an index is taken apart through, and into how many products at most.
const DEPTH: u32 = 8;
const MAX_TERMS: usize = 4;

/// What an address is known by while it is in scope.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// Of the element with that index.
    Element(Place, ValueId),
    /// In workgroup memory, that many bytes from its start.
    Shared(Terms),
}

/// Values and their factors: the sum of the products, modulo 2^32.
type Terms = Vec<(ValueId, u32)>;

/// A sum of products and a constant, modulo 2^32.
#[derive(Debug, Default)]
struct Sum {
    terms: Terms,
    constant: u32,
}

impl Sum {
    fn add(&mut self, value: ValueId, factor: u32) {
        match self.terms.iter_mut().find(|(term, _)| *term == value) {
            Some((_, old)) => *old = old.wrapping_add(factor),
            None => self.terms.push((value, factor)),
        }
    }
}

impl Writer<'_> {
    /// The address of an element.
    pub(super) fn address(&mut self, place: Place, index: ValueId) -> Result<Operand, EmitError> {
        match place {
            Place::Buffer(id) => self.buffer_address(id, index),
            Place::Shared(id) => self.shared_address(id, index),
            Place::Slot(id) => self.slot_address(id, index),
        }
    }

    fn buffer_address(&mut self, id: ParamId, index: ValueId) -> Result<Operand, EmitError> {
        let Some(start) = self.buffers.get(&id).copied() else {
            return Err(self.internal(format!("parameter {} is no buffer", id.0)));
        };
        let place = Place::Buffer(id);
        self.long_address(place, start.into(), self.kernel.elem(place).bytes(), index)
    }

    fn slot_address(&mut self, id: SlotId, index: ValueId) -> Result<Operand, EmitError> {
        let (name, bytes) = (slot_name(id), stride_bytes(self.kernel[id].ty));
        if let Some(known) = range::known_u32(self.kernel, index) {
            return Ok(Operand::AtName(name, i64::from(known) * i64::from(bytes)));
        }
        let start = self.put("mov", Ty::U64, &[Operand::Name(name)]);
        self.long_address(Place::Slot(id), start, bytes, index)
    }

    /// An address of 64 bits.
    fn long_address(&mut self, place: Place, start: Operand, bytes: u32, index: ValueId) -> Result<Operand, EmitError> {
        let (root, offset) = self.without_constant(index);
        let base = match root {
            None => self.reg(&start),
            Some(root) => match self.cached(&Key::Element(place, root)) {
                Some(reg) => reg,
                None => {
                    let operands = [self.scalar(root)?, Operand::word(bytes), start];
                    let address = self.put_as("mad.wide", &[Ty::U32], Class::B64, &operands);
                    self.cache(Key::Element(place, root), &address)
                }
            },
        };
        let offset = i64::from(offset) * i64::from(bytes);
        if i32::try_from(offset).is_ok() {
            return Ok(Operand::At(base, offset));
        }
        // An instruction has no place for more than 31 bits.
        let address = self.put("add", Ty::S64, &[base.into(), Operand::Imm(Class::B64, offset as u64)]);
        Ok(Operand::At(self.reg(&address), 0))
    }

    /// An index as a value and a constant whose sum does not wrap.
    fn without_constant(&self, index: ValueId) -> (Option<ValueId>, u32) {
        let (mut root, mut offset) = (index, 0u32);
        loop {
            if let Some(sum) = range::known_u32(self.kernel, root).and_then(|known| offset.checked_add(known)) {
                return (None, sum);
            }
            let Expr::Op(Op::Add, operands) = &self.kernel[root].expr else { return (Some(root), offset) };
            let known = |i: usize| range::known_u32(self.kernel, operands[i]);
            let (value, by) = match (known(0), known(1)) {
                (_, Some(by)) => (operands[0], by),
                (Some(by), None) => (operands[1], by),
                _ => return (Some(root), offset),
            };
            match offset.checked_add(by) {
                Some(sum) if self.never_carries(value, by) => (root, offset) = (value, sum),
                _ => return (Some(root), offset),
            }
        }
    }

    /// Whether the sum of a u32 and a constant surely does not wrap.
    fn never_carries(&self, value: ValueId, by: u32) -> bool {
        let zeros = range::zero_bits(self.kernel, value);
        u64::from(by) < 1 << zeros || range::at_most(self.kernel, value).checked_add(by).is_some()
    }

    fn shared_address(&mut self, id: SharedId, index: ValueId) -> Result<Operand, EmitError> {
        let bytes = stride_bytes(self.kernel[id].elem);
        let Sum { terms, constant } = self.sum(index, bytes);
        let offset = constant.wrapping_add(self.layout.offset(id));
        if terms.is_empty() {
            return Ok(Operand::AtName(SHARED.to_owned(), i64::from(offset)));
        }
        let base = match self.cached(&Key::Shared(terms.clone())) {
            Some(reg) => reg,
            None => {
                let mut address = self.shared_start();
                for (value, factor) in &terms {
                    address = self.put("mad.lo", Ty::U32, &[self.scalar(*value)?, Operand::word(*factor), address]);
                }
                self.cache(Key::Shared(terms), &address)
            }
        };
        Ok(Operand::At(base, i64::from(offset as i32)))
    }

    /// The product of an index and a number of bytes.
    fn sum(&self, index: ValueId, bytes: u32) -> Sum {
        let mut sum = Sum::default();
        self.take_apart(index, bytes, DEPTH, &mut sum);
        sum.terms.retain(|(_, factor)| *factor != 0);
        if sum.terms.len() > MAX_TERMS {
            return Sum { terms: vec![(index, bytes)], constant: 0 };
        }
        // Values that were computed earlier, perhaps outside a loop, come first.
        sum.terms.sort_unstable();
        sum
    }

    /// Adds `factor` times a value to a sum. Seen as i32 or u32, sums and products have the same bits.
    fn take_apart(&self, value: ValueId, factor: u32, depth: u32, into: &mut Sum) {
        let is_word = |id: ValueId| matches!(self.kernel[id].ty.scalar, Scalar::U32 | Scalar::I32);
        if let Some(known) = range::known(self.kernel, value) {
            into.constant = into.constant.wrapping_add(known.as_u32().wrapping_mul(factor));
            return;
        }
        let known = |id: ValueId| range::known(self.kernel, id).map(|known| known.as_u32());
        match &self.kernel[value].expr {
            Expr::Op(Op::Add, operands) if depth > 0 => {
                operands.iter().for_each(|operand| self.take_apart(*operand, factor, depth - 1, into));
            }
            Expr::Op(Op::Sub, operands) if depth > 0 => {
                let factors = [factor, factor.wrapping_neg()];
                let parts = operands.iter().zip(factors);
                parts.for_each(|(operand, factor)| self.take_apart(*operand, factor, depth - 1, into));
            }
            Expr::Op(Op::Mul, operands) if depth > 0 => match [operands[0], operands[1]].map(known) {
                [_, Some(by)] => self.take_apart(operands[0], factor.wrapping_mul(by), depth - 1, into),
                [Some(by), _] => self.take_apart(operands[1], factor.wrapping_mul(by), depth - 1, into),
                _ => into.add(value, factor),
            },
            Expr::Op(Op::Shl, operands) if depth > 0 => match known(operands[1]) {
                Some(by) => self.take_apart(operands[0], factor.wrapping_shl(by), depth - 1, into),
                None => into.add(value, factor),
            },
            Expr::Op(Op::Convert | Op::Bitcast, operands) if depth > 0 && is_word(operands[0]) => {
                self.take_apart(operands[0], factor, depth - 1, into);
            }
            _ => into.add(value, factor),
        }
    }

    /// The address of workgroup memory, which the assembler knows.
    pub(super) fn shared_start(&mut self) -> Operand {
        match self.shared_base {
            Some(start) => start.into(),
            None => self.put("mov", Ty::U32, &[Operand::Name(SHARED.to_owned())]),
        }
    }

    fn cached(&self, key: &Key) -> Option<Reg> {
        self.addresses.iter().rev().find_map(|scope| scope.get(key)).copied()
    }

    fn cache(&mut self, key: Key, address: &Operand) -> Reg {
        let reg = self.reg(address);
        if let Some(scope) = self.addresses.last_mut() {
            scope.insert(key, reg);
        }
        reg
    }
}

/// The name of an array of an invocation.
pub(super) fn slot_name(id: SlotId) -> String {
    format!("array_{}", id.0)
}
