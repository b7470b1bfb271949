//! What kernels run on: the interpreter with subgroups of several sizes, and every device of this machine.

use crate::interpreter::{Interpreter, MAX_STEPS};
use crate::machine::Traits;
use crate::package::Package;
use crate::probe;
use std::sync::Arc;
use wgpuc_abi::{Feature, Target};
use wgpuc_runtime::backend::Device;
use wgpuc_runtime::{Backend, Gpu, Library, Listed};

/// Subgroup sizes of the interpreter; 0 for the forms without them.
const SUBGROUP_SIZES: [u32; 3] = [0, 4, 8];

/// Something that runs kernels.
#[derive(Clone, Debug)]
pub struct Executor {
    /// For people, and unique: `interpreter`, `cpu`, `vulkan llvmpipe`.
    pub name: String,
    kind: Kind,
    /// What may serve ops in place of their kernels.
    library: Library,
}

#[derive(Clone, Debug)]
enum Kind {
    Interpreter(Traits),
    Device(Listed),
}

impl Executor {
    /// All that this machine has, the interpreter first.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let mut all: Vec<Self> = SUBGROUP_SIZES.map(Self::interpreter).into();
        all.push(Self::interpreter_sm_80());
        for listed in wgpuc_runtime::devices() {
            let mut name = short_name(&listed);
            let namesakes = all.iter().filter(|e| e.name == name || e.name.starts_with(&format!("{name} #"))).count();
            if namesakes > 0 {
                name = format!("{name} #{}", namesakes + 1);
            }
            all.push(Self::new(name, Kind::Device(listed)));
        }
        all
    }

    /// The interpreter with subgroups of that size; where it is 0, without them.
    #[must_use]
    pub fn interpreter(subgroup_size: u32) -> Self {
        let name = match subgroup_size {
            0 => "interpreter".to_owned(),
            size => format!("interpreter, subgroups of {size}"),
        };
        Self::new(name, Kind::Interpreter(interpreted(subgroup_size)))
    }

    /// The interpreter as an NVIDIA device of compute capability 8.0.
    #[must_use]
    pub fn interpreter_sm_80() -> Self {
        let mut traits = Traits { target: Target::Ptx, ..interpreted(32) };
        traits.features.push(Feature::Sm80);
        Self::new("interpreter as sm_80".to_owned(), Kind::Interpreter(traits))
    }

    fn new(name: String, kind: Kind) -> Self {
        Self { name, kind, library: Library::Own }
    }

    /// The same, where a library may serve ops in place of their kernels, which do unless told.
    #[must_use]
    pub fn with(self, library: Library) -> Self {
        Self { library, ..self }
    }

    /// Whether it is meant by `--backend`: a part of its name, or its backend's name.
    #[must_use]
    pub fn is_named(&self, part: &str) -> bool {
        let is_its_backend = matches!(&self.kind, Kind::Device(listed) if listed.backend.name() == part);
        is_its_backend || self.name.to_lowercase().contains(&part.to_lowercase())
    }

    /// Whether it is the interpreter, whose cases may run side by side.
    #[must_use]
    pub const fn is_interpreter(&self) -> bool {
        matches!(self.kind, Kind::Interpreter(_))
    }

    /// Whether it has something of its own to run of an op: the interpreter with features is for ops with forms for them.
    #[must_use]
    pub fn has_use_for(&self, package: &Package, op: &str) -> bool {
        match &self.kind {
            Kind::Interpreter(traits) if traits.subgroup_size > 0 => package.has_form_for(op, &traits.features),
            _ => true,
        }
    }

    /// Opens it with a package's kernels.
    ///
    /// # Errors
    /// Where the device cannot be opened.
    pub fn open(&self, package: &Arc<Package>) -> Result<Opened, String> {
        let listed = match &self.kind {
            // Another order of invocations than that of the reference.
            Kind::Interpreter(traits) => {
                return Opened::interpreter(package, traits.clone(), 1, MAX_STEPS, self.library);
            }
            Kind::Device(listed) => listed,
        };
        let device = listed.open().map_err(|e| e.to_string())?;
        let ops = package.ops_for(&*device);
        let (target, features) = (device.target(), device.features().to_vec());
        let by_library = self.library != Library::Own && device.library().is_ok();
        let mut builder = Gpu::builder().device(device).library(self.library).kernels(probe::package()?.bundle());
        if !ops.is_empty() {
            builder = builder.kernels(package.bundle());
        }
        let gpu = builder.build().map_err(|e| e.to_string())?;
        let subgroup_size = probe::subgroup_size(&gpu)?;
        // A library adds up in an order of its own.
        let is_exact = listed.backend != Backend::Wgpu && !by_library;
        Ok(Opened { gpu, ops, traits: Traits { target, features, is_exact, is_interpreter: false, subgroup_size } })
    }
}

/// The interpreter's traits: those of a device of WebGPU that has all features.
fn interpreted(subgroup_size: u32) -> Traits {
    let mut features = vec![Feature::F16, Feature::Int64];
    features.extend((subgroup_size > 0).then_some(Feature::Subgroups));
    Traits { target: Target::Wgsl, features, is_exact: true, is_interpreter: true, subgroup_size }
}

/// An executor with kernels.
#[derive(Clone)]
pub struct Opened {
    /// Gives each case memory of its own.
    pub gpu: Gpu,
    /// What results depend on.
    pub traits: Traits,
    /// The ops that it has code for.
    ops: Vec<String>,
}

impl Opened {
    /// The interpreter of what a device with these traits runs; the seed fixes the order of invocations, and a launch
    /// ends after `max_steps`.
    pub(crate) fn interpreter(
        package: &Arc<Package>,
        traits: Traits,
        seed: u32,
        max_steps: u64,
        library: Library,
    ) -> Result<Self, String> {
        let traits = Traits { is_exact: true, is_interpreter: true, ..traits };
        let device: Box<dyn Device> = Box::new(Interpreter::new(Arc::clone(package), traits.clone(), seed, max_steps));
        let ops = package.ops_for(&*device);
        let builder = Gpu::builder().device(device).library(library).kernels(package.bundle());
        let gpu = builder.build().map_err(|e| e.to_string())?;
        Ok(Self { gpu, ops, traits })
    }

    /// Whether it has code for an op.
    #[must_use]
    pub fn runs(&self, op: &str) -> bool {
        self.ops.iter().any(|name| name == op)
    }
}

/// `vulkan llvmpipe` of `llvmpipe (LLVM 19.1.7, 256 bits)`; the CPU is only `cpu`.
fn short_name(listed: &Listed) -> String {
    let api = &listed.info.backend;
    match listed.backend {
        Backend::Cpu => api.clone(),
        _ => format!("{api} {}", listed.info.name.split(" (").next().unwrap_or_default()),
    }
}
