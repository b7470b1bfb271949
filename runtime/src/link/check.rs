//! Whether a component's imports are what this host provides, before anything runs.
//!
//! wasmtime would refuse them too, but at the first that it meets and in its own terms. In: a component. Out: every
//! mismatch.

use super::COMPUTE;
use crate::Gpu;
use crate::program::Program;
use wasmtime::Engine;
use wasmtime::component::Component;
use wasmtime::component::types::{ComponentFunc, ComponentInstance, ComponentItem, Type};
use wgpuc_abi::{Interface, Op, OpParamType, Scalar, ValueType};

/// What a component imports and this host lacks, or has otherwise.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the guest cannot run here:\n{}", .0.iter().map(|line| format!("  - {line}")).collect::<Vec<_>>().join("\n"))]
pub struct ImportError(pub Vec<String>);

impl Gpu {
    /// Checks the imports of a component against this device's interfaces. `others` says which further imports the
    /// embedder's linker provides.
    ///
    /// # Errors
    /// Every import that is unknown, or whose type is not the kernels' own.
    pub fn check(
        &self,
        engine: &Engine,
        component: &Component,
        others: impl Fn(&str) -> bool,
    ) -> Result<(), ImportError> {
        let mut problems = Vec::new();
        for (name, item) in component.component_type().imports(engine) {
            let program = self.shared.programs.iter().find(|p| p.interface == name);
            match (program, item.ty) {
                (Some(program), ComponentItem::ComponentInstance(instance)) => {
                    check_interface(program, engine, &instance, &mut problems);
                }
                _ if name == COMPUTE || others(name) => {}
                _ => problems.push(self.unknown_import(name)),
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(ImportError(problems)) }
    }

    /// That a guest imports what nobody provides.
    pub(crate) fn unknown_import(&self, name: &str) -> String {
        let provided: Vec<_> = self.interfaces().map(|i| format!("`{i}`")).collect();
        format!(
            "it imports `{name}`, which this host does not provide; it provides WASI 0.2 and {}",
            provided.join(", ")
        )
    }
}

impl Program {
    /// That it has no op of that name, where it has none.
    pub(crate) fn lacks(&self, name: &str) -> Option<String> {
        let interface = &self.bundle.manifest.interface;
        let ops: Vec<_> = interface.ops().map(|op| op.name.kebab()).collect();
        let has = ops.contains(&name);
        let message =
            || format!("it imports `{name}` of `{}`, which has no such op; it has {}", self.interface, ops.join(", "));
        (!has).then(message)
    }
}

fn check_interface(program: &Program, engine: &Engine, found: &ComponentInstance, problems: &mut Vec<String>) {
    let interface = &program.bundle.manifest.interface;
    for (name, item) in found.exports(engine) {
        let ComponentItem::ComponentFunc(func) = item.ty else { continue };
        match interface.ops().find(|op| op.name.kebab() == name) {
            None => problems.extend(program.lacks(name)),
            Some(op) => {
                if let Err(what) = check_op(op, interface, &func) {
                    problems.push(format!(
                        "it imports `{name}` of `{}` with another type: {what}; build the guest against these \
                         kernels' bindings",
                        program.interface
                    ));
                }
            }
        }
    }
}

fn check_op(op: &Op, interface: &Interface, func: &ComponentFunc) -> Result<(), String> {
    let n_params = func.params().len();
    if n_params != op.params.len() {
        return Err(format!("it takes {} parameters, and the guest passes {n_params}", op.params.len()));
    }
    for (param, (_, found)) in op.params.iter().zip(func.params()) {
        let agrees = match (&param.ty, &found) {
            (OpParamType::Value(ty), found) => value_agrees(ty, interface, found),
            (OpParamType::Record(name), Type::Record(found)) => interface.record(name).is_some_and(|record| {
                record.fields.len() == found.fields().len()
                    && record.fields.iter().zip(found.fields()).all(|(field, found)| {
                        field.name.kebab() == found.name && value_agrees(&field.ty, interface, &found.ty)
                    })
            }),
            (OpParamType::Buffer(buffer), Type::Option(found)) => buffer.optional && found.ty() == Type::U32,
            (OpParamType::Buffer(buffer), found) => !buffer.optional && *found == Type::U32,
            _ => false,
        };
        if !agrees {
            return Err(format!("the parameter `{}` differs", param.name));
        }
    }
    Ok(())
}

fn value_agrees(ty: &ValueType, interface: &Interface, found: &Type) -> bool {
    match (ty, found) {
        (ValueType::Enum(name), Type::Enum(found)) => {
            interface.enumeration(name).is_some_and(|e| e.cases.iter().map(|case| case.name.kebab()).eq(found.names()))
        }
        (ValueType::Scalar(scalar), found) => *found == scalar_type(*scalar),
        _ => false,
    }
}

/// The WIT type of a scalar; small floats are passed as f32.
fn scalar_type(scalar: Scalar) -> Type {
    match scalar {
        Scalar::Bool => Type::Bool,
        Scalar::I8 => Type::S8,
        Scalar::U8 => Type::U8,
        Scalar::I32 => Type::S32,
        Scalar::U32 => Type::U32,
        Scalar::I64 => Type::S64,
        Scalar::U64 => Type::U64,
        Scalar::F16 | Scalar::Bf16 | Scalar::F32 => Type::Float32,
    }
}
