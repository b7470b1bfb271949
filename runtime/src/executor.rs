//! The one executor of plans.
//!
//! A call is evaluated and checked as a whole before anything is launched, so that one that fails changes nothing.
//! It knows no op by name. In: a call's words. Out: launches, or why there are none.

use crate::backend::{self, BufferKey, Code, Launch as DeviceLaunch};
use crate::buffers::Table;
use crate::eval::{self, Env, EvalError, Node, Value};
use crate::memory::{Memory, Temporary};
use crate::program::{Op, Program};
use crate::routine::Routine;
use crate::steps::{Choice, Cond, Launch, LaunchArg, Source, Step};
use crate::{GpuError, Library};
use wgpuc_abi::{BinaryOp, Scalar, launch::Word};

/// Room for one call, kept from call to call.
#[derive(Default)]
pub(crate) struct Frame {
    slots: Vec<Value>,
    bound: Vec<Option<Bound>>,
    scratch: Vec<Option<(Temporary, u64)>>,
    args: Vec<ArgValue>,
    launches: Vec<Pending>,
    words: Vec<u32>,
    keys: Vec<BufferKey>,
}

/// A buffer parameter that the call has looked at.
#[derive(Clone, Copy)]
struct Bound {
    key: BufferKey,
    bytes: u64,
}

#[derive(Clone, Copy)]
enum ArgValue {
    Scalar(u64),
    Len(u32),
}

/// A launch that is checked and waits for the rest of its call. Its words and buffers lie in the frame.
struct Pending {
    kernel: usize,
    instance: usize,
    grid: [u32; 3],
    n_words: usize,
    n_keys: usize,
}

/// Where a launch's number stands among its words.
const LAUNCH_ID_WORD: usize = 3;

struct Call<'a> {
    program: &'a Program,
    op: &'a Op,
    words: &'a [u64],
    table: &'a Table,
    memory: &'a mut Memory,
    frame: &'a mut Frame,
}

/// Runs one call of an op, and says who served it: a backend's library where `library` allows it, else the op's own
/// kernels. `number` gives each launch its number, from its kernel and instance.
///
/// # Errors
/// As the contract of the op says; nothing has changed then, unless the device itself failed.
pub(crate) fn run(
    program: &Program,
    op: &Op,
    words: &[u64],
    (table, memory, frame): (&Table, &mut Memory, &mut Frame),
    library: Library,
    number: impl FnMut(&Code<'_>, usize, usize) -> u32,
) -> Result<&'static str, GpuError> {
    if words.len() != op.n_words {
        return Err(GpuError::InvalidParams(format!("{} takes {} words, not {}", op.name, op.n_words, words.len())));
    }
    frame.slots.clear();
    frame.slots.resize(op.n_slots, Value::Bool(false));
    frame.bound.clear();
    frame.bound.resize(op.buffers.len(), None);
    frame.scratch.clear();
    frame.scratch.resize(op.n_scratch, None);
    frame.launches.clear();
    frame.words.clear();
    frame.keys.clear();
    let mut call = Call { program, op, words, table, memory, frame };
    let result = call.check().and_then(|()| match call.by_library(library)? {
        Some(name) => Ok(name),
        None => call.issue(number).map(|()| Library::Own.name()),
    });
    for (temporary, _) in call.frame.scratch.drain(..).flatten() {
        call.memory.give_back(temporary);
    }
    result
}

