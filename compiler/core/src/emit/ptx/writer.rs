//! The state of writing one kernel: its registers, its lines, and what each value became.

use super::address::Key;
use super::inst::{Class, Inst, Line, Operand, Reg, Ty};
use super::layout::Layout;
use super::subgroup::Warp;
use super::{Level, Setting};
use crate::emit::EmitError;
use crate::ir::{Const, Kernel, ParamId, Scalar, SlotId, StmtKind, ValueId, walk};
use crate::passes::uniformity;
use crate::source::Span;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// Writes one kernel.
pub(super) struct Writer<'k> {
    pub(super) kernel: &'k Kernel,
    pub(super) setting: &'k Setting<'k>,
    pub(super) level: Level,
    pub(super) layout: Layout,
    pub(super) lines: Vec<Line>,
    /// The address of each buffer in global memory.
    pub(super) buffers: FxHashMap<ParamId, Reg>,
    /// Where workgroup memory starts, once someone asks.
    pub(super) shared_base: Option<Reg>,
    /// The members of the warp, where a subgroup operation wants them.
    pub(super) warp: Option<Warp>,
    /// Addresses that are in scope, by block.
    pub(super) addresses: Vec<FxHashMap<Key, Reg>>,
    /// Products of two words whose high halves were asked for, with all 64 bits of each; by block, as addresses are.
    pub(super) products: Vec<Vec<([Operand; 2], Operand)>>,
    /// The labels of the loops around: to leave it, to go on with its next round.
    pub(super) loops: Vec<[String; 2]>,
    /// For each value whether it may differ between invocations.
    pub(super) varying: Vec<bool>,
    /// Whether a helper for the remainder of floats is called.
    pub(super) uses_rem: bool,
    /// The files that lines come from, by number.
    pub(super) files: BTreeMap<u32, String>,
    /// Lanes of each value, in the order in which they were computed.
    values: Vec<Vec<Operand>>,
    slots: Vec<Vec<Reg>>,
    used: Vec<bool>,
    places: FxHashMap<Span, [u32; 3]>,
    place: [u32; 3],
    n_regs: [u32; Class::ALL.len()],
    n_labels: u32,
}

impl<'k> Writer<'k> {
    pub(super) fn new(kernel: &'k Kernel, setting: &'k Setting<'k>) -> Self {
        let mut writer = Self {
            kernel,
            setting,
            level: Level::of(&kernel.features),
            layout: Layout::of(kernel),
            lines: vec![],
            buffers: FxHashMap::default(),
            shared_base: None,
            warp: None,
            addresses: vec![FxHashMap::default()],
            products: vec![vec![]],
            loops: vec![],
            varying: uniformity::varying(kernel),
            uses_rem: false,
            files: BTreeMap::new(),
            values: vec![vec![]; kernel.values.len()],
            slots: vec![],
            used: used(kernel),
            places: FxHashMap::default(),
            place: [0; 3],
            n_regs: [0; Class::ALL.len()],
            n_labels: 0,
        };
        for slot in &kernel.slots {
            let lanes = if slot.len.is_none() { slot.ty.lanes } else { 0 };
            let class = Class::of(slot.ty.scalar);
            let regs = (0..lanes).map(|_| writer.new_reg(class)).collect();
            writer.slots.push(regs);
        }
        writer
    }

    /// A register that nothing else uses.
    pub(super) fn new_reg(&mut self, class: Class) -> Reg {
        let count = &mut self.n_regs[class as usize];
        *count += 1;
        Reg { class, number: *count }
    }

    /// How many registers of a class there are.
    pub(super) const fn n_regs(&self, class: Class) -> u32 {
        self.n_regs[class as usize]
    }

    /// A label that nothing else uses.
    pub(super) fn new_label(&mut self, what: &str) -> String {
        self.n_labels += 1;
        format!("${what}_{}", self.n_labels)
    }

    pub(super) fn label(&mut self, label: &str) {
        self.lines.push(Line::Label(label.to_owned()));
    }

    pub(super) fn comment(&mut self, text: impl Into<String>) {
        self.lines.push(Line::Comment(text.into()));
    }

    pub(super) fn push(&mut self, inst: Inst) {
        self.lines.push(Line::Inst(inst));
    }

    /// Writes an instruction of one type with a new register for its result.
    pub(super) fn put(&mut self, name: &str, ty: Ty, from: &[Operand]) -> Operand {
        let to = self.new_reg(ty.class());
        self.push(Inst::new(name, &[ty], std::iter::once(to.into()).chain(from.iter().cloned())));
        to.into()
    }

    /// Writes an instruction whose result is of another type than its operands.
    pub(super) fn put_as(&mut self, name: &str, types: &[Ty], to: Class, from: &[Operand]) -> Operand {
        let to = self.new_reg(to);
        self.push(Inst::new(name, types, std::iter::once(to.into()).chain(from.iter().cloned())));
        to.into()
    }

