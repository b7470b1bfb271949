//! One call of an op with everything that it is given, and what comes of it.

use crate::fill::Fill;
use crate::machine::Machine;
use crate::value::{Layout, Number};
use std::fmt::{self, Write as _};
use wgpuc_abi::{Interface, Op, OpParam, OpParamType, Scalar, ValueType};
use wgpuc_runtime::GpuError;

/// A call of an op.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Call {
    /// The op.
    pub(crate) op: Op,
    /// One for each of its parameters.
    pub(crate) args: Vec<Arg>,
}

/// What a call passes for one parameter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Arg {
    /// The numbers of a value (one), or of a record's fields.
    Numbers(Vec<Number>),
    /// A buffer of its own.
    Buffer {
        /// Elements.
        len: u64,
        /// What it holds before.
        fill: Fill,
    },
    /// The buffer of another parameter, by its place.
    Same(usize),
    /// No buffer, where that is allowed.
    Absent,
}

impl Arg {
    /// The elements of a buffer of its own.
    #[must_use]
    pub(crate) const fn len(&self) -> Option<u64> {
        match self {
            Self::Buffer { len, .. } => Some(*len),
            _ => None,
        }
    }
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ending {
    /// It was refused, and nothing ran.
    Refused(String),
    /// It did not run: the interpreter finds no meaning in it, or the device refuses its code.
    Broken(String),
    /// A kernel reported a fault.
    Fault(String),
    /// The bytes of each parameter's buffer; of none where it has no buffer of its own.
    Done(Vec<Vec<u8>>),
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(why) => write!(f, "was refused: {why}"),
            Self::Broken(why) => write!(f, "did not run: {why}"),
            Self::Fault(why) => write!(f, "met a fault: {why}"),
            Self::Done(_) => f.write_str("ended well"),
        }
    }
}

impl Call {
    /// Makes the call.
    ///
    /// # Errors
    /// Where the device is lost or full.
    pub(crate) fn run(&self, machine: &mut Machine, interface: &Interface) -> Result<Ending, GpuError> {
        let mut handles = vec![0; self.args.len()];
        for (index, (param, arg)) in self.op.params.iter().zip(&self.args).enumerate() {
            if let (Some(layout), Arg::Buffer { len, fill }) = (layout(param, interface), arg) {
                let bytes = fill.bytes(&layout, usize::try_from(*len).map_err(|_| GpuError::OutOfMemory)?);
                handles[index] = machine.guest.buffer_create(bytes.len().max(1) as u64, true)?;
                machine.guest.buffer_write(handles[index], 0, &bytes)?;
            }
        }
        let ending = self.call(machine, interface, &handles);
        for (handle, arg) in handles.iter().zip(&self.args) {
            if matches!(arg, Arg::Buffer { .. }) {
                machine.guest.buffer_destroy(*handle)?;
            }
        }
        ending
    }

    fn call(&self, machine: &mut Machine, interface: &Interface, handles: &[u32]) -> Result<Ending, GpuError> {
        match machine.guest.call(self.op.name.kebab(), &self.words(handles)) {
            Ok(()) => {}
            Err(GpuError::InvalidParams(why)) => return Ok(Ending::Refused(why)),
            Err(GpuError::KernelError(why)) => return Ok(Ending::Broken(why)),
            Err(error) => return Err(error),
        }
        let mut contents = vec![];
        for ((param, arg), handle) in self.op.params.iter().zip(&self.args).zip(handles) {
            let mut bytes = vec![];
            if let (Some(layout), Arg::Buffer { len, .. }) = (layout(param, interface), arg) {
                bytes.resize(*len as usize * layout.bytes, 0);
                match machine.guest.buffer_read(*handle, 0, &mut bytes) {
                    Ok(()) => {}
                    Err(GpuError::KernelError(why)) => return Ok(Ending::Fault(why)),
                    Err(error) => return Err(error),
                }
            }
            contents.push(bytes);
        }
        Ok(Ending::Done(contents))
    }

