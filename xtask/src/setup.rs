//! `cargo xtask setup`: installs what the tests and the demo need. What is there already is left as it is.

use crate::process::{exists, run_step};
use crate::setup_debian;
use crate::versions::{
    DEBIAN_CMAKE, DEBIAN_LAVAPIPE, DEBIAN_NODE, DEBIAN_PYTHON, DEBIAN_SWIFTSHADER, NPM_CLANG, NPM_WEBGPU, PYPI_PTXAS,
};
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

/// The loader's description of SwiftShader, where Debian's package puts it.
pub(crate) const SWIFTSHADER_ICD: &str = "/usr/lib/chromium/vk_swiftshader_icd.json";

/// Something that can be installed by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Piece {
    /// The compiler of C and C++ guests
    Cpp,
    /// The compiler of Rust guests
    Rust,
    /// What builds projects in C and C++
    Cmake,
    /// Vulkan on the CPU, from Mesa
    Lavapipe,
    /// Vulkan on the CPU, from Chromium
    Swiftshader,
    /// The WGSL compiler of Chromium
    Tint,
    /// NVIDIA's assembler of PTX
    Ptxas,
}

impl Piece {
    pub(crate) fn install(self, workspace: &Workspace) -> Result<()> {
        let installed = match self {
            Self::Cpp => install_cpp(workspace),
            Self::Rust => install_rust(workspace),
            Self::Cmake => install_cmake(),
            Self::Lavapipe => install_driver(has_lavapipe(), DEBIAN_LAVAPIPE),
            Self::Swiftshader => install_driver(Path::new(SWIFTSHADER_ICD).exists(), DEBIAN_SWIFTSHADER),
            Self::Tint => install_npm(workspace, NPM_WEBGPU),
            Self::Ptxas => install_pypi(workspace, PYPI_PTXAS),
        };
        installed.with_context(|| format!("{self:?} could not be set up"))
    }
}

/// Installs the named pieces, or all of them.
pub(crate) fn install(workspace: &Workspace, pieces: &[Piece]) -> Result<()> {
    let pieces = if pieces.is_empty() { Piece::value_variants() } else { pieces };
    for piece in pieces {
        piece.install(workspace)?;
        eprintln!("{piece:?} is set up");
    }
    Ok(())
}

fn install_cmake() -> Result<()> {
    if exists("cmake") && (exists("make") || exists("ninja")) {
        return Ok(());
    }
    setup_debian::install_packages(DEBIAN_CMAKE)
}

fn install_cpp(workspace: &Workspace) -> Result<()> {
    let Some(sdk) = env::var_os("WASI_SDK_PATH") else {
        return install_npm(workspace, NPM_CLANG);
    };
    if !Path::new(&sdk).join("bin/clang++").exists() {
        bail!("WASI_SDK_PATH is {sdk:?}, which has no bin/clang++; name the folder of a wasi-sdk, or unset it");
    }
    Ok(())
}

/// Rustup's own standard library is quickest; where rustup is missing or may not download, Debian's compiler does.
fn install_rust(workspace: &Workspace) -> Result<()> {
    let target = "wasm32-wasip1";
    let found = Command::new("rustc").args(["--print", "target-libdir", "--target", target]).output();
    let libraries = found.context("rustc does not start")?.stdout;
    if Path::new(String::from_utf8_lossy(&libraries).trim()).exists() || setup_debian::is_installed(workspace) {
        return Ok(());
    }
    if exists("rustup") && run_step(Command::new("rustup").args(["target", "add", target])).is_ok() {
        return Ok(());
    }
    install_npm(workspace, NPM_CLANG)?; // brings the C library that Rust's stands on
    setup_debian::install(workspace)
}

fn has_lavapipe() -> bool {
    let drivers = fs::read_dir("/usr/share/vulkan/icd.d").into_iter().flatten().flatten();
    drivers.into_iter().any(|driver| driver.file_name().to_string_lossy().starts_with("lvp_icd"))
}

fn install_driver(is_there: bool, packages: &[&str]) -> Result<()> {
    if is_there { Ok(()) } else { setup_debian::install_packages(packages) }
}

/// Installs one package from npm into the tools' own folder.
fn install_npm(workspace: &Workspace, (name, version): (&str, &str)) -> Result<()> {
    let folder = workspace.tools.join("node");
    let description = folder.join("node_modules").join(name).join("package.json");
    if fs::read_to_string(description).is_ok_and(|text| text.contains(&format!("\"version\": \"{version}\""))) {
        return Ok(());
    }
    if !exists("node") || !exists("npm") {
        setup_debian::install_packages(DEBIAN_NODE).context("install Node.js 18 or later, with npm")?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--loglevel=error", "--save-exact", "--prefix"]).arg(&folder);
    run_step(npm.arg(format!("{name}@{version}")))
}

/// Installs one package from PyPI into the tools' own folder.
fn install_pypi(workspace: &Workspace, (name, version): (&str, &str)) -> Result<()> {
    let folder = workspace.tools.join("python");
    if folder.join(format!("{}-{version}.dist-info", name.replace('-', "_"))).is_dir() {
        return Ok(());
    }
    let pip = || {
        let mut python = Command::new("python3");
        python.args(["-m", "pip", "install", "--quiet", "--no-deps", "--upgrade", "--target"]).arg(&folder);
        run_step(python.arg(format!("{name}=={version}")))
    };
    if exists("python3") && pip().is_ok() {
        return Ok(());
    }
    setup_debian::install_packages(DEBIAN_PYTHON).context("install Python 3, with pip")?;
    pip()
}
