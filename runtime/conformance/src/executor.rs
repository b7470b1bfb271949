//! What kernels run on: the interpreter with subgroups of several sizes, and every device of this machine.

use crate::interpreter::Interpreter;
use crate::package::Package;
use std::sync::Arc;
use wgpuc_runtime::backend::Device;
use wgpuc_runtime::{Backend, Gpu, Listed};

/// Subgroup sizes of the interpreter; 0 for the forms without them.
const SUBGROUP_SIZES: [u32; 3] = [0, 4, 8];

/// Something that runs kernels.
#[derive(Clone, Debug)]
pub struct Executor {
    /// For people, and unique: `interpreter`, `cpu`, `vulkan llvmpipe`.
    pub name: String,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Interpreter {
        subgroup_size: u32,
    },
    /// With the forms of NVIDIA's devices, and so subgroups of 32.
    InterpreterSm80,
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
            all.push(Self { name, kind: Kind::Device(listed) });
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
        Self { name, kind: Kind::Interpreter { subgroup_size } }
    }

    /// The interpreter as an NVIDIA device of compute capability 8.0.
    #[must_use]
    pub fn interpreter_sm_80() -> Self {
        Self { name: "interpreter as sm_80".to_owned(), kind: Kind::InterpreterSm80 }
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
        matches!(self.kind, Kind::Interpreter { .. } | Kind::InterpreterSm80)
    }

    /// Whether floats are IEEE's there, as the interpreter has them, for every operation.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        !matches!(&self.kind, Kind::Device(Listed { backend: Backend::Wgpu, .. }))
    }

    /// Opens it with a package's kernels.
    ///
    /// # Errors
    /// Where the device cannot be opened, or the kernels cannot run on it.
    pub fn open(&self, package: &Arc<Package>) -> Result<Gpu, String> {
        let device: Box<dyn Device> = match &self.kind {
            Kind::Interpreter { subgroup_size } => Box::new(Interpreter::new(Arc::clone(package), *subgroup_size)),
            Kind::InterpreterSm80 => Box::new(Interpreter::sm_80(Arc::clone(package))),
            Kind::Device(listed) => listed.open().map_err(|e| e.to_string())?,
        };
        Gpu::builder().device(device).kernels(package.bundle()).build().map_err(|e| e.to_string())
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
