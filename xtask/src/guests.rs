//! Compiles the example guests, against the bindings that `wgpuc` makes of the standard kernels.

use crate::process::run_step;
use crate::projects;
use crate::workspace::{Profile, Workspace};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The language of a guest.
#[derive(Clone, Copy)]
enum Language {
    C,
    Cpp,
    Rust,
}

/// An example guest: one file of C or C++, or a crate.
pub(crate) struct Guest {
    name: &'static str,
    language: Language,
    source: &'static str,
}

pub(crate) const DIABETES_CPP: Guest =
    Guest { name: "diabetes-cpp", language: Language::Cpp, source: "examples/diabetes/cpp/main.cpp" };

const GUESTS: &[Guest] = &[
    Guest { name: "hello-c", language: Language::C, source: "examples/hello-c/main.c" },
    Guest { name: "add-cpp", language: Language::Cpp, source: "examples/add-cpp/main.cpp" },
    DIABETES_CPP,
    Guest { name: "diabetes-rust", language: Language::Rust, source: "examples/diabetes/rust/Cargo.toml" },
];

/// Compiles the kernels and all guests.
pub(crate) fn build_all(workspace: &Workspace, profile: Profile) -> Result<()> {
    let wgpuc = build_kernels(workspace, profile)?;
    GUESTS.iter().try_for_each(|guest| build(workspace, guest).map(|_| ()))?;
    projects::build_all(workspace, &wgpuc)
}

/// Copies a folder's files and folders.
pub(crate) fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let (source, target) = (entry?.path(), to.to_path_buf());
        let target = target.join(source.file_name().context("an entry of a folder has a name")?);
        if source.is_dir() {
            copy_folder(&source, &target)?;
        } else {
            fs::copy(&source, &target).with_context(|| format!("cannot copy {}", source.display()))?;
        }
    }
    Ok(())
}

/// Builds the `wgpuc` command and, with it, the standard kernels and their C bindings; returns the command's path.
pub(crate) fn build_kernels(workspace: &Workspace, profile: Profile) -> Result<PathBuf> {
    let (folder, flags): (_, &[&str]) = match profile {
        // with the features of the whole workspace, as the tests are built
        Profile::Dev => ("debug", &["--workspace", "--bin", "wgpuc"]),
        Profile::Release => ("release", &["--package", "wgpuc", "--release"]),
    };
    let mut cargo = Command::new("cargo");
    run_step(cargo.arg("build").args(flags).current_dir(&workspace.root))?;
    let wgpuc = workspace.target.join(folder).join("wgpuc");
    let mut build = Command::new(&wgpuc);
    build.arg("build").arg(workspace.root.join("kernels-src")).arg("--out").arg(workspace.kernels());
    run_step(&mut build)?;
    build_c_bindings(workspace)?;
    Ok(wgpuc)
}

/// Compiles one guest and returns where it lies. The kernels' bindings must be there.
pub(crate) fn build(workspace: &Workspace, guest: &Guest) -> Result<PathBuf> {
    let out = workspace.guests().join(guest.name).with_extension("wasm");
    let source = workspace.root.join(guest.source);
    match guest.language {
        Language::C => build_c(workspace, "wasi-clang", &["-std=c11"], &source, &out),
        Language::Cpp => build_c(workspace, "wasi-clang++", &["-std=c++17", "-fno-exceptions"], &source, &out),
        Language::Rust => build_rust(workspace, &source, &out),
    }
    .with_context(|| format!("the guest {} does not build", guest.name))?;
    Ok(out)
}

const C_FLAGS: &[&str] = &["-O2", "-Wall", "-Wextra", "-Werror"];

fn build_c(workspace: &Workspace, compiler: &str, flags: &[&str], source: &Path, out: &Path) -> Result<()> {
    let bindings = workspace.kernels();
    let mut compile = Command::new(workspace.guest_tool(compiler));
    compile.args(flags).args(C_FLAGS).arg("-Wl,--strip-debug");
    compile.args(include_flags(&bindings)).arg(source).arg(c_bindings_object(workspace));
    // holds the component's type: without it the guest's imports have no meaning
    compile.arg(bindings.join("c/ml_compute_component_type.o")).arg("-o").arg(out);
    run_step(&mut compile)
}

/// The C bindings are C: a C++ compiler would complain, so they are compiled apart.
fn build_c_bindings(workspace: &Workspace) -> Result<()> {
    let folder = workspace.guests();
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let bindings = workspace.kernels();
    let mut compile = Command::new(workspace.guest_tool("wasi-clang"));
    compile.arg("-O2").args(include_flags(&bindings)).arg("-c").arg(bindings.join("c/ml_compute.c"));
    run_step(compile.arg("-o").arg(c_bindings_object(workspace)))
}

fn c_bindings_object(workspace: &Workspace) -> PathBuf {
    workspace.guests().join("ml_compute.o")
}

fn include_flags(bindings: &Path) -> [String; 2] {
    ["c", "cpp"].map(|folder| format!("-I{}", bindings.join(folder).display()))
}

fn build_rust(workspace: &Workspace, manifest: &Path, out: &Path) -> Result<()> {
    let target = workspace.guests().join("rust");
    let mut cargo = Command::new(workspace.guest_tool("wasi-cargo"));
    cargo.args(["build", "--release", "--locked", "--manifest-path"]).arg(manifest);
    cargo.env("CARGO_TARGET_DIR", &target);
    cargo.env("WASI_GPU_RS", workspace.kernels().join("rust/wasi_gpu.rs"));
    run_step(&mut cargo)?;
    let built = target.join("wasm32-wasip1/release/diabetes.wasm");
    fs::copy(&built, out).with_context(|| format!("cannot copy {}", built.display()))?;
    Ok(())
}
