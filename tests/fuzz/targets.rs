//! Random kernels, on the interpreter as they are and on a device as the compiler makes them: the same buffers, and a
//! fault on both or on neither.

use super::{direct, trials};
use wgpuc_abi::Feature;
use wgpuc_core::emit::{EmitError, EmitErrorKind};
use wgpuc_core::ir::{Kernel, print, random};
use wgpuc_core::{interp, passes};
use wgpuc_runtime::backend::Device;
use wgpuc_runtime::backend::cpu::CpuDevice;
use wgpuc_runtime::backend::wgpu::WgpuDevice;

#[test]
fn kernels_on_the_cpu_mean_what_the_interpreter_says() {
    let options = random::Options { float_bits: false, subgroups: false, ..random::Options::default() };
    compare(&CpuDevice::new().unwrap(), &options, 250);
}

#[test]
fn kernels_on_lavapipe_mean_what_the_interpreter_says() {
    on_adapter("llvmpipe");
}

#[test]
fn kernels_on_swiftshader_mean_what_the_interpreter_says() {
    on_adapter("SwiftShader");
}

fn on_adapter(name: &str) {
    let device = match WgpuDevice::find(Some(name), false) {
        Ok(device) => device,
        Err(why) if std::env::var_os("CI").is_some() => panic!("{why}; `cargo xtask setup` installs it"),
        Err(why) => return eprintln!("skipped: {why}"),
    };
    let has = |feature| device.features().contains(&feature);
    let options = random::Options {
        // WebGPU rounds these as it likes.
        inexact: false,
        float_bits: false,
        f16: has(Feature::F16),
        int64: has(Feature::Int64),
        narrow: true,
        // How many invocations a subgroup has is the device's choice.
        subgroups: false,
        ..random::Options::default()
    };
    compare(&device, &options, 30);
}

fn compare(device: &dyn Device, options: &random::Options, n: u64) {
    let mut faults = 0;
    for seed in 0..trials(n) {
        let kernel = random::kernel_with(seed, options);
        let lowered = lowered(&kernel);
        let mut expected = interp::random_launch(&kernel, seed);
        let mut found = expected.clone();
        let about = |what: String| format!("seed {seed}: {what}\n{}\n{}", print(&kernel), print(&lowered));
        let outcome = interp::run(&kernel, &mut expected, &interp::Options { seed, ..interp::Options::default() });
        let fault = outcome.unwrap_or_else(|error| panic!("{}", about(error.to_string()))).fault;
        let seen = match direct::run(device, &lowered, &mut found) {
            Ok(fault) => fault,
            // Chance may ask for more than WebGPU grants.
            Err(error) if error.downcast_ref().is_some_and(|e: &EmitError| e.kind == EmitErrorKind::Limit) => continue,
            Err(error) => panic!("{}", about(error.to_string())),
        };
        if let Some(difference) = interp::difference(&kernel, &expected, &found) {
            panic!("{}", about(difference));
        }
        assert_eq!(fault.is_some(), seen.is_some(), "{}", about(format!("{fault:?} and {seen:?}")));
        faults += u64::from(fault.is_some());
    }
    assert!(faults > 0 && faults < trials(n), "{faults} of {} kernels met a fault", trials(n));
}

/// As the driver makes an instance ready for the targets.
fn lowered(kernel: &Kernel) -> Kernel {
    let mut kernel = kernel.clone();
    passes::simplify::run(&mut kernel);
    passes::bounds::run(&mut kernel);
    passes::explicit::run(&mut kernel);
    passes::simplify::run(&mut kernel);
    kernel
}
