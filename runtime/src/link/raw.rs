//! The three values that wasmtime's own types cannot carry fast enough: an op's flattened parameters, and bytes that
//! are read from the device straight into the guest's memory.
//!
//! All `unsafe` of linking is here. It implements wasmtime's `ComponentType` family, whose contract is that `Lower`
//! is as many `ValRaw`s as the checked type flattens to, and that `ABI` and `typecheck` agree with it. wasmtime has
//! no stable way to do either; the version is pinned by the workspace, and the tests run both paths.
#![allow(unsafe_code, reason = "wasmtime's lifting and lowering traits are unsafe to implement")]

use crate::{GpuCtx, GpuError};
use std::mem::MaybeUninit;
use wasmtime::component::__internal::{CanonicalAbiInfo, InstanceType, InterfaceType, LiftContext, LowerContext};
use wasmtime::component::{ComponentNamedList, ComponentType, Lift, Lower};
use wasmtime::{Result, ValRaw, bail};

/// The most parameters, flattened, that the canonical ABI passes as values.
pub(super) const MAX_WORDS: usize = 16;

/// All parameters of a call, flattened: one word each, whose unused high bits mean nothing.
pub(super) struct Words<const N: usize>(pub [u64; N]);

// SAFETY: `typecheck` accepts only lists of parameters that flatten to exactly N numbers, none of them a handle, a
// list or a string, so N `ValRaw`s are what the call holds, and any bits in them are valid for `u64`.
unsafe impl<const N: usize> ComponentType for Words<N> {
    type Lower = [ValRaw; N];

    const ABI: CanonicalAbiInfo = CanonicalAbiInfo {
        size32: 0,
        align32: 1,
        size64: 0,
        align64: 1,
        // At most `MAX_WORDS`; `as` because `try_from` is not const.
        flat_count: Some(N as u8),
    };

    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
        let InterfaceType::Tuple(tuple) = ty else { bail!("expected a list of parameters") };
        let mut n = 0;
        for ty in &types.types[*tuple].types {
            n += flat_len(ty, types)?;
        }
        if n == N { Ok(()) } else { bail!("expected parameters of {N} values, found {n}") }
    }
}

/// How many values a type of numbers flattens to.
fn flat_len(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<usize> {
    Ok(match ty {
        InterfaceType::Bool
        | InterfaceType::S8
        | InterfaceType::U8
        | InterfaceType::S16
        | InterfaceType::U16
        | InterfaceType::S32
        | InterfaceType::U32
        | InterfaceType::S64
        | InterfaceType::U64
        | InterfaceType::Float32
        | InterfaceType::Float64
        | InterfaceType::Enum(_) => 1,
        InterfaceType::Record(record) => {
            let mut n = 0;
            for field in &types.types[*record].fields {
                n += flat_len(&field.ty, types)?;
            }
            n
        }
        InterfaceType::Option(option) => 1 + flat_len(&types.types[*option].ty, types)?,
        _ => bail!("ops take numbers, enums, records of these, and buffers"),
    })
}

// SAFETY: wasmtime asks that `typecheck` treats the type as the tuple of a function's parameters; it does.
unsafe impl<const N: usize> ComponentNamedList for Words<N> {}

// SAFETY: as for `ComponentType`; nothing is lifted beyond the N values.
unsafe impl<const N: usize> Lift for Words<N> {
    fn linear_lift_from_flat(_: &mut LiftContext<'_>, _: InterfaceType, src: &Self::Lower) -> Result<Self> {
        Ok(Self(std::array::from_fn(|i| src[i].get_u64())))
    }

    fn linear_lift_from_memory(_: &mut LiftContext<'_>, _: InterfaceType, _: &[u8]) -> Result<Self> {
        bail!("at most {MAX_WORDS} parameters are passed as values")
    }
}

/// The reply to `buffer-read`: `size` bytes of `buffer` from `offset`, read once their place in the guest is known.
pub(super) struct Read {
    pub gpu: GpuCtx,
    pub buffer: u32,
    pub offset: u64,
    pub size: u32,
}

/// What goes to the guest: an error already known, or bytes still to be read.
pub(super) struct ReadReply(pub Result<Read, GpuError>);

/// A `list<u8>` that lies in the guest's memory already.
pub(super) struct Placed {
    at: usize,
    len: usize,
}

type Reply = Result<Placed, GpuError>;

// SAFETY: a `list<u8>` is a pointer and a length, checked as one.
unsafe impl ComponentType for Placed {
    type Lower = [ValRaw; 2];
    const ABI: CanonicalAbiInfo = CanonicalAbiInfo::POINTER_PAIR;

    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
        <[u8] as ComponentType>::typecheck(ty, types)
    }
}

// SAFETY: both values of `Lower` are written; `at` came from the guest's own realloc for `len` bytes.
unsafe impl Lower for Placed {
    fn linear_lower_to_flat<T>(
        &self,
        _: &mut LowerContext<'_, T>,
        _: InterfaceType,
        dst: &mut MaybeUninit<Self::Lower>,
    ) -> Result<()> {
        dst.write([ValRaw::i64(self.at as i64), ValRaw::i64(self.len as i64)]);
        Ok(())
    }

    fn linear_lower_to_memory<T>(&self, cx: &mut LowerContext<'_, T>, _: InterfaceType, offset: usize) -> Result<()> {
        *cx.get(offset) = u32::try_from(self.at)?.to_le_bytes();
        *cx.get(offset + 4) = u32::try_from(self.len)?.to_le_bytes();
        Ok(())
    }
}

// SAFETY: everything is that of `Reply`, which wasmtime derives.
unsafe impl ComponentType for ReadReply {
    type Lower = <Reply as ComponentType>::Lower;
    const ABI: CanonicalAbiInfo = <Reply as ComponentType>::ABI;

    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
        <Reply as ComponentType>::typecheck(ty, types)
    }
}

// SAFETY: the reply is lowered by `Reply`'s own implementation, once the bytes are in place.
unsafe impl Lower for ReadReply {
    fn linear_lower_to_flat<T>(
        &self,
        cx: &mut LowerContext<'_, T>,
        ty: InterfaceType,
        dst: &mut MaybeUninit<Self::Lower>,
    ) -> Result<()> {
        self.place(cx)?.linear_lower_to_flat(cx, ty, dst)
    }

    fn linear_lower_to_memory<T>(&self, cx: &mut LowerContext<'_, T>, ty: InterfaceType, offset: usize) -> Result<()> {
        self.place(cx)?.linear_lower_to_memory(cx, ty, offset)
    }
}

impl ReadReply {
    /// Takes room in the guest's memory and reads into it.
    fn place<T>(&self, cx: &mut LowerContext<'_, T>) -> Result<Reply> {
        let read = match &self.0 {
            Ok(read) => read,
            Err(error) => return Ok(Err(error.clone())),
        };
        let len = usize::try_from(read.size)?;
        let at = if len == 0 { 0 } else { cx.realloc(0, 0, 1, len)? };
        let Some(out) = cx.as_slice_mut().get_mut(at..).and_then(|rest| rest.get_mut(..len)) else {
            bail!("the guest's realloc gave no room for {len} bytes");
        };
        let done = read.gpu.lock().and_then(|mut guest| guest.buffer_read(read.buffer, read.offset, out));
        Ok(done.map(|()| Placed { at, len }))
    }
}
