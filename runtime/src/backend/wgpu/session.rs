//! One guest's buffers and launches on a GPU.
//!
//! In: what [`Session`] takes. Out: commands in a batch.

use super::Shared;
use super::batch::Batch;
use super::bytes::ByteCopy;
use super::clock::Clock;
use super::pipeline::Pipeline;
use super::readback::FAULT_BYTES;
use crate::backend::{BufferKey, ByCode, Cancel, Code, CodeKey, Error, Fault, Launch, Mark, Session};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use wgpuc_abi::launch::MAX_GROUPS_PER_AXIS;

/// Bind groups that are kept; beyond that all are dropped and made anew.
const MAX_BIND_GROUPS: usize = 1024;

/// One guest's buffers and launches.
pub(super) struct WgpuSession {
    pub(super) shared: Arc<Shared>,
    pub(super) batch: Batch,
    buffers: HashMap<BufferKey, wgpu::Buffer>,
    next_key: u32,
    bind_groups: HashMap<(CodeKey, Vec<BufferKey>), wgpu::BindGroup>,
    /// Pipelines that this session has launched, without the device's lock.
    pipelines: ByCode<Arc<Pipeline>>,
    pub(super) bytes: Option<ByteCopy>,
    pub(super) bounce: Option<wgpu::Buffer>,
    pub(super) staging: Option<wgpu::Buffer>,
    pub(super) fault_record: wgpu::Buffer,
    pub(super) may_have_faulted: bool,
    pub(super) fault: Option<Fault>,
    /// Made at the first mark, where the device has one.
    pub(super) clock: Option<Clock>,
}

impl WgpuSession {
    pub(super) fn new(shared: Arc<Shared>) -> Result<Self, Error> {
        let batch = Batch::new(Arc::clone(&shared))?;
        let fault_record = shared.create_buffer("fault record", FAULT_BYTES)?;
        Ok(Self {
            shared,
            batch,
            buffers: HashMap::new(),
            next_key: 0,
            bind_groups: HashMap::new(),
            pipelines: ByCode::default(),
            bytes: None,
            bounce: None,
            staging: None,
            fault_record,
            may_have_faulted: false,
            fault: None,
            clock: None,
        })
    }

    pub(super) fn buffer(&self, key: BufferKey) -> Result<wgpu::Buffer, Error> {
        self.buffers.get(&key).cloned().ok_or_else(|| Error::Kernel(format!("there is no buffer {}", key.0)))
    }

    fn pipeline(&mut self, code: &Code<'_>) -> Result<Arc<Pipeline>, Error> {
        if let Some(known) = self.pipelines.get(&code.key) {
            return Ok(Arc::clone(known));
        }
        let pipeline = self.shared.pipeline(code)?;
        self.pipelines.insert(code.key, Arc::clone(&pipeline));
        Ok(pipeline)
    }

    fn bind_group(
        &mut self,
        code: &Code<'_>,
        pipeline: &Pipeline,
        keys: &[BufferKey],
    ) -> Result<wgpu::BindGroup, Error> {
        let name = (code.key, keys.to_vec());
        if let Some(known) = self.bind_groups.get(&name) {
            return Ok(known.clone());
        }
        let buffers = keys.iter().map(|&key| self.buffer(key)).collect::<Result<Vec<_>, _>>()?;
        let block = wgpu::BufferBinding {
            buffer: self.batch.upload_buffer(),
            offset: 0,
            size: std::num::NonZeroU64::new(pipeline.block_bytes),
        };
        let mut entries = vec![wgpu::BindGroupEntry { binding: 0, resource: wgpu::BindingResource::Buffer(block) }];
        if pipeline.faults {
            entries.push(wgpu::BindGroupEntry { binding: 1, resource: self.fault_record.as_entire_binding() });
        }
        for (binding, buffer) in (2..).zip(&buffers) {
            entries.push(wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() });
        }
        let made = self.shared.checked(|| {
            self.shared.device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some(&code.instance.name),
                layout: &pipeline.layout,
                entries: &entries,
            })
        })?;
        if self.bind_groups.len() >= MAX_BIND_GROUPS {
            self.bind_groups.clear();
        }
        self.bind_groups.insert(name, made.clone());
        Ok(made)
    }
}

impl Session for WgpuSession {
    fn create(&mut self, bytes: u64) -> Result<BufferKey, Error> {
        let size = bytes.checked_next_multiple_of(16).ok_or(Error::OutOfMemory)?;
        let limits = &self.shared.limits;
        if size > limits.max_buffer_size.min(limits.max_storage_buffer_binding_size) {
            return Err(Error::OutOfMemory);
        }
        let buffer = self.shared.create_buffer("guest", size)?;
        self.next_key = self.next_key.checked_add(1).ok_or(Error::OutOfMemory)?;
        let key = BufferKey(self.next_key);
        self.buffers.insert(key, buffer);
        Ok(key)
    }