    /// `setp`: a predicate.
    pub(super) fn compare(&mut self, how: &str, ty: Ty, a: &Operand, b: &Operand) -> Reg {
        let to = self.new_reg(Class::Pred);
        self.push(Inst::new(format!("setp.{how}"), &[ty], [to.into(), a.clone(), b.clone()]));
        to
    }

    /// `if pred { a } else { b }`, of any class but predicates.
    pub(super) fn choose(&mut self, class: Class, pred: Reg, a: &Operand, b: &Operand) -> Operand {
        self.put_as("selp", &[class.mov()], class, &[a.clone(), b.clone(), pred.into()])
    }

    /// The same bits in a register of another class of the same size.
    pub(super) fn as_class(&mut self, value: &Operand, class: Class) -> Operand {
        match value {
            Operand::Imm(_, bits) => Operand::Imm(class, *bits),
            Operand::Reg(reg) if reg.class == class => value.clone(),
            _ => self.put_as("mov", &[class.mov().bits()], class, std::slice::from_ref(value)),
        }
    }

    /// The value in a register.
    pub(super) fn reg(&mut self, value: &Operand) -> Reg {
        match value {
            Operand::Reg(reg) => *reg,
            Operand::Imm(class, _) => {
                let to = self.new_reg(*class);
                self.mov(to, value);
                to
            }
            _ => {
                let to = self.new_reg(Class::B32);
                self.mov(to, value);
                to
            }
        }
    }

    pub(super) fn mov(&mut self, to: Reg, value: &Operand) {
        self.push(Inst::new("mov", &[to.class.mov()], [to.into(), value.clone()]));
    }

    /// The lanes of a value that has been computed.
    pub(super) fn get(&self, id: ValueId) -> Result<Vec<Operand>, EmitError> {
        match self.values.get(id.0 as usize) {
            Some(lanes) if !lanes.is_empty() => Ok(lanes.clone()),
            _ => Err(self.internal(format!("%{} is used before it is computed", id.0))),
        }
    }

    /// The only lane of a scalar.
    pub(super) fn scalar(&self, id: ValueId) -> Result<Operand, EmitError> {
        self.get(id)?.into_iter().next().ok_or_else(|| self.internal("a value without lanes"))
    }

    /// The predicate of a bool.
    pub(super) fn pred(&mut self, id: ValueId) -> Result<Reg, EmitError> {
        let value = self.scalar(id)?;
        Ok(self.reg(&value))
    }

    pub(super) fn set(&mut self, id: ValueId, lanes: Vec<Operand>) {
        if let Some(value) = self.values.get_mut(id.0 as usize) {
            *value = lanes;
        }
    }

    /// The registers of a plain slot.
    pub(super) fn slot(&self, id: SlotId) -> Vec<Reg> {
        self.slots.get(id.0 as usize).cloned().unwrap_or_default()
    }

    /// Whether anything uses the value.
    pub(super) fn is_used(&self, id: ValueId) -> bool {
        self.used.get(id.0 as usize).is_some_and(|used| *used)
    }

    /// Whether the value is the same for all invocations of a workgroup.
    pub(super) fn is_uniform(&self, id: ValueId) -> bool {
        self.varying.get(id.0 as usize).is_some_and(|varying| !varying)
    }

    /// Says where the following instructions come from, if that is another line than before.
    pub(super) fn locate(&mut self, span: Span) {
        let Some(sources) = self.setting.sources else { return };
        let place = *self.places.entry(span).or_insert_with(|| {
            let (line, column) = sources.line_column(span);
            [span.file.0 + 1, line, column]
        });
        if place[..2] != self.place[..2] {
            self.files.entry(place[0]).or_insert_with(|| sources.file(span.file).name.clone());
            self.place = place;
            self.lines.push(Line::Loc(place));
        }
    }

    pub(super) fn internal(&self, message: impl Into<String>) -> EmitError {
        EmitError::internal(self.kernel, message)
    }
}

/// The lanes of a constant.
pub(super) fn constant(value: Const) -> Vec<Operand> {
    let class = Class::of(value.ty.scalar);
    let bits = |lane: u8| match value.ty.scalar {
        // Bytes are held extended.
        Scalar::I8 => u64::from(value.lane(lane).bits as u8 as i8 as u32),
        _ => value.lane(lane).bits,
    };
    (0..value.ty.lanes).map(|lane| Operand::Imm(class, bits(lane))).collect()
}

/// For each value whether anything uses it.
fn used(kernel: &Kernel) -> Vec<bool> {
    let mut used = vec![false; kernel.values.len()];
    let mut mark = |id: ValueId| used[id.0 as usize] = true;
    walk::for_each_stmt(&kernel.body, &mut |kind| {
        kind.for_each_operand(&mut mark);
        if let StmtKind::Def(id) = kind {
            kernel[*id].expr.for_each_operand(&mut mark);
        }
    });
    used
}
