//! A bundle made ready for one device: names resolved, artifacts chosen, plans checked.
//!
//! It evaluates and launches nothing. In: an [`abi::Bundle`] and what the device has. Out: a [`Program`], or what is
//! wrong with the Manifest.

use crate::backend::{Code, CodeKey, Device};
use crate::eval::WordKind;
use crate::routine::{self, Routine};
use crate::steps::{self, Step};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use wgpuc_abi::{self as abi, OpParamType, Scalar, ValueType, launch::Word};

/// What makes a Manifest unusable; no compiler of ours writes one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the manifest is malformed: {0}; build it again with `wgpuc build`")]
pub struct Malformed(pub(crate) String);

/// A bundle made ready for one device.
pub(crate) struct Program {
    pub bundle: Arc<abi::Bundle>,
    /// `wasi:gpu/ml-kernels@0.1.0`.
    pub interface: String,
    pub ops: Vec<Op>,
    kernels: Vec<Kernel>,
    /// What code the device takes, for people.
    takes: String,
    first_key: u64,
}

/// What a guest calls.
pub(crate) struct Op {
    /// `kernel-matmul`.
    pub name: String,
    /// How many words a call has: its parameters, flattened as the canonical ABI does.
    pub n_words: usize,
    pub buffers: Vec<OpBuffer>,
    /// Words that hold an enum's case, how many cases there are, and the parameter's name.
    pub enums: Vec<(usize, u64, String)>,
    pub n_slots: usize,
    pub n_scratch: usize,
    pub steps: Vec<Step>,
    /// What it computes, where libraries know it.
    pub routine: Option<Routine>,
}

/// A buffer parameter of an op.
#[derive(Clone, Debug)]
pub(crate) struct OpBuffer {
    pub name: String,
    /// Its place among the op's buffer parameters.
    pub index: usize,
    /// The word with the handle.
    pub word: usize,
    /// The word that says whether it was given, where it is optional.
    pub is_some: Option<usize>,
    pub elem_bytes: u32,
    pub may_alias: bool,
}

struct Kernel {
    words: Vec<Word>,
    /// What the device runs of each instance.
    chosen: Vec<Option<Chosen>>,
    first_instance: u64,
}

/// An artifact of an instance, by its place, and its content: found by name once, and not at each launch.
struct Chosen {
    artifact: usize,
    bytes: Cow<'static, [u8]>,
}

/// What the expressions of one op can name.
pub(crate) struct Params<'a> {
    pub features: &'a [abi::Feature],
    values: Vec<Vec<(usize, WordKind)>>,
    buffers: Vec<Option<OpBuffer>>,
    n_slots: u32,
}

impl Program {
    /// Makes a bundle ready for a device.
    pub(crate) fn new(bundle: Arc<abi::Bundle>, device: &dyn Device) -> Result<Self, Malformed> {
        static NEXT_KEY: AtomicU64 = AtomicU64::new(0);
        let manifest = &bundle.manifest;
        let mut n_instances = 0;
        let kernels = manifest.kernels.iter().map(|k| Kernel::new(k, &bundle, device, &mut n_instances)).collect();
        let ops = manifest.interface.ops().map(|op| Op::new(op, manifest, device.features()));
        let ops = ops.collect::<Result<_, _>>()?;
        let package = &manifest.package;
        Ok(Self {
            interface: format!(
                "{}:{}/{}@{}",
                package.namespace, package.name, manifest.interface.name, package.version
            ),
            ops,
            kernels,
            takes: device.takes(),
            first_key: NEXT_KEY.fetch_add(n_instances, Ordering::Relaxed),
            bundle,
        })
    }

    /// Whether any of its ops says that it is a routine.
    pub(crate) fn has_routine(&self) -> bool {
        self.ops.iter().any(|op| op.routine.is_some())
    }

    /// The layout of a kernel's launch words.
    pub(crate) fn words(&self, kernel: usize) -> &[Word] {
        self.kernels.get(kernel).map_or(&[], |k| &k.words)
    }

