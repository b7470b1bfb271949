//! WGSL, and through the same naga module SPIR-V, MSL and HLSL: `ir::Kernel` to [`Wgsl`].
//!
//! naga is entered here and nowhere else. The text is parsed and validated again after writing. It holds to the
//! limits that every WebGPU device grants. Nothing is optimised here, and no access is checked: passes did that.
//! The layout of bindings is `abi::launch`'s. Specification: <https://www.w3.org/TR/WGSL/>.

mod access;
mod constant;
mod convert;
mod expr;
mod function;
mod helpers;
mod interface;
mod launch;
mod limits;
mod naga_out;
mod operation;
mod rounding;
mod stmt;
#[cfg(test)]
mod tests;
mod uses;

use super::EmitError;
use crate::ir::{Feature, Kernel};

/// One kernel as WGSL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wgsl {
    /// The text as wgpu takes it. naga 30 refuses `enable subgroups;`, which browsers require; see
    /// [`Wgsl::browser_text`].
    pub text: String,
    /// The entry point: the kernel's name, changed where WGSL reserves it.
    pub entry: String,
    /// What the text uses.
    features: Vec<Feature>,
}

impl Wgsl {
    /// The text as the WGSL specification has it, for browsers: with every `enable` that it needs. `None` if it uses
    /// 64-bit integers, which only wgpu has.
    #[must_use]
    pub fn browser_text(&self) -> Option<String> {
        if self.features.contains(&Feature::Int64) {
            return None;
        }
        let enable = if self.features.contains(&Feature::Subgroups) { "enable subgroups;\n" } else { "" };
        Some(format!("{enable}{}", self.text))
    }
}

/// Writes the kernel as WGSL.
///
/// # Errors
/// If the kernel uses what WGSL or its declared features lack, exceeds a limit, or was not decomposed.
pub fn emit(kernel: &Kernel) -> Result<Wgsl, EmitError> {
    naga_out::wgsl(kernel)
}

/// Writes the kernel as SPIR-V 1.3, for Vulkan.
///
/// # Errors
/// As [`emit`].
pub fn spirv(kernel: &Kernel) -> Result<Vec<u8>, EmitError> {
    naga_out::spirv(kernel)
}

/// Writes the kernel as MSL 2.4, for Metal.
///
/// # Errors
/// As [`emit`].
pub fn msl(kernel: &Kernel) -> Result<String, EmitError> {
    naga_out::msl(kernel)
}

/// Writes the kernel as HLSL for shader model 6.6, for Direct3D 12.
///
/// # Errors
/// As [`emit`].
pub fn hlsl(kernel: &Kernel) -> Result<String, EmitError> {
    naga_out::hlsl(kernel)
}
