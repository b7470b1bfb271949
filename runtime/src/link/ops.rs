//! The interfaces of bundles: each op of a Manifest becomes a function of the linker. No op is known by name.
//!
//! In: calls of a component. Out: their parameters as words, for the executor.

use super::raw::{MAX_WORDS, Words};
use crate::gpu::Shared;
use crate::{GpuCtx, GpuError, GpuView};
use std::sync::Arc;
use wasmtime::component::{Linker, LinkerInstance, Type, Val};
use wasmtime::{Result, StoreContextMut, bail};

/// Which op a function stands for.
#[derive(Clone)]
struct Target {
    gpu: Arc<Shared>,
    program: usize,
    op: usize,
}

/// Adds all ops of all programs.
pub(super) fn add_to_linker<T: GpuView>(gpu: &Arc<Shared>, linker: &mut Linker<T>) -> Result<()> {
    for (p, program) in gpu.programs.iter().enumerate() {
        let mut instance = linker.instance(&program.interface)?;
        for (o, op) in program.ops.iter().enumerate() {
            let target = Target { gpu: Arc::clone(gpu), program: p, op: o };
            add_op(&mut instance, &op.name, op.n_words, target)?;
        }
    }
    Ok(())
}

fn add_op<T: GpuView>(linker: &mut LinkerInstance<'_, T>, name: &str, n_words: usize, target: Target) -> Result<()> {
    macro_rules! by_len {
        ($($n:literal)*) => {
            match n_words {
                $($n => add_words::<T, $n>(linker, name, target),)*
                _ => add_values(linker, name, target),
            }
        };
    }
    const _: () = assert!(MAX_WORDS == 16);
    by_len!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)
}

/// The fast way: parameters as the canonical ABI passes them.
fn add_words<T: GpuView, const N: usize>(linker: &mut LinkerInstance<'_, T>, name: &str, target: Target) -> Result<()> {
    linker.func_wrap(name, move |mut store: StoreContextMut<'_, T>, words: Words<N>| {
        Ok((target.call(store.data_mut().gpu(), &words.0)?,))
    })
}

/// The way for more parameters than fit: through wasmtime's dynamic values.
fn add_values<T: GpuView>(linker: &mut LinkerInstance<'_, T>, name: &str, target: Target) -> Result<()> {
    linker.func_new(name, move |mut store: StoreContextMut<'_, T>, ty, params, results| {
        let mut words = Vec::new();
        for (value, (_, ty)) in params.iter().zip(ty.params()) {
            flatten(value, &ty, &mut words)?;
        }
        let result = target.call(store.data_mut().gpu(), &words)?;
        if let Some(place) = results.first_mut() {
            *place = Val::Result(result.map(|()| None).map_err(|error| Some(Box::new(error_value(error)))));
        }
        Ok(())
    })
}

impl Target {
    fn call(&self, ctx: &GpuCtx, words: &[u64]) -> Result<Result<(), GpuError>> {
        let mut guest = match ctx.lock() {
            Ok(guest) => guest,
            Err(error) => return Ok(Err(error)),
        };
        if !guest.is_of(&self.gpu) {
            bail!("the store's `GpuCtx` comes from another `Gpu` than the one that was linked");
        }
        Ok(guest.call_index(self.program, self.op, words))
    }
}

fn flatten(value: &Val, ty: &Type, words: &mut Vec<u64>) -> Result<()> {
    match (value, ty) {
        (Val::Bool(b), _) => words.push(u64::from(*b)),
        (Val::S8(i), _) => words.push(*i as u64),
        (Val::U8(i), _) => words.push(u64::from(*i)),
        (Val::S32(i), _) => words.push(*i as u64),
        (Val::U32(i), _) => words.push(u64::from(*i)),
        (Val::S64(i), _) => words.push(*i as u64),
        (Val::U64(i), _) => words.push(*i),
        (Val::Float32(f), _) => words.push(u64::from(f.to_bits())),
        (Val::Enum(case), Type::Enum(ty)) => {
            words.push(ty.names().position(|name| name == case).map_or(u64::MAX, |i| i as u64));
        }
        (Val::Record(fields), Type::Record(ty)) => {
            for ((_, value), field) in fields.iter().zip(ty.fields()) {
                flatten(value, &field.ty, words)?;
            }
        }
        (Val::Option(None), Type::Option(_)) => words.extend([0, 0]),
        (Val::Option(Some(value)), Type::Option(ty)) => {
            words.push(1);
            flatten(value, &ty.ty(), words)?;
        }
        _ => bail!("ops take numbers, enums, records of these, and buffers"),
    }
    Ok(())
}

fn error_value(error: GpuError) -> Val {
    let (case, text) = match error {
        GpuError::OutOfMemory => ("out-of-memory", None),
        GpuError::InvalidBuffer => ("invalid-buffer", None),
        GpuError::KernelError(text) => ("kernel-error", Some(text)),
        GpuError::DeviceUnavailable => ("device-unavailable", None),
        GpuError::InvalidParams(text) => ("invalid-params", Some(text)),
    };
    Val::Variant(case.into(), text.map(|text| Box::new(Val::String(text))))
}
