//! `wgpuc` as its users meet it when something is wrong: the message, and the exit code.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::path::PathBuf;
use std::process::{Command, Output};

/// Runs `wgpuc` in a folder of its own, which holds these files.
fn wgpuc(files: &[(&str, &[u8])], args: &[&str]) -> (i32, String) {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path: PathBuf = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_wgpuc"));
    let Output { status, stderr, .. } = command.args(args).current_dir(folder.path()).output().unwrap();
    (status.code().unwrap(), String::from_utf8(stderr).unwrap())
}

#[track_caller]
fn says(files: &[(&str, &[u8])], args: &[&str], code: i32, parts: &[&str]) {
    let (found, text) = wgpuc(files, args);
    assert_eq!(found, code, "{text}");
    assert!(after_device(&text).starts_with("error"), "{text}");
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in: {text}");
    }
}

/// What stands after the line that names the device, where there is one.
fn after_device(text: &str) -> &str {
    match text.split_once('\n') {
        Some((device, rest)) if device.starts_with("device: ") && device.ends_with(" (cpu)") => rest,
        _ => text,
    }
}

/// Runs a guest, given as text, on the CPU backend.
#[track_caller]
fn guest_says(guest: &str, args: &[&str], code: i32, parts: &[&str]) {
    let bytes = wat::parse_str(guest).unwrap();
    let args = [&["run", "--backend", "cpu"], args, &["guest.wasm"]].concat();
    if code == 0 {
        let (found, text) = wgpuc(&[("guest.wasm", &bytes)], &args);
        assert_eq!((found, after_device(&text)), (0, ""));
    } else {
        says(&[("guest.wasm", &bytes)], &args, code, parts);
    }
}

/// A program as C makes it; `body` is its `main`.
fn program(memory_pages: u32, body: &str) -> String {
    format!(
        r#"(module
            (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
            (import "wasi:gpu/compute@0.1.0" "buffer-create" (func $create (param i64 i32 i32)))
            (memory (export "memory") {memory_pages})
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
            (func (export "_start") {body}))"#
    )
}

#[test]
fn a_file_that_is_no_guest() {
    let run = ["run", "--backend", "cpu", "guest"];
    says(&[("guest", b"#!/bin/sh\n")], &run, 1, &["guest: this is no WebAssembly file", "\\0asm"]);
    says(&[("guest", b"")], &run, 1, &["no WebAssembly file", "empty"]);
    says(&[("guest", b"\0asm\x01\0\0\0\xff\xff")], &run, 1, &["cannot be compiled"]);
    says(&[], &run, 4, &["cannot read guest"]);
}

#[test]
fn a_guest_that_imports_what_is_not_there() {
    let component = r#"(component (import "made:up/thing@1.0.0" (instance (export "f" (func)))))"#;
    guest_says(component, &[], 1, &["`made:up/thing@1.0.0`", "wasi:gpu/compute@0.1.0", "--kernels FOLDER"]);
    let newer = r#"(component (import "wasi:gpu/compute@0.1.0" (instance (export "buffer-shred" (func)))))"#;
    guest_says(newer, &[], 1, &["`buffer-shred`", "wasi:gpu/compute@0.1.0"]);
}

#[test]
fn a_guest_that_never_returns() {
    guest_says(&program(1, "(loop $l (br $l))"), &["--timeout", "0.3"], 1, &["guest.wasm", "it ran longer than 300ms"]);
}

#[test]
fn a_guest_that_traps() {
    guest_says(&program(1, "unreachable"), &[], 1, &["the guest failed", "unreachable"]);
}

#[test]
fn a_guest_that_wants_more_memory_than_it_may_have() {
    // A buffer beyond the quota is an error of its own that the guest goes on from; one within it is not.
    let create = |bytes: u64, failed: u32| {
        let body = format!(
            "(call $create (i64.const {bytes}) (i32.const 32) (i32.const 64))
             (if (i32.ne (i32.load8_u (i32.const 64)) (i32.const {failed})) (then unreachable))
             (if (i32.and (i32.const {failed}) (i32.load8_u (i32.const 68))) (then unreachable))
             (call $exit (i32.const 0))"
        );
        program(1, &body)
    };
    guest_says(&create(2 << 20, 1), &["--device-memory", "1"], 0, &[]);
    guest_says(&create(1 << 19, 0), &["--device-memory", "1"], 0, &[]);
    guest_says(&create(1 << 63, 1), &[], 0, &[]);
    guest_says(&program(100, ""), &["--memory", "1"], 1, &["memory"]);
}