impl Call<'_> {
    fn check(&mut self) -> Result<(), GpuError> {
        for (word, n_cases, name) in &self.op.enums {
            let value = u64::from(self.words.get(*word).copied().unwrap_or(u64::MAX) as u32);
            if value >= *n_cases {
                return Err(self.invalid(format!("{name} is {value}, but must be below {n_cases}")));
            }
        }
        for buffer in &self.op.buffers {
            if buffer.is_some.is_none() {
                self.bind(buffer.index)?;
            }
        }
        let op = self.op;
        self.walk(&op.steps)
    }

    fn walk(&mut self, steps: &[Step]) -> Result<(), GpuError> {
        for step in steps {
            match step {
                Step::Let { slot, name, value } => {
                    let value = match value.small(self) {
                        Some(value) => Value::Int(value.into()),
                        None => value.eval(self).map_err(|e| self.failed(e, name))?,
                    };
                    if let Some(place) = self.frame.slots.get_mut(*slot) {
                        *place = value;
                    }
                }
                Step::Require { cond, text, left, right } => self.require(cond, text, left, right)?,
                Step::Scratch { id, elem_bytes, len, zeroed, taken } => {
                    let len = len.eval_int(self).map_err(|e| self.failed(e, "the length of a temporary buffer"))?;
                    let result = self.scratch(*id, *elem_bytes, len, *zeroed);
                    let Some(slot) = taken else {
                        result?;
                        continue;
                    };
                    let is_taken = match result {
                        Err(GpuError::OutOfMemory) => false,
                        other => other.map(|()| true)?,
                    };
                    if let Some(place) = self.frame.slots.get_mut(*slot) {
                        *place = Value::Bool(is_taken);
                    }
                }
                Step::Launch(launch) => self.launch(launch)?,
                Step::If { cond, then, otherwise } => {
                    let cond = cond.eval_bool(self).map_err(|e| self.failed(e, "a condition"))?;
                    self.walk(if cond { then } else { otherwise })?;
                }
            }
        }
        Ok(())
    }

    fn require(&mut self, cond: &Cond, text: &str, left: &str, right: &str) -> Result<(), GpuError> {
        match cond {
            Cond::Compare(op, a, b) => {
                let small = a.small(self).zip(b.small(self)).and_then(|(a, b)| op.compare(a, b));
                if small == Some(true) {
                    return Ok(());
                }
                let a = a.eval(self).map_err(|e| self.failed(e, left))?;
                let b = b.eval(self).map_err(|e| self.failed(e, right))?;
                match eval::binary(*op, a, b).map_err(|e| self.failed(e, text))? {
                    Value::Bool(true) => Ok(()),
                    _ => Err(self.invalid(unmet(*op, (left, a), (right, b)))),
                }
            }
            Cond::Other(cond) => match cond.eval_bool(self).map_err(|e| self.failed(e, text))? {
                true => Ok(()),
                false => Err(self.invalid(match cond {
                    Node::IsSome(word) => self.is_none(*word),
                    _ => format!("`{text}` does not hold"),
                })),
            },
        }
    }

    fn scratch(&mut self, id: usize, elem_bytes: u32, len: i128, zeroed: bool) -> Result<(), GpuError> {
        if len < 0 {
            return Err(self.invalid(format!("a temporary buffer would have {len} elements")));
        }
        let bytes =
            len.checked_mul(elem_bytes.into()).and_then(|n| u64::try_from(n).ok()).ok_or(GpuError::OutOfMemory)?;
        let temporary = self.memory.take(bytes, zeroed)?;
        if let Some(place) = self.frame.scratch.get_mut(id)
            && let Some((old, _)) = place.replace((temporary, bytes))
        {
            self.memory.give_back(old);
        }
        Ok(())
    }

    fn launch(&mut self, launch: &Launch) -> Result<(), GpuError> {
        let mut grid = [0; 3];
        for (place, (expr, axis)) in grid.iter_mut().zip(launch.grid.iter().zip(["x", "y", "z"])) {
            let what = || format!("the number of workgroups of {} in {axis}", launch.name);
            let n = expr.eval_int(self).map_err(|e| self.failed(e, &what()))?;
            *place = u32::try_from(n)
                .map_err(|_| self.invalid(format!("{} is {n}, but must be in 0 ..= {}", what(), u32::MAX)))?;
        }
        let instance = self.choose(launch)?;
        // Found now, so that a call without code for its second launch does not run its first.
        self.program.code(launch.kernel, instance).map_err(GpuError::KernelError)?;
        let (first_word, first_key) = (self.frame.words.len(), self.frame.keys.len());
        self.args(launch)?;
        // Only now: arguments that do not fit are an error of every call.
        if grid.contains(&0) {
            self.frame.keys.truncate(first_key);
            return Ok(());
        }
        let program = self.program;
        for word in program.words(launch.kernel) {
            let arg = |index: u32| self.frame.args.get(index as usize).copied();
            let value = match *word {
                Word::Groups(axis) => grid.get(axis as usize).copied().unwrap_or(1),
                Word::LaunchId => 0,
                Word::Scalar { param, part } => match arg(param) {
                    Some(ArgValue::Scalar(bits)) => (bits >> (32 * part)) as u32,
                    _ => 0,
                },
                Word::Len { param } => match arg(param) {
                    Some(ArgValue::Len(len)) => len,
                    _ => 0,
                },
            };
            self.frame.words.push(value);
        }
        let n_words = self.frame.words.len() - first_word;
        let n_keys = self.frame.keys.len() - first_key;
        self.frame.launches.push(Pending { kernel: launch.kernel, instance, grid, n_words, n_keys });
        Ok(())
    }

    fn choose(&mut self, launch: &Launch) -> Result<usize, GpuError> {
        let (selectors, cases) = match &launch.choice {
            Choice::Fixed(instance) => return Ok(*instance),
            Choice::Table { selectors, cases } => (selectors, cases),
        };
        let mut values = [0i128; 8];
        if selectors.len() > values.len() {
            return Err(GpuError::KernelError(format!("{}: too many selectors", launch.name)));
        }
        for (value, selector) in values.iter_mut().zip(selectors) {
            *value = selector.eval_int(self).map_err(|e| self.failed(e, &launch.name))?;
        }
        let values = values.get(..selectors.len()).unwrap_or(&[]);
        let agrees =
            |case: &[i64]| case.len() == values.len() && case.iter().zip(values).all(|(c, v)| i128::from(*c) == *v);
        let found = cases.iter().find(|(case, _)| agrees(case));
        found.map(|(_, instance)| *instance).ok_or_else(|| {
            GpuError::KernelError(format!("{}: {} has no instance for {values:?}", self.op.name, launch.name))
        })
    }

    /// Evaluates the arguments into the frame: scalars and lengths, and the keys of the buffers.
    fn args(&mut self, launch: &Launch) -> Result<(), GpuError> {
        self.frame.args.clear();
        for arg in &launch.args {
            let value = match arg {
                LaunchArg::Scalar { name, ty, value } => {
                    if let (Scalar::U32, Some(value)) = (ty, value.small(self).and_then(|v| u32::try_from(v).ok())) {
                        self.frame.args.push(ArgValue::Scalar(value.into()));
                        continue;
                    }
                    let value = value.eval(self).map_err(|e| self.failed(e, name))?;
                    ArgValue::Scalar(eval::to_scalar(value, *ty).map_err(|range| self.unfit(value, name, *ty, range))?)
                }
                LaunchArg::Buffer { source, elem_bytes, rounds_up } => {
                    let (key, bytes) = match *source {
                        Source::Param(index) => self.bind(index).map(|b| (b.key, b.bytes))?,
                        Source::Scratch(id) => match self.frame.scratch.get(id) {
                            Some(Some((temporary, bytes))) => (temporary.key, *bytes),
                            _ => return Err(GpuError::KernelError(format!("{} lacks a buffer", launch.name))),
                        },
                    };
                    self.frame.keys.push(key);
                    let elem_bytes = u64::from(*elem_bytes);
                    let len = if *rounds_up { bytes.div_ceil(elem_bytes) } else { bytes / elem_bytes };
                    ArgValue::Len(u32::try_from(len).unwrap_or(u32::MAX))
                }
            };
            self.frame.args.push(value);
        }
        Ok(())
    }

    /// The buffer that a parameter names, checked when first looked at.
    fn bind(&mut self, index: usize) -> Result<Bound, GpuError> {
        if let Some(Some(bound)) = self.frame.bound.get(index) {
            return Ok(*bound);
        }
        let op = self.op;
        let param = op.buffers.get(index).ok_or(GpuError::InvalidBuffer)?;
        if let Some(word) = param.is_some.filter(|word| self.word(*word) as u32 == 0) {
            return Err(self.invalid(self.is_none(word)));
        }
        let handle = self.word(param.word) as u32;
        let buffer = *self.table.get(handle)?;
        if !buffer.storage {
            return Err(self.invalid(format!(
                "{} is buffer {handle}, whose usage lacks `storage`; kernels bind only buffers that have it",
                param.name
            )));
        }
        for (other, bound) in op.buffers.iter().zip(&self.frame.bound) {
            let same = bound.is_some_and(|b| b.key == buffer.key);
            if same && !(other.may_alias && param.may_alias) {
                return Err(self.invalid(format!(
                    "{} and {} are both buffer {handle}, but must be different buffers",
                    other.name, param.name
                )));
            }
        }
        let bound = Bound { key: buffer.key, bytes: buffer.bytes };
        if let Some(place) = self.frame.bound.get_mut(index) {
            *place = Some(bound);
        }
        Ok(bound)
    }

    /// Lets a library of the backend's do the work of the launches, and says which.
    fn by_library(&mut self, library: Library) -> Result<Option<&'static str>, GpuError> {
        if library == Library::Own {
            return Ok(None);
        }
        let Some(routine) = self.routine() else { return Ok(None) };
        Ok(self.memory.session.routine(&routine, library == Library::Auto)?)
    }

    /// The op's routine with the call's arguments, where it has one that can stand for the launches.
    fn routine(&mut self) -> Option<backend::Routine> {
        let op = self.op;
        let Routine::GemmF32(gemm) = op.routine.as_ref()?;
        let [a, b, c] = gemm.buffers.map(|index| self.bind(index).ok().map(|bound| (bound.key, bound.bytes)));
        gemm.eval(self, [a?, b?, c?])
    }

    fn issue(&mut self, mut number: impl FnMut(&Code<'_>, usize, usize) -> u32) -> Result<(), GpuError> {
        let Frame { launches, words, keys, .. } = &mut *self.frame;
        let (mut words, mut keys) = (words.as_mut_slice(), keys.as_slice());
        for pending in launches.iter() {
            let code = self.program.code(pending.kernel, pending.instance).map_err(GpuError::KernelError)?;
            let id = number(&code, pending.kernel, pending.instance);
            let (block, rest) = words.split_at_mut_checked(pending.n_words).unwrap_or_default();
            words = rest;
            let (buffers, rest) = keys.split_at_checked(pending.n_keys).unwrap_or_default();
            keys = rest;
            if let Some(word) = block.get_mut(LAUNCH_ID_WORD) {
                *word = id;
            }
            let launch = DeviceLaunch { code: &code, id, grid: pending.grid, words: block, buffers };
            self.memory.session.launch(&launch)?;
        }
        Ok(())
    }

    /// What is wrong where a buffer is none; `word` says whether it is.
    fn is_none(&self, word: usize) -> String {
        let name = self.op.buffers.iter().find(|buffer| buffer.is_some == Some(word)).map_or("a buffer", |b| &*b.name);
        format!("{name} is none, but must name a buffer here")
    }

    fn invalid(&self, what: String) -> GpuError {
        GpuError::InvalidParams(format!("{}: {what}", self.op.name))
    }

    fn unfit(&self, value: Value, name: &str, ty: Scalar, (low, high): (i128, i128)) -> GpuError {
        self.invalid(format!("{name} is {}, but must be in {low} ..= {high} as a {}", Shown(value), ty.name()))
    }

    /// `what` could not be computed.
    fn failed(&self, error: EvalError, what: &str) -> GpuError {
        match error {
            EvalError::Param(error) => error,
            EvalError::DivisionByZero => self.invalid(format!("{what} divides by zero")),
            EvalError::Overflow => self.invalid(format!("{what} is beyond 128 bits")),
            EvalError::Shift => self.invalid(format!("{what} shifts by less than 0 or more than 127 bits")),
            EvalError::Logarithm => self.invalid(format!("{what} is the logarithm of less than 1")),
            EvalError::Type => GpuError::KernelError(format!("{}: {what} is of the wrong type", self.op.name)),
        }
    }
}

