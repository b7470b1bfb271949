//! From a kernel to a validated naga module, and from that to each of naga's outputs.

use super::{Wgsl, interface, limits};
use crate::emit::EmitError;
use crate::ir::{Feature, Kernel};
use naga::back;
use naga::valid::{Capabilities, ModuleInfo, ValidationFlags, Validator};
use std::error::Error;

pub(super) fn wgsl(kernel: &Kernel) -> Result<Wgsl, EmitError> {
    let (module, info) = module(kernel)?;
    let text = back::wgsl::write_string(&module, &info, back::wgsl::WriterFlags::empty())
        .map_err(|e| internal(kernel, "writing WGSL", &e))?;
    let text = tidy(&text);
    let options = naga::front::wgsl::Options { parse_doc_comments: false, capabilities: capabilities(kernel) };
    let again = naga::front::wgsl::Frontend::new_with_options(options)
        .parse(&text)
        .map_err(|e| EmitError::internal(kernel, e.emit_to_string(&text)))?;
    validate(kernel, &again)?;
    let entry = again.entry_points.first().map(|e| e.name.clone()).unwrap_or_default();
    Ok(Wgsl { text, entry, features: kernel.features.clone() })
}

/// naga ends lines with spaces, and puts a variable below its binding.
fn tidy(text: &str) -> String {
    let lines: String = text.lines().flat_map(|line| [line.trim_end(), "\n"]).collect();
    lines.replace(")\nvar<", ") var<")
}

pub(super) fn spirv(kernel: &Kernel) -> Result<Vec<u8>, EmitError> {
    let (module, info) = module(kernel)?;
    let options = back::spv::Options { lang_version: (1, 3), ..Default::default() };
    let words =
        back::spv::write_vec(&module, &info, &options, None).map_err(|e| internal(kernel, "writing SPIR-V", &e))?;
    Ok(words.iter().flat_map(|w| w.to_le_bytes()).collect())
}

pub(super) fn msl(kernel: &Kernel) -> Result<String, EmitError> {
    let (module, info) = module(kernel)?;
    let options = back::msl::Options { lang_version: (2, 4), ..Default::default() };
    back::msl::write_string(&module, &info, &options, &back::msl::PipelineOptions::default())
        .map(|(text, _)| text)
        .map_err(|e| internal(kernel, "writing MSL", &e))
}

pub(super) fn hlsl(kernel: &Kernel) -> Result<String, EmitError> {
    let (module, info) = module(kernel)?;
    let options = back::hlsl::Options { shader_model: back::hlsl::ShaderModel::V6_6, ..Default::default() };
    let pipeline = back::hlsl::PipelineOptions::default();
    let mut text = String::new();
    back::hlsl::Writer::new(&mut text, &options, &pipeline)
        .write(&module, &info, None)
        .map_err(|e| internal(kernel, "writing HLSL", &e))?;
    Ok(text)
}

fn module(kernel: &Kernel) -> Result<(naga::Module, ModuleInfo), EmitError> {
    limits::check(kernel)?;
    let module = interface::module(kernel)?;
    let info = validate(kernel, &module)?;
    Ok((module, info))
}

fn validate(kernel: &Kernel, module: &naga::Module) -> Result<ModuleInfo, EmitError> {
    Validator::new(ValidationFlags::all(), capabilities(kernel))
        .validate(module)
        .map_err(|e| internal(kernel, "validating", &e.into_inner()))
}

fn capabilities(kernel: &Kernel) -> Capabilities {
    kernel.features.iter().fold(Capabilities::empty(), |caps, feature| {
        caps | match feature {
            Feature::Subgroups => Capabilities::SUBGROUP,
            // bits of f16 are taken apart through f32
            Feature::F16 => Capabilities::SHADER_FLOAT16 | Capabilities::SHADER_FLOAT16_IN_FLOAT32,
            Feature::Int64 => Capabilities::SHADER_INT64,
            Feature::Sm80 | Feature::Sm90 | Feature::Sm90a => Capabilities::empty(),
        }
    })
}

fn internal(kernel: &Kernel, doing: &str, error: &dyn Error) -> EmitError {
    let mut message = format!("{doing}: {error}");
    let mut source = error.source();
    while let Some(inner) = source {
        message.push_str(&format!(": {inner}"));
        source = inner.source();
    }
    EmitError::internal(kernel, message)
}
