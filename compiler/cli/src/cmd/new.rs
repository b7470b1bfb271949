//! `wgpuc new`: a project that builds and runs at once.

use super::print;
use crate::args::{self, GuestArg};
use crate::exit::Failure;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Files of a project: where they go, and what is in them.
type Files = &'static [(&'static str, &'static str)];

/// Template files, from the folder of templates into a folder of the project.
macro_rules! files {
    ($from:literal, $to:literal, [$($name:literal),+]) => {
        &[$((concat!($to, $name), include_str!(concat!("../../../../templates/", $from, "/", $name)))),+]
    };
}

const KERNELS: Files = files!(
    "new/kernels",
    "kernels/",
    ["wgpuc.toml", "rustfmt.toml", "Cargo.toml", "lib.rs", "scale_and_add.rs", "scale_and_add.cases.toml"]
);
/// What editors know of the language: the crate of this version of it, as one that belongs to no workspace.
const PRELUDE: Files = files!("new/prelude", "kernels/prelude/", ["Cargo.toml", "macros/Cargo.toml"]);
const DECLARATIONS: Files = files!(
    "../compiler/prelude",
    "kernels/prelude/",
    [
        "src/lib.rs",
        "src/atomic.rs",
        "src/float.rs",
        "src/host.rs",
        "src/int.rs",
        "src/invocation.rs",
        "src/library.rs",
        "src/loops.rs",
        "src/macros.rs",
        "src/memory.rs",
        "src/number.rs",
        "src/subgroup.rs",
        "src/vector.rs",
        "src/vector_ops.rs",
        "macros/src/lib.rs",
        "macros/src/attribute.rs",
        "macros/src/function.rs",
        "macros/src/instance.rs",
        "macros/src/launch.rs",
        "macros/src/method.rs",
        "macros/src/rewrite.rs"
    ]
);
const CMAKE: Files = files!("cmake", "cmake/", ["wgpucConfig.cmake", "Platform/WASI.cmake"]);
const CPP: Files = files!("new/cpp", "", ["CMakeLists.txt", "main.cpp", "README.md", ".gitignore"]);
const C: Files = files!("new/c", "", ["CMakeLists.txt", "main.c", "README.md", ".gitignore"]);
const RUST: Files = files!("new/rust", "", ["Cargo.toml", "src/main.rs", "README.md", ".gitignore"]);
const HOST: Files = files!("new/host", "host/", ["Cargo.toml", "build.rs", "src/main.rs", "README.md", ".gitignore"]);

/// What the project's README says of its host, among its folders.
const HOST_ROW: &str = "| `host/` | a host of the project's own, which embeds the kernels: see its README.md |\n";

/// The project's own folders and targets, and those of CMake.
const RESERVED: [&str; 10] =
    ["kernels", "bundle", "build", "cmake", "test", "all", "clean", "help", "install", "package"];

/// Where this program's own sources lay when it was built: the host's crates are taken from there.
const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Writes the project's folder, which must not be there yet.
pub(crate) fn run(args: &args::New) -> Result<ExitCode, Failure> {
    let name = checked(&args.name)?;
    if args.name.exists() {
        return Err(Failure::usage(format_args!("{} is there already; give another name", args.name.display())));
    }
    let mut files: Vec<Files> = vec![KERNELS, PRELUDE, DECLARATIONS];
    files.extend(match args.guest {
        GuestArg::Cpp => vec![CMAKE, CPP],
        GuestArg::C => vec![CMAKE, C],
        GuestArg::Rust => vec![RUST],
    });
    let sources = if args.host { sources(args)? } else { String::new() };
    if args.host {
        files.push(HOST);
    }
    let host = if args.host { HOST_ROW } else { "" };
    let guest = match args.guest {
        GuestArg::Cpp | GuestArg::C => format!("build/{name}.wasm"),
        GuestArg::Rust => format!("target/wasm32-wasip1/release/{name}.wasm"),
    };
    for (path, text) in files.into_iter().flatten() {
        // The kernels lie here under a name that is one, so that tests compile them as they are.
        let text = text.replace("my-app", &name).replace("{{name}}", &name);
        let text = text.replace("{{c_name}}", &name.replace('-', "_")).replace("{{guest}}", &guest);
        let text = text.replace("{{wgpuc}}", &sources).replace("{{host}}", host);
        write(&args.name.join(path), &text)?;
    }
    print(&format!("{}: see its README.md\n", args.name.display()))?;
    Ok(ExitCode::SUCCESS)
}

/// The project's name: the folder's, which must be one for packages of WIT, CMake and Cargo alike.
fn checked(folder: &Path) -> Result<String, Failure> {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if RESERVED.contains(&name.as_str()) {
        return Err(Failure::usage(format_args!(
            "`{name}` is taken by the project itself or by CMake; give another name"
        )));
    }
    if !wgpuc_core::driver::is_package_name(&name) {
        return Err(Failure::usage(format_args!(
            "`{name}` is no name of a package: write words in lower case with hyphens between, and no keyword of WIT"
        )));
    }
    Ok(name)
}

/// The folder with the runtime's crates, as Cargo takes it.
fn sources(args: &args::New) -> Result<String, Failure> {
    let folder = args.wgpuc.clone().unwrap_or_else(|| PathBuf::from(SOURCES));
    match folder.canonicalize() {
        Ok(folder) if folder.join("runtime/Cargo.toml").is_file() => {
            Ok(folder.display().to_string().replace('\\', "/"))
        }
        _ => Err(Failure::usage(format_args!(
            "a host is built with wgpuc's runtime, whose sources are not in {}; name their folder with `--wgpuc`",
            folder.display()
        ))),
    }
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let wrong = |why| Failure::disk(format_args!("cannot write {}: {why}", path.display()));
    let parent = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent).map_err(wrong)?;
    std::fs::write(path, text).map_err(wrong)
}
