//! The interface `wasi:gpu/compute@0.1.0`.
//!
//! Bytes are not copied on the way: a write borrows the guest's list, a read fills the guest's list in place. In:
//! calls of a component. Out: calls of its [`crate::Guest`].

use super::COMPUTE;
use super::raw::{Read, ReadReply};
use crate::{GpuError, GpuView};
use wasmtime::component::{ComponentType, Lift, Linker, Lower, WasmList, flags};
use wasmtime::{Result, StoreContextMut};

flags! {
    BufferUsage {
        #[component(name = "map-read")]
        const MAP_READ;
        #[component(name = "map-write")]
        const MAP_WRITE;
        #[component(name = "copy-src")]
        const COPY_SRC;
        #[component(name = "copy-dst")]
        const COPY_DST;
        #[component(name = "uniform")]
        const UNIFORM;
        #[component(name = "storage")]
        const STORAGE;
    }
}

#[derive(Clone, Debug, ComponentType, Lift, Lower)]
#[component(record)]
struct DeviceInfo {
    name: String,
    backend: String,
    #[component(name = "total-memory")]
    total_memory: u64,
    #[component(name = "is-hardware")]
    is_hardware: bool,
    #[component(name = "compute-capability")]
    compute_capability: String,
}

/// Adds the interface's functions.
pub(super) fn add_to_linker<T: GpuView>(linker: &mut Linker<T>) -> Result<()> {
    let mut compute = linker.instance(COMPUTE)?;
    compute.func_wrap("get-device-info", |mut store: StoreContextMut<'_, T>, (): ()| Ok((device_info(&mut store),)))?;
    compute.func_wrap("buffer-create", |mut store: StoreContextMut<'_, T>, (size, usage): (u64, BufferUsage)| {
        let storage = usage.contains(BufferUsage::STORAGE);
        Ok((store.data_mut().gpu().lock().and_then(|mut guest| guest.buffer_create(size, storage)),))
    })?;
    compute.func_wrap("buffer-write", buffer_write::<T>)?;
    compute.func_wrap("buffer-read", buffer_read::<T>)?;
    compute.func_wrap("buffer-copy", buffer_copy::<T>)?;
    compute.func_wrap("buffer-destroy", |mut store: StoreContextMut<'_, T>, (buffer,): (u32,)| {
        Ok((store.data_mut().gpu().lock().and_then(|mut guest| guest.buffer_destroy(buffer)),))
    })?;
    compute.func_wrap("sync", |mut store: StoreContextMut<'_, T>, (): ()| {
        if let Ok(mut guest) = store.data_mut().gpu().lock() {
            guest.sync();
        }
        Ok(())
    })
}

fn device_info<T: GpuView>(store: &mut StoreContextMut<'_, T>) -> DeviceInfo {
    let info = store.data_mut().gpu().lock().map(|guest| guest.device_info().clone());
    let info = info.unwrap_or_else(|_| crate::backend::DeviceInfo {
        name: "lost".into(),
        backend: "none".into(),
        total_memory: 0,
        is_hardware: false,
        compute_capability: String::new(),
    });
    DeviceInfo {
        name: info.name,
        backend: info.backend,
        total_memory: info.total_memory,
        is_hardware: info.is_hardware,
        compute_capability: info.compute_capability,
    }
}

type Done = (Result<(), GpuError>,);

fn buffer_write<T: GpuView>(
    mut store: StoreContextMut<'_, T>,
    (buffer, offset, data): (u32, u64, WasmList<u8>),
) -> Result<Done> {
    // A handle of its own, since the list borrows the store.
    let gpu = store.data_mut().gpu().clone();
    let data = data.as_le_slice(&store);
    Ok((gpu.lock().and_then(|mut guest| guest.buffer_write(buffer, offset, data)),))
}

fn buffer_read<T: GpuView>(
    mut store: StoreContextMut<'_, T>,
    (buffer, offset, size): (u32, u64, u32),
) -> Result<(ReadReply,)> {
    let gpu = store.data_mut().gpu().clone();
    // Checked before the guest makes room for the bytes, so that a bad size asks for none.
    let checked = gpu.lock().and_then(|mut guest| guest.check_read(buffer, offset, size.into()));
    Ok((ReadReply(checked.map(|()| Read { gpu, buffer, offset, size })),))
}

fn buffer_copy<T: GpuView>(
    mut store: StoreContextMut<'_, T>,
    (src, src_offset, dst, dst_offset, size): (u32, u64, u32, u64, u64),
) -> Result<Done> {
    let mut guest = match store.data_mut().gpu().lock() {
        Ok(guest) => guest,
        Err(error) => return Ok((Err(error),)),
    };
    Ok((guest.buffer_copy((src, src_offset), (dst, dst_offset), size),))
}
