//! Projects that `wgpuc new` begins, built as their README says, for the tests to run.

use crate::guests;
use crate::process::run_step;
use crate::workspace::Workspace;
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the projects are called, which the kernels' template is called, too: its host is built from it as it lies.
const NAME: &str = "my-app";

/// Begins and builds a project in each language; what comes of it lies in the guests' folder: `project-c.wasm`, and its
/// kernels in `project-c`.
pub(crate) fn build_all(workspace: &Workspace, wgpuc: &Path) -> Result<()> {
    for language in ["cpp", "c", "rust"] {
        let folder = workspace.target.join("projects").join(language).join(NAME);
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
        }
        run_step(Command::new(wgpuc).arg("new").arg(&folder).args(["--guest", language]))?;
        let (guest, kernels) = match language {
            "rust" => with_cargo(workspace, wgpuc, &folder)?,
            _ => with_cmake(workspace, wgpuc, &folder)?,
        };
        let name = format!("project-{language}");
        let to = workspace.guests().join(&name);
        fs::copy(&guest, to.with_extension("wasm")).with_context(|| format!("cannot copy {}", guest.display()))?;
        guests::copy_folder(&kernels, &to)?;
    }
    Ok(())
}

fn with_cmake(workspace: &Workspace, wgpuc: &Path, folder: &Path) -> Result<(PathBuf, PathBuf)> {
    let build = folder.join("build");
    let mut configure = Command::new("cmake");
    configure.arg("-S").arg(folder).arg("-B").arg(&build).arg("-DCMAKE_SYSTEM_NAME=WASI");
    configure.arg(format!("-DWGPUC_EXECUTABLE={}", wgpuc.display()));
    for (language, compiler) in [("C", "wasi-clang"), ("CXX", "wasi-clang++")] {
        configure.arg(format!("-DCMAKE_{language}_COMPILER={}", workspace.guest_tool(compiler).display()));
    }
    let configured = configure.output().context("cmake does not start")?;
    let said = String::from_utf8_lossy(&configured.stderr);
    // Nobody's first build begins with warnings of a system that CMake does not know.
    ensure!(
        configured.status.success() && !said.contains("System is unknown"),
        "cmake cannot take {}:\n{said}",
        folder.display()
    );
    run_step(Command::new("cmake").arg("--build").arg(&build))?;
    let name = folder.file_name().context("a project has a name")?;
    Ok((build.join(name).with_extension("wasm"), build.join("bundle")))
}

fn with_cargo(workspace: &Workspace, wgpuc: &Path, folder: &Path) -> Result<(PathBuf, PathBuf)> {
    let build = folder.join("build");
    run_step(Command::new(wgpuc).arg("build").arg(folder.join("kernels")).arg("--out").arg(&build))?;
    // what editors do with the kernels
    let manifest = folder.join("kernels/Cargo.toml");
    let mut check = Command::new("cargo");
    check.args(["check", "--manifest-path"]).arg(manifest);
    run_step(check.env("CARGO_TARGET_DIR", workspace.target.join("projects/kernels")))?;
    let target = workspace.guests().join("rust");
    let mut cargo = Command::new(workspace.guest_tool("wasi-cargo"));
    cargo.args(["build", "--release", "--manifest-path"]).arg(folder.join("Cargo.toml"));
    run_step(cargo.env("CARGO_TARGET_DIR", &target))?;
    Ok((target.join("wasm32-wasip1/release").join(NAME).with_extension("wasm"), build))
}
