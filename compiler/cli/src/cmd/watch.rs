//! `wgpuc watch`: builds and tests again whenever a file of the folder changes.

use super::{build, print, test};
use crate::args;
use crate::exit::Failure;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// How long between looks: reading a folder takes less than a millisecond.
const PAUSE: Duration = Duration::from_millis(20);

/// Goes on until it is interrupted; ends by itself only where the folder cannot be read at first.
pub(crate) fn run(args: &args::Watch) -> Result<ExitCode, Failure> {
    let mut seen = files(args)?;
    loop {
        let start = Instant::now();
        let outcome = match round(args) {
            Ok(()) => "fine",
            Err(failure) => {
                failure.report();
                "wrong"
            }
        };
        print(&format!("{outcome} after {} ms; waiting for changes\n", start.elapsed().as_millis()))?;
        seen = loop {
            std::thread::sleep(PAUSE);
            // While an editor writes, a file may be away for a moment.
            match files(args) {
                Ok(now) if now != seen => break now,
                _ => {}
            }
        };
    }
}

/// Every file that a build or a test reads, and what is in it.
fn files(args: &args::Watch) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let mut files = wgpuc_build::read_folder(&args.dir)?.files;
    let entries = std::fs::read_dir(&args.dir).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().ends_with(".cases.toml")) {
        let name = entry.file_name().to_string_lossy().into_owned();
        files.extend(std::fs::read(entry.path()).ok().map(|bytes| (name, bytes)));
    }
    files.sort();
    Ok(files)
}

fn round(args: &args::Watch) -> Result<(), Failure> {
    if let Some(out) = &args.out {
        build::run(&args::Build { dir: args.dir.clone(), out: out.clone(), ..args::Build::default() })?;
    }
    let dir = Some(args.dir.clone());
    let backend = if args.backend.is_empty() { vec!["interpreter".to_owned()] } else { args.backend.clone() };
    let (filter, library) = (args.filter.clone(), "own".to_owned());
    test::run(&args::Test { dir, backend, filter, library, ..args::Test::default() })?;
    Ok(())
}