    /// The code of an instance, or why there is none for this device.
    pub(crate) fn code(&self, kernel: usize, instance: usize) -> Result<Code<'_>, String> {
        self.find_code(kernel, instance).ok_or_else(|| {
            let Some(instance) = self.instance(kernel, instance) else { return "there is no such kernel".to_owned() };
            let (takes, held) = (&self.takes, held(&instance.artifacts));
            format!(
                "{}: no code that this device can run: it takes {takes}, and the kernels hold {held}",
                instance.name
            )
        })
    }

    /// The code of every instance that this device can run.
    pub(crate) fn codes(&self) -> impl Iterator<Item = Code<'_>> {
        let all = self.kernels.iter().enumerate().flat_map(|(k, form)| (0..form.chosen.len()).map(move |i| (k, i)));
        all.filter_map(|(k, i)| self.find_code(k, i))
    }

    /// An instance.
    pub(crate) fn instance(&self, kernel: usize, instance: usize) -> Option<&abi::Instance> {
        self.bundle.manifest.kernels.get(kernel)?.instances.get(instance)
    }

    fn find_code(&self, kernel: usize, instance: usize) -> Option<Code<'_>> {
        let form = self.kernels.get(kernel)?;
        let chosen = form.chosen.get(instance)?.as_ref()?;
        let abi_instance = self.instance(kernel, instance)?;
        Some(Code {
            key: CodeKey(self.first_key + form.first_instance + instance as u64),
            artifact: abi_instance.artifacts.get(chosen.artifact)?,
            kernel: self.bundle.manifest.kernels.get(kernel)?,
            instance: abi_instance,
            bytes: &chosen.bytes,
        })
    }
}

impl Kernel {
    fn new(kernel: &abi::Kernel, bundle: &abi::Bundle, device: &dyn Device, n_instances: &mut u64) -> Self {
        let chosen = |instance: &abi::Instance| {
            let artifact = choose(&instance.artifacts, device)?;
            let bytes = bundle.artifacts.get(&instance.artifacts.get(artifact)?.path)?.clone();
            Some(Chosen { artifact, bytes })
        };
        let chosen: Vec<_> = kernel.instances.iter().map(chosen).collect();
        let first_instance = *n_instances;
        *n_instances += chosen.len() as u64;
        Self { words: abi::launch::words(&kernel.params), chosen, first_instance }
    }
}

impl Op {
    fn new(op: &abi::Op, manifest: &abi::Manifest, features: &[abi::Feature]) -> Result<Self, Malformed> {
        let mut this = Self {
            name: op.name.kebab().to_owned(),
            n_words: 0,
            buffers: Vec::new(),
            enums: Vec::new(),
            n_slots: op.plan.n_slots as usize,
            n_scratch: op.plan.n_scratch as usize,
            steps: Vec::new(),
            routine: None,
        };
        let mut params = Params { features, values: Vec::new(), buffers: Vec::new(), n_slots: op.plan.n_slots };
        for param in &op.params {
            let (mut values, mut buffer) = (Vec::new(), None);
            match &param.ty {
                OpParamType::Value(ty) => values.push(this.value(ty, param.name.kebab().to_owned(), manifest)?),
                OpParamType::Record(name) => {
                    let record = manifest.interface.record(name).ok_or_else(|| missing("record", name))?;
                    for field in &record.fields {
                        values.push(this.value(&field.ty, format!("{}.{}", param.name, field.name), manifest)?);
                    }
                }
                OpParamType::Buffer(b) => buffer = Some(this.buffer(param.name.kebab(), b)?),
            }
            params.values.push(values);
            params.buffers.push(buffer);
        }
        let named = |Malformed(why)| Malformed(format!("{}: {why}", op.name));
        this.steps = steps::compile(&op.plan.steps, &params, this.n_scratch, &manifest.kernels).map_err(named)?;
        this.routine = op.routine.as_ref().map(|r| routine::compile(r, &params)).transpose().map_err(named)?;
        Ok(this)
    }

