//! What surrounds a kernel's code: its parameters as `abi::launch::cuda_params` packs them, what is read before
//! everything else, and the text of the module.

use super::address::slot_name;
use super::inst::{Class, Inst, Operand, Reg, Ty};
use super::layout::{SHARED, array_bytes};
use super::writer::Writer;
use crate::emit::EmitError;
use crate::ir::{Expr, Kernel, Param, ParamId, ParamKind, Scalar, SlotId, StmtKind, walk};
use std::fmt::Write;
use wgpuc_abi::launch::{self, CUDA_SKIPPED_WORDS, Word};
use wgpuc_abi::{KernelParam, KernelParamType};

/// The remainder of floats.
const REM_FLOAT: &str = include_str!("helpers/rem_float.ptx");

const FAULT_RECORD: &str = "fault_record";

impl Writer<'_> {
    /// Writes what stands before the kernel's own code: addresses, and zeros where workgroup memory starts at zero.
    pub(super) fn start(&mut self) {
        let kernel = self.kernel;
        for (index, param) in (0..).zip(&kernel.params) {
            if matches!(param.kind, ParamKind::Buffer(_)) {
                let address = self.global_address(&format!("{}_addr", ident(param)));
                self.buffers.insert(ParamId(index), address);
            }
        }
        if self.layout.bytes > 0 {
            let start = self.new_reg(Class::B32);
            self.push(Inst::new("mov", &[Ty::U32], [start.into(), Operand::Name(SHARED.to_owned())]));
            self.shared_base = Some(start);
        }
        if uses_subgroups(kernel) {
            self.start_warp();
        }
        if kernel.shared.iter().any(|array| array.zeroed) {
            self.zero_shared();
        }
    }

    fn global_address(&mut self, param: &str) -> Reg {
        let generic = self.put("ld.param", Ty::U64, &[Operand::AtName(param.to_owned(), 0)]);
        let to = self.new_reg(Class::B64);
        self.push(Inst::new("cvta.to.global", &[Ty::U64], [to.into(), generic]));
        to
    }

    /// All invocations together write 16 bytes each, round by round.
    fn zero_shared(&mut self) {
        let kernel = self.kernel;
        let stride: u32 = kernel.workgroup.iter().product::<u32>().saturating_mul(16);
        let local = self.local_index();
        let first = self.put("shl", Ty::B32, &[local, Operand::word(4)]);
        let zero = Operand::Reg(self.reg(&Operand::word(0)));
        let zeros = Operand::Vector(vec![zero; 4]);
        for (index, array) in (0..).zip(&kernel.shared).filter(|(_, array)| array.zeroed) {
            let start = self.layout.offset(crate::ir::SharedId(index));
            let end = Operand::word(array_bytes(array.elem, array.len));
            self.comment(format!("{} = 0", array.name));
            let at = self.new_reg(Class::B32);
            let [top, done] = ["zero", "zeroed"].map(|what| self.new_label(what));
            self.mov(at, &first);
            self.label(&top);
            let past = self.compare("ge", Ty::U32, &at.into(), &end);
            self.push(Inst::new("bra", &[], [Operand::Name(done.clone())]).guarded(past, true));
            let address = self.shared_start();
            let address = self.put("add", Ty::U32, &[address, at.into()]);
            let address = Operand::At(self.reg(&address), i64::from(start));
            self.push(Inst::new("st.shared.v4", &[Ty::B32], [address, zeros.clone()]));
            self.push(Inst::new("add", &[Ty::U32], [at.into(), at.into(), Operand::word(stride)]));
            self.push(Inst::new("bra", &[], [Operand::Name(top)]));
            self.label(&done);
        }
        self.push(Inst::new("bar.sync", &[], [Operand::word(0)]));
    }

    /// A scalar parameter.
    pub(super) fn param(&mut self, id: ParamId) -> Result<Operand, EmitError> {
        let param = &self.kernel[id];
        let ParamKind::Scalar(scalar) = param.kind else {
            return Err(self.internal(format!("parameter {} is no scalar", param.name)));
        };
        let low = self.word(&word_name(self.kernel, Word::Scalar { param: id.0, part: 0 }));
        Ok(match scalar {
            Scalar::I64 | Scalar::U64 => {
                let high = self.word(&word_name(self.kernel, Word::Scalar { param: id.0, part: 1 }));
                self.join_words(&[low, high])
            }
            Scalar::F16 | Scalar::Bf16 => self.low_half(Class::of(scalar), low),
            Scalar::Bool => self.convert(Scalar::U32, Scalar::Bool, &low),
            Scalar::F32 => self.as_class(&low, Class::F32),
            Scalar::U8 | Scalar::I8 => self.convert(Scalar::U32, scalar, &low),
            Scalar::U32 | Scalar::I32 => low,
        })
    }

    fn low_half(&mut self, class: Class, word: Operand) -> Operand {
        let [low, high] = [class; 2].map(|class| self.new_reg(class).into());
        self.push(Inst::new("mov", &[Ty::B32], [Operand::Vector(vec![Operand::clone(&low), high]), word]));
        low
    }

    /// The length of a buffer parameter.
    pub(super) fn len(&mut self, id: ParamId) -> Operand {
        self.word(&word_name(self.kernel, Word::Len { param: id.0 }))
    }

    pub(super) fn launch_id(&mut self) -> Operand {
        self.word(&word_name(self.kernel, Word::LaunchId))
    }

    /// The address of the fault record.
    pub(super) fn fault_record(&mut self) -> Result<Reg, EmitError> {
        if !self.setting.faults {
            return Err(self.internal("a fault in an instance that reports none"));
        }
        Ok(self.global_address(FAULT_RECORD))
    }

    fn word(&mut self, name: &str) -> Operand {
        self.put("ld.param", Ty::U32, &[Operand::AtName(name.to_owned(), 0)])
    }

    pub(super) fn special(&mut self, name: &str) -> Operand {
        self.put("mov", Ty::U32, &[Operand::Name(name.to_owned())])
    }

    /// The invocation's flat place in its workgroup.
    pub(super) fn local_index(&mut self) -> Operand {
        let [x, y, z] = self.kernel.workgroup;
        let mut index = self.special("%tid.x");
        for (axis, n, before) in [("%tid.y", y, x), ("%tid.z", z, x.saturating_mul(y))] {
            if n > 1 {
                let id = self.special(axis);
                index = self.put("mad.lo", Ty::U32, &[id, Operand::word(before), index]);
            }
        }
        index
    }

    /// The flat index of the workgroup.
    pub(super) fn group_index(&mut self) -> Operand {
        if self.kernel.grid_1d {
            return self.special("%ctaid.x");
        }
        let [x, y, z] = ["%ctaid.x", "%ctaid.y", "%ctaid.z"].map(|name| self.special(name));
        let [nx, ny] = ["%nctaid.x", "%nctaid.y"].map(|name| self.special(name));
        let rows = self.put("mad.lo", Ty::U32, &[z, ny, y]);
        self.put("mad.lo", Ty::U32, &[rows, nx, x])
    }

    /// The module's text, once all lines are written.
    pub(super) fn module(&self, entry: &str) -> Result<String, std::fmt::Error> {
        let mut out = String::new();
        let [major, minor] = self.level.ptx_version();
        writeln!(out, ".version {major}.{minor}\n.target {}\n.address_size 64\n", self.level.target())?;
        for (number, name) in &self.files {
            writeln!(out, ".file {number} \"{name}\"")?;
        }
        if self.layout.is_dynamic() {
            writeln!(out, ".extern .shared .align 16 .b8 {SHARED}[];")?;
        }
        if self.uses_rem {
            writeln!(out, "{REM_FLOAT}")?;
        }
        let params = params(self.kernel, self.setting.faults);
        writeln!(out, ".visible .entry {entry}(\n    {}\n)", params.join(",\n    "))?;
        let [x, y, z] = self.kernel.workgroup;
        writeln!(out, ".reqntid {x}, {y}, {z}")?;
        let hints = self.kernel.hints;
        for (directive, hint) in [(".maxnreg", hints.max_registers), (".minnctapersm", hints.min_groups)] {
            hint.map_or(Ok(()), |n| writeln!(out, "{directive} {n}"))?;
        }
        writeln!(out, "{{")?;
        self.declarations(&mut out)?;
        for line in &self.lines {
            writeln!(out, "{line}")?;
        }
        writeln!(out, "    ret;\n}}")?;
        Ok(out)
    }

    fn declarations(&self, out: &mut String) -> std::fmt::Result {
        for class in Class::ALL {
            let (ty, prefix) = class.names();
            match self.n_regs(class) {
                0 => {}
                n => writeln!(out, "    .reg .{ty} {prefix}<{}>;", n + 1)?,
            }
        }
        if self.layout.bytes > 0 && !self.layout.is_dynamic() {
            writeln!(out, "    .shared .align 16 .b8 {SHARED}[{}];", self.layout.bytes)?;
        }
        for (index, slot) in (0..).zip(&self.kernel.slots) {
            if let Some(len) = slot.len {
                let (name, bytes) = (slot_name(SlotId(index)), array_bytes(slot.ty, len));
                writeln!(out, "    .local .align 16 .b8 {name}[{bytes}]; // {}", slot.name)?;
            }
        }
        writeln!(out)
    }
}

