//! Machine code of NVIDIA's: made from PTX by a function that the caller passes, since the compiler starts no process.

use super::code::Code;
use super::instance::Form;
use crate::diag::codes::flow as codes;
use crate::diag::{Diagnostic, Diagnostics};
use std::fmt;
use std::sync::Arc;
use wgpuc_abi::{CudaCode, Target};

/// An architecture of NVIDIA's, as ptxas names it: `sm_90`, or `sm_90a`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Architecture {
    /// 90 for sm_90.
    pub sm: u32,
    /// Whether with the instructions that it alone has: sm_90a.
    pub specific: bool,
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sm_{}{}", self.sm, if self.specific { "a" } else { "" })
    }
}

/// The architectures that machine code is made for, where no others are named.
pub const ARCHITECTURES: [u32; 2] = [80, 90];

/// Machine code, as an assembler makes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MachineCode {
    /// The file.
    pub bytes: Vec<u8>,
    /// What it takes.
    pub usage: Usage,
}

/// What machine code takes of the device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Registers of one invocation.
    pub registers: u32,
    /// What moves between registers and memory for lack of registers, in bytes, stores and loads together.
    pub spill_bytes: u32,
    /// Local memory of one invocation, in bytes.
    pub stack_bytes: u32,
    /// Workgroup memory that the code holds by itself, in bytes.
    pub shared_bytes: u32,
}

/// Why there is no machine code; each with what to tell people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotAssembled {
    /// The assembler itself does not work.
    NotStarted(String),
    /// It says something against the text.
    Refused(String),
}

type Assemble = dyn Fn(&[u8], Architecture) -> Result<MachineCode, NotAssembled> + Send + Sync;

/// A function from PTX to machine code.
#[derive(Clone)]
pub struct Assembler(Arc<Assemble>);

impl Assembler {
    /// Wraps the function.
    pub fn new(
        assemble: impl Fn(&[u8], Architecture) -> Result<MachineCode, NotAssembled> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(assemble))
    }
}

impl fmt::Debug for Assembler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Assembler")
    }
}

/// Adds machine code for each architecture to the form whose PTX a device of it would take.
pub(super) fn assemble(
    forms: &mut [Form],
    architectures: &[u32],
    assembler: Option<&Assembler>,
) -> Result<(), Diagnostics> {
    let Some(assembler) = assembler else {
        let message = "machine code is made by NVIDIA's ptxas, which was not found";
        let help = "install the CUDA toolkit or the Python package nvidia-cuda-nvcc, or name the file with WGPUC_PTXAS; \
                    without it, `--target ptx` gives code that the driver assembles";
        return Err(Diagnostic::without_place(codes::TARGET_LACKS, message).help(help).into());
    };
    for sm in architectures {
        let runs = |cuda: CudaCode| if cuda.arch_specific { cuda.sm == *sm } else { cuda.sm <= *sm };
        let of_form = forms.iter_mut().find_map(|form| {
            let (ptx, cuda) = form.code(Target::Ptx).and_then(|code| Some((code.clone(), code.cuda?)))?;
            runs(cuda).then_some((form, ptx, cuda))
        });
        let Some((form, ptx, cuda)) = of_form else { continue };
        let architecture = Architecture { sm: *sm, specific: cuda.arch_specific };
        let made = (assembler.0)(&ptx.bytes, architecture).map_err(|why| match why {
            // That is no kernel's fault.
            NotAssembled::NotStarted(said) => Diagnostic::without_place(codes::TARGET_LACKS, said),
            NotAssembled::Refused(said) => {
                let message = format!("`{}` is not assembled", form.kernel.name);
                Diagnostic::new(codes::TARGET_LACKS, form.kernel.span, message).help(said)
            }
        })?;
        let cuda = CudaCode { ptx_version: [0, 0], sm: *sm, ..cuda };
        let code = Code { target: Target::Cubin, bytes: made.bytes, cuda: Some(cuda), usage: Some(made.usage), ..ptx };
        form.code.push(code);
    }
    Ok(())
}
