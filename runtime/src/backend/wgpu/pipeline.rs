//! Pipelines, compiled once for all guests of a device.
//!
//! In: WGSL and a kernel's parameters. Out: a [`Pipeline`] whose bindings lie as [`abi::launch`] says.
#![allow(unsafe_code, reason = "one call: shaders that our compiler has checked run without naga's own checks")]

use super::Shared;
use crate::backend::{ByCode, Code, Error};
use std::sync::{Arc, Mutex};
use wgpuc_abi::{self as abi, KernelParamType};

/// A compiled kernel.
pub(super) struct Pipeline {
    pub pipeline: wgpu::ComputePipeline,
    pub layout: wgpu::BindGroupLayout,
    /// Whether binding 1 is the fault record.
    pub faults: bool,
    /// The size of the uniform block, in bytes.
    pub block_bytes: u64,
}

/// The pipelines of a device, by their code.
#[derive(Default)]
pub(super) struct Pipelines(Mutex<ByCode<Arc<Pipeline>>>);

/// Refuses a kernel that needs more than the device has, by what it needs.
fn refuse(code: &Code<'_>, limits: &wgpu::Limits) -> Result<(), Error> {
    let instance = code.instance;
    let [x, y, z] = instance.workgroup;
    let invocations = u64::from(x) * u64::from(y) * u64::from(z);
    let n_buffers = code.kernel.params.iter().filter(|p| matches!(p.ty, KernelParamType::Buffer { .. })).count();
    let n_storage = n_buffers as u64 + u64::from(instance.faults);
    for (what, needed, has) in [
        ("invocations of a workgroup", invocations, u64::from(limits.max_compute_invocations_per_workgroup)),
        ("bytes of shared memory", u64::from(instance.shared_bytes), limits.max_compute_workgroup_storage_size.into()),
        ("storage buffers", n_storage, limits.max_storage_buffers_per_shader_stage.into()),
    ] {
        if needed > has {
            return Err(Error::Unsupported(format!(
                "{} needs {needed} {what}, and this device has {has}",
                instance.name
            )));
        }
    }
    Ok(())
}

impl Shared {
    /// The pipeline of that code, compiled where it is not yet.
    pub(super) fn pipeline(&self, code: &Code<'_>) -> Result<Arc<Pipeline>, Error> {
        let known = self.pipelines.0.lock().ok().and_then(|map| map.get(&code.key).cloned());
        if let Some(pipeline) = known {
            return Ok(pipeline);
        }
        refuse(code, &self.limits)?;
        let span = tracing::debug_span!("compile", instance = %code.instance.name);
        let pipeline = Arc::new(span.in_scope(|| self.compile(code))?);
        if let Ok(mut map) = self.pipelines.0.lock() {
            map.insert(code.key, Arc::clone(&pipeline));
        }
        Ok(pipeline)
    }

    fn compile(&self, code: &Code<'_>) -> Result<Pipeline, Error> {
        let name = &code.instance.name;
        let text = std::str::from_utf8(code.bytes)
            .map_err(|_| Error::Kernel(format!("{name}: {} is not UTF-8", code.artifact.path)))?;
        let block_bytes = 4 * abi::launch::words(&code.kernel.params).len() as u64;
        let block_bytes = block_bytes.next_multiple_of(16);
        let descriptor =
            wgpu::ShaderModuleDescriptor { label: Some(name), source: wgpu::ShaderSource::Wgsl(text.into()) };
        let checks = wgpu::ShaderRuntimeChecks {
            bounds_checks: false,
            force_loop_bounding: false,
            ..wgpu::ShaderRuntimeChecks::checked()
        };
        let made = self.checked(|| {
            // SAFETY: the text is what our compiler wrote (its SHA-256 was compared with the Manifest's), and that
            // compiler has proved every access to be in bounds or guards it in the text itself, and bounds all loops.
            let module = unsafe { self.device.create_shader_module_trusted(descriptor, checks) };
            let entries = bindings(code, block_bytes);
            let layout = self
                .device
                .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some(name), entries: &entries });
            let pipeline_layout = self.device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: Some(name),
                bind_group_layouts: &[Some(&layout)],
                immediate_size: 0,
            });
            let pipeline = self.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(name),
                layout: Some(&pipeline_layout),
                module: &module,
                entry_point: Some(&code.artifact.entry),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                cache: None,
            });
            Pipeline { pipeline, layout, faults: code.instance.faults, block_bytes }
        });
        made.map_err(|error| match error {
            Error::Kernel(why) => Error::Kernel(format!("{name} cannot be compiled: {why}")),
            other => other,
        })
    }
}

fn bindings(code: &Code<'_>, block_bytes: u64) -> Vec<wgpu::BindGroupLayoutEntry> {
    let mut entries = vec![entry(0, uniform(block_bytes))];
    if code.instance.faults {
        entries.push(entry(1, storage(false)));
    }
    let mut binding = 2;
    for param in &code.kernel.params {
        if let KernelParamType::Buffer { writable, .. } = param.ty {
            entries.push(entry(binding, storage(!writable)));
            binding += 1;
        }
    }
    entries
}

pub(super) fn uniform(bytes: u64) -> wgpu::BindingType {
    wgpu::BindingType::Buffer {
        ty: wgpu::BufferBindingType::Uniform,
        has_dynamic_offset: true,
        min_binding_size: std::num::NonZeroU64::new(bytes),
    }
}

pub(super) fn storage(read_only: bool) -> wgpu::BindingType {
    wgpu::BindingType::Buffer {
        ty: wgpu::BufferBindingType::Storage { read_only },
        has_dynamic_offset: false,
        min_binding_size: None,
    }
}

pub(super) fn entry(binding: u32, ty: wgpu::BindingType) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry { binding, visibility: wgpu::ShaderStages::COMPUTE, ty, count: None }
}
