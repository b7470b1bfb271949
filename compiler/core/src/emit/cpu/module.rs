//! Assembles the module: imports, exports, `run`, its helpers and the names.

use super::helper::Helper;
use super::walk::Emitter;
use super::{layout, live, split};
use crate::emit::EmitError;
use crate::ir::Kernel;
use std::collections::BTreeSet;
use wasm_encoder::{
    CodeSection, EntityType, ExportKind, ExportSection, FunctionSection, ImportSection, IndirectNameMap, MemoryType,
    Module, NameMap, NameSection, TypeSection, ValType,
};

/// A kernel instance as a WebAssembly core module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CpuModule {
    /// The module.
    pub bytes: Vec<u8>,
    /// The working memory that each worker passes as `arena`, in bytes.
    pub arena_bytes: u32,
}

/// The function index of `run`; helpers follow.
const RUN: u32 = 0;
/// The largest memory that a module accepts, in pages of 64 KiB.
const MAX_PAGES: u64 = 65_536;

/// Compiles a kernel instance for the CPU. Each access must be proved or explicitly checked.
///
/// # Errors
/// Where the kernel uses what the target lacks: subgroup operations, or more working memory than it has.
pub fn emit(kernel: &Kernel) -> Result<CpuModule, EmitError> {
    let split = split::split(kernel);
    let live = live::analyse(kernel, &split);
    let layout = layout::layout(kernel, &live)?;
    let arena_bytes = layout.arena_bytes;
    let mut emitter = Emitter::new(kernel, &split, &live, &layout);
    emitter.kernel()?;
    let (code, helpers) = emitter.finish();

    let mut types = TypeSection::new();
    let mut functions = FunctionSection::new();
    let mut bodies = CodeSection::new();
    let mut function_names = NameMap::new();
    let mut local_names = IndirectNameMap::new();
    let mut add = |index: u32, name: &str, code: super::code::Code| {
        functions.function(index);
        let (body, names) = code.finish();
        bodies.function(&body);
        function_names.append(index, name);
        local_names.append(index, &names);
    };
    types.ty().function([ValType::I32; 4], []);
    add(RUN, "run", code);
    for (index, helper) in (RUN + 1..).zip(&helpers) {
        let (params, results) = helper.signature();
        types.ty().function(params, results);
        let index_of = |wanted: Helper| helper_index(&helpers, wanted);
        add(index, helper.name(), helper.code(index_of));
    }

    let mut imports = ImportSection::new();
    let memory =
        MemoryType { minimum: 0, maximum: Some(MAX_PAGES), memory64: false, shared: true, page_size_log2: None };
    imports.import("wgpuc", "memory", EntityType::Memory(memory));
    let mut exports = ExportSection::new();
    exports.export("run", ExportKind::Func, RUN);
    let mut names = NameSection::new();
    names.module(&kernel.name);
    names.functions(&function_names);
    names.locals(&local_names);

    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&exports).section(&bodies).section(&names);
    Ok(CpuModule { bytes: module.finish(), arena_bytes })
}

/// The function index of a helper, in a module that has these.
fn helper_index(helpers: &[Helper], wanted: Helper) -> u32 {
    RUN + 1 + helpers.iter().position(|helper| *helper == wanted).unwrap_or(0) as u32
}

/// Collects the helpers that a kernel calls, with those that they call. Calls name a helper by its place here.
#[derive(Debug, Default)]
pub(super) struct Helpers {
    list: Vec<Helper>,
    known: BTreeSet<Helper>,
}

impl Helpers {
    /// The function index of a helper, which the module will have.
    pub(super) fn index(&mut self, helper: Helper) -> u32 {
        if self.known.insert(helper) {
            self.list.push(helper);
            for callee in helper.calls() {
                self.index(*callee);
            }
        }
        helper_index(&self.list, helper)
    }

    /// All of them, in the order of their indices.
    pub(super) fn into_list(self) -> Vec<Helper> {
        self.list
    }
}
