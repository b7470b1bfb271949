//! `wgpuc build`.

use super::{print, timed};
use crate::args;
use crate::exit::Failure;
use std::path::Path;
use std::process::ExitCode;
use wgpuc_abi::Manifest;
use wgpuc_build::Built;
use wgpuc_core::bindings::{broken_since, elements_changed_since, next_breaking};
use wgpuc_core::driver::Options;

/// Compiles a folder and writes what changed, or only compares.
pub(crate) fn run(args: &args::Build) -> Result<ExitCode, Failure> {
    let targets = args.target.iter().map(|t| (*t).into()).collect();
    let mut bindings: Vec<_> = args.bindings.iter().map(|l| (*l).into()).collect();
    if bindings.is_empty() {
        bindings = wgpuc_core::bindings::Language::ALL.to_vec();
    }
    let same = |a: &Path, b: &Path| matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b);
    if same(&args.out, &args.dir) {
        let dir = args.dir.display();
        return Err(Failure::usage(format_args!(
            "{dir} holds the kernels; name another folder for what becomes of them"
        )));
    }
    let assembler = wgpuc_build::Ptxas::find().map(wgpuc_build::Ptxas::assembler);
    let options = Options { targets, architectures: args.sm.clone(), assembler, bindings, proofs: false };
    let input = wgpuc_build::read_folder(&args.dir)?;
    let output = timed(&args.dir, || wgpuc_build::build(&input, &options));
    let output = output.map_err(|failure| failure.lying_in(&args.dir))?;
    if let Some(release) = &args.against {
        keep_promises(release, &output)?;
    }
    if args.check {
        return compare(args, &output);
    }
    wgpuc_build::remove_stale(&args.out, &output.files)?;
    let written = wgpuc_build::write_changed(&args.out, &output.files)?;
    let manifest = &output.manifest;
    let n_instances: usize = manifest.kernels.iter().map(|k| k.instances.len()).sum();
    print(&format!(
        "{} ops, {} kernels, {n_instances} instances, {} files in {} ({written} changed)\n",
        manifest.interface.ops().count(),
        manifest.kernels.len(),
        output.files.len(),
        args.out.display(),
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn compare(args: &args::Build, output: &Built) -> Result<ExitCode, Failure> {
    let mut drifted: Vec<String> =
        wgpuc_build::drifted(&args.out, &output.files).into_iter().map(str::to_owned).collect();
    drifted.extend(
        wgpuc_build::strange(&args.out, &output.files)
            .into_iter()
            .map(|name| format!("{name} (not of this build: remove it)")),
    );
    if drifted.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let (dir, out) = (args.dir.display(), args.out.display());
    Err(Failure::failed(format_args!(
        "{out} is not what {dir} compiles to; run the same command without `--check`\n  {}",
        drifted.join("\n  ")
    )))
}

/// Fails where guests of an earlier release would no longer find what they import.
fn keep_promises(release: &Path, output: &Built) -> Result<(), Failure> {
    let texts = wgpuc_build::read_wit(release)?;
    let package = &output.manifest.package;
    // What buffers hold stands in its Manifest alone, which lies in the folder above, if the release has kept it.
    let manifest = release.ancestors().take(2).find_map(|folder| {
        let text = std::fs::read_to_string(folder.join("manifest.json")).ok()?;
        serde_json::from_str::<Manifest>(&text).ok()
    });
    let release = release.display();
    let mut broken = broken_since(&output.manifest, &texts)
        .map_err(|why| Failure::failed(format_args!("{release} is no release of this package: {why}")))?;
    broken.extend(manifest.iter().flat_map(|old| elements_changed_since(&output.manifest, old)));
    if broken.is_empty() {
        return Ok(());
    }
    let (name, next) = (format_args!("{}:{}", package.namespace, package.name), next_breaking(&package.version));
    Err(Failure::failed(format_args!(
        "guests that were built with {release} would break:\n  {}\nchange it back, or write `package = \"{name}@{next}\"` in wgpuc.toml",
        broken.join("\n  ")
    )))
}
