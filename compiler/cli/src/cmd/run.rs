//! `wgpuc run`.

use crate::args;
use crate::exit::Failure;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use wgpuc_runtime::abi::Bundle;
use wgpuc_runtime::{
    Backend, BundleError, Gpu, GpuBuilder, GpuSetupError, Library, LoadError, Quota, RunError, RunOptions,
};

/// Runs a guest and passes its exit code on.
pub(crate) fn run(args: &args::Run) -> Result<ExitCode, Failure> {
    let [path, rest @ ..] = &args.guest[..] else { return Err(Failure::usage("name a guest")) };
    if let Some(option) = path.strip_prefix("--") {
        return Err(Failure::usage(format_args!(
            "there is no option `--{option}`; `wgpuc run --help` lists those there are"
        )));
    }
    let options = options(args, path, rest)?;
    let backend: Backend = args.backend.parse().map_err(Failure::usage)?;
    let library: Library = args.library.parse().map_err(Failure::usage)?;
    let bytes = std::fs::read(path).map_err(|error| Failure::disk(format_args!("cannot read {path}: {error}")))?;
    let builder = Gpu::builder().backend(backend).which(args.device.clone()).library(library);
    let builder = bundles(&args.kernels)?.into_iter().fold(builder, GpuBuilder::kernels);
    let gpu = builder.build().map_err(|error| match error {
        GpuSetupError::Device(error) => {
            Failure::no_device(format_args!("{error}; `wgpuc devices` lists what there is"))
        }
        GpuSetupError::Library(error) => Failure::no_device(error),
        error => Failure::failed(error),
    })?;
    say_device(&gpu);
    let quota = args.device_memory.map(|mib| Quota { bytes: mib.saturating_mul(1 << 20), ..gpu.default_quota() });
    match gpu.run(&bytes, &RunOptions { quota, ..options }) {
        Ok(code) => Ok(ExitCode::from(u8::try_from(code).unwrap_or(1))),
        Err(RunError::Folder { folder, why }) => {
            Err(Failure::disk(format_args!("cannot open the folder {}: {why}", folder.display())))
        }
        Err(error) => {
            let misses = matches!(error, RunError::Load(LoadError::Imports(_) | LoadError::Componentize(_)));
            let hint = "\nwhere it has kernels of its own, give what `wgpuc build` made of them: `--kernels FOLDER`";
            let after = "\n`--kernels` stands after the guest, which gets it: write `wgpuc run --kernels FOLDER GUEST`";
            let hint = match args.kernels.is_empty() && misses {
                true if rest.iter().any(|arg| arg == "--kernels") => after,
                true => hint,
                false => "",
            };
            Err(Failure::failed(format_args!("{path}: {error}{hint}")))
        }
    }
}

/// Says on standard error which device serves, and why none of those that `auto` would rather have.
fn say_device(gpu: &Gpu) {
    let info = gpu.device_info();
    let mut text = format!("device: {} ({})\n", info.name, info.backend);
    for none in gpu.passed_over() {
        text += &format!("  not {}: {}\n", none.backend, none.why);
    }
    // Nobody is left to be told that standard error is closed.
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// What `wgpuc build` wrote into a folder.
pub(super) fn bundle_in(folder: &Path) -> Result<Bundle, Failure> {
    wgpuc_runtime::bundle::load(folder).map_err(|error| match error {
        BundleError::Read { .. } => Failure::disk(error),
        error => Failure::failed(error),
    })
}

/// The bundles in some folders, and the standard kernels unless one of those has their interface.
fn bundles(folders: &[PathBuf]) -> Result<Vec<Bundle>, Failure> {
    let mut bundles = folders.iter().map(|folder| bundle_in(folder)).collect::<Result<Vec<_>, _>>()?;
    let standard = wgpuc_kernels::bundle();
    let interface = |bundle: &Bundle| {
        let package = &bundle.manifest.package;
        (package.namespace.clone(), package.name.clone(), bundle.manifest.interface.name.clone())
    };
    if !bundles.iter().any(|bundle| interface(bundle) == interface(&standard)) {
        bundles.push(standard);
    }
    Ok(bundles)
}

fn options(args: &args::Run, path: &str, rest: &[String]) -> Result<RunOptions, Failure> {
    let folder = |dir: &String| match dir.split_once("::") {
        Some((host, guest)) => (PathBuf::from(host), guest.to_owned()),
        None => (PathBuf::from(dir), dir.clone()),
    };
    let variable = |env: &String| match env.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(Failure::usage(format_args!("`--env {env}` has no value: write NAME=VALUE"))),
    };
    let timeout = match args.timeout.map(Duration::try_from_secs_f64) {
        Some(Ok(timeout)) if !timeout.is_zero() => Some(timeout),
        Some(_) => return Err(Failure::usage("--timeout takes a positive number of seconds")),
        None => None,
    };
    Ok(RunOptions {
        args: std::iter::once(path.to_owned()).chain(rest.iter().cloned()).collect(),
        env: args.env.iter().map(variable).collect::<Result<_, _>>()?,
        dirs: args.dirs.iter().map(folder).collect(),
        quota: None,
        memory_bytes: Some(usize::try_from(args.memory.saturating_mul(1 << 20)).unwrap_or(usize::MAX)),
        timeout,
    })
}
