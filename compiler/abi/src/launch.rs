//! How a launch lies in memory: the same words on every target.
//!
//! A launch passes one block of 32-bit words, the same for every target: a header of [`HEADER_WORDS`], then each
//! scalar parameter in order (64-bit ones take two words, low first; bools are 0 or 1; f16 sits in the low half),
//! then the length of each buffer parameter in order, in elements as the kernel sees them.
//!
//! - WGSL: group 0; binding 0 is the block as a uniform, padded to 16 bytes; binding 1 the fault record, where the
//!   instance has one; binding `2 + i` buffer parameter `i`, counting buffers only.
//! - CPU: the module imports the shared memory `wgpuc.memory` and exports
//!   `run(block: i32, first_group: i32, n_groups: i32, arena: i32)`, which runs the workgroups of flat index
//!   `first_group ..`, x fastest. `block` is the byte address of the words, followed by the address of the fault
//!   record and the address of each buffer; `arena` that of the worker's own `arena_bytes`, 16-byte aligned. All of
//!   these addresses are at least [`CPU_LOWEST_ADDRESS`]. Modules use relaxed SIMD, and need its deterministic
//!   profile, in which `relaxed_madd` is rounded once.
//!
//! - CUDA: one parameter for each buffer (its device address, u64, in order), then, where the instance has one, the
//!   address of the fault record (u64), then one u32 parameter for each of the block's words but the first three: the
//!   grid is the hardware's. So the parameters lie packed, as `CU_LAUNCH_PARAM_BUFFER_POINTER` takes them: see
//!   [`cuda_params`].
//!
//! Buffers start at 16-byte boundaries and are padded to 16 bytes, so that a kernel may see `n` floats as
//! `ceil(n / 4)` vectors. A kernel must leave the lanes past the end as they were.
//!
//! A grid of one axis with more than [`MAX_GROUPS_PER_AXIS`] workgroups is folded into x and y on WGSL; kernels
//! read their workgroup's number through [`Word::Groups`] and leave if it is past the end.

use crate::{KernelParam, KernelParamType, Scalar};

/// The most workgroups of one axis that every WebGPU device dispatches.
pub const MAX_GROUPS_PER_AXIS: u32 = 65_535;

/// No address that a CPU module is given lies below this one, so that modules may fold constants up to it into the
/// offsets of loads and stores, whatever wraps before.
pub const CPU_LOWEST_ADDRESS: u32 = 65_536;

/// Words before the scalars: workgroups in x, y and z, and the launch's number.
pub const HEADER_WORDS: u32 = 4;

/// One word of a launch's block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// Workgroups along an axis: 0, 1 or 2.
    Groups(u32),
    /// The launch's number, never 0, which a fault repeats.
    LaunchId,
    /// Part of a scalar parameter: 0, or 1 for the high half of 64 bits.
    Scalar {
        /// Index of the kernel's parameter.
        param: u32,
        /// Which half.
        part: u32,
    },
    /// The length of a buffer parameter, in elements.
    Len {
        /// Index of the kernel's parameter.
        param: u32,
    },
}

/// Words of the block that CUDA code is not passed: the grid.
pub const CUDA_SKIPPED_WORDS: usize = 3;

/// The parameters of a CUDA launch, packed: addresses of the buffers, of the fault record if any, then the words.
pub fn cuda_params(buffers: impl IntoIterator<Item = u64>, fault: Option<u64>, words: &[u32], out: &mut Vec<u8>) {
    out.clear();
    for address in buffers.into_iter().chain(fault) {
        out.extend_from_slice(&address.to_le_bytes());
    }
    for word in words.iter().skip(CUDA_SKIPPED_WORDS) {
        out.extend_from_slice(&word.to_le_bytes());
    }
}

/// The words of a launch of a kernel with these parameters, in order.
#[must_use]
pub fn words(params: &[KernelParam]) -> Vec<Word> {
    let mut words = vec![Word::Groups(0), Word::Groups(1), Word::Groups(2), Word::LaunchId];
    for (param, p) in (0..).zip(params) {
        if let KernelParamType::Scalar(scalar) = p.ty {
            let parts = if matches!(scalar, Scalar::I64 | Scalar::U64) { 2 } else { 1 };
            words.extend((0..parts).map(|part| Word::Scalar { param, part }));
        }
    }
    for (param, p) in (0..).zip(params) {
        if matches!(p.ty, KernelParamType::Buffer { .. }) {
            words.push(Word::Len { param });
        }
    }
    words
}
