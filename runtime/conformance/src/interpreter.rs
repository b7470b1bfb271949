//! The interpreter of the IR as a device of the runtime: the same plans, executed by what defines their meaning.
//!
//! In: launches. Out: buffers and faults; a launch without meaning (a race, a divergent barrier) is an error with its place.

use crate::machine::Traits;
use crate::package::Package;
use std::sync::Arc;
use wgpuc_abi as abi;
use wgpuc_core::interp;
use wgpuc_core::ir;
use wgpuc_runtime::backend::{
    BufferKey, Cancel, Code, Device, DeviceInfo, Error, Fault, Launch, Session, SessionLimits,
};

/// Interprets the kernels of a compiled package, in the form that a device of these traits runs.
pub struct Interpreter {
    package: Arc<Package>,
    traits: Traits,
    seed: u32,
    max_steps: u64,
}

/// Steps that a launch may take unless told.
pub(crate) const MAX_STEPS: u64 = 2_000_000_000;
/// Bytes of a launch's buffers up to which each is watched for races.
const MAX_WATCHED: usize = 1 << 16;
/// In the message of a launch that took more.
pub(crate) const TOO_LONG: &str = "did not end within";

impl Interpreter {
    /// The seed fixes the order of invocations; a launch of more than `max_steps` is given up.
    #[must_use]
    pub const fn new(package: Arc<Package>, traits: Traits, seed: u32, max_steps: u64) -> Self {
        Self { package, traits, seed, max_steps }
    }
}

impl Device for Interpreter {
    fn info(&self) -> DeviceInfo {
        DeviceInfo {
            name: "interpreter".to_owned(),
            backend: "interpreter".to_owned(),
            total_memory: 1 << 30,
            is_hardware: false,
            compute_capability: String::new(),
        }
    }

    fn target(&self) -> abi::Target {
        // The IR of the form that has such code is interpreted; the code is not looked at.
        self.traits.target
    }

    fn features(&self) -> &[abi::Feature] {
        &self.traits.features
    }

    fn open(&self, _: &SessionLimits) -> Result<Box<dyn Session>, Error> {
        let subgroup_size = self.traits.subgroup_size.max(1);
        Ok(Box::new(Memory {
            package: Arc::clone(&self.package),
            subgroup_size,
            seed: self.seed,
            max_steps: self.max_steps,
            buffers: vec![],
            fault: None,
        }))
    }
}

/// Buffers as byte vectors.
struct Memory {
    package: Arc<Package>,
    subgroup_size: u32,
    seed: u32,
    max_steps: u64,
    buffers: Vec<Vec<u8>>,
    fault: Option<Fault>,
}

impl Memory {
    fn bytes(&mut self, key: BufferKey) -> &mut Vec<u8> {
        &mut self.buffers[key.0 as usize]
    }
}

impl Session for Memory {
    fn create(&mut self, bytes: u64) -> Result<BufferKey, Error> {
        self.buffers.push(vec![0; usize::try_from(bytes).map_err(|_| Error::OutOfMemory)?]);
        Ok(BufferKey(self.buffers.len() as u32 - 1))
    }

    fn destroy(&mut self, buffer: BufferKey) {
        self.bytes(buffer).clear();
    }

    fn write(&mut self, buffer: BufferKey, offset: u64, data: &[u8]) -> Result<(), Error> {
        let offset = offset as usize;
        self.bytes(buffer)[offset..offset + data.len()].copy_from_slice(data);
        Ok(())
    }

    fn read(&mut self, buffer: BufferKey, offset: u64, out: &mut [u8]) -> Result<(), Error> {
        let offset = offset as usize;
        out.copy_from_slice(&self.bytes(buffer)[offset..offset + out.len()]);
        Ok(())
    }

    fn copy(&mut self, src: BufferKey, from: u64, dst: BufferKey, to: u64, bytes: u64) -> Result<(), Error> {
        let part = self.bytes(src)[from as usize..(from + bytes) as usize].to_vec();
        self.write(dst, to, &part)
    }

    fn prepare(&mut self, code: &Code<'_>) -> Result<(), Error> {
        kernel(&self.package, code).map(|_| ())
    }

    fn launch(&mut self, launch: &Launch<'_>) -> Result<(), Error> {
        let package = Arc::clone(&self.package);
        let kernel = kernel(&package, launch.code)?;
        // Each workgroup takes a step at least.
        let groups = launch.grid.iter().try_fold(1u64, |n, axis| n.checked_mul(u64::from(*axis)));
        if groups.is_none_or(|groups| groups > self.max_steps) {
            let (name, limit) = (&kernel.name, self.max_steps);
            return Err(Error::Kernel(format!("{name}: it {TOO_LONG} {limit} steps, as it has more workgroups")));
        }
        let mut buffers: Vec<BufferKey> = launch.buffers.to_vec();
        buffers.sort_unstable();
        buffers.dedup();
        let args = args(kernel, launch, &buffers);
        let taken = buffers.iter().map(|b| std::mem::take(self.bytes(*b))).collect();
        let mut run = interp::Launch { grid: launch.grid, args, buffers: taken };
        let bytes: usize = run.buffers.iter().map(Vec::len).sum();
        let options = interp::Options {
            seed: u64::from(launch.id) | u64::from(self.seed) << 32,
            subgroup_size: self.subgroup_size,
            max_steps: self.max_steps,
            buffer_races: bytes <= MAX_WATCHED,
        };
        let outcome = interp::run(kernel, &mut run, &options);
        for (key, bytes) in buffers.iter().zip(run.buffers) {
            *self.bytes(*key) = bytes;
        }
        let outcome = outcome.map_err(|error| Error::Kernel(meaningless(&package, kernel, &error)))?;
        if let Some(place) = outcome.unwritten_read {
            package.note_unwritten(&kernel.name, place);
        }
        if self.fault.is_none() {
            self.fault = outcome.fault.map(|f| Fault {
                launch: launch.id,
                site: site(&package, kernel, f.site, launch.code.instance),
                value: f.value,
                bound: f.bound,
                group: f.group,
                invocation: f.invocation,
            });
        }
        Ok(())
    }

