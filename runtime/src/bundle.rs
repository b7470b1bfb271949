//! Bundles on disk: `manifest.json` and the artifacts that it names.
//!
//! Nothing is taken on trust: the format's version, the paths, the sizes and the digests are checked. In: a folder.
//! Out: an [`abi::Bundle`].

use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};
use wgpuc_abi as abi;

/// The Manifest's file in a bundle's folder.
pub const MANIFEST: &str = "manifest.json";

/// Why a bundle cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// A file cannot be read.
    #[error("cannot read {path}: {why}; give the folder that `wgpuc build` wrote")]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        why: std::io::Error,
    },
    /// The Manifest is not one.
    #[error("{path} is no manifest: {why}; build the kernels again with `wgpuc build`")]
    Parse {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and where.
        why: String,
    },
    /// Another version of the format.
    #[error(
        "the manifest has format {found}, and this runtime reads format {}; build the kernels again with this version of wgpuc",
        abi::FORMAT
    )]
    Format {
        /// The manifest's version.
        found: u64,
    },
    /// An artifact's path leads out of the folder.
    #[error("the manifest names the artifact {0:?}, which is no path inside the bundle")]
    Path(String),
    /// An artifact that the Manifest names is not in the bundle.
    #[error("the bundle lacks {0}, which its manifest names; build the kernels again")]
    Missing(String),
    /// An artifact is not the one that was built.
    #[error(
        "{path} is not the file that the manifest describes (its SHA-256 is {found}, not {expected}); build the kernels again"
    )]
    Digest {
        /// The artifact.
        path: String,
        /// What the manifest says.
        expected: String,
        /// What the file has.
        found: String,
    },
}

/// Reads a bundle from its folder and checks it.
///
/// # Errors
/// See [`BundleError`].
pub fn load(folder: &Path) -> Result<abi::Bundle, BundleError> {
    let path = folder.join(MANIFEST);
    let text = read(&path)?;
    let parse = |why: serde_json::Error| BundleError::Parse { path: path.clone(), why: why.to_string() };
    let json: serde_json::Value = serde_json::from_slice(&text).map_err(parse)?;
    // The version comes first: a manifest of another one need not have the same fields.
    match json.get("format").and_then(serde_json::Value::as_u64) {
        Some(found) if found != u64::from(abi::FORMAT) => return Err(BundleError::Format { found }),
        _ => {}
    }
    let manifest: abi::Manifest = serde_json::from_slice(&text).map_err(parse)?;
    let mut artifacts = BTreeMap::new();
    for artifact in artifacts_of(&manifest) {
        if !artifacts.contains_key(&artifact.path) {
            let bytes = read(&folder.join(inner_path(&artifact.path)?))?;
            artifacts.insert(artifact.path.clone(), Cow::Owned(bytes));
        }
    }
    let bundle = abi::Bundle { manifest, artifacts };
    verify(&bundle)?;
    Ok(bundle)
}

/// A bundle that a build script embedded: what `wgpuc_build` calls `EMBEDDED`.
///
/// # Errors
/// [`BundleError::Parse`], where the text is no Manifest.
pub fn embedded((manifest, artifacts): (&str, &[(&str, &'static [u8])])) -> Result<abi::Bundle, BundleError> {
    let parse = |why: serde_json::Error| BundleError::Parse { path: MANIFEST.into(), why: why.to_string() };
    let manifest = serde_json::from_str(manifest).map_err(parse)?;
    let artifacts = artifacts.iter().map(|(path, bytes)| ((*path).to_owned(), Cow::Borrowed(*bytes))).collect();
    Ok(abi::Bundle { manifest, artifacts })
}

/// Checks that a bundle has the artifacts that its Manifest describes, byte for byte.
///
/// # Errors
/// See [`BundleError`].
pub fn verify(bundle: &abi::Bundle) -> Result<(), BundleError> {
    if bundle.manifest.format != abi::FORMAT {
        return Err(BundleError::Format { found: bundle.manifest.format.into() });
    }
    for artifact in artifacts_of(&bundle.manifest) {
        let bytes = bundle.artifacts.get(&artifact.path).ok_or_else(|| BundleError::Missing(artifact.path.clone()))?;
        let found: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        if found != artifact.sha256 || bytes.len() as u64 != artifact.bytes {
            let (path, expected) = (artifact.path.clone(), artifact.sha256.clone());
            return Err(BundleError::Digest { path, expected, found });
        }
    }
    Ok(())
}

fn artifacts_of(manifest: &abi::Manifest) -> impl Iterator<Item = &abi::Artifact> {
    manifest.kernels.iter().flat_map(|k| &k.instances).flat_map(|i| &i.artifacts)
}

fn inner_path(path: &str) -> Result<&Path, BundleError> {
    let inner = Path::new(path);
    let is_plain = inner.components().all(|c| matches!(c, Component::Normal(_))) && !path.is_empty();
    if is_plain { Ok(inner) } else { Err(BundleError::Path(path.to_owned())) }
}

fn read(path: &Path) -> Result<Vec<u8>, BundleError> {
    fs::read(path).map_err(|why| BundleError::Read { path: path.to_owned(), why })
}
