//! Checks one kernel instance and writes its IR, in one walk.
//!
//! Like a template instantiation: const generics and types are bound, every helper is inlined where it is called,
//! structs, tuples and arrays are split into leaves. So there is no typed tree between the syntax and the IR. Every
//! mistake is reported, not the first: an expression that failed is [`Reported`] and says nothing more.
//!
//! In: [`Program`] and [`Request`]. Out: [`ir::Kernel`], or diagnostics. It must not look at other instances, decide
//! which exist, or prove anything about barriers, races and bounds: the passes do.

pub(crate) mod arms;
mod call;
mod constant;
mod control;
mod copy;
mod core_fn;
pub(crate) mod errors;
mod expr;
mod fold;
mod generics;
mod infer;
mod kernel;
mod layout;
mod limits;
mod loops;
mod memory;
mod method;
mod operator;
mod pattern;
mod place;
mod resolve;
mod returns;
mod scope;
mod shared;
mod stmt;
#[cfg(test)]
mod tests;
mod types;
mod uncalled;
pub(crate) mod unused;
mod value;

pub use constant::{Constant, constant};
pub(crate) use method::is_core as is_core_method;
pub use uncalled::{uncalled, unknown_bounds};

use crate::diag::{Diagnostic, Diagnostics};
use crate::ir::build::Builder;
use crate::ir::{self, Feature, SlotId, ValueId};
use crate::program::{ItemId, Program, Request};
use crate::source::{FileId, Span};
use infer::{Literal, Pending, VarId, Vars};
use scope::{Frame, Local};
use std::collections::{BTreeMap, BTreeSet};
use types::Fields;

/// A kernel instance as IR.
#[derive(Clone, Debug)]
pub struct Elaborated {
    /// The code.
    pub kernel: ir::Kernel,
    /// The features that `supports!` asked for: with another answer there is another form of the instance.
    pub asked: BTreeSet<Feature>,
    /// The functions that it calls.
    pub called: BTreeSet<ItemId>,
    /// Of what all invocations must reach in the prelude's functions, the calls in the package that lead there.
    pub leading: Leading,
}

/// For places of the prelude, the calls that lead there.
pub type Leading = BTreeMap<Span, BTreeSet<Span>>;

/// Elaborates one instance in the form for devices that have `features`.
///
/// # Errors
/// All that is wrong with the kernel and the functions it calls, in the words of the source.
pub fn kernel(program: &Program, request: &Request, features: &[Feature]) -> Result<Elaborated, Diagnostics> {
    let mut elaborator = Elaborator::new(program, request.span, features);
    let done = elaborator.kernel(request);
    elaborator.settle_all();
    let Elaborator { b, asked, called, leading, mut diags, .. } = elaborator;
    if done.is_err() && diags.is_empty() {
        return Err(errors::lost(request.span).into());
    }
    let kernel = b.finish();
    if diags.is_empty() {
        diags.extend(kernel::lacking(&kernel));
    }
    diags.or(Elaborated { kernel, asked, called, leading })
}

/// A mistake that has been reported. Whoever gets it says nothing more.
#[derive(Clone, Copy, Debug)]
struct Reported;

/// A result whose error has been reported.
type Res<T> = Result<T, Reported>;

/// A kernel being elaborated.
struct Elaborator<'p> {
    program: &'p Program,
    b: Builder,
    diags: Diagnostics,
    vars: Vars,
    /// Literals whose type was not known when they were written.
    literals: BTreeMap<ValueId, (Literal, VarId)>,
    /// Checks to make once types are known.
    pending: Vec<Pending>,
    value_vars: Vec<(ValueId, VarId)>,
    slot_vars: Vec<(SlotId, VarId)>,
    /// Fields of the structs met; `None` where they are wrong.
    structs: BTreeMap<ItemId, Option<Fields>>,
    /// Structs whose fields are being looked at, each for the one before.
    open_structs: Vec<ItemId>,
    size: limits::Size,
    /// The functions being inlined, outermost first.
    frames: Vec<Frame<'p>>,
    features: Vec<Feature>,
    asked: BTreeSet<Feature>,
    /// Functions that have been inlined.
    called: BTreeSet<ItemId>,
    leading: Leading,
    /// Tables of constants that have been written, ahead of the kernel's own code, by the constant.
    tables: BTreeMap<ItemId, Local>,
    /// How many constants are being evaluated, each for the one before.
    constants: Vec<ItemId>,
    /// Whether what is elaborated must be a constant, so that overflow is a mistake.
    in_constant: u32,
    /// Variables declared without a value, by [`scope::Deferred`]; those that may not have been assigned here.
    deferred: Vec<scope::Deferred>,
    unassigned: BTreeSet<usize>,
}

impl<'p> Elaborator<'p> {
    fn new(program: &'p Program, span: Span, features: &[Feature]) -> Self {
        Self {
            program,
            b: Builder::new("", [1; 3], span),
            diags: Diagnostics::new(),
            vars: Vars::default(),
            literals: BTreeMap::new(),
            pending: vec![],
            value_vars: vec![],
            slot_vars: vec![],
            structs: BTreeMap::new(),
            open_structs: vec![],
            size: limits::Size::default(),
            frames: vec![],
            features: features.to_vec(),
            asked: BTreeSet::new(),
            called: BTreeSet::new(),
            leading: BTreeMap::new(),
            tables: BTreeMap::new(),
            constants: vec![],
            in_constant: 0,
            deferred: vec![],
            unassigned: BTreeSet::new(),
        }
    }

    /// Reports a mistake, with the calls that led to it where they matter.
    fn report(&mut self, mut diagnostic: Diagnostic) -> Reported {
        for i in (1..self.frames.len()).rev() {
            let (frame, caller) = (&self.frames[i], &self.frames[i - 1]);
            if !frame.is_call() {
                continue;
            }
            if frame.generics.is_empty() && frame.file == caller.file {
                break;
            }
            let text = format!("in `{}`, called here", self.show_instance(frame));
            diagnostic = diagnostic.label(frame.call, text);
        }
        self.diags.push(diagnostic);
        Reported
    }

    /// Notes that all invocations must reach this place; in the prelude, who leads there.
    fn reached_by_all(&mut self) {
        let mut inside = self.frames.iter().skip_while(|frame| self.program.is_own(frame.file));
        if let Some(call) = inside.next().map(|frame| frame.call) {
            self.leading.entry(self.b.span).or_default().insert(call);
        }
    }

    /// The file whose names are visible.
    fn file(&self) -> FileId {
        self.frames.last().map_or(FileId(0), |frame| frame.file)
    }

    /// Elaborates with another file's names, outside any function: for constants and types.
    fn enter_file(&mut self, file: FileId, call: Span) {
        self.frames.push(Frame::of_file(file, call));
    }

    fn leave_file(&mut self) {
        self.frames.pop();
    }
}
