//! Runs other programs; a failure names the whole command.

use anyhow::{Result, bail};
use std::io::ErrorKind;
use std::process::{Command, Stdio};

fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// Runs a command to its end, showing what it prints.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => bail!("`{}` failed ({status})", describe(command)),
        Err(error) if error.kind() == ErrorKind::NotFound => bail!(
            "`{}` is not installed, or not on the PATH; it was to run `{}`",
            command.get_program().to_string_lossy(),
            describe(command)
        ),
        Err(error) => bail!("`{}` did not start: {error}", describe(command)),
    }
}

/// Runs a command, and shows what it is first.
pub(crate) fn run_step(command: &mut Command) -> Result<()> {
    eprintln!("> {}", describe(command));
    run(command)
}

/// Whether a program is there: it starts and knows its version.
pub(crate) fn exists(program: &str) -> bool {
    let status = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}
