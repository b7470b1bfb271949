//! Typed buffers over the generated interface: the one file that knows it.

use std::marker::PhantomData;

mod bindings {
    include!(env!("WASI_GPU_RS"));
}

pub use bindings::wasi::gpu::compute::GpuError;
use bindings::wasi::gpu::compute::{self, BufferUsage};
use bindings::wasi::gpu::ml_kernels as kernels;
pub use kernels::{BatchPredictParams, BootstrapParams, FindSplitParams};

/// What a buffer may hold: numbers of 4 bytes, and structs of them.
pub trait Element: Copy {
    const BYTES: usize;
    fn append_to(self, bytes: &mut Vec<u8>);
    fn from_bytes(bytes: &[u8]) -> Self;
}

macro_rules! number {
    ($type:ty) => {
        impl Element for $type {
            const BYTES: usize = size_of::<Self>();
            fn append_to(self, bytes: &mut Vec<u8>) {
                bytes.extend(self.to_le_bytes());
            }
            fn from_bytes(bytes: &[u8]) -> Self {
                let mut own = [0; size_of::<Self>()];
                own.copy_from_slice(bytes);
                Self::from_le_bytes(own)
            }
        }
    };
}
number!(f32);
number!(u32);

pub fn to_bytes<T: Element>(values: &[T]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(values.len() * T::BYTES);
    values.iter().for_each(|value| value.append_to(&mut bytes));
    bytes
}

/// A buffer on the device, freed when dropped.
pub struct Buffer<T> {
    id: u32,
    len_elems: usize,
    element: PhantomData<T>,
}

impl<T: Element> Buffer<T> {
    pub fn new(len_elems: usize) -> Result<Self, GpuError> {
        let usage = BufferUsage::STORAGE | BufferUsage::COPY_SRC | BufferUsage::COPY_DST;
        let id = compute::buffer_create((len_elems * T::BYTES) as u64, usage)?;
        Ok(Self { id, len_elems, element: PhantomData })
    }

    /// A new buffer that holds `values`.
    pub fn filled(values: &[T]) -> Result<Self, GpuError> {
        let buffer = Self::new(values.len())?;
        buffer.upload(values)?;
        Ok(buffer)
    }

    pub fn upload(&self, values: &[T]) -> Result<(), GpuError> {
        compute::buffer_write(self.id, 0, &to_bytes(values))
    }

    /// The first `len_elems` elements.
    pub fn download_first(&self, len_elems: usize) -> Result<Vec<T>, GpuError> {
        let bytes = compute::buffer_read(self.id, 0, (len_elems * T::BYTES) as u32)?;
        Ok(bytes.chunks_exact(T::BYTES).map(T::from_bytes).collect())
    }

    pub fn download(&self) -> Result<Vec<T>, GpuError> {
        self.download_first(self.len_elems)
    }

    /// Copies the first `len_elems` elements of `source` to element `at`.
    pub fn copy_from(&self, source: &Self, at: usize, len_elems: usize) -> Result<(), GpuError> {
        compute::buffer_copy(source.id, 0, self.id, (at * T::BYTES) as u64, (len_elems * T::BYTES) as u64)
    }
}

impl<T> Drop for Buffer<T> {
    fn drop(&mut self) {
        // an id that this type made is live until here, so there is no error to report
        let _ = compute::buffer_destroy(self.id);
    }
}

/// The device in one line.
pub fn device() -> String {
    let info = compute::get_device_info();
    let kind = if info.is_hardware { "hardware" } else { "software" };
    format!("{} ({}, {kind})", info.name, info.backend)
}

pub fn bootstrap_sample(params: BootstrapParams, output: &Buffer<u32>) -> Result<(), GpuError> {
    kernels::kernel_bootstrap_sample(params, output.id)
}

pub fn find_split(
    params: FindSplitParams,
    data: &Buffer<f32>,
    labels: &Buffer<f32>,
    indices: &Buffer<u32>,
    thresholds: &Buffer<f32>,
    scores: &Buffer<f32>,
) -> Result<(), GpuError> {
    kernels::kernel_find_split(params, data.id, labels.id, indices.id, thresholds.id, scores.id)
}

pub fn batch_predict<N>(
    params: BatchPredictParams,
    samples: &Buffer<f32>,
    nodes: &Buffer<N>,
    offsets: &Buffer<u32>,
    output: &Buffer<f32>,
) -> Result<(), GpuError> {
    kernels::kernel_batch_predict(params, samples.id, nodes.id, offsets.id, output.id)
}