    fn destroy(&mut self, key: BufferKey) {
        // Commands that use it keep it until they are done.
        self.buffers.remove(&key);
        self.bind_groups.retain(|(_, keys), _| !keys.contains(&key));
    }

    fn write(&mut self, buffer: BufferKey, offset: u64, data: &[u8]) -> Result<(), Error> {
        self.write_bytes(buffer, offset, data)
    }

    fn read(&mut self, buffer: BufferKey, offset: u64, out: &mut [u8]) -> Result<(), Error> {
        self.read_bytes(buffer, offset, out)
    }

    fn copy(&mut self, src: BufferKey, from: u64, dst: BufferKey, to: u64, bytes: u64) -> Result<(), Error> {
        self.copy_bytes((src, from), (dst, to), bytes)
    }

    fn zero(&mut self, buffer: BufferKey, bytes: u64) -> Result<(), Error> {
        self.zero_bytes(buffer, bytes)
    }

    fn prepare(&mut self, code: &Code<'_>) -> Result<(), Error> {
        self.pipeline(code).map(|_| ())
    }

    fn launch(&mut self, launch: &Launch<'_>) -> Result<(), Error> {
        let pipeline = self.pipeline(launch.code)?;
        let grid = fold(launch.grid).ok_or_else(|| {
            Error::Kernel(format!(
                "{} would run {:?} workgroups, more than a WebGPU device takes",
                launch.code.instance.name, launch.grid
            ))
        })?;
        let bind_group = self.bind_group(launch.code, &pipeline, launch.buffers)?;
        let mut block: Vec<u8> = launch.words.iter().flat_map(|word| word.to_le_bytes()).collect();
        block.resize(pipeline.block_bytes as usize, 0);
        let at = self.batch.upload(&block)?;
        let pass = self.batch.pass();
        pass.set_pipeline(&pipeline.pipeline);
        pass.set_bind_group(0, &bind_group, &[at]);
        let [x, y, z] = grid;
        pass.dispatch_workgroups(x, y, z);
        self.may_have_faulted |= pipeline.faults;
        self.batch.submit_if_full()
    }

    fn sync(&mut self) -> Result<(), Error> {
        self.wait()
    }

    fn take_fault(&mut self) -> Result<Option<Fault>, Error> {
        if self.may_have_faulted {
            self.wait()?;
        }
        Ok(self.fault.take())
    }

    fn mark(&mut self) -> Result<Mark, Error> {
        self.stamp()
    }

    fn elapsed(&mut self, from: Mark, to: Mark) -> Result<Duration, Error> {
        self.between(from, to)
    }

    fn cancel_handle(&self) -> Option<Arc<dyn Cancel>> {
        Some(self.batch.flag())
    }
}

impl Shared {
    /// A buffer of zeros on the device.
    pub(super) fn create_buffer(&self, label: &str, size: u64) -> Result<wgpu::Buffer, Error> {
        use wgpu::BufferUsages as Usage;
        let made = self.checked(|| {
            self.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some(label),
                size,
                usage: Usage::STORAGE | Usage::COPY_SRC | Usage::COPY_DST,
                mapped_at_creation: false,
            })
        });
        made.map_err(|error| match error {
            // wgpu refuses sizes that the driver would not take either.
            Error::Kernel(_) => Error::OutOfMemory,
            other => other,
        })
    }
}

/// The grid as WebGPU takes it: a long single axis goes into x and y, with fewer than y surplus workgroups, which leave
/// at once.
fn fold(grid: [u32; 3]) -> Option<[u32; 3]> {
    let max = MAX_GROUPS_PER_AXIS;
    match grid {
        [x, 1, 1] if x > max && x.div_ceil(max) <= max => {
            let y = x.div_ceil(max);
            Some([x.div_ceil(y), y, 1])
        }
        [x, y, z] => (x <= max && y <= max && z <= max).then_some([x, y, z]),
    }
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn long_grids_are_folded_and_others_refused() {
        assert_eq!(fold([65_535, 2, 1]), Some([65_535, 2, 1]));
        assert_eq!(fold([65_536, 1, 1]), Some([32_768, 2, 1]));
        assert_eq!(fold([200_000, 1, 1]), Some([50_000, 4, 1]));
        assert_eq!(fold([200_001, 1, 1]), Some([50_001, 4, 1]));
        assert_eq!(fold([65_535 * 65_535, 1, 1]), Some([65_535, 65_535, 1]));
        assert_eq!(fold([u32::MAX, 1, 1]), None);
        assert_eq!(fold([1, 65_536, 1]), None);
    }
}