impl Env for Call<'_> {
    fn word(&self, index: usize) -> u64 {
        self.words.get(index).copied().unwrap_or(0)
    }

    fn slot(&self, index: usize) -> Value {
        self.frame.slots.get(index).copied().unwrap_or(Value::Bool(false))
    }

    fn len(&mut self, param: usize) -> Result<u32, EvalError> {
        let bytes = self.bind(param).map_err(EvalError::Param)?.bytes;
        let elem_bytes = self.op.buffers.get(param).map_or(1, |b| b.elem_bytes);
        Ok(u32::try_from(bytes / u64::from(elem_bytes)).unwrap_or(u32::MAX))
    }
}

/// `params.max-index is 0, but must be above 0`.
fn unmet(op: BinaryOp, (left, a): (&str, Value), (right, b): (&str, Value)) -> String {
    let bound = match op {
        BinaryOp::Eq => "be",
        BinaryOp::Ne => "not be",
        BinaryOp::Lt => "be below",
        BinaryOp::Le => "be at most",
        BinaryOp::Gt => "be above",
        _ => "be at least",
    };
    let b = Shown(b).to_string();
    // A bound that is a plain number is not said twice.
    let why = if right == b || right.is_empty() { String::new() } else { format!(" ({right})") };
    format!("{left} is {}, but must {bound} {b}{why}", Shown(a))
}

/// A value, for people.
struct Shown(Value);

impl std::fmt::Display for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Value::Int(i) => i.fmt(f),
            Value::F32(x) => x.fmt(f),
            Value::Bool(b) => b.fmt(f),
        }
    }
}
