//! A compiled kernel folder: what devices run, and the IR that the interpreter runs.

use crate::case;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use wgpuc_abi::{Arg, BinaryOp, Bundle, Choice, Expr, Feature, Step, UnaryOp};
use wgpuc_core::driver::{self, Failure, Form, Input, Options, Output};
use wgpuc_core::source::Span;
use wgpuc_runtime::backend::Device;

/// A kernel folder, compiled for every target.
#[derive(Debug)]
pub struct Package {
    /// What came of it, the IR of each instance included.
    pub output: Output,
    /// Where the interpreter first read workgroup memory that nothing had written, by kernel.
    unwritten: Mutex<BTreeMap<String, Span>>,
    /// By op, why the interpreter's first call was refused, as long as it has refused all of them.
    refused: Mutex<BTreeMap<String, Option<String>>>,
}

impl Package {
    /// Compiles a folder's files.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn compile(input: &Input) -> Result<Arc<Self>, Failure> {
        // Whatever the package is built for, the interpreter runs what every target takes.
        let options = Options { targets: driver::TARGETS.to_vec(), proofs: true, ..Options::default() };
        driver::compile(input, &options).map(Self::of)
    }

    /// What came of a folder that is compiled.
    #[must_use]
    pub fn of(output: Output) -> Arc<Self> {
        Arc::new(Self { output, unwritten: Mutex::default(), refused: Mutex::default() })
    }

    /// The standard kernels, whose source this program carries.
    ///
    /// # Errors
    /// Where they have errors, which the build of this program excludes.
    pub fn standard() -> Result<Arc<Self>, Failure> {
        let files = wgpuc_kernels::SOURCE.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()));
        Self::compile(&Input { folder_name: "kernels-src".to_owned(), files: files.collect() })
    }

    /// Whether an op's kernels have forms for devices with these features, beside those for all devices.
    #[must_use]
    pub fn has_form_for(&self, op: &str, features: &[Feature]) -> bool {
        self.forms(op).map(|form| &form.kernel.features).any(|needs| {
            let is_plain = |f: &Feature| matches!(f, Feature::F16 | Feature::Int64);
            !needs.iter().all(is_plain) && needs.iter().all(|f| features.contains(f))
        })
    }

    /// Whether what an op does depends on the device's features: by the forms of its kernels, or by its plan.
    pub(crate) fn depends_on_features(&self, op: &str) -> bool {
        let plan = self.output.manifest.interface.ops().find(|o| o.name.kebab() == op).map(|op| &op.plan.steps[..]);
        self.forms(op).any(|form| !form.kernel.features.is_empty()) || asks_steps(plan.unwrap_or_default())
    }

    /// Invocations of the largest workgroup of an op's kernels.
    #[must_use]
    pub fn largest_workgroup(&self, op: &str) -> u32 {
        self.forms(op).map(|form| form.kernel.workgroup.iter().product()).max().unwrap_or(1)
    }

    /// How many invocations lie along the axes of an op's workgroups, of those that have more than one axis.
    #[must_use]
    pub fn axes(&self, op: &str) -> BTreeSet<u32> {
        let along = self.forms(op).map(|form| form.kernel.workgroup.into_iter().filter(|n| *n > 1).collect::<Vec<_>>());
        along.filter(|axes| axes.len() > 1).flatten().collect()
    }

    /// Notes that a kernel has read workgroup memory that nothing had written.
    pub(crate) fn note_unwritten(&self, kernel: &str, place: Span) {
        if let Ok(mut unwritten) = self.unwritten.lock() {
            unwritten.entry(kernel.to_owned()).or_insert(place);
        }
    }

    /// Where a kernel of an op has read workgroup memory that nothing had written: file, line, and the text.
    pub(crate) fn unwritten(&self, op: &str) -> Option<String> {
        let unwritten = self.unwritten.lock().ok()?;
        let span = *self.forms(op).find_map(|form| unwritten.get(&form.kernel.name))?;
        let sources = &self.output.sources;
        let (line, column) = sources.line_column(span);
        Some(format!("`{}` ({}:{line}:{column})", sources.text(span), sources.file(span.file).name))
    }

    /// Notes how a call of an op ended: `refusal` says why it did not run.
    pub(crate) fn note_call(&self, op: &str, refusal: Option<&str>) {
        if let Ok(mut refused) = self.refused.lock() {
            let first = refused.entry(op.to_owned()).or_insert_with(|| refusal.map(str::to_owned));
            *first = first.take().filter(|_| refusal.is_some());
        }
    }

    /// The ops that were called and never ran, and why.
    #[must_use]
    pub fn never_ran(&self) -> Vec<String> {
        let refused = self.refused.lock().map(|refused| refused.clone()).unwrap_or_default();
        let never = |(op, why): (String, Option<String>)| Some((op, why?));
        let said = |(op, why)| {
            format!(
                "{op}: every call that the interpreter was asked about was refused, the first as {why}; write a case that runs"
            )
        };
        refused.into_iter().filter_map(never).map(said).collect()
    }

    /// Every form of every kernel that an op launches.
    pub fn forms(&self, op: &str) -> impl Iterator<Item = &Form> {
        let op = self.output.manifest.interface.ops().find(|o| o.name.kebab() == op);
        let kernels = op.map(|op| launched(&op.plan.steps)).unwrap_or_default();
        self.output.kernels.iter().filter(move |k| kernels.contains(&k.kernel)).flat_map(|k| &k.forms)
    }

    /// What an op does, as a number that is another where its plan, or the code of a kernel that it launches, has changed.
    #[must_use]
    pub fn digest(&self, op: &str) -> u64 {
        let manifest = &self.output.manifest;
        let op = manifest.interface.ops().find(|o| o.name.kebab() == op);
        let kernels = op.map(|op| launched(&op.plan.steps)).unwrap_or_default();
        let instances = kernels.iter().filter_map(|k| manifest.kernels.get(*k as usize)).flat_map(|k| &k.instances);
        let code: Vec<&str> = instances.flat_map(|i| &i.artifacts).map(|a| a.sha256.as_str()).collect();
        case::digest(&(op, code))
    }

    /// The ops that a device has code for.
    #[must_use]
    pub fn ops_for(&self, device: &dyn Device) -> Vec<String> {
        let ops = self.output.manifest.interface.ops().filter(|op| self.can_run(&op.plan.steps, device));
        ops.map(|op| op.name.kebab().to_owned()).collect()
    }

    /// Whether a device has code for every launch on its way.
    fn can_run(&self, steps: &[Step], device: &dyn Device) -> bool {
        steps.iter().all(|step| match step {
            Step::Launch { kernel, .. } => {
                let instances = self.output.manifest.kernels.get(*kernel as usize).map_or(&[][..], |k| &k.instances);
                instances.iter().any(|i| i.artifacts.iter().any(|a| device.runs(a)))
            }
            Step::If { cond, then, otherwise } => match decided(cond, device.features()) {
                Some(true) => self.can_run(then, device),
                Some(false) => self.can_run(otherwise, device),
                None => self.can_run(then, device) && self.can_run(otherwise, device),
            },
            _ => true,
        })
    }

    /// What a [`wgpuc_runtime::Gpu`] takes.
    #[must_use]
    pub fn bundle(&self) -> Bundle {
        let artifacts = self.output.artifacts.iter().map(|(path, bytes)| (path.clone(), Cow::Owned(bytes.clone())));
        Bundle { manifest: self.output.manifest.clone(), artifacts: artifacts.collect() }
    }
}

