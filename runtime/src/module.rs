//! What a core module is, as far as it matters for making it a component.
//!
//! In: a module's bytes. Out: its [`Facts`]. It runs and changes nothing.

use wasi_preview1_component_adapter_provider::WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME;
use wasmparser::{BinaryReaderError, MemoryType, Parser, Payload, TypeRef};

/// What a core module is.
#[derive(Default)]
pub(crate) struct Facts {
    /// It imports WASI preview 1.
    pub wants_preview1: bool,
    /// It has a `main`: what calls it is in the adapter of preview 1.
    pub is_command: bool,
    /// It says itself what the types of its imports are, as modules linked with generated bindings do.
    pub is_typed: bool,
    /// The module and name of each import.
    pub imports: Vec<(String, String)>,
    memory: Option<MemoryType>,
    exports_memory: bool,
    imports_memory: bool,
    /// It gives memory to its host by a function of its own.
    allocates: bool,
}

impl Facts {
    pub(crate) fn of(bytes: &[u8]) -> Result<Self, BinaryReaderError> {
        let mut facts = Self::default();
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let import = import?;
                        facts.wants_preview1 |= import.module == WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME;
                        facts.imports_memory |= matches!(import.ty, TypeRef::Memory(_));
                        facts.imports.push((import.module.to_owned(), import.name.to_owned()));
                    }
                }
                Payload::MemorySection(memories) => {
                    for memory in memories {
                        facts.memory = facts.memory.or(Some(memory?));
                    }
                }
                Payload::ExportSection(exports) => {
                    for export in exports {
                        let name = export?.name;
                        facts.is_command |= name == "_start";
                        facts.exports_memory |= name == "memory";
                        facts.allocates |= name == "cabi_realloc";
                    }
                }
                Payload::CustomSection(section) => facts.is_typed |= section.name().starts_with("component-type"),
                _ => {}
            }
        }
        Ok(facts)
    }

    /// What keeps it from being a guest: its memory must be one that its host can look into, and take some of.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        if self.imports_memory {
            return Err("it imports its memory; it must have its own, and export it as `memory`");
        }
        if !self.exports_memory && (self.wants_preview1 || self.is_command || !self.imports.is_empty()) {
            return Err("it does not export its memory: export it as `memory`");
        }
        let Some(memory) = self.memory else { return Ok(()) };
        if memory.memory64 {
            return Err("its memory has 64-bit addresses; guests have 32-bit ones (wasm32)");
        }
        if memory.shared {
            return Err("its memory is shared, for threads; guests have one thread");
        }
        if memory.maximum == Some(memory.initial) && self.is_command && !self.allocates {
            return Err("its memory cannot grow, and WASI wants a page of it: let it grow, or export `cabi_realloc`");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Facts;

    fn verdict(text: &str) -> Result<(), &'static str> {
        let bytes = wat::parse_str(text).expect("a test's module is valid");
        Facts::of(&bytes).expect("a valid module can be read").check()
    }

    #[test]
    fn what_keeps_a_module_from_being_a_guest_is_told() {
        let start = r#"(func (export "_start"))"#;
        assert_eq!(verdict(&format!(r#"(module (memory (export "memory") 1) {start})"#)), Ok(()));
        for (memory, why) in [
            ("", "does not export its memory"),
            ("(memory 1)", "does not export its memory"),
            (r#"(memory (export "memory") 2 2)"#, "cannot grow"),
            (r#"(memory (export "memory") i64 1)"#, "64-bit"),
            (r#"(memory (export "memory") 1 2 shared)"#, "shared"),
            (r#"(import "env" "memory" (memory 1))"#, "imports its memory"),
        ] {
            let found = verdict(&format!("(module {memory} {start})"));
            assert!(found.is_err_and(|text| text.contains(why)), "{memory}: {found:?}");
        }
    }
}
