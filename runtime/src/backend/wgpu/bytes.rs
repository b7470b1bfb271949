//! Byte copies by a small kernel of our own, for what lies at no 4-byte boundary.
//!
//! In: two buffers and byte ranges. Out: dispatches in a batch.

use super::Shared;
use super::batch::Batch;
use super::pipeline::{entry, storage, uniform};
use crate::backend::Error;

/// How many bytes one dispatch copies at most: well below 65 535 workgroups of 64 words.
const CHUNK: u64 = 8 << 20;
/// The size of the kernel's uniform block.
const BLOCK_BYTES: u64 = 16;

/// The kernel in `bytes.wgsl`.
pub(super) struct ByteCopy {
    pipeline: wgpu::ComputePipeline,
    layout: wgpu::BindGroupLayout,
}

/// Bytes of a buffer.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'a> {
    pub buffer: &'a wgpu::Buffer,
    pub offset: u64,
}

impl ByteCopy {
    pub(super) fn new(shared: &Shared) -> Result<Self, Error> {
        let device = &shared.device;
        shared.checked(|| {
            let module = device.create_shader_module(wgpu::include_wgsl!("bytes.wgsl"));
            let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
                label: Some("copy_bytes"),
                entries: &[entry(0, uniform(BLOCK_BYTES)), entry(1, storage(true)), entry(2, storage(false))],
            });
            let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: Some("copy_bytes"),
                bind_group_layouts: &[Some(&layout)],
                immediate_size: 0,
            });
            let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some("copy_bytes"),
                layout: Some(&pipeline_layout),
                module: &module,
                entry_point: Some("copy_bytes"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                cache: None,
            });
            Self { pipeline, layout }
        })
    }

    /// Copies `bytes` bytes between two buffers that are not the same.
    pub(super) fn copy(
        &self,
        shared: &Shared,
        batch: &mut Batch,
        src: Bytes<'_>,
        dst: Bytes<'_>,
        bytes: u64,
    ) -> Result<(), Error> {
        let mut done = 0;
        while done < bytes {
            let n = (bytes - done).min(CHUNK);
            let [from, to] = [src, dst].map(|at| Bytes { offset: at.offset + done, ..at });
            self.copy_chunk(shared, batch, from, to, n)?;
            done += n;
        }
        Ok(())
    }

    fn copy_chunk(
        &self,
        shared: &Shared,
        batch: &mut Batch,
        src: Bytes<'_>,
        dst: Bytes<'_>,
        bytes: u64,
    ) -> Result<(), Error> {
        let align = u64::from(shared.limits.min_storage_buffer_offset_alignment.max(16));
        // Windows of the buffers, so that offsets in them fit 32 bits whatever the buffers' sizes.
        let window = |at: Bytes<'_>| {
            let start = at.offset / align * align;
            let end = (at.offset + bytes).next_multiple_of(16).min(at.buffer.size());
            (start, std::num::NonZeroU64::new(end - start))
        };
        let ((src_start, src_size), (dst_start, dst_size)) = (window(src), window(dst));
        let (src_byte, dst_byte) = (src.offset - src_start, dst.offset - dst_start);
        let block: Vec<u8> = [src_byte, dst_byte, bytes, 0].iter().flat_map(|&w| (w as u32).to_le_bytes()).collect();
        let at = batch.upload(&block)?;
        let bind_group = shared.checked(|| {
            let entry = |binding, buffer, offset, size| wgpu::BindGroupEntry {
                binding,
                resource: wgpu::BindingResource::Buffer(wgpu::BufferBinding { buffer, offset, size }),
            };
            shared.device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some("copy_bytes"),
                layout: &self.layout,
                entries: &[
                    entry(0, batch.upload_buffer(), 0, std::num::NonZeroU64::new(BLOCK_BYTES)),
                    entry(1, src.buffer, src_start, src_size),
                    entry(2, dst.buffer, dst_start, dst_size),
                ],
            })
        })?;
        let words = (dst_byte % 4 + bytes).div_ceil(4);
        let groups = u32::try_from(words.div_ceil(64)).map_err(|_| Error::OutOfMemory)?;
        let pass = batch.pass();
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &bind_group, &[at]);
        pass.dispatch_workgroups(groups, 1, 1);
        Ok(())
    }
}
