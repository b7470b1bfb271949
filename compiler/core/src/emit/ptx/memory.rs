//! Loads, stores and atomic operations on elements of buffers, workgroup memory and arrays of an invocation.
//!
//! An index that is a sum with a constant becomes the address without it and an offset in the instruction, so that
//! neighbouring accesses share an address. In workgroup memory addresses have 32 bits and wrap as the index does; in
//! the others the sum must be one that does not wrap.

use super::Level;
use super::inst::{Class, Inst, Operand, Reg, Ty};
use super::layout::{SHARED, accesses, stride_bytes};
use super::writer::{Base, Writer};
use crate::emit::{EmitError, range};
use crate::ir::{
    AccessId, AtomicOp, Buffer, Check, Element, Expr, Op, ParamId, ParamKind, Place, Scalar, SharedId, SlotId, Type,
    ValueId,
};

impl Writer<'_> {
    pub(super) fn load(&mut self, index: ValueId, access: AccessId) -> Result<Vec<Operand>, EmitError> {
        let place = self.checked(access)?;
        let elem = self.kernel.elem(place);
        let address = self.address(place, index)?;
        let (ty, space) = (Ty::in_memory(elem.scalar), self.space(place));
        let name = if self.is_constant(place) { format!("ld{space}.nc") } else { format!("ld{space}") };
        let mut lanes = vec![];
        for [first, n] in accesses(elem) {
            let class = if elem.scalar == Scalar::Bool { Class::B32 } else { Class::of(elem.scalar) };
            let regs: Vec<Operand> = (0..n).map(|_| self.new_reg(class).into()).collect();
            let from = further(&address, lane_offset(elem, first));
            self.transfer(&name, ty, &regs, [], [from], place);
            lanes.extend(regs);
        }
        if elem.scalar == Scalar::Bool {
            let zero = Operand::word(0);
            lanes = lanes.iter().map(|lane| self.compare("ne", Ty::U32, lane, &zero).into()).collect();
        }
        Ok(lanes)
    }

    pub(super) fn store(&mut self, index: ValueId, value: ValueId, access: AccessId) -> Result<(), EmitError> {
        let place = self.checked(access)?;
        let elem = self.kernel.elem(place);
        let address = self.address(place, index)?;
        let (ty, name) = (Ty::in_memory(elem.scalar), format!("st{}", self.space(place)));
        let mut lanes = vec![];
        for lane in self.get(value)? {
            let lane = if elem.scalar == Scalar::Bool { self.convert(Scalar::Bool, Scalar::U32, &lane) } else { lane };
            lanes.push(Operand::Reg(self.reg(&lane)));
        }
        for [first, n] in accesses(elem) {
            let part = lanes.get(usize::from(first)..usize::from(first + n)).unwrap_or_default().to_vec();
            let to = further(&address, lane_offset(elem, first));
            self.transfer(&name, ty, &part, [to], [], place);
        }
        Ok(())
    }

    /// A load, with an address behind the lanes, or a store, with one before them.
    fn transfer<const N: usize, const M: usize>(
        &mut self,
        name: &str,
        ty: Ty,
        lanes: &[Operand],
        before: [Operand; N],
        behind: [Operand; M],
        place: Place,
    ) {
        let (suffix, lanes) = match lanes {
            [lane] => (String::new(), lane.clone()),
            lanes => (format!(".v{}", lanes.len()), Operand::Vector(lanes.to_vec())),
        };
        let operands = before.into_iter().chain([lanes]).chain(behind);
        let mut inst = Inst::new(format!("{name}{suffix}"), &[ty], operands);
        inst.comment = Some(self.place_name(place).to_owned());
        self.push(inst);
    }

    /// Starts a copy from a buffer to workgroup memory; where `cond` does not hold, of zeros.
    pub(super) fn copy_async(&mut self, to: Element, from: Element, cond: Option<ValueId>) -> Result<(), EmitError> {
        if self.level < Level::Sm80 {
            return Err(self.internal("an asynchronous copy that was not lowered"));
        }
        let [into, out_of] = [self.checked(to.access)?, self.checked(from.access)?];
        let bytes = self.kernel.elem(into).bytes();
        let [to, from] = [self.address(into, to.index)?, self.address(out_of, from.index)?];
        // Only 16 bytes may pass by the first cache.
        let cache = if bytes == 16 { "cg" } else { "ca" };
        let read = match cond {
            Some(cond) => {
                let cond = self.pred(cond)?;
                self.choose(Class::B32, cond, &Operand::word(bytes), &Operand::word(0))
            }
            None => Operand::word(bytes),
        };
        let name = format!("cp.async.{cache}.shared.global");
        let mut inst = Inst::new(name, &[], [to, from, Operand::word(bytes), read]);
        inst.comment = Some(format!("{} = {}", self.place_name(into), self.place_name(out_of)));
        self.push(inst);
        Ok(())
    }

    /// An atomic operation; the result is the old value, and empty where nobody wants it.
    pub(super) fn atomic(
        &mut self,
        op: AtomicOp,
        [index, value, expected]: [Option<ValueId>; 3],
        access: AccessId,
        is_used: bool,
    ) -> Result<Vec<Operand>, EmitError> {
        let place = self.checked(access)?;
        let Some(index) = index else { return Err(self.internal("an atomic operation without an index")) };
        let address = self.address(place, index)?;
        let (ty, space) = (Ty::of(self.kernel.elem(place).scalar), self.space(place));
        let scope = if matches!(place, Place::Shared(_)) { "cta" } else { "gpu" };
        if op == AtomicOp::Load {
            return Ok(vec![self.put(&format!("ld.relaxed.{scope}{space}"), ty, &[address])]);
        }
        let operand = |id: Option<ValueId>| match id {
            Some(id) => self.scalar(id),
            None => Err(self.internal(format!("atomic {op:?} without an operand"))),
        };
        let mut value = operand(value)?;
        let expected = if op == AtomicOp::CompareExchange { Some(operand(expected)?) } else { None };
        if op == AtomicOp::Store && !is_used {
            let value = self.reg(&value);
            self.push(Inst::new(format!("st.relaxed.{scope}{space}"), &[ty], [address, value.into()]));
            return Ok(vec![]);
        }
        if op == AtomicOp::Sub {
            value = self.put("neg", Ty::S32, &[value]);
        }
        let (name, ty) = match op {
            AtomicOp::Add | AtomicOp::Sub | AtomicOp::Load => ("add", Ty::U32),
            AtomicOp::Min => ("min", ty),
            AtomicOp::Max => ("max", ty),
            AtomicOp::And => ("and", Ty::B32),
            AtomicOp::Or => ("or", Ty::B32),
            AtomicOp::Xor => ("xor", Ty::B32),
            AtomicOp::Store | AtomicOp::Exchange => ("exch", Ty::B32),
            AtomicOp::CompareExchange => ("cas", Ty::B32),
        };
        if !is_used && !matches!(name, "exch" | "cas") {
            self.push(Inst::new(format!("red{space}.{name}"), &[ty], [address, value]));
            return Ok(vec![]);
        }
        let operands: Vec<Operand> = std::iter::once(address).chain(expected).chain([value]).collect();
        Ok(vec![self.put(&format!("atom{space}.{name}"), ty, &operands)])
    }

    /// The place of an access that needs no check here.
    pub(super) fn checked(&self, access: AccessId) -> Result<Place, EmitError> {
        match self.kernel.accesses.get(access.0 as usize) {
            Some(a) if matches!(a.check, Check::Proved(_) | Check::Explicit) => Ok(a.place),
            Some(a) => Err(self.internal(format!("the access to {} is still unchecked", self.place_name(a.place)))),
            None => Err(self.internal(format!("access {} does not exist", access.0))),
        }
    }

    /// The address of an element.
    fn address(&mut self, place: Place, index: ValueId) -> Result<Operand, EmitError> {
        let (root, offset) = self.parts(place, index);
        match place {
            Place::Buffer(id) => self.buffer_address(id, root, offset),
            Place::Shared(id) => self.shared_address(id, root, offset),
            Place::Slot(id) => self.slot_address(id, root, offset),
        }
    }

    /// An index as a value and a constant: their sum, modulo 2^32.
    fn parts(&self, place: Place, index: ValueId) -> (Option<ValueId>, u32) {
        let mut offset = 0u32;
        let mut root = index;
        loop {
            if let Some(known) = range::known_u32(self.kernel, root) {
                return (None, offset.wrapping_add(known));
            }
            let Expr::Op(Op::Add, operands) = &self.kernel[root].expr else { return (Some(root), offset) };
            let known = |i: usize| range::known_u32(self.kernel, operands[i]);
            let (value, by) = match (known(0), known(1)) {
                (_, Some(by)) => (operands[0], by),
                (Some(by), None) => (operands[1], by),
                _ => return (Some(root), offset),
            };
            if !matches!(place, Place::Shared(_)) && !self.never_carries(value, by) {
                return (Some(root), offset);
            }
            (root, offset) = (value, offset.wrapping_add(by));
        }
    }

    /// Whether the sum of a u32 and a constant surely does not wrap.
    fn never_carries(&self, value: ValueId, by: u32) -> bool {
        let zeros = range::zero_bits(self.kernel, value);
        u64::from(by) < 1 << zeros || range::at_most(self.kernel, value).checked_add(by).is_some()
    }

    fn buffer_address(&mut self, id: ParamId, root: Option<ValueId>, offset: u32) -> Result<Operand, EmitError> {
        let Some(start) = self.buffers.get(&id).copied() else {
            return Err(self.internal(format!("parameter {} is no buffer", id.0)));
        };
        let bytes = self.kernel.elem(Place::Buffer(id)).bytes();
        self.long_address(Place::Buffer(id), start.into(), bytes, root, offset)
    }

    fn slot_address(&mut self, id: SlotId, root: Option<ValueId>, offset: u32) -> Result<Operand, EmitError> {
        let bytes = stride_bytes(self.kernel[id].ty);
        let name = slot_name(id);
        if root.is_none() {
            return Ok(Operand::AtName(name, i64::from(offset) * i64::from(bytes)));
        }
        let start = self.put("mov", Ty::U64, &[Operand::Name(name)]);
        self.long_address(Place::Slot(id), start, bytes, root, offset)
    }

    /// An address of 64 bits. Offsets beyond 31 bits have no place in an instruction.
    fn long_address(
        &mut self,
        place: Place,
        start: Operand,
        bytes: u32,
        root: Option<ValueId>,
        offset: u32,
    ) -> Result<Operand, EmitError> {
        let Some(root) = root else {
            let offset = u64::from(offset) * u64::from(bytes);
            if i32::try_from(offset).is_ok() {
                return Ok(Operand::At(self.reg(&start), offset as i64));
            }
            let address = self.put("add", Ty::S64, &[start, Operand::Imm(Class::B64, offset)]);
            return Ok(Operand::At(self.reg(&address), 0));
        };
        let key = (Base::Place(place), root);
        let reg = match self.cached(&key) {
            Some(reg) => reg,
            None => {
                let index = self.scalar(root)?;
                let address = self.put_as("mad.wide", &[Ty::U32], Class::B64, &[index, Operand::word(bytes), start]);
                self.cache(key, &address)
            }
        };
        let offset = i64::from(offset) * i64::from(bytes);
        if i32::try_from(offset).is_ok() {
            return Ok(Operand::At(reg, offset));
        }
        let address = self.put("add", Ty::S64, &[reg.into(), Operand::Imm(Class::B64, offset as u64)]);
        Ok(Operand::At(self.reg(&address), 0))
    }

    fn shared_address(&mut self, id: SharedId, root: Option<ValueId>, offset: u32) -> Result<Operand, EmitError> {
        let bytes = stride_bytes(self.kernel[id].elem);
        let offset = offset.wrapping_mul(bytes).wrapping_add(self.layout.offset(id));
        let Some(root) = root else { return Ok(Operand::AtName(SHARED.to_owned(), i64::from(offset))) };
        let key = (Base::Shared { stride_bytes: bytes }, root);
        let reg = match self.cached(&key) {
            Some(reg) => reg,
            None => {
                let (index, start) = (self.scalar(root)?, self.shared_start());
                let address = self.put("mad.lo", Ty::U32, &[index, Operand::word(bytes), start]);
                self.cache(key, &address)
            }
        };
        // Wraps as the index does.
        Ok(Operand::At(reg, i64::from(offset as i32)))
    }

    /// The address of workgroup memory, which the assembler knows.
    pub(super) fn shared_start(&mut self) -> Operand {
        match self.shared_base {
            Some(start) => start.into(),
            None => self.put("mov", Ty::U32, &[Operand::Name(SHARED.to_owned())]),
        }
    }

    fn cached(&self, key: &(Base, ValueId)) -> Option<Reg> {
        self.addresses.iter().rev().find_map(|scope| scope.get(key)).copied()
    }

    fn cache(&mut self, key: (Base, ValueId), address: &Operand) -> Reg {
        let reg = self.reg(address);
        if let Some(scope) = self.addresses.last_mut() {
            scope.insert(key, reg);
        }
        reg
    }

    const fn space(&self, place: Place) -> &'static str {
        match place {
            Place::Buffer(_) => ".global",
            Place::Shared(_) => ".shared",
            Place::Slot(_) => ".local",
        }
    }

    /// Whether nothing can write the place while the kernel runs.
    fn is_constant(&self, place: Place) -> bool {
        match place {
            Place::Buffer(id) => matches!(
                &self.kernel[id].kind,
                ParamKind::Buffer(Buffer { mutable: false, atomic: false, may_alias: false, .. })
            ),
            _ => false,
        }
    }

    fn place_name(&self, place: Place) -> &str {
        match place {
            Place::Buffer(id) => &self.kernel[id].name,
            Place::Shared(id) => &self.kernel[id].name,
            Place::Slot(id) => &self.kernel[id].name,
        }
    }
}

/// The name of an array of an invocation.
pub(super) fn slot_name(id: SlotId) -> String {
    format!("array_{}", id.0)
}

fn lane_offset(elem: Type, lane: u8) -> i64 {
    i64::from(stride_bytes(Type::scalar(elem.scalar))) * i64::from(lane)
}

fn further(address: &Operand, bytes: i64) -> Operand {
    match address {
        Operand::At(reg, offset) => Operand::At(*reg, offset + bytes),
        Operand::AtName(name, offset) => Operand::AtName(name.clone(), offset + bytes),
        other => other.clone(),
    }
}
