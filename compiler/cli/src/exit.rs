//! How a command ends: what it says, and its exit code.

use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use wgpuc_build::DiskError;
use wgpuc_core::diag::{Style, render};
use wgpuc_core::driver;

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    code: u8,
}

impl Failure {
    /// The kernels have errors, files drifted, or a guest failed.
    pub(crate) fn failed(message: impl Display) -> Self {
        Self { message: format!("error: {message}"), code: 1 }
    }

    /// The command was used wrongly.
    pub(crate) fn usage(message: impl Display) -> Self {
        Self { message: format!("error: {message}"), code: 2 }
    }

    /// There is no such device.
    #[cfg(feature = "run")]
    pub(crate) fn no_device(message: impl Display) -> Self {
        Self { message: format!("error: {message}"), code: 3 }
    }

    /// A file cannot be read or written.
    pub(crate) fn disk(message: impl Display) -> Self {
        Self { message: format!("error: {message}"), code: 4 }
    }

    /// Says it on standard error.
    pub(crate) fn report(self) -> ExitCode {
        // Nobody is left to be told that standard error is closed.
        let _ = writeln!(std::io::stderr(), "{}", self.message.trim_end());
        ExitCode::from(self.code)
    }
}

impl From<DiskError> for Failure {
    fn from(error: DiskError) -> Self {
        Self::disk(error)
    }
}

impl From<driver::Failure> for Failure {
    fn from(failure: driver::Failure) -> Self {
        let has_color = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|no| no.is_empty());
        let style = if has_color { Style::Color } else { Style::Plain };
        let mut message = render(&failure.diagnostics, &failure.sources, style);
        if let Some(first) = failure.diagnostics.sorted().first() {
            message = format!("{}\n\n`wgpuc explain {}` says more\n", message.trim_end(), first.code.id);
        }
        Self { message, code: 1 }
    }
}
