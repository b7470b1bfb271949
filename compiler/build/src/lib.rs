//! Compiles a kernel folder from a build script.
//!
//! ```no_run
//! // build.rs
//! wgpuc_build::compile("kernels-src")?;
//! # Ok::<(), wgpuc_build::Error>(())
//! ```
//!
//! What is to be compiled, for what and where to, can be chosen:
//!
//! ```no_run
//! use wgpuc_build::{Language, Target};
//!
//! // build.rs
//! wgpuc_build::configure().target(Target::Cpu).target(Target::Wgsl).bindings(Language::Rust).compile("kernels-src")?;
//! # Ok::<(), wgpuc_build::Error>(())
//! ```
//!
//! The generated files lie in `OUT_DIR/kernels`, `bundle.rs` among them: include it for `EMBEDDED`, the Manifest and all
//! artifacts, which `wgpuc_runtime::bundle::embedded` takes. Errors of the kernels are shown as rustc shows its own, and
//! fail the build.

mod cache;
mod embed;
mod folder;
mod ptxas;

pub use cache::CACHE_VARIABLE;
pub use folder::{DiskError, drifted, read_folder, read_wit, remove_stale, strange, write_changed};
pub use ptxas::{PTXAS_VARIABLE, Ptxas};
// What `Config` and `Built` speak of: a build script needs no other crate of ours.
pub use wgpuc_abi::{Manifest, Target};
pub use wgpuc_core::bindings::{Files, Language};

use std::env;
use std::path::{Path, PathBuf};
use wgpuc_core::diag::{Style, render};
use wgpuc_core::driver::{self, Failure, Input, Options};

/// Why a folder was not compiled. Its `Debug` form is what `unwrap` in a build script, or an error of its `main`, prints: the
/// same as its `Display` form.
pub enum Error {
    /// A file or folder cannot be read or written.
    Disk(DiskError),
    /// The kernels have errors; the text is what rustc would show.
    Source(String),
    /// There is no folder of that name; the folder that it was sought from.
    NoFolder(PathBuf, PathBuf),
    /// `OUT_DIR` is not set, and no other folder was named.
    NoOutDir,
}

impl std::fmt::Debug for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Disk(error) => error.fmt(f),
            Self::Source(text) => write!(f, "the kernels do not compile\n{text}"),
            Self::NoFolder(dir, from) => {
                let (dir, from) = (dir.display(), from.display());
                write!(f, "there is no folder `{dir}` with kernels; it was sought from {from}")
            }
            Self::NoOutDir => {
                write!(f, "OUT_DIR is not set: call this from a build script, or name a folder with out_dir")
            }
        }
    }
}

impl std::error::Error for Error {}

impl From<DiskError> for Error {
    fn from(error: DiskError) -> Self {
        Self::Disk(error)
    }
}

/// Compiles a folder for every target, with the bindings for Rust hosts, into `OUT_DIR/kernels`.
///
/// # Errors
/// See [`Error`].
pub fn compile(dir: impl AsRef<Path>) -> Result<PathBuf, Error> {
    configure().compile(dir)
}

/// A compilation that is still to be described.
#[must_use]
pub fn configure() -> Config {
    Config { targets: vec![], architectures: vec![], bindings: vec![Language::Host], out_dir: None }
}

/// What to compile, and where to.
#[derive(Clone, Debug)]
pub struct Config {
    targets: Vec<Target>,
    architectures: Vec<u32>,
    bindings: Vec<Language>,
    out_dir: Option<PathBuf>,
}

impl Config {
    /// Adds a target. Without any, all are compiled but machine code, which needs NVIDIA's ptxas.
    #[must_use]
    pub fn target(mut self, target: Target) -> Self {
        self.targets.push(target);
        self
    }

    /// Adds an architecture of NVIDIA's that machine code is made for, 90 for sm_90. Without any, it is made for sm_80
    /// and sm_90.
    #[must_use]
    pub fn architecture(mut self, sm: u32) -> Self {
        self.architectures.push(sm);
        self
    }

    /// Adds bindings for a language, beside those for Rust hosts.
    #[must_use]
    pub fn bindings(mut self, language: Language) -> Self {
        self.bindings.push(language);
        self
    }

    /// Writes into this folder instead of `OUT_DIR/kernels`.
    #[must_use]
    pub fn out_dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.out_dir = Some(dir.into());
        self
    }

    /// Compiles a folder and returns the one that it wrote into. Tells cargo what to watch.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn compile(&self, dir: impl AsRef<Path>) -> Result<PathBuf, Error> {
        let dir = dir.as_ref();
        let out = match &self.out_dir {
            Some(out) => out.clone(),
            None => PathBuf::from(env::var_os("OUT_DIR").ok_or(Error::NoOutDir)?).join("kernels"),
        };
        if !dir.is_dir() {
            return Err(Error::NoFolder(dir.to_owned(), env::current_dir().unwrap_or_default()));
        }
        let input = read_folder(dir)?;
        println!("cargo::rerun-if-changed={}", dir.display());
        for (name, _) in &input.files {
            println!("cargo::rerun-if-changed={}", dir.join(name).display());
        }
        let options = Options {
            targets: self.targets.clone(),
            architectures: self.architectures.clone(),
            assembler: Ptxas::find().map(Ptxas::assembler),
            bindings: self.bindings.clone(),
            proofs: false,
        };
        for variable in [PTXAS_VARIABLE, CACHE_VARIABLE] {
            println!("cargo::rerun-if-env-changed={variable}");
        }
        let Built { manifest, mut files } =
            build(&input, &options).map_err(|failure| Error::Source(text(failure, dir)))?;
        let (name, source) = embed::bundle(&manifest);
        files.insert(name, source);
        write_changed(&out, &files)?;
        Ok(out)
    }
}

/// What a build made.
#[derive(Debug)]
pub struct Built {
    /// What it is.
    pub manifest: Manifest,
    /// Manifest, artifacts and bindings.
    pub files: Files,
}

/// Compiles a folder, or finds what an earlier build of the same made of it.
///
/// # Errors
/// Everything that is wrong with it.
pub fn build(input: &Input, options: &Options) -> Result<Built, Failure> {
    let cache = cache::folder();
    if let Some(files) = cache.as_ref().and_then(|folder| cache::read(folder, input, options))
        && let Some(manifest) = files.get("manifest.json").and_then(|json| serde_json::from_slice(json).ok())
    {
        return Ok(Built { manifest, files });
    }
    let output = driver::compile(input, options)?;
    if let Some(folder) = cache {
        cache::write(&folder, input, options, &output.files);
    }
    Ok(Built { manifest: output.manifest, files: output.files })
}

fn text(failure: Failure, dir: &Path) -> String {
    let failure = failure.lying_in(dir);
    render(&failure.diagnostics, &failure.sources, Style::Plain)
}
