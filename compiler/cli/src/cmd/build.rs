//! `wgpuc build`.

use super::{print, timed};
use crate::args;
use crate::exit::Failure;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use wgpuc_abi::Manifest;
use wgpuc_build::Built;
use wgpuc_core::bindings::{broken_since, buffers_changed_since, next_breaking, required_since};
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

/// Fails where guests of an earlier release would no longer find what they import, or not be served as they were.
fn keep_promises(release: &Path, output: &Built) -> Result<(), Failure> {
    let texts = wgpuc_build::read_wit(release)?;
    let package = &output.manifest.package;
    let old = manifest_of(release);
    let release = release.display();
    let mut broken = broken_since(&output.manifest, &texts)
        .map_err(|why| Failure::failed(format_args!("{release} is no release of this package: {why}")))?;
    let notes = match &old {
        Some(old) => {
            broken.extend(buffers_changed_since(&output.manifest, old));
            let required = required_since(&output.manifest, old).into_iter();
            required.map(|text| format!("{text}, and {release} does not: it may refuse what was served")).collect()
        }
        None => vec![format!(
            "no manifest.json lies beside {release}: what buffers hold, which are written and which may be the same is \
             not compared, nor what ops require"
        )],
    };
    for note in notes {
        // What cannot be said is no reason to stop.
        let _ = writeln!(std::io::stderr(), "note: {note}");
    }
    if broken.is_empty() {
        return Ok(());
    }
    let (name, next) = (format_args!("{}:{}", package.namespace, package.name), next_breaking(&package.version));
    Err(Failure::failed(format_args!(
        "guests that were built with {release} would break:\n  {}\nchange it back, or write `package = \"{name}@{next}\"` in wgpuc.toml",
        broken.join("\n  ")
    )))
}

/// The Manifest of a release, which lies beside its WIT or in the folder above, if the release has kept it.
fn manifest_of(release: &Path) -> Option<Manifest> {
    let beside = if release.is_dir() { Some(release) } else { release.parent() };
    beside?.ancestors().take(2).find_map(|folder| {
        let text = std::fs::read_to_string(folder.join("manifest.json")).ok()?;
        serde_json::from_str(&text).ok()
    })
}
