//! Where arrays lie in workgroup memory.

use crate::ir::{Kernel, Scalar, SharedId, Type};

/// The most that code may hold by itself; a launch asks for what is more (CUDA programming guide, "Compute
/// capabilities").
pub(super) const MAX_STATIC_BYTES: u32 = 48 << 10;

/// The name of the block that holds all arrays.
pub(super) const SHARED: &str = "workgroup_memory";

/// The arrays of a kernel in one block, each at a multiple of 16 bytes, so that vectors are one access.
pub(super) struct Layout {
    offsets: Vec<u32>,
    /// Of the whole block.
    pub(super) bytes: u32,
}

impl Layout {
    pub(super) fn of(kernel: &Kernel) -> Self {
        let mut bytes = 0u32;
        let mut offsets: Vec<u32> = vec![];
        for array in &kernel.shared {
            // A view comes after the array that it shows.
            let shown = array.view_of.and_then(|of| offsets.get(of.0 as usize).copied());
            offsets.push(shown.unwrap_or(bytes));
            if shown.is_none() {
                bytes = bytes.saturating_add(array_bytes(array.elem, array.len));
            }
        }
        Self { offsets, bytes }
    }

    /// Where an array starts.
    pub(super) fn offset(&self, id: SharedId) -> u32 {
        self.offsets.get(id.0 as usize).copied().unwrap_or(0)
    }

    /// Whether a launch has to ask for the block.
    pub(super) const fn is_dynamic(&self) -> bool {
        self.bytes > MAX_STATIC_BYTES
    }
}

/// The bytes from one element to the next in workgroup memory or in an array of an invocation.
pub(super) const fn stride_bytes(elem: Type) -> u32 {
    let lane = if matches!(elem.scalar, Scalar::Bool) { 4 } else { elem.scalar.bytes() };
    lane * elem.lanes as u32
}

/// The bytes of an array, rounded up to 16.
pub(super) fn array_bytes(elem: Type, len: u32) -> u32 {
    stride_bytes(elem).saturating_mul(len).checked_next_multiple_of(16).unwrap_or(u32::MAX)
}

/// The lanes of an element by access: first lane and how many. One access has at most 16 bytes, and three lanes lie
/// nowhere so that they are one.
pub(super) fn accesses(elem: Type) -> Vec<[u8; 2]> {
    let lanes = elem.lanes;
    let lane_bytes = stride_bytes(Type::scalar(elem.scalar));
    match lanes {
        3 => vec![[0, 1], [1, 1], [2, 1]],
        4 if lane_bytes == 8 => vec![[0, 2], [2, 2]],
        _ => vec![[0, lanes]],
    }
}
