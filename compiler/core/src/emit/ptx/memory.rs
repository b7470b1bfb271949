//! Loads, stores and atomic operations on elements of buffers, workgroup memory and arrays of an invocation.

use super::Level;
use super::inst::{Class, Inst, Operand, Ty};
use super::layout::{accesses, stride_bytes};
use super::writer::Writer;
use crate::emit::EmitError;
use crate::ir::{AccessId, AtomicOp, Buffer, Check, Element, ParamKind, Place, Scalar, Type, ValueId};

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
