//! The compiled forms of a kernel's instance, and what of a device they are for.

use serde::{Deserialize, Serialize};

/// A target that the compiler emits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// WebAssembly core modules over shared memory.
    Cpu,
    /// WGSL text.
    Wgsl,
    /// PTX text, for NVIDIA's driver to compile.
    Ptx,
    /// Machine code of one NVIDIA architecture, assembled from the PTX.
    Cubin,
}

impl Target {
    /// All targets, in the order of `--help`.
    pub const ALL: [Self; 4] = [Self::Cpu, Self::Wgsl, Self::Ptx, Self::Cubin];

    /// As `--target` names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Wgsl => "wgsl",
            Self::Ptx => "ptx",
            Self::Cubin => "cubin",
        }
    }
}

/// What a device must have for code to run on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Feature {
    /// Subgroup operations.
    Subgroups,
    /// 16-bit floats in arithmetic.
    F16,
    /// 64-bit integers.
    Int64,
    /// NVIDIA's compute capability 8.0 or higher: asynchronous copies, 99 KiB of workgroup memory.
    #[serde(rename = "sm_80")]
    Sm80,
    /// NVIDIA's compute capability 9.0 or higher: 227 KiB of workgroup memory.
    #[serde(rename = "sm_90")]
    Sm90,
    /// NVIDIA's compute capability 9.0 alone, with what no later one has.
    #[serde(rename = "sm_90a")]
    Sm90a,
}

impl Feature {
    /// All features, in the order that manifests list them.
    pub const ALL: [Self; 6] = [Self::Subgroups, Self::F16, Self::Int64, Self::Sm80, Self::Sm90, Self::Sm90a];

    /// The name in `supports!(...)` and `needs = ...`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Subgroups => "subgroups",
            Self::F16 => "f16",
            Self::Int64 => "int64",
            Self::Sm80 => "sm_80",
            Self::Sm90 => "sm_90",
            Self::Sm90a => "sm_90a",
        }
    }

    /// Whether code for CPUs has it.
    #[must_use]
    pub const fn is_cpu(self) -> bool {
        matches!(self, Self::F16 | Self::Int64)
    }

    /// Whether only NVIDIA's devices can have it, so that no other target has a form that needs it.
    #[must_use]
    pub const fn is_cuda(self) -> bool {
        matches!(self, Self::Sm80 | Self::Sm90 | Self::Sm90a)
    }
}

/// One compiled form of an instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Artifact {
    /// What kind of code it is.
    pub target: Target,
    /// What it needs of the device; empty for the base form.
    pub needs: Vec<Feature>,
    /// Its file in the bundle: `wgsl/reduce_partial_sum.wgsl`.
    pub path: String,
    /// The entry point.
    pub entry: String,
    /// The file's size.
    pub bytes: u64,
    /// The file's SHA-256, in lower-case hex.
    pub sha256: String,
    /// Only for [`Target::Cpu`]: bytes of working memory that each worker needs beside the buffers.
    pub arena_bytes: u32,
    /// Only for [`Target::Ptx`] and [`Target::Cubin`].
    pub cuda: Option<CudaCode>,
}

/// What a loader of CUDA code must know of it before it tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CudaCode {
    /// The PTX version, major and minor, that the driver must know; `[0, 0]` for machine code.
    pub ptx_version: [u32; 2],
    /// The architecture: 75 for sm_75. PTX runs on it and all later ones, machine code on it alone.
    pub sm: u32,
    /// Whether it uses instructions of that architecture alone (sm_90a).
    pub arch_specific: bool,
    /// Workgroup memory that the launch must ask for, in bytes: what lies beyond the 48 KiB that code may hold by itself
    /// is asked for as a whole; 0 where none is.
    pub dynamic_shared_bytes: u32,
}