/// A condition's value, where the device's features alone fix it.
fn decided(cond: &Expr, features: &[Feature]) -> Option<bool> {
    match cond {
        Expr::Supports(feature) => Some(features.contains(feature)),
        Expr::Unary(UnaryOp::Not, a) => decided(a, features).map(|holds| !holds),
        Expr::Binary(op @ (BinaryOp::And | BinaryOp::Or), a, b) => {
            // What settles it by itself: false for `&&`, true for `||`.
            let settles = *op == BinaryOp::Or;
            match (decided(a, features), decided(b, features)) {
                (Some(x), _) | (_, Some(x)) if x == settles => Some(settles),
                (Some(_), Some(_)) => Some(!settles),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Whether some steps ask for the device's features.
fn asks_steps(steps: &[Step]) -> bool {
    steps.iter().any(|step| match step {
        Step::Let { value: expr, .. } | Step::Require { cond: expr, .. } | Step::Scratch { len: expr, .. } => {
            asks(expr)
        }
        Step::Launch { instance, grid, args, .. } => {
            let selectors = if let Choice::Table { selectors, .. } = instance { &selectors[..] } else { &[] };
            let scalars = args.iter().filter_map(|arg| if let Arg::Scalar(expr) = arg { Some(expr) } else { None });
            selectors.iter().chain(grid).chain(scalars).any(asks)
        }
        Step::If { cond, then, otherwise } => asks(cond) || asks_steps(then) || asks_steps(otherwise),
    })
}

fn asks(expr: &Expr) -> bool {
    match expr {
        Expr::Supports(_) => true,
        Expr::Unary(_, a) => asks(a),
        Expr::Binary(_, a, b) => asks(a) || asks(b),
        Expr::Select(a, b, c) => asks(a) || asks(b) || asks(c),
        _ => false,
    }
}

/// The kernels that some steps launch, by their index.
fn launched(steps: &[Step]) -> Vec<u32> {
    let mut kernels = vec![];
    for step in steps {
        match step {
            Step::Launch { kernel, .. } => kernels.push(*kernel),
            Step::If { then, otherwise, .. } => {
                kernels.extend(launched(then));
                kernels.extend(launched(otherwise));
            }
            _ => {}
        }
    }
    kernels
}
