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
