//! What every WebGPU device grants, and what WGSL can hold in a buffer: checked before anything is written.
//!
//! Source: WebGPU, "Limits", the defaults (<https://www.w3.org/TR/webgpu/#limits>).

use crate::emit::{EmitError, EmitErrorKind, faults};
use crate::ir::{Buffer, Feature, Kernel, Param, ParamKind, Scalar, Shared, Type};
use crate::source::Span;

const STORAGE_BUFFERS: u32 = 8;
const SHARED_BYTES: u64 = 16_384;
const INVOCATIONS: u64 = 256;
const WORKGROUP_AXES: [u32; 3] = [256, 256, 64];

/// Says what of the kernel no WebGPU device need run.
pub(super) fn check(kernel: &Kernel) -> Result<(), EmitError> {
    workgroup(kernel)?;
    shared(kernel)?;
    let mut buffers = u32::from(faults(kernel));
    for param in &kernel.params {
        match &param.kind {
            ParamKind::Scalar(s) => scalar(kernel, *s, param.span, &format!("parameter `{}`", param.name))?,
            ParamKind::Buffer(b) => {
                buffers += 1;
                buffer(kernel, param, b)?;
            }
        }
    }
    if buffers > STORAGE_BUFFERS {
        let fault = if faults(kernel) { ", one of them the record of failed accesses" } else { "" };
        let message = format!(
            "it binds {buffers} buffers{fault}, and WebGPU grants {STORAGE_BUFFERS}; put several into one, or prove \
             the accesses with `require!` so that no record is needed"
        );
        return Err(limit(kernel, kernel.span, message));
    }
    for value in &kernel.values {
        scalar(kernel, value.ty.scalar, value.span, "a value")?;
    }
    for slot in &kernel.slots {
        scalar(kernel, slot.ty.scalar, slot.span, &format!("variable `{}`", slot.name))?;
    }
    Ok(())
}

/// The size of an array's element in WGSL, in bytes: vectors of three are padded to four.
pub(super) fn stride(ty: Type) -> u32 {
    ty.scalar.bytes() * u32::from(if ty.lanes == 3 { 4 } else { ty.lanes })
}

fn workgroup(kernel: &Kernel) -> Result<(), EmitError> {
    let [x, y, z] = kernel.workgroup;
    for ((axis, size), max) in ["x", "y", "z"].into_iter().zip(kernel.workgroup).zip(WORKGROUP_AXES) {
        if size == 0 || size > max {
            let message = format!("its workgroup is {size} along {axis}, and WebGPU grants 1 to {max}");
            return Err(limit(kernel, kernel.span, message));
        }
    }
    let invocations = u64::from(x) * u64::from(y) * u64::from(z);
    if invocations > INVOCATIONS {
        let message = format!("its workgroup has {invocations} invocations, and WebGPU grants {INVOCATIONS}");
        return Err(limit(kernel, kernel.span, message));
    }
    Ok(())
}

fn shared(kernel: &Kernel) -> Result<(), EmitError> {
    let bytes = |s: &Shared| (u64::from(stride(s.elem)) * u64::from(s.len)).next_multiple_of(16);
    for shared in &kernel.shared {
        scalar(kernel, shared.elem.scalar, shared.span, &format!("shared `{}`", shared.name))?;
    }
    let total: u64 = kernel.shared.iter().map(bytes).fold(0, u64::saturating_add);
    if total > SHARED_BYTES {
        let span = kernel.shared.iter().max_by_key(|s| bytes(s)).map_or(kernel.span, |s| s.span);
        let message = format!(
            "its shared memory takes {total} bytes, and WebGPU grants {SHARED_BYTES}; use smaller tiles, or keep \
             values in registers"
        );
        return Err(limit(kernel, span, message));
    }
    Ok(())
}

fn buffer(kernel: &Kernel, param: &Param, buffer: &Buffer) -> Result<(), EmitError> {
    let what = format!("buffer `{}`", param.name);
    scalar(kernel, buffer.elem.scalar, param.span, &what)?;
    if buffer.elem.scalar == Scalar::Bool {
        let message = format!("{what} holds bool, which has no size in a buffer; use u32");
        return Err(EmitError::new(EmitErrorKind::Unsupported, kernel, param.span, message));
    }
    Ok(())
}

fn scalar(kernel: &Kernel, scalar: Scalar, span: Span, what: &str) -> Result<(), EmitError> {
    let feature = match scalar {
        Scalar::Bool | Scalar::I32 | Scalar::U32 | Scalar::F32 => return Ok(()),
        Scalar::F16 => Feature::F16,
        Scalar::I64 | Scalar::U64 => Feature::Int64,
        Scalar::I8 | Scalar::U8 | Scalar::Bf16 => {
            let message = format!("{what} has type {}, and was not lowered", scalar.name());
            return Err(EmitError::internal(kernel, message));
        }
    };
    if kernel.features.contains(&feature) {
        return Ok(());
    }
    let message = format!(
        "{what} has type {}, which only some WebGPU devices have; write `needs = {}` on the kernel, and offer an \
         alternative without it",
        scalar.name(),
        feature.name()
    );
    Err(EmitError::new(EmitErrorKind::Unsupported, kernel, span, message))
}

fn limit(kernel: &Kernel, span: Span, message: String) -> EmitError {
    EmitError::new(EmitErrorKind::Limit, kernel, span, message)
}
