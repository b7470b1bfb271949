//! Idioms whose accesses need no check: in each file of `proved/`, every one is proved to be in range.

use libtest_mimic::{Arguments, Failed, Trial};
use std::path::Path;
use wgpuc_core::diag::{Style, render};
use wgpuc_core::driver::{Input, Options, compile};
use wgpuc_core::ir::Check;

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("proved");
    let files = std::fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let trials = files.map(|path| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Trial::test(name, move || all_are_proved(&path))
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}

fn all_are_proved(path: &Path) -> Result<(), Failed> {
    let files = vec![("kernels.rs".to_owned(), std::fs::read(path)?)];
    let input = Input { folder_name: "proved".to_owned(), files };
    let output = compile(&input, &Options::default())
        .map_err(|failure| render(&failure.diagnostics, &failure.sources, Style::Plain))?;
    let kernels = || output.kernels.iter().flat_map(|instance| &instance.forms).map(|form| &form.kernel);
    if !kernels().any(|kernel| !kernel.accesses.is_empty()) {
        return Err("the file has no access".into());
    }
    let stays = kernels().flat_map(|kernel| &kernel.accesses).filter_map(|access| match &access.check {
        Check::Proved(_) => None,
        Check::Stays(why) => Some(format!("`{}`: {why}", output.sources.text(access.span))),
        Check::Unknown | Check::Explicit => Some(format!("`{}`: not looked at", output.sources.text(access.span))),
    });
    match stays.collect::<Vec<_>>() {
        stays if stays.is_empty() => Ok(()),
        stays => Err(stays.join("\n").into()),
    }
}
