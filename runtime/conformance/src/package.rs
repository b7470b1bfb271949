//! A compiled kernel folder: what devices run, and the IR that the interpreter runs.

use std::borrow::Cow;
use std::sync::Arc;
use wgpuc_abi::Bundle;
use wgpuc_core::driver::{self, Failure, Input, Options, Output};

/// A kernel folder, compiled for every target.
#[derive(Debug)]
pub struct Package {
    /// What came of it, the IR of each instance included.
    pub output: Output,
}

impl Package {
    /// Compiles a folder's files.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn compile(input: &Input) -> Result<Arc<Self>, Failure> {
        let output = driver::compile(input, &Options::default())?;
        Ok(Arc::new(Self { output }))
    }

    /// The standard kernels, whose source this program carries.
    ///
    /// # Errors
    /// Where they have errors, which the build of this program excludes.
    pub fn standard() -> Result<Arc<Self>, Failure> {
        let files = wgpuc_kernels::SOURCE.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()));
        Self::compile(&Input { folder_name: "kernels-src".to_owned(), files: files.collect() })
    }

    /// What a [`wgpuc_runtime::Gpu`] takes.
    #[must_use]
    pub fn bundle(&self) -> Bundle {
        let artifacts = self.output.artifacts.iter().map(|(path, bytes)| (path.clone(), Cow::Owned(bytes.clone())));
        Bundle { manifest: self.output.manifest.clone(), artifacts: artifacts.collect() }
    }
}
