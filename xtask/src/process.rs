//! Runs other programs; a failure names the whole command.

use anyhow::{Result, bail};
use std::io::ErrorKind;
use std::process::{Command, ExitStatus, Stdio};

fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// Runs a command to its end, showing what it prints.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    ended(command.status(), command)
}

/// Runs a command to its end, and gives what it prints to standard output.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    match command.stderr(Stdio::inherit()).output() {
        Ok(output) => {
            ended(Ok(output.status), command)?;
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        }
        Err(error) => ended(Err(error), command).map(|()| String::new()),
    }
}

fn ended(status: std::io::Result<ExitStatus>, command: &Command) -> Result<()> {
    match status {
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
