//! Elements of buffers as parts of words.

use super::{Lower, Narrow};
use crate::ir::{
    AccessId, AtomicOp, Buffer, Const, Expr, Kernel, Op, ParamKind, Place, Scalar, StmtKind, Type, ValueId,
};

/// Gives parameters, arrays, variables and values the types that they are held as.
pub(super) fn declare(kernel: &mut Kernel, narrow: Narrow) {
    for param in &mut kernel.params {
        if let ParamKind::Buffer(buffer) = &mut param.kind
            && narrow.holds(buffer.elem.scalar)
        {
            *buffer = words(buffer);
        }
    }
    kernel.shared.iter_mut().for_each(|shared| shared.elem = narrow.held(shared.elem));
    kernel.slots.iter_mut().for_each(|slot| slot.ty = narrow.held(slot.ty));
    kernel.values.iter_mut().for_each(|value| value.ty = narrow.held(value.ty));
}

/// The buffer as words: as many as an element takes, or one that holds several.
fn words(buffer: &Buffer) -> Buffer {
    if is_whole(buffer.elem) {
        let elem = Type::vector(Scalar::U32, (buffer.elem.bytes() / 4) as u8);
        return Buffer { elem, ..buffer.clone() };
    }
    let atomic = buffer.mutable || buffer.may_alias;
    let packed = Some(buffer.item_bytes());
    Buffer { elem: Type::U32, elems_per_item: 1, packed, atomic, ..buffer.clone() }
}

/// Whether an element takes whole words.
const fn is_whole(elem: Type) -> bool {
    elem.bytes().is_multiple_of(4)
}

/// Part of a word.
struct Part {
    /// Which word.
    word: ValueId,
    /// How far its bits are from the word's lowest.
    shift: ValueId,
}

impl Lower<'_> {
    /// The element of the buffer that an access touches, where it is taken apart.
    pub(super) fn narrow_buffer(&self, access: AccessId) -> Option<Type> {
        let place = self.kernel[access].place;
        let elem = self.old.elem(place);
        (matches!(place, Place::Buffer(_)) && self.narrow.holds(elem.scalar)).then_some(elem)
    }

    pub(super) fn load(&mut self, index: ValueId, access: AccessId, elem: Type) -> ValueId {
        if is_whole(elem) {
            let ty = self.kernel.elem(self.kernel[access].place);
            let words = self.def(ty, Expr::Load { index, access });
            let words = self.lanes(words);
            return self.unpacked(&words, elem);
        }
        let mut lanes = vec![];
        for (part, ty) in self.parts(index, elem) {
            let word = self.load_word(part.word, access);
            let bits = self.op(Op::Shr, &[word, part.shift]);
            lanes.push(self.unpacked(&[bits], ty));
        }
        self.vector(lanes)
    }

    pub(super) fn store(&mut self, index: ValueId, value: ValueId, access: AccessId, elem: Type) {
        if is_whole(elem) {
            let words = self.packed(value, elem);
            let value = self.vector(words);
            return self.push(StmtKind::Store { index, value, access });
        }
        let parts = self.parts(index, elem);
        let values = if parts.len() > 1 { self.lanes(value) } else { vec![value] };
        for ((part, ty), value) in parts.into_iter().zip(values) {
            let bits = self.packed(value, ty)[0];
            let ones = self.def(Type::U32, Expr::Const(Const::u32(u32::MAX >> (32 - 8 * ty.bytes()))));
            let mask = self.op(Op::Shl, &[ones, part.shift]);
            let others = self.op(Op::Not, &[mask]);
            self.change_word(AtomicOp::And, part.word, others, access);
            let bits = self.op(Op::Shl, &[bits, part.shift]);
            self.change_word(AtomicOp::Or, part.word, bits, access);
        }
    }

    /// Where the parts of an element lie, and what each holds: the whole, or a lane where they may cross words.
    fn parts(&mut self, index: ValueId, elem: Type) -> Vec<(Part, Type)> {
        if elem.lanes != 3 {
            return vec![(self.part(index, elem), elem)];
        }
        let lane = Type::scalar(elem.scalar);
        let first = self.op_u32(Op::Mul, index, 3);
        let at = |lower: &mut Self, i: u32| if i == 0 { first } else { lower.op_u32(Op::Add, first, i) };
        (0..3)
            .map(|i| {
                let index = at(self, i);
                (self.part(index, lane), lane)
            })
            .collect()
    }

    /// Where an element of 1 or 2 bytes lies.
    fn part(&mut self, index: ValueId, elem: Type) -> Part {
        let per_word = 4 / elem.bytes();
        let word = self.op_u32(Op::Shr, index, per_word.ilog2());
        let within = self.op_u32(Op::And, index, per_word - 1);
        Part { word, shift: self.op_u32(Op::Shl, within, (8 * elem.bytes()).ilog2()) }
    }

    fn load_word(&mut self, index: ValueId, access: AccessId) -> ValueId {
        let access = self.another(access);
        let expr = match self.is_atomic(access) {
            true => Expr::Atomic { op: AtomicOp::Load, index, value: None, expected: None, access },
            false => Expr::Load { index, access },
        };
        self.def(Type::U32, expr)
    }

    fn change_word(&mut self, op: AtomicOp, index: ValueId, value: ValueId, access: AccessId) {
        let access = self.another(access);
        self.def(Type::U32, Expr::Atomic { op, index, value: Some(value), expected: None, access });
    }

    fn is_atomic(&self, access: AccessId) -> bool {
        let Place::Buffer(param) = self.kernel[access].place else { return false };
        matches!(&self.kernel[param].kind, ParamKind::Buffer(buffer) if buffer.atomic)
    }

    fn another(&mut self, access: AccessId) -> AccessId {
        let copy = self.kernel[access].clone();
        self.kernel.accesses.push(copy);
        AccessId(self.kernel.accesses.len() as u32 - 1)
    }

    /// The value whose bits lie in words, the lowest first.
    pub(super) fn unpacked(&mut self, words: &[ValueId], ty: Type) -> ValueId {
        let bits = 8 * ty.scalar.bytes();
        let per_word = 32 / bits;
        let of_lane = |lane: u32| words.get((lane / per_word) as usize).or(words.first()).copied();
        let spread = (0..ty.lanes.into()).filter_map(of_lane).collect();
        let mut value = self.vector(spread);
        if ty.lanes > 1 {
            let mut shifts = Const::zero(Type::vector(Scalar::U32, ty.lanes));
            (0..).zip(shifts.lanes.iter_mut()).take(ty.lanes.into()).for_each(|(lane, shift)| {
                *shift = u64::from(lane % per_word * bits);
            });
            let shifts = self.def(shifts.ty, Expr::Const(shifts));
            value = self.op(Op::Shr, &[value, shifts]);
        }
        self.of_bits(value, ty.scalar)
    }

    /// The bits of a value as words, the lowest first.
    pub(super) fn packed(&mut self, value: ValueId, ty: Type) -> Vec<ValueId> {
        let bits = self.bits_of(value, ty.scalar);
        let lanes = self.lanes(bits);
        let width = 8 * ty.scalar.bytes();
        let mut words = vec![];
        for lanes in lanes.chunks((32 / width) as usize) {
            let mut word = None;
            for (at, lane) in (0..).zip(lanes) {
                word = Some(match word {
                    None => *lane,
                    Some(below) => {
                        let bits = self.op_u32(Op::Shl, *lane, at * width);
                        self.op(Op::Or, &[below, bits])
                    }
                });
            }
            words.extend(word);
        }
        words
    }
}
