//! What comes from Debian: system packages, and compilers unpacked beside the sources, which changes no system.

use crate::process::{exists, run, run_step};
use crate::versions::{DEBIAN_COMPILERS, NPM_CLANG};
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn apt_get() -> Result<Command> {
    if !exists("apt-get") {
        bail!("this machine has no apt-get");
    }
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive").arg("-q");
    Ok(command)
}

/// Installs packages into the system, which root may do.
pub(crate) fn install_packages(packages: &[&str]) -> Result<()> {
    let advice = || format!("install {} with the system's package manager, as root", packages.join(" and "));
    let install = || {
        let mut command = apt_get()?;
        run_step(command.args(["install", "-y", "--no-install-recommends"]).args(packages))
    };
    // a fresh machine knows no package until its lists are there; elsewhere fetching them costs for nothing
    install().or_else(|_| run_step(apt_get()?.arg("update")).and_then(|()| install())).with_context(advice)
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.tools.join("debian")
}

/// Whether Debian's compilers are there.
pub(crate) fn is_installed(workspace: &Workspace) -> bool {
    folder(workspace).exists()
}

/// Unpacks Debian's compilers for C, C++ and Rust, with the C library of npm's clang.
pub(crate) fn install(workspace: &Workspace) -> Result<()> {
    // takes its name when it is whole, so that an interrupted run leaves nothing that looks installed
    let partial = workspace.tools.join("debian.partial");
    if partial.exists() {
        fs::remove_dir_all(&partial).with_context(|| format!("cannot remove {}", partial.display()))?;
    }
    let downloads = partial.join("downloads");
    let sysroot = partial.join("sysroot");
    for folder in [&downloads, &sysroot] {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    }
    download(&downloads).or_else(|_| run_step(apt_get()?.arg("update")).and_then(|()| download(&downloads)))?;
    for package in fs::read_dir(&downloads)? {
        run(Command::new("dpkg").arg("--extract").arg(package?.path()).arg(&partial))?;
    }
    let libraries = workspace.tools.join("node/node_modules").join(NPM_CLANG.0).join("gen/llvm-resources.tar");
    run(Command::new("tar").arg("xf").arg(libraries).arg("-C").arg(&sysroot))?;
    fs::remove_dir_all(&downloads)?;
    fs::rename(&partial, folder(workspace)).with_context(|| format!("cannot rename {}", partial.display()))
}

fn download(folder: &Path) -> Result<()> {
    let mut command = apt_get()?;
    // apt's own user may not write here
    command.args(["-o", "APT::Sandbox::User=root", "download"]).args(DEBIAN_COMPILERS);
    run_step(command.current_dir(folder))
}
