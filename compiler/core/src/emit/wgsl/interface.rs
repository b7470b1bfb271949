//! The module around the code: buffers, shared memory, variables and the entry point.
//!
//! The layout of bindings is `abi::launch`'s; the launch block itself is in [`super::launch`].

use super::function::{Ex, Function};
use super::launch::Launch;
use super::uses::Uses;
use super::{helpers, limits, rounding};
use crate::emit::EmitError;
use crate::ir::{Buffer, Feature, Kernel, ParamId, ParamKind, Scalar, SharedId, SlotId, Type};
use naga::{AddressSpace, StorageAccess, TypeInner};
use std::collections::HashMap;

/// A kernel being written.
pub(super) struct Writer<'k> {
    pub(super) kernel: &'k Kernel,
    pub(super) function: Function,
    pub(super) uses: Uses,
    /// What has been computed so far, by value.
    pub(super) values: Vec<Option<Ex>>,
    /// How deep the text of each value nests.
    pub(super) depth: Vec<u8>,
    pub(super) params: HashMap<ParamId, Ex>,
    pub(super) buffers: HashMap<ParamId, Ex>,
    pub(super) shared: HashMap<SharedId, Ex>,
    pub(super) slots: HashMap<SlotId, Ex>,
    /// Non-finite numbers, by their bits as f32.
    pub(super) non_finite: HashMap<u32, Ex>,
    /// The workgroup's number, where the grid is folded.
    pub(super) group: Option<Ex>,
    pub(super) launch: Launch,
    /// Which values are kept apart from what is computed of them. See Note \[apart\].
    pub(super) apart: Vec<bool>,
    /// Zero, unknown to compilers. See Note \[apart\].
    pub(super) hidden_zero: Option<Ex>,
}

/// The kernel as a naga module, not yet validated.
pub(super) fn module(kernel: &Kernel) -> Result<naga::Module, EmitError> {
    let uses = Uses::of(kernel);
    let apart = rounding::apart(kernel, &uses);
    let mut function = Function::new(helpers::module(kernel, &uses)?);
    let launch = Launch::declare(kernel, &mut function);
    let mut writer = Writer {
        kernel,
        function,
        uses,
        values: vec![None; kernel.values.len()],
        depth: vec![0; kernel.values.len()],
        params: HashMap::new(),
        buffers: HashMap::new(),
        shared: HashMap::new(),
        slots: HashMap::new(),
        non_finite: HashMap::new(),
        group: None,
        launch,
        apart,
        hidden_zero: None,
    };
    writer.declare();
    writer.start()?;
    writer.statements(&kernel.body)?;
    let (mut module, function) = writer.function.finish();
    module.entry_points.push(naga::EntryPoint {
        name: kernel.name.clone(),
        stage: naga::ShaderStage::Compute,
        early_depth_test: None,
        workgroup_size: kernel.workgroup,
        workgroup_size_overrides: None,
        function,
        mesh_info: None,
        task_payload: None,
        incoming_ray_payload: None,
    });
    Ok(module)
}

/// A variable of the module.
pub(super) fn global(
    name: &str,
    space: AddressSpace,
    binding: Option<u32>,
    ty: naga::Handle<naga::Type>,
) -> naga::GlobalVariable {
    naga::GlobalVariable {
        name: Some(name.to_owned()),
        space,
        binding: binding.map(|binding| naga::ResourceBinding { group: 0, binding }),
        ty,
        init: None,
        memory_decorations: naga::MemoryDecorations::empty(),
    }
}

impl Writer<'_> {
    pub(super) fn internal(&self, message: impl Into<String>) -> EmitError {
        EmitError::internal(self.kernel, message)
    }

    fn declare(&mut self) {
        let kernel = self.kernel;
        let mut binding = 2;
        for (id, param) in (0..).map(ParamId).zip(&kernel.params) {
            if let ParamKind::Buffer(buffer) = &param.kind {
                let place = self.buffer(&param.name, buffer, binding);
                self.buffers.insert(id, place);
                binding += 1;
            }
        }
        for (id, shared) in (0..).map(SharedId).zip(&kernel.shared) {
            let elem = self.element(shared.elem, shared.atomic);
            let ty = self.function.array(elem, Some(shared.len), array_stride(shared.elem));
            let place = self.function.global(global(&shared.name, AddressSpace::WorkGroup, None, ty));
            self.shared.insert(id, place);
        }
        for (id, slot) in (0..).map(SlotId).zip(&kernel.slots) {
            let elem = self.function.ty(slot.ty);
            let ty = match slot.len {
                None => elem,
                Some(len) => self.function.array(elem, Some(len), array_stride(slot.ty)),
            };
            let place = self.function.local(&slot.name, ty);
            self.slots.insert(id, place);
        }
    }

    fn buffer(&mut self, name: &str, buffer: &Buffer, binding: u32) -> Ex {
        // a vector of three would be padded to four in an array
        let seen = if buffer.elem.lanes == 3 { Type::scalar(buffer.elem.scalar) } else { buffer.elem };
        let elem = self.element(seen, buffer.atomic);
        let ty = self.function.array(elem, None, limits::stride(seen));
        let writes = buffer.mutable || buffer.may_alias || buffer.atomic;
        let access = if writes { StorageAccess::LOAD | StorageAccess::STORE } else { StorageAccess::LOAD };
        self.function.global(global(name, AddressSpace::Storage { access }, Some(binding), ty))
    }

    fn element(&mut self, ty: Type, atomic: bool) -> naga::Handle<naga::Type> {
        match atomic {
            true => self.function.add_type(None, TypeInner::Atomic(super::function::scalar(ty.scalar))),
            false => self.function.ty(ty),
        }
    }

    /// Refuses what the kernel did not ask for.
    pub(super) fn needs(&self, feature: Feature, what: &str) -> Result<(), EmitError> {
        match self.kernel.features.contains(&feature) {
            true => Ok(()),
            false => Err(self.internal(format!("{what} without the feature {}", feature.name()))),
        }
    }
}

/// The distance of array elements in memory that no one else sees: a bool takes naga's one byte.
fn array_stride(ty: Type) -> u32 {
    match ty.scalar {
        Scalar::Bool => u32::from(if ty.lanes == 3 { 4 } else { ty.lanes }),
        _ => limits::stride(ty),
    }
}