    /// Adds the word of a value.
    fn value(&mut self, ty: &ValueType, name: String, m: &abi::Manifest) -> Result<(usize, WordKind), Malformed> {
        let word = self.n_words;
        self.n_words += 1;
        let kind = match ty {
            ValueType::Enum(of) => {
                let cases = &m.interface.enumeration(of).ok_or_else(|| missing("enum", of))?.cases;
                self.enums.push((word, cases.len() as u64, name));
                WordKind::Unsigned(32)
            }
            ValueType::Scalar(scalar) => match scalar {
                Scalar::Bool => WordKind::Bool,
                Scalar::I8 => WordKind::Signed(8),
                Scalar::U8 => WordKind::Unsigned(8),
                Scalar::I32 => WordKind::Signed(32),
                Scalar::U32 => WordKind::Unsigned(32),
                Scalar::I64 => WordKind::Signed(64),
                Scalar::U64 => WordKind::Unsigned(64),
                Scalar::F16 | Scalar::Bf16 | Scalar::F32 => WordKind::F32,
            },
        };
        Ok((word, kind))
    }

    /// Adds the words of a buffer.
    fn buffer(&mut self, name: &str, param: &abi::BufferParam) -> Result<OpBuffer, Malformed> {
        let is_some = param.optional.then_some(self.n_words);
        self.n_words += if param.optional { 2 } else { 1 };
        let elem_bytes = param.elem.bytes();
        if elem_bytes == 0 {
            return Err(Malformed(format!("{name} has elements of no size")));
        }
        let index = self.buffers.len();
        let buffer = OpBuffer {
            name: name.to_owned(),
            index,
            word: self.n_words - 1,
            is_some,
            elem_bytes,
            may_alias: param.may_alias,
        };
        self.buffers.push(buffer.clone());
        Ok(buffer)
    }
}

impl Params<'_> {
    /// The word of a parameter or of a record's field.
    pub(crate) fn value(&self, param: u32, field: Option<u32>) -> Result<(usize, WordKind), Malformed> {
        let values = self.values.get(param as usize);
        let value = values.and_then(|v| v.get(field.unwrap_or(0) as usize));
        value.copied().ok_or_else(|| Malformed(format!("parameter {param} has no such value")))
    }

    /// A buffer parameter.
    pub(crate) fn buffer(&self, param: u32) -> Result<&OpBuffer, Malformed> {
        let buffer = self.buffers.get(param as usize).and_then(Option::as_ref);
        buffer.ok_or_else(|| Malformed(format!("parameter {param} is no buffer")))
    }

    /// A slot.
    pub(crate) fn slot(&self, slot: u32) -> Result<usize, Malformed> {
        if slot < self.n_slots { Ok(slot as usize) } else { Err(Malformed(format!("there is no slot {slot}"))) }
    }
}

/// The first form that a device can run; as machine code, where there is that of this form.
fn choose(artifacts: &[abi::Artifact], device: &dyn Device) -> Option<usize> {
    let first = artifacts.iter().position(|a| device.runs(a))?;
    let needs = artifacts.get(first).map(|a| &a.needs);
    let is_machine_code = |a: &abi::Artifact| a.target == abi::Target::Cubin && Some(&a.needs) == needs;
    artifacts.iter().position(|a| is_machine_code(a) && device.runs(a)).or(Some(first))
}

/// Whether a device can run something of a bundle, or there is nothing to run.
pub(crate) fn has_code(manifest: &abi::Manifest, device: &dyn Device) -> bool {
    let mut artifacts = manifest.kernels.iter().flat_map(|k| &k.instances).flat_map(|i| &i.artifacts);
    manifest.kernels.is_empty() || artifacts.any(|artifact| device.runs(artifact))
}

/// What code there is, for people: `wgsl, ptx 8.0 for sm_90a, cubin for sm_80`.
pub(crate) fn held<'a>(artifacts: impl IntoIterator<Item = &'a abi::Artifact>) -> String {
    let forms: BTreeSet<String> = artifacts.into_iter().map(form).collect();
    if forms.is_empty() { "none".to_owned() } else { forms.into_iter().collect::<Vec<_>>().join(", ") }
}

fn form(artifact: &abi::Artifact) -> String {
    let target = artifact.target.name();
    match artifact.cuda {
        None => target.to_owned(),
        Some(abi::CudaCode { ptx_version: [major, minor], sm, arch_specific, .. }) => {
            let version = if artifact.target == abi::Target::Ptx { format!(" {major}.{minor}") } else { String::new() };
            format!("{target}{version} for sm_{sm}{}", if arch_specific { "a" } else { "" })
        }
    }
}

fn missing(kind: &str, name: &abi::Name) -> Malformed {
    Malformed(format!("there is no {kind} {name}"))
}