    /// Every number that it passes, by name, as a case file says it.
    #[must_use]
    pub(crate) fn numbers(&self, interface: &Interface) -> Vec<(String, String)> {
        let mut all = vec![];
        for (param, arg) in self.op.params.iter().zip(&self.args) {
            let Arg::Numbers(numbers) = arg else { continue };
            let name = param.name.kebab();
            for ((field, ty), number) in fields(param, interface).into_iter().zip(numbers) {
                let name = field.map_or(name.to_owned(), |field| format!("{name}.{field}"));
                all.push((name, shown(&ty, *number, interface)));
            }
        }
        all
    }

    /// The parameters as the canonical ABI flattens them.
    fn words(&self, handles: &[u32]) -> Vec<u64> {
        let mut words = vec![];
        for (index, (param, arg)) in self.op.params.iter().zip(&self.args).enumerate() {
            let is_optional = matches!(&param.ty, OpParamType::Buffer(b) if b.optional);
            match arg {
                Arg::Numbers(numbers) => words.extend(numbers.iter().map(|n| word(*n))),
                Arg::Absent => words.extend([0, 0]),
                Arg::Buffer { .. } | Arg::Same(_) => {
                    let of = if let Arg::Same(other) = arg { *other } else { index };
                    words.extend(is_optional.then_some(1));
                    words.push(handles.get(of).copied().unwrap_or(0).into());
                }
            }
        }
        words
    }

    /// As a case file says it.
    #[must_use]
    pub(crate) fn to_toml(&self, interface: &Interface) -> String {
        let mut text = format!("[[case]]\nop = \"{}\"\n", self.op.name.kebab());
        for (name, number) in self.numbers(interface) {
            let _ = writeln!(text, "args.{name} = {number}");
        }
        for (param, arg) in self.op.params.iter().zip(&self.args) {
            let name = param.name.kebab();
            let n_lanes = layout(param, interface).map_or(1, |layout| layout.lanes.len() as u64);
            let _ = match arg {
                Arg::Buffer { len, fill: Fill::Values(values) } if values.len() as u64 == len * n_lanes => {
                    writeln!(text, "args.{name} = [{}]", Fill::listed(values))
                }
                Arg::Buffer { len, fill } => writeln!(text, "args.{name} = {{ len = {len}, {} }}", fill.to_toml()),
                Arg::Same(other) => {
                    let other = self.op.params.get(*other).map_or("", |p| p.name.kebab());
                    writeln!(text, "args.{name} = {{ same-as = \"{other}\" }}")
                }
                Arg::Numbers(_) | Arg::Absent => Ok(()),
            };
        }
        text
    }
}

/// A value's word; floats are f32's bits, as WIT has no smaller ones.
fn word(number: Number) -> u64 {
    match number {
        Number::Int(value) => value as u64,
        Number::Float(value) => u64::from((value as f32).to_bits()),
    }
}

/// The numbers that a parameter takes: a record's fields by name, or the one that it is.
#[must_use]
pub(crate) fn fields(param: &OpParam, interface: &Interface) -> Vec<(Option<String>, ValueType)> {
    match &param.ty {
        OpParamType::Value(ty) => vec![(None, ty.clone())],
        OpParamType::Record(name) => {
            let fields = interface.record(name).map_or(&[][..], |r| &r.fields);
            fields.iter().map(|f| (Some(f.name.kebab().to_owned()), f.ty.clone())).collect()
        }
        OpParamType::Buffer(_) => vec![],
    }
}

/// How a buffer parameter's elements lie; `None` for any other parameter.
#[must_use]
pub(crate) fn layout(param: &OpParam, interface: &Interface) -> Option<Layout> {
    match &param.ty {
        OpParamType::Buffer(buffer) => Some(Layout::of(&buffer.elem, interface)),
        _ => None,
    }
}

fn shown(ty: &ValueType, number: Number, interface: &Interface) -> String {
    match (ty, number) {
        (ValueType::Enum(name), Number::Int(case)) => {
            let cases = interface.enumeration(name).map_or(&[][..], |e| &e.cases);
            let case = usize::try_from(case).ok().and_then(|case| cases.get(case));
            format!("\"{}\"", case.map_or("", |c| c.name.kebab()))
        }
        (ValueType::Scalar(Scalar::Bool), Number::Int(value)) => (value != 0).to_string(),
        _ => number.to_string(),
    }
}
