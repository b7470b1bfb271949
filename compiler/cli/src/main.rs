//! The `wgpuc` command: reads folders and files, calls the compiler and the runtime, and prints.

mod args;
mod cmd;
mod exit;
#[cfg(feature = "run")]
mod headless;

use args::{Cli, Command};
use clap::Parser;
use exit::Failure;
use std::io::IsTerminal;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

fn main() -> ExitCode {
    #[cfg(feature = "run")]
    headless::leave_out_display_layer();
    let cli = Cli::parse();
    let filter = match log_filter(std::env::var("RUST_LOG").ok().as_deref()) {
        Ok(filter) => filter,
        Err(failure) => return failure.report(),
    };
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    let done = match &cli.command {
        Command::Build(args) => cmd::build::run(args),
        Command::Check(args) => cmd::check::run(args),
        Command::Explain(args) => cmd::explain::run(args),
        Command::Fmt(args) => cmd::fmt::run(args),
        Command::Inspect(args) => cmd::inspect::run(args),
        Command::New(args) => cmd::new::run(args),
        #[cfg(feature = "run")]
        Command::Run(args) => cmd::run::run(args),
        #[cfg(feature = "run")]
        Command::Test(args) => cmd::test::run(args),
        #[cfg(feature = "run")]
        Command::Watch(args) => cmd::watch::run(args),
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

/// What `RUST_LOG` asks for. A level alone is that of our own crates: naga and cranelift log thousands of lines below `info`.
fn log_filter(asked: Option<&str>) -> Result<EnvFilter, Failure> {
    let asked = asked.map_or("", str::trim);
    let directives = match asked.parse::<LevelFilter>() {
        _ if asked.is_empty() => "warn".to_owned(),
        Ok(level) if level > LevelFilter::WARN => format!("warn,wgpuc={level}"),
        Ok(level) => level.to_string(),
        Err(_) => asked.to_owned(),
    };
    EnvFilter::builder().parse(directives).map_err(|why| Failure::usage(format_args!("RUST_LOG=`{asked}`: {why}")))
}
