//! An op that forgot its `require!`s: it compiles, its kernel checks itself, and a guest that relies on more than there
//! is gets an error with the place.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::sync::Arc;
use wgpuc_conformance::Package;
use wgpuc_core::driver::Input;
use wgpuc_runtime::{Backend, Gpu, GpuError};

const KERNEL: &str = "
#[kernel(workgroup = 64)]
fn run(n: u32, x: &[f32], y: &mut [f32]) {
    let i = global_id().x;
    if i < n {
        y[i] = 2.0 * x[i];
    }
}
";

fn compile(requires: &str) -> Arc<Package> {
    let op = format!(
        "//! Doubles.\n\n/// Doubles.\n#[op]\npub fn double(n: u32, x: &[f32], y: &mut [f32]) {{\n    {requires}\n    \
         launch!(run, [div_ceil(n, 64)], n, x, y);\n}}\n"
    );
    let files = vec![("double.rs".to_owned(), (op + KERNEL).into_bytes())];
    let input = Input { folder_name: "double".to_owned(), files };
    Package::compile(&input).map_err(|failure| failure.diagnostics).unwrap()
}

#[test]
fn what_is_not_required_is_checked_on_the_device() {
    let package = compile("");
    let instance = &package.output.manifest.kernels[0].instances[0];
    let sites: Vec<_> = instance.sites.iter().map(|site| site.what.as_str()).collect();
    assert_eq!(sites.len(), 2, "{sites:?}");
    let gpu = Gpu::builder().backend(Backend::Cpu).kernels(package.bundle()).build().unwrap();
    let mut guest = gpu.guest(gpu.default_quota()).unwrap();
    let [x, y] = [10, 20].map(|n| guest.buffer_create(4 * n, true).unwrap());
    guest.buffer_write(x, 0, &1.5f32.to_le_bytes().repeat(10)).unwrap();
    let mut call = |n| {
        guest.call("double", &[n, x.into(), y.into()]).and_then(|()| {
            let mut bytes = vec![0; 80];
            guest.buffer_read(y, 0, &mut bytes).map(|()| bytes)
        })
    };
    assert_eq!(call(10).unwrap()[..40], 3.0f32.to_le_bytes().repeat(10));
    let Err(GpuError::KernelError(text)) = call(11) else { unreachable!("the eleventh of ten was read") };
    for part in ["double: ", "x is 10, but must be below 10", "double.rs:14:"] {
        assert!(text.contains(part), "{part:?} is not in: {text}");
    }
    // Told once, and the device goes on.
    assert_eq!(call(10).unwrap()[..40], 3.0f32.to_le_bytes().repeat(10));
}

#[test]
fn what_is_required_is_not() {
    let package = compile("require!(x.len() >= n);\n    require!(y.len() >= n);");
    assert_eq!(package.output.manifest.kernels[0].instances[0].sites, []);
}

/// Bodies of ops that say nothing of `b`, though some of them speak of a quotient by it.
const SILENT: [&str; 11] = [
    "let r = match n { 0 => 1, _ => n % b };\n launch!(last, [1], r, b, x);",
    "let r = if n == 0 { 1 } else { n % b };\n launch!(last, [1], r, b, x);",
    "let m = first(n, b);\n launch!(last, [1], m, b, x);",
    "let m = other(n % b, n);\n launch!(last, [1], m, b, x);",
    "let z = if n % b > 2 { x } else { y };\n launch!(last, [1], n, b, x);",
    "let m = { let q = n % b; n };\n launch!(last, [1], m, b, x);",
    "let m = if n % b > 2 { n } else { n };\n launch!(last, [1], m, b, x);",
    "if n % b > 2 {}\n launch!(last, [1], n, b, x);",
    "match n % b { _ => launch!(last, [1], n, b, x), }",
    "let d = max(b, 1);\n let c = if n > 0 { n % d == 0 } else { n % d == 0 };\n require!(c);\n require!(x.len() >= n);\n \
     launch!(last, [1], n, d, x);",
    "let s = (n + b + m + k) * (p + q + r + t);\n let less = s - t;\n require!(x.len() >= b + less);\n \
     launch!(last, [1], t, b, x);",
];

#[test]
fn what_nobody_computes_says_nothing() {
    for body in SILENT {
        let length = if body.contains("x.len()") { "" } else { "require!(x.len() >= b);" };
        let text = format!(
            "//! Leaks.\n\n/// It.\n#[op]\npub fn it(n: u32, b: u32, m: u32, k: u32, p: u32, q: u32, r: u32, t: u32, x: &mut [u32], \
             y: &mut [u32]) {{\n require!(n > 0 || k > 0);\n {length}\n {body}\n}}\n\
             fn first(a: u32, b: u32) -> u32 {{ let q = a % b; a }}\nfn other(a: u32, b: u32) -> u32 {{ b }}\n\
             #[kernel(workgroup = 1)]\nfn last(n: u32, b: u32, x: &mut [u32]) {{ x[b - 1] = n; }}\n"
        );
        let input = Input { folder_name: "leaks".to_owned(), files: vec![("leaks.rs".to_owned(), text.into_bytes())] };
        let package = Package::compile(&input).map_err(|failure| failure.diagnostics).unwrap();
        let sites = &package.output.manifest.kernels[0].instances[0].sites;
        assert_eq!(sites.len(), 1, "{body}");
    }
}

#[test]
fn a_shift_of_a_long_product_is_checked() {
    // By its factors, the product is below 2^128, and by what it is below 2^32.
    let text = "//! Shifts.\n\n/// It.\n#[kernel(workgroup = 64, over = out.len())]\npub fn shifted(n: u32, x: u32, y: u32, z: u32, \
                k: u32, out: &mut [u32]) {\n let i = global_id().x;\n if i < out.len() {\n let t = n / x / y / z * z * y * x;\n \
                out[t << (k % 16)] = i;\n }\n}\n";
    let files = vec![("shifts.rs".to_owned(), text.as_bytes().to_vec())];
    let input = Input { folder_name: "shifts".to_owned(), files };
    let package = Package::compile(&input).map_err(|failure| failure.diagnostics).unwrap();
    assert_eq!(package.output.manifest.kernels[0].instances[0].sites.len(), 1);
}