    fn sync(&mut self) -> Result<(), Error> {
        Ok(())
    }

    fn take_fault(&mut self) -> Result<Option<Fault>, Error> {
        Ok(self.fault.take())
    }

    fn cancel_handle(&self) -> Option<Arc<dyn Cancel>> {
        None
    }
}

/// The IR of the form that the executor of plans has chosen.
fn kernel<'p>(package: &'p Package, code: &Code<'_>) -> Result<&'p ir::Kernel, Error> {
    let mut forms = package.output.kernels.iter().flat_map(|k| &k.forms).map(|f| &f.kernel);
    let found = forms.find(|k| k.name == code.instance.name && k.features == code.artifact.needs);
    found.ok_or_else(|| Error::Kernel(format!("no IR of {}", code.instance.name)))
}

/// The instance's number of a site: the forms before the checks were made explicit have their own.
fn site(package: &Package, kernel: &ir::Kernel, site: ir::SiteId, instance: &abi::Instance) -> u32 {
    let meant = &kernel[site];
    let place = package.output.sources.line_column(meant.span);
    let same = |s: &abi::Site| s.what == meant.what && (s.line, s.column) == place;
    instance.sites.iter().position(same).map_or(u32::MAX, |at| at as u32)
}

/// What the launch did that has no meaning, with its place in the source.
fn meaningless(package: &Package, kernel: &ir::Kernel, error: &interp::Error) -> String {
    let place = |span: wgpuc_core::source::Span| {
        let (line, column) = package.output.sources.line_column(span);
        format!("{}:{line}:{column}", package.output.sources.file(span.file).name)
    };
    match error {
        interp::Error::Race { place: what, first, second } => {
            let remedy = match first.group == second.group {
                true => "put a barrier between them, or use atomic operations",
                false => "let them use different elements, or use atomic operations",
            };
            let side = |side: &interp::RaceSide| {
                let verb = if side.writes { "writes" } else { "reads" };
                format!("invocation {} of workgroup {} {verb} it at {}", side.invocation, side.group, place(side.span))
            };
            format!("{}: a race on {what}: {}, and {}; {remedy}", kernel.name, side(first), side(second))
        }
        interp::Error::Divergence { span, what, .. } => {
            format!("{}: {what} at {} is not reached by all invocations", kernel.name, place(*span))
        }
        interp::Error::Steps { span, limit } => {
            format!("{}: it {TOO_LONG} {limit} steps; it was last at {}", kernel.name, place(*span))
        }
        other => format!("{}: {other}", kernel.name),
    }
}

/// The launch's arguments: scalars and lengths out of its words, buffers by their place among `buffers`.
fn args(kernel: &ir::Kernel, launch: &Launch<'_>, buffers: &[BufferKey]) -> Vec<interp::Arg> {
    let params = &launch.code.kernel.params;
    let words = abi::launch::words(params);
    let scalar = |param: usize| {
        let mut bits = 0;
        for (word, value) in words.iter().zip(launch.words) {
            match word {
                abi::launch::Word::Scalar { param: p, part } if *p as usize == param => {
                    bits |= u64::from(*value) << (32 * part);
                }
                _ => {}
            }
        }
        bits
    };
    let len = |param: usize| {
        let is_len =
            |word: &abi::launch::Word| matches!(word, abi::launch::Word::Len { param: p } if *p as usize == param);
        words.iter().position(is_len).and_then(|at| launch.words.get(at)).copied()
    };
    let mut bound = launch.buffers.iter();
    let arg = |(index, (param, ty)): (usize, (&ir::Param, &abi::KernelParam))| match (&param.kind, &ty.ty) {
        (ir::ParamKind::Buffer(_), abi::KernelParamType::Buffer { rounds_up, .. }) => {
            let key = bound.next().copied().unwrap_or(BufferKey(0));
            let buffer = buffers.iter().position(|b| *b == key).unwrap_or(0);
            interp::Arg::Buffer { buffer, rounds_up: *rounds_up, items: len(index) }
        }
        (ir::ParamKind::Scalar(s), _) => interp::Arg::Scalar(ir::Const::scalar(*s, scalar(index))),
        (ir::ParamKind::Buffer(_), _) => interp::Arg::Scalar(ir::Const::u32(0)),
    };
    kernel.params.iter().zip(params).enumerate().map(arg).collect()
}
