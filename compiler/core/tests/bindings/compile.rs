//! Each generated file, compiled as its users compile it.

use crate::fixture;
use crate::tools::{generated, guest_compiler, root, run_quietly, tool};
use std::fs;
use std::path::Path;
use std::process::Command;
use wgpuc_abi::Manifest;
use wgpuc_core::bindings::Language;

const WARNINGS: [&str; 4] = ["-Wall", "-Wextra", "-Werror", "-fsyntax-only"];
const NATIVE_CPP: &str = "install a C++ compiler as `c++`";

fn packages() -> [(&'static str, Manifest); 2] {
    [("contract", fixture::contract()), ("everything", fixture::everything())]
}

fn include(folder: &Path, names: &[&str]) -> Vec<String> {
    names.iter().map(|name| format!("-I{}", folder.join(name).display())).collect()
}

#[test]
fn c() {
    let Some(clang) = guest_compiler("wasi-clang") else { return };
    for (name, manifest) in packages() {
        let folder = generated(&format!("c-{name}"), &manifest, &[Language::C]);
        let world = manifest.package.world.replace('-', "_");
        let source = folder.join("c").join(world).with_extension("c");
        // wit-bindgen's own code leaves parameters unused
        let flags = ["-std=c11", "-Wno-unused-parameter"];
        run_quietly(Command::new(&clang).args(flags).args(WARNINGS).args(include(&folder, &["c"])).arg(source));
    }
    let folder = generated("c-guest", &fixture::contract(), &[Language::C]);
    let guest = root().join("examples/hello-c/main.c");
    run_quietly(Command::new(&clang).arg("-std=c11").args(WARNINGS).args(include(&folder, &["c"])).arg(guest));
}

#[test]
fn cpp_17() {
    let Some(clang) = guest_compiler("wasi-clang++") else { return };
    for (name, manifest) in packages() {
        let folder = generated(&format!("cpp-{name}"), &manifest, &[Language::C, Language::Cpp]);
        let mut compile = Command::new(&clang);
        compile.args(["-std=c++17", "-fno-exceptions", "-Wshadow"]).args(WARNINGS);
        compile.args(include(&folder, &["c", "cpp"])).arg(every_template(&folder));
        run_quietly(&mut compile);
    }
}

/// Natively, because that is ten times as fast; `cargo xtask test` builds and runs them as guests.
#[test]
fn cpp_17_guests() {
    let Some(compiler) = tool("c++", NATIVE_CPP) else { return };
    let folder = generated("cpp-guests", &fixture::contract(), &[Language::C, Language::Cpp]);
    for guest in ["examples/add-cpp/main.cpp", "examples/diabetes/cpp/main.cpp"] {
        let mut compile = Command::new(&compiler);
        compile.args(["-std=c++17", "-fno-exceptions"]).args(WARNINGS).args(include(&folder, &["c", "cpp"]));
        run_quietly(compile.arg(root().join(guest)));
    }
}

/// A file that makes the compiler look at all of the header, templates too.
fn every_template(folder: &Path) -> std::path::PathBuf {
    let file = folder.join("every_template.cpp");
    let text = "#include \"wasi_gpu.hpp\"\n\
        template class wasi_gpu::Buffer<float>;\n\
        template class wasi_gpu::HostArray<float>;\n\
        template class wasi_gpu::Buffer<std::array<uint32_t, 4>>;\n\
        template class wasi_gpu::Result<int>;\n\
        wasi_gpu::Result<wasi_gpu::Buffer<float>> copy(const std::vector<float>& values) {\n    \
            return wasi_gpu::Buffer<float>::from(values);\n}\n";
    fs::write(&file, text).expect("a source file");
    file
}

#[test]
fn cpp_17_natively() {
    let Some(compiler) = tool("c++", NATIVE_CPP) else { return };
    for (name, manifest) in packages() {
        let folder = generated(&format!("native-{name}"), &manifest, &[Language::C, Language::Cpp]);
        for standard in ["-std=c++17", "-std=c++20"] {
            let mut compile = Command::new(&compiler);
            compile.args([standard, "-Wpedantic", "-Wshadow"]).args(WARNINGS);
            run_quietly(compile.args(include(&folder, &["c", "cpp"])).arg(every_template(&folder)));
        }
    }
}

/// The header over a device that is an array in memory: see `native/main.cpp`.
#[test]
fn cpp_17_behaves() {
    let Some(compiler) = tool("c++", NATIVE_CPP) else { return };
    let folder = generated("cpp-behaves", &fixture::contract(), &[Language::C, Language::Cpp]);
    let sources = root().join("compiler/core/tests/bindings/native");
    let program = folder.join("behaves");
    let mut compile = Command::new(&compiler);
    compile.args(["-std=c++17", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-fno-exceptions"]);
    compile.args(["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]);
    compile.args(include(&folder, &["c", "cpp"])).arg(sources.join("main.cpp")).arg(sources.join("device.cpp"));
    run_quietly(compile.arg("-o").arg(&program));
    assert_eq!(run_quietly(&mut Command::new(program)), "all is well\n");
}

#[test]
fn cpp_23() {
    let Some(clang) = guest_compiler("wasi-clang++") else { return };
    for (name, manifest) in packages() {
        let folder = generated(&format!("cpp23-{name}"), &manifest, &[Language::Cpp23]);
        let world = manifest.package.world.replace('-', "_");
        let source = folder.join("cpp23").join(world).with_extension("cpp");
        run_quietly(
            Command::new(&clang).arg("-std=c++23").args(WARNINGS).args(include(&folder, &["cpp23"])).arg(source),
        );
    }
}

/// Checks a crate as a guest, for WebAssembly where that is installed.
fn check_guest(manifest: &Path, bindings: &Path) {
    let target = "wasm32-wasip1";
    let libraries = run_quietly(Command::new("rustc").args(["--print", "target-libdir", "--target", target]));
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["check", "--quiet", "--locked", "--manifest-path"]).arg(manifest);
    if Path::new(libraries.trim()).exists() {
        cargo.args(["--target", target]);
    }
    cargo.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("guests"));
    run_quietly(cargo.env("WASI_GPU_RS", bindings.join("rust/wasi_gpu.rs")).env("RUSTFLAGS", "-Dwarnings"));
}

#[test]
fn rust() {
    let guest = root().join("examples/diabetes/rust");
    for (name, manifest) in packages() {
        let folder = generated(&format!("rust-{name}"), &manifest, &[Language::Rust]);
        for file in ["Cargo.toml", "Cargo.lock"] {
            fs::copy(guest.join(file), folder.join(file)).expect("a copy of the guest's manifest");
        }
        fs::create_dir_all(folder.join("src")).expect("a folder");
        let main = "#[allow(dead_code)]\nmod gpu {\n    include!(env!(\"WASI_GPU_RS\"));\n}\n\nfn main() {\n    \
            let values = gpu::Buffer::from_slice(&[1.0f32]).and_then(|b| b.download());\n    \
            println!(\"{values:?}\");\n}\n";
        fs::write(folder.join("src/main.rs"), main).expect("a source file");
        check_guest(&folder.join("Cargo.toml"), &folder);
    }
}

#[test]
fn rust_guest() {
    let folder = generated("rust-guest", &fixture::contract(), &[Language::Rust]);
    check_guest(&root().join("examples/diabetes/rust/Cargo.toml"), &folder);
}

/// Host code over a runtime that notes its calls: see `native/runtime.rs`.
#[test]
fn host() {
    for (name, manifest) in packages() {
        let folder = generated(&format!("host-{name}"), &manifest, &[Language::Host]);
        let sources = root().join("compiler/core/tests/bindings/native");
        let runtime = folder.join("libwgpuc_runtime.rlib");
        let mut rustc = Command::new("rustc");
        rustc.args(["--edition=2024", "--crate-type=lib", "--crate-name=wgpuc_runtime"]);
        run_quietly(rustc.arg(sources.join("runtime.rs")).arg("-o").arg(&runtime));
        let program = folder.join("program");
        let mut rustc = Command::new("rustc");
        rustc.args(["--edition=2024", "-Dwarnings", "-Dunsafe-code"]).arg(sources.join(format!("host_{name}.rs")));
        rustc.arg("--extern").arg(format!("wgpuc_runtime={}", runtime.display()));
        run_quietly(rustc.env("OPS", folder.join("host/ops.rs")).arg("-o").arg(&program));
        assert_eq!(run_quietly(&mut Command::new(program)), "all is well\n");
    }
}
