//! Guests as files: components as they are, core modules made into components.
//!
//! It runs nothing. In: bytes. Out: a checked [`Component`], or what is wrong with the file.

use crate::link::COMPUTE;
use crate::module::Facts;
use crate::{Gpu, ImportError, wit};
use std::borrow::Cow;
use wasi_preview1_component_adapter_provider as adapter;
use wasmtime::Engine;
use wasmtime::component::Component;

/// Why a file is no guest for this host.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Neither a component nor a core module.
    #[error("this is no WebAssembly file: {0}")]
    NotWasm(String),
    /// A core module of a kind that no guest can be; says what it must be.
    #[error("the core module cannot be a guest: {0}")]
    Module(&'static str),
    /// A core module that cannot be made into a component.
    #[error(
        "the core module cannot be made into a component: {0}; build it against the bindings of these kernels, and \
         link their `*_component_type.o`"
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
        let bytes = self.componentize(bytes)?;
        let component = Component::new(engine, &bytes).map_err(|why| LoadError::Compile(format!("{why:#}")))?;
        self.check(engine, &component, |name| is_wasi(name) || others(name))?;
        Ok(component)
    }

    /// A component's bytes as they are, a core module's made into a component's; either may be text.
    ///
    /// # Errors
    /// [`LoadError::NotWasm`] and [`LoadError::Componentize`].
    pub fn componentize<'a>(&self, bytes: &'a [u8]) -> Result<Cow<'a, [u8]>, LoadError> {
        match bytes {
            [0, b'a', b's', b'm', 0x0d, 0, 1, 0, ..] => Ok(Cow::Borrowed(bytes)),
            [0, b'a', b's', b'm', 1, 0, 0, 0, ..] => self.module_to_component(bytes).map(Cow::Owned),
            [0, b'a', b's', b'm', version @ ..] => Err(LoadError::NotWasm(format!(
                "its version is {:02x?}, and this host knows core modules (1) and components (0d 00 01 00)",
                version.get(..4).unwrap_or(version)
            ))),
            [] => Err(LoadError::NotWasm("it is empty".into())),
            text if text.trim_ascii_start().starts_with(b"(") || text.starts_with(b";;") => {
                let bytes = wat::parse_bytes(text).map_err(|why| LoadError::NotWasm(why.to_string()))?;
                self.componentize(&bytes).map(|component| Cow::Owned(component.into_owned()))
            }
            _ => Err(LoadError::NotWasm(format!(
                "it begins with {:02x?} and not with `\\0asm`",
                bytes.get(..4).unwrap_or(bytes)
            ))),
        }
    }

    fn module_to_component(&self, bytes: &[u8]) -> Result<Vec<u8>, LoadError> {
        let facts = Facts::of(bytes).map_err(|why| LoadError::Compile(why.to_string()))?;
        if !facts.is_typed {
            self.check_raw(&facts)?;
        }
        facts.check().map_err(LoadError::Module)?;
        let refused = |why: anyhow::Error| LoadError::Componentize(format!("{why:#}"));
        let mut bytes = Cow::Borrowed(bytes);
        if !facts.is_typed {
            self.add_types(bytes.to_mut()).map_err(refused)?;
        }
        let mut encoder = wit_component::ComponentEncoder::default().validate(true).module(&bytes).map_err(refused)?;
        if facts.wants_preview1 || facts.is_command {
            let adapter_bytes = if facts.is_command {
                adapter::WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER
            } else {
                adapter::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER
            };
            encoder = encoder.adapter(adapter::WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, adapter_bytes).map_err(refused)?;
        }
        encoder.encode().map_err(refused)
    }

    /// Checks what a module imports by name alone.
    fn check_raw(&self, facts: &Facts) -> Result<(), ImportError> {
        let mut problems = vec![];
        for (module, name) in &facts.imports {
            let is_known = module == COMPUTE || module == adapter::WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME;
            match self.shared.programs.iter().find(|program| program.interface == *module) {
                Some(program) => problems.extend(program.lacks(name)),
                None if is_known || is_wasi(module) || module.starts_with('[') => {}
                None => problems.push(self.unknown_import(module)),
            }
        }
        problems.dedup();
        if problems.is_empty() { Ok(()) } else { Err(ImportError(problems)) }
    }

    /// Gives a module that was linked without any bindings the types of this device's interfaces.
    fn add_types(&self, bytes: &mut Vec<u8>) -> anyhow::Result<()> {
        let text = wit::text(self.shared.programs.iter().map(|p| &p.bundle.manifest));
        let mut resolve = wit_parser::Resolve::default();
        let package = resolve.push_str("raw.wit", &text)?;
        let world = resolve.select_world(&[package], Some(wit::WORLD))?;
        wit_component::embed_component_metadata(bytes, &resolve, world, wit_component::StringEncoding::UTF8)
    }
}

/// Whether an import is of WASI 0.2, which wasmtime-wasi provides.
fn is_wasi(name: &str) -> bool {
    let Some((interface, version)) = name.split_once('@') else { return false };
    let packages = ["wasi:cli/", "wasi:clocks/", "wasi:filesystem/", "wasi:io/", "wasi:random/", "wasi:sockets/"];
    version.starts_with("0.2.") && packages.iter().any(|package| interface.starts_with(package))
}
