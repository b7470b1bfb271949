//! PTX: `ir::Kernel` to [`PtxModule`], for NVIDIA's driver or ptxas to compile.
//!
//! Tables and a walk: each operation is a row that names its instruction, and every instruction's register types are
//! checked when all are written. Nothing is optimised here but addresses and products of which both halves are asked for, and
//! no access is checked: passes did that. The parameters are `abi::launch::cuda_params`'s.
//! Specification: <https://docs.nvidia.com/cuda/parallel-thread-execution/>.

mod address;
mod check;
mod convert;
mod entry;
mod inst;
mod layout;
mod memory;
mod scalar;
mod stmt;
mod subgroup;
#[cfg(test)]
mod tests;
mod writer;

use super::{EmitError, EmitErrorKind};
use crate::ir::{Feature, Kernel};
use crate::passes::uniformity;
use crate::source::Sources;
use wgpuc_abi::CudaCode;
use writer::Writer;

/// One kernel as PTX.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PtxModule {
    /// The text.
    pub text: String,
    /// The entry point: the kernel's name.
    pub entry: String,
    /// What a loader must know.
    pub cuda: CudaCode,
}

/// What the code depends on beside the kernel.
#[derive(Clone, Copy, Debug, Default)]
pub struct Setting<'s> {
    /// Whether the instance reports faults, in this form or another, and so is passed the fault record.
    pub faults: bool,
    /// The text that spans refer to, for line information.
    pub sources: Option<&'s Sources>,
}

/// The architectures that code is written for: what a form's features ask for, and no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The oldest that the newest toolkit knows.
    Sm75,
    /// Asynchronous copies, `redux.sync`.
    Sm80,
    /// 227 KiB of workgroup memory.
    Sm90,
    /// What this architecture alone has.
    Sm90a,
}

impl Level {
    /// The lowest level that has these features.
    #[must_use]
    pub fn of(features: &[Feature]) -> Self {
        let level = |feature: &Feature| match feature {
            Feature::Sm80 => Self::Sm80,
            Feature::Sm90 => Self::Sm90,
            Feature::Sm90a => Self::Sm90a,
            Feature::Subgroups | Feature::F16 | Feature::Int64 => Self::Sm75,
        };
        features.iter().map(level).max().unwrap_or(Self::Sm75)
    }

    /// The PTX version that first has it, major and minor.
    #[must_use]
    pub const fn ptx_version(self) -> [u32; 2] {
        match self {
            Self::Sm75 => [6, 3],
            Self::Sm80 => [7, 0],
            Self::Sm90 => [7, 8],
            Self::Sm90a => [8, 0],
        }
    }

    /// The architecture's number.
    #[must_use]
    pub const fn sm(self) -> u32 {
        match self {
            Self::Sm75 => 75,
            Self::Sm80 => 80,
            Self::Sm90 | Self::Sm90a => 90,
        }
    }

    /// As `.target` names it.
    fn target(self) -> String {
        format!("sm_{}{}", self.sm(), if self == Self::Sm90a { "a" } else { "" })
    }
}

/// Writes the kernel as PTX.
///
/// # Errors
/// If the kernel was not decomposed, or a subgroup operation is not reached by all invocations together.
pub fn emit(kernel: &Kernel, setting: &Setting<'_>) -> Result<PtxModule, EmitError> {
    if let Some(finding) = uniformity::check(kernel).into_iter().next() {
        return Err(EmitError::new(EmitErrorKind::Internal, kernel, finding.span, finding.message));
    }
    let mut writer = Writer::new(kernel, setting);
    writer.start();
    writer.block(&kernel.body)?;
    check::check(&writer.lines).map_err(|what| EmitError::internal(kernel, what))?;
    let text = writer.module(&kernel.name).map_err(|_| EmitError::internal(kernel, "a text that cannot be written"))?;
    let level = writer.level;
    let cuda = CudaCode {
        ptx_version: level.ptx_version(),
        sm: level.sm(),
        arch_specific: level == Level::Sm90a,
        dynamic_shared_bytes: if writer.layout.is_dynamic() { writer.layout.bytes } else { 0 },
    };
    Ok(PtxModule { text, entry: kernel.name.clone(), cuda })
}