#[test]
fn wrong_use_of_run() {
    let run = |args: &[&'static str]| [&["run"], args, &["guest.wasm"]].concat();
    says(&[("guest.wasm", b"")], &run(&["--backend", "gpu"]), 2, &["gpu", "cpu"]);
    says(&[("guest.wasm", b"")], &run(&["--library", "mkl"]), 2, &["mkl", "cublas"]);
    let without = run(&["--backend", "cpu", "--library", "cublas"]);
    says(&[("guest.wasm", b"")], &without, 3, &["`cublas`", "use the backend `cuda`", "`auto` does without"]);
    says(&[("guest.wasm", b"")], &run(&["--backend", "cpu", "--env", "A"]), 2, &["NAME=VALUE"]);
    says(&[("guest.wasm", b"")], &run(&["--backend", "cpu", "--timeout", "0"]), 2, &["positive"]);
    let bytes = wat::parse_str(program(1, "")).unwrap();
    says(&[("guest.wasm", &bytes)], &run(&["--backend", "cpu", "-d", "nowhere"]), 4, &["folder nowhere"]);
}

#[test]
fn folders_without_kernels() {
    says(&[], &["build", "nowhere"], 4, &["nowhere"]);
    says(&[("kernels/notes.txt", b"none")], &["build", "kernels"], 1, &["kernels"]);
    says(&[("kernels/a.rs", b"//! \xff\n")], &["build", "kernels"], 1, &["a.rs", "UTF-8"]);
    says(&[("kernels", b"a file")], &["check", "kernels"], 4, &["kernels"]);
}

#[test]
fn files_that_drifted() {
    let source =
        b"//! Zeros.\n/// Zeros.\n#[kernel(workgroup = 64, over = y.len())]\npub fn zero(y: &mut [u32]) {\n    \
        let i = global_id().x;\n    if i < y.len() {\n        y[i] = 0;\n    }\n}\n";
    let build = ["build", "kernels", "--out", "out", "--check"];
    says(&[("kernels/a.rs", source)], &build, 1, &["out"]);
}

#[test]
fn an_op_that_a_release_had_is_missed() {
    let kernel = |op: &str| {
        format!(
            "/// Ones.\n#[kernel(workgroup = 64, over = x.len())]\npub fn {op}(x: &mut [f32]) {{\n    let i = global_id().x;\n    \
             if i < x.len() {{\n        x[i] = 1.0;\n    }}\n}}\n"
        )
    };
    let old = "package local:k@0.1.0;\ninterface kernels { use wasi:gpu/compute@0.1.0.{buffer-id, gpu-error}; \
               ones: func(x: buffer-id) -> result<_, gpu-error>; }\n";
    let build = ["build", "k", "--target", "wgsl", "--against", "old.wit"];
    let (kept, renamed) = (kernel("ones"), kernel("units"));
    let (code, text) = wgpuc(&[("k/k.rs", kept.as_bytes()), ("old.wit", old.as_bytes())], &build);
    assert_eq!(code, 0, "{text}");
    let files = [("k/k.rs", renamed.as_bytes()), ("old.wit", old.as_bytes())];
    let (code, text) = wgpuc(&files, &build);
    assert_eq!(code, 1, "{text}");
    for part in ["note: no manifest.json", "built with old.wit", "`ones` is gone", "package = \"local:k@0.2.0\""] {
        assert!(text.contains(part), "{text}");
    }
    says(&[("k/k.rs", kept.as_bytes())], &build, 4, &["cannot read old.wit"]);
    says(&[("k/k.rs", kept.as_bytes()), ("old.wit", b"world {")], &build, 1, &["old.wit is no release", "no WIT"]);
}

#[test]
fn a_guest_as_text_and_one_without_wasi() {
    let run = ["run", "--backend", "cpu", "guest"];
    let module = br#"(module (memory (export "memory") 1) (func (export "_start")))"#;
    for module in [&module[..], &wat::parse_bytes(module).unwrap()] {
        let (code, text) = wgpuc(&[("guest", module)], &run);
        assert_eq!((code, after_device(&text)), (0, ""));
    }
    says(&[("guest", b"(module (func")], &run, 1, &["no WebAssembly file", "expected"]);
}

#[test]
fn the_device_in_use_is_told() {
    let module = br#"(module (memory (export "memory") 1) (func (export "_start")))"#;
    let (code, text) = wgpuc(&[("guest", module)], &["run", "guest"]);
    assert!(code == 0 && text.contains("device: "), "{text}");
    let (code, text) = wgpuc(&[("guest", module)], &["run", "--backend", "cpu", "guest"]);
    assert!(code == 0 && text.starts_with("device: ") && text.ends_with(" (cpu)\n"), "{text}");
    // Whatever is here, no device has such a name: each backend says so.
    let named = ["run", "--device", "no such device", "guest"];
    says(&[("guest", module)], &named, 3, &["`auto` has no device", "cpu: ", "wgpu: ", "cuda: "]);
}

#[test]
fn a_guest_that_is_no_program_says_what_it_lacks() {
    let run = ["run", "--backend", "cpu", "guest"];
    let of = |text: &str, parts: &[&str]| says(&[("guest", text.as_bytes())], &run, 1, parts);
    of(r#"(module (func (export "_start")))"#, &["export it as `memory`"]);
    of(r#"(module (memory (export "memory") 1))"#, &["no `main`", "`_start`"]);
    of(r#"(module (memory (export "memory") 1 1) (func (export "_start")))"#, &["its memory cannot grow"]);
    let import = |interface: &str| {
        format!(
            r#"(module (import "{interface}" "gather" (func)) (memory (export "memory") 1)
                (func (export "_start")))"#
        )
    };
    of(&import("local:k/kernels@0.1.0"), &["it imports `local:k/kernels@0.1.0`", "wasi:gpu/ml-kernels@0.1.0"]);
    of(&import("wasi:gpu/ml-kernels@0.1.0"), &["`gather` of `wasi:gpu/ml-kernels@0.1.0`", "kernel-reduce"]);
}

#[test]
fn options_that_are_none_or_too_late() {
    let module = br#"(module (import "local:k/kernels@0.1.0" "f" (func)) (memory (export "memory") 1))"#;
    says(&[], &["run", "--kernel", "out", "guest"], 2, &["no option `--kernel`"]);
    let late = ["run", "--backend", "cpu", "guest", "--kernels", "out"];
    says(&[("guest", module)], &late, 1, &["`--kernels` stands after the guest"]);
}

#[test]
fn how_a_guest_ends() {
    let seven = wat::parse_str(program(1, "(call $exit (i32.const 7))")).unwrap();
    let (code, text) = wgpuc(&[("guest", &seven)], &["run", "--backend", "cpu", "guest"]);
    assert_eq!((code, after_device(&text)), (1, ""));
    let hungry = "(if (i32.lt_s (memory.grow (i32.const 10000)) (i32.const 0)) (then unreachable))";
    guest_says(&program(1, hungry), &["--memory", "16"], 1, &["unreachable", "not let grow beyond 16 MiB"]);
    guest_says(&program(1, "unreachable"), &["--memory", "16"], 1, &["unreachable"]);
}

#[test]
fn files_and_logs_that_are_not_there() {
    let guest = wat::parse_str(program(1, "")).unwrap();
    let run = ["run", "--backend", "cpu", "--kernels", "nosuch", "guest"];
    says(&[("guest", &guest)], &run, 4, &["cannot read nosuch", "`wgpuc build`"]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_wgpuc"));
    let Output { status, stderr, .. } = command.arg("devices").env("RUST_LOG", "wgpuc=nosuch").output().unwrap();
    let text = String::from_utf8(stderr).unwrap();
    assert!(status.code() == Some(2) && text.starts_with("error: RUST_LOG=`wgpuc=nosuch`"), "{text}");
}

#[test]
fn a_level_alone_is_that_of_our_own_logs() {
    let folder = tempfile::tempdir().unwrap();
    let kernel = "#[kernel(workgroup = 64, over = x.len())]\npub fn clear(x: &mut [f32]) {}\n";
    std::fs::write(folder.path().join("k.rs"), kernel).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_wgpuc"));
    let Output { stderr, .. } = command.arg("check").arg(folder.path()).env("RUST_LOG", "debug").output().unwrap();
    let text = String::from_utf8(stderr).unwrap();
    assert!(text.lines().count() == 1 && text.contains("compile{dir=") && text.contains("millis="), "{text}");
}

#[test]
fn what_an_earlier_build_left_is_removed_and_drift() {
    let folder = tempfile::tempdir().unwrap();
    let wgpuc = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wgpuc"));
        let Output { status, stderr, .. } = command.args(args).current_dir(folder.path()).output().unwrap();
        (status.code().unwrap(), String::from_utf8(stderr).unwrap())
    };
    std::fs::create_dir(folder.path().join("k")).unwrap();
    let kernel = "#[kernel(workgroup = 64, over = x.len())]\npub fn clear(x: &mut [f32]) {}\n";
    std::fs::write(folder.path().join("k/k.rs"), kernel).unwrap();
    let other = folder.path().join("k/other.rs");
    std::fs::write(&other, kernel.replace("clear", "others")).unwrap();
    let build = ["build", "k", "--target", "wgsl", "--out", "gen"];
    let check = [&build[..], &["--check"]].concat();
    assert_eq!(wgpuc(&build), (0, String::new()));
    assert_eq!(wgpuc(&check), (0, String::new()));
    let [left, mine] = ["gen/wgsl/other_others.wgsl", "gen/wgsl/mine.wgsl"].map(|name| folder.path().join(name));
    assert!(left.exists());
    std::fs::remove_file(&other).unwrap();
    std::fs::write(&mine, "").unwrap();
    let (code, text) = wgpuc(&check);
    assert!(code == 1 && text.contains("wgsl/other_others.wgsl (not of this build"), "{text}");
    assert_eq!(wgpuc(&build), (0, String::new()));
    assert!(!left.exists() && mine.exists(), "what was built goes, and what is somebody's stays");
    let (code, text) = wgpuc(&check);
    assert!(code == 1 && text.contains("wgsl/mine.wgsl (not of this build: remove it)"), "{text}");
    std::fs::remove_file(&mine).unwrap();
    assert_eq!(wgpuc(&check), (0, String::new()));
}

#[test]
fn check_reads_case_files() {
    let kernel = b"/// Zeros.\n#[kernel(workgroup = 64, over = y.len())]\npub fn zero(y: &mut [u32]) {\n    \
        let i = global_id().x;\n    if i < y.len() {\n        y[i] = 0;\n    }\n}\n";
    let with = |cases: &'static str| [("k/k.rs", &kernel[..]), ("k/k.cases.toml", cases.as_bytes())];
    // What it expects is wrong, which only a run can tell.
    let right = with("[[case]]\nargs.y = [1, 2]\nexpect.y = [3]\n");
    assert_eq!(wgpuc(&right, &["check", "k"]), (0, String::new()));
    let check = ["check", "k"];
    let key = ["no setting of a case `expct`", "did you mean `expect`", "k.cases.toml:3"];
    says(&with("[[case]]\nargs.y = [1]\nexpct.y = [0]\n"), &check, 1, &key);
    says(&with("[[case]]\nop = \"zeor\"\n"), &check, 1, &["no op `zeor`"]);
    says(&with("[[case]]\nargs.y = [-1]\n"), &check, 1, &["-1 is no u32"]);
    assert_eq!(wgpuc(&with("case = 1\n"), &["check", "k", "--json"]), (1, String::new()), "told on standard output");
}

#[test]
fn check_says_what_a_proof_lacks() {
    let clamped = include_str!("../../../tests/proved/clamped_by_i32.rs");
    assert_eq!(wgpuc(&[("k/blur.rs", clamped.as_bytes())], &["check", "k"]), (0, String::new()));
    let unlimited: String = clamped.split_inclusive('\n').filter(|line| !line.contains("0x7fff_ffff")).collect();
    let note = "`image[row * width + column]` is checked at run time: `width as i32` and `height as i32` may be negative; \
                with `width <= 2147483647` and `height <= 2147483647` required by the op, it is proved";
    let (code, text) = wgpuc(&[("k/blur.rs", unlimited.as_bytes())], &["check", "k"]);
    assert!(code == 0 && text.contains(note), "{text}");
    let shifted = b"//! Shifts.\n/// Shifts.\n#[kernel(workgroup = 64, over = y.len())]\npub fn shift(x: &[f32], y: &mut [f32]) {\n    \
        let i = global_id().x;\n    if i + 1 < y.len() {\n        y[i] = x[i + 1];\n    }\n}\n";
    let (code, text) = wgpuc(&[("k/shift.rs", shifted)], &["check", "k"]);
    let note = "`y[i]` is checked at run time: a sum may wrap around; with `y.len() <= 2147483647` required by the op, it is \
                proved";
    assert!(code == 0 && text.contains(note), "{text}");
}

#[test]
fn a_code_is_explained() {
    says(&[], &["explain", "E9999"], 2, &["there is no code `E9999`", "`wgpuc explain` lists all"]);
    assert_eq!(wgpuc(&[], &["explain", "e0101"]), (0, String::new()));
    assert_eq!(wgpuc(&[], &["explain"]), (0, String::new()));
    says(&[("k/k.rs", b"fn f( {}")], &["check", "k"], 1, &["error[E01", "`wgpuc explain E01"]);
}

#[test]
fn without_a_display_no_driver_complains() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wgpuc"));
    for name in ["XDG_RUNTIME_DIR", "WAYLAND_DISPLAY", "DISPLAY"] {
        command.env_remove(name);
    }
    let Output { status, stderr, .. } = command.arg("devices").output().unwrap();
    let text = String::from_utf8_lossy(&stderr);
    assert!(status.success() && !text.contains("XDG_RUNTIME_DIR"), "{text}");
}
