//! The `wgpuc` command: reads folders and files, calls the compiler and the runtime, and prints.

mod args;
mod cmd;
mod exit;

use args::{Cli, Command};
use clap::Parser;
use std::io::IsTerminal;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn")))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::CLOSE)
        .init();
    let done = match &cli.command {
        Command::Build(args) => cmd::build::run(args),
        Command::Check(args) => cmd::check::run(args),
        Command::Inspect(args) => cmd::inspect::run(args),
        #[cfg(feature = "run")]
        Command::Run(args) => cmd::run::run(args),
        #[cfg(feature = "run")]
        Command::Test(args) => cmd::test::run(args),
        #[cfg(feature = "run")]
        Command::Devices(args) => cmd::devices::run(args),
        #[cfg(feature = "run")]
        Command::Bench(args) => cmd::bench::run(args),
    };
    match done {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}
