//! Guests as files: components as they are, core modules made into components.
//!
//! It runs nothing. In: bytes. Out: a checked [`Component`], or what is wrong with the file.

use crate::{Gpu, ImportError};
use std::borrow::Cow;
use wasi_preview1_component_adapter_provider as adapter;
use wasmparser::{Parser, Payload};
use wasmtime::Engine;
use wasmtime::component::Component;

/// Why a file is no guest for this host.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Neither a component nor a core module.
    #[error("this is no WebAssembly file: {0}")]
    NotWasm(String),
    /// A core module that cannot be made into a component.
    #[error(
        "the core module cannot be made into a component: {0}; link it with the `*_component_type.o` of its bindings, \
         and with the bindings of these kernels"
    )]
    Componentize(String),
    /// WebAssembly that does not validate or compile.
    #[error("the guest cannot be compiled: {0}")]
    Compile(String),
    /// Imports that this host does not have.
    #[error(transparent)]
    Imports(#[from] ImportError),
}

impl Gpu {
    /// Compiles a guest: a component, or a core module with WASI preview 1 and raw imports, as C compilers make them.
    /// Its imports are checked against WASI 0.2 and this device's interfaces.
    ///
    /// # Errors
    /// See [`LoadError`].
    pub fn load(&self, engine: &Engine, bytes: &[u8]) -> Result<Component, LoadError> {
        self.load_with(engine, bytes, |_| false)
    }

    /// As [`Self::load`], for linkers that provide more: `others` says which further imports there are.
    ///
    /// # Errors
    /// See [`LoadError`].
    pub fn load_with(
        &self,
        engine: &Engine,
        bytes: &[u8],
        others: impl Fn(&str) -> bool,
    ) -> Result<Component, LoadError> {
        let bytes = componentize(bytes)?;
        let component = Component::new(engine, &bytes).map_err(|why| LoadError::Compile(format!("{why:#}")))?;
        self.check(engine, &component, |name| is_wasi(name) || others(name))?;
        Ok(component)
    }
}

/// A component's bytes as they are, a core module's made into a component's.
///
/// # Errors
/// [`LoadError::NotWasm`] and [`LoadError::Componentize`].
pub fn componentize(bytes: &[u8]) -> Result<Cow<'_, [u8]>, LoadError> {
    match bytes {
        [0, b'a', b's', b'm', 0x0d, 0, 1, 0, ..] => Ok(Cow::Borrowed(bytes)),
        [0, b'a', b's', b'm', 1, 0, 0, 0, ..] => module_to_component(bytes).map(Cow::Owned),
        [0, b'a', b's', b'm', version @ ..] => Err(LoadError::NotWasm(format!(
            "its version is {:02x?}, and this host knows core modules (1) and components (0d 00 01 00)",
            version.get(..4).unwrap_or(version)
        ))),
        [] => Err(LoadError::NotWasm("it is empty".into())),
        // A component as text, which wasmtime reads by itself.
        text if text.trim_ascii_start().starts_with(b"(component") || text.starts_with(b";;") => {
            Ok(Cow::Borrowed(bytes))
        }
        _ => Err(LoadError::NotWasm(format!(
            "it begins with {:02x?} and not with `\\0asm`",
            bytes.get(..4).unwrap_or(bytes)
        ))),
    }
}

fn module_to_component(bytes: &[u8]) -> Result<Vec<u8>, LoadError> {
    let (wants_preview1, is_command) = preview1(bytes).map_err(|why| LoadError::Compile(why.to_string()))?;
    let refused = |why: anyhow::Error| LoadError::Componentize(format!("{why:#}"));
    let mut encoder = wit_component::ComponentEncoder::default().validate(true).module(bytes).map_err(refused)?;
    if wants_preview1 {
        let adapter_bytes = if is_command {
            adapter::WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER
        } else {
            adapter::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER
        };
        encoder = encoder.adapter(adapter::WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, adapter_bytes).map_err(refused)?;
    }
    encoder.encode().map_err(refused)
}

/// Whether a module imports WASI preview 1, and whether it is a command.
fn preview1(bytes: &[u8]) -> Result<(bool, bool), wasmparser::BinaryReaderError> {
    let (mut wants_preview1, mut is_command) = (false, false);
    for payload in Parser::new(0).parse_all(bytes) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    wants_preview1 |= import?.module == adapter::WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME;
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    is_command |= export?.name == "_start";
                }
            }
            _ => {}
        }
    }
    Ok((wants_preview1, is_command))
}

/// Whether an import is of WASI 0.2, which wasmtime-wasi provides.
fn is_wasi(name: &str) -> bool {
    let Some((interface, version)) = name.split_once('@') else { return false };
    let packages = ["wasi:cli/", "wasi:clocks/", "wasi:filesystem/", "wasi:io/", "wasi:random/", "wasi:sockets/"];
    version.starts_with("0.2.") && packages.iter().any(|package| interface.starts_with(package))
}
