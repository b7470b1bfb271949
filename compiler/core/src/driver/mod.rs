//! The main line: a folder's files in, the Manifest and all generated files out.
//!
//! Takes an [`Input`] and [`Options`], gives an [`Output`] or everything that is wrong. It touches no disk, and the same
//! input gives the same bytes.

mod code;
mod config;
mod forms;
mod instance;
mod machine;
mod manifest;
mod names;
mod package;
mod stack;

pub use code::{Code, lowered_for};
pub use instance::{CompiledInstance, Form};
pub use machine::{ARCHITECTURES, Architecture, Assembler, MachineCode, NotAssembled, Usage};
pub use package::is_package_name;
pub use stack::with_deep_stack;

use crate::bindings::{self, Files, Language};
use crate::diag::codes::package as codes;
use crate::diag::{Diagnostic, Diagnostics};
use crate::elaborate;
use crate::plan;
use crate::prelude;
use crate::program::Program;
use crate::source::Sources;
use crate::syntax;
use code::Goal;
use package::Package;
use std::collections::BTreeMap;
use std::path::Path;
use wgpuc_abi::{Manifest, Target};

/// The files of a kernel folder.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// The folder's own name: what the package is called where `wgpuc.toml` does not say.
    pub folder_name: String,
    /// `wgpuc.toml` and every `.rs` file, by name.
    pub files: Vec<(String, Vec<u8>)>,
}

/// What to compile to.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The targets; empty means those that `wgpuc.toml` names, else all of [`TARGETS`].
    pub targets: Vec<Target>,
    /// The architectures that machine code is made for, 90 for sm_90; empty means [`ARCHITECTURES`].
    pub architectures: Vec<u32>,
    /// What makes machine code, for [`Target::Cubin`].
    pub assembler: Option<Assembler>,
    /// The languages to generate bindings for.
    pub bindings: Vec<Language>,
    /// Whether each access that needs no check says why, for people, and one that does what exactly it lacks.
    pub proofs: bool,
}

/// A compiled package.
#[derive(Debug)]
pub struct Output {
    /// The description of everything below.
    pub manifest: Manifest,
    /// Emitted code, by its path in [`Output::files`].
    pub artifacts: BTreeMap<String, Vec<u8>>,
    /// `manifest.json`, the artifacts and the bindings.
    pub files: Files,
    /// Every instance, with the IR of its forms.
    pub kernels: Vec<CompiledInstance>,
    /// The source text, which spans refer to.
    pub sources: Sources,
}

/// Everything that is wrong with a folder.
#[derive(Debug)]
pub struct Failure {
    /// What is wrong.
    pub diagnostics: Diagnostics,
    /// The source text, which spans refer to.
    pub sources: Sources,
}

impl Failure {
    /// Says where the folder lies, so that the places that are shown can be jumped to.
    #[must_use]
    pub fn lying_in(mut self, folder: &Path) -> Self {
        self.sources.lie_in(folder.display().to_string());
        self
    }
}

/// Every target that the compiler needs no one else for, in the order of `--help`.
pub const TARGETS: [Target; 3] = [Target::Cpu, Target::Wgsl, Target::Ptx];

/// Compiles a folder.
///
/// # Errors
/// Everything that is wrong with it, not the first.
pub fn compile(input: &Input, options: &Options) -> Result<Output, Failure> {
    let mut sources = Sources::new();
    match stack::with_deep_stack(|| run(input, options, &mut sources)) {
        Ok((manifest, artifacts, files, kernels)) => Ok(Output { manifest, artifacts, files, kernels, sources }),
        Err(diagnostics) => Err(Failure { diagnostics, sources }),
    }
}

type Parts = (Manifest, BTreeMap<String, Vec<u8>>, Files, Vec<CompiledInstance>);

fn run(input: &Input, options: &Options, sources: &mut Sources) -> Result<Parts, Diagnostics> {
    let package = package::read(input, sources)?;
    let program = parse(&package, sources)?;
    let (planned, mut diagnostics) = plan::plan_what_can_be(&program, sources);
    diagnostics.extend(elaborate::unknown_bounds(&program));
    let asked = [&options.targets[..], &package.config.targets, &TARGETS].into_iter().find(|list| !list.is_empty());
    let goal = Goal {
        targets: asked.unwrap_or(&TARGETS),
        architectures: if options.architectures.is_empty() { &ARCHITECTURES } else { &options.architectures },
        assembler: options.assembler.as_ref(),
        proofs: options.proofs,
        sources,
    };
    let compiled = instance::compile_all(&program, &planned, &goal, &mut diagnostics);
    let (kernels, artifacts) = diagnostics.or(compiled)?;
    let manifest = manifest::of(&package, &planned, &program, &kernels, sources);
    if manifest.interface.ops().next().is_none() {
        let message = format!("no file of the folder `{}` has an op", input.folder_name);
        let help = "write `#[op]` before a function that launches kernels: see docs/language.md";
        return Err(Diagnostic::without_place(codes::NO_FILES, message).help(help).into());
    }
    let files = files(&manifest, &artifacts, &options.bindings)?;
    Ok((manifest, artifacts, files, kernels))
}

/// The package's files in the order in which their ops are published, and the prelude's.
fn parse(package: &Package, sources: &mut Sources) -> Result<Program, Diagnostics> {
    let mut diagnostics = Diagnostics::new();
    let mut own = vec![];
    for id in &package.files {
        match syntax::parse(*id, &sources.file(*id).text) {
            Ok(file) => own.push(file),
            Err(wrong) => diagnostics.extend(wrong),
        }
    }
    config::list_instances(&package.config, &mut own, &mut diagnostics);
    let mut library = vec![];
    for (name, text) in prelude::files() {
        let id = sources.add(format!("<prelude>/{name}"), *text);
        match syntax::parse(id, text) {
            Ok(file) => library.push(file),
            Err(wrong) => diagnostics.extend(wrong),
        }
    }
    let (program, clashes) = Program::new(own, library);
    for clash in clashes {
        let message = format!("`{}` is defined twice", clash.name);
        diagnostics.push(
            Diagnostic::new(codes::DEFINED_TWICE, clash.second, message)
                .here("defined again here")
                .label(clash.first, "first defined here")
                .help("give one of them another name"),
        );
    }
    diagnostics.or(program)
}

fn files(
    manifest: &Manifest,
    artifacts: &BTreeMap<String, Vec<u8>>,
    languages: &[Language],
) -> Result<Files, Diagnostics> {
    let mut files: Files = artifacts.clone();
    files.insert("manifest.json".to_owned(), manifest::to_json(manifest)?);
    for language in languages {
        let generated = bindings::generate(manifest, *language)
            .map_err(|message| Diagnostic::without_place(codes::BINDINGS_REFUSED, message))?;
        files.extend(generated);
    }
    Ok(files)
}
