//! The versions of all tools from outside Cargo, in one place.

/// C and C++ compiler, itself WebAssembly, with a current wasi-libc and libc++.
pub(crate) const NPM_CLANG: (&str, &str) = ("@yowasp/clang", "22.0.0-git20542-10");

/// Dawn, whose Tint checks WGSL as browsers do.
pub(crate) const NPM_WEBGPU: (&str, &str) = ("webgpu", "0.6.2");

/// NVIDIA's assembler of PTX, from PyPI.
pub(crate) const PYPI_PTXAS: (&str, &str) = ("nvidia-cuda-nvcc", "13.5.37");

/// Debian's compilers for C, C++ and Rust guests. Debian keeps only its newest revision of a package, so what is held
/// here is the version within the package's name: LLVM 22 and Rust 1.96, which `bin/wasi-clang` relies on.
pub(crate) const DEBIAN_COMPILERS: &[&str] = &[
    "clang-22",
    "libclang-cpp22",
    "libllvm22",
    "libstd-rust-web-1.96",
    "libstd-rust-web-dev",
    "lld-22",
    "rust-web-src",
    "rustc-web",
];

/// Vulkan on the CPU, with subgroups of 8.
pub(crate) const DEBIAN_LAVAPIPE: &[&str] = &["mesa-vulkan-drivers", "libvulkan1"];

/// The browser whose SwiftShader is Vulkan on the CPU with subgroups of 4.
pub(crate) const DEBIAN_SWIFTSHADER: &[&str] = &["chromium", "libvulkan1"];

/// What builds the projects that `wgpuc new` begins.
pub(crate) const DEBIAN_CMAKE: &[&str] = &["cmake", "make"];

/// What runs the packages from npm.
pub(crate) const DEBIAN_NODE: &[&str] = &["nodejs", "npm"];

/// What installs the packages from PyPI.
pub(crate) const DEBIAN_PYTHON: &[&str] = &["python3", "python3-pip"];
