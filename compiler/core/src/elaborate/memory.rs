//! Loads and stores of places, whole or in part.

use super::place::{Cell, Element, Lane, Place, Store};
use super::types::{Elem, Ty};
use super::value::{Leaves, Val};
use super::{Elaborator, Res};
use crate::diag::{Diagnostic, codes::types as codes};
use crate::ir::{self, AccessId, Check, Const, Expr, Op, Scalar, StmtKind, Type, ValueId};
use crate::source::Span;

/// Arrays with more elements than this are filled by a loop where all elements are one value.
const UNROLLED_FILL: u32 = 16;

impl Elaborator<'_> {
    /// The value that a place holds now.
    pub(super) fn read(&mut self, place: &Place) -> Res<Val> {
        self.check_assigned(place)?;
        let mut leaves = Leaves::new();
        self.read_leaves(place, &mut leaves)?;
        Ok(Val { ty: place.ty.clone(), leaves })
    }

    fn read_leaves(&mut self, place: &Place, leaves: &mut Leaves) -> Res<()> {
        match &place.ty {
            Ty::Array(_, len) => {
                for at in 0..*len {
                    let at = self.b.u32(at);
                    let element = self.place_index(place, at, place.span)?;
                    self.read_leaves(&element, leaves)?;
                }
            }
            Ty::Struct(_) | Ty::Tuple(_) => {
                let words = match &place.store {
                    Store::Element(element) if element.vector => Some(self.element_vector(place, *element)?),
                    _ => None,
                };
                for at in 0..self.parts(&place.ty)?.len() {
                    let field = self.place_field(place, at)?;
                    match (words, &field.store) {
                        (Some(vector), Store::Field { offset, element }) => {
                            leaves.push(self.field_of_vector(vector, *offset, element.words, &field.ty));
                        }
                        _ => self.read_leaves(&field, leaves)?,
                    }
                }
            }
            Ty::Slice(_) => return Err(self.unsized_value(place)),
            Ty::Atomic(_) => return Err(self.plain_atomic(place, "read", "load()")),
            Ty::Num(..) | Ty::Enum(_) => leaves.push(self.read_leaf(place)?),
            Ty::Never => {}
        }
        Ok(())
    }

    fn read_leaf(&mut self, place: &Place) -> Res<ValueId> {
        match &place.store {
            Store::Field { element, offset } if element.vector => {
                let vector = self.element_vector(place, *element)?;
                Ok(self.field_of_vector(vector, *offset, element.words, &place.ty))
            }
            Store::Field { element, offset } => self.field_of_words(place, *element, *offset),
            Store::Cells(cells) => match (cells.first().copied(), place.lane) {
                (Some(cell), None) => Ok(self.read_cell(cell, place, &place.ty)),
                (Some(cell), Some(lane)) => self.read_lane(cell, place, lane),
                (None, _) => Err(super::Reported),
            },
            Store::Element(_) => Err(super::Reported),
        }
    }

    fn read_cell(&mut self, cell: Cell, place: &Place, ty: &Ty) -> ValueId {
        match (cell, place.index) {
            (Cell::Slot(slot), None) => self.def_ty(ty, Expr::Slot(slot)),
            (_, index) => {
                let index = index.unwrap_or_else(|| self.b.u32(0));
                let access = self.access(cell, index, place);
                self.def_ty(ty, Expr::Load { index, access })
            }
        }
    }

    fn read_lane(&mut self, cell: Cell, place: &Place, lane: Lane) -> Res<ValueId> {
        let ty = self.whole_type(cell);
        let vector = self.read_cell(cell, place, &ty);
        Ok(self.lane(&Val::leaf(ty, vector), lane, place.span)?.leaves[0])
    }

    /// A lane of a vector; one whose number is only known at run time is picked from all.
    pub(super) fn lane(&mut self, vector: &Val, lane: Lane, span: Span) -> Res<Val> {
        let index = match lane {
            Lane::Known(lane) => return Ok(self.extract(vector, lane)),
            Lane::Computed(index) => Val::leaf(Ty::U32, index),
        };
        let lanes = vector.ty.lanes().unwrap_or(1);
        let mut picked = self.extract(vector, 0);
        for at in 1..lanes {
            let number = self.u32_val(u32::from(at));
            let here = self.op(Op::Eq, &[index.clone(), number], span)?;
            let other = self.extract(vector, at);
            picked = self.op(Op::Select, &[here, other, picked], span)?;
        }
        Ok(picked)
    }

    fn whole_type(&self, cell: Cell) -> Ty {
        let ty = self.b.kernel.elem(ir_place(cell));
        let var = match cell {
            Cell::Slot(slot) => self.slot_vars.iter().find(|(s, _)| *s == slot).map(|(_, var)| *var),
            _ => None,
        };
        let elem = var.map_or(Elem::Known(ty.scalar), Elem::Var);
        Ty::Num(self.settle_elem(elem), ty.lanes)
    }

    /// An access to a cell, whose index may be known to be in range.
    pub(super) fn access(&mut self, cell: Cell, index: ValueId, place: &Place) -> AccessId {
        let span = std::mem::replace(&mut self.b.span, place.span);
        let access = self.b.access(ir_place(cell), &format!("index into {}", place.root));
        self.b.span = span;
        let len = match cell {
            Cell::Slot(slot) => self.b.kernel[slot].len,
            Cell::Shared(shared) => Some(self.b.kernel[shared].len),
            Cell::Buffer(_) => None,
        };
        if let (Some(len), Some(at)) = (len, self.const_of(index))
            && at.as_u32() < len
        {
            self.b.kernel[access].check = Check::Proved(format!("{} < {len}", at.as_u32()));
        }
        access
    }

    /// A struct of 4, 8 or 16 bytes, as its words.
    fn element_vector(&mut self, place: &Place, element: Element) -> Res<ValueId> {
        let ty = Ty::known(Type::vector(Scalar::U32, element.words as u8));
        Ok(self.read_cell(Cell::Buffer(element.param), place, &ty))
    }

    fn field_of_vector(&mut self, vector: ValueId, offset: u32, words: u32, ty: &Ty) -> ValueId {
        let vector = Val::leaf(Ty::known(Type::vector(Scalar::U32, words as u8)), vector);
        let mut word = |at: u32| if words == 1 { vector.clone() } else { self.extract(&vector, at as u8) };
        let low = word(offset);
        let high = (field_words(ty) == 2).then(|| word(offset + 1));
        self.field_of(low, high, ty)
    }

    fn field_of_words(&mut self, place: &Place, element: Element, offset: u32) -> Res<ValueId> {
        let cell = Cell::Buffer(element.param);
        let mut words = vec![];
        for at in offset..offset + field_words(&place.ty) {
            let index = self.word_index(place, element, at)?;
            let place = Place { index: Some(index), ..place.clone() };
            words.push(Val::leaf(Ty::U32, self.read_cell(cell, &place, &Ty::U32)));
        }
        let mut words = words.into_iter();
        let low = words.next().ok_or(super::Reported)?;
        Ok(self.field_of(low, words.next(), &place.ty))
    }

    fn word_index(&mut self, place: &Place, element: Element, offset: u32) -> Res<ValueId> {
        let item = Val::leaf(Ty::U32, place.index.ok_or(super::Reported)?);
        let n = self.u32_val(element.words);
        let start = self.op(Op::Mul, &[item, n], place.span)?;
        let offset = self.u32_val(offset);
        Ok(self.op(Op::Add, &[start, offset], place.span)?.leaves[0])
    }

    /// A field from its one or two words.
    fn field_of(&mut self, low: Val, high: Option<Val>, ty: &Ty) -> ValueId {
        let words = match high {
            Some(high) => self.compose(Elem::Known(Scalar::U32), &[low.leaves[0], high.leaves[0]]),
            None => low,
        };
        match ty {
            Ty::Num(Elem::Known(scalar), 1) => self.convert(Op::Bitcast, &words, Type::scalar(*scalar)).leaves[0],
            _ => words.leaves[0],
        }
    }

    /// Stores a value of the place's type.
    pub(super) fn write(&mut self, place: &Place, val: &Val) -> Res<()> {
        self.write_leaves(place, &val.leaves)
    }

    fn write_leaves(&mut self, place: &Place, leaves: &[ValueId]) -> Res<()> {
        match &place.ty {
            Ty::Array(of, len) => self.write_array(place, of, *len, leaves),
            Ty::Struct(_) if matches!(place.store, Store::Element(_)) => self.write_element(place, leaves),
            Ty::Struct(_) | Ty::Tuple(_) => {
                let mut from = 0;
                for (at, part) in self.parts(&place.ty)?.iter().enumerate() {
                    let n = self.n_leaves(part)?;
                    let field = self.place_field(place, at)?;
                    self.write_leaves(&field, &leaves[from..from + n])?;
                    from += n;
                }
                Ok(())
            }
            Ty::Slice(_) => Err(self.unsized_value(place)),
            Ty::Atomic(_) => Err(self.plain_atomic(place, "assigned", "store(value)")),
            Ty::Num(..) | Ty::Enum(_) => match leaves.first() {
                Some(leaf) => self.write_leaf(place, *leaf),
                None => Err(super::Reported),
            },
            Ty::Never => Ok(()),
        }
    }

    fn write_array(&mut self, place: &Place, of: &Ty, len: u32, leaves: &[ValueId]) -> Res<()> {
        let n = self.n_leaves(of)?;
        let same = n > 0 && leaves.chunks(n).all(|chunk| chunk == &leaves[..n]);
        if same && len > UNROLLED_FILL {
            let (start, end, step) = (self.b.u32(0), self.b.u32(len), self.b.u32(1));
            let var = self.b.value(Type::U32, Expr::LoopVar);
            self.b.open_block();
            let written = self.place_index(place, var, place.span).and_then(|e| self.write_leaves(&e, &leaves[..n]));
            let body = self.b.close_block();
            self.b.push(StmtKind::For { var, start, end, step, unroll: false, body });
            return written;
        }
        for at in 0..len {
            let index = self.b.u32(at);
            let element = self.place_index(place, index, place.span)?;
            let from = at as usize * n;
            self.write_leaves(&element, &leaves[from..from + n])?;
        }
        Ok(())
    }

    fn write_leaf(&mut self, place: &Place, leaf: ValueId) -> Res<()> {
        match &place.store {
            Store::Field { element, offset } if element.vector => {
                let vector = self.element_vector(place, *element)?;
                let vector = Val::leaf(Ty::known(Type::vector(Scalar::U32, element.words as u8)), vector);
                let mut lanes = vec![];
                for at in 0..element.words {
                    let lane = if element.words == 1 { vector.clone() } else { self.extract(&vector, at as u8) };
                    lanes.push(lane.leaves[0]);
                }
                self.put_words(&mut lanes, *offset, leaf, &place.ty);
                self.write_words(place, *element, &lanes)
            }
            Store::Field { element, offset } => {
                let mut words = vec![leaf; field_words(&place.ty) as usize];
                self.put_words(&mut words, 0, leaf, &place.ty);
                for (at, word) in (*offset..).zip(words) {
                    let index = self.word_index(place, *element, at)?;
                    self.write_cell(Cell::Buffer(element.param), Some(index), place, word);
                }
                Ok(())
            }
            Store::Cells(cells) => match (cells.first().copied(), place.lane) {
                (Some(cell), None) => {
                    self.write_cell(cell, place.index, place, leaf);
                    Ok(())
                }
                (Some(cell), Some(lane)) => self.write_lane(cell, place, lane, leaf),
                (None, _) => Err(super::Reported),
            },
            Store::Element(_) => Err(super::Reported),
        }
    }

    fn write_cell(&mut self, cell: Cell, index: Option<ValueId>, place: &Place, value: ValueId) {
        match (cell, index) {
            (Cell::Slot(slot), None) => self.b.set(slot, value),
            (_, index) => {
                let index = index.unwrap_or_else(|| self.b.u32(0));
                let access = self.access(cell, index, place);
                self.b.push(StmtKind::Store { index, value, access });
            }
        }
    }

    /// Replaces one lane: the vector is read, changed and written.
    fn write_lane(&mut self, cell: Cell, place: &Place, lane: Lane, value: ValueId) -> Res<()> {
        let ty = self.whole_type(cell);
        let Ty::Num(elem, n) = ty else { return Err(super::Reported) };
        let vector = self.read_cell(cell, place, &ty);
        let vector = Val::leaf(ty, vector);
        let mut lanes = vec![];
        for at in 0..n {
            let old = self.extract(&vector, at);
            let new = Val::leaf(old.ty.clone(), value);
            lanes.push(match lane {
                Lane::Known(lane) if lane == at => value,
                Lane::Known(_) => old.leaves[0],
                Lane::Computed(index) => {
                    let number = self.u32_val(u32::from(at));
                    let here = self.op(Op::Eq, &[Val::leaf(Ty::U32, index), number], place.span)?;
                    self.op(Op::Select, &[here, new, old], place.span)?.leaves[0]
                }
            });
        }
        let whole = self.compose(elem, &lanes);
        self.write_cell(cell, place.index, place, whole.leaves[0]);
        Ok(())
    }

    /// A whole struct of a buffer; padding is written as zero.
    fn write_element(&mut self, place: &Place, leaves: &[ValueId]) -> Res<()> {
        let (Ty::Struct(id), Store::Element(element)) = (&place.ty, &place.store) else { return Err(super::Reported) };
        let layout = self.layout(*id)?;
        let fields = self.fields(*id)?;
        let zero = self.b.constant(Const::u32(0));
        let mut words = vec![zero; element.words as usize];
        for ((offset, (_, ty)), leaf) in layout.offsets.iter().zip(fields.iter()).zip(leaves) {
            self.put_words(&mut words, offset / 4, *leaf, ty);
        }
        self.write_words(place, *element, &words)
    }

    fn write_words(&mut self, place: &Place, element: Element, words: &[ValueId]) -> Res<()> {
        let cell = Cell::Buffer(element.param);
        if element.vector {
            let whole = match words {
                [word] => *word,
                _ => self.compose(Elem::Known(Scalar::U32), words).leaves[0],
            };
            self.write_cell(cell, place.index, place, whole);
            return Ok(());
        }
        for (at, word) in (0..).zip(words) {
            let index = self.word_index(place, element, at)?;
            self.write_cell(cell, Some(index), place, *word);
        }
        Ok(())
    }

    /// Puts a field's one or two words where they belong.
    fn put_words(&mut self, words: &mut [ValueId], at: u32, leaf: ValueId, ty: &Ty) {
        let val = Val::leaf(ty.clone(), leaf);
        let n = field_words(ty);
        let bits = self.convert(Op::Bitcast, &val, Type::vector(Scalar::U32, n as u8));
        for i in 0..n {
            let word = if n == 1 { bits.clone() } else { self.extract(&bits, i as u8) };
            if let Some(slot) = words.get_mut((at + i) as usize) {
                *slot = word.leaves[0];
            }
        }
    }

    fn unsized_value(&mut self, place: &Place) -> super::Reported {
        let name = &place.owner.name;
        let d = Diagnostic::new(codes::MISMATCHED, self.b.span, format!("`{name}` is used as a whole"))
            .here("a slice has no value of its own")
            .help(format!("use its elements, as `{name}[i]`"));
        self.report(d)
    }

    fn plain_atomic(&mut self, place: &Place, verb: &str, method: &str) -> super::Reported {
        let name = &place.owner.name;
        let d =
            Diagnostic::new(codes::ATOMIC, self.b.span, format!("an atomic of `{name}` is {verb} like a plain value"))
                .label(place.owner.span, "its elements are declared as atomics here")
                .help(format!("use `.{method}`"));
        self.report(d)
    }
}

pub(super) fn ir_place(cell: Cell) -> ir::Place {
    match cell {
        Cell::Slot(slot) => ir::Place::Slot(slot),
        Cell::Shared(shared) => ir::Place::Shared(shared),
        Cell::Buffer(param) => ir::Place::Buffer(param),
    }
}

fn field_words(ty: &Ty) -> u32 {
    match ty {
        Ty::Num(Elem::Known(scalar), _) => scalar.bytes().div_ceil(4),
        _ => 1,
    }
}
