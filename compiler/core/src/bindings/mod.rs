//! Bindings: what guests and hosts compile against, generated from the [`Manifest`] alone.
//!
//! Input: a Manifest. Output: [`Files`], text by path. Nothing here knows the IR or the syntax tree. To add a guest
//! language: a file here, a line in [`Language`] and an arm in [`generate`].

mod against;
mod c;
mod cpp;
mod docs;
mod host;
mod rust;
mod rust_code;
mod wit;

use std::collections::BTreeMap;
use wgpuc_abi::Manifest;

pub use against::{broken_since, buffers_changed_since, next_breaking, required_since};
pub use wit::resolve;

/// Generated files: contents by path, relative to the output folder.
pub type Files = BTreeMap<String, Vec<u8>>;

/// What bindings can be generated for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// The WIT package: what every guest and host is checked against.
    Wit,
    /// C guests: wit-bindgen's header, source and component type object.
    C,
    /// C++17 guests: a header-only face over the C bindings.
    Cpp,
    /// C++23 guests: wit-bindgen's own bindings.
    Cpp23,
    /// Rust guests: wit-bindgen's module, and a typed face over it.
    Rust,
    /// Rust hosts: typed calls of the ops.
    Host,
}

impl Language {
    /// Every language, in the order of `--help`.
    pub const ALL: [Self; 6] = [Self::Wit, Self::C, Self::Cpp, Self::Cpp23, Self::Rust, Self::Host];

    /// The name on the command line, and of the folder with the files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wit => "wit",
            Self::C => "c",
            Self::Cpp => "cpp",
            Self::Cpp23 => "cpp23",
            Self::Rust => "rust",
            Self::Host => "host",
        }
    }
}

/// Generates the bindings of a package for one language.
///
/// # Errors
/// A message that names the generator, where one of wit-bindgen's refuses the package.
pub fn generate(manifest: &Manifest, language: Language) -> Result<Files, String> {
    let files = match language {
        Language::Wit => wit::files(manifest),
        Language::C => c::files(manifest)?,
        Language::Cpp => cpp::files(manifest),
        Language::Cpp23 => cpp::files_23(manifest)?,
        Language::Rust => rust::files(manifest)?,
        Language::Host => host::files(manifest)?,
    };
    let licence = manifest.package.licence.as_deref().unwrap_or_default();
    let with_licence =
        |(name, bytes): (String, _)| (format!("{}/{name}", language.name()), below_licence(licence, &name, bytes));
    Ok(files.into_iter().map(with_licence).collect())
}

/// A source file below its licence, as comments; other files as they are.
fn below_licence(licence: &str, name: &str, bytes: Vec<u8>) -> Vec<u8> {
    let is_source = [".wit", ".h", ".c", ".hpp", ".cpp", ".rs"].iter().any(|ending| name.ends_with(ending));
    if licence.is_empty() || !is_source {
        return bytes;
    }
    let lines = licence.trim_end().lines().map(|line| format!("// {line}").trim_end().to_owned() + "\n");
    [lines.collect::<String>().into_bytes(), bytes].concat()
}

/// Runs one of wit-bindgen's generators over the package.
fn world_files(
    manifest: &Manifest,
    generator: &mut dyn wit_bindgen_core::WorldGenerator,
    name: &str,
) -> Result<Files, String> {
    let (mut resolve, world) = wit::resolve(manifest)?;
    let mut files = wit_bindgen_core::Files::default();
    generator
        .generate(&mut resolve, world, &mut files)
        .map_err(|error| format!("the {name} bindings cannot be generated: {error:#}"))?;
    Ok(files.iter().map(|(name, bytes)| (name.to_owned(), bytes.to_vec())).collect())
}