/// The declarations of the parameters.
fn params(kernel: &Kernel, faults: bool) -> Vec<String> {
    let buffers = kernel.params.iter().filter(|p| matches!(p.kind, ParamKind::Buffer(_)));
    let addresses = buffers.map(|p| format!(".param .u64 {}_addr", ident(p)));
    let record = faults.then(|| format!(".param .u64 {FAULT_RECORD}"));
    let words = launch::words(&kernel.params.iter().map(described).collect::<Vec<_>>());
    let words = words.into_iter().skip(CUDA_SKIPPED_WORDS);
    addresses.chain(record).chain(words.map(|w| format!(".param .u32 {}", word_name(kernel, w)))).collect()
}

/// A parameter as the launch's words are counted: of a buffer nothing but that it is one matters.
fn described(param: &Param) -> KernelParam {
    let ty = match &param.kind {
        ParamKind::Scalar(scalar) => KernelParamType::Scalar(*scalar),
        ParamKind::Buffer(buffer) => {
            KernelParamType::Buffer { elem_bytes: buffer.elem.bytes(), rounds_up: false, writable: buffer.mutable }
        }
    };
    KernelParam { name: param.name.clone(), ty }
}

fn word_name(kernel: &Kernel, word: Word) -> String {
    let name = |param: u32| kernel.params.get(param as usize).map_or_else(String::new, ident);
    match word {
        Word::Groups(axis) => format!("groups_{axis}"),
        Word::LaunchId => "launch_id".to_owned(),
        Word::Scalar { param, part: 0 } => format!("{}_value", name(param)),
        Word::Scalar { param, .. } => format!("{}_high", name(param)),
        Word::Len { param } => format!("{}_len", name(param)),
    }
}

/// A parameter's name as PTX takes it: what follows it here keeps it apart from the language's own. A field of a struct
/// has a point in its name.
fn ident(param: &Param) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    param.name.chars().map(|c| if c == '.' { '$' } else { plain(c) }).collect()
}

fn uses_subgroups(kernel: &Kernel) -> bool {
    let mut found = false;
    walk::for_each_stmt(&kernel.body, &mut |kind| {
        if let StmtKind::Def(id) = kind {
            found |= matches!(kernel[*id].expr, Expr::Subgroup(..));
        }
    });
    found
}
