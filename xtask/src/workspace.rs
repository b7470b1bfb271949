//! Where things lie: the sources, what is built from them, and the tools.

use anyhow::{Context, Result};
use std::env;
use std::path::{Path, PathBuf};

/// The folders that the tasks work in, all absolute.
pub(crate) struct Workspace {
    /// The repository.
    pub(crate) root: PathBuf,
    /// What `setup` installs.
    pub(crate) tools: PathBuf,
    /// What cargo and the tasks build.
    pub(crate) target: PathBuf,
}

/// How the `wgpuc` command is built.
#[derive(Clone, Copy)]
pub(crate) enum Profile {
    /// Quick to build, as `cargo test` builds it.
    Dev,
    /// Quick to run.
    Release,
}

impl Workspace {
    pub(crate) fn find() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies in no workspace")?;
        let folder = |variable: &str, default: &str| match env::var_os(variable) {
            Some(path) => std::path::absolute(path).with_context(|| format!("{variable} is not a path")),
            None => Ok(root.join(default)),
        };
        Ok(Self {
            root: root.to_path_buf(),
            tools: folder("WGPUC_TOOLS", ".tools")?,
            target: folder("CARGO_TARGET_DIR", "target")?,
        })
    }

    /// A compiler for guests: `wasi-clang`, `wasi-clang++` or `wasi-cargo`.
    pub(crate) fn guest_tool(&self, name: &str) -> PathBuf {
        self.root.join("xtask/bin").join(name)
    }

    /// The generated bindings and artifacts of the standard kernels.
    pub(crate) fn kernels(&self) -> PathBuf {
        self.target.join("kernels")
    }

    /// The compiled guests.
    pub(crate) fn guests(&self) -> PathBuf {
        self.target.join("guests")
    }
}
